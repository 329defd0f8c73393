//! What is asked of every rule and every runbook, whatever it is about.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{files, folder, read, rules, stem};
use std::collections::BTreeSet;

#[test]
fn every_alert_says_whose_it_is_and_what_to_do() {
    let repository = env!("CARGO_PKG_REPOSITORY");
    for alert in rules().iter().filter(|rule| rule.alerts) {
        let name = &alert.name;
        assert!(["warning", "critical"].contains(&alert.said("severity")), "{name}");
        assert!(!alert.said("team").is_empty(), "{name}");
        let summary = alert.said("summary");
        assert!(!summary.contains("{{"), "{name}: a summary is the same each time: {summary}");
        assert!(
            summary.starts_with(char::is_uppercase) && summary.ends_with('.'),
            "{name}: {summary}"
        );
        let description = alert.said("description");
        assert!(description.contains("{{ $labels.instance }}"), "{name}: {description}");
        assert!(description.ends_with('.'), "{name}: {description}");
        let file = format!("runbooks/{name}.md");
        assert_eq!(
            alert.said("runbook_url"),
            format!("{repository}/blob/main/monitoring/{file}"),
            "{name}"
        );
        assert!(folder().join(&file).is_file(), "{name} has no {file}");
    }
}

#[test]
fn names_are_unique_and_say_what_they_name() {
    let mut seen = BTreeSet::new();
    for rule in rules() {
        let name = rule.name.as_str();
        assert!(seen.insert(name.to_owned()), "{name} is there twice");
        if rule.alerts {
            let camel =
                name.starts_with(char::is_uppercase) && name.chars().all(char::is_alphanumeric);
            let ours = name.starts_with("Tophash") || name == "MapGrowthOverload";
            assert!(camel && ours, "{name}");
            continue;
        }
        // level:metric:operation, and the level is the labels that are left.
        let parts: Vec<&str> = name.split(':').collect();
        assert!(parts.len() == 3 && parts.iter().all(|part| !part.is_empty()), "{name}");
        let labels = parts[0].replace('_', ", ");
        let kept = format!("by ({labels})");
        let with_buckets = format!("by ({labels}, le)");
        assert!(
            rule.query.contains(&kept) || rule.query.contains(&with_buckets),
            "{name}: {}",
            rule.query
        );
    }
}

#[test]
fn every_runbook_is_of_an_alert_and_has_the_same_parts() {
    let alerts: BTreeSet<String> =
        rules().into_iter().filter(|rule| rule.alerts).map(|rule| rule.name).collect();
    let runbooks = files("runbooks", ".md");
    let named: BTreeSet<String> = runbooks.iter().map(|path| stem(path).to_owned()).collect();
    assert_eq!(alerts, named);
    for path in runbooks {
        let text = read(&path);
        assert!(text.starts_with(&format!("# {}\n", stem(&path))), "{}", path.display());
        let parts: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(parts, ["What it means", "Look at", "Do now", "Verify"], "{}", path.display());
    }
}

#[test]
fn every_alert_is_seen_pending_firing_and_silent() {
    for alert in rules().iter().filter(|rule| rule.alerts) {
        let text = read(format!("rules/tests/{}.yml", alert.name));
        for part in
            ["exp_alerts:", r#"alertstate="pending""#, &format!("alertname: {}}}", alert.name)]
        {
            assert!(text.contains(part), "the tests of {} have no {part}", alert.name);
        }
    }
}
