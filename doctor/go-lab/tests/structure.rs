//! The model, held against the memory of running Go programs: the same operations on both leave the same fields and the
//! same bytes in every bucket.
//!
//! `fixtures/go/lab` does random sequences and prints what its map looks like after each operation. Needs the Go toolchain
//! of `TOPHASH_GO_1_21`, and takes those of 1.22 and 1.23 where they are named; skipped loudly without.

#![expect(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it skips"
)]

#[path = "../../go-source/tests/common/toolchain.rs"]
mod toolchain;

use go_lab::{Fault, Keys, Machine, MapType, Missing, Operation, Outcome, Program};
use go_runtime::classic::{Field, Release, SAME_SIZE_GROW};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use toolchain::{Go, go};

/// The bytes of a bucket of `map[uint16]uint64`.
const BUCKET_BYTES: u64 = 96;

/// How often something was seen that must not be missing from a comparison.
#[derive(Debug, Default)]
struct Seen {
    sequences: usize,
    operations: BTreeMap<String, usize>,
    growths: usize,
    same_size_growths: usize,
    chains: usize,
    iterations_in_growths: usize,
    clones_in_growths: usize,
    clones_beyond: usize,
    ready_overflow: usize,
}

/// Builds the fixture with that release, and compares so many sequences.
fn compare(release: Release, minor: u32, sequences: usize) {
    let Some(go) = go(minor, "the structure of maps") else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("lab");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/go/lab");
    let mut build = go.command();
    build.current_dir(source).arg("build").arg("-o").arg(&program).arg(".");
    Go::output(build);
    let mut child = Command::new(&program)
        .args(["1", &sequences.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut seen = Seen::default();
    let mut lines: Vec<String> = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap) {
        if line.starts_with("make ") && !lines.is_empty() {
            sequence(release, &lines, &mut seen);
            lines.clear();
        }
        lines.push(line);
    }
    sequence(release, &lines, &mut seen);
    assert!(child.wait().unwrap().success());
    eprintln!("Go 1.{minor}: {seen:?}");
    assert_eq!(seen.sequences, sequences);
    for operation in ["assign", "delete", "read", "clear", "clone", "iterate"] {
        assert!(seen.operations.get(operation) > Some(&(sequences / 5)), "{operation}: {seen:?}");
    }
    for count in [seen.growths, seen.chains, seen.ready_overflow] {
        assert!(count > sequences / 2, "{seen:?}");
    }
    let rare = [seen.same_size_growths, seen.iterations_in_growths, seen.clones_in_growths];
    assert!(rare.into_iter().all(|count| count > sequences / 60), "{seen:?}");
}

/// Follows a sequence on the model, and compares what it looks like after each operation.
fn sequence(release: Release, lines: &[String], seen: &mut Seen) {
    seen.sequences += 1;
    let program = program(release, lines);
    let mut machine = Machine::new(&program).unwrap();
    let mut log = Vec::new();
    let mut rest = lines.iter().map(String::as_str).peekable();
    while let Some(line) = rest.next() {
        if line.starts_with("hashes ") {
            continue;
        }
        log.push(line);
        if line == "begin" {
            machine.iterate_from(0).unwrap();
            continue;
        }
        let mut dump = Vec::new();
        for line in rest.by_ref().filter(|line| !line.starts_with("hashes ")) {
            if line == "end" {
                break;
            }
            dump.push(line);
        }
        let was = [Field::Oldbuckets, Field::B].map(|field| machine.field(field).unwrap());
        if !line.starts_with("make ")
            && !perform(&mut machine, line, field_of(&dump, "hash0"), seen)
        {
            return;
        }
        assert_eq!(printed(&machine), dump.join("\n"), "{}", log.join("; "));
        note(&machine, was, line, seen);
    }
}

/// The map that the lines of a sequence are about, with the hashes that its keys had under each seed.
fn program(release: Release, lines: &[String]) -> Program {
    let made = lines[0].strip_prefix("make ").unwrap();
    let (hint, pointers) = made.split_once(' ').unwrap();
    let mut keys = Keys::default();
    for (place, line) in lines.iter().enumerate() {
        if let Some(hashes) = line.strip_prefix("hashes ") {
            let seed = field_of(&[lines[place + 1].as_str()], "hash0");
            for (key, hash) in hashes.split(' ').enumerate() {
                let hash = u64::from_str_radix(hash, 16).unwrap();
                keys.insert(seed, u64::try_from(key).unwrap(), hash);
            }
        }
    }
    let first: Vec<&str> = lines[1..].iter().map(String::as_str).collect();
    Program {
        map: MapType {
            release,
            width: 8,
            words: 1,
            key_pointers: false,
            elem_pointers: pointers == "1",
            bucket_bytes: BUCKET_BYTES,
        },
        keys,
        is_nil: false,
        hint: hint.parse().unwrap(),
        seed: field_of(&first, "hash0"),
        start: 0,
        locks: Vec::new(),
        before: Vec::new(),
        goroutines: Vec::new(),
    }
}

/// A number of the `hmap` line.
fn field_of(dump: &[&str], name: &str) -> u64 {
    let line = dump.iter().find_map(|line| line.strip_prefix("hmap ")).unwrap();
    let mut words = line.split(' ').skip_while(|word| *word != name);
    words.nth(1).unwrap().parse().unwrap()
}

/// Does on the model what the program did, and compares what it found; false where the model cannot follow.
fn perform(machine: &mut Machine<'_>, line: &str, random: u64, seen: &mut Seen) -> bool {
    let words: Vec<&str> = line.split(' ').collect();
    let number = |place: usize| words[place].parse::<u64>().unwrap();
    *seen.operations.entry(words[0].to_owned()).or_default() += 1;
    let operation = match words[0] {
        "assign" => Operation::Assign(number(1), number(2)),
        "delete" => Operation::Delete(number(1)),
        "read" => Operation::Read(number(1)),
        "clear" => Operation::Clear,
        "clone" => return clone(machine, random, seen),
        "iterate" => {
            iterate(machine, &words[1..], seen);
            return true;
        }
        other => panic!("{other}"),
    };
    let found = machine.apply(operation, random).unwrap();
    if let Outcome::Read(value) = found {
        assert_eq!(value.is_some().to_string(), words[2], "{line}");
    }
    true
}

/// Goes on with a clone.
///
/// In the middle of a growth to the same size a map may hold more entries than its buckets are meant for. Its clone is made
/// with twice the buckets, and then `mapclone2` reads beyond the end of the smaller array: what the clone holds depends on
/// what lies there.
fn clone(machine: &mut Machine<'_>, random: u64, seen: &mut Seen) -> bool {
    let before = machine.picture().unwrap();
    seen.clones_in_growths += usize::from(before.field(Field::Oldbuckets) != 0);
    match machine.become_clone(random) {
        Ok(()) => true,
        Err(fault) => {
            assert_eq!(fault, Fault::Missing(Missing::Beyond));
            assert!(before.field(Field::Flags) & SAME_SIZE_GROW != 0, "{before:?}");
            let factor = machine.program().map.release.load_factor_num(8);
            let most = factor * ((1 << before.field(Field::B)) / 2);
            assert!(before.field(Field::Count) > most, "{before:?}");
            seen.clones_beyond += 1;
            false
        }
    }
}

/// The runtime draws where an iteration begins: the model must come to the same order from one of the places.
fn iterate(machine: &mut Machine<'_>, keys: &[&str], seen: &mut Seen) {
    let keys: Vec<u64> = keys.iter().map(|key| key.parse().unwrap()).collect();
    if machine.field(Field::Oldbuckets).unwrap() != 0 {
        seen.iterations_in_growths += 1;
    }
    let places = 8 << machine.field(Field::B).unwrap();
    let same = (0..places).any(|start| match machine.iterate_from(start).unwrap() {
        Outcome::Entries(entries) => entries.iter().map(|entry| entry.key).eq(keys.iter().copied()),
        other => panic!("{other:?}"),
    });
    assert!(same, "no place to begin leads to {keys:?}");
}

/// What the fixture prints about a map.
fn printed(machine: &Machine<'_>) -> String {
    let picture = machine.picture().unwrap();
    let mut text = "hmap".to_owned();
    for field in
        [Field::Count, Field::Flags, Field::B, Field::Noverflow, Field::Hash0, Field::Nevacuate]
    {
        write!(text, " {} {}", field.name(), picture.field(field)).unwrap();
    }
    if picture.field(Field::Extra) != 0 {
        write!(text, " extra {} {}", picture.lists.0, picture.lists.1).unwrap();
        if let Some(next) = picture.next_overflow {
            write!(text, " {next}").unwrap();
        }
    }
    for (name, array) in [("bucket", &picture.buckets), ("oldbucket", &picture.oldbuckets)] {
        for (index, chain) in array.iter().enumerate() {
            write!(text, "\n{name} {index}").unwrap();
            for bucket in chain {
                text.push(' ');
                for top in &bucket.tophash {
                    write!(text, "{top:02x}").unwrap();
                }
                for key in &bucket.keys {
                    text.push_str(&hex(&u16::try_from(*key).unwrap().to_le_bytes()));
                }
                for elem in bucket.elems.iter().flatten() {
                    text.push_str(&hex(&elem.to_le_bytes()));
                }
            }
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

/// Counts what a comparison should have come across.
fn note(machine: &Machine<'_>, was: [u64; 2], line: &str, seen: &mut Seen) {
    let picture = machine.picture().unwrap();
    let same_size = picture.field(Field::Flags) & SAME_SIZE_GROW != 0;
    if line.starts_with("assign") && was[1] != picture.field(Field::B) {
        seen.growths += 1;
    }
    if was[0] == 0 && same_size {
        seen.same_size_growths += 1;
    }
    if picture.buckets.iter().any(|chain| chain.len() > 2) {
        seen.chains += 1;
    }
    if picture.next_overflow.is_some() {
        seen.ready_overflow += 1;
    }
}

/// How many sequences: many more in the deep tier.
fn sequences() -> usize {
    if std::env::var_os("TOPHASH_DEEP").is_some() { 10_000 } else { 300 }
}

#[test]
fn maps_of_go_1_21_are_the_same_byte_for_byte() {
    compare(Release::Go1_21, 21, sequences());
}

/// The releases between, where their toolchains are named.
#[test]
fn maps_of_go_1_22_and_1_23_are_the_same_byte_for_byte() {
    for (release, minor) in [(Release::Go1_22, 22), (Release::Go1_23, 23)] {
        if std::env::var_os(format!("TOPHASH_GO_1_{minor}")).is_none() {
            eprintln!("SKIPPED Go 1.{minor}: TOPHASH_GO_1_{minor} does not name it");
        } else {
            compare(release, minor, sequences());
        }
    }
}
