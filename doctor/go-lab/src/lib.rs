//! Go's own map algorithms as step machines, run under every interleaving.
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
