//! Operations of observed maps as spans of the crate [`tracing`].
//!
//! ```
//! use std::time::Duration;
//! use tophash::HashMap;
//! use tophash::observe::{Observed, SpanMode};
//! use tophash_tracing::Tracing;
//!
//! let builder = Observed::builder("sessions");
//! let builder = builder.spans(SpanMode::Slow(Duration::from_millis(1)), Tracing::new());
//! let sessions = builder.build(HashMap::<u64, String>::new())?;
//! sessions.insert(7, "seven".into()).unwrap();
//! # Ok::<(), tophash::NeverWaits>(())
//! ```
//!
//! Spans are called `map.get`, `map.put`, `map.remove`, `map.update`, `map.iterate` and `map.clear`. Their target is `tophash`, their
//! level `INFO`. A subscriber that is not interested in them costs what a disabled span costs, beside the clock: see
//! [`Builder::spans`](tophash::observe::Builder::spans).
//!
//! # Fields
//!
//! | field | what it tells |
//! |---|---|
//! | `map.name` | the name of the map |
//! | `map.caller` | where the map is called: file, line and column |
//! | `map.result` | what came of it: `hit`, `miss`, `inserted`, … |
//! | `map.key.hash` | 16 bits of the key's hash, in four hexadecimal digits: the first four of those in reports |
//! | `map.key.length` | the length of the key in bytes |
//! | `map.heat.level` | `cold`, `warm`, `hot` or `boiling`, if the map looks for hot keys |
//! | `map.seconds` | how long it took |
//! | `otel.kind` | `internal`, for `tracing-opentelemetry` |
//!
//! The key is told nowhere.
//!
//! # Slow operations
//! That an operation was slow is known when it is over, and `tracing` knows no span that began earlier. So the span of a slow
//! operation is opened and closed afterwards: `map.seconds` is its time, and one event of level `WARN` within it says that it was slow.
//! `tophash-opentelemetry` makes spans with the times of the operation. In the mode [`All`](tophash::observe::SpanMode::All) spans are
//! open while the operation runs, and what its closures do lies within.

use std::any::Any;
use tophash::observe::{Call, Ended, Span, Spans};
use tracing::field::Empty;
use tracing::span::EnteredSpan;
use tracing::{info_span, warn};

/// Makes a span of each operation that it is told of: for [`Builder::spans`](tophash::observe::Builder::spans).
#[derive(Clone, Copy, Debug, Default)]
pub struct Tracing(());

impl Tracing {
    /// For the subscriber of whoever uses the map.
    #[must_use]
    pub fn new() -> Self {
        Self(())
    }
}

impl Spans for Tracing {
    fn begin(&self, span: &Span<'_>) -> Option<Box<dyn Any>> {
        Some(Box::new(open(span)))
    }

    fn end(&self, span: &Span<'_>, ended: Ended, begun: Option<Box<dyn Any>>) {
        match begun.and_then(|begun| begun.downcast::<EnteredSpan>().ok()) {
            Some(open) => close(&open, ended),
            None => {
                let open = open(span);
                close(&open, ended);
                warn!(target: "tophash", "slow operation on a map");
            }
        }
    }
}

fn close(open: &EnteredSpan, ended: Ended) {
    open.record("map.result", ended.outcome.label());
    open.record("map.seconds", ended.took.as_secs_f64());
}

/// The name of a span is known when the program is compiled.
macro_rules! named {
    ($span:expr, $name:literal) => {
        info_span!(
            target: "tophash",
            $name,
            otel.kind = "internal",
            map.name = $span.map,
            map.caller = %$span.site,
            map.result = Empty,
            map.key.hash = Empty,
            map.key.length = Empty,
            map.heat.level = Empty,
            map.seconds = Empty,
        )
    };
}

fn open(about: &Span<'_>) -> EnteredSpan {
    let span = match about.call {
        Call::Get => named!(about, "map.get"),
        Call::Insert => named!(about, "map.put"),
        Call::Remove => named!(about, "map.remove"),
        Call::Update => named!(about, "map.update"),
        Call::Iterate => named!(about, "map.iterate"),
        Call::Clear => named!(about, "map.clear"),
        // A later tophash has a call that is not known here.
        _ => named!(about, "map.other"),
    };
    if let Some(key) = about.key.filter(|_| !span.is_disabled()) {
        span.record("map.key.hash", format_args!("{:04x}", key.hash));
        span.record("map.key.length", key.length);
        if let Some(heat) = key.heat {
            span.record("map.heat.level", heat.label());
        }
    }
    span.entered()
}
