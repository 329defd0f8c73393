//! A unit: one package as the go command builds it, described by a JSON file.

use crate::error::{Error, Result};
use crate::output;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// What is read of a unit's configuration.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Unit {
    /// What the go command calls it: `example.com/a`, or `example.com/a [example.com/a.test]`.
    #[serde(rename = "ID")]
    pub(super) id: String,
    /// The folder of the package.
    pub(super) dir: PathBuf,
    /// The files that are built, with those made by cgo; `null` where there are none.
    #[serde(default)]
    go_files: Option<Vec<PathBuf>>,
    /// Whether only facts for packages that import it are asked for.
    #[serde(default)]
    pub(super) vetx_only: bool,
    /// Where those belong.
    #[serde(default)]
    vetx_output: PathBuf,
    /// Where JSON belongs; empty before Go 1.26, for standard output.
    #[serde(default)]
    stdout: PathBuf,
}

impl Unit {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is none.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let hint = "the go command writes it: go vet -vettool=$(which tophash) ./...";
        let because = |error: &dyn std::error::Error| {
            Error::new(format!("cannot read {}", path.display())).because(error).hint(hint)
        };
        let text = std::fs::read(path).map_err(|error| because(&error))?;
        serde_json::from_slice(&text).map_err(|error| because(&error))
    }

    /// Whether the package lies where Go keeps those of others: its standard library, modules that were downloaded, `vendor`.
    pub(super) fn is_of_others(&self) -> bool {
        // The go command sets both.
        let kept = |variable| {
            std::env::var_os(variable).is_some_and(|folder: OsString| {
                !folder.is_empty() && self.dir.starts_with(Path::new(&folder))
            })
        };
        let vendored = self.dir.components().any(|part| part.as_os_str() == "vendor");
        vendored || kept("GOROOT") || kept("GOMODCACHE")
    }

    /// Says that there are no facts, so that the go command need not ask again.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub(super) fn write_no_facts(&self) -> Result<()> {
        write(&self.vetx_output, "")
    }

    /// Prints JSON where the go command wants it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub(super) fn print(&self, text: &str) -> Result<()> {
        if self.stdout.as_os_str().is_empty() {
            output::data(text)
        } else {
            write(&self.stdout, text)
        }
    }

    /// The files of the unit that lie in the tree below `root`, as findings call them.
    pub(super) fn files(&self, root: &Path) -> BTreeSet<String> {
        let relative = |file: &PathBuf| {
            let source = self.source(file);
            // Links to folders are followed, as they are to the root; a file that is a link has the name of the link.
            let folder = source.parent()?.canonicalize().ok()?;
            let path = folder.strip_prefix(root).ok()?.join(source.file_name()?);
            let parts = path.components().map(|part| part.as_os_str().to_string_lossy());
            Some(parts.collect::<Vec<_>>().join("/"))
        };
        self.go_files.iter().flatten().filter_map(relative).collect()
    }

    /// What a file was made from: cgo turns `a.go` into `a.cgo1.go` in a folder of its own.
    fn source(&self, file: &Path) -> PathBuf {
        let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
        match name.strip_suffix(".cgo1.go") {
            Some(name) if file.parent() != Some(&self.dir) => self.dir.join(format!("{name}.go")),
            _ => file.to_path_buf(),
        }
    }

    /// The root of the tree as the go command would spell it: it shortens paths that begin with a folder of its own.
    pub(super) fn spelled(&self, root: &Path) -> PathBuf {
        let same = |folder: &&Path| folder.canonicalize().is_ok_and(|folder| folder == root);
        self.dir.ancestors().find(same).unwrap_or(root).to_path_buf()
    }
}

fn write(path: &Path, text: &str) -> Result<()> {
    std::fs::write(path, text)
        .map_err(|error| Error::new(format!("cannot write {}", path.display())).because(&error))
}

#[cfg(test)]
mod tests {
    use super::Unit;
    use std::path::Path;

    #[test]
    fn what_the_go_command_may_leave_out_may_be_missing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vet.cfg");
        std::fs::write(&path, r#"{"ID": "a", "Dir": "/a", "GoFiles": null, "Later": 1}"#).unwrap();
        let unit = Unit::read(&path).unwrap();
        assert!(!unit.vetx_only && unit.files(Path::new("/")).is_empty());
        for broken in ["", "{", "[]", r#"{"ID": 1, "Dir": "/a"}"#, "\u{0}"] {
            std::fs::write(&path, broken).unwrap();
            let error = Unit::read(&path).unwrap_err();
            assert!(error.is_hinted() && error.to_string().contains("vet.cfg"), "{error}");
        }
        assert!(Unit::read(&folder.path().join("none.cfg")).unwrap_err().is_hinted());
    }

    #[test]
    fn files_of_cgo_are_those_they_were_made_from() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("p")).unwrap();
        let unit = Unit {
            id: "p".into(),
            dir: root.join("p"),
            go_files: Some(vec![
                root.join("p/plain.go"),
                "/tmp/go-build1/b001/_cgo_gotypes.go".into(),
                "/tmp/go-build1/b001/linked.cgo1.go".into(),
            ]),
            vetx_only: false,
            vetx_output: "".into(),
            stdout: "".into(),
        };
        assert_eq!(unit.files(&root), ["p/linked.go", "p/plain.go"].map(str::to_owned).into());
    }
}
