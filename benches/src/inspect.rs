//! One look at the maps of a live process: against plain reads of the same bytes at the same addresses.

use crate::peers;
use crate::row::Pairs;
use anyhow::{Context, Result};
use go_binary::{Debug, Image};
use go_memory::{Budget, Memory, Program, Reader, Unmapped, bias, mappings};
use std::cell::RefCell;
use std::fs::{self, File};
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A program that leaves a trace for the server to show.
const TRACED: &str = "package main

import (
	\"os\"
	\"runtime/trace\"
)

func main() {
	if err := trace.Start(os.Stdout); err != nil {
		panic(err)
	}
	trace.Stop()
}
";

/// Prints the rows.
pub fn run(rounds: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let zoo = folder.path().join("zoo");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/go/memory");
    build(Path::new(source), &zoo, "./zoo")?;
    let mut command = Command::new(&zoo);
    row(rounds, "the maps of a small program", Server::start(&mut command, "ready")?)?;

    // The largest server of Go's own: it shows a trace, and prints where.
    let server = folder.path().join("server");
    build(folder.path(), &server, "cmd/trace")?;
    fs::write(folder.path().join("main.go"), TRACED)?;
    fs::write(folder.path().join("go.mod"), "module example.com/traced\n\ngo 1.21\n")?;
    let traced = folder.path().join("traced");
    build(folder.path(), &traced, ".")?;
    let trace = folder.path().join("trace.out");
    let status = Command::new(&traced).stdout(File::create(&trace)?).status()?;
    anyhow::ensure!(status.success(), "the traced program failed");
    let mut command = Command::new(&server);
    // It opens a browser where it finds one.
    command.args(["-http=127.0.0.1:0"]).arg(&trace).env("BROWSER", "true");
    let megabytes = fs::metadata(&server)?.len() as f64 / 1e6;
    let name = format!("the maps of a server of {megabytes:.1} MB");
    row(rounds, &name, Server::start(&mut command, "listening")?)
}

/// Builds a package with the newest Go.
pub(crate) fn build(folder: &Path, to: &Path, package: &str) -> Result<()> {
    let mut go = peers::go()?;
    go.current_dir(folder).args(["build", "-o"]).arg(to).arg(package).env("GOFLAGS", "");
    anyhow::ensure!(go.status()?.success(), "{package} does not build");
    Ok(())
}

/// A process that runs until this is dropped.
pub(crate) struct Server(pub(crate) Child);

impl Server {
    /// Starts a program, and waits for a line with this word on either of its outputs.
    pub(crate) fn start(command: &mut Command, word: &str) -> Result<Self> {
        let (reader, writer) = std::io::pipe()?;
        command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer);
        let server = Self(command.spawn().context("the program did not start")?);
        // The command keeps the other ends of the pipe.
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut lines = BufReader::new(reader).lines();
        while let Some(line) = lines.next().transpose()? {
            if line.to_lowercase().contains(word) {
                // What it prints later has nobody to read it, and must not stop it.
                std::thread::spawn(move || lines.for_each(drop));
                return Ok(server);
            }
        }
        anyhow::bail!("the program ended before it said {word:?}")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) struct Live(pub(crate) File);

impl Memory for Live {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        self.0.read_exact_at(buffer, address).map_err(|_| Unmapped { address })
    }
}

/// Notes what is read.
pub(crate) struct Noted<'m>(pub(crate) &'m Live, pub(crate) RefCell<Vec<(u64, usize)>>);

impl Memory for Noted<'_> {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        self.1.borrow_mut().push((address, buffer.len()));
        self.0.read(address, buffer)
    }
}

fn row(rounds: usize, what: &str, server: Server) -> Result<()> {
    let folder = format!("/proc/{}", server.0.id());
    let bytes = fs::read(format!("{folder}/exe"))?;
    let begun = Instant::now();
    let image = Image::read(&bytes)?;
    let debug = Debug::load(&image)?;
    let (types, variables, _) = debug.read();
    let name = fs::read_link(format!("{folder}/exe"))?;
    let all = mappings(&fs::read_to_string(format!("{folder}/maps"))?);
    let parts = all.iter().map(|part| (part.start, part.offset, part.name.as_str()));
    let bias = bias(parts, &image.segments(), &name.to_string_lossy()).context("no bias")?;
    let reader = Reader::new(Program::new(&image, &types, &variables, bias));
    let prepared = begun.elapsed();
    let memory = Live(File::open(format!("{folder}/mem"))?);

    let noted = Noted(&memory, RefCell::default());
    let found = reader.find(&noted, &Budget::default());
    let reads = noted.1.into_inner();
    let longest = reads.iter().map(|(_, length)| *length).max().unwrap_or(0);
    let ours = || -> Result<Duration> {
        let begun = Instant::now();
        black_box(reader.find(&memory, &Budget::default()));
        Ok(begun.elapsed())
    };
    let theirs = || -> Result<Duration> {
        let mut buffer = vec![0; longest];
        let begun = Instant::now();
        for (address, length) in &reads {
            black_box(memory.read(*address, &mut buffer[..*length]).is_ok());
        }
        Ok(begun.elapsed())
    };
    let kilobytes = reads.iter().map(|(_, length)| *length).sum::<usize>() / 1_000;
    let yardstick = format!("{} plain reads of the same {kilobytes} kB", reads.len());
    let name = format!("one look at {what}: {}, after {} ms for its file", found.maps.len(), prepared.as_millis());
    Pairs::measure(rounds, ours, theirs)?.print(&name, &yardstick, "≤ 3 ×");
    Ok(())
}
