//! Types of a user's that are nothing but their bits.

use tophash::Plain;

/// A number with a name.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(crate) struct Id(pub(crate) u64);

/// Two numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(C)]
pub(crate) struct Halves {
    pub(crate) low: u32,
    pub(crate) high: u32,
}

impl From<u64> for Halves {
    fn from(number: u64) -> Self {
        Self { low: number as u32, high: (number >> 32) as u32 }
    }
}

impl From<Halves> for u64 {
    fn from(halves: Halves) -> u64 {
        u64::from(halves.low) | u64::from(halves.high) << 32
    }
}

// SAFETY: it is laid out as its one field is, which is an integer.
#[expect(unsafe_code, reason = "what a user writes for a type of his own")]
unsafe impl Plain for Id {}

// SAFETY: two `u32` one after the other have no padding, and are nothing but their bits.
#[expect(unsafe_code, reason = "what a user writes for a type of his own")]
unsafe impl Plain for Halves {}
