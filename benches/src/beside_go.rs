//! Our maps beside Go's, as separate processes that read the same traces.
//!
//! Maps take turns in rounds, each in a process of its own: this program with `--child` for ours, the program in `program/` for
//! Go's, built with Go 1.23, whose `sync.Map` is the one that [`SyncMap`](tophash::SyncMap) follows, and with Go 1.27. Every one does
//! what its trace says, on `uint64` keys and values. The Go program calls its maps through an interface, which costs a nanosecond or
//! two.
//!
//! - **unpaced**: as fast as it goes; nanoseconds of an operation and thread.
//! - **paced**: one client does 10,000 operations a second, and waits for the moment of each on the processor. A time runs from that moment
//!   to the operation's end, so what delays one operation is counted in those behind it too.

mod child;
mod trace;

use crate::peers;
use crate::row::Pairs;
use anyhow::{Context, Result, ensure};
pub use child::{Counting, run as child};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use trace::WORKLOADS;

/// The files of the Go program.
const PROGRAM: [(&str, &str); 4] = [
    ("main.go", include_str!("beside_go/program/main.go")),
    ("maps.go", include_str!("beside_go/program/maps.go")),
    ("peers.go", include_str!("beside_go/program/peers.go")),
    ("trace.go", include_str!("beside_go/program/trace.go")),
];

/// Modules of others that are measured too where they can be had.
const MODULES: [&str; 2] =
    ["github.com/puzpuzpuz/xsync/v4@latest", "github.com/orcaman/concurrent-map/v2@latest"];

/// What is compared: one of ours with those of Go that do the same.
const PAIRS: [(&str, &[&str]); 3] = [
    (
        "HashMap",
        &[
            "sync.Map of Go 1.23",
            "sync.Map of Go 1.27",
            "map under RWMutex",
            "16 shards",
            "xsync",
            "concurrent-map",
        ],
    ),
    ("SyncMap", &["sync.Map of Go 1.23", "sync.Map of Go 1.27"]),
    ("Sharded", &["16 shards", "concurrent-map"]),
];

/// A map, and the program that measures it.
struct Subject {
    name: &'static str,
    /// Its name for the program.
    map: &'static str,
    program: PathBuf,
    /// Before the other arguments.
    first: &'static [&'static str],
}

/// What a process says of its run.
#[derive(Clone, Copy)]
struct Said {
    /// Nanoseconds an operation; of paced runs of those that 99 and 99.9 in a hundred do not exceed.
    nanos: f64,
    nanos_of_few: f64,
    allocations: f64,
    collections: f64,
    /// Nanoseconds for which the collector stopped all, in sum and at most.
    paused: f64,
    longest_pause: f64,
    /// Look-ups that found something.
    found: u64,
}

/// How much is done.
struct Effort {
    rounds: usize,
    operations: u64,
    seconds: u64,
}

/// Prints the rows.
pub fn run(rounds: usize, quick: bool) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let subjects = subjects(folder.path())?;
    let effort = if quick {
        Effort { rounds, operations: 1 << 21, seconds: 1 }
    } else {
        Effort { rounds, operations: 1 << 23, seconds: 4 }
    };
    let mut collector = Vec::new();
    for workload in &WORKLOADS {
        let trace = folder.path().join("trace");
        std::fs::write(&trace, workload.trace().to_bytes())?;
        for threads in [1, 2] {
            let task = ["unpaced", &effort.operations.to_string(), &threads.to_string()];
            let said = measure(&subjects, &trace, &task, effort.rounds)?;
            if threads == 1 {
                let found = said.values().flatten().map(|said| said.found);
                let mut found: Vec<u64> = found.collect();
                found.dedup();
                ensure!(found.len() == 1, "{}: maps answer differently: {found:?}", workload.name);
            }
            let name = format!("{}, {threads}T", workload.name);
            print(&said, &format!("{name}: time of an operation"), |said| said.nanos);
            print(&said, &format!("{name}: allocations of an operation"), |said| said.allocations);
            collector.push((name, said));
        }
        let task = ["paced", &(10_000 * effort.seconds).to_string(), "1"];
        let said = measure(&subjects, &trace, &task, effort.rounds)?;
        let name = format!("{}, paced", workload.name);
        print(&said, &format!("{name}: p99"), |said| said.nanos);
        print(&said, &format!("{name}: p99.9"), |said| said.nanos_of_few);
        collector.push((name, said));
    }
    println!(
        "\n| what Go's collector did in a run | collections | all stopped, in sum | longest |"
    );
    println!("|---|---:|---:|---:|");
    for (name, said) in &collector {
        for (map, said) in said.iter().filter(|(_, said)| said.iter().any(|s| s.collections > 0.0))
        {
            print_collector(&format!("{name}: {map}"), said);
        }
    }
    Ok(())
}

