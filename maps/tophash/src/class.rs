//! Storage classes: which keys and values lie in the buckets themselves, and which are boxed.
//!
//! Soundness rests on this file: inline entries are read by copying words that another thread may be
//! changing, so a type is inline only if every bit pattern is a value, if it has no padding, and if it neither
//! owns, borrows nor can be changed through a shared reference. That is not asked of the type by looking at its
//! size or at whether it needs dropping, which would admit `AtomicU64`, `&mut T` and `&str`: in the storage
//! [`ByType`] it is a closed list, and in [`Inline`] it is what [`Plain`] promises.
//!
//! The storage is a type parameter of the maps, the last one, with a default. The other ways were weighed and lost:
//! a `PlainMap` of its own would double every method, or hide them behind `Deref`, which the traits of collections do
//! not follow; and wrappers of keys and values would show in every call. As a parameter it costs those who do not
//! name it nothing: `HashMap<K, V>` and `HashMap<K, V, S>` mean what they did, and the constructors that do not
//! say which storage they are for are those of the default, so that nothing has to be inferred.

use crate::map::Integer;
use crate::raw::identity::is;
use crate::raw::plain::Plain;
use core::fmt::Debug;
use sealed::{Class, Sealed};

pub(crate) mod sealed {
    /// Where the entries of a map lie.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Class {
        /// Key and value in a bucket's words.
        Pair,
        /// A key in a bucket's word, and a value of no size.
        Single,
        /// A key in two of a bucket's words, and a value of no size.
        Wide,
        /// A pointer to both.
        Boxed,
    }

    /// What nobody else implements, because the code that is unsafe believes it.
    pub trait Sealed<K, V> {
        /// The class of a map from `K` to `V`. If it is not [`Class::Boxed`], both types are as `Plain` asks, aligned to
        /// no more than a word, and fit the words of the class.
        fn class() -> Class;
    }
}

/// How a map keeps its entries from `K` to `V`: [`ByType`], which is the default, or [`Inline`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not store entries from `{K}` to `{V}`",
    note = "`ByType` stores all entries, and `Inline` those of `Plain` keys and values"
)]
pub trait Storage<K, V>: Sealed<K, V> + Copy + Default + Debug + Send + Sync + 'static {}

/// Storage in which values can be changed by arithmetic: integers that lie in the buckets.
///
/// These are the integers of at most eight bytes under keys that are such integers too, and, if the storage is [`Inline`],
/// under all [`Plain`] keys.
pub trait Arithmetic<K, V>: Storage<K, V> {}

/// The default storage: entries lie in the buckets if the types are known to allow it, and in boxes otherwise.
///
/// The types known to allow it are the primitive integers of at most eight bytes, and `()` as a value. All types can be
/// stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ByType;

/// Storage in the buckets themselves, for [`Plain`] keys and values of at most eight bytes each. Keys without values,
/// which are the elements of sets, may have sixteen.
///
/// Nothing is boxed: reads store nothing to memory, nothing is allocated for an entry, and nothing has to be reclaimed. A
/// type that is too large, or aligned to more than a `u64` is, is an error when the program is compiled, and so is one
/// that is not `Plain`.
///
/// Short names for maps and sets of this storage are [`PlainMap`](crate::PlainMap) and
/// [`PlainSet`](crate::PlainSet).
///
/// ```
/// use tophash::{HashMap, Inline, Plain};
///
/// #[derive(Clone, Copy, PartialEq, Eq, Hash)]
/// struct UserId(u64);
///
/// // SAFETY: it is laid out as its one field is, which is an integer.
/// unsafe impl Plain for UserId {}
///
/// let scores = HashMap::with_capacity_in(1_000, Inline);
/// scores.insert(UserId(7), 2.5f64);
/// assert_eq!(scores.get(&UserId(7)), Some(2.5));
/// ```
///
/// What does not fit does not compile:
///
/// ```compile_fail,E0080
/// tophash::PlainMap::<u128, u64>::default().insert(1, 1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Inline;

