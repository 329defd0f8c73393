//! The nearest entries of a bound, and taking the first or the last one out.

use super::find::Spot;
use super::leaf::Place;
use super::walk::{Bound, Passed, Run};
use super::{Held, List};
use crate::class::Storage;
use crate::sync::spin;
use alloc::vec::Vec;
use core::marker::PhantomData;
use equivalent::Comparable;

impl<'l, K: Ord, V, C: Storage<K, V>> Run<'l, K, V, C> {
    /// The spot of the first entry, or of the last one.
    fn spot(self, last: bool) -> Spot<'l, K, V, C> {
        let (rank, words) = self.end(last);
        // SAFETY: the leaf was linked in the pinned era.
        let slot = unsafe { self.leaf.as_ref() }.slot_at(self.state, rank);
        let Run { pinned, leaf, state, .. } = self;
        Spot { pinned, leaf, state, place: Place::At { slot }, words, marker: PhantomData }
    }
}

impl<K: Ord, V, C: Storage<K, V>> List<K, V, C> {
    /// The nearest entry on one side of a bound, and the leaves that have nothing between. At one moment of the call.
    fn near<Q: Comparable<K> + ?Sized>(
        &self,
        bound: Bound<&Q>,
        leftwards: bool,
    ) -> Run<'_, K, V, C> {
        let mut turn = 0;
        loop {
            let run = if leftwards { self.run_until(bound) } else { self.run_from(bound) };
            if run.is_near() {
                return run;
            }
            spin(&mut turn);
        }
    }

    /// The first entry from a bound on.
    pub(crate) fn first_from<Q: Comparable<K> + ?Sized>(
        &self,
        from: Bound<&Q>,
    ) -> Option<Held<'_, K, V, C>> {
        let run = self.near(from, false);
        if run.is_empty() { None } else { run.spot(false).held() }
    }

    /// The last entry up to a bound.
    pub(crate) fn last_until<Q: Comparable<K> + ?Sized>(
        &self,
        to: Bound<&Q>,
    ) -> Option<Held<'_, K, V, C>> {
        let run = self.near(to, true);
        if run.is_empty() { None } else { run.spot(true).held() }
    }

    /// Takes out the first entry of all, or the last one.
    pub(crate) fn pop(&self, last: bool) -> Option<Held<'_, K, V, C>> {
        let mut turn = 0;
        loop {
            let mut run = self.near::<K>(Bound::Unbounded, last);
            if run.is_empty() {
                return None;
            }
            let passed = core::mem::take(&mut run.passed);
            let mut locks = Vec::with_capacity(passed.len());
            let spot = run.spot(last);
            // Nothing may come between: what was passed is locked as it was, until the entry is out.
            for passed in &passed {
                // SAFETY: the leaf was linked in the pinned era.
                let Some(lock) = unsafe { passed.leaf.as_ref() }.lock(passed.state) else { break };
                locks.push(lock);
            }
            let Place::At { slot } = spot.place else { continue };
            let nothing_there = locks.len() == passed.len() && passed.iter().all(Passed::is_so);
            let locked = if nothing_there { spot.leaf().lock(spot.state) } else { None };
            let wrapped = locked.map(|locked| locked.remove(slot));
            drop(locks);
            if let Some(wrapped) = wrapped {
                return Some(self.taken(spot, wrapped));
            }
            spin(&mut turn);
        }
    }

    /// Takes all entries out, leaf by leaf; what comes in meanwhile may stay.
    pub(crate) fn clear(&self) {
        let mut run = self.run_from::<K>(Bound::Unbounded);
        let mut turn = 0;
        while !run.is_empty() {
            // SAFETY: the leaf was linked in the era that the run has pinned.
            let leaf = unsafe { run.leaf.as_ref() };
            if self.empty(leaf, run.state) {
                self.join(&run.pinned, leaf);
                run.advance(self);
            } else {
                spin(&mut turn);
                run.again(self, false);
            }
        }
    }
}
