//! What scrapers read.

use std::sync::Arc;
use tophash::HashMap;
use tophash::observe::prometheus::{Format, accept, encode};
use tophash::observe::{Observed, Registry};

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
