//! Counters that many threads change without sharing a cache line, most of them without a locked instruction.
//!
//! Every thread counts in a **lane** of its own: the counters, and how many operations there are until the next sample.
//! The first 64 threads that are alive have a number each (see `raw::hazard::thread`), and a lane goes with a number, so that
//! nobody else writes to it and a count is a load and a store. Further threads share a few lanes, by locked instructions.
//! The lanes of the first eight numbers are part of the map; others are allocated when the first thread needs them.
//!
//! # Sampling
//! Between two samples of a lane there are between one and `2 n - 1` operations, at random and each as likely, which is `n` in the
//! mean: a program whose operations repeat in a period of `n` is not sampled at the same place for ever. Where all operations take
//! the long way, each is sampled with the probability `1 / n`.

use super::calls::{Counter, STRIPED};
use crate::raw::hazard::thread;
use crate::sync::{AtomicU64, Ordering::Relaxed};
use alloc::boxed::Box;
use core::hash::BuildHasher;
use std::hash::RandomState;
use std::sync::OnceLock;

/// Lanes of a block.
const BLOCK: usize = 8;

/// Blocks for threads that have a number of their own, behind the first block.
const MORE: usize = thread::HINTS / BLOCK - 1;

/// Never: more operations than a thread can do.
const NEVER: u64 = 1 << 62;

/// What one thread counts of one map. Two cache lines, because processors fetch lines in pairs.
#[repr(align(128))]
pub(super) struct Lane {
    /// Operations until the next one that is sampled.
    left: AtomicU64,
    random: AtomicU64,
    counts: [AtomicU64; STRIPED],
}

/// The lanes of a map.
pub(super) struct Lanes {
    first: [Lane; BLOCK],
    more: [OnceLock<Box<[Lane; BLOCK]>>; MORE],
    shared: OnceLock<Box<[Lane; BLOCK]>>,
    /// Sampled is one operation in so many; none if zero.
    every: u32,
    /// Whether all operations take the long way.
    all_aside: bool,
}

/// The turn of an operation that takes the long way: its thread's lane, and whether it is to be sampled.
pub(super) struct Turn<'l> {
    lane: &'l Lane,
    /// Whether no other thread counts there.
    alone: bool,
    pub(super) is_sampled: bool,
}

impl Lanes {
    pub(super) fn new(every: u32) -> Self {
        Self::with(every, false)
    }

    /// Lanes of which none is ever [`plain`](Self::plain).
    pub(super) fn aside(every: u32) -> Self {
        Self::with(every, true)
    }

    fn with(every: u32, all_aside: bool) -> Self {
        Self {
            first: Lane::block(every, all_aside),
            more: [const { OnceLock::new() }; MORE],
            shared: OnceLock::new(),
            every,
            all_aside,
        }
    }

    /// The lane of the calling thread, if it is one of the first eight, and the operation that begins is not to be sampled.
    /// Otherwise the operation has to take a [`turn`](Self::turn). The lane stays the thread's until the call returns.
    #[inline(always)]
    pub(super) fn plain(&self) -> Option<&Lane> {
        let lane = self.first.get(thread::own_or_more())?;
        if lane.is_due() { None } else { Some(lane) }
    }

    /// The turn of an operation for which there was no [`plain`](Self::plain) lane.
    #[cold]
    #[inline(never)]
    pub(super) fn turn(&self) -> Turn<'_> {
        let near = self.first.get(thread::own_or_more());
        let (lane, alone) = near.map_or_else(|| self.find(), |lane| (lane, true));
        let is_sampled = if self.all_aside {
            lane.draws(self.every)
        } else {
            near.is_some()
                || if alone { lane.is_due() } else { lane.left.fetch_sub(1, Relaxed) == 1 }
        };
        if is_sampled || self.all_aside {
            lane.renew(self.every, self.all_aside);
        }
        Turn { lane, alone, is_sampled }
    }

    /// The lane of a thread that is not known to be one of the first eight, and whether the thread is alone there.
    fn find(&self) -> (&Lane, bool) {
        let (block, place, alone) = match thread::own_hint() {
            Some(hint) if hint < BLOCK => return (&self.first[hint], true),
            Some(hint) => (&self.more[hint / BLOCK - 1], hint % BLOCK, true),
            None => (&self.shared, thread::assigned_hint() % BLOCK, false),
        };
        let block = block.get_or_init(|| Box::new(Lane::block(self.every, self.all_aside)));
        (&block[place], alone)
    }

    /// Whether something that is sampled and not counted is due.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.plain().is_none() && self.turn().is_sampled
    }

    /// The counters, summed up over all lanes: exact when nobody counts.
    pub(super) fn sum(&self) -> [u64; STRIPED] {
        let blocks = self.more.iter().chain([&self.shared]).filter_map(OnceLock::get);
        let lanes = self.first.iter().chain(blocks.flat_map(|block| block.iter()));
        lanes.fold([0; STRIPED], |mut sums, lane| {
            for (sum, count) in sums.iter_mut().zip(&lane.counts) {
                *sum = sum.wrapping_add(count.load(Relaxed));
            }
            sums
        })
    }
}

