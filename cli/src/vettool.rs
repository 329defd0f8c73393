//! `go vet -vettool=$(which tophash)`: the protocol by which the go command runs a checker.
//!
//! Source: `cmd/go/internal/vet`, `cmd/go/internal/work` (`toolID` in `buildid.go`, `vet` in `exec.go`) and
//! `golang.org/x/tools/go/analysis/unitchecker`, in Go 1.21.13 and 1.27.3. The go command calls the program
//!
//! - with `-V=full`, to learn which build of it this is;
//! - with `-flags`, to learn which flags it takes;
//! - with flags and the path of a configuration, for each package, and for each package that one imports.
//!
//! From Go 1.26 on the go command keeps what a unit yields, and takes it from there as long as the package and those that it
//! imports are what they were. Findings depend on more: on who calls the package, on `tophash.toml`, on a baseline. But a unit
//! is only kept if it leaves facts behind. So those of the user's own packages leave none, and are asked again by each run;
//! `check` has a cache of its own that knows what decides its findings. (That holds for those that are only imported, too:
//! Go 1.26 takes one for the other.) What belongs to others, and is only imported, leaves empty facts, is silent, and need not
//! be asked again.

mod flags;
mod run;
mod unit;

use crate::error::{Error, Result};
use crate::{exit, output};
use flags::Flags;
use serde_json::json;
use std::ffi::{OsStr, OsString};
use std::path::Path;
use unit::Unit;

/// What the go command asks.
pub(crate) enum Question {
    /// Which build this is.
    Version,
    /// Which flags there are.
    Flags,
    /// What is found in a package.
    Unit(Flags, OsString),
}

impl Question {
    /// What the arguments ask, without the name of the program; `None` where it is not the go command that speaks so.
    pub(crate) fn new(arguments: &[OsString]) -> Option<Self> {
        let (last, before) = arguments.split_last()?;
        match last.to_str() {
            Some("-V=full") if before.is_empty() => Some(Self::Version),
            Some("-flags") if before.is_empty() => Some(Self::Flags),
            _ if Path::new(last).extension() == Some(OsStr::new("cfg")) => {
                Some(Self::Unit(Flags::parse(before)?, last.clone()))
            }
            _ => None,
        }
    }

    /// Answers, and yields the exit code.
    ///
    /// # Errors
    ///
    /// When the package cannot be checked.
    pub(crate) fn answer(&self) -> Result<u8> {
        match self {
            Self::Version => {
                output::data(&format!(
                    "tophash version devel buildID={}\n",
                    env!("TOPHASH_BUILD")
                ))?;
                Ok(exit::EXPLAINED)
            }
            Self::Flags => {
                let text = serde_json::to_string_pretty(&flags::offered())
                    .map_err(|error| Error::new("cannot write JSON").because(&error))?;
                output::data(&format!("{text}\n"))?;
                Ok(exit::EXPLAINED)
            }
            Self::Unit(flags, configuration) => check(flags, Path::new(configuration)),
        }
    }
}

/// Reports what is found in the files of a unit.
fn check(flags: &Flags, configuration: &Path) -> Result<u8> {
    let unit = Unit::read(configuration)?;
    if unit.vetx_only {
        if unit.is_of_others() {
            unit.write_no_facts()?;
        }
        return Ok(exit::EXPLAINED);
    }
    if flags.repairs() {
        return Err(Error::new("go vet cannot repair with tophash")
            .hint("tophash check --fix repairs; --diff shows how"));
    }
    let (findings, root) = run::findings(flags, &unit, configuration)?;
    if flags.json() {
        let text = report::findings_vet_json(&findings, &root, &unit.id)
            .map_err(|error| Error::new("cannot write JSON").because(&error))?;
        unit.print(&text)?;
        return Ok(exit::EXPLAINED);
    }
    if findings.findings.is_empty() {
        return Ok(exit::EXPLAINED);
    }
    output::say(report::findings_vet(&findings, &root).trim_end());
    Ok(exit::FINDINGS)
}

/// What decides the findings of a module during one run of the go command.
fn subject(flags: &Flags, root: &Path) -> String {
    json!([root.to_string_lossy(), flags.arguments()]).to_string()
}

#[cfg(test)]
mod tests {
    use super::Question;
    use std::ffi::OsString;

    fn asks(arguments: &[&str]) -> bool {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        Question::new(&arguments).is_some()
    }

    #[test]
    fn only_what_the_go_command_says_is_its_question() {
        for go in [
            &["-V=full"][..],
            &["-flags"],
            &["/tmp/go-build1/b001/vet.cfg"],
            &["-json", "/tmp/go-build1/b001/vet.cfg"],
            &["-tophash.grade=high", "--tophash.select", "TH101", "-tags=a,b", "-fix", "vet.cfg"],
        ] {
            assert!(asks(go), "{go:?}");
        }
        for ours in [
            &[][..],
            &["-V"],
            &["--version"],
            &["explain", "crash.cfg"],
            &["--color", "never", "explain", "crash.cfg"],
            &["check", "--config", "other.cfg"],
            &["-json"],
            &["-tophash.grade", "vet.cfg"],
            &["-unknown", "vet.cfg"],
        ] {
            assert!(!asks(ours), "{ours:?}");
        }
    }
}
