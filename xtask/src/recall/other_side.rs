//! `cargo xtask recall --other-side`: at which rank `tophash explain` names the other side of a real race.
//!
//! Each race of the corpus that lists several lines is asked about, as if the process had died at one of them: a crash text
//! is made up with that line at the top of its only stack, so that the source alone can tell who else was there. An answer
//! is right where it is another listed line that changes the map. Lines that hold no access to the map, or have no other
//! listed line that changes it, are not asked about. The corpus lists the lines that lacked a lock; that an access under the
//! lock was the other side is possible, too, and counts as wrong.

use super::{Bug, repository};
use anyhow::{Result, bail};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What became of a question.
struct Answer {
    /// Whether the report is about the map of the race.
    named: bool,
    /// At which place, from 0, the first right candidate stands.
    rank: Option<usize>,
    /// How many candidates there are.
    candidates: usize,
}

/// An access of the map, as the report tells it.
#[derive(Clone)]
struct Row {
    place: String,
    function: String,
    operation: String,
}

/// Asks about every race, and prints the tallies.
pub(super) fn run(
    bugs: &[Bug],
    program: &Path,
    repositories: &Path,
    parts: &[&str],
    cases: bool,
) -> Result<()> {
    println!(
        "{:<8} {:>6} {:>10} {:>8} {:>8} {:>8} {:>8} {:>11}",
        "part", "races", "questions", "unnamed", "rank 1", "rank 3", "listed", "candidates"
    );
    for part in parts {
        let mut races = Vec::new();
        for bug in bugs.iter().filter(|bug| bug.part() == *part && bug.kind != "nil-map-write") {
            if bug.unsafe_accesses.len() > 1 {
                let cases = cases && *part == "work";
                races.push(ask_all(bug, program, repositories, cases)?);
            }
        }
        let answers: Vec<&Answer> = races.iter().flatten().collect();
        let count = |wanted: &dyn Fn(&Answer) -> bool| {
            answers.iter().filter(|answer| wanted(answer)).count()
        };
        let named = count(&|answer| answer.named);
        let candidates: usize = answers.iter().map(|answer| answer.candidates).sum();
        println!(
            "{part:<8} {:>6} {:>10} {:>8} {:>8} {:>8} {:>8} {:>11}",
            races.iter().filter(|race| !race.is_empty()).count(),
            answers.len(),
            answers.len().saturating_sub(named),
            count(&|answer| answer.rank == Some(0)),
            count(&|answer| answer.rank.is_some_and(|rank| rank < 3)),
            count(&|answer| answer.rank.is_some()),
            candidates.checked_div(named).unwrap_or(0),
        );
    }
    Ok(())
}

/// Asks about each line of a race.
fn ask_all(bug: &Bug, program: &Path, repositories: &Path, cases: bool) -> Result<Vec<Answer>> {
    let repository = repository(repositories, &bug.repo)?;
    let explain = |text: &str| explain(program, &repository, &bug.parent, text);
    // What stands at the lines is not known yet: any question that names the map tells.
    let mut rows: Vec<Row> = Vec::new();
    for place in &bug.unsafe_accesses {
        let case = explain(&crash("concurrent map writes", "main.unknown", place))?;
        if is_named(&case, &bug.map_name) {
            rows = accesses(&case);
            break;
        }
    }
    let mut answers = Vec::new();
    for asked in &bug.unsafe_accesses {
        let Some(row) = rows.iter().find(|row| row.place == *asked && row.fails()) else {
            continue;
        };
        let right = |place: &str| place != asked && bug.unsafe_accesses.iter().any(|p| p == place);
        if !rows.iter().any(|row| right(&row.place) && row.changes()) {
            continue;
        }
        let case = explain(&crash(row.message(), &row.function, asked))?;
        let named = is_named(&case, &bug.map_name);
        let sides = if named { sides(&case) } else { Vec::new() };
        let rank = sides.iter().position(|place| right(place));
        if cases {
            let said = match rank {
                Some(rank) => format!("rank {} of {}", rank.saturating_add(1), sides.len()),
                None if named => format!("not listed of {}", sides.len()),
                None => "not named".to_owned(),
            };
            println!("  {:<32} {asked}: {said}", bug.id);
        }
        answers.push(Answer { named, rank, candidates: sides.len() });
    }
    Ok(answers)
}

