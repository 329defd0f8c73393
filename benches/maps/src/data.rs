//! Keys, values, and the order in which they are asked for.

use std::hash::Hash;

/// A key that can be made from its number.
pub(crate) trait Key: Clone + Eq + Hash + Send + Sync + 'static {
    /// The key of that number; different numbers give different keys.
    fn nth(number: u64) -> Self;
}

/// A value that can be made from a number and be touched.
pub(crate) trait Value: Clone + Send + Sync + 'static {
    fn make(number: u64) -> Self;
    /// Reads the value itself, behind its pointer if it has one.
    fn digest(&self) -> u64;
}

/// Scatters a number over all 64 bits, one to one (the finaliser of SplitMix64).
pub(crate) fn scatter(number: u64) -> u64 {
    let mut x = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

impl Key for u64 {
    #[inline]
    fn nth(number: u64) -> Self {
        // Two values are reserved in leapfrog; no number that is used here scatters to them.
        scatter(number)
    }
}

impl Key for String {
    fn nth(number: u64) -> Self {
        format!("entry{:016x}", scatter(number))
    }
}

impl Value for u64 {
    #[inline]
    fn make(number: u64) -> Self {
        number
    }
    #[inline]
    fn digest(&self) -> u64 {
        *self
    }
}

impl Value for String {
    fn make(number: u64) -> Self {
        format!("value{number:016x}")
    }
    #[inline]
    fn digest(&self) -> u64 {
        self.as_bytes().last().copied().map_or(0, u64::from)
    }
}

impl Value for () {
    #[inline]
    fn make(_: u64) -> Self {}
    #[inline]
    fn digest(&self) -> u64 {
        1
    }
}

/// Which keys a column asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Choice {
    /// Each entry as likely as any other.
    Uniform,
    /// A few entries most of the time: Zipf's law with exponent 0.99.
    Zipf,
    /// Keys that are not in the map.
    Absent,
}

/// The keys of all columns in the order asked, and a pool of values to insert.
pub(crate) struct Questions<K, V> {
    uniform: Vec<K>,
    zipf: Vec<K>,
    absent: Vec<K>,
    values: Vec<V>,
}

/// Values in the pool of those inserted.
const VALUES: usize = 1 << 10;

impl<K: Key, V: Value> Questions<K, V> {
    /// `length` questions of each choice about a map of `entries` entries; a power of two.
    pub(crate) fn new(entries: usize, length: usize) -> Self {
        let n = entries.max(1) as u64;
        let mut random = Random::new(0x746f_7068);
        let uniform = (0..length).map(|_| K::nth(random.below(n))).collect();
        let zipf = Zipf::new(n);
        // The ranks are scattered, so that the hot entries are not those inserted first, side by side.
        let zipf = (0..length).map(|_| K::nth(scatter(zipf.rank(random.unit())) % n)).collect();
        let absent = (0..length).map(|_| K::nth(n + random.below(n))).collect();
        let values = (0..VALUES as u64).map(V::make).collect();
        Self { uniform, zipf, absent, values }
    }

    pub(crate) fn keys(&self, choice: Choice) -> &[K] {
        match choice {
            Choice::Uniform => &self.uniform,
            Choice::Zipf => &self.zipf,
            Choice::Absent => &self.absent,
        }
    }

    #[inline]
    pub(crate) fn value(&self, turn: usize) -> V {
        self.values[turn % VALUES].clone()
    }
}

/// A small generator, the same in every run (xorshift64*).
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(scatter(seed) | 1)
    }

    #[inline]
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    #[inline]
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Ranks by Zipf's law with exponent 0.99 (Gray and others, *Quickly generating billion-record synthetic
/// databases*).
struct Zipf {
    n: f64,
    zeta: f64,
    alpha: f64,
    eta: f64,
}

/// The exponent.
const THETA: f64 = 0.99;

impl Zipf {
    fn new(n: u64) -> Self {
        let zeta: f64 = (1..=n).map(|i| (i as f64).powf(-THETA)).sum();
        let zeta2 = 1.0 + 0.5_f64.powf(THETA);
        let eta = (1.0 - (2.0 / n as f64).powf(1.0 - THETA)) / (1.0 - zeta2 / zeta);
        Self { n: n as f64, zeta, alpha: 1.0 / (1.0 - THETA), eta }
    }

    /// The rank, from 0, that `unit` in 0..1 falls on.
    fn rank(&self, unit: f64) -> u64 {
        let scaled = unit * self.zeta;
        if scaled < 1.0 {
            0
        } else if scaled < 1.0 + 0.5_f64.powf(THETA) {
            1
        } else {
            let rank = (self.n * (self.eta * unit - self.eta + 1.0).powf(self.alpha)) as u64;
            rank.min(self.n as u64 - 1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zipf_prefers_the_first_ranks() {
        let (zipf, mut random) = (Zipf::new(1000), Random::new(1));
        let mut counts = [0_u32; 1000];
        for _ in 0..100_000 {
            counts[zipf.rank(random.unit()) as usize] += 1;
        }
        // 1 / H(1000, 0.99) = 0.129 of all questions are for the first.
        assert!((12_000..14_000).contains(&counts[0]), "{}", counts[0]);
        assert!(counts[0] > counts[1] && counts[1] > counts[10] && counts[10] > counts[500]);
    }

    #[test]
    fn absent_keys_are_absent() {
        let questions = Questions::<u64, u64>::new(1 << 8, 1 << 8);
        let present: std::collections::HashSet<u64> = (0..1 << 8).map(u64::nth).collect();
        assert!(questions.keys(Choice::Absent).iter().all(|key| !present.contains(key)));
        assert!(questions.keys(Choice::Zipf).iter().all(|key| present.contains(key)));
        assert!(questions.keys(Choice::Uniform).iter().all(|key| present.contains(key)));
    }
}
