//! The tasks of the project, run as `cargo xtask TASK`.
//!
//! This file only names the tasks; each lives in a module of its own.

mod record;
mod toolchain;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// The project's own tasks.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Runs the Go fixtures on every Go release and keeps what they print as test data.
    Record(record::Arguments),
    /// Installs Go toolchains into the cache folder and prints where they are.
    Toolchain(toolchain::Arguments),
    /// Runs the `go` command of a release, shut off from any other Go on this machine.
    Go(toolchain::GoArguments),
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().task {
        Task::Record(arguments) => record::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Toolchain(arguments) => toolchain::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Go(arguments) => toolchain::run_go(&arguments),
    }
}
