//! Putting in and taking out, at a spot.

use super::find::Spot;
use super::leaf::{Leaf, Place, State};
use super::order::SLOTS;
use super::{Held, List};
use super::{Words, entry};
use crate::class::Storage;
use alloc::vec::Vec;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;

/// An entry that is not in a list yet. Dropping it drops the key and the value.
pub(crate) struct Fresh<K, V, C: Storage<K, V>> {
    words: Words,
    marker: PhantomData<(K, V, C)>,
}

/// A writer came too late: the leaf of the spot has changed, or had to be split first.
pub(crate) struct TooLate<'l, K, V, C: Storage<K, V>> {
    pub(crate) fresh: Fresh<K, V, C>,
    pub(crate) spot: Spot<'l, K, V, C>,
}

/// What was replaced, or that it was too late.
type Put<'l, K, V, C> = Result<Option<Held<'l, K, V, C>>, TooLate<'l, K, V, C>>;

/// What was taken out, or the spot again.
type Taken<'l, K, V, C> = Result<Option<Held<'l, K, V, C>>, Spot<'l, K, V, C>>;

impl<K, V, C: Storage<K, V>> Fresh<K, V, C> {
    #[inline]
    pub(crate) fn key(&self) -> &K {
        // SAFETY: the entry is owned.
        unsafe { entry::key::<K, V, C>(&self.words[0]) }
    }

    pub(crate) fn into_parts(self) -> (K, V) {
        // SAFETY: the entry is owned, and not used again.
        unsafe { entry::take_down::<K, V, C>(ManuallyDrop::new(self).words) }
    }

    /// The words, whose entry is the caller's from now on.
    fn release(self) -> Words {
        ManuallyDrop::new(self).words
    }
}

impl<K, V, C: Storage<K, V>> Drop for Fresh<K, V, C> {
    fn drop(&mut self) {
        if entry::boxed::<K, V, C>() {
            // SAFETY: the entry is owned, and not used again.
            drop(unsafe { entry::take_down::<K, V, C>(self.words) });
        }
    }
}

impl<K: Ord, V, C: Storage<K, V>> List<K, V, C> {
    /// An entry to be put in.
    #[inline]
    pub(crate) fn fresh(&self, key: K, value: V) -> Fresh<K, V, C> {
        let birth = if entry::boxed::<K, V, C>() { self.pin().number() } else { 0 };
        Fresh { words: entry::put_up::<K, V, C>(key, value, birth), marker: PhantomData }
    }

    /// Puts an entry in where none was found, or in the place of the one that was. The keys must be equal. Returns what was
    /// replaced.
    ///
    /// # Errors
    /// [`TooLate`]: look again.
    #[inline]
    pub(crate) fn put<'l>(
        &'l self,
        spot: Spot<'l, K, V, C>,
        fresh: Fresh<K, V, C>,
    ) -> Put<'l, K, V, C> {
        match spot.place {
            Place::At { slot } => {
                let Some(locked) = spot.leaf().lock(spot.state) else {
                    return Err(TooLate { fresh, spot });
                };
                let mut words = fresh.release();
                if !entry::boxed::<K, V, C>() {
                    // One store, so that nobody sees a key of the one and a value of the other.
                    words[0] = spot.words[0];
                }
                let wrapped = locked.replace(slot, words);
                self.note(wrapped);
                // SAFETY: the entry was in the slot, is not any more, and was found in the pinned era.
                Ok(Some(unsafe {
                    self.retire_entry(spot.words);
                    Held::of(spot.words, spot.pinned)
                }))
            }
            Place::Before { rank } if spot.state.count() < SLOTS => {
                let Some(locked) = spot.leaf().lock(spot.state) else {
                    return Err(TooLate { fresh, spot });
                };
                let wrapped = locked.insert(rank, fresh.release());
                self.entries.add(1);
                self.note(wrapped);
                Ok(None)
            }
            Place::Before { rank } => {
                self.split(&spot, rank);
                Err(TooLate { fresh, spot })
            }
        }
    }

    /// Puts an entry in where none was found, and hands it out.
    ///
    /// # Errors
    /// As [`List::put`].
    pub(crate) fn put_and<'l>(
        &'l self,
        spot: Spot<'l, K, V, C>,
        fresh: Fresh<K, V, C>,
    ) -> Result<Held<'l, K, V, C>, TooLate<'l, K, V, C>> {
        // An era of its own, since the spot's goes with it: the entry was born before, and is linked later.
        let (words, pinned) = (fresh.words, self.pin());
        self.put(spot, fresh)?;
        // SAFETY: the entry was put in after the era was pinned.
        Ok(unsafe { Held::of(words, pinned) })
    }

    /// Takes out the entry that was found.
    ///
    /// # Errors
    /// The spot, if its leaf has changed: look again.
    #[inline]
    pub(crate) fn take<'l>(&'l self, spot: Spot<'l, K, V, C>) -> Taken<'l, K, V, C> {
        let Place::At { slot } = spot.place else { return Ok(None) };
        let Some(locked) = spot.leaf().lock(spot.state) else { return Err(spot) };
        let wrapped = locked.remove(slot);
        Ok(Some(self.taken(spot, wrapped)))
    }

    /// What is to be done when the entry of a spot was taken out.
    pub(super) fn taken<'l>(&'l self, spot: Spot<'l, K, V, C>, wrapped: bool) -> Held<'l, K, V, C> {
        /// Retires the entry even if a comparison panics.
        struct Last<'l, K, V, C: Storage<K, V>>(&'l List<K, V, C>, Words);
        impl<K, V, C: Storage<K, V>> Drop for Last<'_, K, V, C> {
            fn drop(&mut self) {
                // SAFETY: the entry was in the slot, and is not any more.
                unsafe { self.0.retire_entry(self.1) };
            }
        }
        let last = Last(self, spot.words);
        self.entries.add(-1);
        self.note(wrapped);
        if spot.state.count() == 1 {
            self.join(&spot.pinned, spot.leaf());
        }
        drop(last);
        // SAFETY: the entry was in the list in the pinned era.
        unsafe { Held::of(spot.words, spot.pinned) }
    }

    /// Closes the era when a leaf has had so many versions that they might come again.
    #[inline(always)]
    pub(super) fn note(&self, wrapped: bool) {
        if wrapped {
            self.eras.close(Vec::new());
        }
    }

    /// Takes all entries out that a leaf has, unless it has changed. Whether it had not.
    pub(super) fn empty(&self, leaf: &Leaf, state: State) -> bool {
        let boxed = entry::boxed::<K, V, C>();
        let mut words = Vec::with_capacity(if boxed { SLOTS } else { 0 });
        let Some(locked) = leaf.lock(state) else { return false };
        let count = locked.state.count();
        if boxed {
            words.extend(locked.all());
        }
        let wrapped = locked.clear();
        self.entries.add(-(count as i64));
        self.note(wrapped);
        // Further ones also if dropping something panics.
        struct Rest<'l, K: Ord, V, C: Storage<K, V>>(&'l List<K, V, C>, Vec<Words>);
        impl<K: Ord, V, C: Storage<K, V>> Drop for Rest<'_, K, V, C> {
            fn drop(&mut self) {
                while let Some(words) = self.1.pop() {
                    // SAFETY: the entry was in a slot, and is not any more.
                    unsafe { self.0.retire_entry(words) };
                }
            }
        }
        let mut rest = Rest(self, words);
        while let Some(words) = rest.1.pop() {
            // SAFETY: as above.
            unsafe { self.retire_entry(words) };
        }
        true
    }
}
