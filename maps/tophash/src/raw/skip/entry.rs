//! Entries as words: a key and a value that are nothing but their bits, or the address of a box that has both.
//!
//! The key of a boxed entry may bound a leaf beyond the time that the entry is in the list. So a box counts who has it: the
//! slot that it is in, and the leaf whose lower bound it is. The value is dropped when the slot has given the box up and
//! nobody reads it; the key, and the box, when nobody has it.

use super::Words;
use crate::class::Storage;
use crate::class::sealed::Class;
use crate::sync::{AtomicUsize, Ordering};
use alloc::boxed::Box;
use core::mem::ManuallyDrop;
use core::ptr::NonNull;

/// A boxed entry.
pub(super) struct Boxed<K, V> {
    birth: u64,
    owners: AtomicUsize,
    key: K,
    value: ManuallyDrop<V>,
}

/// Whether entries are boxed; keys of two words are, here.
#[inline(always)]
pub(super) fn boxed<K, V, C: Storage<K, V>>() -> bool {
    matches!(C::class(), Class::Boxed | Class::Wide)
}

/// The box at an address.
#[inline(always)]
pub(super) fn at<K, V>(word: u64) -> *mut Boxed<K, V> {
    // The words of boxed entries come from `put_up`, which exposed the provenance of the box.
    core::ptr::with_exposed_provenance_mut(word as usize)
}

/// The words of a new entry, which the caller owns.
#[inline]
pub(super) fn put_up<K, V, C: Storage<K, V>>(key: K, value: V, birth: u64) -> Words {
    if boxed::<K, V, C>() {
        let owners = AtomicUsize::new(1);
        let entry = Box::new(Boxed { birth, owners, key, value: ManuallyDrop::new(value) });
        return [Box::into_raw(entry).expose_provenance() as u64, 0];
    }
    let mut words = [0u64; 2];
    // SAFETY: keys and values that are not boxed are plain, of at most a word each and aligned to no more.
    unsafe {
        (&raw mut words[0]).cast::<K>().write(key);
        (&raw mut words[1]).cast::<V>().write(value);
    }
    words
}

/// Takes the key and the value of an entry out of its words.
///
/// # Safety
/// The caller owns the entry, no leaf has it, nobody reads it, and the words are not used again.
pub(super) unsafe fn take_down<K, V, C: Storage<K, V>>(words: Words) -> (K, V) {
    if boxed::<K, V, C>() {
        // SAFETY: the words of a boxed entry are the address of a box, which the caller owns.
        let entry = *unsafe { Box::from_raw(at::<K, V>(words[0])) };
        return (entry.key, ManuallyDrop::into_inner(entry.value));
    }
    // SAFETY: keys and values that are not boxed lie where `put_up` has written them.
    unsafe { ((&raw const words[0]).cast::<K>().read(), (&raw const words[1]).cast::<V>().read()) }
}

/// The key of an entry.
///
/// # Safety
/// The word is that of an entry of these types, which is alive as long as the word is borrowed.
#[inline(always)]
pub(super) unsafe fn key<K, V, C: Storage<K, V>>(word: &u64) -> &K {
    if boxed::<K, V, C>() {
        // SAFETY: the caller vouches for the box; keys are not changed.
        unsafe { &(*at::<K, V>(*word)).key }
    } else {
        // SAFETY: keys that are not boxed lie at the first byte of the word, and are nothing but their bits.
        unsafe { &*core::ptr::from_ref(word).cast::<K>() }
    }
}

/// The value of an entry.
///
/// # Safety
/// The words are those of an entry of these types, which is alive as long as they are borrowed, and was in a slot when it was pinned.
#[inline(always)]
pub(super) unsafe fn value<K, V, C: Storage<K, V>>(words: &Words) -> &V {
    if boxed::<K, V, C>() {
        // SAFETY: the caller vouches for the box; values are not changed.
        unsafe { &(*at::<K, V>(words[0])).value }
    } else {
        // SAFETY: values that are not boxed lie at the first byte of the word, and are nothing but their bits.
        unsafe { &*(&raw const words[1]).cast::<V>() }
    }
}

/// Another owner for a box.
///
/// # Safety
/// The word is that of a boxed entry, and the caller knows of an owner.
pub(super) unsafe fn share<K, V>(word: u64) {
    // SAFETY: the caller vouches for it.
    unsafe { (*at::<K, V>(word)).owners.fetch_add(1, Ordering::Relaxed) };
}

/// One owner less; the last one drops the key.
///
/// # Safety
/// The word is that of a boxed entry whose owner the caller was, and through that owner nobody reads it any more.
pub(super) unsafe fn give_up<K, V>(word: u64) {
    let entry = at::<K, V>(word);
    // SAFETY: the caller is an owner.
    if unsafe { (*entry).owners.fetch_sub(1, Ordering::Release) } == 1 {
        // Acquires what the other owners did. A load, since checkers of races do not know fences.
        // SAFETY: as above, and nobody else has the box any more.
        unsafe { (*entry).owners.load(Ordering::Acquire) };
        // SAFETY: there is no owner left, and the slot's was the one that dropped the value.
        drop(unsafe { Box::from_raw(entry) });
    }
}

/// Drops the value of a box that was in a slot, and gives it up; the latter even if the value's drop panics.
///
/// # Safety
/// As [`give_up`], with the slot for an owner.
pub(super) unsafe fn end<K, V>(entry: NonNull<()>) {
    struct GiveUp<K, V>(*mut Boxed<K, V>);
    impl<K, V> Drop for GiveUp<K, V> {
        fn drop(&mut self) {
            // SAFETY: the caller of `end` vouches for it.
            unsafe { give_up::<K, V>(self.0.expose_provenance() as u64) };
        }
    }
    let rest = GiveUp::<K, V>(entry.cast().as_ptr());
    // SAFETY: nobody reads the value any more, and it is dropped here alone.
    unsafe { ManuallyDrop::drop(&mut (*rest.0).value) };
}

/// The era in which a box was born.
///
/// # Safety
/// The word is that of a boxed entry which is alive.
pub(super) unsafe fn birth<K, V>(word: u64) -> u64 {
    // SAFETY: the caller vouches for it.
    unsafe { (*at::<K, V>(word)).birth }
}
