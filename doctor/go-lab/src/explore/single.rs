//! The schedules that one thinks of first: a goroutine is interrupted once, another runs as far as it can, then it goes on.
//!
//! All of them are gone through; of long programs every second, third … place of the interruption.

use super::schedule::Schedule;
use super::tally::Tally;
use crate::machine::{Machine, Undo};
use crate::verdict::{Judge, Verdict};

/// About the most of them that are gone through.
const MOST: usize = 2_000;

/// Goes through them, each with the same chance.
pub(super) fn tally(mut machine: Machine<'_>, judge: &Judge) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = Vec::new();
    let others = machine.goroutines().saturating_sub(1);
    for first in 0..machine.goroutines() {
        for second in (0..machine.goroutines()).filter(|second| *second != first) {
            let alone = length(&mut machine, first).saturating_mul(machine.goroutines());
            let stride = alone.saturating_mul(others).div_ceil(MOST).max(1);
            for steps in (1..).step_by(stride) {
                let (verdict, interrupted) = run(&mut machine, judge, first, second, steps);
                if !interrupted {
                    break;
                }
                match tallies.iter_mut().find(|tally| tally.verdict == verdict) {
                    Some(tally) => tally.interleavings += 1.0,
                    None => {
                        tallies.push(Tally { verdict, interleavings: 1.0, chance: 0.0 });
                    }
                }
            }
        }
    }
    let all: f64 = tallies.iter().map(|tally| tally.interleavings).sum();
    for tally in &mut tallies {
        tally.chance = tally.interleavings / all;
    }
    tallies
}

/// How many steps a goroutine makes alone, as far as it gets.
fn length(machine: &mut Machine<'_>, goroutine: usize) -> usize {
    let mut undos: Vec<Undo> = Vec::new();
    while machine.can_step(goroutine) {
        let (step, undo) = machine.step(goroutine);
        undos.push(undo);
        if step.fault.is_some() {
            break;
        }
    }
    let steps = undos.len();
    while let Some(undo) = undos.pop() {
        machine.take_back(undo);
    }
    steps
}

/// One of them, which is taken back: its verdict, and whether the first goroutine had still something to do.
fn run(
    machine: &mut Machine<'_>,
    judge: &Judge,
    first: usize,
    second: usize,
    steps: usize,
) -> (Verdict, bool) {
    let mut undos: Vec<Undo> = Vec::new();
    let mut schedule = Schedule::default();
    let mut interrupted = true;
    let verdict = loop {
        if machine.all_done() {
            break judge.verdict(machine);
        }
        let begins = schedule.len() < steps;
        if begins && !machine.can_step(first) {
            interrupted = false;
        }
        let order: &[usize] =
            if begins && interrupted { &[first, second] } else { &[second, first] };
        let rest = 0..machine.goroutines();
        let next = order.iter().copied().chain(rest).find(|next| machine.can_step(*next));
        let Some(goroutine) = next else { break Verdict::deadlock() };
        schedule.push(goroutine);
        let (step, undo) = machine.step(goroutine);
        undos.push(undo);
        if let Some(fault) = step.fault {
            interrupted &= schedule.len() > steps;
            break Verdict::of_fault(fault, goroutine);
        }
    };
    interrupted &= schedule.len() > steps;
    while let Some(undo) = undos.pop() {
        machine.take_back(undo);
    }
    (verdict, interrupted)
}
