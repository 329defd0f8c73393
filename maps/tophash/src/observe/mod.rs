//! Maps that tell what is done with them: how often, how long it takes, who waits for whom, which keys are hot, when they grow.
//!
//! An [`Observed`] map is a map with counters around it. A [`Registry`] knows the observed maps of a program by name, and
//! [`prometheus`] writes what they tell as a scraper reads it; [`Observed::stats`] gives the same as plain data.
//!
//! ```
//! use std::sync::Arc;
//! use tophash::HashMap;
//! use tophash::observe::{Call, Observed, Outcome, Registry, prometheus};
//!
//! let sessions = Arc::new(Observed::new("sessions", HashMap::<String, u64>::new()));
//! Registry::global().add(&sessions);
//!
//! sessions.insert("ada".into(), 1)?;
//! assert_eq!(sessions.get("ada"), Some(1));
//! assert_eq!(sessions.get("bob"), None);
//!
//! let report = sessions.stats();
//! assert_eq!(report.count(Call::Get, Outcome::Hit), 1);
//! assert_eq!(report.hit_ratio(), Some(0.5));
//! println!("{report}");
//!
//! let text = prometheus::encode(Registry::global(), prometheus::Format::Text);
//! assert!(text.contains(r#"tophash_map_operations_total{map="sessions",op="get",result="miss"} 1"#));
//! # Ok::<(), tophash::Full>(())
//! ```
//!
//! # What it costs
//! Everything is pulled: a map counts, and whoever asks adds up. There are these settings, and a type:
//!
//! | setting | an operation | what is known |
//! |---|---|---|
//! | [`Observed::off`], type [`Off`] | is the map's own, instruction for instruction | nothing |
//! | [`sample_every(0)`](Builder::sample_every) | adds a count to a cache line of the thread's own | how often each operation came out how; sizes, growth; waits for locks |
//! | [`Observed::new`] | the same; one in 1,024 is timed and its key noted | also how long operations take, hot keys, last write |
//! | [`spans`](Builder::spans) | reads the clock twice, beside what else is set | also single operations: those that are slow, or all |
//! | [`sample_every(1)`](Builder::sample_every) | reads the clock twice, and takes a lock that all threads share for a moment | the same, of every operation |
//!
//! The first 64 threads that are alive count without a locked instruction. `BENCHMARKS.md` of the repository has a row for each
//! setting. An observed map takes some 2 KiB beside the map, as much again for each further eight threads, and, if it is sampled,
//! some 100 bytes for each key that is held: 512 at most if not set otherwise, twice.
//!
//! # Alarms
//! A map with locks is watched: a call that has waited for two seconds to read, or for half a second to write, raises an
//! [`Alarm`] *while it waits*, which names the holder of the lock and where it took it. See [`Builder::blocked_after`] and
//! [`Builder::on_alarm`]. Handlers run on one thread of the registry's, behind a bounded queue: none delays a map. A map that never
//! waits, such as [`HashMap`](crate::HashMap), refuses to be built with such settings.
//!
//! # Hot keys
//! [`Observed::hot_keys`] gives the keys that were met most often in this minute and the one before, each with the number of
//! samples that met it and a bound of the error, by the Space-Saving sketch. The bounds are of the *sample* and always hold;
//! what the sample says of all accesses is as sure as so many draws can be: with the default, after four million operations, the
//! share of a key of a tenth of all accesses is told as between 9 and 11 in a hundred, 19 times of 20. Keys appear in no metric, only their ranks do; in reports and
//! dumps they are hashed, unless [`Builder::show_keys`] says otherwise.
//!
//! # Spans
//! [`Builder::spans`] has a span made of each slow operation, or of all for a canary, with the place of the call, and of the key 16
//! bits of its hash, its length and its heat, but never the key.
//!
//! # Other ways out
//! [`Registry::families`] gives what [`prometheus`] writes as values, for expositions of your own. These are crates of their own:
//! `tophash-metrics`, `tophash-prometheus-client`, `tophash-opentelemetry` and `tophash-tracing`.
//!
//! # Dumps and panics
//! [`Registry::dump`] has what all maps tell written to files, every so often and when there is an alarm. [`panic_hook`]
//! counts panics, and writes a line about each.
//!
//! # Traces
//! [`Builder::record`] writes every operation to a file, its key as a hash, which `tophash advise` reads: see [`trace`](mod@trace).
//!
//! # Consistency
//! Counts are exact when nobody is using the map, and otherwise what some order of the operations under way leads to; each is
//! counted when it has come to its end, so that one that panics, in a closure of the caller's, is not. Times and dates are kept on the
//! monotonic clock: a step of the wall clock changes no duration and no window.

mod alarm;
mod builder;
mod calls;
mod clock;
mod dump;
mod forward;
mod growth;
mod heat;
mod histogram;
mod hot;
mod json;
mod key;
mod lanes;
mod metrics;
mod notifier;
mod observed;
mod panics;
mod policy;
pub mod prometheus;
mod registry;
mod report;
mod series;
mod sketch;
mod spans;
pub mod trace;
mod waits;
mod watcher;

pub use alarm::{Alarm, Event, Growth};
pub use builder::Builder;
pub use calls::{Call, Outcome};
pub use dump::{Dump, DumpError};
pub use heat::{Heat, HeatLevels};
pub use histogram::Durations;
pub use hot::HotKey;
pub use key::ToKey;
pub use metrics::{Family, Kind, Metric, Sample, Value, aliases, metrics};
pub use observed::Observed;
pub use panics::{PanicHook, Trace, panic_hook, trace};
pub use policy::{Counted, Off, Policy};
pub use registry::Registry;
pub use report::{Operations, Report, Timing};
pub use spans::{Ended, Span, SpanKey, SpanMode, Spans};
pub use waits::Locks;
pub use watcher::Keys;
