//! Where source text comes from: a directory, git objects, an archive, memory. The caller's I/O.

use std::collections::BTreeMap;
use std::io;

/// A tree of files, as of one moment.
///
/// Paths are relative to the root of the tree, separated by `/`, without `.` or `..` segments.
/// Whoever implements it decides about symbolic links (following them must end) and about
/// permissions: a file that is listed but cannot be read becomes a note.
pub trait SourceTree: Sync {
    /// The paths of all regular files, in any order. Only `.go`, `go.mod`, `go.work` and
    /// `modules.txt` are ever read, so an implementation may leave the others out.
    fn files(&self) -> Vec<String>;

    /// The bytes of one file.
    ///
    /// # Errors
    /// Whatever kept the bytes from being read; the text of the error goes into a note.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
}

/// A tree held in memory: for tests, demonstrations and archives.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryTree {
    /// An empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }
}

impl<P: Into<String>, B: Into<Vec<u8>>> FromIterator<(P, B)> for MemoryTree {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        Self { files: files.into_iter().map(|(path, bytes)| (path.into(), bytes.into())).collect() }
    }
}

impl SourceTree for MemoryTree {
    fn files(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.get(path).cloned().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}
