//! The default hasher, under a name of this crate's, so that it can be kept when the hasher is replaced; and what is
//! made of any hasher's bits.

use crate::raw::identity::is;
use core::fmt;
use core::hash::{BuildHasher, Hash, Hasher};

/// Spreads a hasher's bits over the whole word, so that a weak hasher's high or low bits suffice.
#[inline(always)]
pub(crate) fn spread(hash: u64) -> u64 {
    let product = u128::from(hash) * 0x9e37_79b9_7f4a_7c15;
    (product >> 64) as u64 ^ product as u64
}

/// The hash of a key, of which the map uses the upper bits and the lowest eight.
#[inline(always)]
pub(crate) fn hash_one<Q: Hash + ?Sized, S: BuildHasher>(hasher: &S, key: &Q) -> u64 {
    let hash = hasher.hash_one(key);
    if is_spread_already::<S>() { hash } else { spread(hash) }
}

/// Whether a hasher's upper and lower bits are known to be as good as [`spread`] would make them.
///
/// `foldhash`'s fast hashers end with such a product themselves.
#[inline(always)]
fn is_spread_already<S>() -> bool {
    if is::<S, foldhash::fast::FixedState>() {
        return true;
    }
    #[cfg(feature = "std")]
    if is::<S, std::hash::RandomState>() || is::<S, foldhash::fast::RandomState>() {
        return true;
    }
    is::<S, RandomState>()
        || is::<S, foldhash::quality::RandomState>()
        || is::<S, foldhash::quality::FixedState>()
}

/// The default hasher: `foldhash` in its variant `quality`, seeded at random for each map.
///
/// Every map has a seed of its own, made of the process's addresses and, with the feature `std`, of the time
/// and a thread's counter. This is *minimal* resistance to hash flooding, in the words of its authors: somebody
/// who cannot observe the map cannot choose keys that collide, but it is no cryptographic hash, and
/// nothing is claimed against an attacker who measures how long requests take. For that, give the map
/// `std::hash::RandomState`, which is SipHash. Whatever the hasher, colliding keys cost time linear in how many
/// there are, and nothing else: see [`Stats::overflowed`](crate::Stats::overflowed).
#[derive(Clone, Default)]
pub struct RandomState(foldhash::quality::RandomState);

impl fmt::Debug for RandomState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RandomState").finish_non_exhaustive()
    }
}

impl BuildHasher for RandomState {
    type Hasher = DefaultHasher;

    #[inline]
    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher(self.0.build_hasher())
    }
}

/// What [`RandomState`] builds.
#[derive(Clone)]
pub struct DefaultHasher(<foldhash::quality::RandomState as BuildHasher>::Hasher);

impl fmt::Debug for DefaultHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DefaultHasher").finish_non_exhaustive()
    }
}

macro_rules! forward {
    ($($method:ident($type:ty);)*) => {
        impl Hasher for DefaultHasher {
            #[inline]
            fn finish(&self) -> u64 {
                self.0.finish()
            }
            $(
                #[inline]
                fn $method(&mut self, value: $type) {
                    self.0.$method(value);
                }
            )*
        }
    };
}

forward! {
    write(&[u8]);
    write_u8(u8);
    write_u16(u16);
    write_u32(u32);
    write_u64(u64);
    write_u128(u128);
    write_usize(usize);
    write_i8(i8);
    write_i16(i16);
    write_i32(i32);
    write_i64(i64);
    write_i128(i128);
    write_isize(isize);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The most of `1 << 16` keys that share their hashes' upper ten bits, and their lowest eight, where 64 and 256 do so
    /// in the mean.
    fn most_alike(keys: impl Fn(u64) -> u64) -> (u32, u32) {
        let hasher = foldhash::fast::FixedState::default();
        let (mut upper, mut lowest) = ([0; 1 << 10], [0; 1 << 8]);
        for number in 0..1 << 16 {
            let hash = hash_one(&hasher, &keys(number));
            upper[(hash >> 54) as usize] += 1;
            lowest[(hash & 0xff) as usize] += 1;
        }
        (upper.into_iter().max().unwrap_or(0), lowest.into_iter().max().unwrap_or(0))
    }

    #[test]
    fn fast_foldhash_needs_no_spreading() {
        let keys: [fn(u64) -> u64; 6] = [
            |number| number,
            |number| number << 16,
            |number| number << 32,
            |number| number << 48,
            |number| number * 0x1001,
            |number| number.reverse_bits(),
        ];
        for keys in keys {
            let (upper, lowest) = most_alike(keys);
            assert!(upper < 128 && lowest < 384, "{upper} of 64, {lowest} of 256");
        }
    }
}