type Measured = BTreeMap<&'static str, Vec<Said>>;

/// Ours, then those of Go, as far as they can be had.
fn subjects(folder: &Path) -> Result<Vec<Subject>> {
    let here = std::env::current_exe()?;
    let mut subjects: Vec<Subject> = ["HashMap", "SyncMap", "Sharded"]
        .map(|name| Subject { name, map: name, program: here.clone(), first: &["--child"] })
        .into();
    let mut add = |program: &Path, maps: &[(&'static str, &'static str)]| {
        for &(name, map) in maps {
            subjects.push(Subject { name, map, program: program.to_path_buf(), first: &[] });
        }
    };
    add(&build(folder, 23, false)?, &[("sync.Map of Go 1.23", "sync.Map")]);
    let (program, has_peers) = match build(folder, 27, true) {
        Ok(program) => (program, true),
        Err(_) => (build(folder, 27, false)?, false),
    };
    add(
        &program,
        &[
            ("sync.Map of Go 1.27", "sync.Map"),
            ("map under RWMutex", "RWMutex"),
            ("16 shards", "shards"),
        ],
    );
    if has_peers {
        add(&program, &[("xsync", "xsync"), ("concurrent-map", "concurrent-map")]);
    } else {
        println!("<!-- xsync and concurrent-map are not measured: no route to their modules -->");
    }
    Ok(subjects)
}

/// Builds the Go program with a release, with the maps of others or without.
fn build(folder: &Path, minor: u32, with_peers: bool) -> Result<PathBuf> {
    let source = folder.join(format!("go-1.{minor}-{with_peers}"));
    std::fs::create_dir_all(&source)?;
    for (name, text) in PROGRAM {
        std::fs::write(source.join(name), text)?;
    }
    let module = format!("module example.com/beside\n\ngo 1.{minor}\n");
    std::fs::write(source.join("go.mod"), module)?;
    if with_peers {
        for module in MODULES {
            peers::check(peers::go_of(minor)?.args(["get", module]).current_dir(&source))?;
        }
    }
    let program = source.join("beside");
    let mut build = peers::go_of(minor)?;
    build.args(["build", "-tags", if with_peers { "peers" } else { "" }, "-o"]);
    peers::check(build.arg(&program).arg(".").current_dir(&source))?;
    Ok(program)
}

/// Rounds, each of which begins with another map.
fn measure(subjects: &[Subject], trace: &Path, task: &[&str], rounds: usize) -> Result<Measured> {
    let mut measured = Measured::new();
    for round in 0..rounds {
        let first = subjects.len() * round / rounds;
        for subject in subjects.iter().cycle().skip(first).take(subjects.len()) {
            let mut command = Command::new(&subject.program);
            command.args(subject.first).arg(subject.map).arg(trace).args(task);
            let output = String::from_utf8(peers::check(&mut command)?)?;
            measured.entry(subject.name).or_default().push(read(&output)?);
        }
    }
    Ok(measured)
}

fn read(output: &str) -> Result<Said> {
    let numbers: Vec<f64> = output
        .split_whitespace()
        .map(str::parse)
        .collect::<Result<_, _>>()
        .with_context(|| format!("not numbers: {output}"))?;
    let [nanos, nanos_of_few, allocations, collections, paused, longest_pause, found] = numbers[..]
    else {
        anyhow::bail!("not a line of a run: {output}");
    };
    let found = found as u64;
    Ok(Said { nanos, nanos_of_few, allocations, collections, paused, longest_pause, found })
}

/// Prints a row for each pair of maps.
fn print(measured: &Measured, row: &str, read: fn(&Said) -> f64) {
    for (ours, theirs) in PAIRS {
        for theirs in theirs {
            let (Some(our), Some(their)) = (measured.get(ours), measured.get(theirs)) else {
                continue;
            };
            if row.ends_with("allocations of an operation") {
                let least = |said: &[Said]| said.iter().map(read).fold(f64::INFINITY, f64::min);
                let (our, their) = (least(our), least(their));
                println!("| {row}: {ours} | {our:.3} | {theirs}: {their:.3} | | | |");
                continue;
            }
            let time = |said: &Said| Duration::from_secs_f64(read(said) / 1e9);
            let pairs = Pairs::of(our.iter().map(time).zip(their.iter().map(time)));
            pairs.print(&format!("{row}: {ours}"), theirs, "");
        }
    }
}

fn print_collector(row: &str, said: &[Said]) {
    let mean = |read: fn(&Said) -> f64| said.iter().map(read).sum::<f64>() / said.len() as f64;
    let longest = said.iter().map(|said| said.longest_pause).fold(0.0, f64::max);
    println!(
        "| {row} | {:.1} | {:.0} µs | {:.0} µs |",
        mean(|said| said.collections),
        mean(|said| said.paused) / 1e3,
        longest / 1e3,
    );
}
