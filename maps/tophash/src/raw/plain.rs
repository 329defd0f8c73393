//! Types whose values are nothing but their bits, so that they may lie in the buckets' atomic words.

use core::num::{Saturating, Wrapping};

/// Types whose values are nothing but their bits: what may lie in a map's buckets themselves, in the storage
/// [`Inline`](crate::Inline).
///
/// It is implemented for the primitive integers and floating-point numbers, for `Wrapping` and `Saturating` of `Plain`
/// types, for arrays of them, and for `()`. `bool`, `char`, references, `NonZero` and enumerations are not `Plain`,
/// and tuples are not, since their layout is not defined.
///
/// # Safety
/// The entries of a bucket are copied word by word while others may be storing to it, stored to it as 64-bit atomics,
/// and compared as words. So all of this must hold of the type:
///
/// - **It has no padding**, between its fields or behind them. Padding is not initialized, and storing it as a part of an
///   integer is undefined behaviour. `#[repr(C)] struct { a: u32, b: u32 }` has none,
///   `#[repr(C)] struct { a: u32, b: u8 }` has three bytes. `#[repr(Rust)]` promises nothing of types with more than one
///   field: say `#[repr(C)]`, or `#[repr(transparent)]` of one field.
/// - **Every pattern of bits is a value.** The map shows nobody a value that was not put in, and yet asks this, so that
///   no mistake in a protocol of reading racing words makes a `bool` that is neither true nor false.
/// - **It has no pointers**: no references, `Box`es, raw or function pointers, neither itself nor in its fields. An
///   integer remembers where a pointer led to, but not what it was allowed to do; using one that was read from a
///   bucket is undefined behaviour.
/// - **It cannot be changed through a shared reference**: it contains no `UnsafeCell`, and so no atomics. What readers get
///   is a copy, so that such a change would be lost, and copying would race with it.
/// - **It is [`Copy`]**, and copying it and forgetting the copy is all that there is to owning it: entries are
///   duplicated when they are read, and those that are replaced are forgotten, without `Drop`.
///
/// The compiler checks the last one, and that the type borrows nothing. The others are promised by who implements the
/// trait. Each field's type being `Plain`, and the sizes of the fields adding up to the type's, makes a struct `Plain`.
///
/// That the type fits is not a part of the promise: it is checked when a map of it is compiled.
///
/// # Example
/// ```
/// use tophash::{Plain, PlainMap};
///
/// #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
/// #[repr(C)]
/// struct Cell {
///     row: u32,
///     column: u32,
/// }
///
/// // SAFETY: two `u32` one after the other have no padding, and are nothing but their bits.
/// unsafe impl Plain for Cell {}
/// const _: () = assert!(size_of::<Cell>() == 2 * size_of::<u32>());
///
/// let heights: PlainMap<Cell, f64> = PlainMap::default();
/// heights.insert(Cell { row: 1, column: 2 }, 0.5);
/// assert_eq!(heights.get(&Cell { row: 1, column: 2 }), Some(0.5));
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot lie in the buckets of a map: it is not `Plain`",
    label = "not `Plain`",
    note = "`HashMap<K, V>` and `HashSet<T>` in their default storage take every type: they box what is not inline",
    note = "a type of your own that is nothing but its bits may `unsafe impl tophash::Plain`"
)]
pub unsafe trait Plain: Copy + 'static {}

macro_rules! plain {
    ($($type:ty)*) => {
        $(
            // SAFETY: the primitive numbers have no padding, and every pattern of bits is one of them.
            unsafe impl Plain for $type {}
        )*
    };
}

plain!(u8 u16 u32 u64 u128 usize i8 i16 i32 i64 i128 isize f32 f64);

// SAFETY: it has no bits.
unsafe impl Plain for () {}

// SAFETY: an array is its elements one after the other, without padding.
unsafe impl<T: Plain, const N: usize> Plain for [T; N] {}

// SAFETY: it is laid out as its one field.
unsafe impl<T: Plain> Plain for Wrapping<T> {}

// SAFETY: it is laid out as its one field.
unsafe impl<T: Plain> Plain for Saturating<T> {}
