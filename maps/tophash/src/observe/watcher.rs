//! What an observed map knows beside its counters: everything that no operation touches unless it is sampled.

use super::alarm::{Event, Growth};
use super::calls::{COUNTED, Call, Counter, STRIPED};
use super::clock;
use super::growth::Growths;
use super::heat::{Heat, HeatLevels};
use super::histogram::Histogram;
use super::hot::{Found, Windows};
use super::key::ToKey;
use super::lanes::Lanes;
use super::registry::Registry;
use super::spans::{Ended, KeyMark, Maker, Open, SpanMode, Spans};
use super::waits::Waits;
use crate::concurrent::Summary;
use crate::sync::{AtomicU64, Ordering::Relaxed};
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::panic::Location;
use core::time::Duration;
use std::hash::RandomState;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How a key is written in reports and dumps.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Keys {
    /// As 64 bits of its hash, which is seeded at random for each map: the same key looks the same for as long as the map lives.
    #[default]
    Hashed,
    /// So many characters of what `Debug` writes.
    Truncated(usize),
    /// What `Debug` writes.
    Whole,
}

/// Writes a key; `None` means by its hash.
pub(super) type Show<K> = fn(&K, Keys) -> Option<String>;

/// The cold part of an observed map.
pub(super) struct Watcher<K> {
    pub(super) name: Arc<str>,
    pub(super) every: u32,
    pub(super) waits: Option<Arc<Waits>>,
    registry: Registry,
    /// Of the operations that were sampled, by [`Call`].
    timings: [Histogram; Call::ALL.len()],
    /// The counters that are not striped.
    whole: [AtomicU64; COUNTED.len() - STRIPED],
    /// When the map was last changed, as far as anybody has looked.
    wrote: AtomicU64,
    /// Changes that were counted when somebody last looked.
    seen: AtomicU64,
    growths: Mutex<Growths>,
    /// When a writer last looked whether the map has grown.
    looked: AtomicU64,
    hasher: RandomState,
    hot: Option<Hot<K>>,
    spans: Option<Maker>,
    keys: Keys,
    show: Option<Show<K>>,
}

struct Hot<K> {
    windows: Mutex<Windows<K>>,
    levels: HeatLevels,
}

impl<K> Watcher<K> {
    pub(super) fn new(
        name: Arc<str>,
        every: u32,
        registry: Registry,
        waits: Option<Arc<Waits>>,
    ) -> Self {
        Self {
            name,
            every,
            waits,
            registry,
            timings: [const { Histogram::new() }; Call::ALL.len()],
            whole: [const { AtomicU64::new(0) }; COUNTED.len() - STRIPED],
            wrote: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            growths: Mutex::default(),
            looked: AtomicU64::new(clock::now()),
            hasher: RandomState::new(),
            hot: None,
            spans: None,
            keys: Keys::Hashed,
            show: None,
        }
    }

    pub(super) fn find_hot_keys(&mut self, room: usize, window: u64, levels: HeatLevels) {
        let windows = Mutex::new(Windows::new(room, window, clock::now()));
        self.hot = Some(Hot { windows, levels });
    }

    pub(super) fn show_keys(&mut self, keys: Keys, show: Show<K>) {
        (self.keys, self.show) = (keys, Some(show));
    }

    pub(super) fn make_spans(&mut self, mode: SpanMode, spans: Arc<dyn Spans>) {
        self.spans = Some(Maker::new(mode, spans, self.registry.clone()));
    }

    /// Whether every operation may make a span, and so is to be timed.
    pub(super) fn makes_spans(&self) -> bool {
        self.spans.is_some()
    }

