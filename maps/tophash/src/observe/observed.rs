//! The map around a map: how it is made, and what it tells. Its operations are in `forward`.

use super::calls::Call;
use super::clock;
use super::policy::{Counted, Off, Parts, Policy, sealed::Sealed};
use super::report::{Report, Timing};
use super::{Lanes, Watcher};
use crate::concurrent::{ConcurrentMap, Summary};
use alloc::string::String;
use core::fmt;
use std::time::SystemTime;

/// A map that tells what is done with it: see the [module](super).
pub struct Observed<M: ConcurrentMap, P: Policy = Counted> {
    pub(super) inner: M,
    parts: P::Parts<M::Key>,
}

impl<M: ConcurrentMap> Observed<M> {
    /// Observes a map under a name, which becomes the label `map` of its metrics.
    ///
    /// Every operation is counted, and one in 1,024 is sampled.
    pub fn new(name: impl Into<String>, map: M) -> Self {
        Self::with(name.into(), 1024, map)
    }

    fn with(name: String, every: u32, inner: M) -> Self {
        Self {
            inner,
            parts: Parts { lanes: Lanes::new(every), watcher: Watcher::new(name, every) },
        }
    }

    /// What the map tells. If it has locks, they are waited for.
    ///
    /// Linear in the threads that use the map, besides what [`ConcurrentMap::summary`] costs.
    #[must_use]
    pub fn stats(&self) -> Report {
        self.report(Some(self.inner.summary()))
    }

    /// The name that the map was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.parts.watcher.name
    }

    pub(super) fn report(&self, summary: Option<Summary>) -> Report {
        let Parts { lanes, watcher } = &self.parts;
        let counts = watcher.counts(lanes);
        let timing = |call| Timing { call, durations: watcher.timing(call).read() };
        Report {
            map: watcher.name.clone(),
            taken: SystemTime::now(),
            summary,
            last_write: watcher.last_write(&counts).map(clock::date),
            operations: Report::operations(&counts),
            sample_every: watcher.every,
            timings: Call::ALL.into_iter().map(timing).collect(),
        }
    }
}

impl<M: ConcurrentMap> Observed<M, Off> {
    /// The map with nothing around it, for code that is generic in the policy: it is as large as the map, and each
    /// operation is the map's own.
    pub const fn off(map: M) -> Self {
        Self { inner: map, parts: () }
    }
}

impl<M: ConcurrentMap, P: Policy> Observed<M, P> {
    /// The map within. What is done with it directly is not observed.
    pub fn inner(&self) -> &M {
        &self.inner
    }

    /// The map within, and no longer observed.
    pub fn into_inner(self) -> M {
        self.inner
    }

    #[inline(always)]
    pub(super) fn parts(&self) -> Option<&Parts<M::Key>> {
        <P as Sealed>::parts(&self.parts)
    }
}

impl<M: ConcurrentMap + fmt::Debug, P: Policy> fmt::Debug for Observed<M, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observed").field(&self.inner).finish()
    }
}
