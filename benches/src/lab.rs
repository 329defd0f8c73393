//! The lab's explorer of states against a plain enumeration of schedules, which comes to the same verdicts.

use crate::row::Pairs;
use anyhow::{Context, Result, ensure};
use go_lab::{Budget, Scenario, enumerate, explore};
use std::time::{Duration, Instant};

/// Small enough that every schedule can be gone through: 35 steps.
const SMALL: &str = "\
keys = { a = 0 }
before = [\"m[a] = 1\"]
[[goroutine]]
does = [\"m[a]\"]
[[goroutine]]
does = [\"m[a] = 2\"]
";

/// Two goroutines, two operations each, with a growth.
const GROWTH: &str = "\
keys = { a = 0, b = 1, c = 2 }
before = [\"m[a] = 1\", \"m[b] = 2\"]
[[goroutine]]
does = [\"m[a]\", \"m[a] = 10\"]
[[goroutine]]
does = [\"m[c] = 3\", \"m[b]\"]
";

/// More than any schedule here comes to.
const MOST: u64 = 1_000_000_000;

/// Prints a row for the time, and what was visited.
pub fn run(rounds: usize) -> Result<()> {
    let small = Scenario::parse("small", SMALL)?.program;
    let plain = enumerate(&small, MOST)?;
    let states = explore(&small, Budget::default())?.states;
    ensure!(plain.is_whole, "the plain enumeration did not end");
    let timed = |run: &dyn Fn() -> Result<()>| -> Result<Duration> {
        let begun = Instant::now();
        run()?;
        Ok(begun.elapsed())
    };
    let ours = || timed(&|| Ok(drop(explore(&small, Budget::default())?)));
    let theirs = || timed(&|| Ok(drop(enumerate(&small, MOST)?)));
    let name = format!("lab: all interleavings of a lookup and an assignment, {states} states");
    let yardstick = format!("plain enumeration, {} visited", plain.visited);
    Pairs::measure(rounds, ours, theirs)?.print(&name, &yardstick, "≤ 1/10");

    let growth = Scenario::parse("growth", GROWTH)?.program;
    let budget = Budget::default();
    let begun = Instant::now();
    let explored = explore(&growth, budget)?;
    ensure!(explored.is_whole, "{} states were not enough", budget.states);
    let seconds = begun.elapsed().as_secs_f64();
    let states = u32::try_from(explored.states).context("so many states")?;
    println!(
        "| lab: two goroutines, two operations each, a growth | {seconds:.2} s | {states} states, {:.0} a second | | | whole |",
        f64::from(states) / seconds
    );
    Ok(())
}
