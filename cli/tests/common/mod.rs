//! Runs the program as a user does, and finds the fixtures.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses a part of this")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The example service.
pub(crate) const ORDERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/go/orders");

/// The programs that the rules of the check are about.
pub(crate) const CHECK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/go/check");

/// The module that other tools complain of, with what they print about it.
pub(crate) const REPORTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/go/reported");

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

/// A module of one file.
pub(crate) fn module_of(source: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    write(folder.path(), "go.mod", "module example.com/t\n\ngo 1.21\n");
    write(folder.path(), "t.go", source);
    folder
}

/// Writes a file of a folder, and the folders above it.
pub(crate) fn write(folder: &Path, file: &str, text: &str) {
    let path = folder.join(file);
    std::fs::create_dir_all(path.parent().expect("it lies in the folder"))
        .expect("a folder can be made");
    std::fs::write(path, text).expect("a file can be written");
}

/// What a run of the program left behind.
pub(crate) struct Out {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A recorded crash text.
pub(crate) fn crash(fixture: &str, run: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../fixtures/go/recorded/{fixture}/{run}.txt"))
}

/// Explains a recorded crash with a source tree.
pub(crate) fn explain(fixture: &str, recorded: &str, source: &str) -> Out {
    let file = crash(fixture, recorded);
    run(&["explain", file.to_str().expect("paths of the project are UTF-8"), "--source", source])
}

/// Runs the program with no input.
pub(crate) fn run(arguments: &[&str]) -> Out {
    run_with(arguments, b"")
}

/// Runs the program in a folder, with no input.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Out {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tophash"));
    command.current_dir(folder);
    finish(&mut command, arguments, b"")
}

/// Runs the program with these bytes on its standard input, outside any Go module.
pub(crate) fn run_with(arguments: &[&str], input: &[u8]) -> Out {
    finish(&mut Command::new(env!("CARGO_BIN_EXE_tophash")), arguments, input)
}

/// The cache of the tests, which is not that of the user.
pub(crate) fn cache_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

/// Runs the program in a folder, with a cache of its own.
pub(crate) fn run_with_cache(folder: &Path, cache: &Path, arguments: &[&str]) -> Out {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tophash"));
    command.current_dir(folder).env("TOPHASH_CACHE_DIR", cache);
    finish(&mut command, arguments, b"")
}

fn finish(command: &mut Command, arguments: &[&str], input: &[u8]) -> Out {
    if !command.get_envs().any(|(name, _)| name == "TOPHASH_CACHE_DIR") {
        command.env("TOPHASH_CACHE_DIR", cache_folder());
    }
    let mut child = command
        .args(arguments)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("stdin is piped");
    let input = input.to_vec();
    let writer = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().expect("the program ends");
    // A program that does not read its input closes the pipe; that is its right.
    let _ = writer.join();
    Out {
        code: output.status.code().expect("the program was not killed"),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// Copies a folder.
pub(crate) fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the copy can be made");
    for entry in std::fs::read_dir(from).expect("the folder can be listed") {
        let entry = entry.expect("the folder can be listed");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}
