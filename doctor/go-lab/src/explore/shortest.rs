//! The run of a kind that is the easiest to follow: the fewest switches between goroutines, then the fewest steps.

use super::Run;
use super::graph::{BEYOND, Graph, at};
use super::schedule::Schedule;
use crate::verdict::Verdict;

/// No run of the kind goes on from here.
const NEVER: u32 = u32::MAX;
/// What a switch costs, in steps.
const SWITCH: u32 = 1 << 16;

/// The best run whose verdict is wanted.
pub(super) fn find(graph: &Graph, wanted: fn(Verdict) -> bool) -> Option<Run> {
    let goroutines = graph.goroutines();
    // For each state and the goroutine that made the last step, the least cost to an end of the kind.
    let mut costs = vec![NEVER; graph.states().saturating_mul(goroutines)];
    let place = |state: u32, last: usize| at(state).saturating_mul(goroutines).saturating_add(last);
    let is_wanted = |state: u32| {
        let verdict = graph.end(state).and_then(|end| graph.verdicts().get(end));
        verdict.is_some_and(|verdict| wanted(*verdict))
    };
    for state in graph.order() {
        for last in 0..goroutines {
            let cost = if is_wanted(*state) {
                0
            } else {
                best(graph, &costs, *state, Some(last)).map_or(NEVER, |(_, _, cost)| cost)
            };
            if let Some(kept) = costs.get_mut(place(*state, last)) {
                *kept = cost;
            }
        }
    }
    let mut state = graph.order().last().copied()?;
    let mut last = None;
    let mut schedule = Schedule::default();
    while !is_wanted(state) {
        let (goroutine, to, _) = best(graph, &costs, state, last)?;
        schedule.push(goroutine);
        last = Some(goroutine);
        state = to;
    }
    let verdict = graph.end(state).and_then(|end| graph.verdicts().get(end)).copied()?;
    Some(Run { schedule, verdict })
}

/// The best step: the goroutine, the state after it, the cost from here.
fn best(
    graph: &Graph,
    costs: &[u32],
    state: u32,
    last: Option<usize>,
) -> Option<(usize, u32, u32)> {
    let steps = graph.steps(state).filter(|(_, to)| *to != BEYOND);
    let priced = steps.filter_map(|(goroutine, to)| {
        let place = at(to).saturating_mul(graph.goroutines()).saturating_add(goroutine);
        let further = costs.get(place).copied().filter(|cost| *cost != NEVER)?;
        let switch = if last.is_some_and(|last| last != goroutine) { SWITCH } else { 0 };
        Some((goroutine, to, further.saturating_add(switch).saturating_add(1)))
    });
    priced.min_by_key(|(_, _, cost)| *cost)
}
