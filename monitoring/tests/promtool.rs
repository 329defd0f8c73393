//! Rules, their tests and the configurations of the examples, as `promtool` and `amtool` judge them.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use common::{amtool, files, folder, output, prometheus, rules};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tophash::observe::prometheus::{Format, encode};
use tophash::observe::{Observed, Registry, metrics};
use tophash::{HashMap, Locked, Sharded};

#[test]
fn promtool_finds_nothing_wrong_with_the_rules() {
    let Some(promtool) = prometheus("promtool", "the check of the rules") else { return };
    let said = output(
        Command::new(promtool).args(["check", "rules", "--lint=all"]).args(files("rules", ".yml")),
    );
    let found: usize = said
        .lines()
        .filter_map(|line| line.trim().strip_prefix("SUCCESS: ")?.strip_suffix(" rules found"))
        .map(|number| number.parse::<usize>().unwrap())
        .sum();
    assert_eq!(found, rules().len(), "{said}");
}

#[test]
fn alerts_are_pending_fire_and_resolve_as_their_tests_say() {
    let Some(promtool) = prometheus("promtool", "the tests of the rules") else { return };
    let tests = files("rules/tests", ".yml");
    let said = output(Command::new(promtool).args(["test", "rules"]).args(&tests));
    assert_eq!(said.matches("SUCCESS").count(), tests.len(), "{said}");
}

/// A test that cannot fail proves nothing: with the limits moved out of reach, each of them must.
#[test]
fn the_tests_of_the_rules_fail_where_no_alert_fires() {
    let Some(promtool) = prometheus("promtool", "the tests of the tests of the rules") else {
        return;
    };
    let place = tempfile::tempdir().unwrap();
    fs::create_dir(place.path().join("tests")).unwrap();
    for file in files("rules", ".yml") {
        let text = fs::read_to_string(&file).unwrap();
        let dull = text.replace("        for: ", "        for: 30").replace(" > 0\n", " > 1e18\n");
        fs::write(place.path().join(file.file_name().unwrap()), dull).unwrap();
    }
    for test in files("rules/tests", ".yml") {
        let copy = place.path().join("tests").join(test.file_name().unwrap());
        fs::copy(&test, &copy).unwrap();
        let tested = Command::new(&promtool).args(["test", "rules"]).arg(copy).output().unwrap();
        assert!(
            !tested.status.success(),
            "{} passes with an alert that never fires",
            test.display()
        );
    }
}

/// What the encoder prints, as `promtool` judges it on its standard input; what it says.
fn judged(promtool: &Path, text: &str) -> (bool, String) {
    let mut child = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn promtool_finds_nothing_wrong_with_what_maps_tell() {
    let Some(promtool) = prometheus("promtool", "the check of the metrics") else { return };
    let registry = Registry::new();
    let sampled = |name: &str| Observed::builder(name).sample_every(1).hot_keys(16);
    // One map of each kind, used in each way, and a name that has to be quoted.
    let plain = Arc::new(sampled("a \"name\" \\ of\ntwo lines").build(HashMap::new()).unwrap());
    registry.add(&plain);
    let locked = Observed::builder("locked").sample_every(1).build(Locked::new()).unwrap();
    let (locked, sharded) = (Arc::new(locked), Arc::new(Observed::new("sharded", Sharded::new())));
    registry.add(&locked);
    registry.add(&sharded);
    for key in 0..1000_u64 {
        plain.insert(key, key).unwrap();
        locked.insert(key, key).unwrap();
        sharded.insert(key, key).unwrap();
        plain.get(&key);
        locked.remove(&key);
    }
    let text = encode(&registry, Format::Text);
    let told: BTreeSet<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    for metric in metrics() {
        // Nothing panicked here.
        let silent = metric.name == "tophash_panics_total";
        assert!(silent || told.contains(metric.name), "{} is not told of:\n{text}", metric.name);
    }
    assert_eq!(judged(&promtool, &text), (true, String::new()), "{text}");

    // Of the names that Go teams use, it objects to the end of one, which is theirs.
    registry.aliases(true);
    let (_, said) = judged(&promtool, &encode(&registry, Format::Text));
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines.len() == 1 && lines[0].starts_with("map_entry_count "), "{said}");
}

#[test]
fn the_configurations_of_the_examples_are_valid() {
    if let Some(promtool) = prometheus("promtool", "the check of Prometheus' configuration") {
        // As the containers have it: the rules lie beside the configuration.
        let place = tempfile::tempdir().unwrap();
        fs::create_dir(place.path().join("rules")).unwrap();
        let config = place.path().join("prometheus.yml");
        fs::copy(folder().join("compose/prometheus.yml"), &config).unwrap();
        for file in files("rules", ".yml") {
            fs::copy(&file, place.path().join("rules").join(file.file_name().unwrap())).unwrap();
        }
        let said = output(Command::new(promtool).args(["check", "config"]).arg(config));
        assert!(said.contains("2 rule files found"), "{said}");
    }
    if let Some(amtool) = amtool("the check of Alertmanager's configuration") {
        let file = folder().join("alertmanager/webhook.yml");
        output(Command::new(&amtool).arg("check-config").arg(&file));
        // Each alert has a route that ends at the webhook.
        for severity in ["warning", "critical"] {
            let mut test = Command::new(&amtool);
            test.args(["config", "routes", "test"])
                .arg(format!("--config.file={}", file.display()));
            let said = output(test.args([format!("severity={severity}"), "team=platform".into()]));
            assert_eq!(said.lines().next(), Some("webhook"), "{severity}: {said}");
        }
    }
}