/// Whether `T` is a primitive integer of at most eight bytes.
#[inline(always)]
pub(crate) fn is_integer<T: ?Sized>() -> bool {
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

impl<K, V> Sealed<K, V> for ByType {
    // Folded away when compiled with optimisation.
    #[inline(always)]
    fn class() -> Class {
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
}

impl<K, V> Storage<K, V> for ByType {}

/// Whether a `T` can be written at the beginning of some words.
const fn fits<T>(words: usize) -> bool {
    size_of::<T>() <= words * size_of::<u64>() && align_of::<T>() <= align_of::<u64>()
}

impl<K: Plain, V: Plain> Sealed<K, V> for Inline {
    #[inline(always)]
    fn class() -> Class {
        const {
            assert!(
                fits::<K>(if size_of::<V>() == 0 { 2 } else { 1 }),
                "a key in `Inline` storage has at most 8 bytes, or 16 if there is no value, and at most the alignment \
                 of a `u64`: take `HashMap` or `HashSet` in their default storage, which box larger entries"
            );
            assert!(
                fits::<V>(1),
                "a value in `Inline` storage has at most 8 bytes, and at most the alignment of a `u64`: \
                 take `HashMap` in its default storage, which boxes larger entries"
            );
        }
        if size_of::<V>() > 0 {
            Class::Pair
        } else if fits::<K>(1) {
            Class::Single
        } else {
            Class::Wide
        }
    }
}

impl<K: Plain, V: Plain> Storage<K, V> for Inline {}

impl<K: Integer, V: Integer> Arithmetic<K, V> for ByType {}

impl<K: Plain, V: Plain + Integer> Arithmetic<K, V> for Inline {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use core::num::{NonZeroU64, Wrapping};
    use core::sync::atomic::AtomicU64;

    fn by_type<K, V>() -> Class {
        <ByType as Sealed<K, V>>::class()
    }

    #[test]
    fn integers_are_inline() {
        assert_eq!(by_type::<u64, u64>(), Class::Pair);
        assert_eq!(by_type::<i8, usize>(), Class::Pair);
        assert_eq!(by_type::<isize, u16>(), Class::Pair);
        assert_eq!(by_type::<u64, ()>(), Class::Single);
        assert_eq!(by_type::<i32, ()>(), Class::Single);
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
            assert_eq!(by_type::<u64, T>(), Class::Boxed);
            assert_eq!(by_type::<T, u64>(), Class::Boxed);
            assert_eq!(by_type::<T, ()>(), Class::Boxed);
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
        assert_eq!(by_type::<(), ()>(), Class::Boxed);
        assert_eq!(by_type::<(), u64>(), Class::Boxed);
    }

    #[test]
    fn plain_types_are_inline_where_that_is_asked_for() {
        fn inline<K: Plain, V: Plain>() -> Class {
            <Inline as Sealed<K, V>>::class()
        }
        assert_eq!(inline::<u64, u64>(), Class::Pair);
        assert_eq!(inline::<[u8; 8], f64>(), Class::Pair);
        assert_eq!(inline::<[u8; 3], f32>(), Class::Pair);
        assert_eq!(inline::<Wrapping<u64>, [u32; 2]>(), Class::Pair);
        assert_eq!(inline::<i16, ()>(), Class::Single);
        assert_eq!(inline::<[u16; 4], [u64; 0]>(), Class::Single);
        assert_eq!(inline::<(), u8>(), Class::Pair);
        assert_eq!(inline::<[u64; 2], ()>(), Class::Wide);
        assert_eq!(inline::<[u8; 9], [u64; 0]>(), Class::Wide);
        assert_eq!(by_type::<[u8; 8], f64>(), Class::Boxed);
    }

    #[test]
    fn what_is_larger_or_more_aligned_does_not_fit() {
        #[repr(align(16))]
        struct Aligned;
        assert!(fits::<u64>(1) && fits::<[u8; 8]>(1) && fits::<()>(1) && fits::<f64>(1));
        assert!(!fits::<[u8; 9]>(1) && !fits::<[u64; 2]>(1) && !fits::<Aligned>(1));
        assert!(fits::<[u8; 16]>(2) && fits::<[u64; 2]>(2) && !fits::<[u8; 17]>(2));
        assert!(!fits::<Aligned>(2));
    }
}
