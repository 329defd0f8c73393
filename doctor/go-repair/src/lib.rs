//! Edits of Go source that make a map safe, and the test that shows it.
//!
//! ```text
//! planner: findings ─► take: a lock around accesses, the one that is there or a new one
//!                      longer: the lock that is there, held longer      upgrade: Lock for RLock
//!                      hand_out: a copy and not the map                 make_map: before it is written
//!                      size_hint: room for what a loop puts into it; seen: what other tools report, by the repairs of rules
//!                      bare: no lock ─► pointer: a map that is replaced; take; sync_map, rw_mutex where that is allowed
//!                      ─► plan: edits that compose ─► proof: a second check, of the edited program
//! one_lock: one map ─► one lock around every access of it: the emergency patch of a crash
//!
//!   what both stand on: guard: which lock; declare: a new one; reach, order: whether it may be taken at an access;
//!   every_use, retype, align: what another type of the map takes; published: what may be stored for others to load;
//!   quiet: what may run under it; wrap, hoist: the edits of a function; edit: the text with all edits, and its diff
//! stress:  one map ─► a test that calls what touches it from many goroutines
//! ```
//!
//! A check repairs only what findings name, and every access where it declares a lock. A crash calls for all accesses at
//! once, with whatever form of edit locks them.
//!
//! *Design constraints.* No I/O: texts in, texts and diffs out. What cannot be edited with certainty is left to a person,
//! with the reason. The smallest correct edit is made, in the hand of `gofmt`; what would not parse is not offered.

pub mod callers;
pub mod locks;
pub mod stress;
pub mod trees;

mod align;
mod bare;
mod calls;
mod choices;
mod copies;
mod declare;
mod edit;
mod every_use;
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
mod pointer;
mod proof;
mod published;
mod quiet;
mod reach;
mod retype;
mod rw_mutex;
mod sections;
mod seen;
mod size_hint;
mod sync_map;
mod take;
mod upgrade;
mod wrap;

pub use nil_map::plan as of_nil_map;
pub use one_lock::plan as of_shared_map;
pub use plan::{Change, Edited, Left, Plan};
pub use planner::{Allowed, plan, plan_with};
pub use seen::races_left;
