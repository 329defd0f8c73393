//! `tophash lab` as a user runs it.

mod common;

use common::{run, run_in, write};
use serde_json::Value;

#[test]
fn the_list_has_a_line_for_each_scenario() {
    let out = run(&["lab"]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    for name in ["ghost-write", "two-growths", "toggled-flags", "nil-map", "write-under-rlock"] {
        let line = out.stdout.lines().find(|line| line.split(' ').next() == Some(name));
        assert!(line.is_some_and(|line| line.len() > name.len() + 20), "{name}: {}", out.stdout);
    }
}

#[test]
fn the_ghost_write_is_counted_and_shown_step_by_step() {
    let out = run(&["lab", "ghost-write"]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    for part in [
        "Go 1.23",
        "2 entries a bucket (the runtime has 8)",
        "All interleavings explored",
        "fatal error: concurrent map read and map write, in reader",
        "missed lookup: reader does not find a, which is there all the time",
        "evacuate",
        "oldbuckets[0].tophash[0]: 'a' → evacuatedX",
        "finds nothing",
        "replay  ghost-write:",
    ] {
        assert!(out.stdout.contains(part), "{part} is missing:\n{}", out.stdout);
    }
}

/// The string at the end of a time line leads to the same time line.
#[test]
fn a_string_replays_the_run_it_was_printed_with() {
    let shown = run(&["lab", "ghost-write"]).stdout;
    let string = shown.lines().find_map(|line| line.strip_prefix("replay  ")).unwrap();
    let replayed = run(&["lab", "--replay", string]);
    assert_eq!(replayed.code, 0, "{}", replayed.stderr);
    assert!(shown.ends_with(&replayed.stdout), "{shown}\n{}", replayed.stdout);
    let named = run(&["lab", "ghost-write", "--replay", string]);
    assert_eq!(named.stdout, replayed.stdout);
}

#[test]
fn json_has_what_the_text_has() {
    let out = run(&["lab", "ghost-write", "--json"]);
    let document: Value = serde_json::from_str(&out.stdout).unwrap();
    assert_eq!(document["schema_version"], 1);
    assert_eq!(document["whole"], true);
    let verdicts = document["verdicts"].as_array().unwrap();
    let chances: f64 = verdicts.iter().map(|verdict| verdict["chance"].as_f64().unwrap()).sum();
    assert!((chances - 1.0).abs() < 1e-9, "{chances}");
    let caught = verdicts.iter().find(|verdict| verdict["class"] == "caught").unwrap();
    assert_eq!(caught["message"], "fatal error: concurrent map read and map write");
    assert_eq!(caught["goroutine"], "reader");
    assert_eq!(document["run"]["verdict"]["harm"], "missed lookup");
    let string = document["run"]["replay"].as_str().unwrap();
    let steps = document["run"]["steps"].as_array().unwrap();
    assert!(steps.iter().any(|step| step["function"] == "evacuate" && step["stores"] == true));
    let again = run(&["lab", "--replay", string, "--json"]);
    let again: Value = serde_json::from_str(&again.stdout).unwrap();
    assert_eq!(again["run"], document["run"]);
}

/// Every field of the document is described, and nothing is described that is not there.
#[test]
fn the_json_fields_are_those_of_the_page() {
    let page = include_str!("../../docs/lab.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let described: std::collections::BTreeSet<String> = rows.map(str::to_owned).collect();
    let out = run(&["lab", "two-growths", "--states", "2000", "--runs", "50", "--json"]);
    let mut found = std::collections::BTreeSet::new();
    fields("", &serde_json::from_str(&out.stdout).unwrap(), &mut found);
    assert_eq!(found, described);
}

fn fields(path: &str, value: &Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                found.insert(path.clone());
                fields(&path, value, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                fields(&format!("{path}[]"), item, found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_scenario_of_ones_own_is_a_few_lines() {
    let folder = tempfile::tempdir().unwrap();
    let text = "keys = { a = 0 }\nlocks = { mu = \"sync.Mutex\" }\n[[goroutine]]\n\
                does = [\"mu.Lock()\", \"m[a] = 1\", \"mu.Unlock()\"]\n[[goroutine]]\n\
                does = [\"m[a] = 2\"]\n";
    write(folder.path(), "mine.toml", text);
    let out = run_in(folder.path(), &["lab", "mine.toml"]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    assert!(
        out.stdout.contains("fatal error: concurrent map writes, in goroutine 1"),
        "{}",
        out.stdout
    );
    let string = out.stdout.lines().find_map(|line| line.strip_prefix("replay  ")).unwrap();
    let again = run_in(folder.path(), &["lab", "mine.toml", "--replay", string]);
    assert_eq!(again.code, 0, "{}", again.stderr);
}

#[test]
fn what_cannot_be_run_is_refused_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let many = "[[goroutine]]\ndoes = [\"len(m)\"]\n".repeat(3_000);
    for (name, text, parts) in [
        ("many.toml", many.as_str(), ["many.toml:13: more than 6 goroutines", "hint"]),
        (
            "self.toml",
            "locks = { mu = \"sync.Mutex\" }\n[[goroutine]]\ndoes = [\"mu.Lock()\",\n\"mu.Lock()\"]\n",
            ["self.toml:4: mu is held already", "never ends"],
        ),
        (
            "odd.toml",
            "[[goroutine]]\ndoes = [\"m.Store(1)\"]\n",
            ["odd.toml:2: no operation", "are known"],
        ),
        (
            "nil.toml",
            "map = \"nil\"\nkeys = { a = 0 }\nbefore = [\"m[a] = 1\"]\n[[goroutine]]\ndoes = [\"len(m)\"]\n",
            ["nil.toml:3: ", "assignment to entry in nil map"],
        ),
        ("no.toml", "= 1\n", ["no.toml:1: ", "toml.io"]),
    ] {
        write(folder.path(), name, text);
        let out = run_in(folder.path(), &["lab", name]);
        assert_eq!(out.code, 2, "{name}: {}", out.stdout);
        for part in parts {
            assert!(out.stderr.contains(part), "{name}: {part} is missing: {}", out.stderr);
        }
    }
    for (arguments, part) in [
        (vec!["lab", "gost-write"], "did you mean ghost-write?"),
        (vec!["lab", "./none.toml"], "cannot read"),
        (vec!["lab", "--replay", "ghost-write:00000000:1x1"], "another version"),
        (vec!["lab", "--replay", "nonsense"], "no scenario 'nonsense'"),
    ] {
        let out = run_in(folder.path(), &arguments);
        assert_eq!(out.code, 2, "{arguments:?}: {}", out.stdout);
        assert!(out.stderr.contains(part), "{arguments:?}: {}", out.stderr);
    }
}
