//! Source trees: on disk as they stand, or as of a revision from git's objects.

mod disk;
mod git;

use crate::args::Build;
use crate::error::Result;
use crate::progress::{Progress, Unit};
use go_source::{LoadOptions, Mention, Program, SourceTree, Target};
use std::path::Path;

/// A tree that is ready to be read, and what was left out of it.
pub(crate) struct Tree {
    pub(crate) files: Box<dyn SourceTree>,
    pub(crate) notes: Vec<String>,
}

impl Tree {
    /// How many Go files it has.
    pub(crate) fn go_files(&self) -> usize {
        self.files.files().iter().filter(|file| file.ends_with(".go")).count()
    }
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
pub(crate) fn load(tree: &Tree, build: &Build, tests: bool, mentions: Vec<Mention>) -> Program {
    load_files(tree.files.as_ref(), build, tests, mentions)
}

/// The same for files that lie in no tree of this kind.
pub(crate) fn load_files(
    files: &dyn SourceTree,
    build: &Build,
    tests: bool,
    mentions: Vec<Mention>,
) -> Program {
    let options = LoadOptions {
        target: Target { os: build.goos.clone(), arch: build.goarch.clone() },
        tags: build.tags.clone(),
        tests,
        mentions,
        ..LoadOptions::default()
    };
    let watched = Watched::new(files);
    Program::load(&watched, &options)
}

/// A tree whose reading shows progress: each file that is read counts.
struct Watched<'t> {
    files: &'t dyn SourceTree,
    progress: Progress,
}

impl<'t> Watched<'t> {
    fn new(files: &'t dyn SourceTree) -> Self {
        let go = files.files().iter().filter(|path| path.ends_with(".go")).count();
        let length = u64::try_from(go).unwrap_or(u64::MAX);
        Self { files, progress: Progress::new("the source tree", Unit::Files, Some(length)) }
    }
}

impl SourceTree for Watched<'_> {
    fn files(&self) -> Vec<String> {
        self.files.files()
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        let text = self.files.read(path);
        self.progress.add(1);
        text
    }
}

/// True for the files that say something about a Go program.
fn is_source_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    // Suffixes as Go's tools compare them: with case.
    name.strip_suffix(".go").is_some() || matches!(name, "go.mod" | "go.work" | "modules.txt")
}
