//! Where a key is, or would be.

use super::era::Pinned;
use super::leaf::{Changed, Leaf, Place, State};
use super::{Held, List};
use super::{Words, entry};
use crate::class::{Storage, is_integer};
use crate::raw::identity::same;
use crate::sync::{Ordering, spin};
use core::cmp;
use core::marker::PhantomData;
use core::ptr::NonNull;
use equivalent::Comparable;

/// A key that is looked for.
pub(crate) struct Sought<'q, K, V, C, Q: ?Sized> {
    key: &'q Q,
    marker: PhantomData<(K, V, C)>,
}

/// Where an entry is, or where it would be: see [the module](super).
pub(crate) struct Spot<'l, K, V, C: Storage<K, V>> {
    pub(super) pinned: Pinned<'static>,
    pub(super) leaf: NonNull<Leaf>,
    pub(super) state: State,
    pub(super) place: Place,
    /// The entry's, if there is one.
    pub(super) words: Words,
    pub(super) marker: PhantomData<&'l List<K, V, C>>,
}

impl<'q, K: Ord, V, C: Storage<K, V>, Q: Comparable<K> + ?Sized> Sought<'q, K, V, C, Q> {
    #[inline(always)]
    pub(crate) fn new(key: &'q Q) -> Self {
        Self { key, marker: PhantomData }
    }

    /// How the key of an entry compares with what is looked for.
    ///
    /// # Safety
    /// As [`entry::key`].
    #[inline(always)]
    pub(super) unsafe fn compare(&self, word: &u64) -> cmp::Ordering {
        // SAFETY: the caller vouches for it.
        self.key.compare(unsafe { entry::key::<K, V, C>(word) }).reverse()
    }

    /// Whether keys are integers of the language that lie in their words, and so is what is looked for: it may then be
    /// compared with words that are no key.
    #[inline(always)]
    fn is_integer() -> bool {
        !entry::boxed::<K, V, C>() && is_integer::<K>() && same::<Q, K>()
    }

    /// The word of what is looked for, which is an integer.
    #[inline(always)]
    fn word(&self) -> u64 {
        let mut word = 0;
        // SAFETY: what is looked for is a `K`, an integer of at most a word; keys are written to the word's first byte.
        unsafe {
            (&raw mut word).cast::<K>().write(core::ptr::from_ref(self.key).cast::<K>().read());
        };
        word
    }
}

impl<'l, K, V, C: Storage<K, V>> Spot<'l, K, V, C> {
    #[inline(always)]
    pub(crate) fn is_there(&self) -> bool {
        matches!(self.place, Place::At { .. })
    }

    /// The entry, if there is one.
    #[inline(always)]
    pub(crate) fn pair(&self) -> Option<(&K, &V)> {
        // SAFETY: the entry was there in the pinned era, which keeps it alive.
        self.is_there().then(|| unsafe {
            (entry::key::<K, V, C>(&self.words[0]), entry::value::<K, V, C>(&self.words))
        })
    }

    /// Whether both say the same of the key: none, or the same box, or the same inline value. A box that was found keeps its
    /// address as long as the spot is there.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.is_there() == other.is_there() && (!self.is_there() || self.words == other.words)
    }

    pub(crate) fn held(self) -> Option<Held<'l, K, V, C>> {
        // SAFETY: the entry was there in the pinned era.
        self.is_there().then(|| unsafe { Held::of(self.words, self.pinned) })
    }

    #[inline(always)]
    pub(super) fn leaf(&self) -> &Leaf {
        // SAFETY: the leaf was there in the pinned era, which keeps it alive.
        unsafe { self.leaf.as_ref() }
    }
}

