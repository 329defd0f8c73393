//! The maps of a program by name: who is asked when metrics are collected.

use super::alarm::Event;
use super::dump::Dumped;
use super::notifier::Notifier;
use super::observed::Observed;
use super::panics::panics;
use super::report::Report;
use super::series::{Collected, Series};
use crate::concurrent::{ConcurrentMap, Summary};
use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::fmt;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

/// The label of the maps that have none of their own.
const OTHER: &str = "other";

/// Observed maps, by name, for whoever collects metrics.
///
/// A registry keeps no map alive: one that is dropped is no longer told of. Maps of one name are told of together: counts and
/// sizes are added, and of shares and dates the largest is told. So are, under the name `other`, the maps of all names past a
/// limit, so that a program that makes up names does not overwhelm who collects them.
///
/// A registry is a handle: clones are of the same registry.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

pub(super) struct Inner {
    maps: Mutex<Maps>,
    most_names: usize,
    pub(super) notifier: Notifier,
    pub(super) dumped: Dumped,
    aliases: AtomicBool,
}

#[derive(Default)]
struct Maps {
    next: u64,
    entries: Vec<Entry>,
    /// What maps that are gone had counted, under labels that others still have: a counter does not go back.
    departed: BTreeMap<Arc<str>, Series>,
}

struct Entry {
    number: u64,
    label: Arc<str>,
    map: Held,
    /// What it told last.
    last: Series,
    /// The last size that could be seen.
    summary: Option<Summary>,
}

#[derive(Clone)]
enum Held {
    Shared(Weak<dyn Source>),
    Static(&'static dyn Source),
}

/// An observed map, whatever its type.
trait Source: Send + Sync {
    fn name(&self) -> &str;
    fn report(&self) -> Report;
}

impl<M: ConcurrentMap> Source for Observed<M>
where
    Self: Send + Sync,
{
    fn name(&self) -> &str {
        self.name()
    }

    fn report(&self) -> Report {
        self.try_stats()
    }
}

impl Registry {
    /// A registry for a thousand names.
    #[must_use]
    pub fn new() -> Self {
        Self::with_most_names(1000)
    }

    /// A registry for so many names.
    #[must_use]
    pub fn with_most_names(most_names: usize) -> Self {
        Self(Arc::new(Inner {
            maps: Mutex::default(),
            most_names,
            notifier: Notifier::default(),
            dumped: Dumped::default(),
            aliases: AtomicBool::new(false),
        }))
    }

    /// The registry of the process.
    #[must_use]
    pub fn global() -> &'static Self {
        static GLOBAL: OnceLock<Registry> = OnceLock::new();
        GLOBAL.get_or_init(Self::new)
    }

    /// Adds a map, until it is dropped. One that is there already is not added again.
    ///
    /// Linear in the maps of the registry.
    pub fn add<M>(&self, map: &Arc<Observed<M>>)
    where
        M: ConcurrentMap + 'static,
        Observed<M>: Send + Sync,
    {
        let source: Weak<Observed<M>> = Arc::downgrade(map);
        self.insert(map.name(), Held::Shared(source));
    }

