//! The list itself: what it has, and what it says of itself.

use super::Words;
use super::end;
use super::entry::{self, Boxed};
use super::era::{Eras, Garbage, Kind, Pinned};
use super::index::Node;
use super::leaf::Leaf;
use super::order::SLOTS;
use crate::class::Storage;
use crate::raw::counter::Counter;
use crate::raw::hazard::{Domain, GLOBAL};
use crate::sync::{AtomicPtr, AtomicU64, AtomicUsize, Ordering};
use alloc::boxed::Box;
use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ptr::NonNull;

/// The root of the index, on lines that change with it alone.
#[repr(align(128))]
pub(super) struct Root(pub(super) AtomicPtr<Node>);

/// What the list counts beside its entries.
#[derive(Default)]
pub(super) struct Counts {
    pub(super) leaves: AtomicUsize,
    pub(super) nodes: AtomicUsize,
    pub(super) splits: AtomicU64,
    pub(super) moved: AtomicU64,
}

/// An ordered list of entries. Owns them.
pub(crate) struct List<K, V, C: Storage<K, V>> {
    pub(super) eras: Eras,
    pub(super) root: Root,
    /// The leaf without a lower bound, which stays as long as the list.
    pub(super) first: NonNull<Leaf>,
    pub(super) entries: Counter,
    pub(super) counts: Counts,
    /// Owns entries, and is changed through shared references: neither type may be exchanged for a subtype.
    marker: PhantomData<(UnsafeCell<(K, V)>, C)>,
}

// SAFETY: a list owns its entries, so it may go where they may.
unsafe impl<K: Send, V: Send, C: Storage<K, V>> Send for List<K, V, C> {}
// SAFETY: threads that share a list read each other's entries (`Sync`), and drop and take out what others put in (`Send`).
unsafe impl<K: Send + Sync, V: Send + Sync, C: Storage<K, V>> Sync for List<K, V, C> {}

/// One entry of a list, as it was at one moment; alive as long as this is.
pub(crate) struct Held<'l, K, V, C: Storage<K, V>> {
    pub(super) words: Words,
    /// Kept for what dropping it does.
    pub(super) _pinned: Option<Pinned<'static>>,
    pub(super) marker: PhantomData<&'l List<K, V, C>>,
}

// SAFETY: it lends an entry to the thread that has it.
unsafe impl<K: Sync, V: Sync, C: Storage<K, V>> Send for Held<'_, K, V, C> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync, C: Storage<K, V>> Sync for Held<'_, K, V, C> {}

impl<K, V, C: Storage<K, V>> Held<'_, K, V, C> {
    /// # Safety
    /// The words are those of an entry which was in the list in the pinned era.
    pub(super) unsafe fn of(words: Words, pinned: Pinned<'static>) -> Self {
        let pinned = entry::boxed::<K, V, C>().then_some(pinned);
        Self { words, _pinned: pinned, marker: PhantomData }
    }

    #[inline]
    pub(crate) fn key(&self) -> &K {
        // SAFETY: the entry was in the list in the pinned era, which keeps it alive; or else the words are all there is.
        unsafe { entry::key::<K, V, C>(&self.words[0]) }
    }

    #[inline]
    pub(crate) fn value(&self) -> &V {
        // SAFETY: as above.
        unsafe { entry::value::<K, V, C>(&self.words) }
    }
}

/// What a list says of itself.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Figures {
    pub(crate) entries: usize,
    /// Entries that the leaves have slots for.
    pub(crate) capacity: usize,
    pub(crate) bytes: usize,
    pub(crate) splits: u64,
    pub(crate) moved: u64,
    pub(crate) retired_bytes: usize,
}

impl<K, V, C: Storage<K, V>> List<K, V, C> {
    pub(crate) fn new() -> Self {
        let largest = size_of::<Boxed<K, V>>().max(size_of::<Node>());
        let eras = Eras::new(largest, end::free::<K, V, C>);
        let first = NonNull::from(Box::leak(Box::new(Leaf::new(0, 1))));
        let root = Box::into_raw(Node::first(first.as_ptr(), 1));
        let counts = Counts::default();
        counts.leaves.store(1, Ordering::Relaxed);
        counts.nodes.store(1, Ordering::Relaxed);
        Self {
            eras,
            root: Root(AtomicPtr::new(root)),
            first,
            entries: Counter::new(),
            counts,
            marker: PhantomData,
        }
    }

    #[inline(always)]
    pub(super) fn domain(&self) -> &'static Domain {
        &GLOBAL
    }

    #[inline(always)]
    pub(super) fn pin(&self) -> Pinned<'static> {
        self.eras.pin(self.domain())
    }

    /// Hands something over, to be freed when nobody reads it.
    ///
    /// # Safety
    /// As [`Eras::retire`].
    pub(super) unsafe fn retire(&self, kind: Kind, at: NonNull<()>, birth: u64) {
        // SAFETY: the caller vouches for it; readers have their eras of this domain.
        unsafe { self.eras.retire(self.domain(), Garbage { at, birth, kind }) };
    }

    /// # Safety
    /// The words are those of an entry that was in a slot, and is in none any more.
    pub(super) unsafe fn retire_entry(&self, words: Words) {
        if !entry::boxed::<K, V, C>() {
            return;
        }
        if let Some(at) = NonNull::new(entry::at::<K, V>(words[0])) {
            // SAFETY: the caller vouches for it; the box knows its birth.
            unsafe { self.retire(Kind::Entry, at.cast(), entry::birth::<K, V>(words[0])) };
        }
    }

    /// The number of entries; exact when nobody is changing the list.
    pub(crate) fn len(&self) -> usize {
        self.entries.sum()
    }

    /// Frees what waits and is not being read.
    #[cfg(test)]
    pub(crate) fn flush(&self) {
        self.eras.flush(self.domain());
    }

    pub(crate) fn figures(&self) -> Figures {
        let boxed = if entry::boxed::<K, V, C>() { size_of::<Boxed<K, V>>() } else { 0 };
        let (leaf, node) = (size_of::<Leaf>(), size_of::<Node>());
        let (entries, leaves) = (self.len(), self.counts.leaves.load(Ordering::Relaxed));
        let bytes =
            entries * boxed + leaves * leaf + self.counts.nodes.load(Ordering::Relaxed) * node;
        let waiting = [(Kind::Entry, boxed), (Kind::Leaf, leaf), (Kind::Node, node)];
        let retired = waiting.map(|(kind, bytes)| self.eras.waiting(kind) * bytes);
        Figures {
            entries,
            capacity: leaves * SLOTS,
            bytes: bytes + size_of::<Self>(),
            splits: self.counts.splits.load(Ordering::Relaxed),
            moved: self.counts.moved.load(Ordering::Relaxed),
            retired_bytes: retired.iter().sum(),
        }
    }
}
