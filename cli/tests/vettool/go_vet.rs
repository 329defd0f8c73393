//! `go vet -vettool`, with the oldest and the newest Go that are tested, and those between where they are named.

use crate::common::{CHECK, ORDERS, cache_folder, copy_tree, run_in};
use crate::module::{MAIN, module, write};
use crate::toolchain::{Go, go};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What a run of the go command left behind.
struct Vet {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Vet {
    /// The findings of text: file, line, column, code.
    fn findings(&self) -> Vec<String> {
        let lines = self.stderr.lines().filter(|line| line.contains(": TH"));
        let place = |line: &str| line.split(": ").take(2).collect::<Vec<_>>().join(" ");
        let mut found: Vec<_> =
            lines.map(|line| place(line.strip_prefix("./").unwrap_or(line))).collect();
        found.sort_unstable();
        found
    }
}

/// The go commands that there are.
fn toolchains(test: &str) -> Vec<Go> {
    let named = |minor: &u32| std::env::var_os(format!("TOPHASH_GO_1_{minor}")).is_some();
    let between = (22..27).filter(named);
    [21, 27].into_iter().chain(between).filter_map(|minor| go(minor, test)).collect()
}

fn vet(go: &Go, folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Vet {
    let mut command = go.command();
    command
        .current_dir(folder)
        .arg("vet")
        .arg(format!("-vettool={}", env!("CARGO_BIN_EXE_tophash")))
        .args(arguments)
        .env("TOPHASH_CACHE_DIR", cache_folder());
    for (name, value) in variables {
        command.env(name, value);
    }
    let output = command.output().expect("go starts");
    Vet {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// What `check` finds in a folder, as [`Vet::findings`] has it.
fn checked(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let out = run_in(folder, &[&["check", "--format", "concise"], arguments].concat());
    let place = |line: &str| line.split(": ").take(2).collect::<Vec<_>>().join(" ");
    let mut found: Vec<_> = out.stdout.lines().map(place).collect();
    found.sort_unstable();
    found
}

#[test]
fn text_has_every_finding_once_and_the_gate_fails() {
    for go in toolchains("text_has_every_finding_once_and_the_gate_fails") {
        for source in [ORDERS, CHECK] {
            let folder = tempfile::tempdir().unwrap();
            copy_tree(source.as_ref(), folder.path());
            let expected = checked(folder.path(), &[]);
            assert!(expected.len() > 5);
            let out = vet(&go, folder.path(), &[], &["./..."]);
            assert_eq!((out.code, out.findings()), (1, expected), "{}", out.stderr);
            // The go command keeps no answer.
            let again = vet(&go, folder.path(), &[], &["./..."]);
            assert_eq!((again.code, again.findings()), (1, out.findings()), "{}", again.stderr);
        }
    }
}

#[test]
fn the_document_shows_what_is_printed() {
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/pipelines.md");
    let document = fs::read_to_string(document).unwrap();
    let example = document.split("$ go vet -vettool=$(which tophash) ").nth(1).unwrap();
    let (arguments, shown) = example.split_once('\n').unwrap();
    let shown = shown.split_once('…').unwrap().0;
    if let Some(go) = go(27, "the_document_shows_what_is_printed") {
        let folder = tempfile::tempdir().unwrap();
        copy_tree(ORDERS.as_ref(), folder.path());
        let arguments: Vec<&str> = arguments.split(' ').collect();
        let out = vet(&go, folder.path(), &[], &arguments);
        assert!(out.stderr.starts_with(shown), "{}", out.stderr);
    }
}

#[test]
fn json_has_the_same_findings_and_the_gate_passes() {
    for go in toolchains("json_has_the_same_findings_and_the_gate_passes") {
        let folder = tempfile::tempdir().unwrap();
        copy_tree(ORDERS.as_ref(), folder.path());
        let out = vet(&go, folder.path(), &[], &["-json", "-tophash.grade=high", "./..."]);
        // Go 1.21 prints it to standard error, each package below a comment.
        let text: String = [&out.stdout, &out.stderr]
            .into_iter()
            .flat_map(|text| text.lines())
            .filter(|line| !line.starts_with('#'))
            .collect();
        let mut found = BTreeSet::new();
        for unit in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
            for checker in unit.unwrap().as_object().unwrap().values() {
                for finding in checker["tophash"].as_array().unwrap() {
                    let posn = finding["posn"].as_str().unwrap();
                    let file = posn.split_once("internal/").unwrap().1;
                    found.insert(format!(
                        "internal/{file} {}",
                        finding["category"].as_str().unwrap()
                    ));
                }
            }
        }
        let expected = checked(folder.path(), &["--grade", "high"]);
        assert_eq!((out.code, found), (0, expected.into_iter().collect()), "{}", out.stderr);
    }
}

#[test]
fn a_clean_module_is_silent_and_passes() {
    for go in toolchains("a_clean_module_is_silent_and_passes") {
        let folder = module(&[]);
        let out = vet(&go, folder.path(), &[], &["./..."]);
        assert_eq!((out.code, out.stdout.as_str(), out.stderr.as_str()), (0, "", ""));
    }
}

#[test]
fn a_caller_that_changes_in_another_package_changes_the_answer() {
    for go in toolchains("a_caller_that_changes_in_another_package_changes_the_answer") {
        let folder = module(&[]);
        let found = || vet(&go, folder.path(), &[], &["./store"]).findings();
        let at_once = MAIN.replace("\tcounts.Fill", "\tgo counts.Fill");
        write(folder.path(), &[("main.go", &at_once)]);
        // Go 1.26 would take the answer about a package that is only imported for one about its findings.
        assert_eq!(vet(&go, folder.path(), &[], &["."]).code, 0);
        assert_eq!(found(), ["store/store.go:31:3 TH101"]);
        write(folder.path(), &[("main.go", MAIN)]);
        assert_eq!(found(), [""; 0]);
        write(folder.path(), &[("main.go", &at_once)]);
        assert_eq!(found(), ["store/store.go:31:3 TH101"]);
        write(folder.path(), &[("tophash.toml", "ignore = [\"TH1\"]\n")]);
        assert_eq!(found(), [""; 0]);
    }
}

#[test]
fn tests_are_reported_once_and_only_where_they_are_asked_for() {
    let inside = r#"package store

import "testing"

func TestFill(t *testing.T) {
	s := New()
	go s.Fill("a")
	s.Put("a")
	seen := map[string]bool{}
	for i := 0; i < 2; i++ {
		go func() { seen["a"] = true }()
	}
}
"#;
    let outside = inside
        .replace("package store", "package store_test")
        .replace("import \"testing\"", "import (\n\t\"testing\"\n\n\t\"example.com/s/store\"\n)")
        .replace("New()", "store.New()");
    for go in toolchains("tests_are_reported_once_and_only_where_they_are_asked_for") {
        let folder =
            module(&[("store/inside_test.go", inside), ("store/outside_test.go", &outside)]);
        assert_eq!(vet(&go, folder.path(), &[], &["./..."]).findings(), [""; 0]);
        let expected = checked(folder.path(), &["--tests"]);
        let files: BTreeSet<_> =
            expected.iter().map(|line| line.split(':').next().unwrap()).collect();
        let all = ["store/inside_test.go", "store/outside_test.go", "store/store.go"];
        assert_eq!(files, all.into());
        let out = vet(&go, folder.path(), &[], &["-tophash.tests", "./..."]);
        assert_eq!(out.findings(), expected, "{}", out.stderr);
    }
}

#[test]
fn what_is_built_is_what_is_checked() {
    let at_once = MAIN
        .replace("\tcounts.Fill", "\tgo counts.Fill")
        .replace("func main", "func init")
        .replace("package main", "//go:build tagged\n\npackage main");
    for go in toolchains("what_is_built_is_what_is_checked") {
        let folder = module(&[
            ("tagged.go", &at_once),
            ("on_windows.go", &at_once.replace("tagged", "windows")),
        ]);
        let found = |variables: &[(&str, &str)], arguments: &[&str]| {
            let out = vet(&go, folder.path(), variables, &[arguments, &["./..."]].concat());
            out.findings()
        };
        let expected = ["store/store.go:31:3 TH101"];
        assert_eq!(found(&[("GOOS", "linux")], &[]), [""; 0]);
        assert_eq!(found(&[("GOOS", "linux")], &["-tags=tagged"]), expected);
        assert_eq!(found(&[("GOOS", "linux"), ("GOFLAGS", "-tags=tagged")], &[]), expected);
        assert_eq!(found(&[("GOOS", "windows")], &[]), expected);
    }
}

#[test]
fn a_package_outside_every_module_says_what_to_do() {
    for go in toolchains("a_package_outside_every_module_says_what_to_do") {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("main.go", "package main\n\nfunc main() {}\n")]);
        let out = vet(&go, folder.path(), &[("GOFLAGS", "")], &["main.go"]);
        assert_eq!(out.code, 1);
        assert!(out.stderr.contains("go mod init"), "{}", out.stderr);
    }
}

#[test]
fn cgo_files_are_reported_by_their_own_names() {
    let linked = r#"package main

// static int one(void) { return 1; }
import "C"

func init() {
	seen := map[int]bool{}
	for i := 0; i < 2; i++ {
		go func() { seen[int(C.one())] = true }()
	}
}
"#;
    if std::process::Command::new("gcc").arg("--version").output().is_err() {
        eprintln!("SKIPPED cgo_files_are_reported_by_their_own_names: there is no gcc");
        return;
    }
    for go in toolchains("cgo_files_are_reported_by_their_own_names") {
        let folder = module(&[("linked.go", linked)]);
        let out = vet(&go, folder.path(), &[("CGO_ENABLED", "1")], &["./..."]);
        assert_eq!(out.findings(), ["linked.go:9:15 TH103"], "{}", out.stderr);
    }
}
