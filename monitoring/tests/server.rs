//! The rules in a real Prometheus, which scrapes real maps and hands what fires to the test in Alertmanager's place.
//!
//! The rules are the ones of this folder in a faster world: an hour is six seconds. Everything is waited for by condition, so
//! that a slow machine takes longer and no other way.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![expect(clippy::print_stderr, reason = "a test says what it skips")]

mod common;
#[path = "server/http.rs"]
mod http;
#[path = "server/process.rs"]
mod process;

use common::{files, prometheus};
use process::Server;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use tophash::HashMap;
use tophash::observe::prometheus::{Format, encode};
use tophash::observe::{Observed, Registry};
use tophash_monitoring::{Kind, ROWS};

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(50);

/// The durations of the rules, and what they are here. An evaluation is a fifth of a second.
const FASTER: [(&str, &str); 8] = [
    ("[1h]", "[6s]"),
    ("[5m]", "[2s]"),
    ("offset 5m", "offset 2s"),
    ("for: 1m", "for: 400ms"),
    ("for: 5m", "for: 400ms"),
    ("for: 10m", "for: 400ms"),
    ("for: 30m", "for: 400ms"),
    ("offset 1h", "offset 6s"),
];

/// Waits until `look` finds something; `what` is said if it never does.
fn wait<T>(what: &str, server: &Server, mut look: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "{what}: not within {PATIENCE:?}\n{}", server.said());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The rules of this folder in a faster world.
fn faster_rules(place: &Path) {
    for file in files("rules", ".yml") {
        let text = fs::read_to_string(&file).unwrap();
        let text = FASTER.iter().fold(text, |text, (slow, fast)| text.replace(slow, fast));
        fs::write(place.join(file.file_name().unwrap()), text).unwrap();
    }
}

/// The states of all alerts, by name and map.
fn alerts(server: &Server) -> BTreeMap<(String, String), String> {
    let all = server.ask("/api/v1/alerts");
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    let of = |alert: &Value| {
        let labels = &alert["labels"];
        ((text(&labels["alertname"]), text(&labels["map"])), text(&alert["state"]))
    };
    all["data"]["alerts"].as_array().into_iter().flatten().map(of).collect()
}

/// Waits until an alert fires, which it must have done through being pending where its rule has a time for that.
fn fires(server: &Server, alert: &str, map: &str) {
    wait(&format!("{alert} of {map} fires"), server, || {
        let state = alerts(server).remove(&(alert.to_owned(), map.to_owned()))?;
        (state == "firing").then_some(())
    });
}

/// Waits until an alert no longer fires.
fn resolves(server: &Server, alert: &str, map: &str) {
    wait(&format!("{alert} of {map} resolves"), server, || {
        (!alerts(server).contains_key(&(alert.to_owned(), map.to_owned()))).then_some(())
    });
}

/// The series of a query now.
fn ask(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.ask(&format!("/api/v1/query?query={}", http::escaped(query)));
    assert_eq!(answer["status"], "success", "{query}: {answer}");
    answer["data"]["result"].as_array().unwrap().clone()
}

/// Fills a map and empties it, so that it grows and shrinks.
fn fill_and_empty(map: &Observed<HashMap<u64, u64>>) {
    for key in 0..20_000 {
        map.insert(key, key).unwrap();
    }
    for key in 0..20_000 {
        map.remove(&key);
    }
    map.inner().shrink_to_fit();
}

/// The next that Alertmanager is sent about an alert of a map.
fn hears(sent: &Receiver<String>, server: &Server, alert: &str, map: &str) -> Value {
    wait(&format!("Prometheus sends {alert} of {map}"), server, || {
        let all: Value = serde_json::from_str(&sent.try_recv().ok()?).unwrap();
        let wanted = |one: &&Value| {
            let labels = &one["labels"];
            labels["alertname"] == alert && labels["map"] == map
        };
        all.as_array().unwrap().iter().find(wanted).cloned()
    })
}

/// Waits until Alertmanager is sent that an alert is over: then its end stays the same. One that goes on is said to end a
/// while later each time, in case nobody repeats it.
fn hears_the_end(sent: &Receiver<String>, server: &Server, alert: &str, map: &str) {
    let mut last = Value::Null;
    wait(&format!("Prometheus sends the end of {alert} of {map}"), server, || {
        let end = hears(sent, server, alert, map)["endsAt"].take();
        let over = end == last;
        last = end;
        over.then_some(())
    });
}

#[test]
fn alerts_fire_and_resolve_in_a_real_prometheus() {
    let Some(program) = prometheus("prometheus", "the alerts in a real Prometheus") else { return };
    let sessions = Arc::new(Observed::new("sessions", HashMap::<u64, u64>::new()));
    let registry = Registry::new();
    registry.add(&sessions);
    let scraped = http::serve(move || encode(&registry, Format::Text));
    let (alertmanager, sent) = http::receive();
    let place = tempfile::tempdir().unwrap();
    faster_rules(place.path());
    let server = process::prometheus(&program, place.path(), scraped, alertmanager);
    wait("the maps are scraped", &server, || {
        (!ask(&server, r#"up{job="test"} == 1"#).is_empty()).then_some(())
    });
    wait("the map's entries are known", &server, || {
        (!ask(&server, r#"tophash_map_entries{map="sessions"}"#).is_empty()).then_some(())
    });
    assert_eq!(alerts(&server), BTreeMap::new());

    // A map that is filled and emptied all the time moves its entries all the time.
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                fill_and_empty(&sessions);
            }
        });
        fires(&server, "MapGrowthOverload", "sessions");
        let alert = hears(&sent, &server, "MapGrowthOverload", "sessions");
        let description = alert["annotations"]["description"].as_str().unwrap();
        assert!(description.starts_with("Map sessions of 127.0.0.1:"), "{alert:#}");
        every_picture_has_an_answer(&server);
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    resolves(&server, "MapGrowthOverload", "sessions");
    hears_the_end(&sent, &server, "MapGrowthOverload", "sessions");
}

/// Each query of the dashboard is one that Prometheus answers.
fn every_picture_has_an_answer(server: &Server) {
    for panel in ROWS.iter().flat_map(|row| row.panels) {
        for query in panel.queries {
            let query = query.with_variables().replace("$__rate_interval", "5s");
            let query = ["$job", "$instance", "$map"]
                .iter()
                .fold(query, |query, name| query.replace(name, ".*"));
            let found = ask(server, &query);
            if panel.kind == Kind::Lines && panel.title == "Entries" && query.contains("tophash") {
                assert!(!found.is_empty(), "{query}");
            }
        }
    }
}
