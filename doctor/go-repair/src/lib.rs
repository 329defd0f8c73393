//! Edits of Go source that make a map safe: a lock around its accesses, and the test that shows it.
//!
//! ```text
//! one_lock: one map ─► guard: which lock, the one that is there or a new one (declare)
//!                      reach: whether its name means that lock at an access
//!                      wrap, hoist: the edits of a function; quiet: what may run under the lock
//!                      ─► edit: the text with all edits made, and its diff
//! stress:  one map ─► a test that calls what touches it from many goroutines
//! ```
//!
//! *Design constraints.* No I/O: texts in, texts and diffs out. What cannot be edited with certainty is left to a person,
//! with the reason. The smallest correct edit is made, in the hand of `gofmt`; what would not parse is not offered.

pub mod callers;
pub mod locks;
pub mod stress;
pub mod trees;

mod calls;
mod choices;
mod copies;
mod declare;
mod edit;
mod function;
mod guard;
mod hand_out;
mod hoist;
mod imports;
mod lines;
mod lock_calls;
mod longer;
mod make_map;
mod may_take;
mod nil_map;
mod one_lock;
mod order;
mod owner;
mod plan;
mod planner;
mod proof;
mod quiet;
mod reach;
mod sections;
mod take;
mod upgrade;
mod wrap;

pub use nil_map::plan as of_nil_map;
pub use one_lock::plan as of_shared_map;
pub use plan::{Change, Edited, Left, Plan};
pub use planner::plan;