    /// Adds a map that lives as long as the program.
    pub fn add_static<M>(&self, map: &'static Observed<M>)
    where
        M: ConcurrentMap,
        Observed<M>: Send + Sync,
    {
        self.insert(map.name(), Held::Static(map));
    }

    /// Also tells metrics under names that Go teams use for them: `map_size_bytes`, `map_entry_count`, `map_grow_total`,
    /// `monmap_read_total`, `monmap_write_total` and `monmap_block_seconds`. (`promtool check metrics` does not like the second.)
    pub fn aliases(&self, on: bool) {
        self.0.aliases.store(on, Relaxed);
    }

    /// Calls `handle` with what maps and dumps tell by themselves, on the registry's own thread: alarms and growth of the maps that
    /// were built with [`Builder::alarms_to`](super::Builder::alarms_to) this registry (or with none, for the global one), and dumps
    /// of this registry and recordings of such maps that failed. It may take its time and may panic, and no operation of a map waits for it.
    pub fn on_event(&self, handle: impl Fn(&Event) + Send + Sync + 'static) {
        self.0.notifier.handle(Arc::new(handle));
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.0
    }

    pub(super) fn from_inner(inner: Arc<Inner>) -> Self {
        Self(inner)
    }

    /// What each map tells, in the order in which they were added.
    ///
    /// Maps that are locked at the moment are not waited for: their reports have no [`Report::summary`].
    #[must_use]
    pub fn reports(&self) -> Vec<Report> {
        let maps: Vec<Held> = self.maps().entries.iter().map(|entry| entry.map.clone()).collect();
        maps.iter().filter_map(Held::report).collect()
    }

    /// What all maps tell, by label.
    pub(super) fn collect(&self) -> Collected {
        let begun = Instant::now();
        let held: Vec<(u64, Held)> =
            self.maps().entries.iter().map(|entry| (entry.number, entry.map.clone())).collect();
        // The maps are asked without the registry's lock: a map may take its time, and its drop may be anybody's.
        let told: Vec<(u64, Option<Report>)> =
            held.into_iter().map(|(number, map)| (number, map.report())).collect();
        let mut maps = self.maps();
        for (number, report) in told {
            maps.note(number, report);
        }
        let mut all: BTreeMap<Arc<str>, Series> = BTreeMap::new();
        for Entry { label, last, .. } in &maps.entries {
            all.entry(Arc::clone(label)).or_default().merge(last);
        }
        maps.departed.retain(|label, _| all.contains_key(label));
        for (label, departed) in &maps.departed {
            all.entry(Arc::clone(label)).or_default().merge(departed);
        }
        drop(maps);
        let Inner { notifier, dumped, aliases, .. } = &*self.0;
        Collected {
            maps: all.into_iter().collect(),
            took: begun.elapsed(),
            handler_panics: notifier.panicked.load(Relaxed),
            dumps: dumped.written.load(Relaxed),
            dump_failures: dumped.failed.load(Relaxed),
            panics: panics(),
            aliases: aliases.load(Relaxed),
        }
    }

    /// Counts a panic of code that was called because a map told something.
    pub(super) fn count_panic(&self) {
        self.0.notifier.panicked.fetch_add(1, Relaxed);
    }

    fn insert(&self, name: &str, map: Held) {
        let mut maps = self.maps();
        maps.prune();
        if maps.entries.iter().any(|entry| entry.map.is(&map)) {
            return;
        }
        let label = maps.label(name, self.0.most_names);
        let number = maps.next;
        maps.next += 1;
        let last = Series::default();
        maps.entries.push(Entry { number, label, map, last, summary: None });
    }

    fn maps(&self) -> MutexGuard<'_, Maps> {
        self.0.maps.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Maps {
    /// The label of a map of this name.
    fn label(&self, name: &str, most: usize) -> Arc<str> {
        if let Some(entry) = self.entries.iter().find(|entry| *entry.label == *name) {
            return Arc::clone(&entry.label);
        }
        let mut labels: Vec<&str> = self.entries.iter().map(|entry| &*entry.label).collect();
        labels.sort_unstable();
        labels.dedup();
        labels.retain(|label| *label != OTHER);
        Arc::from(if labels.len() < most { name } else { OTHER })
    }

    /// Takes in what a map told; nothing is told by one that is gone.
    fn note(&mut self, number: u64, report: Option<Report>) {
        let Some(at) = self.entries.iter().position(|entry| entry.number == number) else { return };
        match report {
            Some(mut report) => {
                let entry = &mut self.entries[at];
                let missed = report.summary.is_none();
                match &report.summary {
                    Some(summary) => entry.summary = Some(summary.clone()),
                    None => report.summary.clone_from(&entry.summary),
                }
                let missed = entry.last.missed_summaries + u64::from(missed);
                entry.last = Series::of(&report, missed);
            }
            None => self.depart(at),
        }
    }

    /// Forgets the maps that are gone.
    fn prune(&mut self) {
        while let Some(at) = self.entries.iter().position(|entry| entry.map.is_gone()) {
            self.depart(at);
        }
    }

    fn depart(&mut self, at: usize) {
        let Entry { label, last, .. } = self.entries.remove(at);
        if self.entries.iter().any(|entry| entry.label == label) {
            self.departed.entry(label).or_default().merge(&last.counters());
        } else {
            self.departed.remove(&label);
        }
    }
}

impl Held {
    fn report(&self) -> Option<Report> {
        match self {
            Self::Shared(map) => map.upgrade().map(|map| map.report()),
            Self::Static(map) => Some(map.report()),
        }
    }

    fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Shared(one), Self::Shared(other)) => one.ptr_eq(other),
            (Self::Static(one), Self::Static(other)) => core::ptr::addr_eq(*one, *other),
            _ => false,
        }
    }

    fn is_gone(&self) -> bool {
        matches!(self, Self::Shared(map) if map.strong_count() == 0)
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let maps = self.maps();
        let names = maps.entries.iter().map(|entry| match &entry.map {
            Held::Shared(map) => map.upgrade().map_or(String::new(), |map| map.name().to_owned()),
            Held::Static(map) => map.name().to_owned(),
        });
        f.debug_list().entries(names).finish()
    }
}
