//! Whatever the tree holds: no panic, no hang, and what can be checked is checked.

#![expect(
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod common;

use finding::Findings;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// More than enough for any of these trees, on a slow machine without optimisation.
const PATIENCE: Duration = Duration::from_secs(60);

const MODULE: (&str, &str) = ("go.mod", "module example.com/t\n\ngo 1.21\n");

/// A map with a lock, two functions that take it and one that does not.
const UNEVEN: &str = "package t

import \"sync\"

type C struct {
	mu sync.RWMutex
	m  map[int]int
}
func New() *C { return &C{m: make(map[int]int)} }
func (c *C) Put(k int) { c.mu.Lock(); defer c.mu.Unlock(); c.m[k] = 1 }
func (c *C) Get(k int) int { c.mu.RLock(); defer c.mu.RUnlock(); return c.m[k] }
func (c *C) Drop(k int) { c.mu.Lock(); defer c.mu.Unlock(); delete(c.m, k) }
";

/// Checks a module within the time that a user waits.
fn check(files: &[(&str, &str)]) -> Findings {
    let start = Instant::now();
    let findings = common::check([MODULE].iter().chain(files).copied());
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
    findings
}

/// The places and codes of findings.
fn places(findings: &Findings) -> Vec<String> {
    let place = |found: &finding::Finding| {
        format!("{}:{} {}", found.access.site.file, found.access.site.line, found.code)
    };
    findings.findings.iter().map(place).collect()
}

fn uneven(more: &str) -> String {
    format!("{UNEVEN}{more}")
}

#[test]
fn an_empty_tree_has_no_findings() {
    assert_eq!(common::check(BTreeMap::<String, String>::new()), Findings::default());
    assert_eq!(check(&[("t.go", "")]), Findings::default());
    assert_eq!(check(&[("t.go", "package t\n")]), Findings::default());
}

#[test]
fn what_does_not_compile_is_checked_around() {
    let broken = "func broken() { c.m[1] = \n}\nfunc alsoBroken( { undefined.m[2]++ }\nvar x int = \"text\"\nfunc (c *Missing) F() { c.m[3]++ }\n";
    let findings = check(&[
        ("t.go", &uneven("func (c *C) Race() { c.m[1]++ }\n")),
        ("u.go", &format!("package t\n{broken}")),
    ]);
    assert_eq!(places(&findings), ["t.go:13 TH101"]);
    let same_file =
        check(&[("t.go", &uneven(&format!("func (c *C) Race() {{ c.m[1]++ }}\n{broken}")))]);
    assert_eq!(places(&same_file), ["t.go:13 TH101"]);
}

/// An editor saves in the middle of a word.
#[test]
fn a_half_typed_file_is_checked_as_far_as_it_goes() {
    let whole = uneven(
        "func (c *C) Race() { c.m[1]++ }\nfunc (c *C) Next(k int) int {\n\treturn c.m[k]\n}\n",
    );
    for end in UNEVEN.len()..whole.len() {
        let findings = check(&[("t.go", &whole[..end])]);
        let typed = whole[..end].contains("c.m[1]++ }");
        assert!(
            !typed || places(&findings).contains(&"t.go:13 TH101".to_owned()),
            "{end}: {findings:?}"
        );
    }
}

#[test]
fn files_of_fixtures_may_end_anywhere() {
    for (path, text) in common::files().iter().filter(|(path, _)| path.ends_with(".go")) {
        for end in (0..text.len()).step_by(37) {
            let cut = text.get(..end).unwrap_or_default();
            common::check([("go.mod", MODULE.1), (path.as_str(), cut)]);
        }
    }
}

#[test]
fn packages_that_import_each_other_are_checked() {
    let a = "package a\n\nimport (\n\t\"sync\"\n\n\t\"example.com/t/b\"\n)\n\ntype A struct {\n\tmu sync.Mutex\n\tM  map[string]*b.B\n}\n\nfunc (x *A) Put(k string) { x.mu.Lock(); x.M[k] = &b.B{X: x}; x.mu.Unlock() }\nfunc (x *A) Drop(k string) { x.mu.Lock(); delete(x.M, k); x.mu.Unlock() }\nfunc (x *A) Get(k string) *b.B { return x.M[k] }\n";
    let b = "package b\n\nimport \"example.com/t/a\"\n\ntype B struct{ X *a.A }\n\nfunc (y *B) Again(k string) *B { return y.X.Get(k) }\nfunc (y *B) Loop() { go y.Loop(); y.X.Put(\"a\") }\n";
    let findings = check(&[("a/a.go", a), ("b/b.go", b)]);
    assert_eq!(places(&findings), ["a/a.go:16 TH101"]);
}

