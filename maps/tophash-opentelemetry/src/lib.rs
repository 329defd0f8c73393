//! What observed maps tell, as instruments and spans of [`opentelemetry`].
//!
//! ```
//! # use tophash::HashMap;
//! # use std::sync::Arc;
//! use opentelemetry::global;
//! use tophash::observe::{Observed, Registry, SpanMode};
//! use tophash_opentelemetry::{OpenTelemetry, instruments};
//!
//! // Once, when the providers are set:
//! instruments(&global::meter("tophash"), Registry::global());
//!
//! let spans = OpenTelemetry::new(global::tracer("tophash"));
//! let map = Observed::builder("sessions").spans(SpanMode::default(), spans);
//! let sessions = Arc::new(map.build(HashMap::<u64, String>::new())?);
//! Registry::global().add(&sessions);
//! # Ok::<(), tophash::NeverWaits>(())
//! ```
//!
//! # Metrics
//! [`instruments()`] makes an observable instrument of every metric of [`tophash::observe::metrics()`]. Maps are asked when the metrics
//! are collected, once for all instruments, and at no other time. Locks of maps are not waited for.
//!
//! Names and attributes follow the conventions of OpenTelemetry: `tophash_map_operations_total{map, op, result}` is
//! `tophash.map.operations` with `map.name`, `map.operation` and `map.result`; `tophash_map_memory_bytes` is `tophash.map.memory` in
//! `By`; `tophash_map_scrape_seconds` is `tophash.map.scrape.duration` in `s`. [`name()`], [`unit()`] and [`attribute()`] tell each.
//!
//! OpenTelemetry has no observable histogram. What a map has counted in buckets is told as three counters, as Prometheus does:
//! `tophash.map.wait.duration.bucket`, with the attribute `le` for the upper bound in seconds, `tophash.map.wait.duration.sum` and
//! `tophash.map.wait.duration.count`. Nothing is lost by that.
//!
//! An SDK keeps 2,000 sets of attributes for each instrument if not told otherwise. `tophash.map.operations` has 16 for each map, and a
//! bucket counter up to 198: with more than ten maps, set a view with `with_cardinality_limit`.
//!
//! # Spans
//! [`OpenTelemetry`] makes spans of slow operations, or of all: see [`Builder::spans`](tophash::observe::Builder::spans). They are of
//! the kind *internal*, children of the span that is active, and have the times of the operation. Their attributes are `map.name`,
//! `map.result`, `map.key.hash` (four hexadecimal digits), `map.key.length`, `map.heat.level`, and where the map is called,
//! `code.file.path` and `code.line.number`: never the key.

mod instruments;
mod names;
mod spans;

pub use instruments::instruments;
pub use names::{attribute, name, unit};
pub use spans::OpenTelemetry;
