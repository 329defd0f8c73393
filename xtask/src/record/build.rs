//! Building fixtures so that what they print names no folder of this machine.
//!
//! Half of the recordings come from `-trimpath` builds, which print `example.com/orders/…`; the
//! other half print whole paths, as most services do. The latter are built from a copy in a
//! temporary folder, and that folder is then called `/srv/app` and GOROOT `/usr/local/go`.

use super::manifest::{Case, Fixture, Level};
use crate::toolchain::Toolchain;
use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use walkdir::{DirEntry, WalkDir};

/// How the paths in an output look.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub(super) enum Paths {
    /// Built with `-trimpath`.
    Trimmed,
    /// Built without, in `/srv/app`.
    Full,
}

impl Paths {
    /// Which of the two an output of that level shows.
    pub(super) fn at(level: Level) -> Self {
        match level {
            Level::All | Level::Crash => Self::Full,
            Level::None | Level::Single | Level::System => Self::Trimmed,
        }
    }
}

/// How something is built. One `go build` builds all programs of one mode.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mode {
    module: PathBuf,
    paths: Paths,
    race: bool,
    cgo: bool,
    test: bool,
    flags: Vec<String>,
}

/// One binary.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Target {
    mode: Mode,
    /// Its package, below the module.
    package: PathBuf,
}

impl Target {
    /// The binary that a case needs at that level.
    pub(super) fn of(fixture: &Fixture, case: &Case, level: Level) -> Self {
        let below = fixture.folder.strip_prefix(&fixture.module).unwrap_or(Path::new(""));
        let mode = Mode {
            module: fixture.module.clone(),
            paths: Paths::at(level),
            race: case.race,
            // The race detector is C code.
            cgo: fixture.cgo || case.race,
            test: fixture.test,
            flags: fixture.build.clone(),
        };
        Self { mode, package: below.join(&fixture.package) }
    }
}

/// Builds with one toolchain into a temporary folder.
pub(super) struct Builder<'a> {
    toolchain: &'a Toolchain,
    folder: TempDir,
    binaries: BTreeMap<Target, PathBuf>,
}

impl<'a> Builder<'a> {
    /// Copies the fixtures to a folder of their own.
    pub(super) fn new(toolchain: &'a Toolchain, fixtures: &Path) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("tophash-record-").tempdir()?;
        let sources = |entry: &DirEntry| entry.file_name() != "recorded";
        for entry in WalkDir::new(fixtures).into_iter().filter_entry(sources) {
            let entry = entry?;
            let below = entry.path().strip_prefix(fixtures)?;
            let copy = folder.path().join("app").join(below);
            if entry.file_type().is_dir() {
                fs::create_dir_all(copy)?;
            } else {
                fs::copy(entry.path(), copy)?;
            }
        }
        Ok(Self { toolchain, folder, binaries: BTreeMap::new() })
    }

    fn app(&self) -> PathBuf {
        self.folder.path().join("app")
    }

    /// Builds what is asked for, with as few commands as possible.
    pub(super) fn build(&mut self, targets: impl Iterator<Item = Target>) -> Result<()> {
        let mut modes: BTreeMap<Mode, Vec<PathBuf>> = BTreeMap::new();
        for target in targets.collect::<BTreeSet<_>>() {
            modes.entry(target.mode).or_default().push(target.package);
        }
        for (number, (mode, packages)) in modes.into_iter().enumerate() {
            let out = self.folder.path().join(format!("bin{number}"));
            fs::create_dir_all(&out)?;
            // `go test -c` takes several packages from Go 1.22 on only.
            let at_once = if mode.test { 1 } else { packages.len() };
            for packages in packages.chunks(at_once) {
                let mut command = self.compile(&mode, &out)?;
                command.args(packages.iter().map(|package| Path::new(".").join(package)));
                ensure!(
                    command.status()?.success(),
                    "go {} cannot build {}",
                    self.toolchain.release().minor,
                    mode.module.display()
                );
            }
            for package in packages {
                let file = out.join(program(&mode, &package)?);
                self.binaries.insert(Target { mode: mode.clone(), package }, file);
            }
        }
        Ok(())
    }

    /// The command that compiles in that mode, but for the packages.
    fn compile(&self, mode: &Mode, out: &Path) -> Result<Command> {
        let name = mode.module.file_name().context("a module stands in a folder")?;
        let mut command = self.toolchain.command();
        command
            .current_dir(self.app().join(name))
            .env("CGO_ENABLED", if mode.cgo { "1" } else { "0" })
            .args(if mode.test { ["test", "-c"].as_slice() } else { &["build"] })
            .args(["-p", "2", "-o"])
            .arg(out.join(""))
            .args(&mode.flags);
        if mode.paths == Paths::Trimmed {
            command.arg("-trimpath");
        }
        if mode.race {
            command.arg("-race");
        }
        Ok(command)
    }

    /// Where the binary is.
    pub(super) fn binary(&self, target: &Target) -> Result<PathBuf> {
        self.binaries.get(target).cloned().context("every binary is built before it is run")
    }

    /// Gives the folders of this machine their neutral names.
    pub(super) fn neutralise(&self, output: &mut Vec<u8>) -> Result<()> {
        let root = self.toolchain.root();
        for (folder, neutral) in [
            (self.app(), "/srv/app"),
            (fs::canonicalize(self.app())?, "/srv/app"),
            (root.to_owned(), "/usr/local/go"),
            (fs::canonicalize(root)?, "/usr/local/go"),
        ] {
            let folder = folder.to_str().context("folders have names in UTF-8")?;
            *output = replace(output, folder.as_bytes(), neutral.as_bytes());
        }
        let text = String::from_utf8_lossy(output);
        let own = [env::temp_dir(), Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()];
        for folder in own.iter().filter_map(|folder| folder.to_str()) {
            if text.contains(folder) {
                bail!("an output still names {folder}");
            }
        }
        Ok(())
    }
}

/// The file that `go` writes for a package; one at the root of its module has the module's name.
fn program(mode: &Mode, package: &Path) -> Result<OsString> {
    let name = package.file_name().or(mode.module.file_name());
    let mut file = name.context("a package stands in a folder")?.to_owned();
    if mode.test {
        file.push(".test");
    }
    file.push(env::consts::EXE_SUFFIX);
    Ok(file)
}

fn replace(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        if let Some(tail) = rest.strip_prefix(from).filter(|_| !from.is_empty()) {
            out.extend_from_slice(to);
            rest = tail;
        } else {
            out.push(*first);
            rest = after;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_occurrence_of_a_folder_is_replaced() {
        let text = replace(b"/a/b/main.go /a/b/x /a/c", b"/a/b", b"/srv/app");
        assert_eq!(text, b"/srv/app/main.go /srv/app/x /a/c");
        assert_eq!(replace(b"", b"/a", b"/b"), b"");
    }
}
