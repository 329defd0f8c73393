//! Linearizability checking, fault injection and stress for concurrent maps: ours and anybody's.
//!
//! Implement three methods, run the battery, read the report:
//!
//! ```
//! use std::{collections::HashMap, sync::RwLock};
//! use tophash_verify::{Budget, Map, battery};
//!
//! struct Mine(RwLock<HashMap<u64, u64>>);
//! impl Map for Mine {
//!     fn get(&self, key: &u64) -> Option<u64> { self.0.read().unwrap().get(key).copied() }
//!     fn insert(&self, key: u64, value: u64) -> Option<u64> { self.0.write().unwrap().insert(key, value) }
//!     fn remove(&self, key: &u64) -> Option<u64> { self.0.write().unwrap().remove(key) }
//! }
//! # let budget = &Budget { per_class: std::time::Duration::from_millis(5), ..Budget::quick(1) };
//! # /*
//! let budget = &Budget::quick(1);
//! # */
//! let report = battery(|| Mine(RwLock::default()), budget);
//! assert!(report.passed(), "{report}");
//! ```
//!
//! # What there is
//!
//! | module | what it does | cost |
//! |---|---|---|
//! | [`battery()`], [`battery_owned`] | hunts eight [classes](Class) of faults with everything below | its [`Budget`] |
//! | [`history`] | records operations, each thread by itself, by the monotonic clock | two clock readings and two fences an operation |
//! | [`check::linearizable`] | is there an order that explains every result? If not, a minimal failing history | O(n log n), times the orders among operations that overlap |
//! | [`check::iterations`] | stable keys met once, with values they held | O(iterations × operations) |
//! | [`stress`] | threads, mixes, growth and shrinking, delays and stalls, by seed | |
//! | [`fault`] | [`Key`]s and [`Value`]s that know whether they are alive, countdown panics, bad hashers | |
//! | [`alloc`] | allocators that count, fail at a chosen call, poison what is freed | |
//! | [`torn`] | words that know which key they belong to | |
//! | [`chaos`] | a point at which a seed may delay the thread; for hooks of one's own | |
//!
//! # Limits
//!
//! * The check splits a history by key. It says nothing about `len`, `clear` or operations on several keys, and of an
//!   iteration it says what single keys say, never that it was a snapshot.
//! * It sees what happened, not what might: a clean report is a number of operations without a fault, no proof. A
//!   model checker (loom) explores the orders that a processor never showed.
//! * The clock must be monotonic across processors, as the system promises. The fences around recorded operations are
//!   local, but on this thread they do drain the store buffer; orders *between* two operations of one thread are
//!   outside what a check by key can see anyway.
//! * The operation *sequences* follow from the seed. The interleaving is the machine's: a seed makes a failure likely
//!   again, not certain.
//! * A map that hangs hangs the battery: run it in a child process with a time limit. So too for a map whose early
//!   frees may crash the process.

pub mod alloc;
mod battery;
pub mod chaos;
pub mod check;
pub mod fault;
pub mod history;
mod map;
mod rng;
pub mod stress;
pub mod torn;

pub use battery::{Budget, Class, ClassReport, Evidence, Finding, Report, battery, battery_owned};
pub use fault::{Key, Kit, Value};
pub use map::{Map, Unsupported};
pub use rng::{Rng, mix};
