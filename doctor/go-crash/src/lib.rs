//! Reads Go crash texts: fatal errors, panics, goroutine dumps, race reports.
//!
//! [`read`] takes a whole text and returns all it says as a [`CrashText`]; [`read_grouped`] does
//! the same in memory that does not grow with the number of goroutines. Both are conveniences over
//! [`Reader`], which takes the text in pieces and hands what it finds to a [`Sink`].
//!
//! ```
//! let crash = go_crash::read(b"\
//! web-1  | fatal error: concurrent map writes
//! web-1  |
//! web-1  | goroutine 7 [running]:
//! web-1  | example.com/shop/stock.(*Reg).Put(0xc000012345, {0x4b1f2e, 0x5}, 0x7)
//! web-1  | \t/src/shop/stock/stock.go:23 +0x65
//! ");
//! let fault = crash.map_fault().expect("a fault");
//! assert_eq!(fault.kind, go_crash::FaultKind::ConcurrentMapWrites);
//! assert_eq!(fault.user_frame.as_ref().map(|frame| frame.line), Some(23));
//! ```
//!
//! # What a text may look like
//!
//! No log format is parsed. The shapes that the runtime prints are looked for in each line, so
//! prefixes, columns after them and program output between them do not matter; escapes (`\n`,
//! `#012`, `&lt;`, colours) are undone first, wherever they stand, and so are the borders and reply
//! marks around lines. Newest-first texts are put right.
//! Processes that die at once into one text are told apart by the names before their lines.
//!
//! # What counts as a fault
//!
//! - A message that stands where the runtime prints it (at the beginning of a line or behind a
//!   log's prefix, with nothing behind it) is a fault, with or without its stack; an unknown panic
//!   or fatal error only with it.
//! - A message quoted in a sentence, in source code, in a heading or alone in a fenced block is a
//!   fault only when the stack of a running goroutine follows; otherwise it is noted. Told again by
//!   the runtime itself, it is the same fault.
//! - A stack without its message is a fault when its frames tell which: `runtime.throw` above a map
//!   function, or a panic raised by an assignment.
//! - A stack as loggers list them (symbols without parentheses, or places alone) is read behind a
//!   panic, or from the function on that raises one: error logs are full of others.
//! - A goroutine dump by itself is no fault.
//!
//! *Design constraints.* One pass over bytes that may be anything: no I/O, no panic, no allocation
//! by a length the text claims, time linear in the text. What cannot be read is skipped and noted,
//! never an error. The grouping form is built for dumps of a hundred thousand goroutines: see
//! `examples/dump_speed.rs`.

mod assemble;
mod border;
mod bytes;
mod collect;
mod group;
mod intern;
mod lanes;
mod memo;
pub mod model;
mod numbers;
mod order;
mod quiet;
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
