//! Every query of this folder names metrics that exist, by labels that they have: those of the table of
//! `tophash::observe`, of the recording rules, and of Prometheus and Go themselves.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
#[path = "common/promql.rs"]
mod promql;

use common::{Rule, files, list, output, prometheus, read, rules, stem, string, yaml};
use promql::names;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use tophash::observe::{Kind, aliases, metrics};
use tophash_monitoring::ROWS;

/// What Prometheus gives every series that it scrapes from the examples' services, in a cluster too.
const SCRAPED: [&str; 4] = ["job", "instance", "namespace", "pod"];

/// Metrics that are not the observer's: name and labels.
const OTHERS: [(&str, &[&str]); 2] = [
    // Prometheus' own: what it knows of alerts.
    ("ALERTS", &["alertname", "alertstate", "severity", "team", "map"]),
    // Of every service that uses Go's client library.
    ("go_goroutines", &[]),
];

/// A query and where it stands.
struct Found {
    place: String,
    query: String,
}

/// All queries but those of the rules' tests.
fn queries() -> Vec<Found> {
    let mut found = Vec::new();
    let mut add = |place: String, query: String| found.push(Found { place, query });
    for Rule { name, query, .. } in rules() {
        add(name, query);
    }
    for row in ROWS {
        for panel in row.panels {
            for query in panel.queries {
                let filled = filled(&query.with_variables());
                add(format!("{} / {}", row.title, panel.title), filled);
            }
        }
    }
    for path in files("runbooks", ".md") {
        let text = read(&path);
        for block in text.split("```promql\n").skip(1) {
            let block = block.split("```").next().unwrap();
            for line in block.lines() {
                add(stem(&path).to_owned(), line.to_owned());
            }
        }
    }
    let keda = read("kubernetes/keda.yaml");
    for trigger in list(&yaml(&keda)["spec"], "triggers") {
        add("keda.yaml".to_owned(), string(&trigger["metadata"], "query").unwrap().to_owned());
    }
    let adapter = read("kubernetes/prometheus-adapter.yaml");
    for rule in list(&yaml(&adapter)["rules"], "custom") {
        let series = string(rule, "seriesQuery").unwrap();
        let metric = series.split('{').next().unwrap();
        let query = string(rule, "metricsQuery").unwrap();
        let query = query.replace("<<.Series>>", metric).replace("<<.GroupBy>>", "pod");
        add("prometheus-adapter.yaml".to_owned(), series.to_owned());
        add("prometheus-adapter.yaml".to_owned(), query.replace("<<.LabelMatchers>>", "pod=\"p\""));
    }
    found
}

/// A query of the dashboard, as Grafana fills in what was chosen.
fn filled(query: &str) -> String {
    let query = query.replace("$__rate_interval", "5m");
    ["$job", "$instance", "$map"].iter().fold(query, |query, name| query.replace(name, ".*"))
}

/// The metrics that there are, and the labels of each.
fn known() -> BTreeMap<String, BTreeSet<String>> {
    let mut known = BTreeMap::new();
    let mut add = |name: String, labels: &[&str]| {
        let all = labels.iter().chain(&SCRAPED).map(|label| (*label).to_owned());
        known.insert(name, all.collect());
    };
    for metric in metrics().iter().chain(aliases()) {
        if metric.kind == Kind::Histogram {
            let with_bound = [metric.labels, &["le"]].concat();
            add(format!("{}_bucket", metric.name), &with_bound);
            add(format!("{}_sum", metric.name), metric.labels);
            add(format!("{}_count", metric.name), metric.labels);
        } else {
            add(metric.name.to_owned(), metric.labels);
        }
    }
    for (name, labels) in OTHERS {
        add(name.to_owned(), labels);
    }
    for rule in rules().iter().filter(|rule| !rule.alerts) {
        let level: Vec<&str> = rule.name.split(':').next().unwrap().split('_').collect();
        add(rule.name.clone(), &level);
    }
    known
}

#[test]
fn every_metric_and_label_of_every_query_exists() {
    let known = known();
    let labels: BTreeSet<&String> = known.values().flatten().collect();
    let queries = queries();
    assert!(queries.len() > 80, "only {} queries were found", queries.len());
    for Found { place, query } in &queries {
        let names = names(query);
        assert!(!names.selectors.is_empty(), "{place} names no metric: {query}");
        for selector in names.selectors {
            let Some(has) = known.get(&selector.metric) else {
                panic!("{place}: there is no metric {}: {query}", selector.metric)
            };
            for label in selector.labels {
                assert!(
                    has.contains(&label),
                    "{place}: {} has no {label}: {query}",
                    selector.metric
                );
            }
        }
        for label in names.grouped {
            assert!(labels.contains(&label), "{place}: nothing has a label {label}: {query}");
        }
    }
}

/// What is told and never seen might as well not be told.
#[test]
fn every_metric_is_on_the_dashboard() {
    let mut drawn = BTreeSet::new();
    for query in ROWS.iter().flat_map(|row| row.panels).flat_map(|panel| panel.queries) {
        let selectors = names(&filled(&query.with_variables())).selectors;
        drawn.extend(selectors.into_iter().map(|selector| selector.metric));
    }
    for rule in rules().iter().filter(|rule| drawn.contains(&rule.name)).collect::<Vec<_>>() {
        drawn.extend(names(&rule.query).selectors.into_iter().map(|selector| selector.metric));
    }
    for metric in metrics().iter().chain(aliases()) {
        let shown = |end: &str| drawn.contains(&format!("{}{end}", metric.name));
        assert!(shown("") || shown("_bucket"), "{} is in no picture", metric.name);
    }
}

/// What the rules' tests feed the rules with exists as well: an alert that works on a misspelt metric works on none.
#[test]
fn the_tests_of_the_rules_feed_what_exists() {
    let known = known();
    for path in files("rules/tests", ".yml") {
        let text = read(&path);
        for test in list(&yaml(&text), "tests") {
            for series in list(test, "input_series") {
                let series = string(series, "series").unwrap();
                for selector in names(series).selectors {
                    let has = known.get(&selector.metric).unwrap_or_else(|| {
                        panic!("{}: there is no metric {}", path.display(), selector.metric)
                    });
                    for label in selector.labels {
                        assert!(has.contains(&label), "{}: {series} has a {label}", path.display());
                    }
                }
            }
        }
    }
}

/// Prometheus reads them all: they are put into a file of rules for that.
#[test]
fn every_query_is_one_to_prometheus() {
    let Some(promtool) = prometheus("promtool", "the check of the queries") else { return };
    let mut text = String::from("groups: [{name: queries, rules: [\n");
    let queries = queries();
    for (number, Found { query, .. }) in queries.iter().enumerate() {
        let quoted = serde_json::to_string(query).unwrap();
        text.push_str(&format!("{{record: \"query:{number}\", expr: {quoted}}},\n"));
    }
    text.push_str("]}]\n");
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("queries.yml");
    std::fs::write(&file, text).unwrap();
    let said = output(Command::new(promtool).args(["check", "rules"]).arg(file));
    assert!(said.contains(&format!("{} rules found", queries.len())), "{said}");
}
