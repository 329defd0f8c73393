//! One look, or several, at what is inspected.

use super::finder::{ByShape, Finder, Shapes};
use super::target::Target;
use super::{Inspect, ends_in, goroutines};
use crate::error::{Error, Result};
use crate::output;
use finding::Inspection;
use go_binary::{BuildInfo, Debug, ErrorKind, Image, Release};
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
            .hint("leave it out"));
    }
    let file = target.program.display().to_string();
    let (image, build) = program(target)?;
    let debug = match Debug::load(&image) {
        Ok(debug) => Some(debug),
        Err(error) if error.kind() == ErrorKind::NoDebug => None,
        Err(error) => return Err(unreadable(target, &error)),
    };
    let mut gaps: Vec<String> = Vec::new();
    let named = debug.as_ref().map(|debug| {
        let (types, variables, damage) = debug.read();
        gaps.extend(damage.as_ref().map(ToString::to_string));
        (types, variables)
    });
    if named.is_none() {
        gaps.push(NO_NAMES.to_owned());
    }
    let release = build
        .as_ref()
        .and_then(|build| Release::of(&build.go_version, build.setting("GOEXPERIMENT")));
    let (looks, in_map_functions) =
        target.with_memory(&image, &mut gaps, |memory: &dyn Memory, bias| {
            let wants_shapes = arguments.scan || named.is_none();
            let shapes = release
                .filter(|_| wants_shapes)
                .and_then(|release| Shapes::read(&image, memory, bias, release));
            if wants_shapes && shapes.is_none() {
                return Err(no_shapes(&file));
            }
            let types = shapes.as_ref().map(Shapes::types);
            let by_shape = shapes.as_ref().zip(types.as_ref()).map(|(shapes, types)| {
                ByShape::new(shapes, types, &image, bias, target.heap_parts())
            });
            let by_name = named.as_ref().map(|(types, variables)| {
                Reader::new(Program::new(&image, types, variables, bias))
            });
            let finder = Finder { by_name, by_shape };
            let looks = Looks::take(&finder, memory, arguments);
            let reader = finder.by_name.as_ref().filter(|_| target.signal().is_some());
            let inside = reader.map(|reader| {
                goroutines::in_map_functions(reader, &image, memory, target, &looks.last.maps)
            });
            Ok((looks, inside.unwrap_or_default()))
        })??;
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
        in_map_functions,
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

/// The program's file, and what it says of how it was built.
pub(super) fn program(target: &Target) -> Result<(Image<'_>, Option<BuildInfo>)> {
    let image = Image::read(&target.bytes).map_err(|error| {
        unreadable(target, &error)
            .hint("inspect reads Go programs for 64-bit Linux; --exe names the program's file")
    })?;
    let build = BuildInfo::read(&image).map_err(|error| unreadable(target, &error))?;
    if build.is_none() && image.section(".gopclntab").ok().flatten().is_none() {
        return Err(Error::new(format!("{} is no Go program", target.program.display()))
            .hint("give the process of a Go program, or its core dump with --exe FILE"));
    }
    Ok((image, build))
}

pub(super) fn unreadable(target: &Target, error: &dyn std::error::Error) -> Error {
    Error::new(format!("cannot read {}", target.program.display())).because(error)
}

/// What a program without debugging information lacks.
const NO_NAMES: &str = "names of variables: the program was built with -s or -w, so its maps are found by their shape, \
     and maps without entries are not";

fn no_shapes(file: &str) -> Error {
    Error::new(format!("cannot find the types of {file} in its memory"))
        .hint("it may be damaged, or of a release of Go that is not known; a build with debugging information needs none of this")
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
    fn take(finder: &Finder<'_>, memory: &dyn Memory, arguments: &Inspect) -> Self {
        let budget = if arguments.thorough { Budget::thorough() } else { Budget::default() };
        let mut earlier = Vec::new();
        let begun = Instant::now();
        if let Some(seconds) = arguments.again {
            if output::progress_is_seen() {
                output::say(format_args!("looking {LOOKS} times within {seconds} s"));
            }
            let pause = Duration::from_secs(seconds.into()).checked_div(LOOKS.saturating_sub(1));
            for _ in 1..LOOKS {
                earlier.push(finder.find(memory, &budget, &|_, _| {}));
                thread::sleep(pause.unwrap_or_default());
            }
        }
        let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let last = finder.find(memory, &budget, &|reader, found| {
            in_full(reader, memory, found, arguments);
        });
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
