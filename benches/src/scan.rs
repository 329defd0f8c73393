//! Maps found by their shape: against plain reads of the memory that they lie in.

use crate::inspect::{Live, Noted, Server, build};
use crate::row::Pairs;
use anyhow::{Context, Result};
use go_binary::{BuildInfo, Image, ModuleData, Release};
use go_memory::{
    Budget, Memory, Module, Program, Reader, Scope, Unmapped, bias, heap_parts, mappings,
};
use std::cell::RefCell;
use std::fs::{self, File};
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

/// A program with some hundred megabytes of what services have: texts, structs, slices, and maps of all sizes.
const HEAP: &str = "package main

import (
	\"fmt\"
	\"io\"
	\"os\"
)

type item struct {
	name  string
	tags  []string
	next  *item
	count [6]int
}

var (
	items  []*item
	maps   []map[string]*item
	hidden = hide()
)

func hide() func() int {
	own := map[int]int{}
	for i := 0; i < 100_000; i++ {
		own[i] = i
	}
	return func() int { return len(own) }
}

func main() {
	for i := 0; i < 1_000_000; i++ {
		made := &item{name: fmt.Sprint(\"item \", i), tags: make([]string, i%8)}
		if i > 0 {
			made.next = items[i-1]
		}
		items = append(items, made)
	}
	for i := 0; i < 1_000; i++ {
		m := map[string]*item{}
		for j := 0; j < i; j++ {
			m[items[i+j].name] = items[j]
		}
		maps = append(maps, m)
	}
	fmt.Println(\"ready\", hidden())
	_, _ = io.Copy(io.Discard, os.Stdin)
}
";

/// How much is read at once where all is read.
const PIECE: usize = 1 << 20;

/// Prints the rows.
pub fn run(rounds: usize) -> Result<()> {
    let folder = tempfile::tempdir()?;
    fs::write(folder.path().join("main.go"), HEAP)?;
    fs::write(folder.path().join("go.mod"), "module example.com/heap\n\ngo 1.21\n")?;
    let program = folder.path().join("heap");
    build(folder.path(), &program, ".")?;
    let server = Server::start(&mut Command::new(&program), "ready")?;

    let proc = format!("/proc/{}", server.0.id());
    let bytes = fs::read(format!("{proc}/exe"))?;
    let image = Image::read(&bytes)?;
    let info = BuildInfo::read(&image)?.context("no Go program")?;
    let release = Release::of(&info.go_version, None).context("no release")?;
    let name = fs::read_link(format!("{proc}/exe"))?;
    let all = mappings(&fs::read_to_string(format!("{proc}/maps"))?);
    let parts = all.iter().map(|part| (part.start, part.offset, part.name.as_str()));
    let bias = bias(parts, &image.segments(), &name.to_string_lossy()).context("no bias")?;
    let memory = Live(File::open(format!("{proc}/mem"))?);
    let module = Module::find(&image, &memory, bias, release).context("no module")?;
    let parts = heap_parts(&all);
    let megabytes = parts.iter().map(|part| part.end - part.start).sum::<u64>() as f64 / 1e6;

    let whole = || -> Result<Duration> {
        let mut buffer = vec![0; PIECE];
        let begun = Instant::now();
        for part in &parts {
            for at in part.clone().step_by(PIECE) {
                let length = PIECE.min(usize::try_from(part.end - at)?);
                black_box(memory.read(at, &mut buffer[..length]).is_ok());
            }
        }
        Ok(begun.elapsed())
    };
    let yardstick = format!("plain reads of all {megabytes:.0} MB");
    let scan = |memory: &dyn Memory| -> Result<(Duration, usize)> {
        let begun = Instant::now();
        let runtime = module.types(memory);
        let types = runtime.types();
        let mut program = Program::new(&image, &types, &[], bias);
        program.descriptors = Some(module.data.types.start.wrapping_sub(bias));
        let known = Default::default();
        let scope = Scope { module: &module, runtime: &runtime, parts: &parts, known: &known };
        // What entries lead to is estimated whichever way maps are found; it is not measured here.
        let mut budget = Budget::default();
        (budget.samples, budget.weighed) = (0, 0);
        let found = Reader::new(program).scan(memory, &scope, &budget);
        Ok((begun.elapsed(), found.maps.len()))
    };

    let noted = Noted(&memory, RefCell::default());
    let found = scan(&noted)?.1;
    let reads = noted.1.into_inner();
    let read = reads.iter().map(|(_, length)| *length).sum::<usize>() as f64 / 1e6;
    let name = format!("{found} maps by shape, of which {read:.1} MB are read");
    let ours = || scan(&memory).map(|(time, _)| time);
    Pairs::measure(rounds, ours, whole)?.print(&name, &yardstick, "≤ 3 ×");
    let same = || -> Result<Duration> {
        let mut buffer = vec![0; reads.iter().map(|(_, length)| *length).max().unwrap_or(0)];
        let begun = Instant::now();
        for (address, length) in &reads {
            black_box(memory.read(*address, &mut buffer[..*length]).is_ok());
        }
        Ok(begun.elapsed())
    };
    let plain = format!("{} plain reads of the same {read:.1} MB", reads.len());
    Pairs::measure(rounds, ours, same)?.print(&name, &plain, "≤ 3 ×");

    // Without the allocator's list, which is among these variables, all memory is looked through.
    let blind = Blind(&memory, &module.data);
    let found = scan(&blind)?.1;
    let name = format!("{found} maps by shape, of which all memory is read");
    let ours = || scan(&blind).map(|(time, _)| time);
    Pairs::measure(rounds, ours, whole)?.print(&name, &yardstick, "≤ 3 ×");
    Ok(())
}

/// A process whose variables cannot be read.
struct Blind<'m>(&'m Live, &'m ModuleData);

impl Memory for Blind<'_> {
    fn read(&self, address: u64, buffer: &mut [u8]) -> Result<(), Unmapped> {
        let hidden = [&self.1.data, &self.1.bss, &self.1.bss_without_pointers];
        if hidden.iter().any(|range| range.contains(&address)) {
            return Err(Unmapped { address });
        }
        self.0.read(address, buffer)
    }
}
