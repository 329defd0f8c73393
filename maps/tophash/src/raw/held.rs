//! An entry that somebody reads: words copied out of a bucket, or a pointer with the pin that keeps it alive.

use super::hazard::{GLOBAL, Pin};
use super::layout::SlotWords;
use super::table::{Candidate, Step};
use crate::class::Storage;
use crate::class::sealed::Class;
use core::marker::PhantomData;
use core::ptr::NonNull;

use super::entries::Entries;

/// One entry of a map, as it was at one moment; alive as long as this is.
pub(crate) struct Held<'t, K, V, C: Storage<K, V>> {
    words: SlotWords,
    /// Kept for what dropping it does.
    _pin: Option<Pin<'static>>,
    marker: PhantomData<&'t Entries<K, V, C>>,
}

/// The class of entries from `K` to `V` in the storage `C`.
#[inline(always)]
pub(super) fn class<K, V, C: Storage<K, V>>() -> Class {
    C::class()
}

/// Whether entries from `K` to `V` are boxed.
#[inline(always)]
pub(super) fn boxed<K, V, C: Storage<K, V>>() -> bool {
    class::<K, V, C>() == Class::Boxed
}

/// The address of a boxed entry in a slot's words.
#[inline]
pub(super) fn address<K, V>(words: SlotWords) -> Option<NonNull<(K, V)>> {
    // The words of boxed entries come from `Fresh`, which exposed the provenance of the box.
    NonNull::new(core::ptr::with_exposed_provenance_mut(words[0] as usize))
}

impl<'t, K, V, C: Storage<K, V>> Held<'t, K, V, C> {
    /// Holds the entry of a slot, unless the slot changed meanwhile.
    ///
    /// # Safety
    /// The candidate is of a table whose entries are those of `Entries<K, V, C>`, which lives for `'t`, and all
    /// entries that leave the table are retired with [`GLOBAL`] as their domain.
    #[inline(always)]
    pub(super) unsafe fn of(candidate: &Candidate<'_>) -> Option<Self> {
        if !boxed::<K, V, C>() {
            return Some(Self { words: candidate.words, _pin: None, marker: PhantomData });
        }
        // Not the candidate's words as they lie in memory, which a processor would wait for.
        let words = [candidate.words[0], 0];
        let entry = address::<K, V>(words)?;
        let pin = GLOBAL.protect(entry, || candidate.still_there())?;
        let pin = mutant!(
            "release-at-once",
            {
                drop(pin);
                None
            },
            Some(pin)
        );
        Some(Self { words, _pin: pin, marker: PhantomData })
    }

    /// Holds a boxed entry like [`Held::of`], as one of several, which `nth` numbers, and has the processor fetch it.
    ///
    /// # Safety
    /// As [`Held::of`].
    #[inline(always)]
    pub(super) unsafe fn nth(candidate: &Candidate<'_>, nth: usize) -> Option<Self> {
        let words = candidate.words;
        if !boxed::<K, V, C>() {
            return Some(Self { words, _pin: None, marker: PhantomData });
        }
        candidate.prefetch_entry();
        let pin = GLOBAL.protect_nth(nth, address::<K, V>(words)?, || candidate.still_there())?;
        Some(Self { words, _pin: Some(pin), marker: PhantomData })
    }

    /// Holds an inline entry by its words.
    ///
    /// # Safety
    /// The words are those of an entry of `Entries<K, V, C>`, which is not boxed, as they were at one moment.
    #[inline(always)]
    pub(super) unsafe fn inline(words: SlotWords) -> Self {
        Self { words, _pin: None, marker: PhantomData }
    }

    /// Holds the entry of a slot if `is` recognises its key.
    ///
    /// # Safety
    /// As [`Held::of`].
    #[inline(always)]
    pub(super) unsafe fn step(
        candidate: &Candidate<'_>,
        is: &mut impl FnMut(&K) -> bool,
    ) -> Step<Self> {
        // SAFETY: the caller vouches for the same.
        match unsafe { Self::of(candidate) } {
            None => Step::Again,
            Some(held) if is(held.key()) => Step::Yes(held),
            Some(_) => Step::No,
        }
    }

    /// Holds an entry that is not in the table yet.
    ///
    /// # Safety
    /// `words` are those of an entry of `Entries<K, V, C>` that this thread owns, and that will be in that table, or
    /// have been retired with [`GLOBAL`] as their domain, when this thread owns it no more.
    pub(super) unsafe fn of_own(words: SlotWords) -> Self {
        let entry = if boxed::<K, V, C>() { address::<K, V>(words) } else { None };
        let pin = entry.and_then(|entry| GLOBAL.protect(entry, || true));
        Self { words, _pin: pin, marker: PhantomData }
    }

    #[inline]
    pub(super) fn words(&self) -> SlotWords {
        self.words
    }

    /// Whether both are the same entry: the same box, or the same inline key and value.
    ///
    /// A box that is held cannot be freed, so no other one can have its address.
    #[inline]
    pub(crate) fn is(&self, other: &Held<'_, K, V, C>) -> bool {
        self.words == other.words
    }

    #[inline]
    pub(crate) fn key(&self) -> &K {
        if boxed::<K, V, C>() {
            // SAFETY: the pin keeps the entry alive and unchanged: boxed entries are never written to while
            // the map is shared, and `'t` borrows the map.
            unsafe { &(*core::ptr::with_exposed_provenance::<(K, V)>(self.words[0] as usize)).0 }
        } else {
            // SAFETY: inline keys are plain, and written at the first byte of the words, which they fit.
            unsafe { &*(&raw const self.words).cast::<K>() }
        }
    }

    #[inline]
    pub(crate) fn value(&self) -> &V {
        if boxed::<K, V, C>() {
            // SAFETY: as for the key.
            unsafe { &(*core::ptr::with_exposed_provenance::<(K, V)>(self.words[0] as usize)).1 }
        } else {
            // SAFETY: inline values are plain, of at most a word, and written at the second word's first byte.
            unsafe { &*(&raw const self.words[1]).cast::<V>() }
        }
    }
}
