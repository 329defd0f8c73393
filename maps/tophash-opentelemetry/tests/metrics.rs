//! What an SDK exports of the instruments is what the encoder without dependencies writes.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../tophash/tests/support/exposition.rs"]
mod exposition;
mod memory;

use exposition::{Samples, comments, samples};
use memory::{Exported, Memory};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::{Instrument, PeriodicReader, SdkMeterProvider, Stream};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tophash::observe::prometheus::Format;
use tophash::observe::{Kind, Metric, Observed, Registry, aliases, metrics};
use tophash::{Altered, Locked, Operation};
use tophash_opentelemetry::{attribute, instruments, name, unit};

/// A provider whose instruments tell of a registry, and what it exports.
fn provider(registry: &Registry) -> (SdkMeterProvider, Memory) {
    let memory = Memory::default();
    let reader = PeriodicReader::builder(memory.clone()).build();
    // An SDK keeps 2,000 sets of attributes if not told otherwise.
    let unlimited =
        |_: &Instrument| Stream::builder().with_cardinality_limit(1_000_000).build().ok();
    let provider = SdkMeterProvider::builder().with_reader(reader).with_view(unlimited).build();
    instruments(&provider.meter("tophash"), registry);
    (provider, memory)
}

fn collect((provider, memory): &(SdkMeterProvider, Memory)) -> BTreeMap<String, Exported> {
    memory.clear();
    provider.force_flush().unwrap();
    memory.take()
}

/// All metrics with their names in text and as instruments.
fn names() -> Vec<(&'static Metric, String, String)> {
    let all = metrics().iter().chain(aliases());
    let of = |metric: &'static Metric| -> Vec<_> {
        let ends: &[&str] =
            if metric.kind == Kind::Histogram { &["bucket", "sum", "count"] } else { &[] };
        if ends.is_empty() {
            return vec![(metric, metric.name.to_owned(), name(metric))];
        }
        let both =
            |end| (metric, format!("{}_{end}", metric.name), format!("{}.{end}", name(metric)));
        ends.iter().map(both).collect()
    };
    all.flat_map(of).collect()
}

/// The samples of a text as instruments tell them.
fn as_instruments(text: &str) -> Samples {
    let names: BTreeMap<_, _> = names()
        .into_iter()
        .map(|(metric, text, instrument)| (text, (metric, instrument)))
        .collect();
    let renamed = samples(text).into_iter().map(|((text, labels), value)| {
        let (metric, instrument) = &names[&text];
        let label = |(label, value): (String, String)| {
            let known = metric.labels.iter().find(|known| **known == label);
            (known.map_or(label, |known| attribute(known).to_owned()), value)
        };
        let mut labels: Vec<_> = labels.into_iter().map(label).collect();
        labels.sort();
        ((instrument.clone(), labels), value)
    });
    renamed.collect()
}

#[test]
fn what_is_exported_is_the_text_each_time() {
    let maps = exposition::full();
    let provider = provider(&maps.registry);
    for round in 0..3 {
        maps.work(300 * round);
        let exported = collect(&provider);
        let meant = as_instruments(&maps.text(Format::Text));
        let mut told: Samples = exported.into_values().flat_map(|each| each.samples).collect();
        told.retain(|(name, _), _| {
            !matches!(
                name.as_str(),
                "tophash.map.scrape.duration" | "tophash.map.last_write_timestamp"
            )
        });
        assert_eq!(told, meant);
    }
}

#[test]
fn every_metric_has_its_type_unit_and_help() {
    let maps = exposition::full();
    let mut exported = collect(&provider(&maps.registry));
    let comments = comments(&maps.text(Format::Text));
    for (metric, text, instrument) in names() {
        let each =
            exported.remove(&instrument).unwrap_or_else(|| panic!("{instrument} is not told"));
        let is_counter = matches!(metric.kind, Kind::Counter | Kind::Histogram);
        assert_eq!(each.is_counter, is_counter, "{instrument}");
        let help = format!("# HELP {} {}", metric.name, each.help);
        assert!(comments[metric.name].contains(&help), "{help}");
        let meant = match text.rsplit('_').next() {
            Some("bucket" | "count") if metric.kind == Kind::Histogram => "{duration}".into(),
            _ => unit(metric),
        };
        assert_eq!(each.unit, meant, "{instrument}");
    }
    assert!(exported.is_empty(), "{:?}", exported.keys());
}

