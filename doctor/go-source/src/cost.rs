//! What an access costs that could cost less, as rules about memory and speed ask for it.

use crate::Span;
use finding::Site;
use std::sync::Arc;

/// What an access costs that could cost less.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cost {
    /// It fills a map that was made without a size, in a loop whose turns are known before.
    Fill(Fill),
    /// It looks up a text that was made of bytes for that alone.
    TextKey(TextKey),
    /// It copies a large value or key.
    Copy(Copied),
    /// It stores a pointer to a new value of so many bytes, of a type whose values nothing in the program changes once they
    /// are made, and whose pointers nothing compares.
    Pointed(u64),
}

/// A place, and the expression there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Where.
    pub site: Site,
    /// The expression, as the source writes it; empty for a statement.
    pub expression: Arc<str>,
}

/// How many turns a loop has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turns {
    /// As many as the source says.
    Number(u64),
    /// As many as an expression yields: `len(xs)`, `n`.
    Expression(Arc<str>),
}

/// How well it is known how many entries a loop makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entries {
    /// One for each turn: no two turns have the same key.
    Exact,
    /// One for each turn, where the keys differ.
    OneATurn,
    /// One for some of the turns.
    Some,
    /// So many for each turn.
    Several(u32),
    /// Those of a loop inside of it.
    Inner,
}

/// A map that is made without a size, and filled by a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// Where it is made.
    pub made: Spot,
    /// The same in the text: `make(map[K]V)` or `map[K]V{}`.
    pub make: Span,
    /// The loop.
    pub filled: Spot,
    /// Its turns.
    pub turns: Turns,
    /// The entries.
    pub entries: Entries,
    /// Whether the turns can be told where the map is made: nothing in their expression is declared or assigned between
    /// there and the loop, and it cannot fail there.
    pub told_before: bool,
}

/// A text that is made of bytes, and used as a key alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextKey {
    /// The conversion.
    pub converted: Spot,
    /// The bytes, as the source writes them.
    pub bytes: Arc<str>,
    /// Where the writes with that key stand in the file.
    pub writes: Vec<u32>,
    /// Whether it is in a loop.
    pub looped: bool,
    /// Whether the text has another use than one look-up, or a call stands between.
    pub apart: bool,
}

/// How a large value or key is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CopiedFor {
    /// A loop over the map copies each value, and uses fields of it alone.
    Range,
    /// A look-up in a loop copies the value, and fields of it alone are used.
    LookUp,
    /// The value is looked up, changed and stored again.
    Change,
    /// The key is hashed, compared and stored.
    Key,
}

/// A large value or key that is copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// What for.
    pub for_: CopiedFor,
    /// Its size in bytes, on 64-bit targets.
    pub bytes: u64,
}
