//! `--merge`: what other tools printed, joined by map with what is found.

use super::args::Check;
use super::settings::Settings;
use crate::error::{Error, Result};
use crate::output;
use crate::tree::{self, Tree};
use diagnosis::{Joined, Options, Paths, ToolOutput};
use finding::Findings;
use std::io::{self, IsTerminal, Read as _};
use std::path::Path;

/// The outputs of other tools, and how their paths are read.
pub(crate) struct Merge {
    outputs: Vec<ToolOutput>,
    options: Options,
    base: String,
}

impl Merge {
    /// Reads the files of the arguments; `None` where they name none.
    ///
    /// # Errors
    ///
    /// When one cannot be read: a gate that leaves out what it was given is none.
    pub(crate) fn read(arguments: &Check, root: &Path) -> Result<Option<Self>> {
        if arguments.merge.is_empty() {
            return Ok(None);
        }
        let mut outputs = Vec::new();
        for path in &arguments.merge {
            outputs.push(ToolOutput::read(&path.display().to_string(), &bytes(path)?));
        }
        let mut path_map = arguments.path_map.clone();
        path_map.push((root.display().to_string(), String::new()));
        let here = std::env::current_dir().and_then(|here| here.canonicalize()).unwrap_or_default();
        let below = here.strip_prefix(root).unwrap_or(Path::new(""));
        let base = below.to_string_lossy().replace('\\', "/");
        Ok(Some(Self { outputs, options: Options { path_map, ..Options::default() }, base }))
    }

    /// Checks a tree and joins the outputs: the findings of every grade, with notes about all that was left out.
    ///
    /// # Errors
    ///
    /// When git's objects cannot be read.
    pub(crate) fn check(&self, tree: &mut Tree, settings: &Settings) -> Result<Findings> {
        tree::fetch(tree)?;
        let program = tree::load_files(&tree.files, &settings.build, settings.tests, Vec::new());
        let paths = Paths { options: &self.options, base: &self.base, tests: settings.tests };
        let mut joined = Joined::default();
        let mut findings =
            go_lint::check_with(&go_lint::analyse(&program), &settings.rules(), |findings| {
                joined = diagnosis::join(&program, findings, &self.outputs, paths);
            });
        findings.merged = joined.merged;
        findings.notes.extend(program.notes().iter().map(ToString::to_string));
        findings.notes.extend(joined.notes);
        findings.notes.splice(0..0, tree.notes.iter().cloned());
        Ok(findings)
    }
}

/// All of a file, or of standard input for `-`.
fn bytes(path: &Path) -> Result<Vec<u8>> {
    let failed = |error: io::Error| {
        Error::new(format!("cannot read {}", path.display())).because(&error).hint(
            "--merge takes a file that a tool's output was written to, or - for standard input",
        )
    };
    if path.as_os_str() != "-" {
        return std::fs::read(path).map_err(failed);
    }
    let stdin = io::stdin();
    if stdin.is_terminal() {
        output::say("reading a tool's output from the terminal; end it with Ctrl-D");
    }
    let mut bytes = Vec::new();
    stdin.lock().read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
