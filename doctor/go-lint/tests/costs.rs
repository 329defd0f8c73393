//! The marks of the rules about memory and speed against the real toolchain: what is marked does allocate, or takes its
//! time, and what is not does not.
//!
//! Needs the Go toolchain of `TOPHASH_GO_1_27`; skipped loudly without. The deep tier (`TOPHASH_DEEP`) asks Go 1.21 too.

#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it skips"
)]

mod common;
#[path = "common/go_tests.rs"]
mod go_tests;
#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use common::Marks;
use go_tests::Tests;
use std::path::Path;

/// The folders, and what their tests say where it costs.
const COSTS: [(&str, &str); 4] = [
    ("th301", "the map grows"),
    ("th305", "the copies take their time"),
    ("th306", "the look-up allocates"),
    ("th307", "each entry is an allocation"),
];

/// Runs of one test: what else the machine does may take time, too.
const TRIES: usize = 5;

/// How many marks the files of a folder have.
fn marked(package: &str) -> usize {
    let files = common::files();
    let of = files.iter().filter(|(path, _)| Path::new(path).parent() == Some(Path::new(package)));
    of.map(|(_, text)| Marks::of(text))
        .flat_map(|marks| [marks.want, marks.missed])
        .flatten()
        .count()
}

#[test]
fn what_is_marked_as_a_cost_costs() {
    let test = "what_is_marked_as_a_cost_costs";
    let deep = std::env::var_os("TOPHASH_DEEP").is_some();
    let minors: &[u32] = if deep { &[27, 21] } else { &[27] };
    for go in minors.iter().filter_map(|minor| toolchain::go(*minor, test)) {
        for (rule, words) in COSTS {
            let bad = format!("{rule}/bad");
            let tests = Tests::build(&go, &bad, &[]);
            assert_eq!(tests.names.len(), marked(&bad), "{bad} has a test for each mark");
            for name in &tests.names {
                let (passed, text) = tests.run(name);
                assert!(!passed && text.contains(words), "{bad} {name}:\n{text}");
            }
            let good = format!("{rule}/good");
            let tests = Tests::build(&go, &good, &[]);
            for name in &tests.names {
                let passed = (0..TRIES).any(|_| tests.run(name).0);
                assert!(passed, "{good} {name}:\n{}", tests.run(name).1);
            }
        }
    }
}

/// Types of more than 128 bytes, as sizes and alignments are hard to tell.
const TYPES: &str = r"
type A struct{ a bool; b [130]byte; c int16 }
type B struct{ a [17]int; b bool; c int32; d bool; e int64 }
type C struct{ a [9]string; b struct{} }
type D struct{ a [6][]int; b any; c error; d map[int]int; e chan int; f func() }
type E struct{ a [20]struct{ x int8; y int64 } }
type F struct{ a complex64; b [15]complex128; c float32 }
type G struct{ A; b byte }
type H [0x21]int
type I struct{ a time.Time; b [10]time.Duration; c sync.Mutex; d sync.RWMutex }
type J struct{ a [129]bool; b uint16; c uint8; d uint32 }
type K struct{ a uintptr; b [16]unsafe.Pointer; c rune; d byte }
type L struct{ n int; of [3]B }
type M struct{ H; p *M; q interface{ F() } }
";

#[test]
fn sizes_are_those_of_the_compiler() {
    let Some(go) = toolchain::go(27, "sizes_are_those_of_the_compiler") else { return };
    let names: Vec<&str> =
        TYPES.lines().filter_map(|line| line.strip_prefix("type ")?.split(' ').next()).collect();
    let mut source = format!(
        "package main\n\nimport (\n\t\"sync\"\n\t\"time\"\n\t\"unsafe\"\n)\n\nvar _ sync.Mutex\nvar _ time.Time\n{TYPES}\n"
    );
    let mut main = String::from("func main() {\n");
    for name in &names {
        source += &format!(
            "type of{name} struct{{ of {name}; n int }}\n\nfunc f{name}(m map[int]of{name}) {{\n\tv := m[1]\n\tv.n++\n\tm[1] = v\n}}\n\n"
        );
        main += &format!("\tprintln(unsafe.Sizeof(of{name}{{}}))\n");
    }
    source += &main;
    source += "}\n";
    let module = "module example.com/sizes\n\ngo 1.21\n";
    let files = [("go.mod", module), ("main.go", source.as_str())];
    let findings = common::check_by(files, &common::all_of("TH305")).findings;
    let told: Vec<String> = findings
        .iter()
        .filter_map(|found| found.message.split(" of ").last()?.split(' ').next())
        .map(str::to_owned)
        .collect();
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (path, text) in files {
        std::fs::write(folder.path().join(path), text).expect("it can be written");
    }
    let mut run = go.command();
    run.current_dir(folder.path()).args(["run", "."]);
    let output = run.output().expect("go starts");
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    let printed: Vec<&str> = printed.lines().collect();
    assert_eq!(printed.len(), names.len(), "{printed:?}");
    assert_eq!(told, printed, "{names:?}");
}
