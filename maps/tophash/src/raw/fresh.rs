//! An entry that is not in a map yet, and how keys and values become words.

use super::held::{address, boxed};
use super::layout::SlotWords;
use crate::class::Storage;
use alloc::boxed::Box;
use core::marker::PhantomData;
use core::mem::ManuallyDrop;

/// An entry that is not in a map yet. Dropping it drops the key and the value.
pub(crate) struct Fresh<K, V, C: Storage<K, V>> {
    words: SlotWords,
    marker: PhantomData<(K, V, C)>,
}

/// The words at whose first byte there is `key`, and at whose second word's first byte there is `value`.
///
/// # Safety
/// The types are as [`Plain`](super::plain::Plain) asks, and aligned to no more than a word. The value has at most the
/// size of a word, and so has the key, unless the value has no size: then it has at most that of two.
#[inline]
unsafe fn words_of<K, V>(key: K, value: V) -> SlotWords {
    let mut words = [0u64; 2];
    // SAFETY: there is room for both, and the caller vouches for the alignment.
    unsafe {
        (&raw mut words).cast::<K>().write(key);
        (&raw mut words[1]).cast::<V>().write(value);
    }
    words
}

/// Takes the key and the value out of an entry's words.
///
/// # Safety
/// The words are those of an entry of these types that the caller owns, and they are not used again.
#[inline]
pub(super) unsafe fn take<K, V, C: Storage<K, V>>(words: SlotWords) -> (K, V) {
    if boxed::<K, V, C>() {
        // SAFETY: the words of a boxed entry are the address of a box, which the caller owns.
        *unsafe { Box::from_raw(core::ptr::with_exposed_provenance_mut(words[0] as usize)) }
    } else {
        // SAFETY: inline keys and values are plain, and lie where `words_of` has written them.
        unsafe { ((&raw const words).cast::<K>().read(), (&raw const words[1]).cast::<V>().read()) }
    }
}

impl<K, V, C: Storage<K, V>> Fresh<K, V, C> {
    #[inline]
    pub(crate) fn new(key: K, value: V) -> Self {
        let words = if boxed::<K, V, C>() {
            let entry = Box::into_raw(Box::new((key, value)));
            [entry.expose_provenance() as u64, 0]
        } else {
            // SAFETY: keys and values that are not boxed are plain, and fit.
            unsafe { words_of(key, value) }
        };
        Self { words, marker: PhantomData }
    }

    #[inline]
    pub(super) fn words(&self) -> SlotWords {
        self.words
    }

    /// The words, whose entry is the caller's from now on.
    #[inline]
    pub(super) fn release(self) -> SlotWords {
        ManuallyDrop::new(self).words
    }

    #[inline]
    pub(crate) fn into_parts(self) -> (K, V) {
        // SAFETY: the entry is owned, and released by the same expression.
        unsafe { take::<K, V, C>(self.release()) }
    }

    #[inline]
    pub(crate) fn key(&self) -> &K {
        if boxed::<K, V, C>() {
            // SAFETY: the box is owned, and nobody changes it.
            unsafe { &(*core::ptr::with_exposed_provenance::<(K, V)>(self.words[0] as usize)).0 }
        } else {
            // SAFETY: inline keys are plain, and lie where `words_of` has written them.
            unsafe { &*(&raw const self.words).cast::<K>() }
        }
    }
}

impl<K, V, C: Storage<K, V>> Drop for Fresh<K, V, C> {
    #[inline]
    fn drop(&mut self) {
        if !boxed::<K, V, C>() {
            return;
        }
        if let Some(entry) = address::<K, V>(self.words) {
            // SAFETY: the entry is owned and came from a box.
            drop(unsafe { Box::from_raw(entry.as_ptr()) });
        }
    }
}
