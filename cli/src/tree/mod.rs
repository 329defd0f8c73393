//! Source trees: on disk as they stand, or as of a revision from git's objects.

mod disk;
mod git;

use crate::args::Source;
use crate::error::Result;
use go_source::{LoadOptions, Mention, Program, SourceTree, Target};
use std::path::Path;

/// A tree that is ready to be read, and what was left out of it.
pub(crate) struct Tree {
    pub(crate) files: Box<dyn SourceTree>,
    pub(crate) notes: Vec<String>,
}

/// Opens the tree below `root`, as of a revision where one is given.
///
/// # Errors
///
/// When the folder cannot be listed, or git does not know the revision.
pub(crate) fn open(root: &Path, rev: Option<&str>) -> Result<Tree> {
    match rev {
        Some(rev) => git::open(root, rev),
        None => disk::open(root),
    }
}

/// Loads the Go program of a tree for the target that the arguments name, with the bodies of the
/// vendored packages that `mentions` lie in.
pub(crate) fn load(tree: &Tree, source: &Source, tests: bool, mentions: Vec<Mention>) -> Program {
    let options = LoadOptions {
        target: Target { os: source.goos.clone(), arch: source.goarch.clone() },
        tags: source.tags.clone(),
        tests,
        mentions,
        ..LoadOptions::default()
    };
    Program::load(tree.files.as_ref(), &options)
}

/// True for the files that say something about a Go program.
fn is_source_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    // Suffixes as Go's tools compare them: with case.
    name.strip_suffix(".go").is_some() || matches!(name, "go.mod" | "go.work" | "modules.txt")
}
