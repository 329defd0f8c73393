//! Reads Go crash texts: fatal errors, panics, goroutine dumps, race reports.
//!
//! [`read`] takes a whole text and returns all it says as a [`CrashText`]; [`read_grouped`] does
//! the same in memory that does not grow with the number of goroutines. Both are conveniences over
//! [`Reader`], which takes the text in pieces and hands what it finds to a [`Sink`].
//!
//! *Design constraints.* One pass over bytes that may be anything: no I/O, no panic, no allocation
//! by a length the text claims. What cannot be read is skipped and noted, never an error.

mod assemble;
mod bytes;
mod collect;
mod group;
mod intern;
mod memo;
pub mod model;
mod order;
mod reader;
mod scan;
mod sink;
mod token;
mod unwrap;

pub use collect::{Collect, Group};
pub use go_runtime::FaultKind;
pub use model::*;
pub use reader::Reader;
pub use sink::{Again, GroupId, Sink};

/// Reads a whole text, every goroutine kept.
pub fn read(bytes: &[u8]) -> CrashText {
    let mut reader = Reader::new(Collect::default());
    reader.push(bytes);
    reader.finish().into_text()
}

/// Reads a whole text; goroutines are grouped by stack, and only those that matter are kept whole.
pub fn read_grouped(bytes: &[u8]) -> CrashText {
    let mut reader = Reader::new(Group::default());
    reader.push(bytes);
    reader.finish().into_text()
}
