//! The benchmark program: each row is a ratio to a named yardstick or peer, measured in one run.
//!
//! `cargo xtask bench` runs all rows; `cargo xtask bench -- dump` one. Rounds are interleaved
//! (ours, theirs, ours, …), so that a busy machine slows both; a row prints the ratio of the
//! medians and the span of the per-round ratios. Absolute figures are information only.

mod cold;
mod dump;
mod hints;
mod parse;
mod peers;
mod row;

use anyhow::Result;
use clap::{Parser, ValueEnum};

/// Rounds of a row when a quick look is asked for.
const QUICK_ROUNDS: usize = 3;

/// Measures Tophash against named yardsticks and peers.
#[derive(Parser)]
struct Cli {
    /// Which groups of rows; all where none is named.
    groups: Vec<Group>,
    /// Fewer rounds, for a look.
    #[arg(long)]
    quick: bool,
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
    /// Maps of Go with a hint against the same maps without one. Only when named.
    Hints,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let rounds = if cli.quick { QUICK_ROUNDS } else { 9 };
    let groups = if cli.groups.is_empty() {
        vec![Group::Parse, Group::Dump, Group::Cold]
    } else {
        cli.groups
    };
    if groups != [Group::Hints] {
        println!("{}", row::HEADER);
    }
    for group in groups {
        match group {
            Group::Parse => parse::run(rounds)?,
            Group::Dump => dump::run(rounds)?,
            Group::Cold => cold::run(rounds)?,
            Group::Hints => hints::run(rounds)?,
        }
    }
    Ok(())
}
