//! Reading leaves until one has something: to the right by the links, to the left by the index.

use super::{Passed, Run};
use crate::class::Storage;
use crate::raw::skip::era::Pinned;
use crate::raw::skip::leaf::{Changed, Leaf, State};
use crate::raw::skip::list::List;
use core::ptr::NonNull;

impl<K: Ord, V, C: Storage<K, V>> Run<'_, K, V, C> {
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
    pub(super) fn read_right(
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
    pub(super) fn read_left(
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
}
