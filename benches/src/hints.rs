//! What a hint of `make(map[int]int, hint)` saves, in the oldest layout and the newest: Go 1.23 and 1.27.
//!
//! Hints that yield the same room are one row, which is measured at the greatest of them: there the hint says the most. The
//! yardstick is the same map made without a hint and filled with the same entries, in the same round.

use crate::peers;
use anyhow::{Context, Result, ensure};
use go_runtime::{Room, room};
use std::process::Command;

const PROGRAM: &str = include_str!("hints/main.go");
const MINORS: [u32; 2] = [23, 27];

/// What the program says of a hint.
struct Line {
    hint: u64,
    /// Allocations, bytes and nanoseconds, with the hint and without it.
    with: [f64; 3],
    without: [f64; 3],
    /// The median of the ratios of the times of each round.
    ratio: f64,
}

/// Prints a table for each release.
pub fn run(rounds: usize) -> Result<()> {
    for minor in MINORS {
        let lines = measure(minor, rounds)?;
        println!("\n| Go 1.{minor}: hint | room | allocations | bytes | time of a filling |");
        println!("|---|---|---:|---:|---:|");
        for (least, line, room) in rows(&lines, minor) {
            print(least, line, room);
        }
    }
    Ok(())
}

/// Runs the program with a release; its lines by hint.
fn measure(minor: u32, rounds: usize) -> Result<Vec<Line>> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("main.go"), PROGRAM)?;
    let module = format!("module example.com/hints\n\ngo 1.{minor}\n");
    std::fs::write(folder.path().join("go.mod"), module)?;
    let program = folder.path().join("hints");
    let mut build = peers::go_of(minor)?;
    peers::check(build.args(["build", "-o"]).arg(&program).arg(".").current_dir(folder.path()))?;
    let output = peers::check(Command::new(&program).arg(rounds.to_string()))?;
    let output = String::from_utf8(output)?;
    let mut lines = output.lines().map(read).collect::<Result<Vec<Line>>>()?;
    lines.sort_by_key(|line| line.hint);
    ensure!(lines.len() == 130, "the program prints {} lines", lines.len());
    Ok(lines)
}

fn read(line: &str) -> Result<Line> {
    let numbers: Vec<f64> =
        line.split(' ').map(str::parse).collect::<Result<_, _>>().context("not a number")?;
    let [hint, a, b, plain_a, plain_b, time, plain_time, ratio] = numbers[..] else {
        anyhow::bail!("not a line of the program: {line}");
    };
    Ok(Line {
        hint: hint as u64,
        with: [a, b, time],
        without: [plain_a, plain_b, plain_time],
        ratio,
    })
}

/// The greatest hint of each room, with the least one.
fn rows(lines: &[Line], minor: u32) -> Vec<(u64, &Line, Room)> {
    let mut rows: Vec<(u64, &Line, Room)> = Vec::new();
    for line in lines {
        let room = room(line.hint, minor);
        match rows.last_mut() {
            Some((_, greatest, last)) if *last == room => *greatest = line,
            _ => rows.push((line.hint, line, room)),
        }
    }
    rows
}

fn print(least: u64, line: &Line, room: Room) {
    let [allocations, bytes, time] = line.with;
    let [plain_allocations, plain_bytes, plain_time] = line.without;
    let hints =
        if least == line.hint { least.to_string() } else { format!("{least}–{}", line.hint) };
    println!(
        "| {hints} | {room} | {allocations:.0} / {plain_allocations:.0} | {bytes:.0} / {plain_bytes:.0} | \
         {:.2} × ({:.2} / {:.2} µs) |",
        line.ratio,
        time / 1e3,
        plain_time / 1e3,
    );
}
