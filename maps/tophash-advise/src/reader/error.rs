//! A trace that cannot be read, or not to its end.

use std::fmt;

/// Why a trace, or the rest of one, cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReadError {
    kind: ReadErrorKind,
    offset: u64,
    what: String,
}

/// What kind of failure it was.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ReadErrorKind {
    /// The file is no trace.
    NotATrace,
    /// It is of a version that is not read here.
    Version,
    /// It ends too early.
    CutShort,
    /// It holds what no trace holds.
    Damaged,
    /// It has more operations than were to be read.
    TooLarge,
    /// It could not be read from where it is.
    Io(std::io::ErrorKind),
}

impl ReadError {
    pub(super) fn at(offset: u64, kind: ReadErrorKind, what: impl Into<String>) -> Self {
        Self { kind, offset, what: what.into() }
    }

    pub(super) fn damaged(offset: u64, what: impl Into<String>) -> Self {
        Self::at(offset, ReadErrorKind::Damaged, what)
    }

    pub(super) fn cut(offset: u64, what: &str) -> Self {
        Self::at(offset, ReadErrorKind::CutShort, format!("it ends where {what} should stand"))
    }

    pub(super) fn io(offset: u64, error: &std::io::Error) -> Self {
        Self::at(offset, ReadErrorKind::Io(error.kind()), error.to_string())
    }

    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> ReadErrorKind {
        self.kind
    }

    /// The byte of the file at which it was noticed, from zero.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// What can be done about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.kind {
            ReadErrorKind::NotATrace => {
                "traces are what Builder::record of tophash::observe writes; stats dumps are JSON"
            }
            ReadErrorKind::Version => {
                "use the tophash that the program was built with, or record again with this version"
            }
            ReadErrorKind::CutShort => {
                "the recording may still go on, or its process was killed; end it with \
                 Observed::end_recording"
            }
            ReadErrorKind::Damaged => "copy the file again, or record again",
            ReadErrorKind::TooLarge => {
                "record for a shorter time: Trace::stop_after, Trace::most_bytes"
            }
            ReadErrorKind::Io(_) => "copy the file to a disk that can be read",
        }
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the trace cannot be read beyond byte {}: {}", self.offset, self.what)
    }
}

impl std::error::Error for ReadError {}
