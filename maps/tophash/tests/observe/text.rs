//! What scrapers read.

use crate::gate::Gate;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tophash::observe::prometheus::{Format, accept, encode};
use tophash::observe::{Metric, Observed, Registry, aliases, metrics};
use tophash::{HashMap, Summary};

type Map = Arc<Observed<HashMap<u64, u64>>>;

fn registry_of(names: &[&str]) -> (Registry, Vec<Map>) {
    let registry = Registry::new();
    let maps: Vec<_> =
        names.iter().map(|name| Arc::new(Observed::new(*name, HashMap::new()))).collect();
    maps.iter().for_each(|map| registry.add(map));
    (registry, maps)
}

#[test]
fn names_are_quoted_as_the_formats_ask() {
    let (registry, _maps) = registry_of(&["say \"hi\"\nback\\slash", "é\u{7}"]);
    for format in [Format::Text, Format::OpenMetrics] {
        let text = encode(&registry, format);
        assert!(text.contains(r#"tophash_map_entries{map="say \"hi\"\nback\\slash"} 0"#), "{text}");
        assert!(text.contains("tophash_map_entries{map=\"é\u{7}\"} 0"), "{text}");
    }
}

#[test]
fn maps_of_one_name_are_told_of_together_and_a_dropped_one_takes_no_count_along() {
    let (registry, mut maps) = registry_of(&["twins", "twins", "alone"]);
    for map in &maps {
        map.insert(1, 1).unwrap();
    }
    let line = |text: &str, start: &str| {
        text.lines().find(|line| line.starts_with(start)).map(str::to_owned)
    };
    let inserted = r#"tophash_map_operations_total{map="twins",op="insert",result="inserted"}"#;
    let text = encode(&registry, Format::Text);
    assert_eq!(line(&text, inserted), Some(format!("{inserted} 2")));
    maps.remove(0);
    maps.pop();
    let text = encode(&registry, Format::Text);
    assert_eq!(line(&text, inserted), Some(format!("{inserted} 2")));
    assert!(
        text.contains("tophash_map_entries{map=\"twins\"} 1") && !text.contains("alone"),
        "{text}"
    );
    maps.clear();
    assert!(!encode(&registry, Format::Text).contains("twins"));
}

#[test]
fn names_past_the_limit_are_told_of_as_other() {
    let registry = Registry::with_most_names(2);
    let maps: Vec<_> = (0..1_000)
        .map(|number| Arc::new(Observed::new(format!("map {number}"), HashMap::<u64, u64>::new())))
        .collect();
    for map in &maps {
        registry.add(map);
        registry.add(map);
        map.insert(1, 1).unwrap();
    }
    let text = encode(&registry, Format::Text);
    let entries: Vec<_> =
        text.lines().filter(|line| line.starts_with("tophash_map_entries")).collect();
    assert_eq!(
        entries,
        [
            r#"tophash_map_entries{map="map 0"} 1"#,
            r#"tophash_map_entries{map="map 1"} 1"#,
            r#"tophash_map_entries{map="other"} 998"#
        ]
    );
}

#[test]
fn a_scraper_gets_the_form_it_likes_best() {
    let prometheus = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,\
                      application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
    assert_eq!(accept(prometheus), Format::OpenMetrics);
    for text in ["", "*/*", "text/plain", "text/plain;q=0.9, application/openmetrics-text;q=0.1"] {
        assert_eq!(accept(text), Format::Text, "{text}");
    }
    assert_eq!(accept("application/openmetrics-text; version=9.0.0"), Format::Text);
    assert_eq!(
        accept("text/plain;q=nonsense;;,application/OpenMetrics-Text; version=\"1.0.0\""),
        Format::OpenMetrics
    );
}

/// A registry in which every metric has samples, all but times the same each time.
fn full() -> (Registry, Arc<Observed<Gate>>) {
    let mut told = Summary::default();
    told.capacity = Some(8);
    (told.bytes, told.retired_bytes) = (Some(4096), Some(64));
    (told.growths, told.moved, told.collisions) = (Some(3), Some(12), Some(0));
    told.shards = vec![3, 1];
    let gate = Gate::telling(told);
    let map = Observed::builder("say \"hi\"").sample_every(1).build(gate).unwrap();
    for key in 0..4 {
        map.insert(key % 3, key).unwrap();
    }
    assert_eq!((map.get(&1), map.get(&9)), (Some(1), None));
    let registry = Registry::new();
    let map = Arc::new(map);
    registry.add(&map);
    registry.aliases(true);
    (registry, map)
}

/// The text without what differs each time: times, dates, the version, and the count of panics of other tests.
fn settled(text: &str) -> String {
    let differs = |line: &str| {
        let name = line.split(['{', ' ']).next().unwrap_or("");
        let timed = [
            "operation_seconds_bucket",
            "operation_seconds_sum",
            "hold_seconds_bucket",
            "hold_seconds_sum",
        ];
        timed.iter().any(|end| name.ends_with(end))
            || matches!(
                name,
                "tophash_map_last_write_timestamp_seconds" | "tophash_map_scrape_seconds"
            )
    };
    let lines = text.lines().map(|line| match line.rsplit_once(' ') {
        Some((start, _)) if differs(line) => format!("{start} …\n"),
        _ => format!("{}\n", line.replace(env!("CARGO_PKG_VERSION"), "VERSION")),
    });
    lines.collect()
}

#[test]
fn the_text_is_the_golden_one() {
    let (registry, _map) = full();
    for (format, name) in [(Format::Text, "text.txt"), (Format::OpenMetrics, "openmetrics.txt")] {
        let path =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/observe/golden").join(name);
        let text = settled(&encode(&registry, format));
        if std::env::var_os("TOPHASH_BLESS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let golden = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, golden, "{name}: set TOPHASH_BLESS=1 to accept");
    }
}

#[test]
fn every_metric_of_the_table_is_told_under_its_name_and_labels() {
    let (registry, _map) = full();
    let text = encode(&registry, Format::Text);
    for metric in metrics().iter().chain(aliases()) {
        if metric.name == "tophash_panics_total" {
            // Told once there is a hook: see `panics`.
            continue;
        }
        let mut starts = text.lines().filter_map(|line| {
            let rest = line.strip_prefix(metric.name)?;
            let rest = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| rest.strip_prefix(end))
                .unwrap_or(rest);
            rest.starts_with(['{', ' ']).then_some(rest)
        });
        let sample = starts.next().unwrap_or_else(|| panic!("{} is not told", metric.name));
        for label in metric.labels {
            assert!(
                sample.contains(&format!("{label}=\"")),
                "{} without {label}: {sample}",
                metric.name
            );
        }
        assert!(
            metric.name.ends_with(metric.unit) || metric.name.ends_with("_total"),
            "{}",
            metric.name
        );
    }
}

#[test]
fn promtool_finds_nothing_wrong() {
    let (registry, map) = full();
    registry.aliases(false);
    let Some(folder) = std::env::var_os("TOPHASH_PROMETHEUS").map(PathBuf::from) else {
        assert_ne!(std::env::var("TOPHASH_REQUIRE").as_deref(), Ok("all"), "promtool is needed");
        eprintln!(
            "SKIPPED promtool on the text of metrics: needs it in TOPHASH_PROMETHEUS; run cargo xtask test"
        );
        return;
    };
    let check = |text: &str| {
        let mut promtool = Command::new(folder.join("promtool"));
        let mut promtool =
            promtool.args(["check", "metrics"]).stdin(Stdio::piped()).spawn().unwrap();
        promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        promtool.wait().unwrap().success()
    };
    let text = encode(&registry, Format::Text);
    assert!(check(&text), "{text}");
    assert!(!check("not a metric"), "promtool passes anything");
    drop(map);
}

#[test]
fn the_page_of_metrics_is_the_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/metrics.md");
    let rows = |all: &[Metric]| {
        let mut rows = String::from("| metric | type | labels | meaning |\n|---|---|---|---|\n");
        for Metric { name, kind, labels, help, .. } in all {
            let kind = format!("{kind:?}").to_lowercase();
            let labels: Vec<_> = labels.iter().map(|label| format!("`{label}`")).collect();
            rows += &format!("| `{name}` | {kind} | {} | {help} |\n", labels.join(", "));
        }
        rows
    };
    let page = std::fs::read_to_string(&path).unwrap();
    let mut parts = page.split("<!-- table -->\n");
    let mut next = || parts.next().expect("the page has two tables between marks");
    let (head, _, between, _, end) = (next(), next(), next(), next(), next());
    let mark = "<!-- table -->\n";
    let (all, also) = (rows(metrics()), rows(aliases()));
    let meant = [head, &all, between, &also, end].join(mark);
    if std::env::var_os("TOPHASH_BLESS").is_some() {
        std::fs::write(&path, &meant).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), meant, "set TOPHASH_BLESS=1 to accept");
}
