//! A whole process measured from start to end: wall time, processor time, peak memory.

use anyhow::{Context, Result, bail};
use std::io::{Read, Seek};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// What a process took.
#[derive(Clone, Copy)]
pub struct Cost {
    /// From its start to its end.
    pub wall: Duration,
    /// On processors, in user and system mode, what it started and waited for included.
    pub processor: Duration,
    /// The most bytes that one process had in memory: itself, or one that it started and waited for. Of several at once
    /// the largest counts alone.
    pub peak: u64,
}

/// Runs a linter to its end. It may have findings, which is exit code 1, and must not fail otherwise.
pub fn measure(command: &mut Command) -> Result<Cost> {
    let mut said = tempfile::tempfile()?;
    let stderr = said.try_clone()?;
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(stderr)
        .spawn()
        .with_context(|| format!("{command:?} did not start"))?;
    let used = child.wait4()?;
    let wall = begun.elapsed();
    if !matches!(used.status.code(), Some(0 | 1)) {
        let mut text = String::new();
        said.rewind()?;
        said.read_to_string(&mut text)?;
        bail!("{command:?}: {text}");
    }
    let usage = used.rusage;
    Ok(Cost { wall, processor: usage.utime + usage.stime, peak: usage.maxrss })
}