#[test]
fn functions_that_call_each_other_without_end_are_checked() {
    let source = uneven(
        "func (c *C) a() { c.b(); c.a(); c.m[1]++ }\nfunc (c *C) b() { c.a(); go c.b(); c.m[2]++ }\n",
    );
    assert_eq!(places(&check(&[("t.go", &source)])), ["t.go:13 TH101", "t.go:14 TH101"]);
}

#[test]
fn packages_that_are_not_there_cost_only_what_depends_on_them() {
    let source = "package t\n\nimport (\n\t\"sync\"\n\n\t\"github.com/missing/one\"\n\t\"github.com/missing/two/v3\"\n)\n\ntype C struct {\n\tone.Base\n\tmu sync.Mutex\n\tm  map[two.Key]one.Value\n}\n\nfunc (c *C) Put(k two.Key) { c.mu.Lock(); c.m[k] = one.New(); c.mu.Unlock() }\nfunc (c *C) Drop(k two.Key) { c.mu.Lock(); delete(c.m, k); c.mu.Unlock() }\nfunc (c *C) Get(k two.Key) one.Value { return c.m[k] }\nfunc f() { m := two.Map(); go func() { m[1]++ }(); m[2]++; one.Shared[1]++ }\n";
    assert!(places(&check(&[("t.go", source)])).contains(&"t.go:18 TH101".to_owned()));
}

/// One declaration for each target: only those that are built together belong together.
#[test]
fn variants_for_other_targets_are_not_mixed_up() {
    let variant = |tag: &str, body: &str| format!("//go:build {tag}\n\npackage t\n\n{body}");
    let locked =
        "func (c *C) Size(k int) int { c.mu.Lock(); defer c.mu.Unlock(); return c.m[k] }\n";
    let bare = "func (c *C) Size(k int) int { return c.m[k] }\n";
    let of = |linux: &str, windows: &str| {
        let files = [
            ("t.go", UNEVEN.to_owned()),
            ("size_linux.go", variant("linux", linux)),
            ("size_other.go", variant("!linux", windows)),
        ];
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        places(&check(&files))
    };
    assert_eq!(of(bare, locked), ["size_linux.go:5 TH101"]);
    assert_eq!(of(locked, bare), [] as [&str; 0]);
}

#[test]
fn a_name_that_is_declared_twice_is_checked_once() {
    let twice = uneven(
        "func (c *C) Race() { c.m[1]++ }\nfunc (c *C) Race() { c.m[2]++ }\ntype C struct{ m map[int]int }\n",
    );
    let findings = check(&[("t.go", &twice), ("u.go", &twice)]);
    assert!(places(&findings).contains(&"t.go:13 TH101".to_owned()), "{findings:?}");
}

#[test]
fn a_function_of_a_megabyte_takes_bounded_time() {
    let locked = |at: usize| format!("\tc.mu.Lock()\n\tc.m[{at}] = {at}\n\tc.mu.Unlock()\n");
    let mut body: String = (0..25_000).map(locked).collect();
    assert!(body.len() > 1_000_000);
    body.push_str("\tc.m[0]++\n");
    let findings = check(&[("t.go", &uneven(&format!("func (c *C) Fill() {{\n{body}}}\n")))]);
    assert_eq!(places(&findings), ["t.go:75014 TH104"]);
}

#[test]
fn thousands_of_accesses_without_a_lock_take_bounded_time() {
    let start = Instant::now();
    let row = |line: fn(usize) -> String| (0..5_000).map(line).collect::<String>();
    let written = row(|at| format!("\tc.m[{at}] = {at}\n"));
    let found = common::check_all(&uneven(&format!("func (c *C) Fill() {{\n{written}}}\n")));
    assert_eq!(found.findings.len(), 5_000);
    let methods = row(|at| format!("func (c *C) F{at}() {{ c.m[{at}]++ }}\n"));
    assert_eq!(common::check_all(&uneven(&methods)).findings.len(), 5_000);
    let started = row(|at| format!("\tgo func() {{ c.m[{at}]++ }}()\n"));
    common::check_all(&uneven(&format!("func (c *C) Fill() {{\n{started}}}\n")));
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
}

