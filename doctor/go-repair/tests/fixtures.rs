//! Every program of `fixtures/go/check` repaired, and judged by Go: it builds, is formatted, passes `go vet`, and under the
//! race detector the tests pass that failed before.
//!
//! Needs the Go toolchain of `TOPHASH_GO_1_27` and a C compiler for the race detector; those tests are skipped loudly
//! without. That the tests race before the repair is for `go-lint`'s own test to say.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod common;
#[path = "../../go-lint/tests/common/mod.rs"]
mod programs;
#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use common::{Repaired, repair};
use finding::{Code, Grade};
use go_repair::stress;
use go_source::{LoadOptions, MemoryTree, Program};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use toolchain::Go;

/// What is left to a person in the faulty programs, and why.
const BY_HAND: &[(&str, &str, &str)] = &[
    ("th101/bad/forgotten.go:42", "TH101", "Records.mu is held by callers already"),
    ("th101/bad/quota.go:43", "TH101", "a caller may hold Quota.mu already"),
    ("th101/bad/said.go:39", "TH101", "Leases.mu is held by callers already"),
    ("th102/bad/batches.go:88", "TH104", "it is reached by another name there"),
    ("th102/bad/batches.go:122", "TH101", "it is reached by another name there"),
    ("th102/bad/batches.go:126", "TH104", "it is reached by another name there"),
    ("th103/bad/collect.go:30", "TH103", "which must be one step"),
    ("th103/bad/collect.go:31", "TH103", "which must be one step"),
    ("th103/bad/goon.go:8", "TH103", "another finding would take its place"),
    ("th103/bad/goon.go:11", "TH103", "another finding would take its place"),
    ("th103/bad/pass.go:8", "TH103", "another function is given the map"),
    ("th105/bad/helper.go:34", "TH105", "is taken for reading by callers"),
    ("th105/bad/thumbs.go:25", "TH105", "calls what may wait or take it again"),
    ("th111/bad/index.go:14", "TH111", "its access was not found again"),
    ("th111/bad/index.go:38", "TH111", "its access was not found again"),
    ("th111/bad/plugins.go:14", "TH111", "another finding would take its place"),
    ("th111/bad/plugins.go:16", "TH106", "another finding would take its place"),
    ("th112/bad/gauges.go:20", "TH102", "calls what may wait"),
    ("th112/bad/gauges.go:25", "TH112", "calls what may wait"),
    ("th112/bad/session.go:48", "TH112", "its access was not found again"),
    ("th112/bad/session.go:53", "TH112", "calls what may wait"),
    ("th112/bad/session.go:61", "TH112", "its access was not found again"),
    ("th112/bad/session.go:66", "TH112", "calls what may wait"),
];

/// The rules that are left to a person everywhere.
const NO_REPAIR: [&str; 7] = ["TH108", "TH109", "TH113", "TH202", "TH203", "TH204", "TH205"];

/// The tests of maps that are left, or not found at all: they fail as before.
const STILL_FAILING: &[(&str, &str)] = &[
    ("th101/bad", "TestLeases"),
    ("th101/bad", "TestQuota"),
    ("th101/bad", "TestRecords"),
    ("th102/bad", "TestCounter"),
    ("th102/bad", "TestJobs"),
    ("th102/bad", "TestLate"),
    ("th102/bad", "TestShared"),
    ("th103/bad", "TestHalves"),
    ("th103/bad", "TestSettings"),
    ("th103/bad", "TestVisit"),
    ("th103/bad", "TestWords"),
    ("th105/bad", "TestRoutes"),
    ("th105/bad", "TestThumbs"),
];

/// The folders whose tests race, and that whose tests panic.
const FOLDERS: [&str; 9] = [
    "th101/bad",
    "th102/bad",
    "th103/bad",
    "th104/bad",
    "th105/bad",
    "th106/bad",
    "th107/bad",
    "th110/bad",
    "th201/bad",
];

/// Runs of one test: which goroutine comes first is up to the scheduler.
const TRIES: &str = "-test.count=4";

fn repaired() -> Repaired {
    repair(&programs::files(), Grade::Medium)
}

