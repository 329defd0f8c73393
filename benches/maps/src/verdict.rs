//! Our rows against their goals, as the tables that BENCHMARKS.md holds.

use crate::goals::{Against, Goal, by_hand, goals};
use crate::ground::{Group, Hasher, Kind};
use crate::report::Report;
use crate::series::{Series, best, figure};
use crate::subject::Class;
use crate::words;
use std::fmt::Write as _;

/// A row of ours beside that of whom it is held against.
struct Row<'a> {
    ours: &'a Series,
    /// Nobody where the row is held against a number, or where the other side was not measured.
    rival: Option<&'a Series>,
    goal: Goal,
}

impl Row<'_> {
    fn ratio(&self) -> Option<f64> {
        let ours = self.ours.median();
        match self.goal.against {
            Against::Nobody => Some(ours),
            _ => self.rival.map(|rival| ours / rival.median()),
        }
    }

    fn sure(&self) -> bool {
        self.ours.sure() && self.rival.is_none_or(Series::sure)
    }

    fn against(&self) -> String {
        match (self.goal.against, self.rival) {
            (Against::Nobody, _) => "–".into(),
            (_, None) => "not measured".into(),
            (Against::Ourselves(column), Some(rival)) => {
                let threads = words::split(column).1.unwrap_or(1);
                format!("ours, {threads} threads: {}", figure(rival.median()))
            }
            (_, Some(rival)) => format!("{}: {}", rival.map, figure(rival.median())),
        }
    }

    fn outcome(&self) -> String {
        let Some(ratio) = self.ratio() else { return String::new() };
        let outcome = match self.goal.stretch {
            Some(stretch) if ratio <= stretch => format!("met, ≤ {stretch:.2} too"),
            _ if ratio <= self.goal.limit => "met".into(),
            _ => "**lost**".into(),
        };
        if self.sure() { outcome } else { format!("{outcome} ?") }
    }
}

/// The verdict: a table for each kind; empty where ours was not measured.
pub(crate) fn verdict(report: &Report) -> String {
    let mut text = String::new();
    for kind in [Kind::U64U64, Kind::StringU64, Kind::U64String, Kind::Set] {
        let rows = rows(report, kind);
        if !rows.is_empty() {
            let _ = writeln!(text, "\n### {}\n\n{}", heading(kind), table(report, &rows));
        }
    }
    if text.contains(" ? |") {
        text.push_str("\n`?`: the machine left too few rounds undisturbed.\n");
    }
    text
}

/// The verdict with the circumstances of the run, for a document.
pub(crate) fn document(report: &Report) -> String {
    let run = report.run();
    let mut text = report.caption();
    if !text.is_empty() {
        let _ = writeln!(text, ", tier *bench*: `{}`.", run.command());
    }
    text + &verdict(report)
}

fn rows(report: &Report, kind: Kind) -> Vec<Row<'_>> {
    let ours = report.series().filter(|series| {
        matches!(series.class, Class::Ours | Class::Kin) && series.ground.kind == kind
    });
    ours.flat_map(|ours| {
        let goals = match ours.class {
            Class::Kin => by_hand(&ours.map, ours.ground, ours.group),
            _ => goals(ours.ground, ours.group, &ours.column),
        };
        goals.into_iter().map(move |goal| Row { ours, rival: rival(report, ours, goal), goal })
    })
    .collect()
}

/// Whom a row of ours is held against.
fn rival<'a>(report: &'a Report, ours: &Series, goal: Goal) -> Option<&'a Series> {
    if let Against::Ourselves(column) = goal.against {
        return report.series().find(|series| {
            series.ground == ours.ground && series.map == ours.map && series.column == column
        });
    }
    best(&report.of(ours.ground, ours.group), &ours.column, goal.against)
}

