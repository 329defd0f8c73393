//! Is a history linearizable, key by key? If not, the smallest part of it that is not.
//!
//! A map is linearizable exactly if each key by itself is, so the history is split by key and each part walked by
//! itself (just-in-time linearization): near linear in the operations, times the number of orders that those open at the same moment
//! admit. This holds for operations on single keys alone: it says nothing about `len`, `clear` or what an iteration
//! sees; for iterations there is [`iterations`].

#[cfg(test)]
mod hard;
mod iteration;
mod jit;
mod minimal;
mod needed;
mod open_set;
#[cfg(test)]
mod tests;

pub use iteration::{IterationFault, Meeting, iterations};

use crate::history::{History, Operation, Seen};
use crate::rng::mix;
use jit::{Notes, Walk};
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasherDefault, Hasher};

/// A failing history of one key from which no operation can be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The key.
    pub key: u64,
    /// The failing history, of this key alone, from a moment at which its value was certain. An operation whose result
    /// is [`Seen::Unknown`] is there only because it may have written a value: it holds nothing against the map.
    /// [`linearizable`] says `Err` of it, and says `Ok` once any operation with a result is
    /// [forgotten](Operation::forgotten).
    pub history: History,
    /// How many operations the key had in the whole history.
    pub of_operations: usize,
    /// False where making it minimal was given up because it took too long; it fails all the same. That takes
    /// thousands of operations that overlap one, or dozens of threads that share a few values.
    pub is_minimal: bool,
}

impl Violation {
    /// The operations that cannot be explained together.
    pub fn held(&self) -> impl Iterator<Item = &Operation> {
        self.history.operations.iter().filter(|operation| operation.seen != Seen::Unknown)
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let held = self.held().count();
        writeln!(
            f,
            "key {}: {held} of {} operations cannot be explained{}",
            self.key,
            self.of_operations,
            if held == 1 { "" } else { " together" }
        )?;
        match self.history.initial.get(&self.key) {
            Some(value) => writeln!(f, "at first the value is {value}")?,
            None => writeln!(f, "at first the key is absent")?,
        }
        write!(f, "{}", self.history)
    }
}

/// What a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// The operations looked at.
    pub operations: usize,
    /// The keys they were on.
    pub keys: usize,
    /// The most configurations that had to be held at one moment.
    pub widest: usize,
}

/// Checks every key of the history; the first key found wrong comes back with its minimal failing history.
///
/// # Errors
/// A [`Violation`] if some key's operations have no order that respects their times and explains every result.
///
/// # Complexity
/// For `n` operations: O(n log n) for sorting each key's operations by time, O(n + c) for the walk, where `c` counts the
/// orders tried among operations open at the same moment. Memory O(n). A violation costs O(w²) more for a window of `w`
/// operations before it, bounded by a fixed amount of work.
pub fn linearizable(history: &History) -> Result<Checked, Box<Violation>> {
    let mut violation = None;
    let checked = each_key(history, |key, initial, operations, failed| {
        violation = Some(Box::new(explain(key, initial, operations, failed)));
        false
    });
    violation.map_or(Ok(checked), Err)
}

/// Every key that is not linearizable, each with its minimal failing history. Costs as [`linearizable`], and the making
/// minimal once for each such key.
#[must_use]
pub fn violations(history: &History) -> Vec<Violation> {
    let mut all = Vec::new();
    each_key(history, |key, initial, operations, failed| {
        all.push(explain(key, initial, operations, failed));
        true
    });
    all
}

fn explain(key: u64, initial: Option<u64>, operations: &[Operation], failed: usize) -> Violation {
    let minimal = minimal::shrink(initial, operations, failed);
    Violation {
        key,
        history: History {
            operations: minimal.operations,
            iterations: Vec::new(),
            initial: minimal.initial.map(|value| (key, value)).into_iter().collect(),
        },
        of_operations: operations.len(),
        is_minimal: minimal.is_minimal,
    }
}

/// Hashes a key by mixing it: quicker than the standard hasher, and no foe chooses the keys.
#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mix(self.0 ^ u64::from(*byte));
        }
    }
    fn write_u64(&mut self, word: u64) {
        self.0 = mix(word);
    }
}

/// The operations of each key side by side, in order of start.
fn by_key(history: &History) -> Vec<Vec<Operation>> {
    let mut group: HashMap<u64, usize, BuildHasherDefault<Mixed>> = HashMap::default();
    let mut counts: Vec<usize> = Vec::new();
    let groups: Vec<u32> = history
        .operations
        .iter()
        .map(|operation| {
            let at = *group.entry(operation.key).or_insert_with(|| {
                counts.push(0);
                counts.len() - 1
            });
            counts[at] += 1;
            u32::try_from(at).unwrap_or(u32::MAX)
        })
        .collect();
    let mut keys: Vec<Vec<Operation>> = counts.into_iter().map(Vec::with_capacity).collect();
    for (operation, at) in history.operations.iter().zip(groups) {
        keys[at as usize].push(*operation);
    }
    for operations in &mut keys {
        operations.sort_unstable_by_key(|operation| operation.start);
    }
    keys
}

/// Walks each key; tells `failed` of every one that fails, until it says to stop.
fn each_key(
    history: &History,
    mut failed: impl FnMut(u64, Option<u64>, &[Operation], usize) -> bool,
) -> Checked {
    let keys = by_key(history);
    let mut notes = Notes::unlimited();
    let count = keys.len();
    for operations in keys {
        let Some(key) = operations.first().map(|operation| operation.key) else { continue };
        let initial = history.initial.get(&key).copied();
        if let Walk::Fails(failure) = jit::walk(initial, &operations, &mut notes) {
            if !failed(key, initial, &operations, failure.at) {
                break;
            }
        }
    }
    Checked { operations: history.operations.len(), keys: count, widest: notes.widest }
}
