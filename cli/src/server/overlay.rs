//! A source tree in which what is open in the editor holds in place of what is on disk.

use super::documents::Documents;
use crate::tree::{self, Tree};
use go_source::SourceTree;
use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// A tree on disk, as it was listed, with open texts over it.
pub(super) struct Overlay {
    root: PathBuf,
    tree: Tree,
    open: BTreeMap<String, Arc<str>>,
}

impl Overlay {
    /// Lists the tree below a folder.
    ///
    /// # Errors
    ///
    /// When the folder cannot be listed.
    pub(super) fn new(root: &Path, documents: &Documents) -> crate::error::Result<Self> {
        let tree = tree::list(root, None)?;
        let open = documents.below(root).filter_map(|(path, document)| {
            let relative = relative(root, path)?;
            tree::is_source_file(&relative).then(|| (relative, Arc::clone(&document.text)))
        });
        Ok(Self { root: root.to_owned(), open: open.collect(), tree })
    }

    /// What could not be listed.
    pub(super) fn notes(&self) -> &[String] {
        &self.tree.notes
    }

    /// Whether there is a Go file.
    pub(super) fn has_go(&self) -> bool {
        self.tree.go_files() > 0 || self.open.keys().any(|path| path.ends_with(".go"))
    }

    /// The path on disk of a file of the tree.
    pub(super) fn path(&self, file: &str) -> PathBuf {
        file.split('/').fold(self.root.clone(), |path, part| path.join(part))
    }
}

impl SourceTree for Overlay {
    fn files(&self) -> Vec<String> {
        let mut files = self.tree.files.files();
        let known: std::collections::HashSet<&str> = files.iter().map(String::as_str).collect();
        let new = self.open.keys().filter(|path| !known.contains(path.as_str()));
        let new: Vec<String> = new.cloned().collect();
        files.extend(new);
        files
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        match self.open.get(path) {
            Some(text) => Ok(text.as_bytes().to_vec()),
            None => self.tree.files.read(path),
        }
    }
}

/// The path of a file in the tree below a folder; `None` where the tree leaves it out.
pub(super) fn relative(root: &Path, path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for part in path.strip_prefix(root).ok()?.components() {
        let Component::Normal(part) = part else { return None };
        parts.push(part.to_str()?);
    }
    let (_, folders) = parts.split_last()?;
    let read = folders.iter().all(|folder| tree::is_looked_into(folder.as_ref()));
    read.then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::relative;
    use std::path::Path;

    #[test]
    fn what_the_tree_leaves_out_has_no_place_in_it() {
        let of = |path: &str| relative(Path::new("/src/app"), Path::new(path));
        assert_eq!(of("/src/app/a/b.go").as_deref(), Some("a/b.go"));
        for path in ["/src/app/.git/b.go", "/src/other/b.go", "/src/app", "/src/app/../b.go"] {
            assert_eq!(of(path), None, "{path}");
        }
    }
}
