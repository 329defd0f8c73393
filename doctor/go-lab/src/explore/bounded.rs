//! All runs with few preemptions: switches away from a goroutine that could have gone on.

use super::Run;
use super::schedule::Schedule;
use crate::hash::{chain, mix};
use crate::machine::{Machine, Undo};
use crate::verdict::{Judge, Verdict};
use rustc_hash::FxHashSet;

struct Frame {
    next: usize,
    last: Option<usize>,
    used: u32,
    undo: Option<Undo>,
}

/// One run for each way to end, among those with at most so many preemptions; stops when it has kept `most` states.
pub(super) fn search(
    mut machine: Machine<'_>,
    judge: &Judge,
    preemptions: u32,
    most: usize,
) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut seen: FxHashSet<u128> = FxHashSet::default();
    let mut stack = vec![Frame { next: 0, last: None, used: 0, undo: None }];
    let mut steps = Schedule::default();
    while let Some(frame) = stack.last_mut() {
        let goroutine = frame.next;
        frame.next = frame.next.saturating_add(1);
        let (last, used) = (frame.last, frame.used);
        if goroutine >= machine.goroutines() {
            if let Some(undo) = stack.pop().and_then(|frame| frame.undo) {
                machine.take_back(undo);
                steps.pop();
            }
            continue;
        }
        let preempts = last.is_some_and(|last| last != goroutine && machine.can_step(last));
        let used = used.saturating_add(u32::from(preempts));
        if !machine.can_step(goroutine) || used > preemptions {
            continue;
        }
        let (step, undo) = machine.step(goroutine);
        steps.push(goroutine);
        let verdict = if let Some(fault) = step.fault {
            Some(Verdict::of_fault(fault, goroutine))
        } else if machine.all_done() {
            Some(judge.verdict(&mut machine))
        } else if (0..machine.goroutines()).any(|goroutine| machine.can_step(goroutine)) {
            None
        } else {
            Some(Verdict::deadlock())
        };
        if let Some(verdict) = verdict {
            if !runs.iter().any(|run| run.verdict == verdict) {
                runs.push(Run { schedule: steps.clone(), verdict });
            }
        } else {
            let place = u64::try_from(goroutine).unwrap_or(0);
            let key = chain(machine.identity(), u64::from(used)) ^ mix(place, 0);
            if seen.len() < most && seen.insert(key) {
                stack.push(Frame { next: 0, last: Some(goroutine), used, undo: Some(undo) });
                continue;
            }
        }
        steps.pop();
        machine.take_back(undo);
    }
    runs
}
