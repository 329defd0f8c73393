//! Source trees: on disk as they stand, or as of a revision from git's objects.

mod disk;
mod git;

pub(crate) use disk::{DiskTree, Stamp, is_looked_into};
pub(crate) use git::GitTree;

use crate::args::Build;
use crate::error::Result;
use crate::progress::{Progress, Unit};
use go_source::{LoadOptions, MemoryTree, Mention, Program, SourceTree, Target};
use std::path::Path;

/// A tree that is ready to be read, and what was left out of it.
pub(crate) struct Tree {
    pub(crate) files: Files,
    pub(crate) notes: Vec<String>,
}

/// Where the files of a tree are.
pub(crate) enum Files {
    /// On disk, as they stand.
    Disk(DiskTree),
    /// In git's objects, as of a revision.
    Git(GitTree),
    /// In memory: the program's own.
    Memory(MemoryTree),
}

impl SourceTree for Files {
    fn files(&self) -> Vec<String> {
        match self {
            Self::Disk(tree) => tree.files(),
            Self::Git(tree) => tree.files(),
            Self::Memory(tree) => tree.files(),
        }
    }

    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Disk(tree) => tree.read(path),
            Self::Git(tree) => tree.read(path),
            Self::Memory(tree) => tree.read(path),
        }
    }
}

impl Tree {
    /// How many Go files it has.
    pub(crate) fn go_files(&self) -> usize {
        self.files.files().iter().filter(|file| file.ends_with(".go")).count()
    }
}

/// A revision as it was asked for.
#[derive(Clone, Copy)]
pub(crate) struct Rev<'a> {
    /// A commit, tag or branch, or whatever else git takes for one.
    pub(crate) name: &'a str,
    /// The option that asks for it, which errors name.
    pub(crate) option: &'static str,
}

impl<'a> Rev<'a> {
    /// The revision of `--rev`.
    pub(crate) fn to_read(name: &'a str) -> Self {
        Self { name, option: "--rev" }
    }
}

/// Opens the tree below `root`, as of a revision where one is given, and reads the files of the latter.
///
/// # Errors
///
/// When the folder cannot be listed, or git does not know the revision or cannot read it.
pub(crate) fn open(root: &Path, rev: Option<Rev<'_>>) -> Result<Tree> {
    let mut tree = list(root, rev)?;
    fetch(&mut tree)?;
    Ok(tree)
}

/// Lists the files of the tree below `root`, as of a revision where one is given.
///
/// # Errors
///
/// When the folder cannot be listed, or git does not know the revision.
pub(crate) fn list(root: &Path, rev: Option<Rev<'_>>) -> Result<Tree> {
    match rev {
        Some(rev) => git::list(root, rev),
        None => disk::list(root),
    }
}

/// Loads the Go program of a tree for the target that the arguments name, with the bodies of the
/// vendored packages that `mentions` lie in.
pub(crate) fn load(tree: &Tree, build: &Build, tests: bool, mentions: Vec<Mention>) -> Program {
    load_files(&tree.files, build, tests, mentions)
}

/// Loads the program with its tests and with every use of its maps, as whoever edits it needs it.
pub(crate) fn load_for_edits(files: &dyn SourceTree, build: &Build) -> Program {
    let options = LoadOptions { tests: true, uses: true, ..options(build) };
    Program::load(&Watched::new(files), &options)
}

/// Makes the files of a tree quick to read, all of them.
///
/// # Errors
///
/// When git's objects cannot be read.
pub(crate) fn fetch(tree: &mut Tree) -> Result<()> {
    if let Files::Git(git) = &mut tree.files {
        tree.notes.extend(git.fetch()?);
    }
    Ok(())
}

/// Loads the Go program of files.
pub(crate) fn load_files(
    files: &dyn SourceTree,
    build: &Build,
    tests: bool,
    mentions: Vec<Mention>,
) -> Program {
    let options = LoadOptions { tests, mentions, ..options(build) };
    Program::load(&Watched::new(files), &options)
}

fn options(build: &Build) -> LoadOptions {
    LoadOptions {
        target: Target { os: build.goos.clone(), arch: build.goarch.clone() },
        tags: build.tags.clone(),
        ..LoadOptions::default()
    }
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
pub(crate) fn is_source_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    // Suffixes as Go's tools compare them: with case.
    name.strip_suffix(".go").is_some() || matches!(name, "go.mod" | "go.work" | "modules.txt")
}
