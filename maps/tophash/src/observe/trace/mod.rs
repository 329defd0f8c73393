//! Operation traces: what was done with a map, operation by operation, in a file that `tophash advise` reads.
//!
//! A trace holds, of every operation, what it was and what came of it, a 64-bit hash of the key, the size of the key and of a value that it
//! brought, the thread, and when it ended. It never holds a key or a value. `docs/trace-format.md` of the repository says every byte.
//!
//! ```no_run
//! use tophash::HashMap;
//! use tophash::observe::Observed;
//! use tophash::observe::trace::Trace;
//!
//! let sessions = Observed::builder("sessions")
//!     .record(Trace::to_file("sessions.trace")?)
//!     .build(HashMap::<u64, u64>::new())?;
//! sessions.insert(7, 1)?;
//! let recorded = sessions.end_recording()?.unwrap();
//! println!("{} operations in {}", recorded.records, recorded.path.display());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it costs
//! An operation that is recorded takes the way of those that are sampled: it hashes the key once more, reads the clock, and
//! writes some twelve bytes to a buffer, under a lock that it shares with no other of the first 64 threads: 80 ns more for a look-up of
//! an integer, and 570 instructions, with those of the thread that writes the file. A map that is not recorded runs the instructions that it ran before there were traces; so does one whose
//! recording has ended. Full buffers go through a bounded queue to a thread that writes the file: no operation waits for the
//! disk. What finds the queue full is dropped, counted, and told in the trace. Buffers and queue take 2 MiB at most.
//!
//! # What becomes of the file
//! It is written beside its place, under its name with `.part` at the end, and renamed when the recording ends: when it is asked
//! to, when the map is dropped, or at a [bound](Trace::most_bytes). What is buffered goes to the file once a second, so the
//! `.part` of a process that was killed is a trace that is cut short by a second at most, and can be read. If the disk is full the
//! recording ends, the file is removed, and handlers of [`Registry::on_event`](super::Registry::on_event) are told.
//!
//! # Order
//! The operations of a thread stand in the order in which they ended. Those of several threads have times to tell, of the
//! monotonic clock, taken after the operation: two that overlap may have taken effect the other way round.

mod block;
mod error;
mod file;
mod format;
mod hash;
mod recorder;
mod settings;
mod writer;

pub use error::{TraceError, TraceErrorKind};
pub use file::{Ended, Recorded};
pub use format::{End, Header, MAGIC, Record, VERSION, brings_value, call_of, code_of, crc32};
pub use settings::Trace;
pub use writer::Writer;

pub(super) use recorder::{Noted, Recorder};
pub(super) use settings::Begin;
