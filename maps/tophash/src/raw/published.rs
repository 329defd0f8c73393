//! A value that is replaced whole: readers get at the newest one without waiting, and superseded ones are handed back
//! when nobody can be reading them any more.
//!
//! # Why a value that is read is never handed back
//! Readers are counted by [`super::readings`], whose argument this rests on. A value is out of use when every count was seen at
//! nought after it was superseded, and it is the *turns* that tell: readings begin on one side, and when all counts of
//! the other are at nought the sides change places. Each value that was superseded keeps the number of turns there had
//! been. Every look at the counts is taken under the publishers' lock, so after all that wait were superseded; and a
//! turn from the one side has seen the counts of the other. So what was superseded at turn `t` is out of use at turn
//! `t + 2`. This is sleepable read-copy-update, with nobody waiting.
//!
//! # Progress
//! A reading begins and ends in a bounded number of steps, whatever other threads do. Publishing waits for other
//! publishers for a few stores and for no reader. A reading that does not end keeps all that is superseded meanwhile.

#[cfg(all(test, loom))]
mod model;

use super::hazard::thread;
use super::readings::{self, Readings, fence_of_the_model};
use crate::sync::{AtomicPtr, AtomicUsize, Mutex, Ordering};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ops::Deref;

/// A value that is replaced whole. See the module.
pub(crate) struct Published<T> {
    /// From a box, which the cell owns.
    current: AtomicPtr<T>,
    /// Turns so far; the last bit is the side on which readings begin.
    turns: AtomicUsize,
    readings: Readings,
    superseded: Mutex<Vec<Superseded<T>>>,
    marker: PhantomData<T>,
}

/// Values that nobody reads any more.
pub(crate) type HandedBack<T> = Vec<Box<T>>;

struct Superseded<T> {
    value: Box<T>,
    turn: usize,
}

// SAFETY: the value may be dropped by whichever thread has the cell, and be lent to several.
unsafe impl<T: Send + Sync> Send for Published<T> {}
// SAFETY: as above; superseded values are handed to whoever publishes.
unsafe impl<T: Send + Sync> Sync for Published<T> {}

/// The newest value at the moment when the reading began, until this is dropped.
pub(crate) struct Reading<'p, T> {
    value: &'p T,
    /// Kept for what dropping it does.
    _reading: readings::Reading<'p>,
}

