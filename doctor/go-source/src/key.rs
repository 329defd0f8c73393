//! What the source shows of the key of an access: why it cannot work, and where it comes from.

use crate::Span;

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

/// Where a key comes from, as its function shows it; the later ones may take more values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeySource {
    /// Constants, or the elements of a list that the source spells out.
    Fixed,
    /// The map itself: a loop over its keys.
    Own,
    /// The type of a value: a program has so many types.
    Type,
    /// A field of the receiver, or a variable of a package: one at a time.
    Kept,
    /// It cannot be told.
    Unknown,
    /// The parameter at that place.
    Parameter(u32),
    /// A channel, or bytes that are decoded.
    Message,
    /// The clock, a random number, a new pointer: another one each time.
    New,
    /// An HTTP request.
    Request,
}

/// An entry that is put into a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// Where its key comes from.
    pub source: KeySource,
    /// Whether the key's type has few values: `bool`, a number of 8 bits, a type that the source enumerates, a type of Go
    /// itself.
    pub few: bool,
    /// Whether the value is a pointer.
    pub to_pointer: bool,
    /// Whether it stands in a loop of its function.
    pub looped: bool,
    /// The expression that makes the value: what is assigned, or what the variable that is assigned was declared with.
    pub value: Option<Span>,
}
