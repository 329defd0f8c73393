//! The dashboard's file: that it is what the table says, and has what Grafana asks for.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use tophash_monitoring::{FILE, Kind, ROWS, dashboard};

#[test]
fn the_file_is_what_the_table_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(FILE);
    let file = std::fs::read_to_string(path).unwrap();
    assert!(file == dashboard(), "{FILE} is not up to date: run `cargo xtask dashboard`");
}

#[test]
fn rows_are_short_and_every_panel_says_what_it_shows() {
    for row in ROWS {
        assert!((1..=5).contains(&row.panels.len()), "{}", row.title);
        for panel in row.panels {
            assert!(panel.description.ends_with('.'), "{}", panel.title);
            assert!(!panel.queries.is_empty(), "{}", panel.title);
            // A colour says a state; what has one begins in green.
            assert_eq!(panel.kind == Kind::Lines, panel.steps.is_empty(), "{}", panel.title);
            let from: Vec<f64> = panel.steps.iter().map(|step| step.from).collect();
            assert!(from.is_sorted(), "{}", panel.title);
            if let Some(first) = panel.steps.first() {
                assert_eq!(
                    (first.from, first.colour),
                    (f64::NEG_INFINITY, "green"),
                    "{}",
                    panel.title
                );
            }
        }
    }
}

/// Where a panel lies: left, top, width, height.
fn place(panel: &Value) -> [u64; 4] {
    ["x", "y", "w", "h"].map(|side| panel["gridPos"][side].as_u64().unwrap())
}

#[test]
fn grafana_finds_what_it_asks_for() {
    let dashboard: Value = serde_json::from_str(&dashboard()).unwrap();
    assert_eq!(dashboard["uid"], "tophash-maps");
    assert!(dashboard["schemaVersion"].as_u64().unwrap() >= 39);
    // What is given by a file has no number of its own in a database.
    assert!(dashboard.get("id").is_none());

    let variables = dashboard["templating"]["list"].as_array().unwrap();
    let names: Vec<&str> = variables.iter().map(|v| v["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["datasource", "job", "instance", "map"]);

    let panels = dashboard["panels"].as_array().unwrap();
    let all: usize = ROWS.iter().map(|row| row.panels.len() + 1).sum();
    assert_eq!(panels.len(), all);
    let numbers: BTreeSet<u64> = panels.iter().map(|p| p["id"].as_u64().unwrap()).collect();
    assert_eq!(numbers.len(), all, "two panels have one number");
    let mut taken = BTreeSet::new();
    for panel in panels {
        let [left, top, width, height] = place(panel);
        assert!(width > 0 && height > 0 && left + width <= 24, "{panel:#}");
        for column in left..left + width {
            for line in top..top + height {
                assert!(taken.insert((column, line)), "{} overlaps another panel", panel["title"]);
            }
        }
        if panel["type"] == "row" {
            continue;
        }
        assert!(panel["fieldConfig"]["defaults"]["unit"].is_string(), "{panel:#}");
        for target in panel["targets"].as_array().unwrap() {
            assert_eq!(target["datasource"]["uid"], "${datasource}");
            let query = target["expr"].as_str().unwrap();
            assert!(!query.contains("$maps") && !query.contains("$services"), "{query}");
            assert!(query.contains(r#"job=~"$job""#), "{query} shows all services");
        }
    }
    // The rows fill the width, so that nothing is left to be seen as a hole.
    let bottom = panels.iter().map(|panel| place(panel)[1] + place(panel)[3]).max().unwrap();
    assert_eq!(taken.len() as u64, 24 * bottom);
}

#[test]
fn alerts_are_marked_on_every_picture() {
    let dashboard: Value = serde_json::from_str(&dashboard()).unwrap();
    let marks = dashboard["annotations"]["list"].as_array().unwrap();
    assert!(marks.iter().any(|mark| {
        mark["enable"] == true
            && mark["iconColor"] == "red"
            && mark["expr"].as_str().unwrap().contains(r#"alertstate="firing""#)
    }));
}
