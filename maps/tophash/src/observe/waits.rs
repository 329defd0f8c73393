//! What the locks of a map tell: who waits, for how long, and for whom.

use super::alarm::{Alarm, Event};
use super::histogram::{Durations, Histogram};
use super::lanes::Lanes;
use super::notifier::Handler;
use super::registry::Registry;
use crate::concurrent::{Mode, Wait, Watch};
use crate::sync::{AtomicU64, Ordering::Relaxed};
use alloc::borrow::ToOwned;
use alloc::sync::Arc;
use core::cell::Cell;
use core::time::Duration;
use std::time::SystemTime;

/// Both modes, in the order of what is kept of each.
pub(super) const MODES: [Mode; 2] = [Mode::Read, Mode::Write];

std::thread_local! {
    /// The lock that this thread has waited for so long that an alarm was raised: the address of its `Waits`, or zero.
    static BLOCKED: Cell<usize> = const { Cell::new(0) };
}

/// What is known of a map's locks.
pub(super) struct Waits {
    map: Arc<str>,
    patience: [Duration; 2],
    waits: [Histogram; 2],
    holds: [Histogram; 2],
    /// Which locks are timed while they are held.
    timed: Lanes,
    alarms: [AtomicU64; 2],
    blocked: AtomicU64,
    dropped: AtomicU64,
    handlers: Arc<[Handler]>,
    registry: Registry,
}

/// What the locks of a map tell of their waiters and holders.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Locks {
    /// Waits of readers for locks that were not free at once: all of them.
    pub read_waits: Durations,
    /// Waits of writers.
    pub write_waits: Durations,
    /// How long readers had locks, of those that were sampled.
    pub read_holds: Durations,
    /// How long writers had locks, of those that were sampled.
    pub write_holds: Durations,
    /// Alarms of readers.
    pub read_alarms: u64,
    /// Alarms of writers.
    pub write_alarms: u64,
    /// Calls that have waited for so long that there was an alarm, and wait still.
    pub blocked: u64,
    /// Alarms that reached no handler, because the queue was full.
    pub dropped_alarms: u64,
}

impl Waits {
    pub(super) fn new(
        map: Arc<str>,
        patience: [Duration; 2],
        every: u32,
        handlers: Arc<[Handler]>,
        registry: Registry,
    ) -> Self {
        let histograms = || [const { Histogram::new() }; 2];
        Self {
            map,
            patience,
            waits: histograms(),
            holds: histograms(),
            timed: Lanes::new(every),
            alarms: Default::default(),
            blocked: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            handlers,
            registry,
        }
    }

    pub(super) fn read(&self) -> Locks {
        let [read_waits, write_waits] = [0, 1].map(|mode| self.waits[mode].read());
        let [read_holds, write_holds] = [0, 1].map(|mode| self.holds[mode].read());
        let [read_alarms, write_alarms] = [0, 1].map(|mode| self.alarms[mode].load(Relaxed));
        Locks {
            read_waits,
            write_waits,
            read_holds,
            write_holds,
            read_alarms,
            write_alarms,
            blocked: self.blocked.load(Relaxed),
            dropped_alarms: self.dropped.load(Relaxed),
        }
    }

    fn address(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }
}

impl Watch for Waits {
    fn patience(&self, mode: Mode) -> Duration {
        self.patience[mode as usize]
    }

    fn waiting(&self, wait: &Wait) {
        // A wait that goes on is one alarm, however long it lasts.
        if BLOCKED.replace(self.address()) == self.address() {
            return;
        }
        self.blocked.fetch_add(1, Relaxed);
        self.alarms[wait.mode as usize].fetch_add(1, Relaxed);
        let alarm = Alarm {
            map: Arc::clone(&self.map),
            thread: std::thread::current().name().map(ToOwned::to_owned),
            wait: wait.clone(),
            raised: SystemTime::now(),
        };
        if !self.registry.raise(Event::Blocked(alarm), &self.handlers) {
            self.dropped.fetch_add(1, Relaxed);
        }
    }

    fn waited(&self, mode: Mode, waited: Duration) {
        if BLOCKED.get() == self.address() {
            BLOCKED.set(0);
            self.blocked.fetch_sub(1, Relaxed);
        }
        self.waits[mode as usize].add(waited);
    }

    fn times(&self) -> bool {
        self.timed.is_due()
    }

    fn held(&self, mode: Mode, held: Duration) {
        self.holds[mode as usize].add(held);
    }
}

impl Locks {
    /// Waits, holds and alarms of one mode.
    pub(super) fn of(&self, mode: Mode) -> (&Durations, &Durations, u64) {
        match mode {
            Mode::Read => (&self.read_waits, &self.read_holds, self.read_alarms),
            Mode::Write => (&self.write_waits, &self.write_holds, self.write_alarms),
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.read_waits.merge(&other.read_waits);
        self.write_waits.merge(&other.write_waits);
        self.read_holds.merge(&other.read_holds);
        self.write_holds.merge(&other.write_holds);
        self.read_alarms += other.read_alarms;
        self.write_alarms += other.write_alarms;
        self.blocked += other.blocked;
        self.dropped_alarms += other.dropped_alarms;
    }
}

/// The value of the label `mode`.
pub(super) fn mode_label(mode: Mode) -> &'static str {
    match mode {
        Mode::Read => "read",
        Mode::Write => "write",
    }
}
