//! A source tree on disk, as it stands.

use super::{Files, Tree, is_source_file};
use crate::error::{Error, Result};
use crate::progress::{Progress, Unit};
use go_source::SourceTree;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs::{File, FileType, Metadata, ReadDir};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The files below a folder, read when they are asked for.
pub(crate) struct DiskTree {
    root: PathBuf,
    files: Vec<String>,
}

/// What tells that a file was changed, without reading it. Times are in nanoseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    length: u64,
    /// When the content was changed, as programs may set it.
    modified: u64,
    /// When anything about the file was changed, which no program can set; 0 where the system does not tell.
    changed: u64,
    /// Which file it is, after others were moved over it; 0 where the system does not tell.
    inode: u64,
}

impl Stamp {
    fn new(metadata: &Metadata) -> Self {
        let since = |time: SystemTime| time.duration_since(SystemTime::UNIX_EPOCH).ok();
        let modified = metadata.modified().ok().and_then(since).unwrap_or_default();
        #[cfg(unix)]
        let (changed, inode) = {
            use std::os::unix::fs::MetadataExt as _;
            let seconds = u64::try_from(metadata.ctime()).unwrap_or(0);
            let rest = u64::try_from(metadata.ctime_nsec()).unwrap_or(0);
            (seconds.saturating_mul(1_000_000_000).saturating_add(rest), metadata.ino())
        };
        #[cfg(not(unix))]
        let (changed, inode) = (0, 0);
        Self {
            length: metadata.len(),
            modified: u64::try_from(modified.as_nanos()).unwrap_or(u64::MAX),
            changed,
            inode,
        }
    }

    /// When the file was changed last, as far as it tells.
    pub(crate) fn last(&self) -> u64 {
        self.modified.max(self.changed)
    }
}

impl DiskTree {
    /// The folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The paths of the files, in the order of the tree.
    pub(crate) fn paths(&self) -> &[String] {
        &self.files
    }

    /// The stamp of a file as it is now.
    ///
    /// # Errors
    /// When nobody can tell, as where it is gone.
    pub(crate) fn stamp(&self, path: &str) -> io::Result<Stamp> {
        std::fs::metadata(self.root.join(path)).map(|metadata| Stamp::new(&metadata))
    }

    /// The bytes of a file, and its stamp from before they were read.
    ///
    /// # Errors
    /// Whatever keeps the bytes from being read.
    pub(crate) fn read_stamped(&self, path: &str) -> io::Result<(Vec<u8>, Stamp)> {
        let mut file = File::open(self.root.join(path))?;
        let stamp = Stamp::new(&file.metadata()?);
        let mut bytes = Vec::new();
        // The length is only the system's word: what cannot be had is an error.
        bytes.try_reserve_exact(usize::try_from(stamp.length).unwrap_or(usize::MAX))?;
        file.read_to_end(&mut bytes)?;
        Ok((bytes, stamp))
    }
}

impl SourceTree for DiskTree {
    fn files(&self) -> Vec<String> {
        self.files.clone()
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.root.join(path))
    }
}

/// Lists the Go files and module files below `root`: folders at once, names in order.
///
/// Links to folders are not followed, as Go's own patterns do not, so loops cannot occur. What
/// cannot be listed is left out and said in the notes.
///
/// # Errors
///
/// When `root` itself is not a folder or cannot be listed.
pub(super) fn list(root: &Path) -> Result<Tree> {
    let entries = std::fs::read_dir(root).map_err(|error| {
        Error::new(format!("cannot read the source tree {}", root.display()))
            .because(&error)
            .hint("give the folder that holds go.mod with --source DIR")
    })?;
    let progress = Progress::new(root.display().to_string(), Unit::Files, None);
    let Listing { files, notes } = Listing::new(entries, root, "", &progress);
    Ok(Tree { files: Files::Disk(DiskTree { root: root.to_owned(), files }), notes })
}

/// What lies in a folder and below it.
#[derive(Default)]
struct Listing {
    files: Vec<String>,
    notes: Vec<String>,
}

impl Listing {
    /// Lists a folder. `relative` leads to it from the root: nothing, or a path with a slash at its end.
    fn new(entries: ReadDir, folder: &Path, relative: &str, progress: &Progress) -> Self {
        let mut found = Self::default();
        let mut named = Vec::new();
        for entry in entries {
            match entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?))) {
                Ok(entry) => named.push(entry),
                Err(error) => found.notes.push(unreadable(folder, &error)),
            }
        }
        named.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let of_entries: Vec<Self> = named
            .into_par_iter()
            .map(|(name, kind)| Self::of_entry(&name, kind, folder, relative, progress))
            .collect();
        for mut of_entry in of_entries {
            found.files.append(&mut of_entry.files);
            found.notes.append(&mut of_entry.notes);
        }
        found
    }

    fn of_entry(
        name: &OsStr,
        kind: FileType,
        folder: &Path,
        relative: &str,
        progress: &Progress,
    ) -> Self {
        let mut found = Self::default();
        if kind.is_dir() && !is_looked_into(name) {
            return found;
        }
        let path = folder.join(name);
        let Some(name) = name.to_str() else {
            found.notes.push(format!("skipped: the path {} is not UTF-8", path.display()));
            return found;
        };
        if kind.is_dir() {
            return match std::fs::read_dir(&path) {
                Ok(entries) => Self::new(entries, &path, &format!("{relative}{name}/"), progress),
                Err(error) => {
                    found.notes.push(unreadable(&path, &error));
                    found
                }
            };
        }
        // A link to a file is read like the file; a link to a folder leads nowhere.
        if is_source_file(name) && (kind.is_file() || (kind.is_symlink() && path.is_file())) {
            found.files.push(format!("{relative}{name}"));
            progress.add(1);
        }
        found
    }
}

/// What is said of a folder that cannot be looked into.
fn unreadable(folder: &Path, error: &io::Error) -> String {
    format!("skipped: cannot read {}: {error}", folder.display())
}

/// Hidden folders hold no Go packages, and those of node_modules are many.
pub(crate) fn is_looked_into(name: &OsStr) -> bool {
    !name.as_encoded_bytes().starts_with(b".") && name != "node_modules"
}

#[cfg(test)]
mod tests {
    use super::list;
    use go_source::SourceTree as _;

    #[test]
    fn lists_go_and_module_files_and_survives_loops() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir_all(root.join("a/.hidden")).unwrap();
        std::fs::write(root.join("go.mod"), "module m").unwrap();
        std::fs::write(root.join("a/x.go"), "package a").unwrap();
        std::fs::write(root.join("a/.hidden/y.go"), "package y").unwrap();
        std::fs::write(root.join("a/readme.md"), "").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("..", root.join("a/loop")).unwrap();
        let tree = list(root).unwrap();
        assert_eq!(tree.files.files(), ["a/x.go", "go.mod"]);
        assert_eq!(tree.files.read("a/x.go").unwrap(), b"package a");
    }

    #[test]
    fn a_missing_folder_is_an_error_with_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        let error = list(&folder.path().join("none")).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("--source DIR"), "{error}");
    }
}