#[test]
fn names_and_units_follow_the_conventions() {
    let all: BTreeMap<_, _> = metrics()
        .iter()
        .chain(aliases())
        .map(|metric| (metric.name, (name(metric), unit(metric).into_owned())))
        .collect();
    for (text, instrument, unit) in [
        ("tophash_map_entries", "tophash.map.entries", "{entry}"),
        ("tophash_map_memory_bytes", "tophash.map.memory", "By"),
        ("tophash_map_shard_imbalance_ratio", "tophash.map.shard_imbalance", "1"),
        ("tophash_map_last_write_timestamp_seconds", "tophash.map.last_write_timestamp", "s"),
        ("tophash_map_operations_total", "tophash.map.operations", "{operation}"),
        ("tophash_map_missed_summaries_total", "tophash.map.missed_summaries", "{summary}"),
        ("tophash_map_wait_seconds", "tophash.map.wait.duration", "s"),
        ("tophash_map_scrape_seconds", "tophash.map.scrape.duration", "s"),
        ("tophash_panics_total", "tophash.panics", "{panic}"),
        ("tophash_build_info", "tophash.build_info", ""),
        ("map_grow_total", "map_grow_total", "{grow}"),
    ] {
        assert_eq!(all[text], (instrument.to_owned(), unit.to_owned()));
    }
    for (name, _) in all.values() {
        let plain = |char: char| char.is_ascii_lowercase() || matches!(char, '.' | '_');
        assert!(name.chars().all(plain), "{name}");
    }
    let labels = metrics().iter().flat_map(|metric| metric.labels);
    assert!({ labels }.all(|label| attribute(label).contains('.')));
}

#[test]
fn a_collection_asks_the_maps_once_and_waits_for_no_lock() {
    let registry = Registry::new();
    registry.aliases(true);
    let map = Arc::new(Observed::new("busy", Locked::<u64, u64>::new()));
    registry.add(&map);
    let provider = provider(&registry);
    // Within a write of the very map, which has its lock.
    let within = |_: Option<&u64>| Operation::<u64, _>::Abort(collect(&provider));
    let Ok(Altered::Aborted(exported)) = map.alter(1, within) else { panic!("it aborts") };
    assert_eq!(exported["tophash.map.entries"].samples.len(), 1);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    map.insert(1, 2).unwrap();
                    map.get(&1);
                }
            });
        }
        let collections: Vec<_> = (0..50).map(|_| collect(&provider)).collect();
        stop.store(true, Relaxed);
        let sums = |name: &str| -> Vec<f64> {
            collections.iter().map(|each| each[name].samples.values().sum()).collect()
        };
        // Several instruments tell of the same counters, and agree while others count.
        let (all, reads, writes) =
            (sums("tophash.map.operations"), sums("monmap_read_total"), sums("monmap_write_total"));
        let both: Vec<_> =
            reads.iter().zip(&writes).map(|(reads, writes)| reads + writes).collect();
        assert_eq!(all, both);
        assert!(all.is_sorted() && all[49] > all[0], "{all:?}");
    });
}

#[test]
fn a_thousand_maps_are_told_of_and_those_that_are_gone_no_more() {
    let registry = Registry::new();
    let maps: Vec<_> = (0..1_100)
        .map(|number| Observed::new(format!("map\n\"{number}\""), Locked::<u64, u64>::new()))
        .map(Arc::new)
        .collect();
    maps.iter().for_each(|map| registry.add(map));
    let provider = provider(&registry);
    let of = |exported: &BTreeMap<String, Exported>, name: &str| {
        exported.get(name).map_or(0, |each| each.samples.len())
    };
    let exported = collect(&provider);
    assert_eq!(of(&exported, "tophash.map.entries"), 1_001);
    assert_eq!(of(&exported, "tophash.map.operations"), 16_016);
    let name = ("map.name".to_owned(), "map\n\"7\"".to_owned());
    let key = ("tophash.map.entries".to_owned(), vec![name]);
    assert_eq!(exported["tophash.map.entries"].samples[&key], 0.0);
    drop(maps);
    assert_eq!(of(&collect(&provider), "tophash.map.entries"), 0);
}
