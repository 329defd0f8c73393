//! Walking: leaf by leaf, to the right by the links and to the left by the index.

use super::era::Pinned;
use super::find::Sought;
use super::leaf::{Changed, Leaf, State};
use super::order::SLOTS;
use super::{Held, List};
use super::{Words, entry};
use crate::class::Storage;
use crate::sync::{Ordering, spin};
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::ptr::NonNull;
use equivalent::Comparable;

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

    /// Reads a leaf.
    #[inline]
    fn read(
        &mut self,
        list: &List<K, V, C>,
        pinned: &Pinned<'_>,
        at: NonNull<Leaf>,
        state: State,
    ) -> Result<(), Changed> {
        // SAFETY: the leaf was linked in the pinned era.
        let leaf = unsafe { at.as_ref() };
        let count = state.count();
        for (rank, words) in self.words[..count].iter_mut().enumerate() {
            *words = leaf.words(leaf.slot_at(state, rank));
        }
        (self.from, self.to, self.count) = (0, 0, 0);
        // SAFETY: the link is followed if the leaf to the right was linked in the pinned era.
        let right = unsafe { leaf.right(state, || list.eras.is_now(pinned)) }?;
        list.still(pinned, leaf, state)?;
        let next = right.map_or(core::ptr::null_mut(), |(right, _)| right.as_ptr());
        (self.leaf, self.state, self.next) = (at, state, next);
        self.to = count;
        if let Some((_, bound)) = right.filter(|_| state.is_moving()) {
            // SAFETY: bounds of leaves that were linked in the pinned era are alive.
            self.keep_until(|key| key < unsafe { Self::key(&bound) });
        }
        self.count = self.to;
        Ok(())
    }

    /// Reads leaves from `at` to the right until one has something that is not to be `skipped`. Whether there is one.
    fn read_right(
        &mut self,
        list: &List<K, V, C>,
        pinned: &Pinned<'_>,
        mut at: NonNull<Leaf>,
        mut skipped: impl FnMut(&K) -> bool,
    ) -> Result<bool, Changed> {
        self.passed.clear();
        loop {
            // SAFETY: the leaf was linked in the pinned era.
            let state = unsafe { at.as_ref() }.state();
            if state.is_dead() {
                return Err(Changed);
            }
            self.read(list, pinned, at, state)?;
            self.keep_from(|key| !skipped(key));
            if !self.is_empty() {
                return Ok(true);
            }
            let Some(next) = NonNull::new(self.next) else { return Ok(false) };
            self.passed.push(Passed { leaf: at, state, next: self.next });
            at = next;
        }
    }

    /// Reads leaves to the left until one has something whose key comes `before`. Whether there is one.
    fn read_left(
        &mut self,
        list: &List<K, V, C>,
        pinned: &Pinned<'_>,
        mut before: impl FnMut(&K) -> bool,
    ) -> Result<bool, Changed> {
        self.passed.clear();
        let mut limit = None::<u64>;
        loop {
            // SAFETY: bounds of leaves that were linked in the pinned era are alive.
            let mut begins = |bound: &u64| unsafe {
                match &limit {
                    None => before(Self::key(bound)),
                    Some(limit) => Self::key(bound) < Self::key(limit),
                }
            };
            let mut at = list.descend(pinned, false, &mut begins)?;
            let state = loop {
                // SAFETY: as above.
                let leaf = unsafe { at.as_ref() };
                let state = leaf.state();
                if state.is_dead() {
                    at = list.left_of(pinned, leaf)?;
                } else if let Some(right) = list.right_of(pinned, leaf, state, &mut begins)? {
                    at = right;
                } else {
                    break state;
                }
            };
            self.read(list, pinned, at, state)?;
            self.keep_until(|key| match &limit {
                None => before(key),
                // SAFETY: as above.
                Some(limit) => key < unsafe { Self::key(limit) },
            });
            if !self.is_empty() {
                return Ok(true);
            }
            if at == list.first {
                return Ok(false);
            }
            self.passed.push(Passed { leaf: at, state, next: self.next });
            // SAFETY: as above.
            limit = Some(unsafe { at.as_ref() }.low);
        }
    }

    /// Whether what was passed on the way has nothing still, so that what was found is the nearest.
    pub(super) fn is_near(&self) -> bool {
        self.passed.iter().all(Passed::is_so)
    }

    /// Goes on to what comes after `last`, which was read last. Whether there is something.
    pub(crate) fn advance(&mut self, list: &'l List<K, V, C>) -> bool {
        let Some(last) = self.to.checked_sub(1).map(|last| self.words[last]) else { return false };
        let Some(next) = NonNull::new(self.next) else { return false };
        // SAFETY: the entry was there in the era that is pinned until the end of this.
        let last = unsafe { Self::key(&last[0]) };
        if list.eras.is_now(&self.pinned) {
            let pinned = list.pin();
            if pinned.is(&self.pinned) {
                if let Ok(found) = self.read_right(list, &pinned, next, |key| key <= last) {
                    return found;
                }
            }
        }
        self.seek(list, |run, pinned| {
            // SAFETY: bounds of an index that is alive are those of leaves which are.
            let at = list.leaf_of(pinned, |bound| unsafe { Self::key(bound) } <= last)?;
            run.read_right(list, pinned, at, |key| key <= last)
        })
    }

    /// Goes on to what comes before what was read first. Whether there is something.
    pub(crate) fn retreat(&mut self, list: &'l List<K, V, C>) -> bool {
        if self.count == 0 {
            return false;
        }
        let first = self.words[self.from];
        // SAFETY: the entry was there in the era that is pinned until the end of this.
        let first = unsafe { Self::key(&first[0]) };
        self.seek(list, |run, pinned| run.read_left(list, pinned, |key| key < first))
    }

    /// Reads again what is left, in the era that is now. Whether something is left.
    pub(crate) fn again(&mut self, list: &'l List<K, V, C>, last: bool) -> bool {
        let words = self.end(last).1;
        // SAFETY: as above.
        let key = unsafe { Self::key(&words[0]) };
        if last {
            return self
                .seek(list, |run, pinned| run.read_left(list, pinned, |other| other <= key));
        }
        self.seek(list, |run, pinned| {
            // SAFETY: as above.
            let at = list.leaf_of(pinned, |bound| unsafe { Self::key(bound) } <= key)?;
            run.read_right(list, pinned, at, |other| other < key)
        })
    }

    /// Reads in the era that is now, again and again until that goes through; what was read before stays alive meanwhile.
    fn seek(
        &mut self,
        list: &'l List<K, V, C>,
        mut read: impl FnMut(&mut Self, &Pinned<'_>) -> Result<bool, Changed>,
    ) -> bool {
        let mut turn = 0;
        loop {
            let pinned = list.pin();
            if let Ok(found) = read(self, &pinned) {
                self.pinned = pinned;
                return found;
            }
            spin(&mut turn);
        }
    }
}

