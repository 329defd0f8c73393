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

/// The turn of an operation that takes the long way: its thread's lane, and whether it is to be sampled.
pub(super) struct Turn<'l> {
    lane: &'l Lane,
    /// Whether no other thread counts there.
    alone: bool,
    pub(super) is_sampled: bool,
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

    /// Lanes in which every operation has to take a turn, as long as turns are taken for all of them.
    pub(super) fn aside(every: u32) -> Self {
        let lanes = Self::new(every);
        lanes.first.iter().for_each(|lane| lane.left.store(1, Relaxed));
        lanes
    }

    /// The lane of the calling thread, if it is one of the first eight, and the operation that begins is not to be sampled.
    /// Otherwise the operation has to take a [`turn`](Self::turn). The lane stays the thread's until the call returns.
    #[inline(always)]
    pub(super) fn plain(&self) -> Option<&Lane> {
        let lane = self.first.get(thread::own_or_more())?;
        if lane.is_due() { None } else { Some(lane) }
    }

    /// The turn of an operation for which there was no [`plain`](Self::plain) lane.
    ///
    /// Where `all` are to take it, the next one of this thread will, and which are sampled is drawn for each.
    #[cold]
    #[inline(never)]
    pub(super) fn turn(&self, all: bool) -> Turn<'_> {
        let near = self.first.get(thread::own_or_more());
        let (lane, alone) = near.map_or_else(|| self.find(), |lane| (lane, true));
        if all {
            lane.left.store(1, Relaxed);
            return Turn { lane, alone, is_sampled: lane.draw(self.every) };
        }
        let is_sampled = match (near, alone) {
            // It was found to be due before.
            (Some(_), _) => true,
            (None, true) => lane.is_due(),
            (None, false) => lane.left.fetch_sub(1, Relaxed) == 1,
        };
        if is_sampled {
            lane.renew(self.every);
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
        let block = block.get_or_init(|| Box::new(Lane::block(self.every)));
        (&block[place], alone)
    }

    /// Whether something that is sampled and not counted is due.
    #[inline]
    pub(super) fn is_due(&self) -> bool {
        self.plain().is_none() && self.turn(false).is_sampled
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

    /// Draws when the next sample is due.
    fn renew(&self, every: u32) {
        let gap = match u64::from(every) {
            0 => NEVER,
            every => 1 + self.random() % (2 * every - 1),
        };
        self.left.store(gap, Relaxed);
    }

    /// Whether one of `every` operations is sampled: each alike, whatever those before were.
    fn draw(&self, every: u32) -> bool {
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
            None => lanes.turn(false).count(counter),
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
        let due = |every: u32, operations: u32| {
            let lanes = Lanes::new(every);
            (0..operations).filter(|_| lanes.is_due()).count()
        };
        assert_eq!((due(0, 100_000), due(1, 1_000)), (0, 1_000));
        // The standard deviation of a gap is 0.58 of its mean, so that of 10,000 gaps is below 60 in their number.
        let sampled = due(100, 1_000_000);
        assert!((9_700..=10_300).contains(&sampled), "{sampled} samples");
    }

    #[test]
    fn where_all_take_turns_one_in_so_many_is_sampled_and_then_again_few_take_turns() {
        let lanes = Lanes::aside(100);
        let sampled = (0..1_000_000).filter(|_| {
            let due = lanes.plain().is_none();
            assert!(due);
            lanes.turn(true).is_sampled
        });
        // The standard deviation is that of a Poisson distribution: 100.
        let sampled = sampled.count();
        assert!((9_500..=10_500).contains(&sampled), "{sampled} samples");
        let none = Lanes::aside(0);
        assert!((0..1_000).all(|_| none.plain().is_none() && !none.turn(true).is_sampled));
        lanes.turn(false);
        let after = (0..100_000).filter(|_| lanes.is_due()).count();
        assert!((800..=1_200).contains(&after), "{after} samples");
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
