//! Mutexes that a scenario uses against itself.
//!
//! To unlock what one does not hold is no contradiction: it is what the runtime reports, and a scenario may be about it. To
//! lock what one holds already is: that goroutine waits for itself in every interleaving.

use crate::program::{LockKind, Operation};

/// How a goroutine holds a mutex.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Write,
    Read,
}

/// The first operation that contradicts what the goroutine did before, and why.
pub(super) fn contradiction(
    operations: &[Operation],
    kinds: &[LockKind],
    names: &[String],
) -> Option<(usize, String)> {
    let mut held: Vec<(usize, Held)> = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let name = |lock: usize| names.get(lock).map_or("", String::as_str);
        let mine = |lock: usize| held.iter().rev().find(|(other, _)| *other == lock);
        match *operation {
            Operation::RLock(lock) | Operation::RUnlock(lock)
                if kinds.get(lock) == Some(&LockKind::Mutex) =>
            {
                return Some((at, format!("{} is a sync.Mutex, which has no RLock", name(lock))));
            }
            Operation::Lock(lock) if mine(lock).is_some() => {
                let why = "is held already: this goroutine waits for itself and never ends";
                return Some((at, format!("{} {why}", name(lock))));
            }
            Operation::RLock(lock) if mine(lock) == Some(&(lock, Held::Write)) => {
                let why = "is held for writing: this goroutine waits for itself and never ends";
                return Some((at, format!("{} {why}", name(lock))));
            }
            Operation::Unlock(lock) if mine(lock) == Some(&(lock, Held::Read)) => {
                return Some((at, format!("{} is held for reading: RUnlock it", name(lock))));
            }
            Operation::RUnlock(lock) if mine(lock) == Some(&(lock, Held::Write)) => {
                return Some((at, format!("{} is held for writing: Unlock it", name(lock))));
            }
            Operation::Lock(lock) => held.push((lock, Held::Write)),
            Operation::RLock(lock) => held.push((lock, Held::Read)),
            Operation::Unlock(lock) | Operation::RUnlock(lock) => {
                if let Some(place) = held.iter().rposition(|(other, _)| *other == lock) {
                    held.remove(place);
                }
            }
            _ => {}
        }
    }
    None
}
