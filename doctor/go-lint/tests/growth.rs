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

/// How many lines of a folder are marked.
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
    let mut version = go.command();
    version.arg("version");
    let version = Go::output(version);
    assert!(output.status.success(), "{version}{}", String::from_utf8_lossy(&output.stderr));
    output.stderr
}

/// The findings of TH302, joined to a report.
fn joined(report: &[u8]) -> Vec<Finding> {
    joined_of("TH302", common::files(), report)
}

/// The findings of a rule in a tree, joined to a report.
fn joined_of<P, T>(
    rule: &str,
    files: impl IntoIterator<Item = (P, T)>,
    report: &[u8],
) -> Vec<Finding>
where
    P: Into<String>,
    T: Into<Vec<u8>>,
{
    let escapes = Some(Arc::new(EscapeReport::read("m.txt", report)));
    let options = Options { escapes, ..common::all_of(rule) };
    common::check_by(files, &options).findings
}

#[test]
fn small_values_that_the_compiler_puts_on_the_heap_are_said_to_be() {
    for go in toolchains("small_values_that_the_compiler_puts_on_the_heap_are_said_to_be") {
        let report = report(&go, "./th307/...");
        let findings = joined_of("TH307", common::files(), &report);
        let bad: Vec<&Finding> = findings
            .iter()
            .filter(|finding| finding.access.site.file.starts_with("th307/bad/"))
            .collect();
        assert!(!bad.is_empty());
        for finding in bad {
            let said = finding.because.iter().any(|reason| {
                reason.starts_with("each value put in escapes to the heap: &")
                    && reason.contains("(m.txt:")
            });
            assert!(said, "{:?}", finding.because);
        }
    }
}

/// What the compiler keeps in a frame is no allocation; a copy that it moves to the heap is one at each access.
#[test]
fn the_compiler_tells_what_a_pointer_and_a_copy_cost() {
    let module = ("go.mod", "module example.com/t\n\ngo 1.21\n");
    let pointers = "package t\n\ntype point struct{ x, y int }\n\nfunc Sum(n int) int {\n\tpoints := make(map[int]*point)\n\tfor i := 0; i < n; i++ {\n\t\tpoints[i] = &point{i, i}\n\t}\n\tsum := 0\n\tfor _, p := range points {\n\t\tsum += p.x + p.y\n\t}\n\treturn sum\n}\n";
    for (said, claims) in [("escapes to heap", 1), ("does not escape", 0)] {
        let report = format!("# example.com/t\n./t.go:8:15: &point{{...}} {said}\n");
        let found = joined_of("TH307", [module, ("t.go", pointers)], report.as_bytes());
        assert_eq!(found.len(), claims, "{said}");
    }
    let copies = "package t\n\ntype Stats struct {\n\tHits int\n\tMore [64]int\n}\n\nfunc Hits(stats map[string]Stats, see func(string)) int {\n\tsum := 0\n\tfor name, one := range stats {\n\t\tsee(name)\n\t\tsum += one.Hits\n\t}\n\treturn sum\n}\n";
    let graded = |report: &str| {
        let found = joined_of("TH305", [module, ("t.go", copies)], report.as_bytes());
        found.iter().map(|finding| (finding.grade, finding.because.len())).collect::<Vec<_>>()
    };
    assert_eq!(
        graded("# example.com/t\n./t.go:8:11: stats does not escape\n"),
        [(Grade::Medium, 2)]
    );
    assert_eq!(graded("# example.com/t\n./t.go:10:12: moved to heap: one\n"), [(Grade::High, 3)]);
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

/// What the compiler keeps in the frame of a function that returns does not grow as long as the program lives.
#[test]
fn maps_that_do_not_outlive_their_function_are_left_alone() {
    let source = "package t\n\nimport \"net/http\"\n\nvar names map[string]int\n\nfunc init() { http.HandleFunc(\"/\", name) }\n\nfunc name(w http.ResponseWriter, r *http.Request) {\n\tif names == nil {\n\t\tnames = make(map[string]int)\n\t}\n\tnames[r.RemoteAddr]++\n}\n";
    let files = [("go.mod", "module example.com/t\n\ngo 1.21\n"), ("t.go", source)];
    for (said, claims) in [("escapes to heap", 1), ("does not escape", 0)] {
        let report = format!("# example.com/t\n./t.go:11:11: make(map[string]int) {said}\n");
        let escapes = Some(Arc::new(EscapeReport::read("m.txt", report.as_bytes())));
        let options = Options { escapes, ..common::all_of("TH302") };
        assert_eq!(common::check_by(files, &options).findings.len(), claims, "{said}");
    }
}
