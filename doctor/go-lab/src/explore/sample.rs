//! Drawn runs: every step at random, or goroutines with random priorities that change at random steps.
//!
//! The second is probabilistic concurrency testing (Burckhardt, Kothari, Musuvathi, Nagarakatte, ASPLOS 2010): it finds what
//! needs few, well-placed switches far more often than a coin at every step does. The first also estimates how many
//! interleavings there are: the mean, over runs, of the product of the choices met (Knuth 1975).

use super::schedule::Schedule;
use super::tally::Tally;
use super::{Run, Unfit};
use crate::hash::Random;
use crate::machine::{Machine, Undo};
use crate::program::Program;
use crate::verdict::{Judge, Verdict};

/// No run is drawn after so many steps: long runs are drawn less often than was asked for.
const MOST_STEPS: usize = 10_000_000;

/// How the goroutine of a step is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Among all that can make one.
    Uniform,
    /// The one with the highest priority; so many times in a run that one sinks below all others.
    Priorities {
        /// How many times.
        changes: usize,
    },
}

/// Drawn runs.
#[derive(Clone, Debug)]
pub struct Sample {
    /// How they were drawn.
    pub order: Order,
    /// How many; fewer than were asked for where they are very long.
    pub drawn: usize,
    /// How many ended how; the chance is their share.
    pub tallies: Vec<Tally>,
    /// The first run of each verdict.
    pub runs: Vec<Run>,
    /// The estimate of all interleavings; only for [`Order::Uniform`].
    pub interleavings: f64,
}

/// Draws runs of a program.
///
/// # Errors
///
/// As [`super::explore`].
pub fn sample(program: &Program, order: Order, runs: usize, seed: u64) -> Result<Sample, Unfit> {
    let machine = Machine::new(program).map_err(|(at, fault)| Unfit::Before(at, fault))?;
    let judge = Judge::new(program).ok_or(Unfit::TooManyOrders)?;
    Ok(draw(machine, &judge, order, runs, seed))
}

pub(super) fn draw(
    mut machine: Machine<'_>,
    judge: &Judge,
    order: Order,
    runs: usize,
    seed: u64,
) -> Sample {
    let mut random = Random::new(seed);
    let mut sample =
        Sample { order, drawn: 0, tallies: Vec::new(), runs: Vec::new(), interleavings: 0.0 };
    // How long runs are, for the steps at which priorities change.
    let mut longest = 64;
    let mut steps = 0usize;
    while sample.drawn < runs && steps < MOST_STEPS {
        let mut chooser = Chooser::new(order, machine.goroutines(), longest, &mut random);
        let (schedule, verdict, choices) = run(&mut machine, judge, &mut chooser, &mut random);
        longest = longest.max(schedule.len());
        steps = steps.saturating_add(schedule.len());
        sample.drawn = sample.drawn.saturating_add(1);
        sample.interleavings += choices;
        match sample.tallies.iter_mut().find(|tally| tally.verdict == verdict) {
            Some(tally) => tally.interleavings += 1.0,
            None => {
                sample.tallies.push(Tally { verdict, interleavings: 1.0, chance: 0.0 });
                sample.runs.push(Run { schedule, verdict });
            }
        }
    }
    let drawn = f64::from(u32::try_from(sample.drawn.max(1)).unwrap_or(u32::MAX));
    sample.interleavings /= drawn;
    for tally in &mut sample.tallies {
        tally.chance = tally.interleavings / drawn;
    }
    sample.tallies.sort_by(|a, b| b.chance.total_cmp(&a.chance));
    sample
}

/// One run, which is taken back: its schedule, its verdict, the product of its choices.
fn run(
    machine: &mut Machine<'_>,
    judge: &Judge,
    chooser: &mut Chooser,
    random: &mut Random,
) -> (Schedule, Verdict, f64) {
    let mut schedule = Schedule::default();
    let mut undos: Vec<Undo> = Vec::new();
    let mut choices = 1.0;
    let verdict = loop {
        if machine.all_done() {
            break judge.verdict(machine);
        }
        let able: Vec<usize> =
            (0..machine.goroutines()).filter(|goroutine| machine.can_step(*goroutine)).collect();
        let Some(goroutine) = chooser.choose(&able, schedule.len(), random) else {
            break Verdict::deadlock();
        };
        choices *= f64::from(u32::try_from(able.len()).unwrap_or(1));
        schedule.push(goroutine);
        let (step, undo) = machine.step(goroutine);
        undos.push(undo);
        if let Some(fault) = step.fault {
            break Verdict::of_fault(fault, goroutine);
        }
    };
    while let Some(undo) = undos.pop() {
        machine.take_back(undo);
    }
    (schedule, verdict, choices)
}

/// Chooses the goroutines of one run.
struct Chooser {
    /// Higher goes first; empty where every step is drawn.
    priorities: Vec<u64>,
    changes: Vec<usize>,
}

impl Chooser {
    fn new(order: Order, goroutines: usize, longest: usize, random: &mut Random) -> Self {
        match order {
            Order::Uniform => Self { priorities: Vec::new(), changes: Vec::new() },
            Order::Priorities { changes } => Self {
                // Below this bit are those that have sunk.
                priorities: (0..goroutines).map(|_| random.next() | (1 << 63)).collect(),
                changes: (0..changes).map(|_| random.below(longest)).collect(),
            },
        }
    }

    fn choose(&mut self, able: &[usize], step: usize, random: &mut Random) -> Option<usize> {
        if self.priorities.is_empty() {
            return able.get(random.below(able.len())).copied();
        }
        let highest = |priorities: &[u64]| {
            able.iter().copied().max_by_key(|goroutine| priorities.get(*goroutine).copied())
        };
        let first = highest(&self.priorities)?;
        if let Some(change) = self.changes.iter().position(|change| *change == step) {
            let rank = u64::try_from(self.changes.len().saturating_sub(change)).unwrap_or(0);
            if let Some(priority) = self.priorities.get_mut(first) {
                *priority = rank;
            }
        }
        highest(&self.priorities)
    }
}
