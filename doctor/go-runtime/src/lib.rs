//! Go's runtime as data: the names of its functions and what they do to a map, its messages and
//! what they mean, and the grammar of symbol names.
//!
//! Every entry names the Go file it was read from, the versions that hold it, and whether it was
//! seen in real output ([`MapFunction::tested`], [`Message::tested`]). Nothing here does I/O and
//! nothing allocates: lookups are over static tables.
//!
//! - [`map_function`]: a function's name to the operation it performs on a map;
//! - [`map_argument`]: which of its arguments is the map;
//! - [`mod@stack`]: functions at which a stack goes on in another way, and goroutines of the runtime's own;
//! - [`fault::classify`]: a message to the [`FaultKind`] it announces;
//! - [`symbol::Symbol`]: a symbol name to package, receiver, function and closures;
//! - [`symbol::home`]: whose code a frame runs;
//! - [`classic`]: the marks, flags and functions of the maps until Go 1.23;
//! - [`room`](fn@room): the buckets, or groups and tables, that a hint yields;
//! - [`allocated`]: the bytes that the allocator gives for an object;
//! - [`layout`](fn@layout): where the structs of the runtime have their fields.

mod allocator;
pub mod classic;
mod compiler;
pub mod fault;
mod function;
mod layout;
mod room;
pub mod stack;
pub mod symbol;

pub use allocator::{allocated, has_header};
pub use compiler::LOOKS_UP_BYTES_OF_VARIABLES;
pub use fault::{FaultKind, Message};
pub use function::{MapFunction, Role, Versions, map_argument, map_function, map_functions};
pub use layout::{FieldPlace, Layout, Struct, layout, layouts};
pub use room::{MAX_INLINE_BYTES, Room, SLOTS, room};
