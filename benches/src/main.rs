//! The benchmark program: each row is a ratio to a named yardstick or peer, measured in one run.
//!
//! `cargo xtask bench` runs the rows that take no longer than some minutes; `cargo xtask bench -- dump` one. Rounds are interleaved
//! (ours, theirs, ours, …), so that a busy machine slows both; a row prints the ratio of the
//! medians and the span of the per-round ratios. Absolute figures are information only.

mod beside_go;
mod cold;
mod dump;
mod gate;
#[cfg(target_os = "linux")]
mod goroutines;
mod hints;
mod inspect;
mod lab;
mod linear;
mod parse;
mod peers;
mod process;
mod row;
mod scan;

use anyhow::Result;
use clap::{Parser, ValueEnum};
use std::path::PathBuf;

#[global_allocator]
static ALLOCATOR: beside_go::Counting = beside_go::Counting;

/// Rounds of a row when a quick look is asked for.
const QUICK_ROUNDS: usize = 3;

/// Measures Tophash against named yardsticks and peers.
#[derive(Parser)]
struct Cli {
    /// Which groups of rows; parse, dump and cold where none is named.
    groups: Vec<Group>,
    /// Fewer rounds, for a look.
    #[arg(long)]
    quick: bool,
    /// The module that the gate is measured on; Go's own source where none is named.
    #[arg(long, value_name = "DIR")]
    tree: Option<PathBuf>,
    /// The program that is measured, rather than one built from this tree.
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// Of `beside-go` only runs whose names contain this: `98/2 zipf`, `50/50`, `churn`; `1T`, `2T`, `paced`.
    #[arg(long, value_name = "TEXT", default_value = "")]
    runs: String,
    /// One map in this process, for `beside-go`.
    #[arg(long, hide = true, num_args = 5)]
    child: Vec<String>,
}

/// A group of rows.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Group {
    /// The Go parser against `go/parser`, on all of GOROOT/src.
    Parse,
    /// A dump of 100,000 goroutines against a scan for line ends, and against panicparse.
    Dump,
    /// A whole `explain` against a whole `go vet` on the same tree.
    Cold,
    /// A whole `check` against a whole `go vet` and staticcheck: some minutes a round. Only when named.
    Gate,
    /// What a line costs `check`, from 100,000 lines to 5,000,000. Only when named.
    Linear,
    /// The goroutines of a live process against a plain read of the same bytes. Only when named, and on Linux.
    Goroutines,
    /// The lab's explorer against a plain enumeration of schedules. Only when named.
    Lab,
    /// Our maps beside Go's, as separate processes on the same traces. Only when named.
    BesideGo,
    /// Maps of Go with a hint against the same maps without one. Only when named.
    Hints,
    /// One look at the maps of a live process against plain reads of the same bytes; Linux only. Only when named.
    Inspect,
    /// Maps of a heap found by their shape, against plain reads of that heap. Only when named.
    Scan,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    if !cli.child.is_empty() {
        return beside_go::child(&cli.child);
    }
    let rounds = if cli.quick { QUICK_ROUNDS } else { 9 };
    let groups = if cli.groups.is_empty() {
        vec![Group::Parse, Group::Dump, Group::Cold]
    } else {
        cli.groups.clone()
    };
    let program = || cli.program.clone().map_or_else(peers::program, Ok);
    if groups != [Group::Hints] {
        println!("{}", row::HEADER);
    }
    for group in groups {
        match group {
            Group::Parse => parse::run(rounds)?,
            Group::Dump => dump::run(rounds, &program()?)?,
            Group::Cold => cold::run(rounds, &program()?)?,
            Group::Gate if cli.quick => gate::run(1, &program()?, cli.tree.as_deref())?,
            Group::Gate => gate::run(QUICK_ROUNDS, &program()?, cli.tree.as_deref())?,
            Group::Linear => linear::run(QUICK_ROUNDS, &program()?, cli.quick)?,
            #[cfg(target_os = "linux")]
            Group::Goroutines => goroutines::run(rounds, &program()?)?,
            #[cfg(not(target_os = "linux"))]
            Group::Goroutines => anyhow::bail!("live processes are read on Linux only"),
            Group::Lab => lab::run(rounds)?,
            Group::BesideGo => beside_go::run(rounds.min(5), cli.quick, &cli.runs)?,
            Group::Hints => hints::run(rounds)?,
            Group::Inspect => inspect::run(rounds)?,
            Group::Scan => scan::run(rounds)?,
        }
    }
    Ok(())
}
