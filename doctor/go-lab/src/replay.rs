//! A run, step by step, with what each step touched and pictures of the map on the way.

use crate::explore::{Schedule, Unfit};
use crate::fault::Fault;
use crate::machine::Machine;
use crate::memory::{Cell, Memory};
use crate::outcome::Outcome;
use crate::picture::Picture;
use crate::scenario::Scenario;
use crate::shape::MapType;
use crate::verdict::{Judge, Verdict};
use go_runtime::classic::{Field, Function};
use std::fmt;

/// Where a bucket lies that was touched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Array {
    /// In the map's array.
    Buckets,
    /// In the array that is being evacuated.
    Oldbuckets,
    /// In an array that was one of the two earlier in the run.
    Former,
    /// In an overflow bucket.
    Overflow,
}

/// A step of a run.
#[derive(Clone, Debug)]
pub struct ReplayStep {
    /// Who made it.
    pub goroutine: usize,
    /// The place of the operation in the goroutine.
    pub operation: usize,
    /// The function of the runtime; none for the user's own code.
    pub function: Option<Function>,
    /// What was touched; none where memory was touched that is not there, or none at all.
    pub place: Option<(Cell, Array)>,
    /// What was there.
    pub before: u64,
    /// What is there now.
    pub after: u64,
    /// Whether it was stored.
    pub stores: bool,
    /// What for, in words.
    pub why: &'static str,
    /// Whether the operation was done with it.
    pub done: bool,
    /// Whether the program ended with it.
    pub fault: Option<Fault>,
    /// The map before the step, where another goroutine made the one before.
    pub picture: Option<Picture>,
}

/// A run.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The steps.
    pub steps: Vec<ReplayStep>,
    /// The map before the first; none for a nil map.
    pub first: Option<Picture>,
    /// The map after the last.
    pub last: Option<Picture>,
    /// What the operations of each goroutine found.
    pub outcomes: Vec<Vec<Outcome>>,
    /// How it ended; none where the steps end before the goroutines do.
    pub verdict: Option<Verdict>,
}

/// Why a schedule cannot be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoReplay {
    /// The program itself is unfit.
    Unfit(Unfit),
    /// At this step, counted from 1, the goroutine cannot make one.
    Step(usize),
}

impl fmt::Display for NoReplay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unfit(unfit) => unfit.fmt(f),
            Self::Step(step) => write!(f, "the goroutine of step {step} cannot make one there"),
        }
    }
}

impl std::error::Error for NoReplay {}

impl Scenario {
    /// Makes the steps of a schedule.
    ///
    /// # Errors
    ///
    /// When a goroutine cannot make a step that the schedule wants of it, or the program is unfit.
    pub fn replay(&self, schedule: &Schedule) -> Result<Replay, NoReplay> {
        let machine = Machine::new(&self.program);
        let mut machine =
            machine.map_err(|(at, fault)| NoReplay::Unfit(Unfit::Before(at, fault)))?;
        let judge = Judge::new(&self.program).ok_or(NoReplay::Unfit(Unfit::TooManyOrders))?;
        let first = machine.picture();
        let mut steps: Vec<ReplayStep> = Vec::new();
        let mut former = Vec::new();
        let mut verdict = None;
        for (at, goroutine) in schedule.steps().enumerate() {
            if verdict.is_some() || !machine.can_step(goroutine) {
                return Err(NoReplay::Step(at.saturating_add(1)));
            }
            let switched = steps.last().is_some_and(|last| last.goroutine != goroutine);
            let picture = if switched { machine.picture() } else { None };
            let arrays = arrays(&machine);
            former.extend(arrays);
            let (step, _) = machine.step(goroutine);
            let touch = step.touch;
            let place = touch.and_then(|touch| {
                place(machine.memory(), &self.program.map, touch.address, arrays, &former)
            });
            steps.push(ReplayStep {
                goroutine,
                operation: step.operation,
                function: touch.and_then(|touch| touch.function),
                place,
                before: touch.map_or(0, |touch| touch.before),
                after: touch.map_or(0, |touch| touch.after),
                stores: touch.is_some_and(|touch| touch.stores),
                why: touch.map_or("touches no memory", |touch| touch.why),
                done: step.done,
                fault: step.fault,
                picture,
            });
            verdict = step.fault.map(|fault| Verdict::of_fault(fault, goroutine));
        }
        let able = (0..machine.goroutines()).any(|goroutine| machine.can_step(goroutine));
        if verdict.is_none() && machine.all_done() {
            verdict = Some(judge.verdict(&mut machine));
        } else if verdict.is_none() && !able {
            verdict = Some(Verdict::deadlock());
        }
        let outcomes = (0..machine.goroutines())
            .map(|goroutine| machine.outcomes(goroutine).to_vec())
            .collect();
        Ok(Replay { steps, first, last: machine.picture(), outcomes, verdict })
    }
}

fn arrays(machine: &Machine<'_>) -> [u64; 2] {
    [Field::Buckets, Field::Oldbuckets].map(|field| machine.field(field).unwrap_or(0))
}

fn place(
    memory: &Memory,
    map: &MapType,
    address: u64,
    [buckets, oldbuckets]: [u64; 2],
    former: &[u64],
) -> Option<(Cell, Array)> {
    let (cell, object) = memory.cell(map, address)?;
    let array = if object == buckets {
        Array::Buckets
    } else if object == oldbuckets {
        Array::Oldbuckets
    } else if former.contains(&object) {
        Array::Former
    } else {
        Array::Overflow
    };
    Some((cell, array))
}