    /// An operation of which a span may be made.
    pub(super) fn open(&self, call: Call, site: &'static Location<'static>) -> Option<Open<'_>> {
        Open::new(self.spans.as_ref()?, &self.name, call, site)
    }

    /// What a span may know of a key.
    pub(super) fn mark<Q: Hash + ?Sized>(&self, key: &Q) -> KeyMark {
        KeyMark::of(key, &self.hasher)
    }

    /// Begins the span of an operation.
    pub(super) fn begin(&self, open: &mut Open<'_>) {
        open.begin(|hash| self.heat(hash));
    }

    /// Ends the span of an operation.
    pub(super) fn end(&self, open: Open<'_>, counter: Counter, took: Duration) {
        open.end(Ended::new(counter.outcome(), took), |hash| self.heat(hash));
    }

    /// How hot the key with this hash is.
    fn heat(&self, hash: u64) -> Option<Heat> {
        let hot = self.hot.as_ref()?;
        let mut windows = hot.lock();
        let (heat, garbage) = windows.heat(hash, clock::now(), self.every, &hot.levels);
        drop(windows);
        drop(garbage);
        Some(heat)
    }

    /// Notes how long an operation took that was sampled.
    pub(super) fn note(&self, counter: Counter, took: Duration) {
        self.timings[counter.call() as usize].add(took);
        if counter.changed() {
            self.wrote.fetch_max(clock::now(), Relaxed);
        }
    }

    /// Notes the key of an operation that was sampled.
    pub(super) fn meet<Q: Hash + ToKey<K> + ?Sized>(&self, counter: Counter, key: &Q) {
        let Some(hot) = &self.hot else { return };
        // The key's code runs before the lock is taken, and what is dropped is dropped after.
        let hash = self.hasher.hash_one(key);
        let (hit, now) = (counter.is_hit(), clock::now());
        let mut windows = hot.lock();
        let (sketch, garbage) = windows.running(now);
        let held = sketch.meet(hash, hit);
        drop(windows);
        drop(garbage);
        if !held {
            let key = Arc::new(key.to_key());
            let mut windows = hot.lock();
            let (sketch, garbage) = windows.running(now);
            let gone = sketch.hold(hash, key, hit);
            drop(windows);
            drop((garbage, gone));
        }
    }

    /// Whether a sampled writer should look whether the map has grown: one a second does.
    pub(super) fn is_look_due(&self) -> bool {
        let (now, last) = (clock::now(), self.looked.load(Relaxed));
        now.saturating_sub(last) >= 1_000_000_000
            && self.looked.compare_exchange(last, now, Relaxed, Relaxed).is_ok()
    }

    /// Takes in what the map says of its growth.
    pub(super) fn look(&self, summary: &Summary) {
        let grown = self.lock_growths().look(summary, clock::now());
        if let Some(growth) = grown {
            // Nobody counts these where there is no room: they are told by the next report too.
            self.registry
                .raise(Event::Grew { map: Arc::clone(&self.name), growth }, &Arc::default());
        }
    }

    /// The last few growths, and the most entries that anybody saw.
    pub(super) fn growths(&self) -> (Vec<Growth>, usize) {
        let growths = self.lock_growths();
        (growths.list(), growths.most_entries)
    }

    fn lock_growths(&self) -> MutexGuard<'_, Growths> {
        self.growths.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The keys that were sampled most often, and how many samples there are.
    pub(super) fn hot_keys(&self, most: usize) -> (Vec<Found<K>>, u64) {
        let Some(hot) = &self.hot else { return (Vec::new(), 0) };
        let mut windows = hot.lock();
        let (found, met, garbage) = windows.top(most, clock::now(), self.every, &hot.levels);
        drop(windows);
        drop(garbage);
        (found, met)
    }

    /// A hot key as reports write it.
    pub(super) fn written(&self, hash: u64, key: &K) -> String {
        let shown = self.show.and_then(|show| show(key, self.keys));
        shown.unwrap_or_else(|| format!("{hash:016x}"))
    }

    /// Counts an operation on all entries, and notes it: these are few and long enough to be sampled every time.
    pub(super) fn count_whole(&self, counter: Counter, took: Duration) {
        if let Some(count) = counter.place().checked_sub(STRIPED).and_then(|at| self.whole.get(at))
        {
            count.fetch_add(1, Relaxed);
        }
        if self.every > 0 {
            self.note(counter, took);
        }
    }

    /// Everything that is counted, in the order of [`COUNTED`].
    pub(super) fn counts(&self, lanes: &Lanes) -> [u64; COUNTED.len()] {
        let mut counts = [0; COUNTED.len()];
        let whole = self.whole.iter().map(|count| count.load(Relaxed));
        for (count, counted) in counts.iter_mut().zip(lanes.sum().into_iter().chain(whole)) {
            *count = counted;
        }
        counts
    }

    /// The moment of the last change. Changes that were counted and not sampled are dated when they are first seen here.
    pub(super) fn last_write(&self, counts: &[u64]) -> Option<u64> {
        let changes = Counter::all().zip(counts).filter(|(counter, _)| counter.changed());
        let changes = changes.map(|(_, count)| count).sum();
        if self.seen.fetch_max(changes, Relaxed) < changes {
            self.wrote.fetch_max(clock::now(), Relaxed);
        }
        Some(self.wrote.load(Relaxed)).filter(|moment| *moment > 0)
    }

    pub(super) fn timing(&self, call: Call) -> &Histogram {
        &self.timings[call as usize]
    }
}

impl<K> Hot<K> {
    fn lock(&self) -> MutexGuard<'_, Windows<K>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A key as `keys` says; `None` if that is its hash.
pub(super) fn shown<K: fmt::Debug>(key: &K, keys: Keys) -> Option<String> {
    match keys {
        Keys::Hashed => None,
        Keys::Whole => Some(format!("{key:?}")),
        Keys::Truncated(most) => {
            let mut text = Cut { text: String::new(), left: most, cut: false };
            // Writing ends with an error where the text is cut.
            let _ = fmt::Write::write_fmt(&mut text, format_args!("{key:?}"));
            if text.cut {
                text.text.push('…');
            }
            Some(text.text)
        }
    }
}

/// Takes so many characters and no more.
struct Cut {
    text: String,
    left: usize,
    cut: bool,
}

impl fmt::Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for char in text.chars() {
            if self.left == 0 {
                self.cut = true;
                return Err(fmt::Error);
            }
            self.left -= 1;
            self.text.push(char);
        }
        Ok(())
    }
}
