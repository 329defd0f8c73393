//! Spans: which operations they are made of, what they tell, and what they keep to themselves.

use crate::gate::Gate;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tophash::observe::{
    Call, Ended, Heat, Keys, Observed, Outcome, Registry, Span, SpanMode, Spans, prometheus,
};
use tophash::{ConcurrentMap, HashMap, Operation};

/// What a span told.
#[derive(Clone, Debug)]
struct Told {
    name: &'static str,
    map: String,
    line: u32,
    key: Option<(u16, usize, Option<Heat>)>,
    outcome: Option<Outcome>,
    took: Duration,
}

/// Keeps what it is told; beginnings have no outcome.
#[derive(Clone, Default)]
struct Kept {
    told: Arc<Mutex<Vec<Told>>>,
    /// Spans that have begun, and neither ended nor been dropped.
    open: Arc<AtomicUsize>,
}

struct Token(Arc<AtomicUsize>);

impl Drop for Token {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Kept {
    fn keep(&self, span: &Span<'_>, ended: Option<Ended>) {
        assert!(span.site.file().ends_with("observe/spans.rs"), "{}", span.site);
        self.told.lock().unwrap().push(Told {
            name: span.name(),
            map: span.map.to_owned(),
            line: span.site.line(),
            key: span.key.map(|key| (key.hash, key.length, key.heat)),
            outcome: ended.map(|ended| ended.outcome),
            took: ended.map_or(Duration::ZERO, |ended| ended.took),
        });
    }

    fn take(&self) -> Vec<Told> {
        std::mem::take(&mut self.told.lock().unwrap())
    }
}

impl Spans for Kept {
    fn begin(&self, span: &Span<'_>) -> Option<Box<dyn Any>> {
        self.keep(span, None);
        self.open.fetch_add(1, Relaxed);
        Some(Box::new(Token(Arc::clone(&self.open))))
    }

    fn end(&self, span: &Span<'_>, ended: Ended, begun: Option<Box<dyn Any>>) {
        assert!(begun.is_none_or(|begun| begun.is::<Token>()));
        self.keep(span, Some(ended));
    }
}

/// What ended, by name and outcome.
fn ended(told: &[Told]) -> Vec<(&'static str, Outcome)> {
    told.iter().filter_map(|each| Some((each.name, each.outcome?))).collect()
}

#[test]
fn every_operation_of_a_canary_begins_and_ends_and_tells_of_its_key_what_may_be_told() {
    let kept = Kept::default();
    let builder = Observed::builder("names").spans(SpanMode::All, kept.clone());
    let map = builder.build(HashMap::<String, u64>::new()).unwrap();
    map.insert("größe".into(), 1).unwrap();
    map.get("größe");
    map.get("");
    map.insert("größe".into(), 2).unwrap();
    map.insert_new("größe".into(), 2).unwrap();
    map.alter("other".into(), |_| Operation::<u64, ()>::Insert(3)).unwrap();
    map.remove("größe");
    map.for_each(|_, _| {});
    map.clear();
    let told = kept.take();
    assert_eq!(
        ended(&told),
        [
            ("map.put", Outcome::Inserted),
            ("map.get", Outcome::Hit),
            ("map.get", Outcome::Miss),
            ("map.put", Outcome::Replaced),
            ("map.put", Outcome::Present),
            ("map.update", Outcome::Inserted),
            ("map.remove", Outcome::Removed),
            ("map.iterate", Outcome::Done),
            ("map.clear", Outcome::Done),
        ]
    );
    assert!(told.iter().all(|each| each.map == "names"));
    for pair in told.chunks(2) {
        assert!(pair[0].outcome.is_none() && pair[1].outcome.is_some(), "{pair:?}");
        assert_eq!((pair[0].name, pair[0].line), (pair[1].name, pair[1].line));
        assert_eq!(pair[0].key.map(|key| key.0), pair[1].key.map(|key| key.0));
    }
    // Each is at a line of its own, of this file.
    assert!(told.iter().step_by(2).map(|each| each.line).is_sorted());
    let lengths: Vec<_> = told.iter().step_by(2).map(|each| each.key.map(|key| key.1)).collect();
    assert_eq!(
        lengths,
        [Some(7), Some(7), Some(0), Some(7), Some(7), Some(5), Some(7), None, None]
    );
    let hash = |at: usize| told[2 * at].key.unwrap().0;
    assert!([1, 3, 4, 6].iter().all(|at| hash(*at) == hash(0)));
    assert_eq!(kept.open.load(Relaxed), 0);
    assert_eq!(map.stats().count(Call::Insert, Outcome::Inserted), 1);
}

#[test]
fn the_hash_is_the_beginning_of_the_one_in_reports_and_heat_is_that_of_samples() {
    let kept = Kept::default();
    let builder = Observed::builder("hot").sample_every(1).show_keys(Keys::Hashed);
    let map = builder.spans(SpanMode::All, kept.clone()).build(HashMap::<u64, u64>::new()).unwrap();
    map.insert(7, 7).unwrap();
    for _ in 0..100 {
        map.get(&7);
    }
    map.get(&8);
    let told = kept.take();
    let (hash, length, heat) = told.iter().rev().nth(2).unwrap().key.unwrap();
    assert_eq!((length, heat), (8, Some(Heat::Boiling)));
    let report = map.stats();
    assert!(report.hot_keys[0].key.starts_with(&format!("{hash:04x}")), "{hash:04x}");
    // It was not known when it was first met.
    assert_eq!(told.last().unwrap().key.unwrap().2, Some(Heat::Cold));
    assert_eq!(told[0].key.unwrap().2, Some(Heat::Cold));

    let builder = Observed::builder("counted").sample_every(0).spans(SpanMode::All, kept.clone());
    let map = builder.build(HashMap::<u64, u64>::new()).unwrap();
    map.get(&7);
    assert_eq!(kept.take()[1].key.unwrap().2, None);
    assert_eq!((map.stats().calls(Call::Get), map.stats().samples), (1, 0));
}

#[test]
fn only_what_is_slow_is_told_where_that_is_asked_and_nothing_is_lost_of_counts_and_samples() {
    let kept = Kept::default();
    let builder = Observed::builder("slow").sample_every(100);
    let builder = builder.spans(SpanMode::Slow(Duration::from_millis(50)), kept.clone());
    let map = builder.build(HashMap::<u64, u64>::new()).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..70 {
            let map = &map;
            scope.spawn(move || {
                for _ in 0..1_000 {
                    map.insert(thread, thread).unwrap();
                }
            });
        }
    });
    map.get_with(&1, |_| std::thread::sleep(Duration::from_millis(60))).unwrap();
    let mut told = kept.take();
    // A busy machine may make others slow.
    let slow = told.pop().unwrap();
    assert_eq!((slow.name, slow.outcome), ("map.get", Some(Outcome::Hit)));
    assert!(slow.took >= Duration::from_millis(60) && slow.key.unwrap().1 == 8, "{slow:?}");
    assert!(told.iter().all(|each| each.took >= Duration::from_millis(50)), "{told:?}");
    let report = map.stats();
    assert_eq!(report.calls(Call::Insert), 70_000);
    // The standard deviation of samples of one in a hundred is below 27.
    assert!((500..=900).contains(&report.samples), "{} samples", report.samples);
}

