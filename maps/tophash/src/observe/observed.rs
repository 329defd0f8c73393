//! The map around a map: how it is made, and what it tells. Its operations are in `forward`.

use super::builder::Builder;
use super::calls::Call;
use super::clock;
use super::hot::{Found, HotKey};
use super::policy::{Counted, Off, Parts, Policy, sealed::Sealed};
use super::report::{Report, Timing};
use super::trace::{Recorded, TraceError};
use crate::concurrent::{ConcurrentMap, Summary};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use std::time::SystemTime;

/// Hot keys of a report.
pub(super) const RANKS: usize = 10;

/// A map that tells what is done with it: see the [module](super).
pub struct Observed<M: ConcurrentMap, P: Policy = Counted> {
    pub(super) inner: M,
    parts: P::Parts<M::Key, M::Value>,
}

impl<M: ConcurrentMap> Observed<M> {
    /// Observes a map under a name, which becomes the label `map` of its metrics.
    ///
    /// Every operation is counted, one in 1,024 is timed and its key noted, and a wait for one of the map's locks is an alarm after
    /// two seconds for reading and half a second for writing, if it has locks: what [`Observed::builder`] does if not told
    /// otherwise.
    pub fn new(name: impl Into<String>, map: M) -> Self {
        Self::builder(name).observe(map)
    }

    /// Observes a map under a name, in another way.
    pub fn builder(name: impl Into<String>) -> Builder<M> {
        Builder::new(name.into())
    }

    pub(super) fn with(inner: M, parts: Parts<M::Key, M::Value>) -> Self {
        Self { inner, parts }
    }

    /// Whether the map has locks that tell who waits.
    pub(super) fn is_watched(&self) -> bool {
        self.parts.watcher.waits.is_some()
    }

    /// What the map tells. If it has locks, they are waited for.
    ///
    /// Linear in the threads that use the map and in the keys that are held, besides what [`ConcurrentMap::summary`] costs.
    #[must_use]
    pub fn stats(&self) -> Report {
        self.report(Some(self.inner.summary()))
    }

    /// The same, without a wait for locks: if one is taken, there is no [`Report::summary`].
    #[must_use]
    pub fn try_stats(&self) -> Report {
        self.report(self.inner.try_summary())
    }

    /// The keys that operations met most often in the window that is running and the one before, the most frequent first.
    ///
    /// A key that was met more often than one in [`Builder::hot_keys`] of the samples is among them, if `most` admits it.
    #[must_use]
    pub fn hot_keys(&self, most: usize) -> Vec<HotKey<M::Key>>
    where
        M::Key: Clone,
    {
        let (found, _) = self.parts.watcher.hot_keys(most);
        let clone = |hot: HotKey<Arc<M::Key>>| HotKey {
            key: (*hot.key).clone(),
            samples: hot.samples,
            error: hot.error,
            share: hot.share,
            heat: hot.heat,
        };
        found.into_iter().map(|found| clone(found.hot)).collect()
    }

    /// Ends the recording of the map's trace, and waits for its file; says what is in it. `None` if none was asked for. What ended
    /// before, at a bound, by an error or by this, is told again.
    ///
    /// Dropping the map ends it too.
    ///
    /// # Errors
    /// If the trace could not be written.
    pub fn end_recording(&self) -> Result<Option<Recorded>, Arc<TraceError>> {
        let Some(recorder) = &self.parts.recorder else { return Ok(None) };
        recorder.end(|| self.inner.try_summary()).map(Some)
    }

    /// The name that the map was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.parts.watcher.name
    }

    pub(super) fn report(&self, summary: Option<Summary>) -> Report {
        let Parts { lanes, watcher, .. } = &self.parts;
        if let Some(summary) = &summary {
            watcher.look(summary);
        }
        let counts = watcher.counts(lanes);
        let (growths, most_entries) = watcher.growths();
        let timing = |call| Timing { call, durations: watcher.timing(call).read() };
        let (hot, samples) = watcher.hot_keys(RANKS);
        let written = |Found { hash, hot }: Found<M::Key>| HotKey {
            key: watcher.written(hash, &hot.key),
            samples: hot.samples,
            error: hot.error,
            share: hot.share,
            heat: hot.heat,
        };
        Report {
            map: String::from(&*watcher.name),
            taken: SystemTime::now(),
            summary,
            last_write: watcher.last_write(&counts).map(clock::date),
            operations: Report::operations(&counts),
            sample_every: watcher.every,
            timings: Call::ALL.into_iter().map(timing).collect(),
            locks: watcher.waits.as_ref().map(|waits| waits.read()),
            samples,
            hot_keys: hot.into_iter().map(written).collect(),
            growths,
            most_entries,
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
    pub(super) fn parts(&self) -> Option<&Parts<M::Key, M::Value>> {
        <P as Sealed>::parts(&self.parts)
    }

    /// After a sampled operation that may have changed the map: looks whether it has grown, now and then.
    pub(super) fn look(&self, parts: &Parts<M::Key, M::Value>) {
        if parts.watcher.is_look_due() {
            if let Some(summary) = self.inner.try_summary() {
                parts.watcher.look(&summary);
            }
        }
    }
}

impl<M: ConcurrentMap + fmt::Debug, P: Policy> fmt::Debug for Observed<M, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Observed").field(&self.inner).finish()
    }
}
