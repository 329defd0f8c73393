//! Making a failing history of one key minimal: no operation can be forgotten without it becoming linearizable.
//!
//! Forgetting an operation (see [`Operation::forgotten`]) only ever admits more orders, so what fails with it forgotten
//! fails for a true reason, and one pass over the operations is enough: what had to be kept when more were held has to
//! be kept when fewer are. Large chunks are tried before small ones, and whatever starts after a failure goes at once.
//!
//! The history is minimal then. What remains is to drop the forgotten operations that do not matter, as far as the fuel
//! lasts: those that no held one could need whichever is forgotten, and of the rest, in chunks again, those without
//! which each held one still matters.

use super::jit::{Failure, Notes, Walk, walk};
use super::needed::Needed;
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
pub(super) const FUEL: u64 = 3_000_000;

/// Shrinks `operations`, which are in order of start and fail at the return of the operation at `failed`.
pub(super) fn shrink(initial: Option<u64>, operations: &[Operation], failed: usize) -> Minimal {
    shrink_within(FUEL, initial, operations, failed)
}

/// The same with this fuel.
pub(super) fn shrink_within(
    fuel: u64,
    initial: Option<u64>,
    operations: &[Operation],
    failed: usize,
) -> Minimal {
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

    let mut search = Search { initial, steps_left: fuel };
    let is_minimal = search.forget(&mut operations).is_some();
    if is_minimal {
        // What this leaves undone for want of fuel makes the history longer, but no operation of it needless.
        let _ = search.drop_forgotten(&mut operations);
    }
    Minimal { initial, operations, is_minimal }
}

struct Search {
    initial: Option<u64>,
    steps_left: u64,
}

impl Search {
    /// The end of the return at which these fail, if they do; `None` once the fuel is used up.
    fn failure(&mut self, kept: &[Operation]) -> Option<Option<u64>> {
        let mut notes = Notes { fuel: self.steps_left, ..Notes::default() };
        let end = walk(self.initial, kept, &mut notes);
        self.spend(notes.steps + kept.len() as u64);
        match end {
            Walk::Linearizable => Some(None),
            Walk::Fails(Failure { at }) => Some(Some(kept[at].end)),
            Walk::OutOfFuel => None,
        }
    }

    fn spend(&mut self, steps: u64) {
        self.steps_left = self.steps_left.saturating_sub(steps);
    }

    /// Whether the operations fail with exactly those of `held` held to their results. If so, those that start after
    /// the failure are held no longer.
    fn fails_holding(&mut self, operations: &[Operation], held: &mut [bool]) -> Option<bool> {
        let kept: Vec<Operation> = operations
            .iter()
            .zip(held.iter())
            .map(|(operation, held)| if *held { *operation } else { operation.forgotten() })
            .filter(|operation| !(operation.seen == Seen::Unknown && operation.op == Op::Get))
            .collect();
        let Some(end) = self.failure(&kept)? else { return Some(false) };
        let after = operations.partition_point(|operation| operation.start <= end);
        held[after..].fill(false);
        Some(true)
    }

    /// Forgets in place all that can be; `None` where the fuel ended first, and then what is left still fails.
    fn forget(&mut self, operations: &mut Vec<Operation>) -> Option<()> {
        let mut held = vec![true; operations.len()];
        let end = self.forget_all_but(operations, &mut held);
        for (operation, held) in operations.iter_mut().zip(&held) {
            if !held {
                *operation = operation.forgotten();
            }
        }
        operations
            .retain(|operation| !(operation.seen == Seen::Unknown && operation.op == Op::Get));
        end
    }

    /// Leaves in `held` only what must be held.
    fn forget_all_but(&mut self, operations: &[Operation], held: &mut Vec<bool>) -> Option<()> {
        let count = operations.len();
        // The reason is most often near the end: hold only the last few, doubled until they fail.
        let mut last = 8;
        while last < count {
            let mut tail: Vec<bool> = (0..count).map(|at| at + last >= count).collect();
            if self.fails_holding(operations, &mut tail)? {
                *held = tail;
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
                if !self.fails_holding(operations, held)? {
                    former.iter().for_each(|at| held[*at] = true);
                }
                at = end + 1;
            }
            chunk /= 2;
        }
        Some(())
    }

    /// Of the forgotten ones keeps those that would let the rest be explained if a held one were forgotten as well.
    /// Stops where the fuel ends, and then too each held one matters.
    fn drop_forgotten(&mut self, operations: &mut Vec<Operation>) -> Option<()> {
        self.drop_unused(operations)?;
        let mut suspect = 0;
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
                if self.each_held_matters(&fewer, &mut suspect)? {
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

    /// Drops the forgotten ones that are of no use whichever held one is forgotten.
    fn drop_unused(&mut self, operations: &mut Vec<Operation>) -> Option<()> {
        let mut is_used = vec![false; operations.len()];
        for at in 0..operations.len() {
            if operations[at].seen == Seen::Unknown {
                continue;
            }
            is_used[at] = true;
            let held = operations[at];
            operations[at] = held.forgotten();
            if let Some(needed) = Needed::of(operations) {
                for (operation, is_used) in operations.iter().zip(&mut is_used) {
                    *is_used = *is_used || needed.uses(operation);
                }
            }
            operations[at] = held;
            self.spend(operations.len() as u64);
            if self.steps_left == 0 {
                return None;
            }
        }
        let mut is_used = is_used.into_iter();
        operations.retain(|_| is_used.next().unwrap_or(true));
        Some(())
    }

    /// Whether it takes all held ones to fail. Begins with the `suspect`-th of these, and leaves there the one that
    /// did not matter: it will most likely be the next time as well.
    fn each_held_matters(&mut self, operations: &[Operation], suspect: &mut usize) -> Option<bool> {
        let held: Vec<usize> =
            (0..operations.len()).filter(|at| operations[*at].seen != Seen::Unknown).collect();
        let first = *suspect;
        for position in 0..held.len() {
            let position = (first + position) % held.len();
            let mut one_less = operations.to_vec();
            one_less[held[position]] = one_less[held[position]].forgotten();
            if self.failure(&one_less)?.is_some() {
                *suspect = position;
                return Some(false);
            }
        }
        Some(true)
    }
}
