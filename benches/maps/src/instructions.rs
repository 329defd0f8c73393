//! Instructions of an operation: a figure that no neighbour on the machine can disturb.
//!
//! valgrind counts the instructions of a process that fills the map and does many operations, and of one that only
//! fills it; the difference belongs to the operations, loop and question included. (Where the kernel lends hardware
//! counters they would be quicker; virtual machines seldom have them, and valgrind's count is exact.)

use crate::data::Choice;
use crate::ground::{Ground, Group, Hasher, Kind};
use crate::peers;
use crate::subject::Sample;
use crate::work;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::{Command, Stdio};

/// Entries of the map.
const ENTRIES: usize = 1 << 14;

/// Operations that are counted.
const OPERATIONS: usize = 1 << 14;

/// The column of insertions. They take the map to four times its entries, so that one that doubles does so twice,
/// wherever its sizes fall.
pub(crate) const INSERT: &str = "insert 1T";

/// The column of a walk over all entries.
pub(crate) const WALK: &str = "entry";

/// Whether there is a valgrind on this machine.
pub(crate) fn available() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Instructions of each column that one thread runs, of a map of that program.
pub(crate) fn measure(program: &Path, kind: Kind, map: &str) -> Result<Vec<Sample>> {
    let filled = counted(program, kind, map, "none", 0)?;
    let works = [Group::Read, Group::Mixed].into_iter().flat_map(work::columns);
    let columns = works
        .filter(|work| work.threads == 1 && work.choice != Choice::Zipf)
        .map(|work| (work.column, OPERATIONS))
        .chain([(INSERT, 3 * ENTRIES), (WALK, ENTRIES)]);
    let mut samples = Vec::new();
    for (column, operations) in columns {
        let all = counted(program, kind, map, column, operations)?;
        // Nothing was done where the map has no such operation.
        if let Some(more) = all.checked_sub(filled).filter(|more| *more > operations as u64) {
            samples.push(Sample::new(column, more as f64 / operations as f64));
        }
    }
    Ok(samples)
}

/// Instructions of a process.
fn counted(program: &Path, kind: Kind, map: &str, column: &str, operations: usize) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(program)
        .args(["count", kind.argument(), map, column, &operations.to_string()])
        .output()
        .context("valgrind did not start")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{map}, {column}: {said}");
    }
    let line = said.lines().find(|line| line.contains("I refs:") || line.contains("I   refs:"));
    let count = line.and_then(|line| line.rsplit(' ').next()).map(|count| count.replace(',', ""));
    count.and_then(|count| count.parse().ok()).with_context(|| format!("no count in: {said}"))
}

/// What that process does.
pub(crate) fn count(kind: Kind, map: &str, column: &str, operations: usize) -> Result<()> {
    let ground = Ground { kind, hasher: Hasher::Same, entries: ENTRIES };
    let mut subjects = peers::subjects(ground, ENTRIES);
    let subject = subjects.iter_mut().find(|subject| subject.name() == map);
    subject.with_context(|| format!("no map {map}"))?.count(column, operations);
    // What it costs to drop a map is no part of the operations.
    std::mem::forget(subjects);
    Ok(())
}
