//! Go's own map algorithms as step machines, run under every interleaving.
//!
//! - [`Scenario`]: a map, its keys and what goroutines do, from a few lines of TOML; [`bundled`] ones come along.
//! - [`explore`](fn@explore): all interleavings of its [`Program`], as states; [`enumerate`] does the same schedule by schedule, and
//!   [`sample`] draws runs.
//! - [`Verdict`]: how a run ended: fine, caught by the runtime, or [`Harm`] in silence.
//! - [`Scenario::replay`]: a run step by step, with [`Picture`]s of the map.
//!
//! The map is that of Go 1.21 to 1.23. Its functions are plain functions in which each load and store of shared memory is a
//! step; how they stop between two of them is said at the top of `runner.rs`, what is modelled and what is not at the top of
//! `classic/mod.rs`. Nothing here does I/O.

mod allowed;
mod classic;
mod explore;
mod fault;
mod hash;
mod keys;
mod machine;
mod memory;
mod mutex;
mod outcome;
mod perform;
mod picture;
mod program;
mod replay;
mod runner;
mod scenario;
mod shape;
mod verdict;

pub use explore::{
    Budget, Exploration, Order, Plain, Run, Sample, Schedule, Tally, Unfit, enumerate, explore,
    sample,
};
pub use fault::Fault;
pub use keys::Keys;
pub use machine::{Machine, Step};
pub use memory::{Cell, Kind, Missing};
pub use outcome::{Entry, Outcome, Value};
pub use picture::{Bucket, Picture};
pub use program::{LockKind, Operation, Program};
pub use replay::{Array, NoReplay, Replay, ReplayStep};
pub use runner::Touch;
pub use scenario::{Scenario, ScenarioError, ScenarioErrorKind, bundled, bundled_names};
pub use shape::MapType;
pub use verdict::{Harm, Verdict};
