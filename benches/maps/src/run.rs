//! Under which circumstances a run was measured: what a figure has to name.

use serde::{Deserialize, Serialize};
use std::process::Command;
use std::thread;

/// The circumstances; unknown ones are empty.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(crate) struct Run {
    /// The commit that was built, with `+` where the tree held changes of its own.
    pub(crate) commit: String,
    pub(crate) date: String,
    /// What the program was told, without the files that it wrote.
    pub(crate) arguments: String,
    pub(crate) processors: usize,
}

impl Run {
    /// This run on this machine.
    pub(crate) fn here() -> Self {
        let git = |arguments: &[&str]| {
            said(Command::new("git").args(["-C", env!("CARGO_MANIFEST_DIR")]).args(arguments))
        };
        let mut commit = git(&["rev-parse", "--short", "HEAD"]);
        if !git(&["status", "--porcelain", "--untracked-files=no"]).is_empty() {
            commit.push('+');
        }
        Self {
            commit,
            date: said(Command::new("date").args(["-u", "+%F"])),
            arguments: arguments(std::env::args().skip(1)),
            processors: thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// Takes in those of another run whose figures stand beside these.
    pub(crate) fn join(&mut self, other: Self) {
        let join = |ours: &mut String, other: String, between: &str| {
            if ours.is_empty() {
                *ours = other;
            } else if !other.is_empty() && *ours != other {
                *ours = format!("{ours}{between}{other}");
            }
        };
        join(&mut self.commit, other.commit, " and ");
        join(&mut self.date, other.date, " and ");
        self.processors = self.processors.max(other.processors);
        join(&mut self.arguments, other.arguments, "`, `cargo xtask bench -- maps ");
    }

    /// What to type to run it again.
    pub(crate) fn command(&self) -> String {
        format!("cargo xtask bench -- maps {}", self.arguments).trim_end().to_owned()
    }

    /// For captions, with as many rounds as there were samples.
    pub(crate) fn caption(&self, rounds: usize) -> String {
        let mut parts = Vec::new();
        if !self.commit.is_empty() {
            parts.push(format!("Commit {}", self.commit));
        }
        if !self.date.is_empty() {
            parts.push(self.date.clone());
        }
        match rounds {
            0 => {}
            1 => parts.push("1 round".into()),
            rounds => parts.push(format!("{rounds} rounds")),
        }
        if self.processors > 0 {
            parts.push(format!("{} cores", self.processors));
        }
        parts.join(", ")
    }
}

/// What a command prints on one line; nothing where it cannot be asked.
fn said(command: &mut Command) -> String {
    let output = command.output().map(|output| output.stdout).unwrap_or_default();
    String::from_utf8_lossy(&output).trim().to_owned()
}

/// The arguments that decide about figures.
fn arguments(mut all: impl Iterator<Item = String>) -> String {
    let mut kept = Vec::new();
    while let Some(argument) = all.next() {
        match argument.as_str() {
            "--fences" | "--json" | "--markdown" => drop(all.next()),
            _ => kept.push(argument),
        }
    }
    kept.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_no_circumstance() {
        let all = ["--fences", "program", "--rounds", "5", "--json", "file", "--quick"];
        assert_eq!(arguments(all.map(String::from).into_iter()), "--rounds 5 --quick");
    }
}
