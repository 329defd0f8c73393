//! Counters that many threads change without sharing a cache line, most of them without a locked instruction.
//!
//! Every thread counts in a **lane** of its own: the counters, and how many operations there are until the next sample.
//! The first 64 threads that are alive have a number each (see `raw::hazard::thread`), and a lane goes with a number, so that
//! nobody else writes to it and a count is a load and a store. Further threads share a few lanes, by locked instructions.
//! The lanes of the first eight numbers are part of the map; others are allocated when the first thread needs them.
//!
//! # Sampling
//! Between two samples of a lane there are between one and `2 n - 1` operations, at random and each as likely, which is `n` in the
//! mean: a program whose operations repeat in a period of `n` is not sampled at the same place for ever.

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
}

/// The calling thread's lane.
#[derive(Clone, Copy)]
pub(super) struct Mine<'l> {
    lane: &'l Lane,
    /// Whether no other thread counts there.
    alone: bool,
    every: u32,
}

impl Lanes {
    pub(super) fn new(every: u32) -> Self {
        Self {
            first: Lane::block(every),
            more: [const { OnceLock::new() }; MORE],
            shared: OnceLock::new(),
            every,
        }
    }

    /// The lane of the calling thread. It stays this thread's for as long as the thread is in the call of a map.
    #[inline(always)]
    pub(super) fn mine(&self) -> Mine<'_> {
        match self.first.get(thread::own_or_more()) {
            Some(lane) => Mine { lane, alone: true, every: self.every },
            None => self.find(),
        }
    }

    #[cold]
    #[inline(never)]
    fn find(&self) -> Mine<'_> {
        let (block, place, alone) = match thread::own_hint() {
            Some(hint) if hint < BLOCK => {
                return Mine { lane: &self.first[hint], alone: true, every: self.every };
            }
            Some(hint) => (&self.more[hint / BLOCK - 1], hint % BLOCK, true),
            None => (&self.shared, thread::assigned_hint() % BLOCK, false),
        };
        let block = block.get_or_init(|| Box::new(Lane::block(self.every)));
        Mine { lane: &block[place], alone, every: self.every }
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
    fn block(every: u32) -> [Self; BLOCK] {
        let seeds = RandomState::new();
        core::array::from_fn(|place| {
            let lane = Self {
                left: AtomicU64::new(NEVER),
                random: AtomicU64::new(seeds.hash_one(place) | 1),
                counts: [const { AtomicU64::new(0) }; STRIPED],
            };
            lane.renew(every);
            lane
        })
    }

    /// Draws when the next sample is due.
    fn renew(&self, every: u32) {
        let gap = match u64::from(every) {
            0 => NEVER,
            every => {
                // Marsaglia's xorshift, "Xorshift RNGs", 2003.
                let mut random = self.random.load(Relaxed);
                random ^= random << 13;
                random ^= random >> 7;
                random ^= random << 17;
                self.random.store(random, Relaxed);
                1 + random % (2 * every - 1)
            }
        };
        self.left.store(gap, Relaxed);
    }
}

impl Mine<'_> {
    /// Whether the operation that begins is to be sampled.
    #[inline(always)]
    pub(super) fn is_due(self) -> bool {
        if !self.alone {
            return self.is_due_shared();
        }
        let left = self.lane.left.load(Relaxed).wrapping_sub(1);
        self.lane.left.store(left, Relaxed);
        left == 0
    }

    #[cold]
    #[inline(never)]
    fn is_due_shared(self) -> bool {
        self.lane.left.fetch_sub(1, Relaxed) == 1
    }

    /// Draws when the next sample is due.
    pub(super) fn renew(self) {
        self.lane.renew(self.every);
    }

    /// Counts one.
    #[inline(always)]
    pub(super) fn count(self, counter: Counter) {
        let Some(count) = self.lane.counts.get(counter.place()) else { return };
        if self.alone {
            count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
        } else {
            count_shared(count);
        }
    }
}

#[cold]
#[inline(never)]
fn count_shared(count: &AtomicU64) {
    count.fetch_add(1, Relaxed);
}

#[cfg(test)]
mod tests {
    use super::super::calls::counted;
    use super::*;

    #[test]
    fn threads_that_come_and_go_lose_no_count() {
        let lanes = Lanes::new(0);
        for _ in 0..10 {
            std::thread::scope(|scope| {
                for _ in 0..100 {
                    scope.spawn(|| (0..500).for_each(|_| lanes.mine().count(counted::HIT)));
                }
            });
        }
        assert_eq!(lanes.sum()[counted::HIT.place()], 10 * 100 * 500);
    }

    #[test]
    fn one_in_so_many_is_due_and_none_where_none_is_wanted() {
        let due = |every: u32, operations: u32| {
            let lanes = Lanes::new(every);
            let mine = lanes.mine();
            (0..operations)
                .filter(|_| {
                    mine.is_due() && {
                        mine.renew();
                        true
                    }
                })
                .count()
        };
        assert_eq!((due(0, 100_000), due(1, 1_000)), (0, 1_000));
        // The standard deviation of a gap is 0.58 of its mean, so that of 10,000 gaps is below 60 in their number.
        let sampled = due(100, 1_000_000);
        assert!((9_700..=10_300).contains(&sampled), "{sampled} samples");
    }

    #[test]
    fn a_period_of_the_program_is_sampled_at_every_place() {
        let lanes = Lanes::new(64);
        let mine = lanes.mine();
        let mut places = [0u32; 64];
        for operation in 0..1_000_000 {
            if mine.is_due() {
                mine.renew();
                places[operation % 64] += 1;
            }
        }
        assert!(places.iter().all(|&samples| (120..=380).contains(&samples)), "{places:?}");
    }
}
