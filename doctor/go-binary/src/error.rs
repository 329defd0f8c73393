//! Why a program could not be read.

use std::fmt;

/// Why a program, or a part of it, could not be read: see [`Error::kind`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    kind: ErrorKind,
    what: String,
}

/// What kept a program from being read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The file is no ELF file of 64 bits, little-endian.
    NotElf,
    /// The file is cut short or damaged.
    Damaged,
    /// It holds no debugging information: it was built with `-ldflags=-w` or `-s`, or was stripped.
    NoDebug,
    /// It holds no table of Go functions of a form that is known.
    NoFunctions,
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, what: impl Into<String>) -> Self {
        Self { kind, what: what.into() }
    }

    /// What kept it from being read.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ErrorKind::NotElf => write!(f, "not a program for 64-bit Linux: {}", self.what),
            ErrorKind::Damaged => write!(f, "the file is cut short or damaged: {}", self.what),
            ErrorKind::NoDebug => {
                write!(f, "no debugging information ({}); it was built with -s or -w", self.what)
            }
            ErrorKind::NoFunctions => write!(f, "no table of Go functions: {}", self.what),
        }
    }
}

impl std::error::Error for Error {}

impl From<gimli::Error> for Error {
    fn from(error: gimli::Error) -> Self {
        Self::new(ErrorKind::Damaged, format!("debugging information: {error}"))
    }
}
