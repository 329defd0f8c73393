//! The default hasher, under a name of this crate's, so that it can be kept when the hasher is replaced.

use core::fmt;
use core::hash::{BuildHasher, Hasher};

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
