//! The tasks of the project, run as `cargo xtask TASK`.
//!
//! This file only names the tasks; each lives in a module of its own.

#![expect(clippy::print_stderr, reason = "tasks talk to the person who runs them")]

mod apt;
mod bench;
mod dashboard;
mod panic_surface;
mod plot;
mod recall;
mod record;
mod test;
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
    /// Sets up what the tests need and runs them: the fast tier, or with --deep the deep one.
    Test(test::Arguments),
    /// Runs the benchmarks: ratios to named yardsticks and peers.
    Bench(bench::Arguments),
    /// Draws what the benchmark of the maps measured.
    Plot(plot::Arguments),
    /// Writes Grafana's dashboard of maps from its table.
    Dashboard,
    /// Looks how many of the real bugs of a corpus `tophash check` finds.
    Recall(recall::Arguments),
    /// Counts the places outside tests where input could bring a crate down.
    PanicSurface,
    /// Runs the Go fixtures on every Go release and keeps what they print as test data.
    Record(record::Arguments),
    /// Installs Go toolchains into the cache folder and prints where they are.
    Toolchain(toolchain::Arguments),
    /// Runs the `go` command of a release, shut off from any other Go on this machine.
    Go(toolchain::GoArguments),
}

fn main() -> anyhow::Result<ExitCode> {
    match Cli::parse().task {
        Task::Test(arguments) => test::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Bench(arguments) => bench::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Plot(arguments) => plot::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Dashboard => dashboard::run().map(|()| ExitCode::SUCCESS),
        Task::Recall(arguments) => recall::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::PanicSurface => panic_surface::run().map(|()| ExitCode::SUCCESS),
        Task::Record(arguments) => record::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Toolchain(arguments) => toolchain::run(&arguments).map(|()| ExitCode::SUCCESS),
        Task::Go(arguments) => toolchain::run_go(&arguments),
    }
}