impl<T> Published<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            current: AtomicPtr::new(Box::into_raw(Box::new(value))),
            turns: AtomicUsize::new(0),
            readings: Readings::new(),
            superseded: Mutex::new(Vec::new()),
            marker: PhantomData,
        }
    }

    /// Begins a reading of the newest value: wait-free, with the cost of [`Readings::begin`].
    #[inline]
    pub(crate) fn read(&self) -> Reading<'_, T> {
        self.read_as(thread::own_hint())
    }

    #[inline]
    fn read_as(&self, own: Option<usize>) -> Reading<'_, T> {
        let reading = self.readings.begin(self.turns.load(Ordering::Relaxed), own);
        let value = self.current.load(Ordering::SeqCst);
        delicate!();
        // SAFETY: the pointer is a box's that the cell owns. It is handed back only when every count was seen at nought
        // after it was superseded, and ours is not before the reading is dropped: see the module.
        Reading { value: unsafe { &*value }, _reading: reading }
    }

    /// Puts a value in the place of the newest, and returns what was superseded earlier and nobody reads any more: for the
    /// caller to drop where that may take its time.
    ///
    /// Waits for other publishers for a few stores, and for no reader.
    #[must_use = "what is dropped here is dropped under the caller's lock"]
    pub(crate) fn publish(&self, value: T) -> HandedBack<T> {
        let value = Box::into_raw(Box::new(value));
        let mut superseded = self.lock();
        // Room first: nothing may panic between the swap and the list.
        superseded.reserve(1);
        let old = self.current.swap(value, Ordering::SeqCst);
        delicate!();
        // SAFETY: the pointer came from a box, which this swap alone took out of the cell.
        let value = unsafe { Box::from_raw(old) };
        superseded.push(Superseded { value, turn: self.turns.load(Ordering::Relaxed) });
        self.collect(&mut superseded)
    }

    /// What was superseded and nobody reads any more.
    #[must_use = "what is dropped here is dropped under the caller's lock"]
    pub(crate) fn tidy(&self) -> HandedBack<T> {
        self.collect(&mut self.lock())
    }

    /// How many values were superseded and not handed back.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.lock().len()
    }

    /// Lends each value that was superseded and not handed back, with what publishes locked out.
    pub(crate) fn each_waiting(&self, mut meet: impl FnMut(&T)) {
        self.lock().iter().for_each(|superseded| meet(&superseded.value));
    }

    /// Turns the side as often as it can be, twice at most, and takes out what has waited for two turns.
    fn collect(&self, superseded: &mut Vec<Superseded<T>>) -> HandedBack<T> {
        let mut turns = self.turns.load(Ordering::Relaxed);
        for _ in 0..2 {
            if superseded.is_empty() || !self.readings.have_ended(turns.wrapping_add(1)) {
                break;
            }
            turns = turns.wrapping_add(1);
            self.turns.store(turns, Ordering::Relaxed);
            fence_of_the_model();
        }
        let wanted = mutant!("superseded-at-once", 0, mutant!("one-turn-is-enough", 1, 2));
        let out_of_use = superseded
            .iter()
            .take_while(|superseded| turns.wrapping_sub(superseded.turn) >= wanted)
            .count();
        superseded.drain(..out_of_use).map(|superseded| superseded.value).collect()
    }

    #[cfg(not(loom))]
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Superseded<T>>> {
        // The list is whole whenever something could panic.
        self.superseded.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    #[cfg(loom)]
    fn lock(&self) -> loom::sync::MutexGuard<'_, Vec<Superseded<T>>> {
        self.superseded.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl<T> Deref for Reading<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

impl<T> Drop for Published<T> {
    fn drop(&mut self) {
        let current = self.current.load(Ordering::Relaxed);
        // SAFETY: the pointer came from a box that the cell owns, and no reading is left to borrow the cell.
        drop(unsafe { Box::from_raw(current) });
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use alloc::sync::Arc;
    use std::thread;

    #[test]
    fn what_is_read_is_not_handed_back_and_all_else_is() {
        let published = Published::new(Arc::new(0));
        let first = Arc::clone(&published.read());
        assert_eq!(Arc::strong_count(&first), 2);
        let reading = published.read();
        for next in 1..=100 {
            assert!(
                published.publish(Arc::new(next)).is_empty(),
                "the reading was before all of them"
            );
        }
        assert_eq!((**reading, published.waiting()), (0, 100));
        drop(reading);
        let back = published.tidy();
        assert_eq!((back.len(), published.waiting(), **published.read()), (100, 0, 100));
        drop(back);
        assert_eq!(Arc::strong_count(&first), 1);
    }

    #[test]
    fn readers_that_never_pause_keep_nothing_for_long() {
        const ROUNDS: u64 = if cfg!(miri) { 100 } else { 20_000 };
        let published = &Published::new([0; 4]);
        let done = &std::sync::atomic::AtomicBool::new(false);
        let most = thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let mut last = 0;
                    while !done.load(Ordering::Relaxed) {
                        // There is always a reading: the next begins before this one ends.
                        let (one, two) = (published.read(), published.read());
                        assert!(one.iter().all(|word| *word == one[0]) && one[0] >= last);
                        last = two[0];
                    }
                });
            }
            let mut most = 0;
            for round in 1..=ROUNDS {
                for mut gone in published.publish([round; 4]) {
                    // Whoever reads it now sees words that differ.
                    gone[1] = u64::MAX;
                }
                most = most.max(published.waiting());
                if round % 64 == 0 {
                    thread::yield_now();
                }
            }
            done.store(true, Ordering::Relaxed);
            most
        });
        drop(published.tidy());
        assert_eq!(published.waiting(), 0);
        assert!(most < ROUNDS as usize, "{most} of {ROUNDS} waited");
    }
}
