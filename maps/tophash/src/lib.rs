//! Concurrent maps that never deadlock on a guard, never stall while they grow, and tell what they are doing.

#![no_std]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

#[cfg_attr(loom, expect(dead_code, reason = "the models are of the raw table alone"))]
mod class;
mod error;
#[cfg(not(loom))]
mod hasher;
#[cfg(not(loom))]
mod map;
mod raw;
#[cfg(not(loom))]
mod reentry;
#[cfg(not(loom))]
pub mod set;
#[cfg(not(loom))]
mod stats;
mod sync;

#[cfg(not(loom))]
pub use equivalent::Equivalent;
pub use error::{AllocError, AllocErrorKind};
#[cfg(not(loom))]
pub use hasher::{DefaultHasher, RandomState};
#[cfg(not(loom))]
pub use map::{
    Changed, Compute, Drain, Entry, HashMap, Integer, IntoIter, Iter, IterMut, KeyRef, Keys,
    Occupied, OccupiedEntry, Operation, Ref, VacantEntry, Values,
};
#[cfg(not(loom))]
pub use set::HashSet;
#[cfg(not(loom))]
pub use stats::Stats;
