//! A whole `explain` on a small log with the source of `orders`, against a whole `go vet`.
//!
//! Both are processes measured from start to end. `go vet` runs once before, so that its build
//! cache is warm: that is how it runs for people, and it is the harder yardstick.

use crate::peers;
use crate::row::Pairs;
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

/// Prints the row.
pub fn run(rounds: usize, program: &Path) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("benches has no parent")?;
    let orders = root.join("fixtures/go/orders");
    let crash = root.join("fixtures/go/recorded/orders-status-cache/1.27-single.txt");

    let explain = || -> Result<Duration> {
        let mut command = Command::new(program);
        command.arg("explain").arg(&crash).arg("--source").arg(&orders);
        timed(&mut command)
    };
    let vet = || -> Result<Duration> {
        let mut command = peers::go()?;
        timed(command.args(["vet", "./..."]).current_dir(&orders))
    };
    vet()?;
    explain()?;
    let pairs = Pairs::measure(rounds, explain, vet)?;
    pairs.print(
        "explain a crash with the source of orders, cold",
        "go vet on that tree, warm",
        "≤ 1/20",
    );
    Ok(())
}

/// Wall-clock time of a whole process that must succeed.
fn timed(command: &mut Command) -> Result<Duration> {
    let begun = Instant::now();
    peers::check(command)?;
    Ok(begun.elapsed())
}
