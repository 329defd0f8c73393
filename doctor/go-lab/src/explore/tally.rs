//! How many interleavings end how, and with what chance: counted along the edges, from the first state on.

use super::graph::{BEYOND, Graph, at};
use crate::verdict::Verdict;

/// One way to end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tally {
    /// How.
    pub verdict: Verdict,
    /// The interleavings that end so; exact up to 2^53, then within a rounding error.
    pub interleavings: f64,
    /// The chance that a run ends so when each step is drawn among the goroutines that can make one.
    pub chance: f64,
}

/// All of them.
pub(super) struct Counted {
    pub(super) interleavings: f64,
    pub(super) tallies: Vec<Tally>,
}

pub(super) fn count(graph: &Graph) -> Counted {
    let mut paths = vec![0.0f64; graph.states()];
    let mut chances = vec![0.0f64; graph.states()];
    let verdicts = graph.verdicts().iter();
    let mut tallies: Vec<Tally> = verdicts
        .map(|verdict| Tally { verdict: *verdict, interleavings: 0.0, chance: 0.0 })
        .collect();
    // The first state is the last in the order of those that are done.
    for (place, state) in graph.order().iter().rev().enumerate() {
        let here = at(*state);
        if place == 0 {
            add(&mut paths, here, 1.0);
            add(&mut chances, here, 1.0);
        }
        let (through, chance) = (get(&paths, here), get(&chances, here));
        if let Some(tally) = graph.end(*state).and_then(|end| tallies.get_mut(end)) {
            tally.interleavings += through;
            tally.chance += chance;
            continue;
        }
        let steps = graph.steps(*state).count();
        let share = chance / f64::from(u32::try_from(steps).unwrap_or(u32::MAX));
        for (_, to) in graph.steps(*state).filter(|(_, to)| *to != BEYOND) {
            add(&mut paths, at(to), through);
            add(&mut chances, at(to), share);
        }
    }
    let interleavings = tallies.iter().map(|tally| tally.interleavings).sum();
    tallies.retain(|tally| tally.interleavings > 0.0);
    tallies.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    Counted { interleavings, tallies }
}

fn get(numbers: &[f64], place: usize) -> f64 {
    numbers.get(place).copied().unwrap_or(0.0)
}

fn add(numbers: &mut [f64], place: usize, value: f64) {
    if let Some(number) = numbers.get_mut(place) {
        *number += value;
    }
}
