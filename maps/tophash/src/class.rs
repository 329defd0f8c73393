//! Storage classes: which keys and values lie in the buckets themselves, and which are boxed.
//!
//! Soundness rests on this file: inline entries are read by copying words that another thread may be
//! changing, so a type is inline only if every bit pattern is a value, if it has no padding, and if it neither
//! owns, borrows nor can be changed through a shared reference. That is not asked of the type by looking at its
//! size or at whether it needs dropping, which would admit `AtomicU64`, `&mut T` and `&str`: it is a closed list.

use crate::raw::identity::is;

/// Where the entries of a map lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Class {
    /// Key and value in a bucket's words.
    Pair,
    /// A key in a bucket's word, and no value.
    Single,
    /// A pointer to both.
    Boxed,
}

/// Whether `T` is a primitive integer of at most eight bytes.
#[inline(always)]
fn is_integer<T: ?Sized>() -> bool {
    is::<T, u64>()
        || is::<T, i64>()
        || is::<T, u32>()
        || is::<T, i32>()
        || is::<T, usize>()
        || is::<T, isize>()
        || is::<T, u16>()
        || is::<T, i16>()
        || is::<T, u8>()
        || is::<T, i8>()
}

/// The class of a map from `K` to `V`. Folded away when compiled with optimisation.
#[inline(always)]
pub(crate) fn class<K, V>() -> Class {
    if !is_integer::<K>() {
        Class::Boxed
    } else if is_integer::<V>() {
        Class::Pair
    } else if is::<V, ()>() {
        Class::Single
    } else {
        Class::Boxed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use core::num::{NonZeroU64, Wrapping};
    use core::sync::atomic::AtomicU64;

    #[test]
    fn integers_are_inline() {
        assert_eq!(class::<u64, u64>(), Class::Pair);
        assert_eq!(class::<i8, usize>(), Class::Pair);
        assert_eq!(class::<isize, u16>(), Class::Pair);
        assert_eq!(class::<u64, ()>(), Class::Single);
        assert_eq!(class::<i32, ()>(), Class::Single);
    }

    #[test]
    fn everything_else_is_boxed() {
        #[derive(Clone, Copy)]
        enum Enumeration {
            _A,
        }
        #[derive(Clone, Copy)]
        #[repr(transparent)]
        struct Wrapper(u64);
        fn boxed<'a, T: 'a>(_: &'a ()) {
            assert_eq!(class::<u64, T>(), Class::Boxed);
            assert_eq!(class::<T, u64>(), Class::Boxed);
            assert_eq!(class::<T, ()>(), Class::Boxed);
        }
        let local = ();
        boxed::<AtomicU64>(&local);
        boxed::<&mut u64>(&local);
        boxed::<&u64>(&local);
        boxed::<&'static u64>(&local);
        boxed::<(u8, u64)>(&local);
        boxed::<(u64,)>(&local);
        boxed::<[u8; 8]>(&local);
        boxed::<&str>(&local);
        boxed::<NonZeroU64>(&local);
        boxed::<Option<NonZeroU64>>(&local);
        boxed::<bool>(&local);
        boxed::<char>(&local);
        boxed::<f64>(&local);
        boxed::<u128>(&local);
        boxed::<i128>(&local);
        boxed::<Wrapping<u64>>(&local);
        boxed::<Enumeration>(&local);
        boxed::<Wrapper>(&local);
        boxed::<String>(&local);
        boxed::<fn(&u8)>(&local);
        boxed::<*const u8>(&local);
        boxed::<core::cell::Cell<u64>>(&local);
        assert_eq!(class::<(), ()>(), Class::Boxed);
        assert_eq!(class::<(), u64>(), Class::Boxed);
    }
}
