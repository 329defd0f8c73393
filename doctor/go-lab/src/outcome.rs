//! What operations find.

/// The value of an entry: its first and its last word, which are the same unless it is torn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Value {
    /// The first word.
    pub first: u64,
    /// The last word.
    pub last: u64,
}

impl Value {
    /// A value that is whole.
    pub fn whole(value: u64) -> Self {
        Self { first: value, last: value }
    }

    /// Whether its words are of two stores.
    pub fn is_torn(self) -> bool {
        self.first != self.last
    }
}

/// An entry that an iteration handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry {
    /// The key.
    pub key: u64,
    /// The value.
    pub value: Value,
}

/// What an operation found.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// Nothing that the program sees.
    Done,
    /// What a lookup found.
    Read(Option<Value>),
    /// What `len` says.
    Length(u64),
    /// What an iteration handed out, or what is in a clone.
    Entries(Vec<Entry>),
}

impl Outcome {
    /// Its words, for a hash.
    pub(crate) fn words(&self) -> Vec<u64> {
        match self {
            Self::Done => vec![1],
            Self::Read(None) => vec![2],
            Self::Read(Some(value)) => vec![3, value.first, value.last],
            Self::Length(length) => vec![4, *length],
            Self::Entries(entries) => {
                let mut words = vec![5];
                for entry in entries {
                    words.extend([entry.key, entry.value.first, entry.value.last]);
                }
                words
            }
        }
    }
}
