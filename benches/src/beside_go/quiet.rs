//! Runs that are done again where other processes took the processors meanwhile.

use anyhow::{Context, Result, ensure};
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// How often a run is done at most.
const TRIES: usize = 5;

/// What others may take of a processor.
const SHARE: f64 = 0.05;

/// Runs a process to its end; says what it printed, and whether it was disturbed every time.
pub fn run(command: &mut Command) -> Result<(String, bool)> {
    let mut last = String::new();
    for _ in 0..TRIES {
        let (begun, before) = (Instant::now(), busy());
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("{command:?} did not start"))?;
        let used = child.wait4()?;
        let wall = begun.elapsed();
        ensure!(used.status.success(), "{command:?} failed");
        last.clear();
        // It is one line, which waits in the pipe.
        child.stdout.take().context("no output")?.read_to_string(&mut last)?;
        let (Some(before), Some(after)) = (before, busy()) else { return Ok((last, false)) };
        let own = used.rusage.utime + used.rusage.stime;
        let others = after.saturating_sub(before).saturating_sub(own);
        if others < wall.mul_f64(SHARE) + TICK {
            return Ok((last, false));
        }
    }
    Ok((last, true))
}

/// In what steps the kernel counts.
const TICK: Duration = Duration::from_millis(10);

/// For how long all processors have worked, hypervisor's use of them included; `None` where the kernel does not say.
fn busy() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/stat").ok()?;
    let ticks: Vec<u32> = text
        .lines()
        .next()?
        .strip_prefix("cpu ")?
        .split_whitespace()
        .filter_map(|ticks| ticks.parse().ok())
        .collect();
    // User, nice, system, idle, waiting, interrupts, soft interrupts, stolen.
    let [user, nice, system, _, _, hard, soft, stolen, ..] = ticks[..] else { return None };
    Some(TICK * (user + nice + system + hard + soft + stolen))
}
