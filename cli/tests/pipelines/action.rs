//! The action on a repository: annotations, outputs, exit code.

use crate::github::{Ran, run};
use crate::repository::{Hosted, commit, git, race};
use serde_json::Value;
use std::fs;

/// Variables of a pull request.
const PULL_REQUEST: [(&str, &str); 3] = [
    ("GITHUB_EVENT_NAME", "pull_request"),
    ("GITHUB_BASE_REF", "main"),
    ("GITHUB_REF", "refs/pull/1/merge"),
];

/// Variables of a push.
const PUSH: [(&str, &str); 2] = [("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", "refs/heads/main")];

/// The files of annotations.
fn annotated(ran: &Ran) -> Vec<String> {
    let lines = ran.stdout.lines().filter(|line| line.starts_with("::"));
    let file = |line: &str| Some(line.split_once("file=")?.1.split_once(',')?.0.to_owned());
    lines.filter_map(file).collect()
}

#[test]
fn a_push_shows_everything_by_paths_of_the_repository() {
    let hosted = Hosted::new("services/orders");
    let work = hosted.checkout("refs/heads/main");
    let inputs = [("working-directory", "services/orders"), ("sarif", "maps.sarif")];
    let ran = run(&work, &PUSH, &inputs);
    assert_eq!((ran.code, ran.outputs["findings"].as_str()), (1, "9"), "{}", ran.stderr);
    let files = annotated(&ran);
    assert_eq!(files.len(), 9, "{}", ran.stdout);
    assert!(files.iter().all(|file| work.join(file).is_file()), "{files:?}");
    let sarif = fs::read(&ran.outputs["sarif"]).unwrap();
    let sarif: Value = serde_json::from_slice(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let place = &results[0]["locations"][0]["physicalLocation"];
    let file = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(results.len() == 9 && work.join(file).is_file(), "{file}");
    // Of the line's text, which is read from the module.
    assert!(place["region"]["startColumn"].is_number(), "{place}");
}

#[test]
fn a_pull_request_shows_what_it_brings() {
    let hosted = Hosted::new(".");
    for reference in ["refs/pull/1/merge", "refs/pull/1/head"] {
        let work = hosted.checkout(reference);
        let ran = run(&work, &PULL_REQUEST, &[]);
        assert_eq!(annotated(&ran), ["internal/order/seen.go"], "{reference}: {}", ran.stderr);
        assert_eq!((ran.code, ran.outputs["findings"].as_str()), (1, "1"), "{}", ran.stderr);
        let everything = run(&work, &PULL_REQUEST, &[("new-from-rev", "")]);
        assert!(annotated(&everything).len() > 8, "{}", everything.stderr);
    }
}

#[test]
fn a_change_without_findings_passes() {
    let hosted = Hosted::new(".");
    let work = hosted.checkout("refs/heads/main");
    let ran = run(&work, &PUSH, &[("new-from-rev", "HEAD"), ("sarif", "maps.sarif")]);
    assert_eq!((ran.code, ran.outputs["findings"].as_str()), (0, "0"), "{}", ran.stderr);
    fs::write(work.join("internal/load/seen.go"), race("load")).unwrap();
    commit(&work, "a race");
    let ran = run(&work, &PUSH, &[("new-from-rev", "HEAD~1")]);
    assert_eq!((ran.code, ran.outputs["findings"].as_str()), (1, "1"), "{}", ran.stderr);
}

#[test]
fn inputs_choose_what_is_checked_and_how() {
    let hosted = Hosted::new(".");
    let work = hosted.checkout("refs/heads/main");
    let inputs = [
        ("paths", "internal/metrics\ninternal/status\n"),
        ("grade", "high"),
        ("format", "concise"),
        ("args", "--ignore\nTH105\n--statistics"),
    ];
    let ran = run(&work, &PUSH, &inputs);
    assert_eq!((ran.code, ran.outputs["findings"].as_str()), (1, "2"), "{}", ran.stderr);
    assert!(ran.stdout.lines().all(|line| line.starts_with("internal/metrics/")), "{}", ran.stdout);
    assert!(ran.stderr.contains("TH101 inconsistent-lock"), "{}", ran.stderr);
    let known = run(&work, &PUSH, &[("args", "--write-baseline\nmaps.baseline")]);
    assert_eq!(known.code, 0, "{}", known.stderr);
    let ran = run(&work, &PUSH, &[("baseline", "maps.baseline")]);
    assert_eq!((ran.code, ran.outputs["findings"].as_str()), (0, "0"), "{}", ran.stderr);
}

#[test]
fn what_inputs_hold_is_no_command() {
    let hosted = Hosted::new(".");
    let work = hosted.checkout("refs/heads/main");
    let evil = "$(touch pwned) `touch pwned`; touch pwned # \" ' && touch pwned";
    for input in
        ["paths", "grade", "format", "new-from-rev", "baseline", "working-directory", "args"]
    {
        let ran = run(&work, &PUSH, &[(input, evil)]);
        assert!(ran.code > 0, "{input}: {}", ran.stdout);
    }
    let ran = run(&work, &PUSH, &[("sarif", evil)]);
    assert_eq!(ran.outputs["sarif"], format!("{}/{evil}", work.display()));
    // An option is none where a path belongs.
    assert_eq!(run(&work, &PUSH, &[("paths", "--exit-zero")]).code, 2);
    assert_eq!(git(&work, &["status", "--short"]).lines().count(), 1);
    assert!(!work.join("pwned").exists());
}

#[test]
fn a_folder_without_go_fails_with_the_code_of_the_check() {
    let hosted = Hosted::new("service");
    let work = hosted.checkout("refs/heads/main");
    fs::create_dir(work.join("docs")).unwrap();
    let ran = run(&work, &PUSH, &[("working-directory", "docs")]);
    assert_eq!((ran.code, ran.outputs["findings"].as_str()), (3, ""), "{}", ran.stderr);
}
