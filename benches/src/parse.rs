//! Our Go parser against `go/parser`, on all of GOROOT/src, one thread each, comments kept.

use crate::peers;
use crate::row::{Pairs, print_share};
use anyhow::{Context, Result};
use rustix::time::{ClockId, clock_gettime};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use walkdir::WalkDir;

/// How often a side parses everything within a round; the best counts, as on the Go side.
const RUNS: usize = 3;

/// Prints the rows for time and memory.
pub fn run(rounds: usize) -> Result<()> {
    let source = peers::goroot()?.join("src");
    let folder = tempfile::tempdir()?;
    let oracle = build_oracle(folder.path())?;
    let texts = read(&source)?;

    let ours = || -> Result<Duration> {
        let run = || {
            // A caller hands over what it has read; the Go side is not charged for that either.
            let inputs = texts.clone();
            let begun = processor_time();
            for text in inputs {
                std::hint::black_box(go_syntax::parse(text));
            }
            processor_time().saturating_sub(begun)
        };
        Ok((0..RUNS).map(|_| run()).min().unwrap_or_default())
    };
    let mut heap = 0.0;
    let theirs = || -> Result<Duration> {
        let said = peers::check(Command::new(&oracle).arg("-bench").arg(&source))?;
        let said = String::from_utf8(said)?;
        heap = figure(&said, " MB of trees")?;
        Ok(Duration::from_secs_f64(figure(&said, " s,")?))
    };
    let name = format!("parse {} files of GOROOT/src, 1 thread", texts.len());
    Pairs::measure(rounds, ours, theirs)?.print(&name, "go/parser of Go 1.27", "≤ 1/4");

    let trees: usize =
        texts.iter().map(|text| go_syntax::parse(text.as_slice()).tree_bytes()).sum();
    print_share(
        "memory of all their trees",
        trees as f64 / 1e6,
        "go/parser of Go 1.27",
        heap,
        "≤ 1/4",
    );
    Ok(())
}

/// The time this thread has had on a processor, which is what the Go side counts as well: other
/// work on the machine then slows both alike.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// Builds the Go side, which is also the oracle of the parser's tests.
fn build_oracle(folder: &Path) -> Result<PathBuf> {
    let program = folder.join("oracle");
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../doctor/go-syntax/tests/oracle");
    let files: Vec<PathBuf> = WalkDir::new(&sources)
        .into_iter()
        .filter_map(|entry| Some(entry.ok()?.into_path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "go"))
        .collect();
    peers::check(peers::go()?.arg("build").arg("-o").arg(&program).args(files))?;
    Ok(program)
}

/// All Go files below a folder, in memory.
fn read(folder: &Path) -> Result<Vec<Vec<u8>>> {
    let mut texts = Vec::new();
    for entry in WalkDir::new(folder) {
        let entry = entry?;
        if entry.file_type().is_file() && entry.path().extension().is_some_and(|e| e == "go") {
            texts.push(std::fs::read(entry.path())?);
        }
    }
    Ok(texts)
}

/// The number before a unit in what the Go side prints.
fn figure(text: &str, unit: &str) -> Result<f64> {
    let before = text.split(unit).next().and_then(|head| head.split_whitespace().last());
    Ok(before.context("the Go side printed no figure")?.parse()?)
}
