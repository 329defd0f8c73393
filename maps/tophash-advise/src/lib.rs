//! Says which map of the family fits a workload that was recorded, and why; and when one machine no longer fits.
//!
//! A workload is read from an operation trace ([`reader`], [`workload::from_trace`]) or from what an observed map told of itself
//! ([`workload::from_dump`]). It becomes [facts](workload::Fact), to which the tables of [`rules`] apply; [`advise`] says what
//! follows. [`replay()`](replay::replay) runs a trace against the maps on the spot. [`text`] writes it for people, and all of it is
//! `Serialize`.
//!
//! ```
//! use tophash::HashMap;
//! use tophash::observe::Observed;
//! use tophash::observe::trace::Trace;
//! use tophash_advise::{advise, reader, workload};
//!
//! let path = std::env::temp_dir().join(format!("advise-{}.trace", std::process::id()));
//! let map = Observed::builder("sessions").record(Trace::to_file(&path)?).build(HashMap::new())?;
//! for key in 0..100u64 {
//!     map.insert(key, key)?;
//!     (0..30).for_each(|_| drop(map.get(&(key / 2))));
//! }
//! map.end_recording()?;
//!
//! let trace = reader::read(std::fs::File::open(&path)?, reader::Limits::default())?;
//! let advice = advise(&workload::from_trace(&trace)).unwrap();
//! println!("take {}: {}", advice.take.label(), advice.maps[0].because[0]);
//! # std::fs::remove_file(path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What cannot be told is said, with what would tell it: a fact that is not known makes no rule hold, and none fail.

mod advice;
mod family;
pub mod reader;
pub mod replay;
pub mod rules;
pub mod text;
pub mod workload;

pub use advice::{Advice, Asked, Beyond, Fit, Leave, Row, Signal, Unknown, Verdict, advise};
pub use family::Kind;
