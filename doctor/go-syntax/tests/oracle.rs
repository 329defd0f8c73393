//! Our trees against go/parser's, on all of Go's own source.
//!
//! `tests/oracle/` is a Go program that hashes a dump of go/parser's tree for each file; this test
//! hashes the same dump of ours. Files that go/parser rejects must have errors here too.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]
#![expect(
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says what it compared or why it did not"
)]

#[path = "support/dump.rs"]
mod dump;
#[path = "support/source.rs"]
mod source;

use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;
use source::{Random, goroot_files, mutate, nick, samples};

/// How many files of each Go version are compared at least, and the files on which the two differ
/// with the reason: `tests/oracle/manifest.txt`.
struct Manifest {
    files: usize,
    differences: Vec<String>,
}

impl Manifest {
    fn of(version: &str) -> Self {
        let text = std::fs::read_to_string(oracle_dir().join("manifest.txt"))
            .expect("the manifest is there");
        let mut manifest = Self { files: 0, differences: Vec::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            match line.split_whitespace().collect::<Vec<_>>()[..] {
                [of, "files", count] if of == version => {
                    manifest.files = count.parse().expect("a number");
                }
                [of, "differs", path, ..] if of == version => {
                    manifest.differences.push(path.to_owned());
                }
                _ => {}
            }
        }
        manifest
    }
}

/// What go/parser made of one file.
struct Verdict {
    hash: Option<u64>,
    path: PathBuf,
}

#[test]
fn trees_equal_go_1_21() {
    compare("1.21");
}

#[test]
fn trees_equal_go_1_27() {
    compare("1.27");
}

/// Damaged source is rejected where go/parser rejects it, and what is still Go has the same tree.
#[test]
fn damaged_source_is_judged_as_by_go_1_27() {
    let Some(oracle) = Oracle::build("1.27", "damaged_source_is_judged_as_by_go_1_27") else {
        return;
    };
    let dir = tempfile::tempdir().expect("a folder for the files");
    let mut files = samples();
    files.extend(goroot_files(300));
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    let count: usize = if std::env::var_os("TOPHASH_DEEP").is_some() { 40_000 } else { 4_000 };
    for number in 0..count {
        let src = &files[random.below(files.len())].1;
        let other = &files[random.below(files.len())].1;
        let text =
            if number % 4 == 0 { mutate(src, other, &mut random) } else { nick(src, &mut random) };
        std::fs::write(dir.path().join(format!("{number}.go")), text)
            .expect("the folder takes files");
    }
    let verdicts: Vec<Verdict> =
        oracle.run(&[dir.path().as_os_str()]).lines().map(verdict).collect();
    let accepted = verdicts.iter().filter(|verdict| verdict.hash.is_some()).count();
    let differing: Vec<&Verdict> = verdicts.par_iter().filter(|verdict| !agrees(verdict)).collect();
    println!("{count} damaged files, {accepted} accepted, {} differ", differing.len());
    for verdict in differing.iter().take(10) {
        let src = std::fs::read(&verdict.path).expect("the file is there");
        eprintln!("{}\n{}\n----", explain(&oracle, verdict), String::from_utf8_lossy(&src));
    }
    assert!(differing.is_empty(), "{} files differ", differing.len());
}

/// The names outside ASCII are those of the newest Go.
#[test]
fn names_equal_go_1_27() {
    let Some(oracle) = Oracle::build("1.27", "names_equal_go_1_27") else { return };
    let mut expected = std::collections::HashMap::new();
    for line in oracle.run(&["-unicode".as_ref()]).lines() {
        let (code, is_letter) = line.split_once(' ').expect("two words");
        let code: u32 = code.parse().expect("a number");
        expected.insert(code, is_letter == "true");
    }
    for c in (0x80..=u32::from(char::MAX)).filter_map(char::from_u32) {
        let is_word = |text: String| {
            let file = go_syntax::parse(format!("package {text}"));
            file.errors().is_empty() && file.package_name() == text
        };
        let known = expected.get(&u32::from(c));
        assert_eq!(is_word(format!("{c}")), known == Some(&true), "{c:?} alone");
        assert_eq!(is_word(format!("a{c}")), known.is_some(), "{c:?} inside");
    }
}

/// The built oracle of one Go version.
struct Oracle {
    program: PathBuf,
    goroot: PathBuf,
    _dir: tempfile::TempDir,
}

fn oracle_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle")
}

