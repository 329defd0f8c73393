//! Goroutines of programs that run.

use crate::oracle::{difference, printed, read};
use crate::program::{Running, build, inspect, inspect_json, toolchains};
use serde_json::Value;

/// The group of a stack with such a function.
fn group<'j>(json: &'j Value, function: &str) -> &'j Value {
    let has = |group: &&Value| {
        let frames = group["stack"]["frames"].as_array().unwrap();
        frames.iter().any(|frame| frame["function"] == function)
    };
    json["stacks"].as_array().unwrap().iter().find(has).unwrap_or_else(|| panic!("no {function}"))
}

#[test]
fn stacks_are_those_that_the_runtime_prints() {
    for (minor, go) in toolchains("stacks_are_those_that_the_runtime_prints") {
        for flags in [&[][..], &["-buildmode=pie"]] {
            let folder = tempfile::tempdir().unwrap();
            let running = Running::start(&build(&go, folder.path(), flags), "");
            let json = inspect_json(&[&running.pid(), "--goroutines"]);
            let (printed, read) = (printed(&running.goroutines()), read(&json));
            let mut same = 0;
            for (id, printed) in &printed {
                // Threads that have no goroutine print one of the number zero.
                if *id == 0 || printed.state == "running" {
                    continue;
                }
                let read = read.get(id).unwrap_or_else(|| panic!("goroutine {id} is missing"));
                if let Some(difference) = difference(printed, read) {
                    panic!("Go 1.{minor}, {flags:?}, goroutine {id}: {difference}");
                }
                same += 1;
            }
            assert!(same >= 20, "Go 1.{minor}: only {same} were compared");
            assert_eq!(json["goroutines"].as_u64().unwrap(), read.len() as u64);
        }
    }
}

#[test]
fn equal_stacks_are_counted_together_and_labels_are_told() {
    for (_, go) in toolchains("equal_stacks_are_counted_together_and_labels_are_told") {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start(&build(&go, folder.path(), &[]), "");
        let json = inspect_json(&[&running.pid(), "--goroutines"]);
        let first = &json["stacks"][0];
        assert_eq!((first["count"].as_u64(), &first["system"]), (Some(3), &Value::Bool(false)));
        assert_eq!(first["states"][0]["state"], "chan receive");
        let labels = group(&json, "main.labelled")["labels"].as_array().unwrap().clone();
        let labels: Vec<_> = labels
            .iter()
            .map(|label| (label["name"].as_str().unwrap(), label["value"].as_str().unwrap()))
            .collect();
        assert_eq!(labels, [("route", "/cart"), ("tenant", "blue")]);
        assert_eq!(group(&json, "main.receives")["labels"], Value::Array(Vec::new()));
        assert_eq!(group(&json, "runtime.bgsweep")["system"], true);
        assert_eq!(group(&json, "main.main")["system"], false);
    }
}

#[test]
fn one_goroutine_is_shown_in_full() {
    let Some((_, go)) = toolchains("one_goroutine_is_shown_in_full").pop() else { return };
    let folder = tempfile::tempdir().unwrap();
    let running = Running::start(&build(&go, folder.path(), &[]), "");
    let json = inspect_json(&[&running.pid(), "--goroutines"]);
    let id = group(&json, "main.generic")["ids"][0].to_string();
    let out = inspect(&[&running.pid(), "--goroutine", &id]);
    assert_eq!(out.code, 0, "{}", out.stderr);
    let functions: Vec<_> =
        out.stdout.lines().filter_map(|line| line.strip_prefix('#')?.split(' ').nth(1)).collect();
    assert_eq!(
        functions,
        [
            "runtime.gopark",
            "runtime.chanrecv",
            "runtime.chanrecv1",
            "main.generic.func1",
            "main.(*visitor[...]).each",
            "main.generic",
            "runtime.goexit"
        ]
    );
    assert!(out.stdout.starts_with(&format!("goroutine {id} [chan receive]\n")), "{}", out.stdout);
    assert!(out.stdout.contains("created by main.start in goroutine 1\n"), "{}", out.stdout);
    let out = inspect(&[&running.pid(), "--goroutine", "4000000000"]);
    assert_eq!(out.code, 2);
    assert!(out.stderr.contains("--goroutines lists them"), "{}", out.stderr);
}

#[test]
fn what_computes_has_no_stack_until_it_is_stopped() {
    for (_, go) in toolchains("what_computes_has_no_stack_until_it_is_stopped") {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start(&build(&go, folder.path(), &[]), "spin");
        let state = |group: &&Value| group["states"][0]["state"] == "running";
        let look = || inspect_json(&[&running.pid(), "--goroutines"]);
        // The kernel may have put it aside at the first looks; then it has a stack.
        let all: Vec<_> = (0..50).map(|_| look()).collect();
        let cut = all.iter().find_map(|json| {
            let group = json["stacks"].as_array().unwrap().iter().find(state)?;
            group["stack"]["cut"].as_str().map(str::to_owned)
        });
        let cut = cut.expect("it runs at one of these looks");
        assert!(cut.starts_with("it was running"), "{cut}");
        running.signal("STOP");
        // The kernel takes a moment to stop it.
        let is_whole = |json: &Value| {
            json["stacks"].as_array().unwrap().iter().all(|one| one["stack"].get("cut").is_none())
        };
        let stopped = (0..100)
            .map(|_| {
                std::thread::sleep(std::time::Duration::from_millis(10));
                look()
            })
            .find(is_whole)
            .expect("it is stopped");
        assert_eq!(group(&stopped, "main.spins")["states"][0]["state"], "running");
        assert_eq!(group(&stopped, "main.spins")["stack"].get("cut"), None);
        running.signal("CONT");
    }
}

#[test]
fn a_hundred_thousand_are_read_whole() {
    for (minor, go) in toolchains("a_hundred_thousand_are_read_whole") {
        let folder = tempfile::tempdir().unwrap();
        let running = Running::start(&build(&go, folder.path(), &[]), "many");
        let json = inspect_json(&[&running.pid(), "--goroutines"]);
        let stacks = json["stacks"].as_array().unwrap();
        let counts: Vec<_> =
            stacks.iter().take(5).map(|stack| stack["count"].as_u64().unwrap()).collect();
        assert_eq!(counts, [25_000, 25_000, 25_000, 25_000, 1], "Go 1.{minor}");
        assert!(stacks.iter().all(|stack| stack["stack"].get("cut").is_none()), "Go 1.{minor}");
    }
}
