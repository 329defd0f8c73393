//! Rules, their tests and the configurations of the examples, as `promtool` and `amtool` judge them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]
#![expect(clippy::print_stderr, reason = "a test says what it skips")]

mod common;

use common::{amtool, files, folder, output, prometheus, rules};
use std::fs;
use std::process::Command;

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
