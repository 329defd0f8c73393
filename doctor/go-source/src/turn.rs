//! What the turns of a loop over a map leave behind, as rules about the order of turns ask for it.

use finding::Site;
use std::sync::Arc;

/// Where something goes that depends on the order of the turns, the least telling first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sink {
    /// Nowhere that was seen.
    Nowhere,
    /// Into a function of which nothing is known.
    Passed,
    /// Into a field, a channel, an element.
    Stored,
    /// Into a log or the text of an error.
    Log,
    /// To whoever called the function.
    Caller,
    /// To whoever called the function, as one text.
    Text,
    /// Into a comparison, or the key of another map.
    Comparison,
    /// Into an encoder: `json.Marshal`, `enc.Encode`.
    Encoder,
    /// Into a writer, or standard output.
    Output,
    /// Into a hash or a signature.
    Hash,
}

impl Sink {
    /// Whether it takes the elements of a list one after the other, so that their order matters still.
    pub(crate) fn takes_elements(self) -> bool {
        matches!(self, Self::Hash | Self::Output | Self::Encoder | Self::Log)
    }
}

/// What decides which entry is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Choice {
    /// A pattern of which several may match: a prefix, a suffix, a glob.
    Pattern,
    /// Anything else.
    Other,
}

/// What the key of an inserted entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InsertedKey {
    /// A text that the key at hand is a part of, `prefix + key`, and nothing looks at that first: another one each time.
    Joined,
    /// It comes from the entry at hand in another way, and may well be there already.
    Other,
    /// It is the same in every turn.
    Constant,
}

/// What a turn does that outlives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EffectKind {
    /// A slice is appended to that nothing in the function sorts.
    Collects(Sink),
    /// A text is put together.
    Builds(Sink),
    /// Something is written right away.
    Writes(Sink),
    /// The first entry that fits is returned.
    Chooses(Choice),
    /// The last entry is kept in a variable.
    Keeps,
    /// Floating-point numbers are added up.
    Sums,
    /// An entry is put into the map that the loop is over.
    Inserts(InsertedKey),
    /// The value is closed, stopped or cancelled.
    Ends,
}

/// What a turn does that outlives it, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What.
    pub kind: EffectKind,
    /// Where.
    pub site: Site,
    /// The expression that it is about.
    pub expression: Arc<str>,
}
