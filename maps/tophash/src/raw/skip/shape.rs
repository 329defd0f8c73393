//! How leaves come and go: splitting, joining, and what the index learns of it.
//!
//! # Splitting
//! A full leaf gives its upper entries to a new one at its right. It is *moving* while its link and its upper bound
//! change, and has a new version from the beginning of that. While it moves, it ends where the leaf begins that it is
//! linked to. Entries beyond that may be changed in the new leaf by then, so that readers of a moving leaf look for
//! each of them whether it is.
//!
//! # Joining
//! A leaf that has become empty is joined to the one left of it, under both locks: that one's upper bound becomes the
//! dead leaf's, then its link, and then the other is dead. In between both say of the keys in question that there are
//! none, and nobody can put one in. Who has the old bound with the new link comes to a leaf that begins beyond his key, and
//! begins again; by then all is done that he could be waiting for. Joining is given up whenever somebody else is about.
//!
//! # The index
//! It learns of a leaf after it was split off, and that it is gone after it was joined. Each leaf has a word that says how
//! far that is; who finds it dead when it has got into the index takes it out again. A dead leaf is retired when nothing
//! leads to it: the one left of it does not any more when it is dead, and the index does not when it was taken out there.

use super::era::{Kind, Pinned};
use super::find::Spot;
use super::index::{Made, Node};
use super::leaf::{Changed, Leaf};
use super::order::SLOTS;
use super::{List, entry};
use crate::class::Storage;
use crate::sync::{AtomicUsize, Ordering, fence, spin};
use alloc::boxed::Box;
use core::ptr::NonNull;

/// The index does not lead to the leaf.
const OUT: usize = 0;
/// Somebody is bringing the leaf into the index.
const ENTERING: usize = 1;
/// The index leads to the leaf.
const IN: usize = 2;
/// Somebody is taking the leaf out.
const LEAVING: usize = 3;
/// The leaf is gone, and nobody will bring it in any more.
const GONE: usize = 4;

/// From one stage to another, if nobody else was first.
fn stage(of: &AtomicUsize, from: usize, to: usize) -> bool {
    of.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
}

impl<K: Ord, V, C: Storage<K, V>> List<K, V, C> {
    /// Splits the full leaf of a spot, where an entry is to go in at `rank`; does nothing if it has changed.
    #[cold]
    #[inline(never)]
    pub(super) fn split(&self, spot: &Spot<'_, K, V, C>, rank: usize) {
        let leaf = spot.leaf();
        // What grows at its end stays full behind.
        let grows = rank == SLOTS && leaf.next.load(Ordering::Relaxed).is_null();
        let from = if grows { SLOTS - 1 } else { SLOTS / 2 };
        let right = Box::into_raw(Box::new(Leaf::new(0, spot.pinned.number())));
        let Some(locked) = leaf.lock(spot.state) else {
            // SAFETY: made above, and shown to nobody.
            return drop(unsafe { Box::from_raw(right) });
        };
        let low = locked.key_at(from);
        if entry::boxed::<K, V, C>() {
            // SAFETY: the entry is in a slot, which is locked.
            unsafe { entry::share::<K, V>(low) };
        }
        // SAFETY: as above.
        unsafe { (*right).low = low };
        let wrapped = locked.split(from, right);
        self.counts.leaves.fetch_add(1, Ordering::Relaxed);
        self.counts.splits.fetch_add(1, Ordering::Relaxed);
        self.counts.moved.fetch_add((SLOTS - from) as u64, Ordering::Relaxed);
        self.note(wrapped);
        // SAFETY: it was linked in the pinned era or later, and born in it.
        self.enter(unsafe { &*right });
    }

