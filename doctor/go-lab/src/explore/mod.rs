//! Every interleaving of a program, or as many as a budget allows.
//!
//! What is explored are states, not schedules: two schedules that lead to the same memory, program counters, locals and
//! findings go on as one. How many interleavings go through a state is counted along the edges of the graph, and so is the
//! chance of each when every step is drawn among the goroutines that can make one.

mod bounded;
mod graph;
mod plain;
mod sample;
mod schedule;
mod shortest;
mod single;
mod tally;

pub use plain::{Plain, enumerate};
pub use sample::{Order, Sample, sample};
pub use schedule::Schedule;
pub use tally::Tally;

use crate::fault::Fault;
use crate::machine::Machine;
use crate::program::Program;
use crate::verdict::{Judge, Verdict};
use graph::Graph;
use std::fmt;

/// How far an exploration may go.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    /// The most states that are kept.
    pub states: usize,
    /// The runs that are drawn where the states are too many.
    pub runs: usize,
    /// The most preemptions of runs that are looked at systematically where the states are too many.
    pub preemptions: u32,
    /// What decides the draws.
    pub seed: u64,
    /// Tell states apart even by what their goroutines have found and do not need any more: far more states, the same
    /// verdicts and counts. To check the lab itself.
    pub keeps_all: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { states: 1_000_000, runs: 20_000, preemptions: 2, seed: 1, keeps_all: false }
    }
}

/// What an exploration found.
#[derive(Clone, Debug)]
pub struct Exploration {
    /// The states that were visited.
    pub states: usize,
    /// Whether all were.
    pub is_whole: bool,
    /// The interleavings that were explored from their beginning to their end.
    pub interleavings: f64,
    /// An estimate of all interleavings, from drawn runs; only where not all states were visited.
    pub estimate: Option<f64>,
    /// How many interleavings end how; the chance is that of the states that were visited.
    pub tallies: Vec<Tally>,
    /// The same of the schedules in which one goroutine is interrupted once.
    pub interrupted: Vec<Tally>,
    /// The run with the fewest switches between goroutines that ends in silent harm.
    pub harmful: Option<Run>,
    /// The same for a run that the runtime ends.
    pub detected: Option<Run>,
    /// Drawn runs, only where not all states were visited: every step at random, and random priorities.
    pub samples: Vec<Sample>,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Who makes the steps.
    pub schedule: Schedule,
    /// How it ends.
    pub verdict: Verdict,
}

/// Why a program cannot be explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// What is done before the goroutines start ends it, at this operation.
    Before(usize, Fault),
    /// There are too many orders of its operations to know what is right.
    TooManyOrders,
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Before(_, fault) => {
                let what = fault.line().unwrap_or_else(|| "broken memory".to_owned());
                write!(f, "what is done before the goroutines start ends with {what}")
            }
            Self::TooManyOrders => f.write_str("its operations can come in too many orders"),
        }
    }
}

impl std::error::Error for Unfit {}

/// Explores a program.
///
/// # Errors
///
/// When it ends before its goroutines start, or has too many operations to know what is right.
pub fn explore(program: &Program, budget: Budget) -> Result<Exploration, Unfit> {
    let mut machine = Machine::new(program).map_err(|(at, fault)| Unfit::Before(at, fault))?;
    if budget.keeps_all {
        machine.keep_all();
    }
    let judge = Judge::new(program).ok_or(Unfit::TooManyOrders)?;
    let graph = Graph::new(machine.clone(), &judge, budget.states);
    let counted = tally::count(&graph);
    let mut exploration = Exploration {
        states: graph.states(),
        is_whole: graph.is_whole(),
        interleavings: counted.interleavings,
        estimate: None,
        tallies: counted.tallies,
        interrupted: single::tally(machine.clone(), &judge),
        harmful: shortest::find(&graph, Verdict::is_silent),
        detected: shortest::find(&graph, Verdict::is_detected),
        samples: Vec::new(),
    };
    if !graph.is_whole() {
        drop(graph);
        search_further(&machine, &judge, budget, &mut exploration);
    }
    Ok(exploration)
}

/// Where the graph is too large: drawn runs, and all runs with few preemptions.
fn search_further(
    machine: &Machine<'_>,
    judge: &Judge,
    budget: Budget,
    exploration: &mut Exploration,
) {
    for order in [Order::Uniform, Order::Priorities { changes: 3 }] {
        let drawn = sample::draw(machine.clone(), judge, order, budget.runs, budget.seed);
        if order == Order::Uniform {
            exploration.estimate = Some(drawn.interleavings);
        }
        exploration.samples.push(drawn);
    }
    let few = bounded::search(machine.clone(), judge, budget.preemptions, budget.states);
    let drawn = exploration.samples.iter().flat_map(|sample| sample.runs.iter());
    let runs: Vec<Run> = few.into_iter().chain(drawn.cloned()).collect();
    let best = |kept: &Option<Run>, wanted: fn(Verdict) -> bool| {
        let of_kind = runs.iter().chain(kept).filter(|run| wanted(run.verdict));
        of_kind.min_by_key(|run| (run.schedule.switches(), run.schedule.len())).cloned()
    };
    exploration.harmful = best(&exploration.harmful, Verdict::is_silent);
    exploration.detected = best(&exploration.detected, Verdict::is_detected);
}
