//! From a program's variables to its maps: a walk, breadth first, over all that they lead to.
//!
//! Before any memory is read, `reach.rs` finds the types that may lead to a map; nothing else is followed. Each value is
//! looked into once, and what an interface holds is followed by the type that it says itself.

mod reach;
mod visit;

use crate::budget::Budget;
use crate::memory::Memory;
use finding::MapInstance;
use go_binary::{TypeId, Types, Variable};
use rustc_hash::FxHashSet;
use std::fmt;

/// A program, as its debugging information declares it.
#[derive(Clone, Copy, Debug)]
pub struct Program<'p> {
    /// Its types.
    pub types: &'p Types<'p>,
    /// Its package variables.
    pub variables: &'p [Variable<'p>],
    /// What is added to the addresses of the file where it was loaded.
    pub bias: u64,
    /// Where its type descriptors begin, `runtime.types`, as the file has it: what interfaces hold is told by it.
    pub descriptors: Option<u64>,
}

impl Program<'_> {
    /// Where a package variable lies in memory.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<u64> {
        let variable = self.variables.iter().find(|variable| variable.name == name)?;
        Some(variable.address.wrapping_add(self.bias))
    }
}

/// What was found.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Found {
    /// The maps, in the order in which they were met.
    pub maps: Vec<FoundMap>,
    /// What was left out, and why.
    pub gaps: Vec<Gap>,
}

/// A map that was found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundMap {
    /// What is known of it.
    pub map: MapInstance,
    /// Its type.
    pub type_id: TypeId,
}

/// Something that was left out.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Gap {
    /// Memory that could not be read: how often, and where first.
    Unreadable {
        /// How often.
        times: u64,
        /// The first of these addresses.
        first: u64,
    },
    /// So many values were not looked into, because there are more than the budget allows.
    Budget {
        /// How many, at least.
        values: u64,
        /// What has the most of them.
        path: String,
    },
    /// So many interfaces hold types that the debugging information does not name.
    UnknownTypes {
        /// How many.
        interfaces: u64,
    },
    /// The allocator's list of spans was not found, so that all memory was looked through.
    NoSpans,
    /// So many bytes of the heap could not be read.
    UnreadableHeap {
        /// How many.
        bytes: u64,
    },
    /// So many places that look like the header of a map were not followed, because there are more than the budget allows.
    Candidates {
        /// How many.
        headers: u64,
    },
    /// A header of a map that makes no sense.
    Damaged {
        /// How the map was reached.
        path: String,
    },
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { times, first } => {
                write!(f, "{times} values could not be read, the first at {first:#x}")
            }
            Self::Budget { values, path } => write!(
                f,
                "{values} or more values were not looked into for further maps, to bound the work; \
                 most of them are in {path}"
            ),
            Self::UnknownTypes { interfaces } => {
                write!(f, "{interfaces} interfaces hold values of types without a name")
            }
            Self::NoSpans => write!(
                f,
                "the allocator's list of what is in use was not found: all memory was looked \
                 through, and maps that the program let go of may be among those found"
            ),
            Self::UnreadableHeap { bytes } => {
                write!(f, "{bytes} bytes of the heap could not be read")
            }
            Self::Candidates { headers } => write!(
                f,
                "{headers} places that look like maps were not followed, to bound the work"
            ),
            Self::Damaged { path } => write!(f, "{path} is no map that makes sense"),
        }
    }
}

/// Finds the maps that a program's package variables are or lead to.
///
/// Linear in what the budget allows to be read.
#[must_use]
pub fn find(program: Program<'_>, memory: &(impl Memory + ?Sized), budget: &Budget) -> Found {
    visit::Visit::new(program, memory, budget).run()
}

/// A map that is known already.
pub(crate) struct Root {
    pub(crate) address: u64,
    pub(crate) type_id: TypeId,
    pub(crate) path: String,
    pub(crate) declared: String,
}

/// Finds the maps that the keys and values of other maps are or lead to, but for those `known`.
pub(crate) fn entries_of(
    program: Program<'_>,
    memory: &(impl Memory + ?Sized),
    budget: &Budget,
    roots: Vec<Root>,
    known: &FxHashSet<u64>,
) -> Found {
    let mut found = visit::Visit::new(program, memory, budget).run_from(&roots);
    found.maps.retain(|found| !known.contains(&found.map.address));
    found
}
