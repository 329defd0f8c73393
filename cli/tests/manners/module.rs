//! A small module with findings, and runs of the check on it.

use crate::common::{Out, run_in};
use std::fs;
use std::path::Path;

/// A map with a guard that two functions do without.
pub(crate) const UNEVEN: &str = "\
package t

import \"sync\"

type C struct {
	mu sync.Mutex
	m  map[string]int
}

func (c *C) Put(k string) { c.mu.Lock(); c.m[k]++; c.mu.Unlock() }

func (c *C) Drop(k string) { c.mu.Lock(); delete(c.m, k); c.mu.Unlock() }

func (c *C) Has(k string) bool { c.mu.Lock(); defer c.mu.Unlock(); return c.m[k] > 0 }

func (c *C) Get(k string) int {
	return c.m[k]
}

func (c *C) Set(k string, v int) {
	c.m[k] = v
}
";

/// Where the two findings are.
pub(crate) const AT: [&str; 2] = ["t.go:17", "t.go:21"];

/// A module of one file.
pub(crate) fn module_of(source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "go.mod", "module example.com/t\n\ngo 1.21\n");
    write(folder.path(), "t.go", source);
    folder
}

/// Writes a file below a folder, with the folders on the way.
pub(crate) fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Checks the module in a folder.
pub(crate) fn check(folder: &Path, arguments: &[&str]) -> Out {
    run_in(folder, &[&["check"], arguments].concat())
}

/// Checks the module in a folder, and gives `file:line` of each finding.
pub(crate) fn places(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let out = check(folder, &[&["--format", "concise"], arguments].concat());
    assert!(out.code <= 1, "{arguments:?}: {}", out.stderr);
    out.stdout
        .lines()
        .map(|line| line.splitn(3, ':').take(2).collect::<Vec<_>>().join(":"))
        .collect()
}