impl Row {
    /// Whether the runtime may notice a second goroutine there.
    fn fails(&self) -> bool {
        self.operation != "replace" && self.operation != "length"
    }

    /// Whether it is what the runtime notices elsewhere.
    fn changes(&self) -> bool {
        matches!(self.operation.as_str(), "write" | "delete" | "clear")
    }

    /// What the runtime says when it notices it there.
    fn message(&self) -> &'static str {
        match self.operation.as_str() {
            "read" => "concurrent map read and map write",
            "iterate" => "concurrent map iteration and map write",
            "clone" => "concurrent map clone and map write",
            _ => "concurrent map writes",
        }
    }
}

/// A crash text with one stack of one frame.
fn crash(message: &str, function: &str, place: &str) -> String {
    format!(
        "fatal error: {message}\n\ngoroutine 7 [running]:\n{function}(0xc000010000)\n\t{place} +0x58\n"
    )
}

/// The first case that the program makes of a text.
fn explain(program: &Path, repository: &Path, commit: &str, text: &str) -> Result<Value> {
    let mut child = Command::new(program)
        .args(["explain", "-", "--source"])
        .arg(repository)
        .args(["--rev", commit, "--format", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{} at {commit}: {said}", repository.display());
    }
    let document: Value = serde_json::from_slice(&output.stdout)?;
    Ok(document.pointer("/cases/0").cloned().unwrap_or_default())
}

/// Whether a case is about the map of that name.
fn is_named(case: &Value, name: &str) -> bool {
    let path = case.pointer("/subject/map/path").and_then(Value::as_str).unwrap_or_default();
    let last = path.rsplit('.').next().unwrap_or_default();
    last.split(['#', '[']).next() == Some(name)
}

/// The accesses to the map of a case.
fn accesses(case: &Value) -> Vec<Row> {
    let rows = case.get("accesses").and_then(Value::as_array);
    let rows = rows.into_iter().flatten().filter_map(|row| row.get("access"));
    let word = |access: &Value, path: &str| {
        access.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    rows.map(|access| Row {
        place: place(access.get("site")),
        function: word(access, "/site/function"),
        operation: word(access, "/operation"),
    })
    .collect()
}

/// The candidates for the other side, the likeliest first, each line once.
fn sides(case: &Value) -> Vec<String> {
    let sides = case.get("other_sides").and_then(Value::as_array);
    let mut found: Vec<String> = Vec::new();
    for side in sides.into_iter().flatten() {
        let place = place(side.get("site"));
        if !found.contains(&place) {
            found.push(place);
        }
    }
    found
}

/// `file:line` of a site.
fn place(site: Option<&Value>) -> String {
    let file = site.and_then(|site| site.get("file")).and_then(Value::as_str).unwrap_or_default();
    let line = site.and_then(|site| site.get("line")).and_then(Value::as_u64).unwrap_or_default();
    format!("{file}:{line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_of_one_line_count_once_and_in_their_order() {
        let side = |line: u64| serde_json::json!({ "site": { "file": "a.go", "line": line } });
        let case = serde_json::json!({ "other_sides": [side(7), side(7), side(3)] });
        assert_eq!(sides(&case), ["a.go:7", "a.go:3"]);
    }

    #[test]
    fn a_map_goes_by_the_last_part_of_its_path_without_marks() {
        let case = |path: &str| serde_json::json!({ "subject": { "map": { "path": path } } });
        assert!(is_named(&case("Cache.entries"), "entries"));
        assert!(is_named(&case("run.seen#2"), "seen"));
        assert!(is_named(&case("shards[]"), "shards"));
        assert!(!is_named(&case("Cache.entries"), "Cache"));
    }
}
