//! Walking: leaf by leaf, to the right by the links and to the left by the index.

use super::era::Pinned;
use super::leaf::{Leaf, State};
use super::order::SLOTS;
use super::{Held, List};
mod read;
mod seek;

use super::{Words, entry};
use crate::class::Storage;
use crate::sync::Ordering;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ptr::NonNull;

pub(crate) use core::ops::Bound;

/// Entries of one leaf that follow each other, as they were at one moment.
pub(crate) struct Run<'l, K, V, C: Storage<K, V>> {
    pub(super) pinned: Pinned<'static>,
    pub(super) leaf: NonNull<Leaf>,
    pub(super) state: State,
    next: *mut Leaf,
    /// Those that are left are from `from` to `to`, of so many that were read.
    words: [Words; SLOTS],
    from: usize,
    to: usize,
    count: usize,
    /// Leaves that had nothing on the way to this one: see [`Run::is_near`].
    pub(super) passed: Vec<Passed>,
    marker: PhantomData<&'l List<K, V, C>>,
}

// SAFETY: it lends entries to the thread that has it.
unsafe impl<K: Sync, V: Sync, C: Storage<K, V>> Send for Run<'_, K, V, C> {}
// SAFETY: as above.
unsafe impl<K: Sync, V: Sync, C: Storage<K, V>> Sync for Run<'_, K, V, C> {}

/// A leaf that had nothing that was looked for.
#[derive(Clone, Copy)]
pub(super) struct Passed {
    pub(super) leaf: NonNull<Leaf>,
    pub(super) state: State,
    pub(super) next: *mut Leaf,
}

impl Passed {
    /// Whether it is as it was.
    pub(super) fn is_so(&self) -> bool {
        // SAFETY: the leaf was linked in the era that the run has pinned.
        let leaf = unsafe { self.leaf.as_ref() };
        leaf.next.load(Ordering::Acquire) == self.next && leaf.is_still(self.state)
    }
}

impl<'l, K: Ord, V, C: Storage<K, V>> Run<'l, K, V, C> {
    fn new(list: &'l List<K, V, C>) -> Self {
        Self {
            pinned: list.pin(),
            leaf: list.first,
            state: list.first().state(),
            next: core::ptr::null_mut(),
            words: [[0; 2]; SLOTS],
            from: 0,
            to: 0,
            count: 0,
            passed: Vec::new(),
            marker: PhantomData,
        }
    }

    /// Whether nothing is left of it.
    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.from == self.to
    }

    /// # Safety
    /// The word is that of an entry of the run, or of a bound in the pinned era.
    #[inline(always)]
    unsafe fn key(word: &u64) -> &K {
        // SAFETY: the caller vouches for it.
        unsafe { entry::key::<K, V, C>(word) }
    }

    /// The first entry that is left.
    #[inline(always)]
    pub(crate) fn first(&self) -> Option<(&K, &V)> {
        self.pair(self.from)
    }

    /// The last entry that is left.
    #[inline(always)]
    pub(crate) fn last(&self) -> Option<(&K, &V)> {
        self.pair(self.to.wrapping_sub(1))
    }

    #[inline(always)]
    fn pair(&self, nth: usize) -> Option<(&K, &V)> {
        let words = self.words.get(nth).filter(|_| self.from <= nth && nth < self.to)?;
        // SAFETY: the entry was there in the pinned era.
        Some(unsafe { (Self::key(&words[0]), entry::value::<K, V, C>(words)) })
    }

    #[inline(always)]
    pub(crate) fn drop_first(&mut self) {
        self.from += 1;
    }

    #[inline(always)]
    pub(crate) fn drop_last(&mut self) {
        self.to -= 1;
    }

    /// Lends all that is left, one by one.
    #[inline(always)]
    pub(crate) fn each(&mut self, meet: &mut impl FnMut(&K, &V)) {
        while let Some((key, value)) = self.first() {
            meet(key, value);
            self.from += 1;
        }
    }

    /// Whether a key comes before all that was dropped at the end, or else not behind what is left.
    pub(crate) fn leaves_before(&self, key: &K) -> bool {
        // SAFETY: the entries were there in the pinned era.
        let at = |nth: usize| self.words.get(nth).map(|words| unsafe { Self::key(&words[0]) });
        if self.to < self.count {
            at(self.to).is_none_or(|dropped| key < dropped)
        } else {
            self.to.checked_sub(1).and_then(at).is_none_or(|last| key <= last)
        }
    }

    /// Whether a key comes behind all that was dropped at the beginning, or else not before what is left.
    pub(crate) fn leaves_behind(&self, key: &K) -> bool {
        // SAFETY: the entries were there in the pinned era.
        let at = |nth: usize| self.words.get(nth).map(|words| unsafe { Self::key(&words[0]) });
        match self.from.checked_sub(1) {
            Some(dropped) => at(dropped).is_none_or(|dropped| key > dropped),
            None if self.is_empty() => true,
            None => at(0).is_none_or(|first| key >= first),
        }
    }

    /// The place and the words of the first entry, or of the last one.
    pub(super) fn end(&self, last: bool) -> (usize, Words) {
        let nth = if last { self.to - 1 } else { self.from };
        (nth, self.words[nth])
    }

    /// The first entry, or the last one, by itself; `None` if the era has changed, see [`Run::again`].
    #[inline]
    pub(crate) fn hold(&self, list: &'l List<K, V, C>, last: bool) -> Option<Held<'l, K, V, C>> {
        let words = self.end(last).1;
        if !entry::boxed::<K, V, C>() {
            return Some(Held { words, _pinned: None, marker: PhantomData });
        }
        let pinned = list.pin();
        // SAFETY: the entry was there in the era, which is pinned twice now.
        pinned.is(&self.pinned).then(|| unsafe { Held::of(words, pinned) })
    }

    /// Drops what is left behind the entries that are `wanted`; whether that was anything.
    #[inline]
    pub(crate) fn keep_until(&mut self, mut wanted: impl FnMut(&K) -> bool) -> bool {
        let to = self.to;
        while self.last().is_some_and(|(key, _)| !wanted(key)) {
            self.to -= 1;
        }
        self.to < to
    }

    /// Drops what is left before the entries that are `wanted`; whether that was anything.
    #[inline]
    pub(crate) fn keep_from(&mut self, mut wanted: impl FnMut(&K) -> bool) -> bool {
        let from = self.from;
        while self.first().is_some_and(|(key, _)| !wanted(key)) {
            self.from += 1;
        }
        self.from > from
    }

    /// Whether what was passed on the way has nothing still, so that what was found is the nearest.
    pub(super) fn is_near(&self) -> bool {
        self.passed.iter().all(Passed::is_so)
    }
}
