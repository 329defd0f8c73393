//! How fast Go files parse, and how much memory their trees take.
//!
//! ```text
//! cargo run --release -p go-syntax --example throughput -- DIR [GO_PARSER_ORACLE]
//! ```
//!
//! Reads the Go files below `DIR` into memory, parses them all on one thread several times, and prints
//! the best run in seconds of processor time (on Linux; elsewhere of the clock). With the program built from `tests/oracle/`, runs its `-bench` in turn on the same
//! folder and prints the ratios: interleaved runs share whatever else the machine does.

#![expect(clippy::print_stdout, reason = "prints what it measured")]

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

const ROUNDS: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args_os().skip(1);
    let dir = PathBuf::from(args.next().ok_or("usage: throughput DIR [ORACLE]")?);
    let oracle = args.next();
    let mut sources = Vec::new();
    read_sources(&dir, &mut sources)?;
    let size: usize = sources.iter().map(Vec::len).sum();
    let mut ours = f64::INFINITY;
    let mut theirs: Option<(f64, f64)> = None;
    for _ in 0..ROUNDS {
        ours = ours.min(best_of(&sources, ROUNDS));
        if let Some(oracle) = &oracle {
            let (seconds, megabytes) = go_parser(oracle, &dir)?;
            let best = theirs.map_or(seconds, |(best, _)| seconds.min(best));
            theirs = Some((best, megabytes));
        }
    }
    let files: Vec<go_syntax::File> =
        sources.iter().map(|src| go_syntax::parse(src.as_slice())).collect();
    let nodes: usize = files.iter().map(go_syntax::File::node_count).sum();
    let tree: usize = files.iter().map(go_syntax::File::tree_bytes).sum();
    let (size, tree) = (megabytes(size), megabytes(tree));
    println!(
        "go-syntax: {} files, {size:.1} MB, {ours:.3} s, {:.1} MB/s, {nodes} nodes, {tree:.1} MB of trees",
        files.len(),
        size / ours,
    );
    if let Some((seconds, heap)) = theirs {
        println!("go/parser: {seconds:.3} s, {:.1} MB/s, {heap:.1} MB of trees", size / seconds);
        println!("{:.2} times its speed, {:.2} of its memory", seconds / ours, tree / heap);
    }
    Ok(())
}

fn megabytes(bytes: usize) -> f64 {
    u32::try_from(bytes).map_or(f64::INFINITY, f64::from) / 1e6
}

fn read_sources(dir: &Path, sources: &mut Vec<Vec<u8>>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            read_sources(&path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "go") {
            sources.push(fs::read(path)?);
        }
    }
    Ok(())
}

fn best_of(sources: &[Vec<u8>], runs: usize) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..runs {
        // A caller hands over what it has read; copies for that are not part of the work.
        let inputs = sources.to_vec();
        let clock = Instant::now();
        let start = processor_seconds();
        let nodes: usize = inputs.into_iter().map(|src| go_syntax::parse(src).node_count()).sum();
        std::hint::black_box(nodes);
        let took = match (start, processor_seconds()) {
            (Some(start), Some(end)) => end - start,
            _ => clock.elapsed().as_secs_f64(),
        };
        best = best.min(took);
    }
    best
}

/// The time this thread has had on a processor, where Linux tells: the first figure is nanoseconds.
fn processor_seconds() -> Option<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split(' ').next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// The seconds and megabytes that the oracle's `-bench` prints.
fn go_parser(oracle: &OsString, dir: &Path) -> Result<(f64, f64), Box<dyn Error>> {
    let output = Command::new(oracle).arg("-bench").arg(dir).output()?;
    let text = String::from_utf8(output.stdout)?;
    let number_before = |unit: &str| -> Result<f64, Box<dyn Error>> {
        let before = text.split(unit).next().ok_or("no figures")?;
        Ok(before.split_whitespace().last().ok_or("no figure")?.parse()?)
    };
    Ok((number_before(" s,")?, number_before(" MB of trees")?))
}
