//! `tophash check --fix`, `--diff` and `--with-test` as a user runs them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const MODULE: &str = "module example.com/t\n\ngo 1.21\n";

const CACHE: &str = "package t

import \"sync\"

type Cache struct {
	mu      sync.Mutex
	entries map[string]int
}

func New() *Cache { return &Cache{entries: make(map[string]int)} }

func (c *Cache) Put(k string, v int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries[k] = v
}

func (c *Cache) Drop(k string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.entries, k)
}

func (c *Cache) Get(k string) int { return c.entries[k] }
";

/// What no edit repairs: callers may hold the lock.
const LEFT: &str = "
func (c *Cache) add(k string, n int) { c.entries[k] += n }

func (c *Cache) Grow(k string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.add(k, 1)
}

func (c *Cache) Shrink(k string) {
	c.mu.Lock()
	c.mu.Unlock()
	c.add(k, -1)
}
";

fn tree(source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("go.mod"), MODULE).unwrap();
    fs::write(folder.path().join("cache.go"), source).unwrap();
    folder
}

fn check(folder: &Path, options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tophash"))
        .current_dir(folder)
        .arg("check")
        .args(options)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn fix_writes_the_files_and_says_what_it_did() {
    let folder = tree(CACHE);
    let output = check(folder.path(), &["--fix"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(
        text(&output.stdout),
        "repaired  cache.go:24 TH101 Cache.entries: takes Cache.mu\n1 finding repaired in 1 file, 0 left\n"
    );
    let now = fs::read_to_string(folder.path().join("cache.go")).unwrap();
    assert!(now.ends_with(
        "func (c *Cache) Get(k string) int {\n\tc.mu.Lock()\n\tdefer c.mu.Unlock()\n\treturn c.entries[k]\n}\n"
    ));
    assert_eq!(check(folder.path(), &[]).status.code(), Some(0));
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 2, "something lies beside the files");
}

#[test]
fn what_is_left_is_said_and_fails_the_gate() {
    let folder = tree(&format!("{CACHE}{LEFT}"));
    let output = check(folder.path(), &["--fix"]);
    assert_eq!(output.status.code(), Some(1));
    let said = text(&output.stdout);
    assert!(said.contains("left      cache.go:26 TH101 Cache.entries: "), "{said}");
    assert!(said.ends_with("1 finding repaired in 1 file, 1 left\n"), "{said}");
    assert_eq!(check(folder.path(), &["--fix", "--exit-zero"]).status.code(), Some(0));
}

#[test]
fn the_diff_does_what_fix_does_and_touches_nothing() {
    let source = format!("{CACHE}{LEFT}");
    let (diffed, fixed) = (tree(&source), tree(&source));
    let output = check(diffed.path(), &["--diff"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("left      cache.go:26"));
    let read = |folder: &Path| fs::read_to_string(folder.join("cache.go")).unwrap();
    assert_eq!(read(diffed.path()), source);
    fs::write(diffed.path().join("fix.patch"), &output.stdout).unwrap();
    let mut apply = Command::new("git");
    apply.current_dir(diffed.path()).args(["apply", "fix.patch"]);
    apply.env("GIT_CEILING_DIRECTORIES", diffed.path().parent().unwrap());
    assert!(apply.status().unwrap().success());
    check(fixed.path(), &["--fix"]);
    assert_eq!(read(diffed.path()), read(fixed.path()));
}

#[test]
fn a_stress_test_is_written_beside_the_map_and_never_over_another() {
    let folder = tree(CACHE);
    let output = check(folder.path(), &["--fix", "--with-test"]);
    let said = text(&output.stdout);
    let line = "test      cache_entries_load_test.go: go test -race -run '^TestCacheEntriesUnderLoad$' .\n";
    assert!(said.contains(line), "{said}");
    let path = folder.path().join("cache_entries_load_test.go");
    let test = fs::read_to_string(&path).unwrap();
    assert!(test.contains("subject.Get(\"key\")"), "{test}");
    // The map has another fault, and its test is there.
    fs::write(folder.path().join("cache.go"), CACHE).unwrap();
    fs::write(&path, "package t\n").unwrap();
    let output = check(folder.path(), &["--fix", "--with-test"]);
    assert!(text(&output.stderr).contains("is there already and is kept"));
    assert_eq!(fs::read_to_string(&path).unwrap(), "package t\n");
}

#[test]
fn the_diff_has_the_stress_test_as_a_new_file() {
    let folder = tree(CACHE);
    let output = check(folder.path(), &["--diff", "--with-test"]);
    fs::write(folder.path().join("fix.patch"), &output.stdout).unwrap();
    let mut apply = Command::new("git");
    apply.current_dir(folder.path()).args(["apply", "fix.patch"]);
    apply.env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap());
    assert!(apply.status().unwrap().success(), "{}", text(&output.stdout));
    assert!(folder.path().join("cache_entries_load_test.go").is_file());
}

/// A map that no lock fits: something waits between a look at it and a change.
const WAITING: &str = "package t

type Held struct {
	byName map[string]int
}

func (h *Held) Start(events <-chan string, out chan<- int) {
	go func() {
		for event := range events {
			if known, ok := h.byName[event]; ok {
				out <- known
			}
			delete(h.byName, event)
		}
	}()
}

func (h *Held) Put(name string, value int) { h.byName[name] = value }

func Run(events <-chan string, out chan<- int) {
	h := &Held{byName: map[string]int{}}
	h.Start(events, out)
	h.Put(\"a\", 1)
}
";

#[test]
fn what_is_not_safe_is_offered_and_made_only_where_it_is_asked_for() {
    let folder = tree(WAITING);
    let read = || fs::read_to_string(folder.path().join("cache.go")).unwrap();
    let said = text(&check(folder.path(), &["--fix"]).stdout);
    assert_eq!(read(), WAITING);
    assert!(said.contains("; --unsafe-fixes may repair it\n"), "{said}");
    assert!(said.contains(" more with --unsafe-fixes)\n"), "{said}");
    let diff = check(folder.path(), &["--diff", "--unsafe-fixes"]);
    assert_eq!((diff.status.code(), read()), (Some(1), WAITING.to_owned()));
    assert!(text(&diff.stdout).contains("+\tbyName sync.Map\n"), "{}", text(&diff.stdout));
    let output = check(folder.path(), &["--unsafe-fixes"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("makes Held.byName a sync.Map, in "));
    assert!(read().contains("{ h.byName.Store(name, value) }"));
    assert_eq!(check(folder.path(), &[]).status.code(), Some(0));
}

#[test]
fn what_cannot_go_together_is_refused() {
    let folder = tree(CACHE);
    for options in [
        &["--fix", "--rev", "HEAD"][..],
        &["--fix", "--diff"],
        &["--fix", "--format", "json"],
        &["--with-test"],
        &["--unsafe-fixes", "--rev", "HEAD"],
    ] {
        let output = check(folder.path(), options);
        assert_eq!(output.status.code(), Some(2), "{options:?}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("cache.go")).unwrap(), CACHE);
}

#[test]
fn a_suppressed_or_known_finding_is_not_repaired() {
    let ignored = CACHE.replace(
        "{ return c.entries[k] }",
        "{ return c.entries[k] } //tophash:ignore TH101 only tests call it",
    );
    let folder = tree(&ignored);
    assert_eq!(check(folder.path(), &["--fix"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("cache.go")).unwrap(), ignored);
    let folder = tree(CACHE);
    check(folder.path(), &["--write-baseline", "known.txt"]);
    let output = check(folder.path(), &["--baseline", "known.txt", "--fix"]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(fs::read_to_string(folder.path().join("cache.go")).unwrap(), CACHE);
}

/// What one such file has is left, and does not keep the others from being repaired.
#[test]
fn files_that_are_no_plain_text_are_left() {
    let folder = tree(CACHE);
    let odd = CACHE.replace("package t", "package odd // \u{e9}");
    let mut bytes = odd.into_bytes();
    let at = bytes.windows(2).position(|two| two == [0xc3, 0xa9]).unwrap();
    bytes.remove(at);
    let lines = CACHE.replace("package t", "package crlf").replace('\n', "\r\n");
    for (name, text) in [("odd", bytes), ("crlf", lines.into_bytes())] {
        fs::create_dir(folder.path().join(name)).unwrap();
        fs::write(folder.path().join(name).join("cache.go"), text).unwrap();
    }
    let read = |name: &str| fs::read(folder.path().join(name).join("cache.go")).unwrap();
    let before = (read("odd"), read("crlf"));
    let output = check(folder.path(), &["--fix"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(
        text(&output.stdout).ends_with("1 finding repaired in 1 file, 2 left\n"),
        "{}",
        text(&output.stdout)
    );
    assert_eq!((read("odd"), read("crlf")), before);
}

#[cfg(unix)]
#[test]
fn permissions_and_links_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tree("package t\n");
    let real = folder.path().join("real");
    fs::create_dir(&real).unwrap();
    fs::write(real.join("cache.go.txt"), CACHE).unwrap();
    fs::set_permissions(real.join("cache.go.txt"), fs::Permissions::from_mode(0o640)).unwrap();
    fs::remove_file(folder.path().join("cache.go")).unwrap();
    symlink("real/cache.go.txt", folder.path().join("cache.go")).unwrap();
    assert_eq!(check(folder.path(), &["--fix"]).status.code(), Some(0));
    assert!(folder.path().join("cache.go").is_symlink());
    let now = fs::metadata(real.join("cache.go.txt")).unwrap();
    assert_eq!(now.permissions().mode() & 0o777, 0o640);
    assert!(fs::read_to_string(real.join("cache.go.txt")).unwrap().contains("defer c.mu.Unlock()"));
}

#[test]
fn the_output_in_the_readme_is_real() {
    let folder = tempfile::tempdir().unwrap();
    common::copy_tree(common::ORDERS.as_ref(), folder.path());
    let printed = text(&check(folder.path(), &["--fix", "--with-test"]).stdout);
    let readme = include_str!("../../README.md");
    let (_, after) = readme.split_once("tophash check --fix --with-test`").unwrap();
    let (_, shown) = after.split_once("```text\n").unwrap();
    let (shown, _) = shown.split_once("```").unwrap();
    let mut printed = printed.lines();
    for line in shown.lines().filter(|line| *line != "…") {
        assert!(printed.any(|real| real == line), "not printed, or not here: {line}");
    }
}