    /// Brings a leaf into the index.
    fn enter(&self, leaf: &Leaf) {
        /// Says that the leaf is in the index, or that it is not after all; and helps it out again if it is dead.
        struct Entering<'l, K: Ord, V, C: Storage<K, V>>(&'l List<K, V, C>, &'l Leaf, usize);
        impl<K: Ord, V, C: Storage<K, V>> Drop for Entering<'_, K, V, C> {
            fn drop(&mut self) {
                self.1.indexed.store(self.2, Ordering::SeqCst);
                fence(Ordering::SeqCst);
                if self.1.state().is_dead() {
                    self.0.leave(self.1);
                }
            }
        }
        if !stage(&leaf.indexed, OUT, ENTERING) {
            return;
        }
        // It is not retired before its stage is another one.
        let mut entering = Entering(self, leaf, OUT);
        self.change_index(|root, birth| {
            // SAFETY: the root, and all below it, were linked in the pinned era; the leaf was not retired.
            Some(unsafe {
                root.with(NonNull::from(leaf), leaf.low, birth, |bound| {
                    entry::key::<K, V, C>(bound) <= entry::key::<K, V, C>(&leaf.low)
                })
            })
        });
        entering.2 = IN;
    }

    /// Takes a dead leaf out of the index, unless somebody else does, and retires it.
    fn leave(&self, leaf: &Leaf) {
        /// Says that the leaf is in the index after all, if a comparison panics.
        struct Leaving<'l>(&'l Leaf);
        impl Drop for Leaving<'_> {
            fn drop(&mut self) {
                self.0.indexed.store(IN, Ordering::SeqCst);
            }
        }
        // The leaf was dead before: either this sees how far it got into the index, or whoever brings it in sees that.
        fence(Ordering::SeqCst);
        if stage(&leaf.indexed, IN, LEAVING) {
            let leaving = Leaving(leaf);
            self.change_index(|root, birth| {
                let low = &leaf.low;
                // SAFETY: the root, and all below it, were linked in the pinned era; the leaf was not retired.
                unsafe {
                    root.without(
                        NonNull::from(leaf),
                        birth,
                        |bound| entry::key::<K, V, C>(bound) <= entry::key::<K, V, C>(low),
                        |bound| entry::key::<K, V, C>(bound) >= entry::key::<K, V, C>(low),
                    )
                }
            });
            core::mem::forget(leaving);
        } else if !stage(&leaf.indexed, OUT, GONE) {
            return;
        }
        self.counts.leaves.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: neither the index nor another leaf leads to it, and only one thread gets here.
        unsafe { self.retire(Kind::Leaf, NonNull::from(leaf).cast(), leaf.birth) };
    }

    /// Puts what `make` makes of the root in its place, again if another one has come there meanwhile.
    fn change_index(&self, mut make: impl FnMut(&Node, u64) -> Option<Made>) {
        let mut turn = 0;
        loop {
            let pinned = self.pin();
            let root = self.root.0.load(Ordering::Acquire);
            if !self.eras.is_now(&pinned) {
                continue;
            }
            // SAFETY: the root was linked in the pinned era.
            let Some(new) = make(unsafe { &*root }, pinned.number()) else { return };
            let put = self.root.0.compare_exchange(
                root,
                new.root.as_ptr(),
                Ordering::AcqRel,
                Ordering::Relaxed,
            );
            if put.is_err() {
                Made::discard(new.made);
                spin(&mut turn);
                continue;
            }
            self.counts.nodes.fetch_add(new.made.len(), Ordering::Relaxed);
            self.counts.nodes.fetch_sub(new.old.len(), Ordering::Relaxed);
            for node in new.old {
                // SAFETY: the new root does not lead to it, and the old one is retired with it. It is alive until then.
                unsafe { self.retire(Kind::Node, node.cast(), (*node.as_ptr()).birth) };
            }
            return;
        }
    }

    /// Joins an empty leaf to the one left of it, unless somebody else is about.
    #[cold]
    #[inline(never)]
    pub(super) fn join(&self, pinned: &Pinned<'_>, leaf: &Leaf) {
        if core::ptr::eq(leaf, self.first.as_ptr()) || leaf.state().count() > 0 {
            return;
        }
        let Ok(Some(left)) = self.leads_to(pinned, leaf) else { return };
        // SAFETY: it was linked in the pinned era.
        let left = unsafe { left.as_ref() };
        let Some(left) = left.lock(left.state()).filter(|left| !left.state.is_dead()) else {
            return;
        };
        let is_next = core::ptr::eq(left.leaf.next.load(Ordering::Relaxed), leaf);
        let state = leaf.state();
        if !is_next || state.count() > 0 || state.is_dead() {
            return;
        }
        let Some(dead) = leaf.lock(state) else { return };
        let wrapped = left.join(dead);
        self.note(wrapped);
        self.leave(leaf);
    }

    /// The leaf whose link leads to this one, if it is found.
    fn leads_to(&self, pinned: &Pinned<'_>, leaf: &Leaf) -> Result<Option<NonNull<Leaf>>, Changed> {
        // SAFETY: bounds of leaves that were linked in the pinned era.
        let before = |bound: &u64| unsafe {
            entry::key::<K, V, C>(bound) < entry::key::<K, V, C>(&leaf.low)
        };
        let mut at = self.descend(pinned, false, before)?;
        loop {
            // SAFETY: it was linked in the pinned era.
            let left = unsafe { at.as_ref() };
            let state = left.state();
            if state.is_dead() {
                return Ok(None);
            }
            if core::ptr::eq(left.next.load(Ordering::Acquire), leaf) {
                return Ok(Some(at));
            }
            match self.right_of(pinned, left, state, before)? {
                Some(right) => at = right,
                None => return Ok(None),
            }
        }
    }
}
