//! A source tree on disk, as it stands.

use super::{Loaded, is_source_file};
use crate::error::{Error, Result};
use std::path::Path;
use walkdir::WalkDir;

/// Reads the Go files and module files below `root`.
///
/// Links to folders are not followed, as Go's own patterns do not, so loops cannot occur. What
/// cannot be read is left out and said in the notes.
///
/// # Errors
///
/// When `root` itself is not a folder or cannot be listed.
pub(crate) fn load(root: &Path) -> Result<Loaded> {
    let top = std::fs::read_dir(root);
    if let Err(error) = top {
        return Err(Error::new(format!("cannot read the source tree {}", root.display()))
            .because(&error)
            .hint("give the folder that holds go.mod with --source DIR"));
    }
    let mut loaded = Loaded::default();
    let walk = WalkDir::new(root).follow_links(false).sort_by_file_name();
    for entry in walk.into_iter().filter_entry(|entry| !is_hidden_folder(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                loaded.notes.push(format!("skipped: {error}"));
                continue;
            }
        };
        let Ok(relative) = entry.path().strip_prefix(root) else { continue };
        let Some(relative) = relative.to_str().map(|path| path.replace('\\', "/")) else {
            loaded.notes.push(format!("skipped: the path {} is not UTF-8", entry.path().display()));
            continue;
        };
        // A link to a file is read like the file; a link to a folder has no file's metadata.
        let is_file = entry.file_type().is_file()
            || (entry.file_type().is_symlink() && entry.path().is_file());
        if !is_file || !is_source_file(&relative) {
            continue;
        }
        match std::fs::read(entry.path()) {
            Ok(text) => loaded.push(relative, text),
            Err(error) => loaded.notes.push(format!("skipped: {}: {error}", entry.path().display())),
        }
    }
    Ok(loaded)
}

/// Folders that Go's tools never look into: `.git` and the like.
fn is_hidden_folder(entry: &walkdir::DirEntry) -> bool {
    entry.depth() > 0
        && entry.file_type().is_dir()
        && entry.file_name().to_str().is_some_and(|name| name.starts_with('.') || name == "node_modules")
}
