//! The goroutines of a live program, 100,000 of them, against a plain read of the same bytes of its memory.

use crate::row::{Pairs, print_share};
use crate::{peers, process};
use anyhow::{Context, Result, ensure};
use go_binary::{Debug, FunctionTable, Image};
use go_memory::{
    Budget, Memory, Names, Program, Reader, Standing, Threads, Unmapped, bases, bias, goroutines,
    mappings,
};
use std::cell::RefCell;
use std::fs::File;
use std::hint::black_box;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const GOROUTINES: usize = 100_000;
const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/go/memory");

/// The memory of a process; what is read of it is noted where that is asked for.
struct Live {
    file: File,
    noted: Option<RefCell<Vec<(u64, usize)>>>,
}

impl Memory for Live {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        if let Some(noted) = &self.noted {
            noted.borrow_mut().push((address, buffer.len()));
        }
        self.file.read_exact_at(buffer, address).map_err(|_| Unmapped { address })
    }
}

/// The threads, of which none matters here: none of these goroutines runs.
struct NoThreads;

impl Threads for NoThreads {
    fn standing(&self, _: u64) -> Standing {
        Standing::Unknown
    }
}

/// Ends with the row.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Prints the rows.
pub fn run(rounds: usize, program: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("many");
    let mut build = peers::go()?;
    build.args(["build", "-o"]).arg(&file).arg("./goroutines").current_dir(MODULE);
    peers::check(&mut build)?;
    let mut child = Command::new(&file).arg("many").stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("stdout is piped")?);
    let running = Running(child);
    let mut said = String::new();
    while !said.ends_with("ready\n") {
        ensure!(lines.read_line(&mut said)? > 0, "the program ended early: {said}");
    }
    let pid = running.0.id();
    let ranges = in_process(rounds, pid, &file)?;
    let live = live(pid, false)?;
    let ours = || -> Result<process::Cost> {
        let mut command = Command::new(program);
        process::measure(command.args(["inspect", &pid.to_string(), "--goroutines"]))
    };
    let costs =
        (0..rounds).map(|_| Ok((ours()?, plain(&live, &ranges)?))).collect::<Result<Vec<_>>>()?;
    let walls = costs.iter().map(|(ours, theirs)| (ours.wall, *theirs));
    Pairs::of(walls).print("the same, whole process", "pread of the same bytes", "≤ 3 ×");
    let peak = costs.iter().map(|(ours, _)| ours.peak).max().unwrap_or_default();
    let read = ranges.iter().map(|(_, length)| *length as f64).sum::<f64>();
    print_share("its peak memory", peak as f64 / 1e6, "those bytes", read / 1e6, "≤ 3 ×");
    Ok(())
}

/// Goroutines with their stacks, grouped and named, without starting a process; the ranges of memory that this reads.
fn in_process(rounds: usize, pid: u32, file: &Path) -> Result<Vec<(u64, usize)>> {
    let bytes = std::fs::read(file)?;
    let image = Image::read(&bytes)?;
    let debug = Debug::load(&image)?;
    let (types, variables, _) = debug.read();
    let all = mappings(&std::fs::read_to_string(format!("/proc/{pid}/maps"))?);
    let parts = all.iter().map(|part| (part.start, part.offset, part.name.as_str()));
    let name = file.to_string_lossy();
    let bias = bias(parts, &image.segments(), &name).context("the program is mapped")?;
    let program = Program::new(&image, &types, &variables, bias);
    let noting = live(pid, true)?;
    let functions =
        FunctionTable::read(&image, bases(&program, &noting).context("it has functions")?)?;
    let reader = Reader::new(program);
    let names = Names::new(&functions, bias);
    let look = |memory: &Live| {
        goroutines(&reader, &functions, memory, &NoThreads, &Budget::default())
            .context("goroutines")
    };
    let found = look(&noting)?;
    ensure!(found.all.len() >= GOROUTINES, "{} goroutines", found.all.len());
    let ranges = noting.noted.map(RefCell::into_inner).unwrap_or_default();
    let quiet = live(pid, false)?;
    let ours = || -> Result<Duration> {
        let begun = Instant::now();
        black_box(names.stacks(&look(&quiet)?));
        Ok(begun.elapsed())
    };
    let megabytes = ranges.iter().map(|(_, length)| *length as f64).sum::<f64>() / 1e6;
    Pairs::measure(rounds, ours, || plain(&quiet, &ranges))?.print(
        &format!("100,000 goroutines of a live process, {megabytes:.0} MB"),
        "pread of the same bytes",
        "≤ 3 ×",
    );
    Ok(ranges)
}

fn live(pid: u32, note: bool) -> Result<Live> {
    let file = File::open(format!("/proc/{pid}/mem"))?;
    Ok(Live { file, noted: note.then(RefCell::default) })
}

/// Reads the same ranges, and does nothing with them.
fn plain(live: &Live, ranges: &[(u64, usize)]) -> Result<Duration> {
    let mut buffer = vec![0; ranges.iter().map(|(_, length)| *length).max().unwrap_or_default()];
    let begun = Instant::now();
    for (address, length) in ranges {
        if let Some(part) = buffer.get_mut(..*length) {
            let _ = black_box(live.read(*address, part));
        }
    }
    Ok(begun.elapsed())
}
