//! The JSON document of `lab --json`; docs/lab.md describes its fields.

use super::words;
use crate::error::{Error, Result};
use go_lab::{Exploration, Order, Replay, ReplayStep, Run, Scenario, Schedule, Tally, Verdict};
use serde_json::{Value, json};

/// The version of the document; a field that goes or changes its meaning raises it.
const VERSION: u32 = 1;

/// An exploration, with the run that is worth seeing.
pub(super) fn exploration(
    scenario: &Scenario,
    exploration: &Exploration,
    shown: Option<(&Run, &Replay)>,
) -> Result<String> {
    let samples = exploration.samples.iter().map(|sample| {
        json!({
            "order": match sample.order {
                Order::Uniform => "uniform",
                Order::Priorities { .. } => "priorities",
            },
            "runs": sample.drawn,
            "verdicts": tallies(scenario, &sample.tallies),
        })
    });
    print(&json!({
        "schema_version": VERSION,
        "scenario": described(scenario),
        "states": exploration.states,
        "whole": exploration.is_whole,
        "interleavings": exploration.interleavings,
        "estimated_interleavings": exploration.estimate,
        "verdicts": tallies(scenario, &exploration.tallies),
        "interrupted_once": tallies(scenario, &exploration.interrupted),
        "samples": samples.collect::<Vec<Value>>(),
        "run": shown.map(|(run, replay)| run_of(scenario, &run.schedule, replay)),
    }))
}

/// A replayed run.
pub(super) fn replay(scenario: &Scenario, schedule: &Schedule, replay: &Replay) -> Result<String> {
    print(&json!({
        "schema_version": VERSION,
        "scenario": described(scenario),
        "run": run_of(scenario, schedule, replay),
    }))
}

fn print(document: &Value) -> Result<String> {
    let text = serde_json::to_string_pretty(document)
        .map_err(|error| Error::new("cannot write the exploration as JSON").because(&error))?;
    Ok(text + "\n")
}

fn described(scenario: &Scenario) -> Value {
    let goroutines = scenario.goroutines.iter().zip(&scenario.statements);
    json!({
        "name": scenario.name,
        "title": scenario.title,
        "go": scenario.program.map.release.name(),
        "entries_per_bucket": scenario.program.map.width,
        "before": scenario.before,
        "goroutines": goroutines
            .map(|(name, does)| json!({ "name": name, "does": does }))
            .collect::<Vec<Value>>(),
    })
}

fn tallies(scenario: &Scenario, tallies: &[Tally]) -> Vec<Value> {
    let one = |tally: &Tally| {
        let mut value = verdict(scenario, tally.verdict);
        if let Some(object) = value.as_object_mut() {
            object.insert("interleavings".to_owned(), json!(tally.interleavings));
            object.insert("chance".to_owned(), json!(tally.chance));
        }
        value
    };
    tallies.iter().map(one).collect()
}

fn verdict(scenario: &Scenario, verdict: Verdict) -> Value {
    let name = |goroutine: Option<usize>| goroutine.and_then(|at| scenario.goroutines.get(at));
    let (message, harm, goroutine, key) = match verdict {
        Verdict::Fine => (None, None, None, None),
        Verdict::Detected { fault, goroutine } => (fault.line(), None, name(goroutine), None),
        Verdict::Silent { harm, goroutine, key } => {
            (None, Some(harm.name()), name(goroutine), key.and_then(|key| scenario.key(key)))
        }
    };
    json!({
        "class": words::class(verdict),
        "message": message,
        "harm": harm,
        "goroutine": goroutine,
        "key": key,
        "text": words::verdict(scenario, verdict),
    })
}

fn run_of(scenario: &Scenario, schedule: &Schedule, replay: &Replay) -> Value {
    json!({
        "replay": scenario.replay_string(schedule),
        "verdict": replay.verdict.map(|ended| verdict(scenario, ended)),
        "steps": replay.steps.iter().map(|step| step_of(scenario, step)).collect::<Vec<Value>>(),
    })
}

fn step_of(scenario: &Scenario, step: &ReplayStep) -> Value {
    let statements = scenario.statements.get(step.goroutine);
    json!({
        "goroutine": scenario.goroutines.get(step.goroutine),
        "statement": statements.and_then(|statements| statements.get(step.operation)),
        "function": step.function.map(|function| function.name),
        "file": step.function.map(|function| function.file),
        "place": step.place.map(|(cell, array)| words::place(scenario, cell, array)),
        "stores": step.stores,
        "before": step.before,
        "after": step.after,
        "text": words::touch(scenario, step),
        "why": step.why,
    })
}
