//! `cargo xtask bench`: runs the benchmarks, which are packages of their own.

use crate::toolchain;
use anyhow::{Result, bail};
use std::ffi::OsStr;
use std::process::Command;

/// Where the program that measures maps is built; beside it, the one with the other papaya.
const MAPS: &str = "benches/maps/Cargo.toml";
const FENCES: &str = "benches/maps/target/fences";

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Handed to the benchmark program: names of rows, `--quick`. `maps` comes first and has options of its own.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Runs the benchmark program that the first word names.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match arguments.rest.split_first() {
        Some((first, rest)) if first == "maps" => maps(rest),
        _ => doctor(&arguments.rest),
    }
}

/// Obtains the newest Go, which the yardsticks need, for `hints` and `beside-go` also the last one with buckets and with the old
/// `sync.Map`, and measures.
fn doctor(rest: &[String]) -> Result<()> {
    let mut command = cargo("run", "benches/Cargo.toml");
    let old = rest.iter().any(|word| matches!(word.as_str(), "hints" | "beside-go"));
    for version in ["1.27"].into_iter().chain(old.then_some("1.23")) {
        let go = toolchain::ensure(version)?;
        command.env(go.release().variable(), go.root());
    }
    succeed(command.arg("--").args(rest))
}

/// Measures the maps. A crate is built once for a program, so the papaya without its membarrier needs a second
/// program, which the first one starts and asks.
fn maps(rest: &[String]) -> Result<()> {
    succeed(cargo("build", MAPS).args(["--no-default-features", "--target-dir", FENCES]))?;
    let fences = format!("{FENCES}/release/tophash-bench-maps{}", std::env::consts::EXE_SUFFIX);
    succeed(maps_program().args(["--", "--fences", &fences]).args(rest))
}

/// Runs the program that measures maps, ours among them; its arguments follow.
pub(crate) fn maps_program() -> Command {
    let mut command = cargo("run", MAPS);
    command.args(["--features", "tophash"]);
    command
}

/// A cargo command on a package of its own, optimised, as its lock file says.
fn cargo(task: impl AsRef<OsStr>, manifest: &str) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.arg(task).args(["--release", "--locked", "--manifest-path", manifest]);
    command
}

/// Waits for a command, and fails if it does.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    if !command.status()?.success() {
        bail!("a benchmark program failed");
    }
    Ok(())
}
