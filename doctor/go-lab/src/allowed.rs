//! What a program may find: the outcomes of a map whose operations each happen at one moment, in any order that the
//! goroutines and their mutexes allow.
//!
//! This is what a mutex around every operation would give. A run that ends in none of these was harmed, even where nothing
//! looks broken.

use crate::outcome::{Outcome, Value};
use crate::program::{Operation, Program};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

/// What a run found, without what iterations handed out, and what is in the map at its end.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct End {
    pub(crate) outcomes: Vec<Vec<Outcome>>,
    pub(crate) entries: BTreeMap<u64, u64>,
}

/// All ends that are right.
#[derive(Clone, Debug)]
pub(crate) struct Allowed {
    ends: FxHashSet<End>,
}

/// More ends than any scenario of a sensible size has.
const MOST: usize = 200_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    next: Vec<usize>,
    /// For each mutex: held by a writer, readers.
    locks: Vec<(bool, u64)>,
    end: End,
}

impl Allowed {
    /// Goes through all orders; none where there are too many.
    pub(crate) fn new(program: &Program) -> Option<Self> {
        let mut entries = BTreeMap::new();
        for operation in &program.before {
            apply(*operation, &mut entries);
        }
        let goroutines = program.goroutines.len();
        let end = End { outcomes: vec![Vec::new(); goroutines], entries };
        let locks = vec![(false, 0); program.locks.len()];
        let first = State { next: vec![0; goroutines], locks, end };
        let mut seen = FxHashSet::default();
        let mut left = vec![first];
        let mut ends = FxHashSet::default();
        while let Some(state) = left.pop() {
            if !seen.insert(state.clone()) {
                continue;
            }
            if seen.len() > MOST {
                return None;
            }
            let mut done = true;
            for (goroutine, operations) in program.goroutines.iter().enumerate() {
                let at = state.next.get(goroutine).copied().unwrap_or(0);
                let Some(operation) = operations.get(at) else { continue };
                done = false;
                left.extend(follow(program, &state, goroutine, *operation));
            }
            if done {
                ends.insert(state.end);
            }
        }
        Some(Self { ends })
    }

    pub(crate) fn has(&self, end: &End) -> bool {
        self.ends.contains(end)
    }

    /// Whether an operation finds this in some order.
    pub(crate) fn may_find(&self, goroutine: usize, operation: usize, outcome: &Outcome) -> bool {
        self.ends.iter().any(|end| {
            end.outcomes.get(goroutine).and_then(|found| found.get(operation)) == Some(outcome)
        })
    }

    /// Whether an operation finds something in some order.
    pub(crate) fn may_find_any(&self, goroutine: usize, operation: usize) -> bool {
        self.ends.iter().any(|end| {
            let found = end.outcomes.get(goroutine).and_then(|found| found.get(operation));
            matches!(found, Some(Outcome::Read(Some(_))))
        })
    }

    /// Whether a key has this value at the end of some order; none is no entry.
    pub(crate) fn may_end(&self, key: u64, value: Option<u64>) -> bool {
        self.ends.iter().any(|end| end.entries.get(&key).copied() == value)
    }

    /// Whether a key is there at the end of some order.
    pub(crate) fn may_hold(&self, key: u64) -> bool {
        self.ends.iter().any(|end| end.entries.contains_key(&key))
    }

    /// Whether any order ends; none does where every order ends the program.
    pub(crate) fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// The state after an operation; none where it waits or ends the program.
fn follow(
    program: &Program,
    state: &State,
    goroutine: usize,
    operation: Operation,
) -> Option<State> {
    let mut state = state.clone();
    let outcome = match operation {
        Operation::Lock(lock) => {
            let held = state.locks.get_mut(lock)?;
            if *held != (false, 0) {
                return None;
            }
            held.0 = true;
            Outcome::Done
        }
        Operation::RLock(lock) => {
            let held = state.locks.get_mut(lock)?;
            if held.0 {
                return None;
            }
            held.1 = held.1.wrapping_add(1);
            Outcome::Done
        }
        Operation::Unlock(lock) => {
            let held = state.locks.get_mut(lock)?;
            if !held.0 {
                return None;
            }
            held.0 = false;
            Outcome::Done
        }
        Operation::RUnlock(lock) => {
            let held = state.locks.get_mut(lock)?;
            held.1 = held.1.checked_sub(1)?;
            Outcome::Done
        }
        Operation::Assign(..) if program.is_nil => return None,
        operation => apply(operation, &mut state.end.entries),
    };
    state.end.outcomes.get_mut(goroutine)?.push(outcome);
    let next = state.next.get_mut(goroutine)?;
    *next = next.wrapping_add(1);
    Some(state)
}

/// Does an operation on a map that is what a map should be. What an iteration hands out is judged apart.
fn apply(operation: Operation, entries: &mut BTreeMap<u64, u64>) -> Outcome {
    match operation {
        Operation::Read(key) => Outcome::Read(entries.get(&key).copied().map(Value::whole)),
        Operation::Assign(key, value) => {
            entries.insert(key, value);
            Outcome::Done
        }
        Operation::Delete(key) => {
            entries.remove(&key);
            Outcome::Done
        }
        Operation::Clear => {
            entries.clear();
            Outcome::Done
        }
        Operation::Iterate | Operation::Clone => Outcome::Entries(Vec::new()),
        Operation::Length => Outcome::Length(u64::try_from(entries.len()).unwrap_or(u64::MAX)),
        _ => Outcome::Done,
    }
}

/// What is known for sure while a goroutine iterates: what others never touch.
pub(crate) struct Stable {
    /// Keys that are there all the time, with their values.
    pub(crate) entries: BTreeMap<u64, u64>,
    /// Keys that others change, with the values that they may have.
    pub(crate) touched: BTreeMap<u64, Vec<u64>>,
}

impl Stable {
    /// What an iteration that is the operation `at` of a goroutine can rely on.
    pub(crate) fn new(program: &Program, goroutine: usize, at: usize) -> Self {
        let own = program.goroutines.get(goroutine).map_or(&[][..], Vec::as_slice);
        let others = program.goroutines.iter().enumerate();
        let others: Vec<Operation> = others
            .filter(|(other, _)| *other != goroutine)
            .flat_map(|(_, operations)| operations.iter().copied())
            .collect();
        let mut entries = BTreeMap::new();
        let mut touched: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
        let earlier = program.before.iter().chain(own.iter().take(at)).copied();
        let mut seen = Vec::new();
        for operation in earlier {
            apply(operation, &mut entries);
            if let Operation::Assign(key, value) = operation {
                seen.push((key, value));
            }
        }
        for operation in others {
            match operation {
                Operation::Assign(key, value) => {
                    touched.entry(key).or_default().push(value);
                }
                Operation::Delete(key) => {
                    touched.entry(key).or_default();
                }
                Operation::Clear => {
                    for key in program.keys.all() {
                        touched.entry(key).or_default();
                    }
                }
                _ => {}
            }
        }
        for (key, value) in seen {
            if let Some(values) = touched.get_mut(&key) {
                values.push(value);
            }
        }
        entries.retain(|key, _| !touched.contains_key(key));
        Self { entries, touched }
    }
}
