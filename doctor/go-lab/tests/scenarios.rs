//! What the bundled scenarios can end in: the messages that the runtime prints, and the harm that nothing reports.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use go_lab::{
    Budget, Exploration, Harm, Missing, Order, Scenario, Unfit, Verdict, bundled, bundled_names,
    explore, sample,
};
use std::collections::BTreeSet;

const WRITES: &str = "fatal error: concurrent map writes";
const READ: &str = "fatal error: concurrent map read and map write";
const ITERATION: &str = "fatal error: concurrent map iteration and map write";
const CLONE: &str = "fatal error: concurrent map clone and map write";
const NIL: &str = "panic: assignment to entry in nil map";

/// Everything that a scenario can end in besides well.
fn expected() -> Vec<(&'static str, Vec<&'static str>, Vec<Harm>)> {
    use Harm::{
        LostEntry, Memory, MissedInIteration, MissedLookup, PhantomKey, TornValue, WrongLength,
        WrongValue,
    };
    let beyond = Memory(Missing::Beyond);
    vec![
        ("ghost-write", vec![READ], vec![MissedLookup, WrongValue]),
        ("ghost-write-by-delete", vec![READ], vec![MissedLookup, WrongValue]),
        (
            "ghost-write-while-iterating",
            vec![ITERATION],
            vec![MissedInIteration, WrongValue, PhantomKey, beyond],
        ),
        ("toggled-flags", vec![WRITES], vec![]),
        ("value-after-flag", vec![READ], vec![WrongValue]),
        ("tophash-before-key", vec![READ], vec![MissedLookup, WrongValue, beyond]),
        ("read-during-growth", vec![READ], vec![MissedLookup, WrongValue, beyond]),
        ("same-bucket", vec![WRITES], vec![LostEntry, WrongLength]),
        ("delete-under-a-reader", vec![READ], vec![WrongValue]),
        ("torn-value", vec![READ], vec![TornValue]),
        ("iterate-while-growing", vec![ITERATION], vec![MissedInIteration, WrongValue, PhantomKey]),
        (
            "iteration-writes-too",
            vec![ITERATION],
            vec![MissedInIteration, WrongValue, PhantomKey, beyond],
        ),
        ("write-under-rlock", vec![READ], vec![MissedLookup, WrongValue]),
        ("unlock-too-early", vec![READ], vec![MissedLookup, WrongValue]),
        ("clone-while-writing", vec![CLONE], vec![WrongValue]),
        ("nil-map", vec![NIL], vec![]),
        ("locked", vec![], vec![]),
        ("only-readers", vec![], vec![]),
    ]
}

fn messages(exploration: &Exploration) -> BTreeSet<String> {
    let line = |verdict| match verdict {
        Verdict::Detected { fault, .. } => fault.line(),
        _ => None,
    };
    exploration.tallies.iter().filter_map(|tally| line(tally.verdict)).collect()
}

fn harms(exploration: &Exploration) -> BTreeSet<Harm> {
    let harm = |verdict| match verdict {
        Verdict::Silent { harm, .. } => Some(harm),
        _ => None,
    };
    exploration.tallies.iter().filter_map(|tally| harm(tally.verdict)).collect()
}

#[test]
fn every_scenario_ends_as_it_is_said_to() {
    for (name, lines, harm) in expected() {
        let scenario = bundled(name).unwrap_or_else(|| panic!("{name} is not bundled"));
        let exploration = explore(&scenario.program, Budget::default()).unwrap();
        eprintln!("{name}: {} states", exploration.states);
        assert!(exploration.is_whole, "{name}");
        let expected: BTreeSet<String> = lines.into_iter().map(str::to_owned).collect();
        assert_eq!(messages(&exploration), expected, "{name}");
        assert_eq!(harms(&exploration), harm.into_iter().collect(), "{name}");
        let chances: f64 = exploration.tallies.iter().map(|tally| tally.chance).sum();
        assert!((chances - 1.0).abs() < 1e-9, "{name}: {chances}");
        assert_eq!(exploration.harmful.is_some(), !harms(&exploration).is_empty(), "{name}");
        replays(&scenario, &exploration);
    }
}

