//! Recording: one preallocated lane for each thread, and a clock that orders nothing.
//!
//! The stamps come from the monotonic clock. A shared counter would be simpler, but each of its increments is a
//! synchronisation that the map under test did not do, and hides what is missing there. What the recorder does add is
//! one local fence on either side of an operation: without it a processor may read the clock while the operation's
//! stores still wait in its store buffer, or do the operation's loads ahead of the clock, and a correct map would look
//! wrong by some nanoseconds. A fence of one thread alone gives no other thread an order it had not.

use super::{Iteration, Op, Operation, Seen};
use crate::map::{Map, Unsupported};
use std::sync::atomic::{Ordering, fence};
use std::time::Instant;

/// The common zero of all lanes' clocks.
#[derive(Clone, Copy, Debug)]
pub struct Recorder {
    zero: Instant,
}

impl Default for Recorder {
    fn default() -> Self {
        Self::new()
    }
}

impl Recorder {
    /// A recorder whose time begins now.
    #[must_use]
    pub fn new() -> Self {
        Self { zero: Instant::now() }
    }

    /// The lane of one thread, with room for `capacity` operations. Its memory is touched here, so that no page fault
    /// falls into the recording; past its capacity it grows.
    #[must_use]
    pub fn lane(&self, thread: u32, capacity: usize) -> Lane {
        let blank =
            Operation { start: 0, end: 0, key: 0, op: Op::Get, seen: Seen::Unknown, thread };
        let mut operations = vec![blank; capacity];
        operations.clear();
        Lane { zero: self.zero, thread, operations, iterations: Vec::new() }
    }
}

/// The record of one thread.
#[derive(Debug)]
pub struct Lane {
    zero: Instant,
    thread: u32,
    operations: Vec<Operation>,
    iterations: Vec<Iteration>,
}

impl Lane {
    fn now(&self) -> u64 {
        u64::try_from(self.zero.elapsed().as_nanos()).unwrap_or(u64::MAX - 1)
    }

    /// Records `perform` as `op` on `key`; it returns the value found. If it unwinds, the operation stays in the
    /// history as one of which nothing is known.
    pub fn record(
        &mut self,
        key: u64,
        op: Op,
        perform: impl FnOnce() -> Option<u64>,
    ) -> Option<u64> {
        let start = self.now();
        fence(Ordering::SeqCst);
        self.operations.push(Operation {
            start,
            end: u64::MAX,
            key,
            op,
            seen: Seen::Unknown,
            thread: self.thread,
        });
        let found = perform();
        fence(Ordering::SeqCst);
        let end = self.now();
        if let Some(operation) = self.operations.last_mut() {
            operation.end = end;
            operation.seen = Seen::Found(found);
        }
        found
    }

    /// Does `op` on the map and records it; an operation the map does not offer is not recorded.
    pub fn perform<M: Map + ?Sized>(
        &mut self,
        map: &M,
        key: u64,
        op: Op,
    ) -> Result<Option<u64>, Unsupported> {
        let mut offered = Ok(());
        let found = self.record(key, op, || {
            let answer = match op {
                Op::Get => Ok(map.get(&key)),
                Op::Insert(value) => Ok(map.insert(key, value)),
                Op::TryInsert(value) => map.try_insert(key, value),
                Op::Remove => Ok(map.remove(&key)),
                Op::CompareExchange { expected, new } => map.compare_exchange(&key, &expected, new),
                Op::FetchAdd(delta) => map.fetch_add(&key, delta),
            };
            answer.unwrap_or_else(|unsupported| {
                offered = Err(unsupported);
                None
            })
        });
        if offered.is_err() {
            self.operations.pop();
        }
        offered.map(|()| found)
    }

    /// Iterates over the map and records what it met.
    pub fn iterate<M: Map + ?Sized>(&mut self, map: &M) -> Result<(), Unsupported> {
        let mut met = Vec::new();
        let start = self.now();
        fence(Ordering::SeqCst);
        map.iterate(&mut |key, value| {
            met.push((*key, *value));
            crate::chaos::point();
        })?;
        fence(Ordering::SeqCst);
        let end = self.now();
        self.iterations.push(Iteration { start, end, thread: self.thread, met });
        Ok(())
    }

    /// The number of operations recorded.
    #[must_use]
    pub fn len(&self) -> usize {
        self.operations.len()
    }

    /// Whether nothing has been recorded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    pub(super) fn into_parts(self) -> (Vec<Operation>, Vec<Iteration>) {
        (self.operations, self.iterations)
    }
}