#[test]
fn a_wait_for_a_lock_is_slow_and_the_span_has_the_place_of_the_call() {
    let kept = Kept::default();
    let builder = Observed::builder("gate").spans(SpanMode::default(), kept.clone());
    let map = Arc::new(builder.build(Gate::default()).unwrap());
    map.insert(1, 1).unwrap();
    std::thread::scope(|scope| {
        let waiter = Arc::clone(&map);
        map.for_each(|_, _| {
            let waiter = Arc::clone(&waiter);
            scope.spawn(move || waiter.remove(&1));
            std::thread::sleep(Duration::from_millis(30));
        });
    });
    let told = kept.take();
    let removed = told.iter().find(|each| each.name == "map.remove").expect("it has waited");
    assert_eq!(removed.outcome, Some(Outcome::Removed));
    assert!(told.iter().any(|each| each.name == "map.iterate" && each.key.is_none()), "{told:?}");
}

#[test]
fn an_operation_that_panics_drops_what_its_beginning_returned() {
    let kept = Kept::default();
    let builder = Observed::builder("panics").spans(SpanMode::All, kept.clone());
    let map = builder.build(HashMap::<u64, u64>::new()).unwrap();
    map.insert(1, 1).unwrap();
    for _ in 0..3 {
        let panics = || map.get_with(&1, |_| panic!("in the closure of the caller's"));
        catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
    }
    assert_eq!(kept.open.load(Relaxed), 0);
    assert_eq!((kept.take().len(), map.stats().calls(Call::Get)), (2 + 3, 0));
}

/// Panics, or does something with another map, whenever it is called.
struct Misused {
    other: Arc<Observed<HashMap<u64, u64>>>,
    panics: bool,
}

impl Spans for Misused {
    fn begin(&self, _: &Span<'_>) -> Option<Box<dyn Any>> {
        assert!(!self.panics, "spans are broken");
        self.other.get(&1);
        None
    }

    fn end(&self, _: &Span<'_>, _: Ended, _: Option<Box<dyn Any>>) {
        assert!(!self.panics, "spans are broken");
        self.other.get(&1);
    }
}

#[test]
fn spans_that_panic_are_counted_and_those_that_use_maps_make_no_spans_of_that() {
    let registry = Registry::new();
    let kept = Kept::default();
    let builder = Observed::builder("other").spans(SpanMode::All, kept.clone());
    let other = Arc::new(builder.build(HashMap::new()).unwrap());
    registry.add(&other);
    for panics in [false, true] {
        let builder = Observed::builder("misused").alarms_to(&registry);
        let misused = Misused { other: Arc::clone(&other), panics };
        let map = builder.spans(SpanMode::All, misused).build(HashMap::<u64, u64>::new()).unwrap();
        map.insert(1, 1).unwrap();
        assert_eq!(map.get(&1), Some(1));
        assert_eq!(ConcurrentMap::len(&map), 1);
    }
    assert_eq!((kept.take().len(), other.stats().calls(Call::Get)), (0, 4));
    let text = prometheus::encode(&registry, prometheus::Format::Text);
    assert!(text.contains("tophash_handler_panics_total 4\n"), "{text}");
    other.get(&1);
    assert_eq!(kept.take().len(), 2);
}
