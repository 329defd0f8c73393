//! Making a failing history of one key minimal: no operation can be forgotten without it becoming linearizable.
//!
//! Forgetting an operation (see [`Operation::forgotten`]) only ever admits more orders, so what fails with it forgotten
//! fails for a true reason, and one pass over the operations is enough: what had to be kept when more were held has to
//! be kept when fewer are.

use super::jit::{Notes, Walk, walk};
use crate::history::{Op, Operation, Seen};

/// A failing history of one key, as small as it could be made.
pub(super) struct Minimal {
    pub(super) initial: Option<u64>,
    pub(super) operations: Vec<Operation>,
    pub(super) is_minimal: bool,
}

/// The operations before the failure that are looked at, where a cut allows it.
const SPAN: usize = 400;

/// All work on one violation, in steps of the walk: about a second at the very most.
const FUEL: u64 = 3_000_000;

struct Search {
    initial: Option<u64>,
    steps_left: u64,
}

impl Search {
    /// Whether these fail; `None` once the fuel is used up.
    fn fails(&mut self, operations: impl IntoIterator<Item = Operation>) -> Option<bool> {
        let kept: Vec<Operation> = operations
            .into_iter()
            .filter(|operation| !(operation.seen == Seen::Unknown && operation.op == Op::Get))
            .collect();
        let mut notes = Notes { fuel: self.steps_left, ..Notes::default() };
        let end = walk(self.initial, &kept, &mut notes);
        self.steps_left = self.steps_left.saturating_sub(notes.steps + kept.len() as u64);
        match end {
            Walk::Linearizable => Some(false),
            Walk::Fails(_) => Some(true),
            Walk::OutOfFuel => None,
        }
    }

    /// Whether the operations fail with exactly those of `held` held to their results.
    fn fails_holding(&mut self, operations: &[Operation], held: &[bool]) -> Option<bool> {
        self.fails(
            operations.iter().zip(held).map(
                |(operation, held)| {
                    if *held { *operation } else { operation.forgotten() }
                },
            ),
        )
    }
}

/// Shrinks `operations`, which are in order of start and fail at the return of the operation at `failed`.
pub(super) fn shrink(initial: Option<u64>, operations: &[Operation], failed: usize) -> Minimal {
    // What starts after the failing return plays no part in it.
    let time = operations[failed].end;
    let mut operations: Vec<Operation> =
        operations.iter().take_while(|operation| operation.start <= time).copied().collect();
    let mut initial = initial;

    let mut notes = Notes { want_cuts: true, ..Notes::unlimited() };
    walk(initial, &operations, &mut notes);
    let far = operations.len().saturating_sub(SPAN);
    if let Some((from, value)) = notes.cuts.iter().rev().find(|(from, _)| *from <= far) {
        operations.drain(..from);
        initial = *value;
    }

    let mut search = Search { initial, steps_left: FUEL };
    let is_minimal = search.shrink(&mut operations).is_some();
    Minimal { initial, operations, is_minimal }
}

impl Search {
    /// Shrinks in place; `None` where the fuel ended first, and then what is left still fails.
    fn shrink(&mut self, operations: &mut Vec<Operation>) -> Option<()> {
        let count = operations.len();
        // The reason is most often near the end: hold only the last few, doubled until they fail.
        let mut held = vec![true; count];
        let mut last = 8;
        while last < count {
            let tail: Vec<bool> = (0..count).map(|at| at + last >= count).collect();
            if self.fails_holding(operations, &tail)? {
                held = tail;
                break;
            }
            last *= 2;
        }

        let mut chunk = (held.iter().filter(|held| **held).count().next_power_of_two() / 2).max(1);
        while chunk >= 1 {
            let mut at = 0;
            while at < count {
                let former: Vec<usize> = (at..count).filter(|at| held[*at]).take(chunk).collect();
                let Some(end) = former.last().copied() else { break };
                former.iter().for_each(|at| held[*at] = false);
                if !self.fails_holding(operations, &held)? {
                    former.iter().for_each(|at| held[*at] = true);
                }
                at = end + 1;
            }
            chunk /= 2;
        }
        for (operation, held) in operations.iter_mut().zip(&held) {
            if !held {
                *operation = operation.forgotten();
            }
        }
        operations
            .retain(|operation| !(operation.seen == Seen::Unknown && operation.op == Op::Get));

        // Of the forgotten ones keep those that would let the rest be explained if a held one were forgotten as well.
        let mut chunk = (operations.len().next_power_of_two() / 2).max(1);
        while chunk >= 1 {
            let mut at = 0;
            while at < operations.len() {
                let out: Vec<usize> = (at..operations.len())
                    .filter(|at| operations[*at].seen == Seen::Unknown)
                    .take(chunk)
                    .collect();
                let (Some(first), Some(end)) = (out.first().copied(), out.last().copied()) else {
                    break;
                };
                let mut fewer: Vec<Operation> = operations.clone();
                let mut position = 0;
                fewer.retain(|_| {
                    position += 1;
                    out.binary_search(&(position - 1)).is_err()
                });
                if self.each_held_matters(&fewer)? {
                    *operations = fewer;
                    at = first;
                } else {
                    at = end + 1;
                }
            }
            chunk /= 2;
        }
        Some(())
    }

    fn each_held_matters(&mut self, operations: &[Operation]) -> Option<bool> {
        for at in 0..operations.len() {
            if operations[at].seen == Seen::Unknown {
                continue;
            }
            let mut one_less = operations.to_vec();
            one_less[at] = one_less[at].forgotten();
            if self.fails(one_less)? {
                return Some(false);
            }
        }
        Some(true)
    }
}
