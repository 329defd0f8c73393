//! Of which types it is known that hashing, comparing, cloning and dropping them runs no code of a user's.
//!
//! A call on a map of such types need not be noted among the locks that its thread is under, unless it is given a
//! closure. For all other types it is: their code might use the map.

use crate::hasher::RandomState;
use crate::raw::identity::is;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

macro_rules! any_of {
    ($type:ident: $($known:ty),* $(,)?) => {
        $(is::<$type, $known>())||*
    };
}

/// Whether `T` may bring code of a user's. Folded away when compiled with optimisation.
#[inline(always)]
pub(crate) fn has_code<T: ?Sized>() -> bool {
    !any_of!(
        T: u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, bool, char, f32, f64, (), str, &'static str,
        String, Box<str>, Arc<str>, [u8], Vec<u8>,
    )
}

/// Whether what builds hashers may bring code of a user's.
#[inline(always)]
pub(crate) fn hasher_has_code<S>() -> bool {
    !any_of!(
        S: RandomState, std::hash::RandomState, foldhash::quality::RandomState, foldhash::quality::FixedState,
        foldhash::fast::RandomState, foldhash::fast::FixedState,
    )
}
