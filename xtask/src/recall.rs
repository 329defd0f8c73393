//! `cargo xtask recall`: how many of the real bugs of a corpus `tophash check` finds, and whether it is silent when they
//! are fixed.
//!
//! The corpus is a file, or a folder with `bugs.json`: repository, commit of the fix and its parent, the map, the lines that
//! access it unsafely in the parent. `docs/fixed-races.json` is one. The repositories lie in another folder, as git
//! directories called `OWNER+NAME/repo`, `OWNER/NAME` or `NAME`. The bugs are split into `work`, which rules are written
//! against, and `check`, whose cases nobody reads: as each bug says, else by a hash of its repository's name, two thirds
//! and one.
//!
//! With `--other-side` the same corpus asks `tophash explain`: `other_side.rs`.

#![expect(clippy::print_stdout, reason = "a task prints its table")]

mod other_side;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `cargo xtask recall` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder with bugs.json, or another file like it
    #[arg(long, value_name = "PATH")]
    corpus: PathBuf,
    /// The folder with the repositories
    #[arg(long, value_name = "DIR")]
    repositories: PathBuf,
    /// Prints each case of `work` with what was found
    #[arg(long)]
    cases: bool,
    /// Asks `tophash explain` for the other side of each race instead
    #[arg(long)]
    other_side: bool,
    /// Takes this part of the corpus alone: work or check
    #[arg(long, value_name = "PART")]
    part: Option<String>,
    /// Asks this program rather than one built from this tree
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
}

/// A bug of the corpus.
#[derive(Deserialize)]
struct Bug {
    id: String,
    repo: String,
    fix_commit: String,
    parent: String,
    kind: String,
    tier: String,
    map_name: String,
    unsafe_accesses: Vec<String>,
    after_is_clean: bool,
    part: Option<String>,
}

impl Bug {
    fn part(&self) -> &str {
        self.part.as_deref().unwrap_or_else(|| part_of(&self.repo))
    }
}

/// A finding, as far as it is compared.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Found {
    place: String,
    map: String,
    fingerprint: String,
}

/// What became of a bug.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing was found on its map at its lines.
    Missed,
    /// Found; the corpus does not say that its fix is clean.
    Found,
    /// Found, and gone with the fix.
    Gone,
    /// Found, and still there after the fix.
    Stays,
}

impl Verdict {
    fn words(self) -> &'static str {
        match self {
            Self::Missed => "not found",
            Self::Found => "found",
            Self::Gone => "found, and gone with the fix",
            Self::Stays => "found, and still there after the fix",
        }
    }
}

/// Checks the parent and the fix of every bug, and prints the tallies.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let folder = arguments.corpus.is_dir();
    let path = if folder { arguments.corpus.join("bugs.json") } else { arguments.corpus.clone() };
    let text = std::fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}", path.display()))?;
    let bugs: Vec<Bug> = serde_json::from_str(&text).context("bugs.json is not as expected")?;
    let program = arguments.program.clone().map_or_else(program, Ok)?;
    let parts: Vec<&str> = ["work", "check"]
        .into_iter()
        .filter(|part| arguments.part.as_ref().is_none_or(|wanted| wanted == part))
        .collect();
    if arguments.other_side {
        return other_side::run(&bugs, &program, &arguments.repositories, &parts, arguments.cases);
    }
    println!("{:<8} {:<10} {:>6} {:>10} {:>8}", "part", "bugs", "found", "tiers A, B", "gone");
    for part in parts {
        for nil in [false, true] {
            let mut all = Vec::new();
            for bug in
                bugs.iter().filter(|bug| bug.part() == part && (bug.kind == "nil-map-write") == nil)
            {
                let verdict = judge(bug, &program, &arguments.repositories)?;
                if arguments.cases && part == "work" {
                    println!("  {:<32} {}", bug.id, verdict.words());
                }
                all.push((matches!(bug.tier.as_str(), "A" | "B"), verdict));
            }
            if all.is_empty() {
                continue;
            }
            let count = |wanted: &dyn Fn(bool, Verdict) -> bool| {
                all.iter().filter(|&&(near, verdict)| wanted(near, verdict)).count()
            };
            println!(
                "{part:<8} {:<10} {:>2}/{:<3} {:>6}/{:<3} {:>4}/{:<3}",
                if nil { "nil maps" } else { "races" },
                count(&|_, verdict| verdict != Verdict::Missed),
                all.len(),
                count(&|near, verdict| near && verdict != Verdict::Missed),
                count(&|near, _| near),
                count(&|_, verdict| verdict == Verdict::Gone),
                count(&|_, verdict| matches!(verdict, Verdict::Gone | Verdict::Stays)),
            );
        }
    }
    Ok(())
}

