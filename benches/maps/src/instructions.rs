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
use std::process::Command;

/// Entries of the map.
const ENTRIES: usize = 1 << 14;

/// Operations that are counted.
const OPERATIONS: usize = 1 << 14;

/// Instructions of each column that one thread runs.
pub(crate) fn measure(kind: Kind, map: &str) -> Result<Vec<Sample>> {
    let filled = counted(kind, map, "none", 0)?;
    let columns = [Group::Read, Group::Mixed].into_iter().flat_map(work::columns);
    columns
        .filter(|work| work.threads == 1 && work.choice != Choice::Zipf)
        .map(|work| {
            let all = counted(kind, map, work.column, OPERATIONS)?;
            let each = all.saturating_sub(filled) as f64 / OPERATIONS as f64;
            Ok(Sample::new(work.column, each))
        })
        .collect()
}

/// Instructions of a process.
fn counted(kind: Kind, map: &str, column: &str, operations: usize) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(std::env::current_exe()?)
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
    Ok(())
}
