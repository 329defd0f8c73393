//! The hash of states: wide enough that two states of one exploration never share one.

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// Scrambles a word: the finisher of `splitmix64` (Steele, Lea, Flood 2014).
pub(crate) fn scramble(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// A hash of a pair, whose two halves are scrambled apart from each other.
pub(crate) fn mix(first: u64, second: u64) -> u128 {
    let low = scramble(scramble(first.wrapping_add(STEP)).wrapping_add(second));
    let high = scramble(scramble(second ^ STEP).rotate_left(32).wrapping_add(first));
    (u128::from(high) << 64) | u128::from(low)
}

/// A hash followed by one more word; the order counts.
pub(crate) fn chain(hash: u128, word: u64) -> u128 {
    let (high, low) = halves(hash);
    mix(low.wrapping_add(STEP), word).rotate_left(17) ^ mix(high, word.wrapping_mul(STEP))
}

fn halves(hash: u128) -> (u64, u64) {
    (
        u64::try_from(hash >> 64).unwrap_or(0),
        u64::try_from(hash & u128::from(u64::MAX)).unwrap_or(0),
    )
}

/// Numbers that look random: `splitmix64`.
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        scramble(self.0)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit).unwrap_or(1).max(1);
        usize::try_from(self.next().checked_rem(limit).unwrap_or(0)).unwrap_or(0)
    }
}
