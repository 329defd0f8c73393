//! Values that say which key they belong to, so that a mixed or torn read shows by itself.
//!
//! The upper 16 bits of a sealed word are a checksum of its key; the lower 48 are free (a nonce, a version, a counter),
//! so `fetch_add` keeps the seal as long as the sum fits. A word of another key passes with a chance of 2⁻¹⁶.

use crate::rng::mix;

const FREE_BITS: u32 = 48;
const FREE: u64 = (1 << FREE_BITS) - 1;

/// The word that carries `content` (its lower 48 bits) for `key`.
#[must_use]
pub fn seal(key: u64, content: u64) -> u64 {
    (mix(key ^ 0x70_72_6E) & !FREE) | (content & FREE)
}

/// The content of a word sealed for `key`; `None` if the word is not one of this key.
#[must_use]
pub fn open(key: u64, word: u64) -> Option<u64> {
    ((word ^ seal(key, 0)) & !FREE == 0).then_some(word & FREE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_opens_for_its_own_key_only() {
        for key in 0..200 {
            assert_eq!(open(key, seal(key, 77)), Some(77));
            assert_eq!(open(key, seal(key, 77) + 5), Some(82));
            assert_eq!(open(key, seal(key + 1, 77)), None);
            // Half of one word, half of another.
            assert_eq!(
                open(key, (seal(key + 9, 1) & !0xFFFF_FFFF) | (seal(key, 2) & 0xFFFF_FFFF)),
                None
            );
        }
    }
}
