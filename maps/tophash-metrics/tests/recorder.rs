//! What a recorder has after `publish` is what the encoder without dependencies writes.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../tophash/tests/support/exposition.rs"]
mod exposition;
mod memory;

use exposition::{comments, samples};
use memory::Memory;
use std::sync::Arc;
use tophash::observe::prometheus::Format;
use tophash::observe::{Kind, Observed, Registry, aliases, metrics};
use tophash::{HashMap, Locked, Operation};
use tophash_metrics::{Publisher, buckets};

#[test]
fn a_recorder_has_the_samples_of_the_text_also_when_it_is_told_again() {
    let maps = exposition::full();
    let (memory, mut publisher) = (Memory::default(), Publisher::new(&maps.registry));
    for round in 0..3u64 {
        publisher.publish_to(&memory);
        let (mut told, meant) = (memory.samples(), samples(&maps.text(Format::Text)));
        told.retain(|(name, _), _| !exposition::differs(name));
        assert_eq!(told.keys().collect::<Vec<_>>(), meant.keys().collect::<Vec<_>>());
        for (key, meant) in &meant {
            // Sums are of values that make them up, in seconds.
            let slack = if key.0.ends_with("_sum") { 1e-9 * (1.0 + meant) } else { 0.0 };
            assert!((told[key] - meant).abs() <= slack, "{key:?}: {} is not {meant}", told[key]);
        }
        maps.work(500 * round);
    }
}

#[test]
fn every_metric_is_described() {
    let memory = Memory::default();
    Publisher::new(&Registry::new()).describe_to(&memory);
    let described = memory.described();
    assert_eq!(described.len(), metrics().len() + aliases().len());
    for metric in metrics().iter().chain(aliases()) {
        let (kind, unit, help) = &described[metric.name];
        let meant = match metric.kind {
            Kind::Counter => "counter",
            Kind::Histogram => "histogram",
            _ => "gauge",
        };
        assert_eq!((*kind, help.as_str()), (meant, metric.help), "{}", metric.name);
        let units = matches!(
            (metric.unit, *unit),
            ("seconds", Some("seconds"))
                | ("bytes", Some("bytes"))
                | ("ratio", None)
                | ("", Some("count"))
        );
        assert!(units || metric.kind == Kind::Info, "{}: {unit:?}", metric.name);
    }
    let maps = exposition::full();
    let names: Vec<_> = comments(&maps.text(Format::Text)).into_keys().collect();
    assert_eq!(names, described.into_keys().collect::<Vec<_>>());
}

#[test]
fn the_buckets_are_those_of_the_text() {
    let maps = exposition::full();
    let bounds = samples(&maps.text(Format::Text)).into_keys();
    let mut bounds: Vec<f64> = bounds
        .filter(|(name, _)| name == "tophash_map_wait_seconds_bucket")
        .filter_map(|(_, labels)| labels.iter().find(|(name, _)| name == "le")?.1.parse().ok())
        .filter(|bound: &f64| bound.is_finite())
        .collect();
    bounds.sort_by(f64::total_cmp);
    bounds.dedup();
    assert_eq!(bounds, buckets());
}

#[test]
fn gauges_of_a_map_that_is_gone_are_zero_and_another_of_its_name_is_told_anew() {
    let registry = Registry::new();
    let (memory, mut publisher) = (Memory::default(), Publisher::new(&registry));
    let map = || {
        let map = Observed::builder("brief").sample_every(1);
        let map = Arc::new(map.build(HashMap::<u64, u64>::new()).unwrap());
        registry.add(&map);
        map
    };
    let read = |name: &str, labels: &[(&str, &str)]| {
        let mut labels: Vec<_> = [&("map", "brief")]
            .into_iter()
            .chain(labels)
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        labels.sort();
        memory.samples()[&(name.to_owned(), labels)]
    };
    let first = map();
    for key in 0..100 {
        first.insert(key, key).unwrap();
    }
    publisher.publish_to(&memory);
    let written = read("tophash_map_last_write_timestamp_seconds", &[]);
    assert_eq!(read("tophash_map_entries", &[]), 100.0);
    drop(first);
    publisher.publish_to(&memory);
    assert_eq!(read("tophash_map_entries", &[]), 0.0);
    assert_eq!(read("tophash_map_last_write_timestamp_seconds", &[]), written);
    let second = map();
    second.insert(1, 1).unwrap();
    publisher.publish_to(&memory);
    assert_eq!(read("tophash_map_entries", &[]), 1.0);
    assert_eq!(read("tophash_map_operation_seconds_count", &[("op", "insert")]), 101.0);
}

#[test]
fn a_thousand_maps_are_told_of_and_one_that_is_locked_is_not_waited_for() {
    let registry = Registry::new();
    let maps: Vec<_> = (0..1_100)
        .map(|number| {
            Arc::new(Observed::new(format!("map\n\"{number}\""), Locked::<u64, u64>::new()))
        })
        .collect();
    maps.iter().for_each(|map| registry.add(map));
    let (memory, mut publisher) = (Memory::default(), Publisher::new(&registry));
    publisher.publish_to(&memory);
    // Within a write of one of them, which has its lock.
    let publish = |_: Option<&u64>| {
        publisher.publish_to(&memory);
        Operation::Abort(())
    };
    maps[0].alter(1, publish).unwrap();
    let all = memory.samples();
    let of = |name: &str| all.keys().filter(|(each, _)| each == name).count();
    assert_eq!((of("tophash_map_entries"), of("tophash_map_operations_total")), (1_001, 16_016));
    let label = vec![("map".to_owned(), "map\n\"0\"".to_owned())];
    assert_eq!(all[&("tophash_map_entries".to_owned(), label)], 0.0);
}
