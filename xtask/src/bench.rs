//! `cargo xtask bench`: runs the benchmarks, which are a package of their own.

use crate::toolchain;
use anyhow::{Result, bail};
use std::process::Command;

/// What `cargo xtask bench` takes.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Handed to the benchmark program: names of rows, `--quick`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

/// Obtains the newest Go, which the yardsticks need, and runs the benchmark program.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let go = toolchain::ensure("1.27")?;
    let status = Command::new(env!("CARGO"))
        .args(["run", "--release", "--locked", "--manifest-path", "benches/Cargo.toml", "--"])
        .args(&arguments.rest)
        .env(go.release().variable(), go.root())
        .status()?;
    if !status.success() {
        bail!("the benchmark program failed");
    }
    Ok(())
}
