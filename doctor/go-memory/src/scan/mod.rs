//! Maps without names: found in the heap by their shape alone, as it must be done where a program was stripped, and for maps
//! that only closures and locals lead to.
//!
//! # How
//! 1. What the linker tells the runtime of the program, and its descriptors of types, survive stripping (`module.rs`).
//! 2. The allocator's own list of what the heap is cut into says where objects of the size of a header lie, and which of them
//!    are given to somebody (`spans.rs`). Only these and the stacks are read (`parts.rs`). Where there is no such list, all
//!    memory is.
//! 3. Each place goes through cheap tests (`shape.rs`); what passes them is followed. Maps with tables say nearly everything
//!    twice (`swiss.rs`), and buckets of the right size hold as many entries as their header says (`classic.rs`).
//! 4. The allocator notes the types of larger objects; other maps are given the types whose parts have the size that is
//!    there, and whose values fit what is there (`choice.rs`, `fits.rs`).
//! 5. Words among the package variables that are addresses of headers say which variables hold maps (`owners.rs`).
//! 6. From maps of which the type is known, others are reached by their types, as from a variable.
//!
//! # Certainty
//! A map with tables, or with at least two buckets, whose parts agree is *certain*. A map of one group or bucket has little
//! that could disagree, and is *likely*. Maps that nobody uses any more stay in memory until the garbage collector has taken
//! them, and are found until then.

mod choice;
mod classic;
mod fits;
mod module;
mod owners;
mod pages;
mod parts;
mod search;
mod shape;
mod spans;
mod swiss;
mod telling;
#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "a test fails by panicking")]
mod tests;

pub use module::Module;

use crate::budget::Budget;
use crate::memory::Memory;
use crate::walk::{Found, Reader};
use choice::Choice;
use go_binary::RuntimeTypes;
use rustc_hash::FxHashSet;
use search::Scan;
use spans::Spans;
use std::ops::Range;

/// What is looked through.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'s> {
    /// The program.
    pub module: &'s Module,
    /// Its descriptors, from which the reader has its types.
    pub runtime: &'s RuntimeTypes,
    /// Memory that is no file's and can be written to.
    pub parts: &'s [Range<u64>],
    /// Headers of maps that are known already, which are left out.
    pub known: &'s FxHashSet<u64>,
}

/// Arrays of groups or buckets of a map, and the entries in them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Groups {
    address: u64,
    count: u64,
    entries: u64,
}

/// What speaks for a header.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Evidence {
    /// It has tables, or more than one bucket.
    in_tables: bool,
    /// What it says twice it says alike.
    agrees: bool,
    groups: Vec<Groups>,
}

/// A map that was found.
struct Met {
    address: u64,
    evidence: Evidence,
    choice: Choice,
}

impl Reader<'_> {
    /// Looks for maps by their shape. The types of the reader's program must be those of [`Scope::runtime`].
    ///
    /// Linear in the memory that is looked through, and in the maps that are found; bounded by the budget.
    #[must_use]
    pub fn scan(
        &self,
        memory: &(impl Memory + ?Sized),
        scope: &Scope<'_>,
        budget: &Budget,
    ) -> Found {
        let spans = Spans::find(memory, scope.module);
        let mut scan = Scan::new(self, scope, memory, budget, spans.as_ref());
        scan.candidates();
        scan.finish()
    }
}