impl<K: Ord, V, C: Storage<K, V>> List<K, V, C> {
    /// The leaf without a lower bound.
    pub(super) fn first(&self) -> &Leaf {
        // SAFETY: it lives as long as the list.
        unsafe { self.first.as_ref() }
    }

    /// The leaf of what `begins` tells the bounds of that are no later.
    fn leaf_of(
        &self,
        pinned: &Pinned<'_>,
        mut begins: impl FnMut(&u64) -> bool,
    ) -> Result<NonNull<Leaf>, Changed> {
        let mut at = self.descend(pinned, false, &mut begins)?;
        loop {
            // SAFETY: it was linked in the pinned era.
            let leaf = unsafe { at.as_ref() };
            let state = leaf.state();
            if state.is_dead() {
                at = self.left_of(pinned, leaf)?;
            } else if let Some(right) = self.right_of(pinned, leaf, state, &mut begins)? {
                at = right;
            } else {
                return Ok(at);
            }
        }
    }

    /// What comes first from a bound on; empty if nothing does.
    pub(crate) fn run_from<Q: Comparable<K> + ?Sized>(&self, from: Bound<&Q>) -> Run<'_, K, V, C> {
        let mut run = Run::new(self);
        run.seek(self, |run, pinned| {
            let (Bound::Included(key) | Bound::Excluded(key)) = from else {
                return run.read_right(self, pinned, self.first, |_| false);
            };
            let sought = Sought::<K, V, C, Q>::new(key);
            // SAFETY: bounds of an index that is alive are those of leaves which are.
            let at = self.leaf_of(pinned, |bound| unsafe { sought.compare(bound) }.is_le())?;
            let skips_equal = matches!(from, Bound::Excluded(_));
            run.read_right(self, pinned, at, |other| {
                let order = key.compare(other);
                order.is_gt() || (skips_equal && order.is_eq())
            })
        });
        run
    }

    /// What comes last up to a bound; empty if nothing does.
    pub(crate) fn run_until<Q: Comparable<K> + ?Sized>(&self, to: Bound<&Q>) -> Run<'_, K, V, C> {
        let mut run = Run::new(self);
        run.seek(self, |run, pinned| {
            run.read_left(self, pinned, |other| match to {
                Bound::Unbounded => true,
                Bound::Included(key) => key.compare(other).is_ge(),
                Bound::Excluded(key) => key.compare(other).is_gt(),
            })
        });
        run
    }
}
