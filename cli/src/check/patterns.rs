//! The paths and Go patterns of the command line: which tree is read, and which of its files are wanted.

use crate::error::{Error, Result};
use std::path::{Component, Path, PathBuf};

/// The paths and Go patterns of the command line.
///
/// The whole module is read whatever they name: who else touches a map may stand anywhere in it.
pub(crate) struct Patterns {
    /// The folder that is read: the module around what is named.
    pub(crate) root: PathBuf,
    /// Folders below the root with all below them (`true`) or alone, and files; relative, with slashes.
    wanted: Vec<(String, bool)>,
}

impl Patterns {
    /// # Errors
    ///
    /// When a path is not there, or is a file of another kind.
    pub(crate) fn new(paths: &[PathBuf]) -> Result<Self> {
        let mut root: Option<PathBuf> = None;
        let mut named = Vec::new();
        for path in paths {
            let all = path.ends_with("...");
            let at = if all { path.parent().unwrap_or(Path::new(".")) } else { path.as_path() };
            let at = if at.as_os_str().is_empty() { Path::new(".") } else { at };
            let real = at.canonicalize().map_err(|error| {
                Error::new(format!("cannot read {}", path.display()))
                    .because(&error)
                    .hint("give a folder, a Go file, or a pattern such as ./...")
            })?;
            if real.is_file() && real.extension().is_none_or(|extension| extension != "go") {
                return Err(Error::new(format!("{} is no Go file", path.display()))
                    .hint("give a folder, a Go file, or a pattern such as ./..."));
            }
            let folder = if real.is_dir() {
                real.clone()
            } else {
                real.parent().unwrap_or(&real).to_path_buf()
            };
            let module = module_of(&folder).unwrap_or(folder);
            root = Some(match root {
                None => module,
                Some(other) => common(&other, &module),
            });
            // A folder is checked with all below it: a gate that forgets half is none.
            named.push((real.clone(), all || real.is_dir()));
        }
        let root = root.unwrap_or_else(|| PathBuf::from("."));
        let wanted = named.into_iter().map(|(path, all)| {
            let relative = path.strip_prefix(&root).unwrap_or(Path::new(""));
            let parts = relative.components().filter_map(|part| match part {
                Component::Normal(name) => Some(name.to_string_lossy()),
                _ => None,
            });
            (parts.collect::<Vec<_>>().join("/"), all)
        });
        let wanted = wanted.collect();
        Ok(Self { root, wanted })
    }

    /// The whole module around a folder, or the workspace that it is part of; `None` where there is neither.
    pub(crate) fn module_around(folder: &Path) -> Option<Self> {
        let root = module_of(&folder.canonicalize().ok()?)?;
        Some(Self { root, wanted: vec![(String::new(), true)] })
    }

    /// Whether a file of the tree is wanted.
    pub(crate) fn wants(&self, file: &str) -> bool {
        self.wanted.iter().any(|(path, all)| {
            path.is_empty()
                || file == path
                || (*all
                    && file.strip_prefix(path.as_str()).is_some_and(|rest| rest.starts_with('/')))
        })
    }
}

/// The folder of the `go.work` or `go.mod` around a folder; the outermost `go.work`, else the nearest module.
pub(crate) fn module_of(folder: &Path) -> Option<PathBuf> {
    let around =
        |file: &str| folder.ancestors().find(|at| at.join(file).is_file()).map(Path::to_path_buf);
    around("go.work").or_else(|| around("go.mod"))
}

fn common(a: &Path, b: &Path) -> PathBuf {
    a.ancestors().find(|at| b.starts_with(at)).unwrap_or(a).to_path_buf()
}
