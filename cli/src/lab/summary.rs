//! What an exploration found, on one screen.

use super::number::{chance, count, things};
use super::words;
use anstyle::{AnsiColor, Style};
use go_lab::{Exploration, Order, Sample, Scenario, Tally, Verdict};

/// The scenario, how it was explored, and how many interleavings end how.
pub(super) fn text(scenario: &Scenario, exploration: &Exploration) -> String {
    let bold = Style::new().bold();
    let mut text = format!("{bold}{}{bold:#}: {}\n", scenario.name, scenario.title);
    if !scenario.about.is_empty() {
        text.push_str(&format!("\n{}\n", scenario.about));
    }
    text.push('\n');
    program(scenario, &mut text);
    text.push('\n');
    explored(exploration, &mut text);
    text.push('\n');
    table(scenario, exploration, &mut text);
    misses(exploration, &mut text);
    text
}

/// What runs on which map.
fn program(scenario: &Scenario, text: &mut String) {
    let map = &scenario.program.map;
    let width = scenario.goroutines.iter().map(String::len).max().unwrap_or(0).max(6);
    let words = if map.words == 1 { "" } else { ", values of two words" };
    let pointers = if map.has_pointers() { ", with pointers" } else { "" };
    text.push_str(&format!(
        "{:<width$}  Go {}, the classic map, {} entries a bucket (the runtime has 8){words}{pointers}\n",
        "map",
        map.release.name(),
        map.width
    ));
    if !scenario.before.is_empty() {
        text.push_str(&format!("{:<width$}  {}\n", "before", scenario.before.join("; ")));
    }
    for (name, statements) in scenario.goroutines.iter().zip(&scenario.statements) {
        text.push_str(&format!("{name:<width$}  {}\n", statements.join("; ")));
    }
}

/// How much was explored.
fn explored(exploration: &Exploration, text: &mut String) {
    let states = things(exploration.states);
    let interleavings = count(exploration.interleavings);
    match exploration.estimate {
        None => text.push_str(&format!(
            "All interleavings explored: {interleavings}, through {states} states.\n"
        )),
        Some(estimate) => text.push_str(&format!(
            "Explored {interleavings} of an estimated {} interleavings: the budget of {states} states is used up.\n\
             What follows is not all that can happen; --states raises the budget.\n",
            count(estimate)
        )),
    }
}

/// The verdicts, with the chance of each.
fn table(scenario: &Scenario, exploration: &Exploration, text: &mut String) {
    let sampled = exploration.samples.iter().find(|sample| sample.order == Order::Uniform);
    let drawn = match sampled {
        None => "every step at random",
        Some(_) => "in drawn runs",
    };
    text.push_str(&format!("{:<8}{:>20}  {:>17}  how it ends\n", "", drawn, "interrupted once"));
    for verdict in verdicts(exploration) {
        let style = match verdict {
            Verdict::Fine => AnsiColor::Green.on_default(),
            Verdict::Detected { .. } => AnsiColor::Yellow.on_default(),
            Verdict::Silent { .. } => AnsiColor::Red.on_default(),
        };
        let random = match sampled {
            None => chance(of(&exploration.tallies, verdict)),
            Some(sample) => drawn_chance(sample, verdict),
        };
        text.push_str(&format!(
            "{style}{:<8}{style:#}{random:>20}  {:>17}  {}\n",
            words::class(verdict),
            chance(of(&exploration.interrupted, verdict)),
            words::verdict(scenario, verdict)
        ));
    }
}

/// All verdicts that were seen, fine first, silent harm last, the likelier first.
fn verdicts(exploration: &Exploration) -> Vec<Verdict> {
    let mut seen: Vec<Verdict> = Vec::new();
    let sampled = exploration.samples.iter().flat_map(|sample| &sample.tallies);
    for tally in exploration.tallies.iter().chain(&exploration.interrupted).chain(sampled) {
        if !seen.contains(&tally.verdict) {
            seen.push(tally.verdict);
        }
    }
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Fine => 0,
        Verdict::Detected { .. } => 1,
        Verdict::Silent { .. } => 2,
    };
    seen.sort_by_key(rank);
    seen
}

fn of(tallies: &[Tally], verdict: Verdict) -> f64 {
    let found = tallies.iter().find(|tally| tally.verdict == verdict);
    found.map_or(0.0, |tally| tally.chance)
}

fn drawn_chance(sample: &Sample, verdict: Verdict) -> String {
    match of(&sample.tallies, verdict) {
        0.0 => format!("none of {}", things(sample.drawn)),
        found => chance(found),
    }
}

/// How often the runtime's own check misses what goes wrong.
fn misses(exploration: &Exploration, text: &mut String) {
    let sum = |tallies: &[Tally], wanted: fn(Verdict) -> bool| -> f64 {
        tallies.iter().filter(|tally| wanted(tally.verdict)).map(|tally| tally.chance).sum()
    };
    let share = |tallies: &[Tally]| {
        let silent = sum(tallies, Verdict::is_silent);
        let wrong = silent + sum(tallies, Verdict::is_detected);
        (wrong > 0.0).then(|| silent / wrong)
    };
    let sampled = exploration.samples.iter().find(|sample| sample.order == Order::Uniform);
    let random = share(sampled.map_or(&exploration.tallies, |sample| &sample.tallies));
    let (Some(random), Some(once)) = (random, share(&exploration.interrupted)) else { return };
    text.push_str(&format!(
        "\nOf what goes wrong the runtime misses {} where every step is drawn at random, {} where a goroutine is interrupted once.\n",
        misses_of(random),
        misses_of(once)
    ));
}

fn misses_of(share: f64) -> String {
    if share <= 0.0 { "nothing".to_owned() } else { chance(share) }
}
