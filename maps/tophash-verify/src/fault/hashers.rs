//! Hashers that make a map suffer: all keys alike, few hashes, hashes without any mixing.

use crate::rng::mix;
use std::hash::{BuildHasher, Hasher};

/// Every key has the same hash.
#[derive(Clone, Copy, Debug, Default)]
pub struct Constant(pub u64);

/// Only the upper `TOP` and the lower `LOW` bits of a good hash are left; the rest is zero.
#[derive(Clone, Copy, Debug, Default)]
pub struct Truncated<const TOP: u32, const LOW: u32>;

/// The hash is the key itself.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity;

/// The state of all three: `keep` masks what `finish` says, and words are mixed or not.
#[derive(Clone, Copy, Debug)]
pub struct Bad {
    state: u64,
    keep: u64,
    base: u64,
    mixes: bool,
}

impl Hasher for Bad {
    fn finish(&self) -> u64 {
        (self.state & self.keep) | self.base
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64((self.state << 8) ^ u64::from(*byte));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.state = if self.mixes { mix(self.state ^ word) } else { word };
    }
}

impl BuildHasher for Constant {
    type Hasher = Bad;
    fn build_hasher(&self) -> Bad {
        Bad { state: 0, keep: 0, base: self.0, mixes: false }
    }
}

impl<const TOP: u32, const LOW: u32> BuildHasher for Truncated<TOP, LOW> {
    type Hasher = Bad;
    fn build_hasher(&self) -> Bad {
        let top = if TOP == 0 { 0 } else { u64::MAX << (64 - TOP.min(64)) };
        let low = if LOW == 0 { 0 } else { u64::MAX >> (64 - LOW.min(64)) };
        Bad { state: 0, keep: top | low, base: 0, mixes: true }
    }
}

impl BuildHasher for Identity {
    type Hasher = Bad;
    fn build_hasher(&self) -> Bad {
        Bad { state: 0, keep: u64::MAX, base: 0, mixes: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_is_as_bad_as_it_says() {
        let hashes =
            |hasher: &dyn Fn(u64) -> u64| (0..10_000).map(hasher).collect::<BTreeSet<u64>>();
        assert_eq!(hashes(&|key| Constant(5).hash_one(key)), BTreeSet::from([5]));
        assert_eq!(hashes(&|key| Truncated::<3, 0>.hash_one(key)).len(), 8);
        assert_eq!(hashes(&|key| Truncated::<2, 4>.hash_one(key)).len(), 64);
        assert!((0..100).all(|key| Identity.hash_one(key) == key));
        assert!(Truncated::<0, 4>.hash_one("text") < 16);
    }
}
