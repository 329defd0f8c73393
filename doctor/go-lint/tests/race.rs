//! The marks in the fixtures against Go's own race detector: what is marked does race, and what is not does not.
//!
//! Needs the Go toolchain of `TOPHASH_GO_1_27` and a C compiler; skipped loudly without. The deep tier
//! (`TOPHASH_DEEP`) asks Go 1.21 too.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod common;
#[path = "common/go_tests.rs"]
mod go_tests;
#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use common::Marks;
use go_tests::Tests;
use std::path::Path;
use std::process::Command;
use toolchain::Go;

/// The rules about races.
const RACES: [&str; 12] = [
    "th101", "th102", "th103", "th104", "th105", "th106", "th107", "th108", "th109", "th110",
    "th111", "th112",
];

/// Rules with a program each, whose `main` is the test.
const PROGRAMS: [&str; 1] = ["th106"];

/// The packages of one kind: `bad`, `good`.
fn packages(kind: &str) -> impl Iterator<Item = String> {
    let folders = RACES.iter().map(move |rule| format!("{rule}/{kind}"));
    folders.chain(PROGRAMS.iter().map(move |rule| format!("{rule}/{kind}/program")))
}

/// The rule whose marks stand where a map is handed out: the race is where it is used.
const HANDED_OUT: &str = "TH107";

/// Runs of one test: which goroutine comes first is up to the scheduler.
const TRIES: usize = 8;

/// True when the race detector's runtime can be linked; otherwise a loud skip.
fn compiler(test: &str) -> bool {
    let found = Command::new("gcc").arg("--version").output().is_ok_and(|out| out.status.success());
    assert!(
        found || std::env::var_os("TOPHASH_REQUIRE").is_none_or(|value| value != "all"),
        "{test} needs gcc"
    );
    if !found {
        eprintln!("SKIPPED {test}: the race detector needs gcc");
    }
    found
}

/// The toolchains that are there.
fn toolchains(test: &str) -> Vec<Go> {
    let deep = std::env::var_os("TOPHASH_DEEP").is_some();
    let minors: &[u32] = if deep { &[27, 21] } else { &[27] };
    if compiler(test) {
        minors.iter().filter_map(|minor| toolchain::go(*minor, test)).collect()
    } else {
        Vec::new()
    }
}

/// Whether a report has a frame at a place.
fn names(report: &str, place: &str) -> bool {
    report.split(place).skip(1).any(|after| !after.starts_with(|c: char| c.is_ascii_digit()))
}

/// The places `th101/bad/registry.go:36` of a folder that the marks say race.
fn marked(package: &str) -> Vec<String> {
    let files = common::files();
    let mut places = Vec::new();
    for (path, text) in
        files.iter().filter(|(path, _)| Path::new(path).parent() == Some(Path::new(package)))
    {
        let marks = Marks::of(text);
        let lines = marks.want.iter().chain(&marks.missed).filter(|(_, code)| *code != HANDED_OUT);
        let lines = lines.map(|(line, _)| format!("{path}:{line}"));
        places.extend(lines);
    }
    places.dedup();
    places
}

#[test]
fn what_is_marked_races() {
    let test = "what_is_marked_races";
    for go in toolchains(test) {
        let mut wrong = Vec::new();
        for package in packages("bad") {
            let tests = Tests::build(&go, &package, &["-race"]);
            let mut unseen = marked(&package);
            assert!(!unseen.is_empty() || package == "th107/bad", "{package} has no marks");
            for name in &tests.names {
                let mut raced = false;
                for _ in 0..TRIES {
                    let (passed, text) = tests.run(name);
                    let seen = text.contains("WARNING: DATA RACE")
                        || text.contains("fatal error: concurrent map");
                    assert!(passed != seen, "{package} {name} fails of something else:\n{text}");
                    let before = unseen.len();
                    unseen.retain(|place| !names(&text, place));
                    if raced && unseen.len() == before {
                        break;
                    }
                    raced |= seen;
                }
                if !raced {
                    wrong.push(format!("{package} {name} does not race"));
                }
            }
            wrong.extend(unseen.iter().map(|place| format!("{place} is marked and does not race")));
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn what_is_repaired_does_not_race() {
    let test = "what_is_repaired_does_not_race";
    for go in toolchains(test) {
        for package in packages("good") {
            let tests = Tests::build(&go, &package, &["-race"]);
            for name in &tests.names {
                let (passed, text) = tests.run(name);
                assert!(passed, "{package} {name}:\n{text}");
            }
        }
    }
}

/// Misuse of `sync.Map` is no data race, but for the assignment of one: each test does what another goroutine would do
/// between two calls, and says what is wrong afterwards.
#[test]
fn what_is_marked_as_misuse_of_sync_map_goes_wrong() {
    let test = "what_is_marked_as_misuse_of_sync_map_goes_wrong";
    for go in toolchains(test) {
        let tests = Tests::build(&go, "th113/bad", &["-race"]);
        assert_eq!(tests.names.len(), marked("th113/bad").len(), "one test for each mark");
        for name in &tests.names {
            let failed = (0..TRIES).any(|_| !tests.run(name).0);
            assert!(failed, "{name} passes");
        }
        let tests = Tests::build(&go, "th113/good", &["-race"]);
        for name in &tests.names {
            let (passed, text) = tests.run(name);
            assert!(passed, "{name}:\n{text}");
        }
    }
}

#[test]
fn what_is_marked_as_nil_panics() {
    let test = "what_is_marked_as_nil_panics";
    for go in toolchains(test) {
        let tests = Tests::build(&go, "th201/bad", &["-race"]);
        let mut unseen = marked("th201/bad");
        for name in &tests.names {
            let (_, text) = tests.run(name);
            assert!(text.contains("assignment to entry in nil map"), "{name}:\n{text}");
            unseen.retain(|place| !names(&text, place));
        }
        assert!(unseen.is_empty(), "marked, and no panic: {unseen:?}");
        let tests = Tests::build(&go, "th201/good", &["-race"]);
        for name in &tests.names {
            let (passed, text) = tests.run(name);
            assert!(passed, "{name}:\n{text}");
        }
    }
}

/// The rules about values, and what their tests say where it goes wrong.
const VALUES: [(&str, &[&str]); 4] = [
    ("th202", &["differs from run to run"]),
    ("th203", &["hash of unhashable type", "the entry is not found"]),
    ("th204", &["differs from run to run"]),
    ("th205", &["the connection is closed", "send on closed channel"]),
];

#[test]
fn what_is_marked_as_a_wrong_value_is_one() {
    let test = "what_is_marked_as_a_wrong_value_is_one";
    for go in toolchains(test) {
        for (rule, words) in VALUES {
            let bad = format!("{rule}/bad");
            let tests = Tests::build(&go, &bad, &["-race"]);
            assert_eq!(tests.names.len(), marked(&bad).len(), "{bad} has a test for each mark");
            for name in &tests.names {
                let (passed, text) = tests.run(name);
                let told = words.iter().any(|words| text.contains(words));
                assert!(!passed && told, "{bad} {name}:\n{text}");
            }
            let good = format!("{rule}/good");
            let tests = Tests::build(&go, &good, &["-race"]);
            for name in &tests.names {
                let (passed, text) = tests.run(name);
                assert!(passed, "{good} {name}:\n{text}");
            }
        }
    }
}
