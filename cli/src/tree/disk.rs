//! A source tree on disk, as it stands.

use super::{Tree, is_source_file};
use crate::error::{Error, Result};
use crate::progress::{Progress, Unit};
use go_source::SourceTree;
use std::io;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The files below a folder, read when they are asked for.
struct DiskTree {
    root: PathBuf,
    files: Vec<String>,
}

impl SourceTree for DiskTree {
    fn files(&self) -> Vec<String> {
        self.files.clone()
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        std::fs::read(self.root.join(path))
    }
}

/// Lists the Go files and module files below `root`.
///
/// Links to folders are not followed, as Go's own patterns do not, so loops cannot occur. What
/// cannot be listed is left out and said in the notes.
///
/// # Errors
///
/// When `root` itself is not a folder or cannot be listed.
pub(super) fn open(root: &Path) -> Result<Tree> {
    if let Err(error) = std::fs::read_dir(root) {
        return Err(Error::new(format!("cannot read the source tree {}", root.display()))
            .because(&error)
            .hint("give the folder that holds go.mod with --source DIR"));
    }
    let mut files = Vec::new();
    let mut notes = Vec::new();
    let progress = Progress::new(root.display().to_string(), Unit::Files, None);
    let walk = WalkDir::new(root).follow_links(false).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(is_looked_into) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                notes.push(skipped(&error));
                continue;
            }
        };
        let Ok(relative) = entry.path().strip_prefix(root) else { continue };
        let Some(relative) = relative.to_str().map(|path| path.replace('\\', "/")) else {
            notes.push(format!("skipped: the path {} is not UTF-8", entry.path().display()));
            continue;
        };
        // A link to a file is read like the file; a link to a folder leads nowhere.
        let is_file =
            entry.file_type().is_file() || (entry.path_is_symlink() && entry.path().is_file());
        if is_file && is_source_file(&relative) {
            files.push(relative);
            progress.add(1);
        }
    }
    Ok(Tree { files: Box::new(DiskTree { root: root.to_owned(), files }), notes })
}

/// What is said of a folder or file that cannot be looked into.
fn skipped(error: &walkdir::Error) -> String {
    let why = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    match error.path() {
        Some(path) => format!("skipped: cannot read {}: {why}", path.display()),
        None => format!("skipped: {why}"),
    }
}

/// Hidden folders hold no Go packages, and those of node_modules are many.
fn is_looked_into(entry: &walkdir::DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() == 0
        || !entry.file_type().is_dir()
        || !(name.starts_with('.') || name == "node_modules")
}

#[cfg(test)]
mod tests {
    use super::open;

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
        let tree = open(root).unwrap();
        assert_eq!(tree.files.files(), ["a/x.go", "go.mod"]);
        assert_eq!(tree.files.read("a/x.go").unwrap(), b"package a");
    }

    #[test]
    fn a_missing_folder_is_an_error_with_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        let error = open(&folder.path().join("none")).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("--source DIR"), "{error}");
    }
}
