//! `tophash lab`: what goroutines can do to one of Go's maps, under every interleaving, and one run of it step by step.

mod args;
mod draw;
mod find;
mod json;
mod list;
mod number;
mod summary;
mod timeline;
mod words;

pub(crate) use args::Lab;

use crate::error::{Error, Result};
use crate::{exit, output};
use go_lab::{Budget, Replay, Scenario, explore};

/// Lists the scenarios, explores one, or replays a run of it.
pub(crate) fn run(arguments: &Lab) -> Result<u8> {
    if arguments.scenario.is_none() && arguments.replay.is_none() {
        output::data(&list::text())?;
        return Ok(exit::EXPLAINED);
    }
    let scenario = find::scenario(arguments)?;
    if let Some(text) = &arguments.replay {
        return replay(arguments, &scenario, text);
    }
    let defaults = Budget::default();
    let budget =
        Budget { states: arguments.states, runs: arguments.runs, seed: arguments.seed, ..defaults };
    let exploration = explore(&scenario.program, budget).map_err(|unfit| {
        let what = format!("{}: {unfit}", find::place(arguments, &scenario, unfit));
        Error::new(what).hint("fewer operations can be explored; docs/lab.md of the source says what a scenario may hold")
    })?;
    // What is worth seeing: harm that nothing reports; where there is none, what the runtime reports.
    let shown = exploration.harmful.as_ref().or(exploration.detected.as_ref());
    let replayed = shown.map(|run| followed(&scenario, &run.schedule)).transpose()?;
    let text = if arguments.json {
        json::exploration(&scenario, &exploration, shown.zip(replayed.as_ref()))?
    } else {
        let mut text = summary::text(&scenario, &exploration);
        if let Some((run, replayed)) = shown.zip(replayed.as_ref()) {
            text.push('\n');
            text.push_str(&timeline::text(&scenario, &run.schedule, replayed));
        }
        text
    };
    output::data(&text)?;
    Ok(exit::EXPLAINED)
}

/// Replays a run that an earlier exploration printed.
fn replay(arguments: &Lab, scenario: &Scenario, text: &str) -> Result<u8> {
    let schedule = scenario.read_replay(text).map_err(|why| {
        Error::new(format!("cannot replay '{text}': {why}"))
            .hint("'tophash lab NAME' prints strings that replay its runs")
    })?;
    let replayed = followed(scenario, &schedule)?;
    let text = if arguments.json {
        json::replay(scenario, &schedule, &replayed)?
    } else {
        timeline::text(scenario, &schedule, &replayed)
    };
    output::data(&text)?;
    Ok(exit::EXPLAINED)
}

fn followed(scenario: &Scenario, schedule: &go_lab::Schedule) -> Result<Replay> {
    scenario.replay(schedule).map_err(|error| {
        Error::new(format!("cannot replay a run of {}", scenario.name)).because(&error)
    })
}
