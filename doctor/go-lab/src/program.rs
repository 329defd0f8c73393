//! What a scenario runs: a map, what is in it, mutexes, and goroutines with their operations.

use crate::keys::Keys;
use crate::shape::MapType;

/// An operation of a goroutine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation {
    /// `v, ok := m[key]`.
    Read(u64),
    /// `m[key] = value`.
    Assign(u64, u64),
    /// `delete(m, key)`.
    Delete(u64),
    /// `clear(m)`.
    Clear,
    /// `for range m`.
    Iterate,
    /// `maps.Clone(m)`.
    Clone,
    /// `len(m)`.
    Length,
    /// `mu.Lock()`.
    Lock(usize),
    /// `mu.Unlock()`.
    Unlock(usize),
    /// `mu.RLock()`.
    RLock(usize),
    /// `mu.RUnlock()`.
    RUnlock(usize),
}

/// A kind of mutex.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LockKind {
    /// `sync.Mutex`.
    Mutex,
    /// `sync.RWMutex`.
    RwMutex,
}

/// A program to run.
#[derive(Clone, Debug)]
pub struct Program {
    /// The type of its map.
    pub map: MapType,
    /// The hashes of its keys.
    pub keys: Keys,
    /// Whether the map is nil.
    pub is_nil: bool,
    /// The hint that the map is made with.
    pub hint: u64,
    /// The seed of its hash.
    pub seed: u64,
    /// Bucket and cell at which iterations begin.
    pub start: u64,
    /// The kinds of its mutexes.
    pub locks: Vec<LockKind>,
    /// What is done before the goroutines start.
    pub before: Vec<Operation>,
    /// The goroutines.
    pub goroutines: Vec<Vec<Operation>>,
}
