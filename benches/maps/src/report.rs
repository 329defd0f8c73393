//! All samples of a run, and the tables of its groups.

use crate::goals::Against;
use crate::ground::{Ground, Group};
use crate::run::Run;
use crate::series::{Series, best};
use crate::subject::{Class, Sample};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Everything measured so far.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Report {
    #[serde(default)]
    run: Run,
    series: Vec<Series>,
}

impl Report {
    pub(crate) fn new(run: Run) -> Self {
        Self { run, series: Vec::new() }
    }

    /// What runs wrote with `--json`. What several of them measured counts as the last one says it.
    pub(crate) fn read(paths: &[PathBuf]) -> Result<Self> {
        let mut all = Self::default();
        for path in paths {
            let said = || format!("cannot read {}", path.display());
            let text = fs::read(path).with_context(said)?;
            let Self { run, series } = serde_json::from_slice(&text).with_context(said)?;
            all.run.join(run);
            for series in series {
                let Series { ground, group, column, map, .. } = &series;
                all.series.retain(|old| !old.matches(*ground, *group, column, map));
                all.series.push(series);
            }
        }
        Ok(all)
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_vec_pretty(self)?;
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// Names the commit and the date anew.
    pub(crate) fn name(&mut self, commit: Option<&str>, date: Option<&str>) {
        if let Some(commit) = commit {
            commit.clone_into(&mut self.run.commit);
        }
        if let Some(date) = date {
            date.clone_into(&mut self.run.date);
        }
    }

    /// When and where it was measured, and how often.
    pub(crate) fn caption(&self) -> String {
        let rounds = |series: &Series| series.samples.len() + series.disturbed.len();
        self.run.caption(self.series.iter().map(rounds).max().unwrap_or(0))
    }

    pub(crate) fn run(&self) -> &Run {
        &self.run
    }

    pub(crate) fn series(&self) -> impl Iterator<Item = &Series> {
        self.series.iter()
    }

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
            let place = self.series.iter().position(|s| s.matches(ground, group, &column, map));
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

    /// The series of one group on one table.
    pub(crate) fn of(&self, ground: Ground, group: Group) -> Vec<&Series> {
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
            Some(Class::Kin) => 3,
            Some(Class::Ours) => 4,
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
}

fn show(series: &Series, best: Option<&Series>) -> String {
    let (median, unsure) = (series.median(), if series.sure() { "" } else { " ?" });
    match best {
        Some(best) if std::ptr::eq(best, series) && median > 0.0 => {
            format!(" **{}** 1.00×{unsure} |", series.figure())
        }
        // Nothing is a multiple of no stores at all.
        Some(best) if best.median() > 0.0 => {
            format!(" {} {:.2}×{unsure} |", series.figure(), median / best.median())
        }
        _ => format!(" {}{unsure} |", series.figure()),
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
        Group::Stores => {
            "stores an operation: to lines that another thread's operations store to, and all, stack and loop included"
        }
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
        assert!(table.contains("| quick | **20.0 (19.0–21.0)** 1.00× |"), "{table}");
        assert!(table.contains("| slow | 40.0 (39.0–41.0) 2.00× |"), "{table}");
        assert!(table.contains("| unsound | 8.0 (7.0–9.0) 0.40× |"), "{table}");
    }
}
