//! Operations one by one, as spans: for whoever follows single requests through a program.
//!
//! A map that makes spans times every operation, so each takes the long way round the counters (`forward`). Those that are slow are
//! told when they have come to their end; if all are to be told, also when they begin, so that what their closures do lies
//! within.

mod mark;

use super::calls::{Call, Outcome};
use super::heat::Heat;
use super::registry::Registry;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::any::Any;
use core::cell::Cell;
use core::fmt;
use core::panic::Location;
use core::time::Duration;
pub(super) use mark::KeyMark;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Of which operations spans are made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum SpanMode {
    /// Of those that took so long, or longer. They are told when they have ended.
    Slow(Duration),
    /// Of all: for a canary, or for a while. They are told when they begin and when they have ended.
    All,
}

impl Default for SpanMode {
    /// Of those that took a millisecond: most take less than a thousandth of that.
    fn default() -> Self {
        Self::Slow(Duration::from_millis(1))
    }
}

/// Makes spans of the operations of maps: see [`Builder::spans`](super::Builder::spans).
///
/// Its methods are called by the thread whose operation it is, before and after the operation: no lock of the map is held. They
/// are to be quick. If they panic nobody else notices; it is counted as the panics of handlers are. Operations on observed maps that
/// they do themselves make no spans.
pub trait Spans: Send + Sync {
    /// An operation begins; called in the mode [`SpanMode::All`] alone. What this returns lives until the operation ends: it is
    /// handed to [`end`](Self::end), or dropped if the operation panics.
    fn begin(&self, span: &Span<'_>) -> Option<Box<dyn Any>> {
        let _ = span;
        None
    }

    /// An operation has ended.
    fn end(&self, span: &Span<'_>, ended: Ended, begun: Option<Box<dyn Any>>);
}

/// An operation, as a span tells of it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Span<'m> {
    /// The name of the map.
    pub map: &'m str,
    /// What is done.
    pub call: Call,
    /// Where in the program it is done.
    pub site: &'static Location<'static>,
    /// The key, if it is about one.
    pub key: Option<SpanKey>,
}

/// What a span tells of a key: never the key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct SpanKey {
    /// 16 bits of its hash, which is seeded at random for each map: the first four digits of the hash that reports write.
    pub hash: u16,
    /// Its length in bytes: of strings and slices how long they are, of other keys what they give to a hasher.
    pub length: usize,
    /// How hot it is, as far as samples know: `None` if the map does not look for hot keys.
    pub heat: Option<Heat>,
}

/// How an operation ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Ended {
    /// What came of it.
    pub outcome: Outcome,
    /// How long it took.
    pub took: Duration,
}

impl Span<'_> {
    /// What the span is called: `map.get`, `map.put`, `map.remove`, `map.update`, `map.iterate` or `map.clear`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self.call {
            Call::Get => "map.get",
            Call::Insert => "map.put",
            Call::Remove => "map.remove",
            Call::Update => "map.update",
            Call::Iterate => "map.iterate",
            Call::Clear => "map.clear",
        }
    }
}

/// What an observed map needs to make spans.
pub(super) struct Maker {
    mode: SpanMode,
    spans: Arc<dyn Spans>,
    registry: Registry,
}

std::thread_local! {
    /// Whether this thread is making a span: what is done meanwhile makes none.
    static MAKING: Cell<bool> = const { Cell::new(false) };
}

impl Maker {
    pub(super) fn new(mode: SpanMode, spans: Arc<dyn Spans>, registry: Registry) -> Self {
        Self { mode, spans, registry }
    }

    /// Calls somebody's code; `None` if it panicked.
    fn call<R>(&self, code: impl FnOnce(&dyn Spans) -> R) -> Option<R> {
        MAKING.set(true);
        let result = catch_unwind(AssertUnwindSafe(|| code(&*self.spans)));
        MAKING.set(false);
        if result.is_err() {
            self.registry.count_panic();
        }
        result.ok()
    }
}

impl fmt::Debug for Maker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Maker").field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// An operation of which a span may be made.
pub(super) struct Open<'m> {
    maker: &'m Maker,
    map: &'m str,
    call: Call,
    site: &'static Location<'static>,
    key: Option<KeyMark>,
    /// What the beginning returned.
    begun: Option<Box<dyn Any>>,
}

impl<'m> Open<'m> {
    /// `None` if no span is to be made of it.
    pub(super) fn new(
        maker: &'m Maker,
        map: &'m str,
        call: Call,
        site: &'static Location<'static>,
    ) -> Option<Self> {
        (!MAKING.get()).then_some(Self { maker, map, call, site, key: None, begun: None })
    }

    /// Whether a span is made of it in any case, and so has to begin.
    pub(super) fn is_sure(&self) -> bool {
        self.maker.mode == SpanMode::All
    }

    /// Whether the key is known.
    pub(super) fn knows_key(&self) -> bool {
        self.key.is_some()
    }

    pub(super) fn know_key(&mut self, mark: KeyMark) {
        self.key = Some(mark);
    }

    /// Whether an operation that took so long is to be told.
    pub(super) fn is_told(&self, took: Duration) -> bool {
        match self.maker.mode {
            SpanMode::All => true,
            SpanMode::Slow(least) => took >= least,
        }
    }

    /// Tells that the operation begins.
    pub(super) fn begin(&mut self, heat: impl FnOnce(u64) -> Option<Heat>) {
        let span = self.span(heat);
        self.begun = self.maker.call(|spans| spans.begin(&span)).flatten();
    }

    /// Tells that the operation has ended.
    pub(super) fn end(mut self, ended: Ended, heat: impl FnOnce(u64) -> Option<Heat>) {
        let (span, begun) = (self.span(heat), self.begun.take());
        self.maker.call(|spans| spans.end(&span, ended, begun));
    }

    fn span(&self, heat: impl FnOnce(u64) -> Option<Heat>) -> Span<'m> {
        let key = self.key.map(|mark| SpanKey {
            hash: (mark.hash >> 48) as u16,
            length: mark.length,
            heat: heat(mark.hash),
        });
        Span { map: self.map, call: self.call, site: self.site, key }
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        // Left only where the operation panicked; a second panic would end the process.
        if let Some(begun) = self.begun.take() {
            self.maker.call(|_| drop(begun));
        }
    }
}

impl Ended {
    pub(super) fn new(outcome: Outcome, took: Duration) -> Self {
        Self { outcome, took }
    }
}
