//! One look, or several, at what is inspected.

use super::target::Target;
use super::{Inspect, ends_in};
use crate::error::{Error, Result};
use crate::output;
use finding::Inspection;
use go_binary::{BuildInfo, Debug, ErrorKind, Image};
use go_memory::{Budget, DetailOptions, Found, Memory, Program, Reader};
use std::thread;
use std::time::{Duration, Instant};

/// Looks of `--again`.
const LOOKS: u32 = 5;
/// Instances of a map that are read in full.
const IN_FULL: usize = 1;

/// Reads the program, then its memory.
pub(super) fn look(target: &Target, arguments: &Inspect) -> Result<Inspection> {
    if arguments.again.is_some() && !target.is_live() {
        return Err(Error::new("--again looks at a process; a core dump does not change")
            .hint("leave it out, or give two core dumps one after the other"));
    }
    let file = target.program.display().to_string();
    let cannot =
        |error: &dyn std::error::Error| Error::new(format!("cannot read {file}")).because(error);
    let image = Image::read(&target.bytes).map_err(|error| {
        cannot(&error)
            .hint("inspect reads Go programs for 64-bit Linux; --exe names the program's file")
    })?;
    let build = BuildInfo::read(&image).map_err(|error| cannot(&error))?;
    if build.is_none() && image.section(".gopclntab").ok().flatten().is_none() {
        return Err(Error::new(format!("{file} is no Go program"))
            .hint("give the process of a Go program, or its core dump with --exe FILE"));
    }
    let debug = Debug::load(&image).map_err(|error| no_names(&file, &error))?;
    let (types, variables, damage) = debug.read();
    let mut gaps: Vec<String> = damage.iter().map(ToString::to_string).collect();
    let looks = target.with_memory(&image, &mut gaps, |memory: &dyn Memory, bias| {
        let reader = Reader::new(Program::new(&image, &types, &variables, bias));
        Looks::take(&reader, memory, arguments)
    })?;
    if target.is_live() && !target.is_there(&image) {
        if looks.last.maps.is_empty() {
            return Err(Error::new(format!("{} ended while it was read", target.words))
                .hint("a core dump stays: tophash inspect --howto-core"));
        }
        gaps.push("the process ended, or ran another program, while it was read".to_owned());
    }
    gaps.extend(looks.last.gaps.iter().map(ToString::to_string));
    let mut inspection = Inspection {
        target: target.words.clone(),
        program: file,
        go_version: build.map(|build| build.go_version),
        signal: target.signal(),
        maps: go_memory::by_declaration(instances(looks.last)),
        gaps,
    };
    if !looks.earlier.is_empty() {
        let earlier: Vec<_> =
            looks.earlier.into_iter().map(instances).map(go_memory::by_declaration).collect();
        go_memory::compare(&earlier, &mut inspection.maps, looks.milliseconds);
    }
    Ok(inspection)
}

fn no_names(file: &str, error: &go_binary::Error) -> Error {
    let failed = Error::new(format!("cannot name the maps of {file}")).because(error);
    if error.kind() == ErrorKind::NoDebug {
        failed.hint(
            "build it without -ldflags '-s -w', or name such a build of the same source by --exe",
        )
    } else {
        failed
    }
}

fn instances(found: Found) -> Vec<finding::MapInstance> {
    found.maps.into_iter().map(|found| found.map).collect()
}

/// What several looks found.
struct Looks {
    earlier: Vec<Found>,
    last: Found,
    /// From the first to the last.
    milliseconds: u64,
}

impl Looks {
    fn take(reader: &Reader<'_>, memory: &dyn Memory, arguments: &Inspect) -> Self {
        let budget = if arguments.thorough { Budget::thorough() } else { Budget::default() };
        let mut earlier = Vec::new();
        let begun = Instant::now();
        if let Some(seconds) = arguments.again {
            if output::progress_is_seen() {
                output::say(format_args!("looking {LOOKS} times within {seconds} s"));
            }
            let pause = Duration::from_secs(seconds.into()).checked_div(LOOKS.saturating_sub(1));
            for _ in 1..LOOKS {
                earlier.push(reader.find(memory, &budget));
                thread::sleep(pause.unwrap_or_default());
            }
        }
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut last = reader.find(memory, &budget);
        in_full(reader, memory, &mut last, arguments);
        Self { earlier, last, milliseconds }
    }
}

/// Reads in full what is asked for, and what was being written.
fn in_full(reader: &Reader<'_>, memory: &dyn Memory, found: &mut Found, arguments: &Inspect) {
    let options = DetailOptions::new(arguments.sample.unwrap_or_default(), arguments.unmasked);
    let is_wanted = |map: &finding::MapInstance| {
        arguments.map.as_ref().is_some_and(|name| ends_in(&map.declared, name))
    };
    let mut wanted: Vec<_> = found.maps.iter_mut().filter(|found| is_wanted(&found.map)).collect();
    wanted.sort_by_key(|found| std::cmp::Reverse(found.map.bytes));
    for found in wanted.into_iter().take(if arguments.all { usize::MAX } else { IN_FULL }) {
        reader.detail(memory, found, options);
    }
    for found in found.maps.iter_mut().filter(|found| found.map.writing) {
        if found.map.detail.is_none() {
            reader.detail(memory, found, DetailOptions::default());
        }
    }
}
