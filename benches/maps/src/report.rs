//! All samples of a run, and the tables made of them.

use crate::goals::{Against, Goal, goals};
use crate::ground::{Ground, Group};
use crate::slices::median;
use crate::subject::{Class, Sample};
use serde::Serialize;
use std::fmt::Write as _;

/// The samples of one column of one map, one a round.
#[derive(Serialize)]
struct Series {
    ground: Ground,
    group: Group,
    column: String,
    map: String,
    class: Class,
    /// Of rounds that the machine left undisturbed.
    samples: Vec<f64>,
    /// Of the other rounds.
    disturbed: Vec<f64>,
    /// Look-ups whose answer is known beforehand, and how many of them were answered wrongly.
    asked: u64,
    wrong: u64,
}

impl Series {
    /// Whether at least half of the rounds were undisturbed.
    fn sure(&self) -> bool {
        self.samples.len() >= self.disturbed.len()
    }

    /// The undisturbed samples, if those are enough; else all.
    fn values(&self) -> Vec<f64> {
        let rest = if self.sure() { &[][..] } else { &self.disturbed };
        [&self.samples, rest].concat()
    }

    fn median(&self) -> f64 {
        median(&mut self.values())
    }

    fn span(&self) -> (f64, f64) {
        let values = self.values();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        (least, values.iter().copied().fold(0.0, f64::max))
    }
}

/// Everything measured so far.
#[derive(Default, Serialize)]
pub(crate) struct Report {
    series: Vec<Series>,
}

impl Report {
    /// Takes in what a map said in one round.
    pub(crate) fn add(
        &mut self,
        ground: Ground,
        group: Group,
        map: &str,
        class: Class,
        samples: Vec<Sample>,
    ) {
        for Sample { column, value, sure, asked, wrong } in samples {
            let same = |series: &Series| {
                (series.ground, series.group) == (ground, group)
                    && series.column == column
                    && series.map == map
            };
            let place = self.series.iter().position(same);
            let place = place.unwrap_or_else(|| {
                self.series.push(Series {
                    ground,
                    group,
                    column: column.clone(),
                    map: map.to_owned(),
                    class,
                    samples: Vec::new(),
                    disturbed: Vec::new(),
                    asked: 0,
                    wrong: 0,
                });
                self.series.len() - 1
            });
            let series = &mut self.series[place];
            if sure { &mut series.samples } else { &mut series.disturbed }.push(value);
            series.asked += asked;
            series.wrong += wrong;
        }
    }

    fn of(&self, ground: Ground, group: Group) -> Vec<&Series> {
        let here = |series: &&Series| (series.ground, series.group) == (ground, group);
        self.series.iter().filter(here).collect()
    }

    /// The table of a group: maps down, columns across; median, span of the rounds, ratio to the best peer.
    pub(crate) fn table(&self, ground: Ground, group: Group) -> String {
        let series = self.of(ground, group);
        let mut maps = distinct(series.iter().map(|series| series.map.as_str()));
        // In the order of a map that has all of them; some have only a few.
        let columns_of = |map: &str| -> Vec<&str> {
            let shown = |s: &&&Series| s.map == map && !s.column.starts_with('@');
            series.iter().filter(shown).map(|series| series.column.as_str()).collect()
        };
        let columns = maps.iter().map(|map| columns_of(map)).max_by_key(Vec::len);
        let Some(columns) = columns else { return String::new() };
        let class = |map: &str| series.iter().find(|s| s.map == map).map(|series| series.class);
        maps.sort_by_key(|map| match class(map) {
            Some(Class::Limit) => 0,
            Some(Class::Peer) | None => 1,
            Some(Class::Apart) => 2,
            Some(Class::Ours) => 3,
        });

        let mut text = format!("\n### {ground}: {}\n\n| map |", title(group));
        columns.iter().for_each(|column| text.extend([" ", *column, " |"]));
        text.push_str("\n|---|");
        columns.iter().for_each(|_| text.push_str("---:|"));
        for map in maps {
            let _ = write!(text, "\n| {map} |");
            for column in &columns {
                let cell = series.iter().find(|s| s.map == map && s.column == *column);
                let best = best(&series, column, Against::Peers);
                text.push_str(&cell.map_or(" – |".into(), |cell| show(cell, best)));
            }
        }
        text.push('\n');
        for Series { map, column, asked, wrong, .. } in series.iter().filter(|s| s.wrong > 0) {
            let _ = writeln!(
                text,
                "\nWrong answers: {map}, {column}: {wrong} of {asked}. No key of these was removed meanwhile."
            );
        }
        text
    }

    /// Our rows against their goals; empty where ours was not measured.
    pub(crate) fn verdict(&self) -> String {
        let ours: Vec<&Series> = self.series.iter().filter(|s| s.class == Class::Ours).collect();
        let mut rows = String::new();
        for series in ours {
            for goal in goals(series.ground, series.group, &series.column) {
                let peer = self.rival(series, goal);
                let Some(peer) = peer else { continue };
                let ratio = series.median() / peer.median();
                let sure = series.sure() && peer.sure();
                let met = match goal.stretch {
                    _ if !sure => "not settled",
                    Some(stretch) if ratio <= stretch => "stretch met",
                    _ if ratio <= goal.limit => "met",
                    _ => "**lost**",
                };
                let stretch = goal.stretch.map_or(String::new(), |s| format!(" [{s:.2}]"));
                let instructions = self.instructions(series);
                let unsure = if sure { "" } else { " ?" };
                let _ = writeln!(
                    rows,
                    "| {}: {} | {} | {}: {} | {ratio:.2}{unsure} | ≤ {:.2}{stretch} | {met} | {instructions} |",
                    series.ground,
                    series.column,
                    figure(series.median()),
                    peer.map,
                    figure(peer.median()),
                    goal.limit,
                );
            }
        }
        if rows.is_empty() {
            return rows;
        }
        let head = "| row | ours | against | ratio | goal | | instructions |\n|---|---:|---|---:|---|---|---:|\n";
        format!("\n### Goals\n\n{head}{rows}")
    }