#[test]
fn thousands_of_looks_and_writes_of_one_key_take_bounded_time() {
    let start = Instant::now();
    let steps: String = (0..5_000)
        .map(|at| {
            format!("\tv{at}, ok{at} := s.Load(k)\n\tif !ok{at} {{\n\t\ts.Store(k, v{at})\n\t}}\n")
        })
        .collect();
    common::check_all(&format!(
        "package t\n\nimport \"sync\"\n\nvar s sync.Map\n\nfunc F(k int) {{\n{steps}}}\n"
    ));
    let made: String = (0..3_000)
        .map(|_| "\tif c.m == nil {\n\t\tc.m = map[int]int{}\n\t}\n\tprintln(c)\n".to_owned())
        .collect();
    common::check_all(&uneven(&format!("func (c *C) Make() {{\n{made}}}\n")));
    let nested = format!("{}c.m = nil{}", "if c.m == nil { ".repeat(5_000), " }".repeat(5_000));
    common::check_all(&uneven(&format!("func (c *C) Deep() {{ {nested} }}\n")));
    assert!(start.elapsed() < PATIENCE, "took {:?}", start.elapsed());
}

#[test]
fn many_ways_from_one_function_to_another_take_bounded_time() {
    let step = |at: usize| {
        format!("func (c *C) f{at}() {{ {} }}\n", format!("c.f{}(); ", at + 1).repeat(20))
    };
    let mut source: String = (0..30).map(step).collect();
    source.push_str("func (c *C) f30() { c.m[1]++ }\nfunc (c *C) Run() { go c.f0() }\n");
    assert_eq!(places(&check(&[("t.go", &uneven(&source))])), ["t.go:43 TH101"]);
    let chain: String =
        (0..5_000).map(|at| format!("func (c *C) f{at}() {{ c.f{}() }}\n", at + 1)).collect();
    check(&[("t.go", &uneven(&format!("{chain}func (c *C) f5000() {{ c.m[1]++ }}\n")))]);
}

#[test]
fn generated_files_are_not_checked_and_that_is_said() {
    let lines: String =
        (0..10_000).map(|at| format!("func (c *C) G{at}() {{ c.m[{at}]++ }}\n")).collect();
    let generated = format!("// Code generated by tablegen. DO NOT EDIT.\n\npackage t\n\n{lines}");
    let own = uneven("func (c *C) Race() { c.m[1]++ }\n");
    let findings = check(&[("t.go", &own), ("zz_generated.go", &generated)]);
    assert_eq!(places(&findings), ["t.go:13 TH101"]);
    assert!(findings.notes.iter().any(|note| note.contains("generated")), "{:?}", findings.notes);
    let quoted = generated.replacen("// Code", "// As in: Code", 1);
    let findings = check(&[
        ("t.go", &own),
        ("by_hand.go", quoted.lines().take(7).collect::<Vec<_>>().join("\n").as_str()),
    ]);
    assert_eq!(findings.findings.len(), 4);
    assert!(findings.notes.is_empty(), "{:?}", findings.notes);
}

#[test]
fn nesting_of_ten_thousand_takes_bounded_time() {
    let shells = [
        ("{", "}"),
        ("func() {", "}()"),
        ("go func() {", "}()"),
        ("if true {", "}"),
        ("for {", "}"),
        ("select { default: ", "}"),
        ("c.mu.Lock(); func() {", "}(); c.mu.Unlock()"),
    ];
    for (open, close) in shells {
        let deep = format!("{}c.m[1]++{}", open.repeat(10_000), close.repeat(10_000));
        let source = uneven(&format!(
            "func (c *C) Race() {{ c.m[1]++ }}\nfunc (c *C) Deep() {{ {deep} }}\n"
        ));
        assert!(
            places(&check(&[("t.go", &source)])).contains(&"t.go:13 TH101".to_owned()),
            "{open}"
        );
    }
    let key = format!("{}1{}", "(".repeat(10_000), ")".repeat(10_000));
    check(&[("t.go", &uneven(&format!("func (c *C) Deep() {{ c.m[{key}]++ }}\n")))]);
    let maps = format!(
        "var x {}int\nfunc f() {{ go func() {{ x{}++ }}() }}\n",
        "map[int]".repeat(10_000),
        "[1]".repeat(10_000)
    );
    check(&[("t.go", &uneven(&maps))]);
}

