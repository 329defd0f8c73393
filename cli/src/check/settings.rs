//! What a check does: the command line, and what it leaves open by `tophash.toml`.

mod codes;
mod escapes;
mod file;
mod paths;
mod value;

use super::args::{Check, CheckFormat, Least};
use crate::args::Build;
use crate::cache::Cache;
use crate::error::{Error, Result};
use escapes::Escapes;
use file::File;
use finding::{Findings, Grade};
use go_lint::Options;
use paths::Paths;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a check does.
pub(crate) struct Settings {
    /// Codes or their beginnings, in capitals; where it is empty, all rules but those of memory and speed.
    pub(crate) select: Vec<String>,
    /// Codes or their beginnings that are left out, in capitals.
    pub(crate) ignore: Vec<String>,
    /// The least grade that is shown, where no path has one of its own.
    least: Grade,
    /// Whether `_test.go` files are checked.
    pub(crate) tests: bool,
    /// What is left out where.
    paths: Paths,
    /// What the compiler says of where values live.
    pub(crate) escapes: Option<Escapes>,
    /// The findings that are known.
    pub(crate) baseline: Option<PathBuf>,
    /// The revision whose findings are not new.
    pub(crate) new_from_rev: Option<String>,
    /// Where results are kept.
    pub(crate) cache: Option<Cache>,
    /// How findings are printed.
    pub(crate) format: CheckFormat,
    /// The revision whose tree is checked, rather than the tree as it stands.
    pub(crate) rev: Option<String>,
    /// What the tree is checked for.
    pub(crate) build: Build,
}

impl Settings {
    /// The settings of a check of the tree below `root`.
    ///
    /// # Errors
    ///
    /// When no rule's code begins with what is selected or ignored, or the settings file cannot be understood.
    pub(crate) fn new(arguments: &Check, root: &Path) -> Result<Self> {
        let found = match &arguments.config {
            Some(path) => Some(path.clone()),
            None if arguments.no_config => None,
            None => File::find(root),
        };
        let file = found.as_deref().map(File::read).transpose()?.unwrap_or_default();
        let from_line = |given: &[String], file: Option<Vec<String>>| match given {
            [] => Ok(file.unwrap_or_default()),
            given => codes::all(given),
        };
        let said = if arguments.preview { Some(Grade::Low) } else { None };
        let said = said.or(arguments.grade.map(Least::grade));
        let least = said.or(file.grade.map(Least::grade)).unwrap_or(Grade::Medium);
        let mut parts = file.paths;
        for part in parts.iter_mut().filter(|_| said.is_some()) {
            part.grade = None;
        }
        let paths = Paths::new(prefix(&file.folder, root), &file.exclude, parts)
            .map_err(|error| Error::new("cannot read a glob").because(&error))?;
        let select = from_line(&arguments.select, file.select)?;
        let escapes = arguments.escape.as_deref().map(Escapes::read).transpose()?;
        Ok(Self {
            select,
            ignore: from_line(&arguments.ignore, file.ignore)?,
            escapes,
            least,
            tests: arguments.tests.or(file.tests).unwrap_or(false),
            paths,
            baseline: arguments.baseline.clone().or(file.baseline),
            new_from_rev: arguments.new_from_rev.clone(),
            cache: if arguments.no_cache { None } else { Cache::of_user() },
            format: arguments.format.or(file.format).unwrap_or(CheckFormat::Full),
            rev: arguments.rev.clone(),
            build: arguments.build.clone(),
        })
    }

    /// Which rules run. All grades are looked for: what is below the least is counted.
    pub(crate) fn rules(&self) -> Options {
        Options {
            select: self.select.clone(),
            ignore: self.ignore.clone(),
            least: Grade::Low,
            escapes: self.escapes.as_ref().map(|escapes| Arc::clone(&escapes.report)),
        }
    }

    /// Leaves out, and counts, what paths exclude and what is below the least grade.
    pub(crate) fn narrow(&self, findings: &mut Findings) {
        let before = findings.findings.len();
        findings.findings.retain(|finding| !self.paths.exclude(finding));
        let left_out = before.saturating_sub(findings.findings.len());
        let left_out = u64::try_from(left_out).unwrap_or(u64::MAX);
        findings.excluded = findings.excluded.saturating_add(left_out);
        findings.withhold_below(|finding| self.paths.least(finding).unwrap_or(self.least));
    }
}

/// What leads from the folder of the settings to the root of the tree; nothing where the tree lies elsewhere.
fn prefix(folder: &Path, root: &Path) -> String {
    let between = root.strip_prefix(folder).unwrap_or(Path::new(""));
    between.components().map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect()
}
