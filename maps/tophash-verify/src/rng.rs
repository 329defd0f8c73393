//! A small generator of pseudo-random numbers, so that a seed says the same on every machine.

/// SplitMix64. Equal seeds give equal sequences, for ever: seeds of failures stay worth keeping.
#[derive(Clone, Copy, Debug)]
pub struct Rng(u64);

/// A strong mix of 64 bits, a bijection.
#[must_use]
pub fn mix(word: u64) -> u64 {
    let mut z = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl Rng {
    /// A generator for `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// A generator for the `part`-th independent stream of `seed`, say of one thread.
    #[must_use]
    pub fn part(seed: u64, part: u64) -> Self {
        Self(mix(seed ^ mix(part.wrapping_add(0x5EED))))
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mix(self.0)
    }

    /// A number in `0..limit`, or 0 where `limit` is 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(limit)) >> 64) as u64
    }

    /// True once in `times` on average; never for 0.
    pub fn once_in(&mut self, times: u64) -> bool {
        times != 0 && self.below(times) == 0
    }
}
