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

/// The word whose first bytes are `value`.
///
/// # Safety
/// `T` is as [`Plain`](super::plain::Plain) asks, of at most eight bytes, and aligned to no more than a word.
#[inline]
unsafe fn word_of<T>(value: T) -> u64 {
    let mut word = 0u64;
    // SAFETY: a word has room for the value, and at least its alignment.
    unsafe { (&raw mut word).cast::<T>().write(value) };
    word
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
        // SAFETY: inline keys and values are plain, and lie at the first bytes of their words.
        unsafe {
            ((&raw const words[0]).cast::<K>().read(), (&raw const words[1]).cast::<V>().read())
        }
    }
}

impl<K, V, C: Storage<K, V>> Fresh<K, V, C> {
    #[inline]
    pub(crate) fn new(key: K, value: V) -> Self {
        let words = if boxed::<K, V, C>() {
            let entry = Box::into_raw(Box::new((key, value)));
            [entry.expose_provenance() as u64, 0]
        } else {
            // SAFETY: keys and values that are not boxed are plain, and fit a word each.
            unsafe { [word_of(key), word_of(value)] }
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

    /// The entry whose words [`Fresh::release`] gave out.
    ///
    /// # Safety
    /// The words are those of an entry of these types that the caller owns.
    #[inline]
    pub(super) unsafe fn from_released(words: SlotWords) -> Self {
        Self { words, marker: PhantomData }
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
            // SAFETY: inline keys are plain, and lie at the first bytes of their word.
            unsafe { &*(&raw const self.words[0]).cast::<K>() }
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
