//! What the collector tells is what the encoder without dependencies tells, in both formats.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../../tophash/tests/support/exposition.rs"]
mod exposition;

use exposition::{comments, samples};
use prometheus_client::encoding::{prometheus_text, text};
use prometheus_client::registry::Registry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use tophash::observe::prometheus::Format;
use tophash::observe::{self, Observed};
use tophash::{Altered, Locked, Operation};
use tophash_prometheus_client::collector;

fn registry(maps: &observe::Registry) -> Registry {
    let mut registry = Registry::default();
    registry.register_collector(Box::new(collector(maps)));
    registry
}

fn open(registry: &Registry) -> String {
    let mut written = String::new();
    text::encode(&mut written, registry).unwrap();
    written
}

#[test]
fn both_formats_are_those_of_the_encoder_without_dependencies() {
    let maps = exposition::full();
    let registry = registry(&maps.registry);
    open(&registry);
    maps.work(100);
    let mut plain = String::new();
    prometheus_text::encode(&mut plain, &registry).unwrap();
    for (format, written) in [(Format::OpenMetrics, open(&registry)), (Format::Text, plain)] {
        let meant = maps.text(format);
        assert_eq!(samples(&written), samples(&meant));
        assert_eq!(comments(&written), comments(&meant));
        assert!(samples(&written).len() > 400, "{written}");
    }
}

#[test]
fn a_prefix_and_labels_of_the_registry_come_before_what_is_told() {
    let maps = exposition::full();
    let mut outer =
        Registry::with_prefix_and_labels("shop", [("zone".into(), "a".into())].into_iter());
    outer.register_collector(Box::new(collector(&maps.registry)));
    let written = open(&outer);
    assert!(written.contains("shop_tophash_map_entries{zone=\"a\",map=\"whole\"} "), "{written}");
    assert!(written.contains("shop_tophash_dumps_total{zone=\"a\"} 0\n"), "{written}");
}

#[test]
fn a_thousand_maps_are_told_of_and_more_as_other() {
    let maps = observe::Registry::new();
    let kept: Vec<_> = (0..1_100)
        .map(|number| {
            Arc::new(Observed::new(format!("map\n\"{number}\""), Locked::<u64, u64>::new()))
        })
        .collect();
    kept.iter().for_each(|map| maps.add(map));
    let registry = registry(&maps);
    let written = open(&registry);
    let entries = written.lines().filter(|line| line.starts_with("tophash_map_entries{"));
    assert_eq!(entries.count(), 1_001);
    assert!(written.contains("tophash_map_entries{map=\"map\\n\\\"999\\\"\"} 0\n"));
    drop(kept);
    assert!(!open(&registry).contains("tophash_map_entries"));
}

#[test]
fn a_scrape_waits_for_no_lock() {
    let maps = observe::Registry::new();
    let map = Arc::new(Observed::new("taken", Locked::<u64, u64>::new()));
    maps.add(&map);
    map.insert(1, 1).unwrap();
    let registry = registry(&maps);
    // Within a write of the very map, which has its lock.
    let scrape = |_: Option<&u64>| Operation::Abort(open(&registry));
    let Ok(Altered::Aborted(written)) = map.alter(1, scrape) else { panic!("it aborts") };
    assert!(written.contains("tophash_map_entries{map=\"taken\"} 1\n"), "{written}");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    map.insert(1, 2).unwrap();
                }
            });
        }
        let counts: Vec<f64> = (0..50)
            .map(|_| {
                let written = samples(&open(&registry));
                let of_map =
                    written.iter().filter(|((name, _), _)| name == "tophash_map_operations_total");
                of_map.map(|(_, count)| count).sum()
            })
            .collect();
        stop.store(true, Relaxed);
        assert!(counts.is_sorted() && counts[49] > counts[0], "{counts:?}");
    });
}
