//! What the rules about memory claim, against running programs: what is marked does keep its memory, and its twin gives it
//! back; and the compiler's own word for where values live, joined to the findings.
//!
//! Needs the Go toolchain of `TOPHASH_GO_1_27`, and in the deep tier (`TOPHASH_DEEP`) that of 1.21 too; skipped loudly
//! without.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod common;
#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use common::Marks;
use finding::{Finding, Grade};
use go_lint::{EscapeReport, Options};
use std::path::Path;
use std::sync::Arc;
use toolchain::Go;

/// The toolchains that are there.
fn toolchains(test: &str) -> Vec<Go> {
    let deep = std::env::var_os("TOPHASH_DEEP").is_some();
    let minors: &[u32] = if deep { &[27, 21] } else { &[27] };
    minors.iter().filter_map(|minor| toolchain::go(*minor, test)).collect()
}

/// Whether the tests of a folder pass, and what they print.
fn run(go: &Go, folder: &str) -> (bool, String) {
    let mut command = go.command();
    command.args(["test", "-count=1", "-v", &format!("./{folder}")]).current_dir(common::module());
    let output = command.output().expect("go starts");
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

fn marks(folder: &str) -> usize {
    let files = common::files();
    let of_folder = files.iter().filter(|(path, _)| path.starts_with(folder));
    of_folder.map(|(_, text)| Marks::of(text).want.len()).sum()
}

#[test]
fn maps_that_are_marked_keep_their_memory() {
    for go in toolchains("maps_that_are_marked_keep_their_memory") {
        for rule in ["th302", "th304"] {
            let bad = format!("{rule}/bad");
            let (_, text) = run(&go, &bad);
            let failed = text.matches("--- FAIL: Test").count();
            assert_eq!(failed, marks(&bad), "{bad} has a failing test for each mark:\n{text}");
            assert_eq!(text.matches(" stay\n").count(), failed, "{text}");
            assert!(!text.contains("--- PASS"), "{text}");
            let (passed, text) = run(&go, &format!("{rule}/good"));
            assert!(passed && text.contains("--- PASS"), "{rule}/good:\n{text}");
        }
    }
}

/// What the compiler says of packages of the fixtures.
fn report(go: &Go, packages: &str) -> Vec<u8> {
    let mut command = go.command();
    command.args(["build", "-gcflags=-m", packages]).current_dir(common::module());
    let output = command.output().expect("go starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stderr
}

/// The findings of TH302, joined to a report.
fn joined(report: &[u8]) -> Vec<Finding> {
    let escapes = Some(Arc::new(EscapeReport::read("m.txt", report)));
    let options = Options { escapes, ..common::all_of("TH302") };
    common::check_by(common::files(), &options).findings
}

#[test]
fn values_that_the_compiler_puts_on_the_heap_are_said_to_be() {
    for go in toolchains("values_that_the_compiler_puts_on_the_heap_are_said_to_be") {
        let report = report(&go, "./th302/...");
        let findings = joined(&report);
        let of = |function: &str| {
            let ends = |finding: &&Finding| {
                let name = finding.access.site.function.as_deref().unwrap_or_default();
                finding.access.site.file.starts_with("th302/bad/") && name.ends_with(function)
            };
            let finding = findings.iter().find(ends).expect(function);
            finding.because.iter().find(|reason| reason.contains("escapes to the heap")).cloned()
        };
        let text = String::from_utf8_lossy(&report);
        for (function, value) in
            [(".visit", "&Visit{} "), (".quota", "&Visit{} "), (".remember", "make([]byte, 1024) ")]
        {
            let reason = of(function).expect(function);
            let (_, place) = reason.split_once(value).expect(&reason);
            let line: usize = place
                .trim_matches(['(', ')'])
                .rsplit(':')
                .next()
                .and_then(|line| line.parse().ok())
                .expect(&reason);
            let line = text.lines().nth(line - 1).expect("a line of the report");
            assert!(line.ends_with("escapes to heap") && line.contains(value.trim()), "{line}");
        }
        assert_eq!(of(".run"), None, "a number stays where it is");
        // The report of another package says nothing of these.
        let other = joined(&self::report(&go, "./th303/..."));
        assert!(
            other
                .iter()
                .all(|finding| !finding.because.iter().any(|reason| reason.contains("m.txt")))
        );
        assert_eq!(other.len(), findings.len());
    }
}

/// A map that ends with its function does not grow as long as the program lives.
#[test]
fn maps_that_do_not_outlive_their_function_are_left_alone() {
    let source = "package main\n\n\
        import (\n\t\"bufio\"\n\t\"os\"\n)\n\n\
        type words struct{ seen map[string]int }\n\n\
        func (w *words) add(word string) { w.seen[word]++ }\n\n\
        func read() int {\n\
        \tw := words{seen: make(map[string]int)}\n\
        \tin := bufio.NewScanner(os.Stdin)\n\
        \tfor in.Scan() {\n\t\tw.add(in.Text())\n\t}\n\
        \treturn len(w.seen)\n}\n\n\
        func main() { println(read()) }\n";
    let files = [("go.mod", "module example.com/words\n\ngo 1.21\n"), ("main.go", source)];
    let alone = common::check_by(files, &common::all_of("TH302")).findings;
    assert_eq!(alone.len(), 1);
    assert_eq!(alone[0].grade, Grade::Low);
    for go in toolchains("maps_that_do_not_outlive_their_function_are_left_alone") {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).expect("a file is written");
        }
        let mut command = go.command();
        let built = Path::new("words");
        command.args(["build", "-gcflags=-m", "-o"]).arg(built).arg("./...").current_dir(&folder);
        let output = command.output().expect("go starts");
        let report = EscapeReport::read("m.txt", &output.stderr);
        assert!(!report.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
        let options = Options { escapes: Some(Arc::new(report)), ..common::all_of("TH302") };
        let findings = common::check_by(files, &options).findings;
        assert!(findings.is_empty(), "{findings:?}\n{}", String::from_utf8_lossy(&output.stderr));
    }
}