/// Files that a package clause is missing from: a picture, a program, one that was just made.
fn without_package() -> [(&'static str, Vec<u8>); 3] {
    let noise = |at: u32| u8::try_from(at.wrapping_mul(2_654_435_761) >> 24).unwrap();
    [
        ("picture.go", (0..200_000).map(noise).collect()),
        ("elf.go", b"\x7fELF\0\0\0package t\n".to_vec()),
        ("new.go", Vec::new()),
    ]
}

#[test]
fn bytes_that_are_no_go_are_read_around() {
    let own = uneven("func (c *C) Race() { c.m[1]++ }\n");
    for (path, bytes) in without_package() {
        let files = [
            ("go.mod", MODULE.1.as_bytes()),
            ("t.go", own.as_bytes()),
            ("u.go", b"package t\n"),
            (path, &bytes),
        ];
        assert_eq!(places(&common::check(files)), ["t.go:13 TH101"], "{path}");
    }
}

#[test]
fn bytes_that_are_no_go_do_not_hide_the_only_file() {
    let own = uneven("func (c *C) Race() { c.m[1]++ }\n");
    for (path, bytes) in without_package() {
        let files = [("go.mod", MODULE.1.as_bytes()), ("t.go", own.as_bytes()), (path, &bytes)];
        assert_eq!(places(&common::check(files)), ["t.go:13 TH101"], "{path}");
    }
}

/// A file in which most of what the rules look at is near.
fn dense() -> String {
    let files = common::files();
    let wanted =
        |path: &str| path.ends_with(".go") && !path.ends_with("_test.go") && path.contains("bad");
    files.iter().filter(|(path, _)| wanted(path)).map(|(_, text)| text.as_str()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn programs_with_holes_are_checked(cuts in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 1usize..60), 1..4)) {
        let mut files: Vec<(String, String)> = common::files().into_iter().collect();
        for (file, at, length) in cuts {
            let (_, text) = file.get(&files);
            let from = at.index(text.len().max(1));
            let cut: String = text.chars().take(from).chain(text.chars().skip(from + length)).collect();
            let place = file.index(files.len());
            files[place].1 = cut;
        }
        let findings = common::check(files.iter().cloned());
        for found in &findings.findings {
            let text = files.iter().find(|(path, _)| **path == *found.access.site.file).map(|(_, text)| text);
            let lines = text.map_or(0, |text| text.lines().count());
            prop_assert!((1..=lines).contains(&(found.access.site.line as usize)));
        }
    }

    #[test]
    fn programs_with_swapped_words_are_checked(swaps in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..40)) {
        let files = common::files();
        let paths: Vec<&String> = files.keys().filter(|path| path.ends_with(".go")).collect();
        let path = swaps[0].0.get(&paths);
        let mut words: Vec<&str> = files[*path].split_inclusive([' ', '\n', '\t', '(', '.', '[']).collect();
        for (one, other) in &swaps {
            let (one, other) = (one.index(words.len()), other.index(words.len()));
            words.swap(one, other);
        }
        let mut changed = files.clone();
        changed.insert((*path).clone(), words.concat());
        common::check(changed);
    }

    #[test]
    fn any_mixture_of_lines_is_checked(picks in proptest::collection::vec(any::<prop::sample::Index>(), 0..200)) {
        let dense = dense();
        let lines: Vec<&str> = dense.lines().filter(|line| !line.starts_with("package ")).collect();
        let mixed: Vec<&str> = picks.iter().map(|pick| *pick.get(&lines)).collect();
        common::check([("go.mod", MODULE.1.to_owned()), ("t.go", format!("package t\n{}", mixed.join("\n")))]);
    }
}
