//! A run in the terminal: a column for each goroutine, a row for each step, pictures of the map on the way.

use super::{draw, words};
use crate::output;
use anstyle::{AnsiColor, Style};
use go_lab::{Fault, Replay, ReplayStep, Scenario, Schedule};

/// The least width of a goroutine's column.
const COLUMN: usize = 24;
/// The width of the number of a step.
const NUMBER: usize = 5;
/// More pictures than this on the way say less than the rows.
const MOST_PICTURES: usize = 4;

/// The time line.
pub(super) fn text(scenario: &Scenario, schedule: &Schedule, replay: &Replay) -> String {
    let columns = Columns::new(scenario, replay);
    let bold = Style::new().bold();
    let mut text = match replay.verdict {
        Some(verdict) => {
            format!("{bold}{}{bold:#}\n", upper(&words::verdict(scenario, verdict)))
        }
        None => "The steps end before the goroutines are done.\n".to_owned(),
    };
    text.push_str("\nbefore\n");
    text.push_str(&draw::text(scenario, replay.first.as_ref(), None));
    text.push_str(&format!("\n{:>NUMBER$} ", "step"));
    for (name, width) in scenario.goroutines.iter().zip(&columns.widths) {
        text.push_str(&format!("{bold}{name}{bold:#}"));
        text.push_str(&" ".repeat(width.saturating_sub(name.chars().count())));
    }
    let dim = Style::new().dimmed();
    text.push_str(&format!("{dim}what for{dim:#}\n"));
    let switches = replay.steps.iter().filter(|step| step.picture.is_some()).count();
    let mut shown = replay.first.as_ref();
    let mut at: Vec<Option<(usize, Option<&str>)>> = vec![None; scenario.goroutines.len()];
    for (number, step) in replay.steps.iter().enumerate() {
        if let Some(picture) = step.picture.as_ref().filter(|_| switches <= MOST_PICTURES) {
            let name = scenario.goroutines.get(step.goroutine).map_or("", String::as_str);
            if Some(picture) == shown {
                text.push_str(&format!("\nnow {name}; nothing in the map has changed\n\n"));
            } else {
                text.push_str(&format!("\nnow {name}; meanwhile in the map:\n"));
                text.push_str(&draw::text(scenario, Some(picture), shown));
                text.push('\n');
            }
            shown = Some(picture);
        }
        headings(scenario, step, &mut at, &columns, &mut text);
        row(scenario, step, number.saturating_add(1), &columns, &mut text);
    }
    text.push_str("\nafter\n");
    text.push_str(&draw::text(scenario, replay.last.as_ref(), shown));
    text.push_str(&found(scenario, replay));
    text.push_str(&format!("\nreplay  {}\n", scenario.replay_string(schedule)));
    text
}

fn upper(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The widths of the goroutines' columns.
struct Columns {
    widths: Vec<usize>,
}

impl Columns {
    /// Each as wide as the longest thing in it.
    fn new(scenario: &Scenario, replay: &Replay) -> Self {
        let width = |goroutine: usize| {
            let own = replay.steps.iter().filter(|step| step.goroutine == goroutine);
            let longest = own.map(|step| words::touch(scenario, step).chars().count()).max();
            longest.unwrap_or(0).saturating_add(4).max(COLUMN)
        };
        Self { widths: (0..scenario.goroutines.len()).map(width).collect() }
    }

    /// Where a goroutine's column begins.
    fn start(&self, goroutine: usize) -> usize {
        let before: usize = self.widths.iter().take(goroutine).sum();
        NUMBER.saturating_add(1).saturating_add(before)
    }
}

/// The statement that a goroutine begins, and the function of the runtime that it comes to.
fn headings<'r>(
    scenario: &Scenario,
    step: &'r ReplayStep,
    at: &mut [Option<(usize, Option<&'r str>)>],
    columns: &Columns,
    text: &mut String,
) {
    let function = step.function.map(|function| function.name);
    let now = Some((step.operation, function));
    let Some(before) = at.get_mut(step.goroutine) else { return };
    if *before == now {
        return;
    }
    let indent = " ".repeat(columns.start(step.goroutine));
    let bold = Style::new().bold();
    if before.map(|(operation, _)| operation) != Some(step.operation) {
        let statements = scenario.statements.get(step.goroutine);
        let statement = statements.and_then(|statements| statements.get(step.operation));
        let statement = statement.map_or("", String::as_str);
        text.push_str(&format!("{indent}{bold}{statement}{bold:#}\n"));
    }
    if let Some(name) = function {
        let dim = Style::new().dimmed();
        text.push_str(&format!("{indent}{dim}{name}{dim:#}\n"));
    }
    *before = now;
}

/// A step: what it touched in the goroutine's column, what for behind the last column.
fn row(
    scenario: &Scenario,
    step: &ReplayStep,
    number: usize,
    columns: &Columns,
    text: &mut String,
) {
    let changes = step.stores && step.before != step.after;
    let touched = words::touch(scenario, step);
    let mark = if changes { "*" } else { " " };
    let style = if changes { AnsiColor::Cyan.on_default().bold() } else { Style::new() };
    let dim = Style::new().dimmed();
    let start = columns.start(step.goroutine);
    let before = " ".repeat(start.saturating_sub(NUMBER).saturating_sub(1));
    let end = columns.start(scenario.goroutines.len());
    let width = end.saturating_sub(start).saturating_sub(2);
    let room = output::terminal_width().map_or(usize::MAX, |all| all.saturating_sub(end));
    let why: String = step.why.chars().take(room).collect();
    text.push_str(&format!(
        "{number:>NUMBER$} {before}{style}{mark} {touched:<width$}{style:#}{dim}{why}{dim:#}\n"
    ));
    if let Some(fault) = step.fault {
        let red = AnsiColor::Red.on_default().bold();
        text.push_str(&format!("{}{red}{}{red:#}\n", " ".repeat(start), ended(fault)));
    }
}

fn ended(fault: Fault) -> String {
    match fault {
        Fault::Missing(missing) => {
            format!("{missing}: the process dies, or goes on with what lies there")
        }
        Fault::Endless => "this goes on for ever".to_owned(),
        other => other.line().unwrap_or_default(),
    }
}

/// What the lookups and iterations found.
fn found(scenario: &Scenario, replay: &Replay) -> String {
    let mut text = String::new();
    for (goroutine, outcomes) in replay.outcomes.iter().enumerate() {
        let name = scenario.goroutines.get(goroutine).map_or("", String::as_str);
        let statements = scenario.statements.get(goroutine).map(Vec::as_slice).unwrap_or_default();
        for (statement, outcome) in statements.iter().zip(outcomes) {
            if let Some(words) = words::outcome(scenario, outcome) {
                text.push_str(&format!("\n{name}  {statement}  {words}"));
            }
        }
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