/// The shortest runs come to their verdicts again from the strings that describe them.
fn replays(scenario: &Scenario, exploration: &Exploration) {
    for run in exploration.harmful.iter().chain(&exploration.detected) {
        let text = scenario.replay_string(&run.schedule);
        let schedule = scenario.read_replay(&text).unwrap();
        let replay = scenario.replay(&schedule).unwrap();
        assert_eq!(replay.verdict, Some(run.verdict), "{text}");
        assert_eq!(replay.steps.len(), schedule.len(), "{text}");
    }
}

/// All that comes with the program is told of above, or is too large for it.
#[test]
fn no_scenario_is_forgotten() {
    let told: BTreeSet<&str> = expected().into_iter().map(|(name, ..)| name).collect();
    let bundled_ones: BTreeSet<&str> = bundled_names().collect();
    let left: Vec<&&str> = bundled_ones.difference(&told).collect();
    assert_eq!(left, [&"two-growths"]);
    for name in bundled_ones {
        let scenario = bundled(name).unwrap_or_else(|| panic!("{name} cannot be read"));
        assert!(!scenario.title.is_empty() && !scenario.about.is_empty(), "{name}");
    }
}

/// The states are too many: what was explored, an estimate of the whole, drawn runs, and runs with few preemptions.
#[test]
fn a_budget_ends_an_exploration_honestly() {
    let scenario = bundled("two-growths").unwrap();
    let budget = Budget { states: 50_000, runs: 500, ..Budget::default() };
    let exploration = explore(&scenario.program, budget).unwrap();
    assert!(!exploration.is_whole && exploration.states <= budget.states + 50);
    let estimate = exploration.estimate.unwrap();
    assert!(estimate > exploration.interleavings, "{estimate} {}", exploration.interleavings);
    let explored: f64 = exploration.tallies.iter().map(|tally| tally.chance).sum();
    assert!(explored < 1.0, "{explored}");
    let harmful = exploration.harmful.as_ref().unwrap();
    assert!(harmful.schedule.switches() <= 3, "{:?}", harmful.schedule.to_string());
    replays(&scenario, &exploration);
    assert_eq!(exploration.samples.len(), 2);
    for drawn in &exploration.samples {
        let runs: f64 = drawn.tallies.iter().map(|tally| tally.interleavings).sum();
        assert_eq!(runs, 500.0, "{:?}", drawn.order);
    }
}

/// Random priorities find in a few thousand runs what a coin at each step does not find in as many.
#[test]
fn random_priorities_find_what_needs_few_switches() {
    let scenario = bundled("ghost-write").unwrap();
    let found = |order| {
        let drawn = sample(&scenario.program, order, 3_000, 7).unwrap();
        drawn.tallies.iter().any(|tally| tally.verdict.is_silent())
    };
    assert!(found(Order::Priorities { changes: 1 }));
    assert!(!found(Order::Uniform));
}

/// The estimate of all interleavings is near the count of them, where both are known.
#[test]
fn estimates_are_near_the_truth() {
    let scenario = bundled("torn-value").unwrap();
    let counted = explore(&scenario.program, Budget::default()).unwrap().interleavings;
    let drawn = sample(&scenario.program, Order::Uniform, 20_000, 3).unwrap().interleavings;
    assert!((drawn / counted - 1.0).abs() < 0.2, "{drawn} {counted}");
}

/// The most that a scenario may hold is refused or explored within its budget, and does not go on for ever.
#[test]
fn the_greatest_scenarios_end() {
    let goroutine = |key: &str| {
        let does = format!("\"m[{key}] = 1\", \"delete(m, {key})\", ").repeat(8);
        format!("[[goroutine]]\ndoes = [{does}]\n")
    };
    let budget = Budget { states: 20_000, runs: 200, ..Budget::default() };
    for goroutines in [2, 6] {
        let text: String = ["a", "b", "c", "d", "e", "f"]
            .iter()
            .take(goroutines)
            .map(|key| goroutine(key))
            .collect();
        let text = format!("keys = {{ a = 0, b = 1, c = 2, d = 3, e = 4, f = 5 }}\n{text}");
        let scenario = Scenario::parse("great", &text).unwrap();
        match explore(&scenario.program, budget) {
            Ok(exploration) => assert!(!exploration.is_whole && exploration.estimate.is_some()),
            Err(unfit) => assert_eq!(unfit, Unfit::TooManyOrders),
        }
    }
}
