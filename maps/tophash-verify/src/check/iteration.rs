//! What an iteration must have met: each key that stayed, once, with a value it held meanwhile, and no key that was not
//! there.
//!
//! The judgement is made from the operations of each key alone and leaves the doubtful alone: a key counts as stable
//! only if it was certainly there when the iteration began and nothing that may have removed it overlaps; a value
//! counts as impossible only if it certainly was not there at any moment of the iteration.

use super::by_key;
use crate::history::{History, Iteration, Op, Operation, Seen};
use std::collections::HashMap;
use std::fmt;

/// How often a stable key must be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Meeting {
    /// Exactly once.
    #[default]
    ExactlyOnce,
    /// Once or more: the map's contract allows for repetitions.
    AtLeastOnce,
}

/// What is wrong with an iteration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IterationFault {
    /// The key.
    pub key: u64,
    /// The iteration, by its position in the history.
    pub iteration: usize,
    /// The values with which the key was met.
    pub met: Vec<u64>,
    /// What should have been.
    pub should: &'static str,
}

impl fmt::Display for IterationFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, iteration, met, should } = self;
        write!(f, "key {key}: iteration {iteration} met {met:?}, but {should}")
    }
}

/// Checks all iterations of the history against its operations.
///
/// # Errors
/// The first [`IterationFault`].
///
/// # Complexity
/// O(i × n) for `i` iterations and `n` operations, after the sort by key.
pub fn iterations(history: &History, meeting: Meeting) -> Result<(), IterationFault> {
    let keys = by_key(history);
    let touched: HashMap<u64, &[Operation]> = keys
        .iter()
        .filter_map(|operations| Some((operations.first()?.key, operations.as_slice())))
        .collect();
    for (position, iteration) in history.iterations.iter().enumerate() {
        let mut met: HashMap<u64, Vec<u64>> = HashMap::new();
        for (key, value) in &iteration.met {
            met.entry(*key).or_default().push(*value);
        }
        let none: &[Operation] = &[];
        let untouched =
            history.initial.keys().filter(|key| !touched.contains_key(key)).map(|key| (*key, none));
        let strangers = met
            .keys()
            .filter(|key| !touched.contains_key(key) && !history.initial.contains_key(key));
        let strangers = strangers.map(|key| (*key, none));
        for (key, operations) in
            touched.iter().map(|(key, all)| (*key, *all)).chain(untouched).chain(strangers)
        {
            let values = met.get(&key).map_or(&[][..], Vec::as_slice);
            if let Err(should) =
                judge(history.initial.get(&key).copied(), operations, iteration, values, meeting)
            {
                return Err(IterationFault {
                    key,
                    iteration: position,
                    met: values.to_vec(),
                    should,
                });
            }
        }
    }
    Ok(())
}

fn judge(
    initial: Option<u64>,
    operations: &[Operation],
    iteration: &Iteration,
    met: &[u64],
    meeting: Meeting,
) -> Result<(), &'static str> {
    if met.len() > 1 && meeting == Meeting::ExactlyOnce && !came_back(operations, iteration) {
        return Err("a key that was not removed and inserted meanwhile must be met at most once");
    }
    if met.is_empty() && is_stable(initial, operations, iteration) {
        return Err("it was there all the time");
    }
    if met.iter().any(|value| !may_hold(initial, operations, iteration, *value)) {
        return Err("it did not hold that value at any moment of the iteration");
    }
    Ok(())
}

/// Whether the operation may have removed the key.
fn may_remove(operation: &Operation) -> bool {
    operation.op == Op::Remove && operation.seen != Seen::Found(None)
}

/// Whether a removal that may have happened overlaps the iteration, so that the key may have moved.
fn came_back(operations: &[Operation], iteration: &Iteration) -> bool {
    operations.iter().any(|operation| {
        may_remove(operation)
            && operation.start <= iteration.end
            && operation.end >= iteration.start
    })
}

/// Whether the key was certainly there during the whole iteration.
fn is_stable(initial: Option<u64>, operations: &[Operation], iteration: &Iteration) -> bool {
    // After this time nothing that may have removed the key was under way, up to the iteration's end.
    let last_removal = operations
        .iter()
        .filter(|operation| may_remove(operation) && operation.start <= iteration.end)
        .map(|operation| operation.end)
        .max();
    let there = |operation: &Operation| match operation.seen {
        Seen::Found(found) => {
            operation.op.after(found).is_some() && found.is_some() || operation.wrote().is_some()
        }
        Seen::Unknown => false,
    };
    match last_removal {
        None if initial.is_some() => true,
        removal => operations.iter().any(|operation| {
            operation.op != Op::Remove
                && there(operation)
                && operation.end < iteration.start
                && removal.is_none_or(|removal| operation.start > removal)
        }),
    }
}

/// Whether the key may have held `value` at some moment of the iteration.
fn may_hold(
    initial: Option<u64>,
    operations: &[Operation],
    iteration: &Iteration,
    value: u64,
) -> bool {
    // Something that certainly changed the key, wholly between `from` and the iteration.
    let overwritten_after = |from: Option<u64>| {
        operations.iter().any(|operation| {
            operation.end < iteration.start
                && from.is_none_or(|from| operation.start > from)
                && operation.wrote().is_some()
        })
    };
    if initial == Some(value) && !overwritten_after(None) {
        return true;
    }
    operations.iter().any(|operation| {
        let writes = match (operation.seen, operation.op) {
            (Seen::Found(_), _) => operation.wrote() == Some(Some(value)),
            (
                Seen::Unknown,
                Op::Insert(new) | Op::TryInsert(new) | Op::CompareExchange { new, .. },
            ) => new == value,
            (Seen::Unknown, Op::FetchAdd(_)) => true,
            (Seen::Unknown, Op::Get | Op::Remove) => false,
        };
        // A write that found the very value it wrote changed nothing, and shows that it was there.
        let found = operation.seen == Seen::Found(Some(value))
            && operation.op.after(Some(value)) == Some(value);
        (writes || found)
            && operation.start <= iteration.end
            && !overwritten_after(Some(operation.end))
    })
}