impl Oracle {
    fn build(version: &str, test: &str) -> Option<Self> {
        let name = format!("TOPHASH_GO_{}", version.replace('.', "_"));
        let Some(goroot) = std::env::var_os(&name).map(PathBuf::from) else {
            assert!(
                std::env::var("TOPHASH_REQUIRE").as_deref() != Ok("all"),
                "{test} needs {name}; run cargo xtask test"
            );
            eprintln!("SKIPPED {test}: needs {name}; run cargo xtask test");
            return None;
        };
        let dir = tempfile::tempdir().expect("a folder for the oracle");
        let program = dir.path().join("oracle");
        let status = Command::new(goroot.join("bin/go"))
            .args(["build", "-o"])
            .arg(&program)
            .args([oracle_dir().join("main.go"), oracle_dir().join("bench.go")])
            .env("GOROOT", &goroot)
            .env("GOTOOLCHAIN", "local")
            .env("GOFLAGS", "-mod=mod")
            .status()
            .expect("go runs");
        assert!(status.success(), "the oracle builds");
        Some(Self { program, goroot, _dir: dir })
    }

    fn run(&self, args: &[&std::ffi::OsStr]) -> String {
        let output = Command::new(&self.program)
            .args(args)
            .env("GOGC", "800")
            .output()
            .expect("the oracle runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn compare(version: &str) {
    let test = format!("trees_equal_go_{}", version.replace('.', "_"));
    let Some(oracle) = Oracle::build(version, &test) else { return };
    let manifest = Manifest::of(version);
    let src = oracle.goroot.join("src");
    let verdicts: Vec<Verdict> = oracle.run(&[src.as_os_str()]).lines().map(verdict).collect();
    let rejected = verdicts.iter().filter(|verdict| verdict.hash.is_none()).count();
    let differing: Vec<&Verdict> = verdicts.par_iter().filter(|verdict| !agrees(verdict)).collect();
    println!(
        "go {version}: {} files compared, {rejected} of them rejected by both or listed, {} differ",
        verdicts.len(),
        differing.len()
    );
    let listed = |verdict: &Verdict| {
        let path = verdict
            .path
            .strip_prefix(&src)
            .expect("below GOROOT")
            .to_string_lossy()
            .replace('\\', "/");
        manifest.differences.contains(&path)
    };
    let unexpected: Vec<&&Verdict> = differing.iter().filter(|verdict| !listed(verdict)).collect();
    for verdict in unexpected.iter().take(20) {
        eprintln!("{}", explain(&oracle, verdict));
    }
    assert!(unexpected.is_empty(), "{} files differ", unexpected.len());
    assert_eq!(
        differing.len(),
        manifest.differences.len(),
        "the manifest lists differences that are gone"
    );
    assert!(
        verdicts.len() >= manifest.files,
        "{} files, at least {}",
        verdicts.len(),
        manifest.files
    );
}

fn verdict(line: &str) -> Verdict {
    let mut words = line.splitn(3, ' ');
    let (Some(word), Some(hash), Some(path)) = (words.next(), words.next(), words.next()) else {
        panic!("unexpected line {line:?}");
    };
    let hash = (word == "ok").then(|| u64::from_str_radix(hash, 16).expect("a hash"));
    Verdict { hash, path: path.into() }
}

fn agrees(verdict: &Verdict) -> bool {
    let file = go_syntax::parse(std::fs::read(&verdict.path).expect("the file is there"));
    match verdict.hash {
        None => !file.errors().is_empty(),
        Some(hash) => file.errors().is_empty() && fnv(&dump::dump(&file)) == hash,
    }
}

/// The first lines on which the dumps of a file differ.
fn explain(oracle: &Oracle, verdict: &Verdict) -> String {
    let path = verdict.path.display();
    let file = go_syntax::parse(std::fs::read(&verdict.path).expect("the file is there"));
    if verdict.hash.is_none() {
        return format!("{path}: accepted, go/parser rejects it");
    }
    if let Some(error) = file.errors().first() {
        let place = file.line_col(error.span().start);
        return format!("{path}:{}:{}: {error}, go/parser accepts it", place.line, place.column);
    }
    let expected = oracle.run(&["-dump".as_ref(), verdict.path.as_os_str()]);
    let actual = dump::dump(&file);
    let pair = expected.lines().zip(actual.lines()).find(|(expected, actual)| expected != actual);
    match pair {
        Some((expected, actual)) => {
            format!("{path}:\n  go/parser {expected}\n  here      {actual}")
        }
        None => format!("{path}: one dump is longer"),
    }
}

/// The 64-bit FNV-1a hash that the oracle prints.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    })
}
