//! A source tree on disk.

use go_source::SourceTree;
use std::path::{Path, PathBuf};

/// A directory on disk, without what lies under `skipped`.
pub(crate) struct Disk {
    pub(crate) root: PathBuf,
    pub(crate) skipped: &'static [&'static str],
}

impl SourceTree for Disk {
    fn files(&self) -> Vec<String> {
        let walk = walkdir::WalkDir::new(&self.root).into_iter();
        let kept = walk.filter_entry(|entry| {
            let path = relative(entry.path(), &self.root);
            !self.skipped.contains(&path.as_str())
        });
        let files = kept.filter_map(Result::ok).filter(|entry| entry.file_type().is_file());
        files.map(|entry| relative(entry.path(), &self.root)).collect()
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(self.root.join(path))
    }
}

fn relative(path: &Path, root: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}
