//! Maps without a size in the programs of `fixtures/go/check` repaired, and judged by Go: they build, are formatted, pass
//! `go vet`, and grow no more.
//!
//! Needs the Go toolchain of `TOPHASH_GO_1_27`; those tests are skipped loudly without.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod common;
#[path = "../../go-lint/tests/common/mod.rs"]
mod programs;
#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use common::{Files, Repaired, repair_by};
use std::process::Command;
use toolchain::Go;

/// What is left to a person, by the function, and why.
const BY_HAND: [(&str, &str); 5] = [
    ("Later", "may not be known yet"),
    ("Tagged", "is a guess"),
    ("Once", "is a guess"),
    ("Both", "is a guess"),
    ("Tags", "is a guess"),
];

fn repaired(files: &Files) -> Repaired {
    repair_by(files, &programs::all_of("TH301"), go_repair::Allowed::default())
}

fn one(body: &str) -> Files {
    let source = format!("package t\n\n{body}\n");
    [("go.mod", "module example.com/t\n\ngo 1.24\n"), ("t.go", source.as_str())]
        .into_iter()
        .map(|(path, text)| (path.to_owned(), text.to_owned()))
        .collect()
}

/// The repaired text of a function; empty where it is left as it was.
fn after(body: &str) -> String {
    let repaired = repaired(&one(body));
    if repaired.plan.changes.is_empty() {
        assert!(!repaired.plan.left.is_empty(), "nothing is found:\n{body}");
        return String::new();
    }
    repaired.files.get("t.go").cloned().expect("it is one of them")
}

#[test]
fn what_is_known_is_written_and_what_is_a_guess_is_left() {
    let Repaired { plan, findings, after, files } = repaired(&programs::files());
    let mut left: Vec<String> = Vec::new();
    for one in &plan.left {
        let site = &findings.get(one.finding).expect("it is one of them").access.site;
        if !site.file.starts_with("th301/") {
            continue;
        }
        let function = site.function.clone().unwrap();
        let function = function.rsplit('.').next().unwrap();
        let (_, why) = BY_HAND.iter().find(|(name, _)| *name == function).expect(function);
        assert!(one.why.contains(why), "{function}: {}", one.why);
        left.push(function.to_owned());
    }
    assert_eq!(left, BY_HAND.map(|(name, _)| name));
    assert_eq!(after.len(), plan.left.len());
    let text = files.get("th301/bad/fill.go").expect("it is one of them");
    for made in [
        "byID := make(map[string]User, len(users)) ",
        "positions := make(map[int]string, len(users)) ",
        "squares := make(map[int]int, n) ",
        "table := make(map[int]int, 1000) ",
        "users: make(map[string]int, len(users)), ",
        "i.users = make(map[string]int, len(i.names)) ",
    ] {
        assert!(text.contains(made), "{made}\n{text}");
    }
    assert!(repaired(&files).plan.changes.is_empty(), "a second run has something to do");
}

/// What stands in the hint must mean the same where the map is made.
#[test]
fn a_size_that_is_another_where_the_map_is_made_is_left() {
    let fill = "for _, x := range xs {\n\t\tm[x] = true\n\t}\n\treturn m\n}";
    let f =
        |head: &str| after(&format!("func f(xs []string) map[string]bool {{\n\t{head}\n\t{fill}"));
    assert!(f("m := make(map[string]bool)").contains("make(map[string]bool, len(xs))"));
    assert!(f("m := map[string]bool{}\n\tprintln(1)").contains("make(map[string]bool, len(xs))"));
    assert_eq!(f("m := make(map[string]bool)\n\txs = append(xs, \"a\")"), "");
    assert_eq!(f("m := make(map[string]bool)\n\txs := append(xs, \"a\")"), "");
    assert_eq!(
        f("len := func([]string) int { return 1 }\n\tm := make(map[string]bool)\n\t_ = len"),
        ""
    );
    // What a nil pointer leads to is not looked at before the way out.
    let g = |between: &str| {
        after(&format!(
            "type s struct{{ xs []string }}\n\nfunc f(s *s) map[string]bool {{\n\tm := make(map[string]bool)\n\t{between}for _, x := range s.xs {{\n\t\tm[x] = true\n\t}}\n\treturn m\n}}"
        ))
    };
    assert_eq!(f("m := make(map[string]bool) // one\n\t_ = 1                      // other"), "");
    assert!(f("m := make(map[string]bool) // one").contains("len(xs)) // one"));
    assert!(g("").contains("make(map[string]bool, len(s.xs))"));
    assert_eq!(g("if s == nil {\n\t\treturn nil\n\t}\n\t"), "");
}

#[test]
fn what_is_repaired_builds_and_grows_no_more() {
    let Some(go) = toolchain::go(27, "what_is_repaired_builds_and_grows_no_more") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in &repaired(&programs::files()).files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let mut format = Command::new(go.root.join("bin").join("gofmt"));
    format.current_dir(folder.path()).args(["-l", "."]);
    assert_eq!(Go::output(format), "", "gofmt would change these");
    let mut vet = go.command();
    vet.current_dir(folder.path()).args(["vet", "./th301/bad"]);
    Go::output(vet);
    let mut run = go.command();
    run.current_dir(folder.path()).args(["test", "-vet=off", "-v", "./th301/bad"]);
    let output = run.output().expect("go starts");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut failed: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("--- FAIL: Test")?.split(' ').next())
        .collect();
    failed.sort_unstable();
    let mut by_hand = BY_HAND.map(|(name, _)| name);
    by_hand.sort_unstable();
    assert_eq!(failed, by_hand, "{text}");
}
