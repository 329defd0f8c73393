//! From a program's variables to its maps: a walk, breadth first, over all that they lead to.
//!
//! Before any memory is read, `reach.rs` finds the types that may lead to a map; nothing else is followed. Each value is
//! looked into once, and what an interface holds is followed by the type that it says itself.

mod interface;
mod reach;
mod visit;

pub(crate) use interface::{Held, Interfaces};

use crate::budget::Budget;
use crate::kinds::{Allocation, Heap, Layout, Pointers};
use crate::memory::Memory;
use crate::program::Program;
use finding::MapInstance;
use go_binary::{Form, TypeId};
use reach::Reach;
use std::fmt;

/// Finds maps in the memory of a program: what can be known of it before its memory is read.
pub struct Reader<'p> {
    pub(crate) program: Program<'p>,
    pub(crate) heap: Heap,
    pub(crate) pointers: Pointers,
    pub(crate) interfaces: Interfaces,
    reach: Reach,
}

impl<'p> Reader<'p> {
    /// Linear in the types of the program and their fields.
    #[must_use]
    pub fn new(program: Program<'p>) -> Self {
        Self {
            heap: Heap::of(program.types),
            pointers: Pointers::of(program.types),
            interfaces: Interfaces::of(&program),
            reach: Reach::of(program.types),
            program,
        }
    }

    /// Finds the maps that the program's package variables are or lead to.
    ///
    /// Linear in what the budget allows to be read.
    #[must_use]
    pub fn find(&self, memory: &(impl Memory + ?Sized), budget: &Budget) -> Found {
        visit::Visit::new(self, memory, budget).run()
    }

    /// How maps of a type are laid out, if it is a type of maps.
    pub(crate) fn layout(&self, type_id: TypeId) -> Option<Layout> {
        let allocation = Allocation { heap: self.heap, pointers: &self.pointers };
        match self.program.types.form(type_id)? {
            Form::Struct(_) => Layout::of_struct(&self.program, type_id, allocation),
            _ => Layout::of(self.program.types, type_id, allocation),
        }
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
        /// One of them.
        path: String,
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
            Self::UnknownTypes { interfaces: 1, path } => {
                write!(
                    f,
                    "what {path} holds is of a type that the debugging information does not name"
                )
            }
            Self::UnknownTypes { interfaces, path } => write!(
                f,
                "{interfaces} interfaces hold values of types that the debugging information does not name, {path} \
                 among them"
            ),
            Self::Damaged { path } => write!(f, "{path} is no map that makes sense"),
        }
    }
}
