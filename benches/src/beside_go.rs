//! Our maps beside Go's, as separate processes that read the same traces.
//!
//! Maps take turns in rounds, each in a process of its own: this program with `--child` for ours, the program in `program/` for
//! Go's, built with Go 1.23, whose `sync.Map` is the one that [`SyncMap`](tophash::SyncMap) follows, and with Go 1.27. Every one does
//! what its trace says, on `uint64` keys and values. The Go program calls its maps through an interface, which costs a nanosecond or
//! two.
//!
//! A run counts only if other processes took less than a twentieth of a processor meanwhile; otherwise it is done again, four times at
//! most. A `?` marks rows of runs that the machine did not leave undisturbed.
//!
//! - **unpaced**: as fast as it goes; nanoseconds of an operation and thread.
//! - **paced**: one client does 10,000 operations a second, and waits for the moment of each on the processor. A time runs from that moment
//!   to the operation's end, so what delays one operation is counted in those behind it too.

mod child;
mod quiet;
mod trace;

use crate::peers;
use crate::row::Pairs;
use anyhow::{Context, Result, ensure};
pub use child::{Counting, run as child};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
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
    /// Whether other processes took processors meanwhile.
    disturbed: bool,
}

/// One way of doing what a trace says.
struct Run {
    name: String,
    how: &'static str,
    operations: u64,
    threads: u32,
}

/// Prints the rows of the runs whose names contain `wanted`.
pub fn run(rounds: usize, quick: bool, wanted: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let subjects = subjects(folder.path())?;
    let (operations, seconds) = if quick { (1 << 21, 1) } else { (1 << 23, 4) };
    let mut all = Vec::new();
    for workload in &WORKLOADS {
        let name = workload.name;
        let unpaced = |threads| Run {
            name: format!("{name}, {threads}T"),
            how: "unpaced",
            operations,
            threads,
        };
        let (name, operations) = (format!("{name}, paced"), 10_000 * seconds);
        let mut runs =
            vec![unpaced(1), unpaced(2), Run { name, how: "paced", operations, threads: 1 }];
        runs.retain(|run| run.name.contains(wanted));
        let trace = folder.path().join("trace");
        std::fs::write(&trace, workload.trace().to_bytes())?;
        for run in runs {
            let measured = measure(&subjects, &trace, &run, rounds)?;
            print(&run, &measured)?;
            all.push((run.name, measured));
        }
    }
    println!(
        "\n| run and map | allocations an operation | collections | all stopped, in sum | longest |"
    );
    println!("|---|---:|---:|---:|---:|");
    for (name, measured) in &all {
        for (map, said) in measured {
            print_memory(&format!("{name}: {map}"), said);
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
fn measure(subjects: &[Subject], trace: &Path, run: &Run, rounds: usize) -> Result<Measured> {
    let mut measured = Measured::new();
    for round in 0..rounds {
        let first = subjects.len() * round / rounds;
        for subject in subjects.iter().cycle().skip(first).take(subjects.len()) {
            let mut command = Command::new(&subject.program);
            command.args(subject.first).arg(subject.map).arg(trace).arg(run.how);
            command.args([run.operations.to_string(), run.threads.to_string()]);
            let (output, disturbed) = quiet::run(&mut command)?;
            let said = Said { disturbed, ..read(&output)? };
            measured.entry(subject.name).or_default().push(said);
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
    Ok(Said {
        nanos,
        nanos_of_few,
        allocations,
        collections,
        paused,
        longest_pause,
        found,
        disturbed: false,
    })
}

/// Prints what a run measured. Where one thread works all maps find the same.
fn print(run: &Run, measured: &Measured) -> Result<()> {
    let found: BTreeSet<u64> = measured.values().flatten().map(|said| said.found).collect();
    ensure!(run.threads > 1 || found.len() == 1, "{}: maps find {found:?}", run.name);
    let Run { name, how, .. } = run;
    if *how == "paced" {
        print_times(measured, &format!("{name}: p99"), |said| said.nanos);
        print_times(measured, &format!("{name}: p99.9"), |said| said.nanos_of_few);
    } else {
        print_times(measured, name, |said| said.nanos);
    }
    Ok(())
}

/// The pairs of which both were measured.
fn pairs(measured: &Measured) -> impl Iterator<Item = (&'static str, &'static str)> + '_ {
    let all = PAIRS.iter().flat_map(|(ours, theirs)| theirs.iter().map(|theirs| (*ours, *theirs)));
    all.filter(|(ours, theirs)| measured.contains_key(ours) && measured.contains_key(theirs))
}

fn print_times(measured: &Measured, row: &str, read: fn(&Said) -> f64) {
    let time = |said: &Said| read(said) / 1e9;
    for (ours, theirs) in pairs(measured) {
        let both = measured[ours].iter().map(time).zip(measured[theirs].iter().map(time));
        let disturbed = measured[ours].iter().chain(&measured[theirs]).any(|said| said.disturbed);
        let unsure = if disturbed { " ?" } else { "" };
        Pairs::of_seconds(both).print(&format!("{row}: {ours}{unsure}"), theirs, "");
    }
}

/// What a map asked of the allocator, and what the collector of its process did.
fn print_memory(row: &str, said: &[Said]) {
    let mean = |read: fn(&Said) -> f64| said.iter().map(read).sum::<f64>() / said.len() as f64;
    let allocations = mean(|said| said.allocations);
    let collections = mean(|said| said.collections);
    if collections == 0.0 {
        println!("| {row} | {allocations:.3} | | | |");
        return;
    }
    let paused = mean(|said| said.paused) / 1e3;
    let longest = said.iter().map(|said| said.longest_pause).fold(0.0, f64::max) / 1e3;
    println!("| {row} | {allocations:.3} | {collections:.1} | {paused:.0} µs | {longest:.0} µs |");
}
