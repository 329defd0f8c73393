//! The rules in a real Prometheus, which scrapes real maps and hands what fires to the test in Alertmanager's place.
//!
//! The rules are the ones of this folder in a faster world: an hour is three seconds. Everything is waited for by condition, so
//! that a slow machine takes longer and no other way.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod common;
#[path = "server/http.rs"]
mod http;
#[path = "server/process.rs"]
mod process;
#[path = "server/trouble.rs"]
mod trouble;

use common::{files, prometheus};
use process::Server;
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};
use tophash::observe::prometheus::{Format, encode};
use tophash::observe::{PanicHook, Registry};
use tophash_monitoring::ROWS;
use trouble::Trouble;

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(50);

/// The durations of the rules, and what they are here. Prometheus scrapes and evaluates five times a second.
const FASTER: [(&str, &str); 11] = [
    ("[1h]", "[3s]"),
    ("[5m]", "[4s]"),
    ("offset 5m", "offset 4s"),
    ("offset 1h", "offset 3s"),
    ("offset 2h", "offset 6s"),
    ("offset 3h", "offset 9s"),
    ("offset 4h", "offset 12s"),
    ("for: 1m", "for: 400ms"),
    ("for: 5m", "for: 400ms"),
    ("for: 10m", "for: 400ms"),
    ("for: 30m", "for: 400ms"),
];

/// What each kind of trouble sets off, by alert and by map or component. Goroutines are not ours to have.
const EXPECTED: [(&str, &str); 7] = [
    ("TophashPanic", "server-test"),
    ("TophashMapOperationBlocked", "held"),
    ("TophashMapWaitersStuck", "held"),
    ("TophashMapShardImbalance", "in-one-shard"),
    ("TophashMapHotKey", "asked-for-one-key"),
    ("MapGrowthOverload", "filled-and-emptied"),
    ("TophashMapLeakSuspected", "leaking"),
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

/// How many alerts are pending or firing.
fn alerts(server: &Server) -> usize {
    server.ask("/api/v1/alerts")["data"]["alerts"].as_array().unwrap().len()
}

/// Whether an alert of a map or component has fired; it may be over already.
fn has_fired(server: &Server, alert: &str, subject: &str) -> bool {
    let fired =
        format!(r#"last_over_time(ALERTS{{alertname="{alert}", alertstate="firing"}}[1m])"#);
    ask(server, &fired).iter().any(|series| {
        let labels = &series["metric"];
        labels["map"] == subject || labels["component"] == subject
    })
}

/// The series of a query now.
fn ask(server: &Server, query: &str) -> Vec<Value> {
    let answer = server.ask(&format!("/api/v1/query?query={}", http::escaped(query)));
    assert_eq!(answer["status"], "success", "{query}: {answer}");
    answer["data"]["result"].as_array().unwrap().clone()
}

/// The next that Alertmanager is sent about an alert of a map.
fn hears(sent: &Receiver<String>, server: &Server, alert: &str, map: &str) -> Value {
    let of = |message: String| {
        let all: Value = serde_json::from_str(&message).unwrap();
        let wanted = |one: &&Value| {
            let labels = &one["labels"];
            labels["alertname"] == alert && labels["map"] == map
        };
        all.as_array().unwrap().iter().find(wanted).cloned()
    };
    wait(&format!("Prometheus sends {alert} of {map}"), server, || sent.try_iter().find_map(of))
}

/// Waits until Alertmanager is sent that an alert is over: then its end stays the same. One that goes on is said to end a
/// while later each time, in case nobody repeats it.
fn hears_the_end(sent: &Receiver<String>, server: &Server, alert: &str, map: &str) {
    let mut last = Value::Null;
    loop {
        let end = hears(sent, server, alert, map)["endsAt"].take();
        if end == last {
            return;
        }
        last = end;
    }
}

#[test]
fn alerts_fire_and_resolve_in_a_real_prometheus() {
    let Some(program) = prometheus("prometheus", "the alerts in a real Prometheus") else { return };
    PanicHook::new().component("server-test").install();
    let registry = Registry::new();
    registry.aliases(true);
    let trouble = Trouble::new(&registry);
    let scraped = http::serve(move || encode(&registry, Format::Text));
    let (alertmanager, sent) = http::receive();
    let place = tempfile::tempdir().unwrap();
    faster_rules(place.path());
    let server = process::prometheus(&program, place.path(), scraped, alertmanager);
    wait("the maps are scraped", &server, || {
        (ask(&server, "tophash_map_entries").len() == trouble::MAPS).then_some(())
    });
    assert_eq!(alerts(&server), 0);
    let begun = Instant::now();

    trouble.during(|| {
        for (alert, subject) in EXPECTED {
            wait(&format!("{alert} of {subject} fires"), &server, || {
                has_fired(&server, alert, subject).then_some(())
            });
            eprintln!("{alert} of {subject} fires after {:.1?}", begun.elapsed());
        }
        let alert = hears(&sent, &server, "MapGrowthOverload", "filled-and-emptied");
        let description = alert["annotations"]["description"].as_str().unwrap();
        assert!(description.starts_with("Map filled-and-emptied of 127.0.0.1:"), "{alert:#}");
        every_picture_shows_something(&server);
    });
    wait("all alerts resolve", &server, || (alerts(&server) == 0).then_some(()));
    eprintln!("all alerts have resolved after {:.1?}", begun.elapsed());
    hears_the_end(&sent, &server, "MapGrowthOverload", "filled-and-emptied");
}

/// Each query of the dashboard has an answer, made of what real maps tell.
fn every_picture_shows_something(server: &Server) {
    for panel in ROWS.iter().flat_map(|row| row.panels) {
        for query in panel.queries {
            let query = query.with_variables().replace("$__rate_interval", "5s");
            let query = ["$job", "$instance", "$map"]
                .iter()
                .fold(query, |query, name| query.replace(name, ".*"));
            let found = ask(server, &query);
            // There is no program in Go here.
            assert!(
                !found.is_empty() || query.starts_with("go_"),
                "{} is empty: {query}",
                panel.title
            );
        }
    }
}
