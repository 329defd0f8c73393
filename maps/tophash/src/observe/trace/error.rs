//! A trace that cannot be written.

use core::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A trace could not be written.
#[derive(Debug)]
pub struct TraceError {
    path: PathBuf,
    kind: TraceErrorKind,
    source: Option<io::Error>,
}

/// Why a trace could not be written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum TraceErrorKind {
    /// The file could not be made, written or renamed.
    Io(io::ErrorKind),
    /// The thread that writes the file could not be started, or is gone.
    Thread,
}

impl TraceError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let kind = TraceErrorKind::Io(source.kind());
        Self { path: path.into(), kind, source: Some(source) }
    }

    pub(super) fn thread(path: &Path, source: Option<io::Error>) -> Self {
        Self { path: path.into(), kind: TraceErrorKind::Thread, source }
    }

    /// What kind of failure it was.
    #[must_use]
    pub fn kind(&self) -> TraceErrorKind {
        self.kind
    }

    /// The file that could not be written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hint = match self.kind {
            TraceErrorKind::Io(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
                "free some space there, or bound the trace by `most_bytes`"
            }
            TraceErrorKind::Io(io::ErrorKind::PermissionDenied) => "let the program write there",
            TraceErrorKind::Io(_) => "name another file",
            TraceErrorKind::Thread => "the process may have too many threads",
        };
        write!(f, "cannot write the trace {}", self.path.display())?;
        match &self.source {
            Some(source) => write!(f, ": {source}; {hint}"),
            None => write!(f, ": the thread that writes it is gone; {hint}"),
        }
    }
}

impl core::error::Error for TraceError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}
