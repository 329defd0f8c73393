//! What is said of two uses that met: who each of them is, in the words of Go's runtime.

use alloc::string::String;
use core::fmt;
use core::panic::Location;

/// What a use does with the map.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Using {
    /// It reads by keys.
    Read,
    /// It walks over the entries.
    Iterate,
    /// It changes entries, or may.
    Write,
}

impl Using {
    /// Whether the two may not overlap.
    pub(super) fn conflicts_with(self, other: Self) -> bool {
        self == Self::Write || other == Self::Write
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Read => "reads",
            Self::Iterate => "iterates",
            Self::Write => "writes",
        }
    }
}

/// One side of a [`Conflict`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Use {
    /// What it does.
    pub using: Using,
    /// The line of code that began it.
    pub site: &'static Location<'static>,
    /// The name of its thread, or the thread's number where it has no name.
    pub thread: String,
}

impl Use {
    pub(super) fn new(using: Using, site: &'static Location<'static>, thread: String) -> Self {
        Self { using, site, thread }
    }
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread {} {} at {}", self.thread, self.using.verb(), self.site)
    }
}

/// Two uses of one map that overlap and may not: see [`Checked`](super::Checked).
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Conflict {
    /// The use that noticed it.
    pub noticed_by: Use,
    /// The use that it met.
    pub other: Use,
}

impl Conflict {
    pub(super) fn new(noticed_by: Use, other: Use) -> Self {
        Self { noticed_by, other }
    }

    /// What Go's runtime says where it meets the like, without `fatal error`.
    #[must_use]
    pub fn go_message(&self) -> &'static str {
        match (self.noticed_by.using, self.other.using) {
            (Using::Write, Using::Write) => "concurrent map writes",
            (Using::Iterate, _) | (_, Using::Iterate) => "concurrent map iteration and map write",
            _ => "concurrent map read and map write",
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}, while {}", self.go_message(), self.noticed_by, self.other)
    }
}

impl core::error::Error for Conflict {}
