//! The tasks of the project, run as `cargo xtask TASK`.
//!
//! This file only names the tasks; each lives in a module of its own.

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
    /// Installs Go toolchains into the cache folder and prints where they are.
    Toolchain(toolchain::Arguments),
    /// Runs the `go` command of a release, shut off from any other Go on this machine.
    Go(toolchain::GoArguments),
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().task {
        Task::Toolchain(arguments) => toolchain::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Go(arguments) => toolchain::run_go(&arguments),
    }
}
