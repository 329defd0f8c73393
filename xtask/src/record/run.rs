//! Running a fixture until it fails the way its manifest says.

use super::manifest::{Case, Level, Output};
use anyhow::{Context, Result};
use std::env;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A race is a matter of luck; a program that misses it this often is not a fixture.
const ATTEMPTS: u32 = 40;

/// What came of the attempts.
pub(super) enum Outcome {
    /// It failed as it should.
    Failed(Kept),
    /// It never did; this is the last line of its last output.
    Never(String),
}

/// The run that is kept.
pub(super) struct Kept {
    /// What it printed.
    pub(super) output: Vec<u8>,
    /// The first line that contains one of the manifest's messages.
    pub(super) message: String,
    /// How many attempts it took.
    pub(super) attempts: u32,
    /// `exit 2`, `signal 6`.
    pub(super) exit: String,
}

/// Runs the program again and again until one of the case's messages appears.
pub(super) fn until_it_fails(binary: &Path, case: &Case, level: Level) -> Result<Outcome> {
    let mut last = String::from("nothing");
    for attempts in 1..=ATTEMPTS {
        let (output, exit) = once(binary, case, level)?;
        let text = String::from_utf8_lossy(&output);
        let wanted = |line: &&str| case.messages.iter().any(|m| line.contains(m.as_str()));
        let found: Vec<&str> = text.lines().filter(wanted).collect();
        if let Some(line) = found.first().filter(|_| found.len() >= case.times) {
            let message = line.trim_end().to_owned();
            return Ok(Outcome::Failed(Kept { message, attempts, exit, output }));
        }
        let first = text.lines().next().unwrap_or("no output");
        last = format!("{exit}, {first}");
    }
    Ok(Outcome::Never(last))
}

fn once(binary: &Path, case: &Case, level: Level) -> Result<(Vec<u8>, String)> {
    // The shell turns core files off: a process cannot do that for its child without unsafe code.
    let script = match case.output {
        Output::Both => "ulimit -c 0; exec \"$0\" \"$@\" 2>&1",
        Output::Stderr | Output::Stdout => "ulimit -c 0; exec \"$0\" \"$@\"",
    };
    let mut child = Command::new("sh")
        .args(["-c", script])
        .arg(binary)
        .args(&case.args)
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("GOTRACEBACK", level.name())
        .envs(&case.env)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {}", binary.display()))?;
    let stderr = collect(child.stderr.take().context("stderr is piped")?);
    let mut stdout = BufReader::new(child.stdout.take().context("stdout is piped")?);
    if let Some(signal) = &case.signal {
        // Ends at once when the program dies before it is ready.
        stdout.read_line(&mut String::new())?;
        let process = child.id().to_string();
        Command::new("kill").args(["-s", signal, &process]).status()?;
    }
    let stdout = collect(stdout);
    let status = wait(&mut child, Duration::from_secs(case.patience))?;
    let output = match case.output {
        Output::Stderr => stderr,
        Output::Stdout | Output::Both => stdout,
    };
    let output = output.join().map_err(|_| anyhow::anyhow!("a reader of output died"))?;
    Ok((output, describe(status)))
}

fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What could be read is judged by its messages.
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

/// Waits for the end, and puts one to it when patience does.
fn wait(child: &mut Child, patience: Duration) -> Result<ExitStatus> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() > patience {
            child.kill()?;
            return Ok(child.wait()?);
        }
        thread::sleep(Duration::from_millis(5));
    }
}

#[cfg(unix)]
fn describe(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => String::from("unknown"),
    }
}

#[cfg(not(unix))]
fn describe(status: ExitStatus) -> String {
    status.code().map_or_else(|| String::from("unknown"), |code| format!("exit {code}"))
}