fn table(report: &Report, rows: &[Row<'_>]) -> String {
    let counted: Vec<Option<String>> = rows.iter().map(|row| instructions(report, row)).collect();
    let any = counted.iter().any(Option::is_some);
    let (head, rule) = if any { (" instructions, ours / theirs |", "---:|") } else { ("", "") };
    let mut text = format!("| row | ours | against | ratio | goal | |{head}\n");
    let _ = write!(text, "|---|---:|---|---:|---|---|{rule}");
    for (row, counted) in rows.iter().zip(counted) {
        let ratio = row.ratio().map_or("–".into(), |ratio| format!("{ratio:.2}"));
        let _ = write!(
            text,
            "\n| {} | {} | {} | {ratio} | ≤ {:.2} | {} |",
            name(report, row.ours),
            row.ours.figure(),
            row.against(),
            row.goal.limit,
            row.outcome(),
        );
        if any {
            let _ = write!(text, " {} |", counted.unwrap_or_default());
        }
    }
    text
}

/// What a row is called: its size, unless it has none, and its column in words.
fn name(report: &Report, series: &Series) -> String {
    let Series { ground, group, column, .. } = series;
    let words = match (group, column.as_str()) {
        (Group::Memory, "live, mean") => format!("bytes an entry, {}", sizes(report, series)),
        (Group::Memory, "peak, mean") => "the same at the peak of growth".into(),
        (Group::Memory, "live, worst of hashbrown's") => {
            "bytes an entry, worst of hashbrown's at the same size".into()
        }
        _ => words::column(*group, column),
    };
    let hasher = if ground.hasher == Hasher::Own { ", own hashers" } else { "" };
    let map = match series.class {
        Class::Kin => format!("{}, ", series.map.trim_start_matches("tophash ")),
        _ => String::new(),
    };
    match words::size(*ground) {
        Some(size) => format!("{map}{size}{hasher}: {words}"),
        None => format!("{map}{words}{hasher}"),
    }
}

/// At which sizes bytes were counted.
fn sizes(report: &Report, series: &Series) -> String {
    let of = report.of(series.ground, series.group);
    let mut sizes = of
        .iter()
        .filter(|other| other.map == series.map)
        .filter_map(|other| other.column.strip_prefix("@ live at ")?.parse::<usize>().ok());
    match (sizes.next(), sizes.count()) {
        (Some(size), 0) => format!("{} M entries", size / 1_000_000),
        (_, more) => format!("mean over {} sizes", more + 1),
    }
}

/// Instructions of an operation of this row, ours and theirs, if they were counted.
fn instructions(report: &Report, row: &Row<'_>) -> Option<String> {
    let of = |series: &Series| {
        let counted = report.series().find(|counted| {
            counted.group == Group::Instructions
                && counted.ground.kind == series.ground.kind
                && counted.map == series.map
                && Some(counted.column.as_str()) == column(series.group, &series.column).as_deref()
        });
        counted.map(|series| figure(series.median()))
    };
    let ours = of(row.ours)?;
    let theirs = row.rival.filter(|rival| rival.map != row.ours.map).and_then(of);
    Some(format!("{ours} / {}", theirs.unwrap_or_else(|| "–".into())))
}

/// The column of instructions that tells about a column of times. One thread runs the same instructions as two,
/// where none waits for another, and keys do not matter.
fn column(group: Group, column: &str) -> Option<String> {
    match group {
        Group::Read | Group::Mixed | Group::Growth => {
            let (what, _) = words::split(column);
            Some(format!("{} 1T", what.replace(" zipf", "")))
        }
        Group::Iterate => Some(column.to_owned()),
        _ => None,
    }
}

fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::U64U64 => "The maps, `u64` to `u64`",
        Kind::StringU64 => "The maps, `String` to `u64`",
        Kind::U64String => "The maps, `u64` to `String`",
        Kind::Set => "The sets of `u64`",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::Ground;
    use crate::subject::Sample;

    const GROUND: Ground = Ground { kind: Kind::U64U64, hasher: Hasher::Same, entries: 1 << 20 };

    fn add(report: &mut Report, group: Group, map: &str, class: Class, sample: Sample) {
        report.add(GROUND, group, map, class, vec![sample]);
    }

    #[test]
    fn a_row_is_held_against_the_best_sound_peer() {
        let mut report = Report::default();
        for (map, class, nanos) in [
            ("limit", Class::Limit, 5.0),
            ("slow", Class::Peer, 40.0),
            ("quick", Class::Peer, 20.0),
            ("unsound", Class::Apart, 8.0),
            ("ours", Class::Ours, 10.0),
        ] {
            add(&mut report, Group::Read, map, class, Sample::new("hit 1T", nanos));
            add(&mut report, Group::Read, map, class, Sample::new("hit 1T", nanos + 1.0));
            add(&mut report, Group::Instructions, map, class, Sample::new("hit 1T", nanos * 5.0));
        }
        let row = "| 1 M: hit, 1 thread | 10.5 (10.0–11.0) | quick: 20.5 | 0.51 | ≤ 0.65 | met, ≤ 0.55 too | 50.0 / 100 |";
        let verdict = verdict(&report);
        assert!(verdict.contains(row), "{verdict}");
    }

    #[test]
    fn a_disturbed_row_is_doubted() {
        let mut report = Report::default();
        add(&mut report, Group::Read, "ours", Class::Ours, Sample::new("hit 1T", 5.0));
        let disturbed = Sample { sure: false, ..Sample::new("hit 1T", 20.0) };
        add(&mut report, Group::Read, "peer", Class::Peer, disturbed);
        let verdict = verdict(&report);
        assert!(verdict.contains("0.25 | ≤ 0.65 | met, ≤ 0.55 too ? |"), "{verdict}");
        assert!(verdict.contains("too few rounds"));
    }

    #[test]
    fn a_lost_row_and_one_without_a_rival_are_said() {
        let mut report = Report::default();
        add(&mut report, Group::Read, "ours", Class::Ours, Sample::new("hit 1T", 19.0));
        assert!(verdict(&report).contains("| 19.0 | not measured | – |"));
        add(&mut report, Group::Read, "peer", Class::Peer, Sample::new("hit 1T", 20.0));
        assert!(verdict(&report).contains("**lost**"));
    }
}
