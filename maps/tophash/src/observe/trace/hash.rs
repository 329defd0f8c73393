//! How a key becomes 64 bits, and how large it is.

use core::hash::{BuildHasher, Hash, Hasher};
use std::hash::RandomState;

/// How keys are hashed.
pub(super) enum Hashing {
    /// With a seed that only this recording has, and nobody is told: who knows keys cannot tell which are in the trace.
    Seeded(RandomState),
    /// Without: the same key has the same hash in every trace.
    Plain,
}

impl Hashing {
    pub(super) fn seeded() -> Self {
        Self::Seeded(RandomState::new())
    }

    pub(super) fn is_plain(&self) -> bool {
        matches!(self, Self::Plain)
    }

    /// The hash of a key, and how many bytes the key has fed it.
    #[inline]
    pub(super) fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> (u64, u64) {
        match self {
            Self::Seeded(state) => measured(state.build_hasher(), key),
            Self::Plain => measured(Fnv(Fnv::BASIS), key),
        }
    }
}

#[inline]
fn measured<Q: Hash + ?Sized>(hasher: impl Hasher, key: &Q) -> (u64, u64) {
    let mut measured = Measured { hasher, bytes: 0 };
    key.hash(&mut measured);
    (measured.hasher.finish(), measured.bytes)
}

/// Counts what it is fed.
struct Measured<H> {
    hasher: H,
    bytes: u64,
}

impl<H: Hasher> Hasher for Measured<H> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hasher.write(bytes);
    }

    fn finish(&self) -> u64 {
        self.hasher.finish()
    }
}

/// FNV-1a of 64 bits (Fowler, Noll, Vo), and the finalizer of MurmurHash3 after it, so that all bits differ.
struct Fnv(u64);

impl Fnv {
    const BASIS: u64 = 0xCBF2_9CE4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01B3;
}

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(Self::PRIME);
        }
    }

    fn finish(&self) -> u64 {
        let mut hash = self.0;
        hash = (hash ^ hash >> 33).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
        hash = (hash ^ hash >> 33).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
        hash ^ hash >> 33
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_hashes_are_those_of_the_published_function() {
        let mut fnv = Fnv(Fnv::BASIS);
        fnv.write(b"foobar");
        // The value that the authors' test suite has for these bytes.
        assert_eq!(fnv.0, 0x8594_4171_F739_67E8);
        assert_eq!(Hashing::Plain.hash("ada"), Hashing::Plain.hash("ada"));
        assert_eq!(Hashing::Plain.hash(&7u64).1, 8);
        assert_eq!(Hashing::Plain.hash("ada").1, 4);
    }

    #[test]
    fn seeds_differ_and_a_recording_has_one() {
        let (one, other) = (Hashing::seeded(), Hashing::seeded());
        assert_eq!(one.hash("ada"), one.hash(&alloc::string::String::from("ada")));
        assert_ne!(one.hash("ada"), other.hash("ada"));
    }
}