/// Looks for one bug.
fn judge(bug: &Bug, program: &Path, repositories: &Path) -> Result<Verdict> {
    let repository = repository(repositories, &bug.repo)?;
    let before = check(program, &repository, &bug.parent)?;
    let unsafe_lines: BTreeSet<&str> = bug.unsafe_accesses.iter().map(String::as_str).collect();
    let hits: Vec<&Found> = before
        .iter()
        .filter(|found| unsafe_lines.contains(found.place.as_str()) && found.map == bug.map_name)
        .collect();
    if hits.is_empty() {
        return Ok(Verdict::Missed);
    }
    if !bug.after_is_clean {
        return Ok(Verdict::Found);
    }
    let after: BTreeSet<String> = check(program, &repository, &bug.fix_commit)?
        .into_iter()
        .map(|found| found.fingerprint)
        .collect();
    let gone = hits.iter().all(|hit| !after.contains(&hit.fingerprint));
    Ok(if gone { Verdict::Gone } else { Verdict::Stays })
}

/// The findings of high and medium grade at a commit.
fn check(program: &Path, repository: &Path, commit: &str) -> Result<Vec<Found>> {
    let output = Command::new(program)
        .arg("check")
        .arg(repository)
        .args(["--rev", commit, "--format", "json", "--exit-zero"])
        .output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} at {commit}: {said}", repository.display());
    }
    let document: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let findings = document.get("findings").and_then(serde_json::Value::as_array);
    let found = findings.into_iter().flatten().filter_map(|finding| {
        let access = finding.get("access")?;
        let site = access.get("site")?;
        let word = |value: Option<&serde_json::Value>| {
            value.and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
        };
        let path = word(finding.get("map")?.get("path"));
        let name = path.rsplit('.').next().unwrap_or_default();
        let name = name.split(['#', '[']).next().unwrap_or_default().to_owned();
        let function = word(site.get("function"));
        let operation = word(access.get("operation"));
        Some(Found {
            place: format!("{}:{}", word(site.get("file")), site.get("line")?),
            fingerprint: format!("{path} {function} {operation}"),
            map: name,
        })
    });
    Ok(found.collect())
}

/// The git directory of a repository.
fn repository(folder: &Path, name: &str) -> Result<PathBuf> {
    let last = name.rsplit('/').next().unwrap_or(name);
    let candidates = [format!("{}/repo", name.replace('/', "+")), name.to_owned(), last.to_owned()];
    let found =
        candidates.iter().map(|candidate| folder.join(candidate)).find(|path| path.is_dir());
    found.with_context(|| format!("{name} is not in {}", folder.display()))
}

/// The program, built with optimisation.
fn program() -> Result<PathBuf> {
    let mut build = Command::new(env!("CARGO"));
    build.args(["build", "--release", "--locked", "--quiet", "--package", "tophash-cli"]);
    if !build.status()?.success() {
        bail!("the program does not build");
    }
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    Ok(target.join(format!("release/tophash{}", std::env::consts::EXE_SUFFIX)))
}

/// Which part of the corpus a repository's bugs belong to: by the first byte of the SHA-256 of its name.
fn part_of(repository: &str) -> &'static str {
    let first = Sha256::digest(repository.as_bytes()).first().copied().unwrap_or_default();
    if first % 3 == 0 { "check" } else { "work" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories_fall_into_both_parts() {
        let names = ["etcd-io/etcd", "moby/moby", "a/b", "c/d", "e/f", "g/h", "i/j", "k/l"];
        let parts: BTreeSet<&str> = names.iter().map(|name| part_of(name)).collect();
        assert_eq!(parts.len(), 2);
    }
}
