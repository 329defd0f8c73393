//! What a check does: the command line, and what it leaves open.

use super::args::{Check, CheckFormat, Least};
use crate::args::Build;
use crate::error::{Error, Result};
use finding::Grade;
use go_lint::{Options, RULES};
use std::path::PathBuf;

/// What a check does.
pub(crate) struct Settings {
    /// Codes or their beginnings, in capitals; all rules where it is empty.
    pub(crate) select: Vec<String>,
    /// Codes or their beginnings that are left out, in capitals.
    pub(crate) ignore: Vec<String>,
    /// The least grade that is shown.
    pub(crate) least: Grade,
    /// Whether `_test.go` files are checked.
    pub(crate) tests: bool,
    /// The findings that are known.
    pub(crate) baseline: Option<PathBuf>,
    /// The revision whose findings are not new.
    pub(crate) new_from_rev: Option<String>,
    /// How findings are printed.
    pub(crate) format: CheckFormat,
    /// The revision whose tree is checked, rather than the tree as it stands.
    pub(crate) rev: Option<String>,
    /// What the tree is checked for.
    pub(crate) build: Build,
}

impl Settings {
    /// # Errors
    ///
    /// When no rule's code begins with what is selected or ignored.
    pub(crate) fn new(arguments: &Check) -> Result<Self> {
        let least = match arguments.grade {
            _ if arguments.preview => Grade::Low,
            Least::High => Grade::High,
            Least::Medium => Grade::Medium,
            Least::Low => Grade::Low,
        };
        Ok(Self {
            select: codes(&arguments.select)?,
            ignore: codes(&arguments.ignore)?,
            least,
            tests: arguments.tests,
            baseline: arguments.baseline.clone(),
            new_from_rev: arguments.new_from_rev.clone(),
            format: arguments.format,
            rev: arguments.rev.clone(),
            build: arguments.build.clone(),
        })
    }

    /// Which rules run. All grades are looked for: what is below the least is counted.
    pub(crate) fn rules(&self) -> Options {
        Options { select: self.select.clone(), ignore: self.ignore.clone(), least: Grade::Low }
    }
}

/// Codes in capitals, each of them the beginning of some rule's.
fn codes(given: &[String]) -> Result<Vec<String>> {
    let codes: Vec<String> = given.iter().map(|code| code.trim().to_uppercase()).collect();
    for code in &codes {
        if code.is_empty() || !RULES.iter().any(|rule| rule.code.starts_with(code.as_str())) {
            return Err(Error::new(format!("no rule's code begins with '{code}'"))
                .hint("tophash rule lists them"));
        }
    }
    Ok(codes)
}