fn write(repaired: &Repaired, root: &Path) {
    for (path, text) in &repaired.files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

fn go(test: &str) -> Option<Go> {
    toolchain::go(27, test)
}

#[test]
fn what_is_left_to_a_person_is_what_the_table_says() {
    let Repaired { plan, findings, .. } = repaired();
    let mut left = BTreeSet::new();
    for one in &plan.left {
        let finding = findings.get(one.finding).expect("it is one of them");
        let place = format!("{}:{}", finding.access.site.file, finding.access.site.line);
        if !place.contains("/bad/") {
            continue;
        }
        let known = BY_HAND.iter().find(|(at, code, _)| *at == place && *code == &*finding.code);
        if NO_REPAIR.contains(&&*finding.code) {
            assert!(one.why.contains("has no repair"), "{place}: {}", one.why);
            continue;
        }
        let (_, _, why) = known.unwrap_or_else(|| panic!("{place} is left: {}", one.why));
        assert!(one.why.contains(why), "{place} is left for another reason: {}", one.why);
        left.insert(place);
    }
    let missing: Vec<_> = BY_HAND.iter().filter(|(at, _, _)| !left.contains(*at)).collect();
    assert!(missing.is_empty(), "no longer left, and still in the table: {missing:?}");
}

#[test]
fn what_is_repaired_is_found_no_more() {
    let Repaired { plan, findings, after, .. } = repaired();
    let places = |code: &str, map: &str| format!("{code} {map}");
    let left: BTreeSet<String> = plan
        .left
        .iter()
        .filter_map(|left| findings.get(left.finding))
        .map(|finding| places(&finding.code, finding.map.id.as_str()))
        .collect();
    let still: BTreeSet<String> =
        after.iter().map(|finding| places(&finding.code, finding.map.id.as_str())).collect();
    assert_eq!(still, left);
    assert_eq!(plan.left.len(), after.len());
}

#[test]
fn a_second_run_has_nothing_to_do() {
    let first = repaired();
    let second = repair(&first.files, Grade::Medium);
    assert!(second.plan.changes.is_empty(), "{:?}", second.plan.changes);
}

#[test]
fn what_is_repaired_builds_is_formatted_and_passes_vet() {
    let Some(go) = go("what_is_repaired_builds_is_formatted_and_passes_vet") else { return };
    let folder = tempfile::tempdir().unwrap();
    write(&repaired(), folder.path());
    let mut format = Command::new(go.root.join("bin").join("gofmt"));
    format.current_dir(folder.path()).args(["-l", "."]);
    assert_eq!(Go::output(format), "", "gofmt would change these");
    let mut vet = go.command();
    // What is left of TH113 is a copied `sync.Map`, which vet finds too.
    let packages = FOLDERS.map(|folder| format!("./{folder}"));
    vet.current_dir(folder.path()).arg("vet").args(packages);
    Go::output(vet);
}

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

#[test]
fn tests_that_failed_pass_behind_the_repair() {
    let test = "tests_that_failed_pass_behind_the_repair";
    let Some(go) = go(test).filter(|_| compiler(test)) else { return };
    let folder = tempfile::tempdir().unwrap();
    write(&repaired(), folder.path());
    let mut wrong = Vec::new();
    for package in FOLDERS {
        let program = folder.path().join("tests");
        let mut build = go.command();
        build.current_dir(folder.path()).env("CGO_ENABLED", "1");
        build.args(["test", "-race", "-vet=off", "-c", "-o"]).arg(&program);
        build.arg(format!("./{package}"));
        Go::output(build);
        let mut list = Command::new(&program);
        list.args(["-test.list", "."]);
        for name in Go::output(list).lines() {
            let mut run = Command::new(&program);
            run.args(["-test.run", &format!("^{name}$"), "-test.timeout", "60s", TRIES]);
            run.env("GORACE", "history_size=3 atexit_sleep_ms=50");
            let output = run.output().expect("the test starts");
            let known = STILL_FAILING.contains(&(package, name));
            if known == output.status.success() {
                let text = [output.stdout, output.stderr].concat();
                let how = if known { "passes, and is in the table" } else { "fails" };
                wrong.push(format!("{package} {name} {how}:\n{}", String::from_utf8_lossy(&text)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn stress_tests_fail_before_the_repair_and_pass_behind_it() {
    let test = "stress_tests_fail_before_the_repair_and_pass_behind_it";
    let Some(go) = go(test).filter(|_| compiler(test)) else { return };
    let repaired = repaired();
    let tree: MemoryTree = programs::files().into_iter().collect();
    let program = Program::load(&tree, &LoadOptions { tests: true, ..LoadOptions::default() });
    let changes = repaired.plan.changes.iter().flat_map(|change| &change.findings);
    let races = changes.filter_map(|at| repaired.findings.get(*at));
    let maps: BTreeSet<_> = races
        .filter(|finding| {
            finding.code.starts_with("TH1") && finding.access.site.file.contains("/bad/")
        })
        .map(|finding| finding.map.id.clone())
        .collect();
    let tests: Vec<Code> =
        maps.iter().filter_map(|id| stress::test(&program, program.decl(id).unwrap())).collect();
    assert!(tests.len() >= 10, "only {} stress tests are written", tests.len());
    let (before, behind) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(&repaired, behind.path());
    write(&Repaired { files: programs::files(), ..repaired }, before.path());
    let mut wrong = Vec::new();
    for code in &tests {
        for (root, passes) in [(before.path(), false), (behind.path(), true)] {
            let path = root.join(&code.file);
            std::fs::write(&path, &code.text).unwrap();
            let name = stress::name(&code.text).unwrap();
            let mut run = go.command();
            run.current_dir(path.parent().unwrap()).env("CGO_ENABLED", "1");
            run.args(["test", "-race", "-timeout", "60s", "-run", &format!("^{name}$"), "."]);
            let output = run.output().unwrap();
            let text =
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            let raced = text.contains("WARNING: DATA RACE") || text.contains("concurrent map");
            if output.status.success() != passes || raced == passes {
                wrong.push(format!("{} passes: {}\n{text}", code.file, output.status.success()));
            }
            std::fs::remove_file(&path).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
