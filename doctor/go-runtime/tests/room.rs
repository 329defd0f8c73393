//! The room of maps, held against the maps of running Go programs.
//!
//! Needs the Go toolchains of `TOPHASH_GO_1_21` and `TOPHASH_GO_1_27`; skipped loudly without.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use go_runtime::{Room, room};
use toolchain::Go;

/// Runs a program of `tests/room`, and compares each line that it prints.
fn compare(minor: u32, program: &str, read: impl Fn(&[u64]) -> Room) {
    let test = format!("the room of maps of Go 1.{minor}");
    let Some(go) = toolchain::go(minor, &test) else { return };
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::write(folder.path().join("main.go"), program).expect("it can be written");
    let module = format!("module example.com/room\n\ngo 1.{minor}\n");
    std::fs::write(folder.path().join("go.mod"), module).expect("it can be written");
    let mut run = go.command();
    run.current_dir(folder.path()).args(["run", "."]);
    let output = Go::output(run);
    assert!(output.lines().count() > 1000, "{output}");
    for line in output.lines() {
        let (what, numbers) = line.split_once(' ').unwrap();
        let numbers: Vec<u64> =
            numbers.split(' ').map(|number| number.parse().expect("a number")).collect();
        let (entries, found) = numbers.split_first().unwrap();
        assert_eq!(room(*entries, minor), read(found), "{what} {entries} of Go 1.{minor}");
    }
}

fn buckets(found: &[u64]) -> Room {
    Room::Buckets(*found.first().unwrap())
}

fn tables(found: &[u64]) -> Room {
    Room::Tables { tables: *found.first().unwrap(), groups: *found.last().unwrap() }
}

#[test]
fn hints_yield_the_buckets_that_go_1_21_makes() {
    compare(21, include_str!("room/buckets.go"), buckets);
}

#[test]
fn hints_yield_the_tables_that_go_1_27_makes() {
    compare(27, include_str!("room/tables.go"), tables);
}

/// The releases between, where their toolchains are named.
#[test]
fn hints_yield_what_the_releases_between_make() {
    for minor in [22, 23, 24, 25, 26] {
        if std::env::var_os(format!("TOPHASH_GO_1_{minor}")).is_none() {
            eprintln!("SKIPPED Go 1.{minor}: TOPHASH_GO_1_{minor} does not name it");
        } else if minor < 24 {
            compare(minor, include_str!("room/buckets.go"), buckets);
        } else {
            compare(minor, include_str!("room/tables.go"), tables);
        }
    }
}

#[test]
fn rooms_are_told_in_words() {
    assert_eq!(room(100, 22).to_string(), "16 buckets");
    assert_eq!(room(8, 23).to_string(), "1 bucket");
    assert_eq!(room(8, 27).to_string(), "1 group");
    assert_eq!(room(100, 27).to_string(), "16 groups");
    assert_eq!(room(2_000, 27).to_string(), "4 tables of 128 groups");
    assert_eq!((room(100, 22).growths(), room(100, 27).growths()), (4, 4));
    assert_eq!(room(u64::MAX, 27).growths(), room(u64::MAX, 27).growths());
}
