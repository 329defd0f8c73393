//! Plain values as words.

use crate::raw::plain::Plain;

/// Says that a type fits, when a map of it is compiled.
pub(crate) const fn assert_fits<T: Plain>() {
    assert!(
        size_of::<T>() <= size_of::<u64>() && align_of::<T>() <= align_of::<u64>(),
        "a key or a value of a map of fixed room has at most 8 bytes, and at most the alignment of a `u64`"
    );
}

/// The word at whose first byte there is `value`, and nothing behind it.
#[inline]
pub(crate) fn to_word<T: Plain>(value: T) -> u64 {
    const { assert_fits::<T>() };
    let mut word = 0;
    // SAFETY: it fits, and has no padding, so that the word stays initialized.
    unsafe { (&raw mut word).cast::<T>().write(value) };
    word
}

/// The value at the first byte of a word.
#[inline]
pub(crate) fn from_word<T: Plain>(word: u64) -> T {
    const { assert_fits::<T>() };
    // SAFETY: it fits, and every pattern of bits is a value of it.
    unsafe { (&raw const word).cast::<T>().read() }
}
