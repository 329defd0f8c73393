//! The maps and goroutines inside a Go program that runs, or that left a core dump, read from its memory without touching it.
//!
//! # Terms
//! - A [`Memory`] answers what lies at an address: a live process, a core, or bytes that a test recorded.
//! - A [`MapInstance`](finding::MapInstance) is one map: where it lies, how it is reached, how many entries it has, what it costs, and how it is
//!   built inside. A program's declaration of a map may have thousands of instances.
//! - A number is *exact* if what it was read from agreed with itself. The program goes on meanwhile, so that a map may
//!   be met in the middle of a change; then it is read again a few times, and what still does not agree is *about*.
//!
//! # Design constraints
//! - No I/O: a `Memory` and the program's [`Types`](go_binary::Types) in, values and [`Gap`]s out.
//! - Types and places are found by the names of fields in the program's debugging information, so that releases differ
//!   where their structs do and nowhere else.
//! - Memory is foreign, and changes while it is read: nothing here panics on it, follows it in circles, or allocates by a
//!   length that it claims. [`Budget`] bounds the work, and what was left out is said.

mod budget;
mod changes;
mod core;
mod detail;
mod goroutines;
mod kinds;
mod mappings;
mod memory;
mod program;
mod retained;
mod scan;
mod states;
mod values;
mod walk;

pub use crate::core::{Core, CoreError, CoreErrorKind, CoreMemory, MappedFile, Source};
pub use budget::Budget;
pub use changes::compare;
pub use detail::DetailOptions;
pub use goroutines::{
    End, Frame, Goroutine, Goroutines, Labels, Names, Registers, Stack, Standing, Threads, bases,
    goroutines, standing,
};
pub use mappings::{Mapping, bias, heap_parts, mappings};
pub use memory::{Memory, Unmapped};
pub use program::Program;
pub use scan::{Module, Scope};
pub use states::by_declaration;
pub use walk::{Found, FoundMap, Gap, Reader};