impl<K: Ord, V, C: Storage<K, V>> List<K, V, C> {
    /// Where a key is, or would be, at one moment of the call. Lock-free.
    #[inline(always)]
    pub(crate) fn find<Q: Comparable<K> + ?Sized>(
        &self,
        sought: &Sought<'_, K, V, C, Q>,
    ) -> Spot<'_, K, V, C> {
        self.find_as::<true, Q>(sought)
    }

    /// [`List::find`], where it does not matter where an entry would be that is not there.
    #[inline(always)]
    pub(crate) fn find_there<Q: Comparable<K> + ?Sized>(
        &self,
        sought: &Sought<'_, K, V, C, Q>,
    ) -> Spot<'_, K, V, C> {
        self.find_as::<false, Q>(sought)
    }

    #[inline(always)]
    fn find_as<const RANK: bool, Q: Comparable<K> + ?Sized>(
        &self,
        sought: &Sought<'_, K, V, C, Q>,
    ) -> Spot<'_, K, V, C> {
        let mut turn = 0;
        loop {
            let pinned = self.pin();
            match self.try_find::<RANK, Q>(&pinned, sought) {
                Ok((leaf, state, place, words)) => {
                    return Spot { pinned, leaf, state, place, words, marker: PhantomData };
                }
                Err(Changed) => spin(&mut turn),
            }
        }
    }

    #[inline(always)]
    fn try_find<const RANK: bool, Q: Comparable<K> + ?Sized>(
        &self,
        pinned: &Pinned<'_>,
        sought: &Sought<'_, K, V, C, Q>,
    ) -> Result<(NonNull<Leaf>, State, Place, Words), Changed> {
        let eager = Sought::<K, V, C, Q>::is_integer();
        let mut at = self.descend(pinned, eager, |bound| {
            // SAFETY: bounds of an index that is alive are those of leaves which are.
            unsafe { sought.compare(bound) }.is_le()
        })?;
        loop {
            // SAFETY: all leaves that are come by were linked in the pinned era.
            let leaf = unsafe { at.as_ref() };
            if eager {
                leaf.prefetch_keys();
            }
            if eager && !RANK {
                leaf.prefetch_values();
            }
            let state = leaf.state();
            if state.is_dead() {
                at = self.left_of(pinned, leaf)?;
                continue;
            }
            let mut found = Err(Changed);
            if !state.is_moving() {
                let (place, words) = self.look::<RANK, Q>(pinned, leaf, state, sought)?;
                if matches!(place, Place::At { .. }) {
                    return self.still(pinned, leaf, state).map(|()| (at, state, place, words));
                }
                found = Ok((place, words));
            }
            // SAFETY: bounds that are found in a linked leaf are alive in the pinned era.
            let beyond = |bound: &u64| unsafe { sought.compare(bound) }.is_le();
            if let Some(right) = self.right_of(pinned, leaf, state, beyond)? {
                at = right;
                continue;
            }
            let (place, words) = match found {
                Ok(found) => found,
                Err(Changed) => self.look::<RANK, Q>(pinned, leaf, state, sought)?,
            };
            return self.still(pinned, leaf, state).map(|()| (at, state, place, words));
        }
    }

    /// Whether all that was read belongs together.
    #[inline(always)]
    pub(super) fn still(
        &self,
        pinned: &Pinned<'_>,
        leaf: &Leaf,
        state: State,
    ) -> Result<(), Changed> {
        // Within an era no state comes back.
        if leaf.is_still(state) && self.eras.is_now(pinned) { Ok(()) } else { Err(Changed) }
    }

    /// Down the index, by the bounds that begin no later than what is looked for, of which more are asked than need be if
    /// that is `eager`.
    #[inline(always)]
    pub(super) fn descend(
        &self,
        pinned: &Pinned<'_>,
        eager: bool,
        begins: impl FnMut(&u64) -> bool,
    ) -> Result<NonNull<Leaf>, Changed> {
        let root = self.root.0.load(Ordering::Acquire);
        if !self.eras.is_now(pinned) {
            return Err(Changed);
        }
        // SAFETY: the root was linked in the pinned era, and so was all below it.
        Ok(unsafe { (*root).leaf(eager, begins) })
    }

    /// A leaf left of a dead one, from which on its keys are to be looked for.
    #[cold]
    pub(super) fn left_of(
        &self,
        pinned: &Pinned<'_>,
        dead: &Leaf,
    ) -> Result<NonNull<Leaf>, Changed> {
        // SAFETY: both bounds are of leaves that were linked in the pinned era.
        let before = |bound: &u64| unsafe {
            entry::key::<K, V, C>(bound) < entry::key::<K, V, C>(&dead.low)
        };
        self.descend(pinned, false, before)
    }

    /// The leaf to the right of one in a state, if its lower bound `begins` no later than what is looked for.
    #[inline(always)]
    pub(super) fn right_of(
        &self,
        pinned: &Pinned<'_>,
        leaf: &Leaf,
        state: State,
        mut begins: impl FnMut(&u64) -> bool,
    ) -> Result<Option<NonNull<Leaf>>, Changed> {
        // SAFETY: the link is followed if the leaf to the right was linked in the pinned era.
        let right = unsafe { leaf.right(state, || self.eras.is_now(pinned)) }?;
        let Some((right, bound)) = right else { return Ok(None) };
        if !begins(&bound) {
            return Ok(None);
        }
        // SAFETY: as above.
        let low = unsafe { &right.as_ref().low };
        // The link may be newer than the bound.
        if begins(low) { Ok(Some(right)) } else { Err(Changed) }
    }

    /// Looks into one leaf.
    #[inline(always)]
    fn look<const RANK: bool, Q: Comparable<K> + ?Sized>(
        &self,
        pinned: &Pinned<'_>,
        leaf: &Leaf,
        state: State,
        sought: &Sought<'_, K, V, C, Q>,
    ) -> Result<(Place, Words), Changed> {
        if Sought::<K, V, C, Q>::is_integer() {
            let word = sought.word();
            if RANK {
                // SAFETY: integers lie in their words, and all words are integers.
                let precedes = |word: &u64| unsafe { sought.compare(word) }.is_lt();
                let place = leaf.search_word(state, word, precedes);
                let value = if let Place::At { slot } = place { leaf.words(slot)[1] } else { 0 };
                return Ok((place, [word, value]));
            }
            let Some(slot) = leaf.slot_of(state, word) else {
                return Ok((Place::Before { rank: 0 }, [0; 2]));
            };
            return Ok((Place::At { slot }, [word, leaf.words(slot)[1]]));
        }
        let place = leaf.search(state, |word| {
            self.may_follow(pinned)?;
            // SAFETY: the word was that of a live slot in the pinned era.
            Ok(unsafe { sought.compare(word) })
        })?;
        let Place::At { slot } = place else { return Ok((place, [0; 2])) };
        let words = leaf.words(slot);
        // Another box may have come in the place of the one that was compared.
        self.may_follow(pinned)?;
        Ok((place, words))
    }

    /// Whether a box whose address was just loaded from a live slot may be looked at.
    #[inline(always)]
    pub(super) fn may_follow(&self, pinned: &Pinned<'_>) -> Result<(), Changed> {
        if entry::boxed::<K, V, C>() && !self.eras.is_now(pinned) { Err(Changed) } else { Ok(()) }
    }
}
