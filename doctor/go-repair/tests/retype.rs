//! Every program of `fixtures/go/repair`: maps that get another type, by safe repairs and by those that are not, judged by
//! Go. The programs build, are formatted and pass `go vet` before and behind the repair; under the race detector their tests
//! fail before and pass behind it, and so do the stress tests that are written for them.
//!
//! Needs the Go toolchain of `TOPHASH_GO_1_27` and a C compiler for the race detector; those tests are skipped loudly
//! without.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod common;
#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use common::{Files, Repaired, repair_with};
use finding::{Code, Grade};
use go_repair::{Allowed, stress};
use go_source::{LoadOptions, MemoryTree, Program};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use toolchain::Go;

/// What becomes of each map, where repairs that are not safe are allowed.
const BECOMES: &[(&str, &str)] = &[
    ("Limits.perUser", "atomic.Pointer"),
    ("Routes.backends", "atomic.Pointer"),
    ("flags", "atomic.Pointer"),
    ("Hub.listeners", "sync.Map"),
    ("Prices.byItem", "sync.RWMutex"),
    ("failures", "sync.Map"),
    ("replies", "sync.Map"),
];

fn programs() -> Files {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/go/repair"));
    let entries = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.unwrap());
    let files = entries.filter(|entry| entry.file_type().is_file()).map(|entry| {
        let path = entry.path().strip_prefix(root).unwrap();
        (path.to_string_lossy().replace('\\', "/"), std::fs::read_to_string(entry.path()).unwrap())
    });
    files.collect()
}

fn repaired(unsafe_fixes: bool) -> Repaired {
    repair_with(&programs(), Grade::Medium, Allowed { unsafe_fixes, ..Allowed::default() })
}

fn write(files: &Files, root: &Path) {
    for (path, text) in files {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}

/// The toolchain, where a C compiler is there too; otherwise a loud skip.
fn go(test: &str) -> Option<Go> {
    let found = Command::new("gcc").arg("--version").output().is_ok_and(|out| out.status.success());
    assert!(
        found || std::env::var_os("TOPHASH_REQUIRE").is_none_or(|value| value != "all"),
        "{test} needs gcc"
    );
    if !found {
        eprintln!("SKIPPED {test}: the race detector needs gcc");
        return None;
    }
    toolchain::go(27, test)
}

#[test]
fn each_map_becomes_what_the_table_says() {
    let Repaired { plan, findings, .. } = repaired(true);
    for (path, what) in BECOMES {
        let mut of = plan.changes.iter().filter(|change| {
            change.findings.iter().filter_map(|at| findings.get(*at)).any(|f| &*f.map.path == *path)
        });
        let change = of.next().unwrap_or_else(|| panic!("{path} is left: {:?}", plan.left));
        assert!(change.what.contains(what), "{path}: {}; {:?}", change.what, plan.left);
    }
    assert_eq!(plan.changes.len(), BECOMES.len());
}

#[test]
fn without_the_flag_a_map_stays_a_map_and_it_is_said_what_the_flag_would_repair() {
    let Repaired { plan, findings, .. } = repaired(false);
    assert!(plan.changes.iter().all(|change| !change.what.contains("sync.Map")));
    let more: BTreeSet<&str> =
        plan.unsafely.iter().filter_map(|at| findings.get(*at)).map(|f| &*f.map.path).collect();
    assert_eq!(more, BTreeSet::from(["Hub.listeners", "failures", "replies"]));
    let left: BTreeSet<usize> = plan.left.iter().map(|left| left.finding).collect();
    assert!(plan.unsafely.iter().all(|at| left.contains(at)));
}

#[test]
fn what_is_repaired_is_found_no_more() {
    let Repaired { after, .. } = repaired(true);
    assert!(after.is_empty(), "{after:?}");
}

#[test]
fn programs_build_before_and_behind_and_their_tests_race_before_alone() {
    let test = "programs_build_before_and_behind_and_their_tests_race_before_alone";
    let Some(go) = go(test) else { return };
    for (files, passes) in [(programs(), false), (repaired(true).files, true)] {
        let folder = tempfile::tempdir().unwrap();
        write(&files, folder.path());
        let mut format = Command::new(go.root.join("bin").join("gofmt"));
        format.current_dir(folder.path()).args(["-d", "."]);
        assert_eq!(Go::output(format), "", "gofmt would change these");
        let mut vet = go.command();
        vet.current_dir(folder.path()).args(["vet", "./..."]);
        Go::output(vet);
        for package in ["pointer", "rwmutex", "syncmap"] {
            let program = folder.path().join("tests");
            let mut build = go.command();
            build.current_dir(folder.path()).env("CGO_ENABLED", "1");
            build.args(["test", "-race", "-c", "-o"]).arg(&program).arg(format!("./{package}"));
            Go::output(build);
            let mut list = Command::new(&program);
            list.args(["-test.list", "."]);
            for name in Go::output(list).lines() {
                let mut run = Command::new(&program);
                run.args(["-test.run", &format!("^{name}$"), "-test.timeout", "60s"]);
                run.args(["-test.count=4"]).env("GORACE", "history_size=3 atexit_sleep_ms=50");
                let output = run.output().unwrap();
                let text =
                    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
                assert_eq!(output.status.success(), passes, "{package} {name}:\n{text}");
            }
        }
    }
}

#[test]
fn stress_tests_fail_before_the_repair_and_pass_behind_it() {
    let test = "stress_tests_fail_before_the_repair_and_pass_behind_it";
    let Some(go) = go(test) else { return };
    let Repaired { plan, files, .. } = repaired(true);
    let tree: MemoryTree = programs().into_iter().collect();
    let program = Program::load(&tree, &LoadOptions { tests: true, ..LoadOptions::default() });
    let maps: BTreeSet<_> =
        plan.changes.iter().filter_map(|change| change.retypes.clone()).collect();
    let tests: Vec<Code> = maps
        .iter()
        .filter_map(|id| stress::test_retyped(&program, program.decl(id).unwrap()))
        .collect();
    let names: BTreeSet<_> = tests.iter().map(|test| &*test.file).collect();
    assert!(names.len() >= 4, "only {names:?}");
    for (files, passes) in [(programs(), false), (files, true)] {
        let folder = tempfile::tempdir().unwrap();
        write(&files, folder.path());
        for code in &tests {
            let path = folder.path().join(&code.file);
            std::fs::write(&path, &code.text).unwrap();
            let name = stress::name(&code.text).unwrap();
            let mut run = go.command();
            run.current_dir(path.parent().unwrap()).env("CGO_ENABLED", "1");
            run.args(["test", "-race", "-timeout", "60s", "-run", &format!("^{name}$"), "."]);
            let output = run.output().unwrap();
            let text =
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert_eq!(output.status.success(), passes, "{}:\n{text}", code.file);
            std::fs::remove_file(&path).unwrap();
        }
    }
}
