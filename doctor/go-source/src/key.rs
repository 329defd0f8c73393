//! What is wrong with the key of an access, as far as the source shows it.

/// Why a key does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyFault {
    /// Its dynamic type cannot be hashed: the access panics.
    Unhashable,
    /// A pointer is looked up that was made for it: nothing is ever found.
    FreshPointer,
    /// A floating-point number that the arithmetic or the parser before it may have made NaN.
    PerhapsNan,
    /// The result of `time.Now`, whose monotonic reading and location are part of it.
    MonotonicTime,
    /// A `time.Time` of which nothing is known.
    Time,
}