    /// Whom a row of ours is held against.
    fn rival(&self, ours: &Series, goal: Goal) -> Option<&Series> {
        if let Against::Ourselves(column) = goal.against {
            return self.series.iter().find(|series| {
                series.ground == ours.ground && series.map == ours.map && series.column == column
            });
        }
        best(&self.of(ours.ground, ours.group), &ours.column, goal.against)
    }

    /// Instructions of an operation of this row, if they were counted.
    fn instructions(&self, row: &Series) -> String {
        let column = row.column.replace("zipf ", "").replace("2T", "1T");
        let counted = self.series.iter().find(|series| {
            series.group == Group::Instructions
                && series.ground.kind == row.ground.kind
                && series.map == row.map
                && series.column == column
        });
        counted.map_or(String::new(), |series| figure(series.median()))
    }
}

/// The best series of a column.
fn best<'a>(series: &[&'a Series], column: &str, against: Against) -> Option<&'a Series> {
    let counts = |series: &&&Series| {
        let peer = series.class == Class::Peer;
        series.column == column
            && match against {
                Against::Peers => peer,
                Against::Unlocked => peer && !series.map.starts_with("std "),
                Against::Named(names) => names.iter().any(|name| series.map.starts_with(name)),
                Against::Ourselves(_) => false,
            }
    };
    // A disturbed run may look too good: its threads may have run one after the other.
    let order = |a: &&Series, b: &&Series| {
        (!a.sure()).cmp(&!b.sure()).then_with(|| a.median().total_cmp(&b.median()))
    };
    series.iter().filter(counts).copied().min_by(order)
}

fn show(series: &Series, best: Option<&Series>) -> String {
    let (median, (least, most)) = (series.median(), series.span());
    let unsure = if series.sure() { "" } else { " ?" };
    let span = if least < most {
        format!(" ({}–{})", figure(least), figure(most))
    } else {
        String::new()
    };
    match best {
        Some(best) if std::ptr::eq(best, series) => {
            format!(" **{}**{span} 1.00×{unsure} |", figure(median))
        }
        Some(best) => {
            format!(" {}{span} {:.2}×{unsure} |", figure(median), median / best.median())
        }
        None => format!(" {}{span}{unsure} |", figure(median)),
    }
}

/// Three digits or so.
fn figure(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 3.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}

fn title(group: Group) -> &'static str {
    match group {
        Group::Read => "reads, ns a key and thread",
        Group::Mixed => "mixed work, ns an operation and thread",
        Group::Threads => "more threads than processors, ns of processor time an operation",
        Group::Iterate => "iteration, ns of processor time an entry",
        Group::Growth => "growth from empty, ns of processor time an insertion",
        Group::Latency => "single calls while the map grows, ns",
        Group::Memory => "memory, bytes an entry",
        Group::Instructions => "instructions an operation",
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut distinct = Vec::new();
    for name in names {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Hasher, Kind};

    const GROUND: Ground = Ground { kind: Kind::U64U64, hasher: Hasher::Same, entries: 1 << 20 };

    fn report(rows: &[(&str, Class, f64)]) -> Report {
        let mut report = Report::default();
        for &(map, class, value) in rows {
            for value in [value - 1.0, value, value + 1.0] {
                report.add(GROUND, Group::Read, map, class, vec![Sample::new("hit 1T", value)]);
            }
        }
        report
    }

    #[test]
    fn ratios_are_to_the_best_sound_general_peer() {
        let report = report(&[
            ("limit", Class::Limit, 5.0),
            ("slow", Class::Peer, 40.0),
            ("quick", Class::Peer, 20.0),
            ("unsound", Class::Apart, 8.0),
            ("ours", Class::Ours, 10.0),
        ]);
        let table = report.table(GROUND, Group::Read);
        assert!(table.contains("| quick | **20.0** (19.0–21.0) 1.00× |"), "{table}");
        assert!(table.contains("| slow | 40.0 (39.0–41.0) 2.00× |"), "{table}");
        assert!(table.contains("| unsound | 8.0 (7.0–9.0) 0.40× |"), "{table}");
        let verdict = report.verdict();
        assert!(verdict.contains("quick: 20.0 | 0.50 | ≤ 0.65 [0.55] | stretch met"), "{verdict}");
    }

    #[test]
    fn a_disturbed_row_settles_nothing() {
        let mut report = report(&[("ours", Class::Ours, 5.0)]);
        let disturbed = Sample { sure: false, ..Sample::new("hit 1T", 20.0) };
        report.add(GROUND, Group::Read, "peer", Class::Peer, vec![disturbed]);
        assert!(report.verdict().contains("0.25 ? | ≤ 0.65 [0.55] | not settled"));
    }

    #[test]
    fn a_lost_row_is_said_to_be_lost() {
        let report = report(&[("peer", Class::Peer, 20.0), ("ours", Class::Ours, 19.0)]);
        assert!(report.verdict().contains("**lost**"));
    }
}
