//! The table of functions of real programs, held against what Go's own runtime says of the same addresses.
//!
//! Needs the Go toolchains of `TOPHASH_GO_1_21` and `TOPHASH_GO_1_27`; skipped loudly without.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking, and says what it skips"
)]

#[path = "../../go-source/tests/common/toolchain.rs"]
#[expect(dead_code, reason = "a part of it is used here")]
mod toolchain;

use go_binary::{Bases, FunctionTable, Image};
use go_runtime::symbol::as_printed;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use toolchain::{Go, go};

/// Builds the program that answers.
fn built(go: &Go, folder: &Path, flags: &[&str]) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/main.go");
    let program = folder.join("oracle");
    let mut command = go.command();
    command.arg("build").args(flags).arg("-o").arg(&program).arg(source);
    assert!(command.status().expect("go starts").success(), "go build failed");
    program
}

/// What the program itself says of these addresses: entry, function, file and line.
fn answers(program: &Path, addresses: &[u64]) -> Vec<String> {
    let mut child = Command::new(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut text = String::new();
    for address in addresses {
        writeln!(text, "{address:x}").unwrap();
    }
    let mut stdin = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Addresses all over the code: the first of each function, and some further on.
fn addresses(table: &FunctionTable<'_>) -> Vec<u64> {
    let entries: Vec<_> = table.iter().map(|function| function.entry()).collect();
    let inside = |pair: &[u64]| {
        let (entry, size) = (pair[0], pair[1] - pair[0]);
        [0, size / 5, size / 3, size / 2, size / 4 * 3].map(|at| entry + at)
    };
    entries.windows(2).filter(|pair| pair[1] > pair[0]).flat_map(inside).collect()
}

#[test]
fn functions_files_and_lines_are_those_of_the_runtime() {
    for minor in [21, 27] {
        let test = "functions_files_and_lines_are_those_of_the_runtime";
        let Some(go) = go(minor, test) else { continue };
        let folder = tempfile::tempdir().unwrap();
        let program = built(&go, folder.path(), &[]);
        let bytes = std::fs::read(&program).unwrap();
        let image = Image::read(&bytes).unwrap();
        let bases = Bases::of_symbols(&image).expect("it has symbols");
        let table = FunctionTable::read(&image, bases).unwrap();
        let addresses = addresses(&table);
        assert!(addresses.len() > 10_000, "{} addresses", addresses.len());
        let answers = answers(&program, &addresses);
        assert_eq!(answers.len(), addresses.len());
        let (mut inlined, mut wrong) = (0, Vec::new());
        for (address, answer) in addresses.iter().zip(&answers) {
            let function = table.function(*address).expect("there is code");
            let call = function.calls(*address).next().expect("the function itself");
            let file = if call.file.is_empty() { "?" } else { call.file };
            let ours = format!(
                "{:x} {} {file}:{}",
                function.entry(),
                as_printed(call.function),
                call.line
            );
            inlined += usize::from(call.inlined);
            // The first name of all is none to the runtime: its offset is zero.
            let nameless = answer.contains("  ");
            if ours != *answer && !nameless {
                wrong.push(format!("{address:x}: {ours}, and Go says {answer}"));
            }
        }
        eprintln!("Go 1.{minor}: {} addresses, {inlined} inlined", addresses.len());
        assert!(inlined > 1_000, "{inlined} addresses are in inlined calls");
        assert!(wrong.is_empty(), "{} of {}: {:#?}", wrong.len(), addresses.len(), &wrong[..1]);
    }
}

#[test]
fn a_stripped_program_has_its_functions_still() {
    for minor in [21, 27] {
        let Some(go) = go(minor, "a_stripped_program_has_its_functions_still") else { continue };
        let folder = tempfile::tempdir().unwrap();
        let read = |flags: &[&str]| std::fs::read(built(&go, folder.path(), flags)).unwrap();
        let (whole, stripped) = (read(&[]), read(&["-ldflags=-s -w"]));
        let names = |bytes: &[u8], bases: Option<Bases>| {
            let image = Image::read(bytes).unwrap();
            let bases = bases.or_else(|| Bases::of_symbols(&image)).expect("it has symbols");
            let table = FunctionTable::read(&image, bases).unwrap();
            table.iter().map(|function| function.name().to_owned()).collect::<Vec<_>>()
        };
        let bases = Bases::of_symbols(&Image::read(&whole).unwrap()).unwrap();
        assert_eq!(names(&whole, None), names(&stripped, Some(bases)));
    }
}

#[test]
fn a_damaged_table_is_survived() {
    let Some(go) = go(27, "a_damaged_table_is_survived") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut bytes = std::fs::read(built(&go, folder.path(), &[])).unwrap();
    let (bases, section) = {
        let image = Image::read(&bytes).unwrap();
        let section = image.section(".gopclntab").unwrap().unwrap().data.into_owned();
        (Bases::of_symbols(&image).unwrap(), section)
    };
    let start = bytes.windows(64).position(|part| part == &section[..64]).expect("it is there");
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random
    };
    let original = bytes.clone();
    for _ in 0..40 {
        bytes.copy_from_slice(&original);
        for _ in 0..5_000 {
            let at = start + next() as usize % section.len();
            bytes[at] = next() as u8;
        }
        let image = Image::read(&bytes).unwrap();
        let Ok(table) = FunctionTable::read(&image, bases) else { continue };
        for _ in 0..2_000 {
            let pc = bases.text + next() % 0x40_0000;
            let Some(function) = table.function(pc) else { continue };
            let _ = (function.name(), function.stack_size(pc));
            let _ = (function.calls(pc).count(), function.arguments(pc).count());
        }
    }
}