impl Lane {
    fn block(every: u32, all_aside: bool) -> [Self; BLOCK] {
        let seeds = RandomState::new();
        core::array::from_fn(|place| {
            let lane = Self {
                left: AtomicU64::new(NEVER),
                random: AtomicU64::new(seeds.hash_one(place) | 1),
                counts: [const { AtomicU64::new(0) }; STRIPED],
            };
            lane.renew(every, all_aside);
            lane
        })
    }

    /// Whether the operation that begins is to be sampled. For the thread that is alone here.
    #[inline(always)]
    fn is_due(&self) -> bool {
        let left = self.left.load(Relaxed).wrapping_sub(1);
        self.left.store(left, Relaxed);
        left == 0
    }

    /// Counts one. For the thread that is alone here.
    #[inline(always)]
    pub(super) fn count(&self, counter: Counter) {
        if let Some(count) = self.counts.get(counter.place()) {
            count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
        }
    }

    /// Draws when the next sample is due. Where all operations take the long way that is decided there, for each.
    fn renew(&self, every: u32, all_aside: bool) {
        let gap = match u64::from(every) {
            _ if all_aside => 1,
            0 => NEVER,
            every => 1 + self.random() % (2 * every - 1),
        };
        self.left.store(gap, Relaxed);
    }

    /// Whether an operation is sampled, where each is with the same probability.
    fn draws(&self, every: u32) -> bool {
        every > 0 && self.random() % u64::from(every) == 0
    }

    /// Marsaglia's xorshift, "Xorshift RNGs", 2003.
    fn random(&self) -> u64 {
        let mut random = self.random.load(Relaxed);
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        self.random.store(random, Relaxed);
        random
    }
}

impl Turn<'_> {
    /// Counts the operation.
    pub(super) fn count(&self, counter: Counter) {
        if self.alone {
            self.lane.count(counter);
        } else {
            self.lane.counts[counter.place()].fetch_add(1, Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::calls::counted;
    use super::*;

    fn count(lanes: &Lanes, counter: Counter) {
        match lanes.plain() {
            Some(lane) => lane.count(counter),
            None => lanes.turn().count(counter),
        }
    }

    #[test]
    fn threads_that_come_and_go_lose_no_count() {
        for every in [0, 3] {
            let lanes = Lanes::new(every);
            for _ in 0..10 {
                std::thread::scope(|scope| {
                    for _ in 0..100 {
                        scope.spawn(|| (0..500).for_each(|_| count(&lanes, counted::HIT)));
                    }
                });
            }
            assert_eq!(lanes.sum()[counted::HIT.place()], 10 * 100 * 500);
        }
    }

    #[test]
    fn one_in_so_many_is_due_and_none_where_none_is_wanted() {
        for new in [Lanes::new, Lanes::aside] {
            let due = |every: u32, operations: u32| {
                let lanes = new(every);
                (0..operations).filter(|_| lanes.is_due()).count()
            };
            assert_eq!((due(0, 100_000), due(1, 1_000)), (0, 1_000));
            // The standard deviation of a gap is at most its mean, so that of 10,000 gaps is at most 100 in their number.
            let sampled = due(100, 1_000_000);
            assert!((9_400..=10_600).contains(&sampled), "{sampled} samples");
        }
    }

    #[test]
    fn a_period_of_the_program_is_sampled_at_every_place() {
        let lanes = Lanes::new(64);
        let mut places = [0u32; 64];
        for operation in 0..1_000_000 {
            if lanes.is_due() {
                places[operation % 64] += 1;
            }
        }
        assert!(places.iter().all(|&samples| (120..=380).contains(&samples)), "{places:?}");
    }
}
