//! What operations are counted as: the call, and what came of it.

/// A kind of operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Call {
    /// Looking a key up: `get`, `get_with`, `contains_key`.
    Get,
    /// Giving a key a value: `insert`, `insert_with`, `insert_new`.
    Insert,
    /// Taking an entry out: `remove`, `remove_with`.
    Remove,
    /// Deciding by what is there: `alter`.
    Update,
    /// Meeting every entry: `for_each`.
    Iterate,
    /// Taking every entry out: `clear`.
    Clear,
}

impl Call {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Get, Self::Insert, Self::Remove, Self::Update, Self::Iterate, Self::Clear];

    /// The value of the label `op`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Insert => "insert",
            Self::Remove => "remove",
            Self::Update => "update",
            Self::Iterate => "iterate",
            Self::Clear => "clear",
        }
    }

    /// Whether it may change the map.
    #[must_use]
    pub fn writes(self) -> bool {
        !matches!(self, Self::Get | Self::Iterate)
    }
}

/// What came of an operation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The key had a value.
    Hit,
    /// The key had no value.
    Miss,
    /// The key had no value, and has one now.
    Inserted,
    /// The key had a value, and has another one now.
    Replaced,
    /// The key had a value, which stays.
    Present,
    /// The key had a value, and has none now.
    Removed,
    /// The key was to be taken out, and had no value.
    Absent,
    /// It was decided to leave all as it was.
    Unchanged,
    /// The map had no room.
    Full,
    /// It came to its end.
    Done,
}

impl Outcome {
    /// The value of the label `result`.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Inserted => "inserted",
            Self::Replaced => "replaced",
            Self::Present => "present",
            Self::Removed => "removed",
            Self::Absent => "absent",
            Self::Unchanged => "unchanged",
            Self::Full => "full",
            Self::Done => "done",
        }
    }
}

/// What is counted, in the order of the counters; those that are called most come first, on one cache line.
pub(super) const COUNTED: [(Call, Outcome); 16] = [
    (Call::Get, Outcome::Hit),
    (Call::Get, Outcome::Miss),
    (Call::Insert, Outcome::Inserted),
    (Call::Insert, Outcome::Replaced),
    (Call::Remove, Outcome::Removed),
    (Call::Remove, Outcome::Absent),
    (Call::Insert, Outcome::Present),
    (Call::Insert, Outcome::Full),
    (Call::Update, Outcome::Inserted),
    (Call::Update, Outcome::Replaced),
    (Call::Update, Outcome::Removed),
    (Call::Update, Outcome::Absent),
    (Call::Update, Outcome::Unchanged),
    (Call::Update, Outcome::Full),
    (Call::Iterate, Outcome::Done),
    (Call::Clear, Outcome::Done),
];

/// Those of [`COUNTED`] that every thread counts for itself. The others take so long that they share their counters.
pub(super) const STRIPED: usize = 14;

/// A counter's place in [`COUNTED`].
#[derive(Clone, Copy)]
pub(super) struct Counter(usize);

impl Counter {
    /// The counter of a call and what came of it; worked out when the program is compiled.
    pub(super) const fn of(call: Call, outcome: Outcome) -> Self {
        let mut place = 0;
        // One that is not counted is past the end, where compiling ends too.
        loop {
            let (each, came) = COUNTED[place];
            if each as u8 == call as u8 && came as u8 == outcome as u8 {
                return Self(place);
            }
            place += 1;
        }
    }

    #[inline(always)]
    pub(super) fn place(self) -> usize {
        self.0
    }

    pub(super) fn call(self) -> Call {
        COUNTED[self.0].0
    }

    pub(super) fn outcome(self) -> Outcome {
        COUNTED[self.0].1
    }

    /// Whether it changed the map.
    pub(super) fn changed(self) -> bool {
        use Outcome::{Done, Inserted, Removed, Replaced};
        let (call, outcome) = COUNTED[self.0];
        call.writes() && matches!(outcome, Inserted | Replaced | Removed | Done)
    }

    /// All of them.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..COUNTED.len()).map(Self)
    }

    /// Whether the key had a value, or has been given one in place of another.
    pub(super) fn is_hit(self) -> bool {
        use Outcome::{Hit, Present, Removed, Replaced, Unchanged};
        matches!(COUNTED[self.0].1, Hit | Replaced | Present | Removed | Unchanged)
    }
}

/// The counters by name.
pub(super) mod counted {
    use super::{Call, Counter, Outcome};

    pub(crate) const HIT: Counter = Counter::of(Call::Get, Outcome::Hit);
    pub(crate) const MISS: Counter = Counter::of(Call::Get, Outcome::Miss);
    pub(crate) const INSERTED: Counter = Counter::of(Call::Insert, Outcome::Inserted);
    pub(crate) const REPLACED: Counter = Counter::of(Call::Insert, Outcome::Replaced);
    pub(crate) const PRESENT: Counter = Counter::of(Call::Insert, Outcome::Present);
    pub(crate) const FULL: Counter = Counter::of(Call::Insert, Outcome::Full);
    pub(crate) const REMOVED: Counter = Counter::of(Call::Remove, Outcome::Removed);
    pub(crate) const ABSENT: Counter = Counter::of(Call::Remove, Outcome::Absent);
    pub(crate) const ITERATED: Counter = Counter::of(Call::Iterate, Outcome::Done);
    pub(crate) const CLEARED: Counter = Counter::of(Call::Clear, Outcome::Done);
}
