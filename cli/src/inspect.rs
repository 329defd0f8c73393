//! `tophash inspect`: the maps in the memory of a Go process or in its core dump.

mod files;
mod target;

use crate::error::{Error, Result};
use crate::{exit, output};
use clap::{Args, ValueHint};
use finding::Inspection;
use go_binary::{BuildInfo, Debug, ErrorKind, Image};
use go_memory::{Budget, Found, Memory, Program};
use report::{InspectionOptions, Styles};
use std::path::PathBuf;
use target::Target;

/// Rows on the first screen.
const FIRST_SCREEN: usize = 25;

/// Arguments of `inspect`.
#[derive(Args, Debug)]
pub(crate) struct Inspect {
    /// The number of a process, or a core dump
    #[arg(value_name = "PID|CORE", value_hint = ValueHint::FilePath, required_unless_present = "howto_core")]
    target: Option<PathBuf>,

    /// The program's file, where it is not where the process or the core says
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    exe: Option<PathBuf>,

    /// Show the instances of this map and how each is built inside; the end of its name suffices
    #[arg(long, value_name = "NAME")]
    map: Option<String>,

    /// Show every map
    #[arg(long)]
    all: bool,

    /// Print one JSON object, documented in docs/json.md
    #[arg(long)]
    json: bool,

    /// Print how to get a core dump, on a host and in a container
    #[arg(long)]
    howto_core: bool,
}

const HOWTO_CORE: &str = "\
On a host, for a program that is started now:
    ulimit -c unlimited
    echo core.%p | sudo tee /proc/sys/kernel/core_pattern    # into the folder where it runs
    GOTRACEBACK=crash ./server                               # Go leaves no core otherwise

Of a process that runs, which goes on after it was copied:
    sudo gcore -o core PID                                   # from the package gdb

In a container, the kernel's core_pattern is the host's: set it there, to a path that exists inside.
    docker run --ulimit core=-1 -e GOTRACEBACK=crash -v $PWD/cores:/cores IMAGE
    echo /cores/core.%p | sudo tee /proc/sys/kernel/core_pattern    # on the host
In Kubernetes, GOTRACEBACK=crash goes into the pod's env, and an emptyDir to where core_pattern points.

Then:
    tophash inspect core.4711 --exe ./server
";

/// Prints what the memory of a program says of its maps.
pub(crate) fn run(arguments: &Inspect) -> Result<u8> {
    if arguments.howto_core {
        output::data(HOWTO_CORE)?;
        return Ok(exit::EXPLAINED);
    }
    let Some(name) = &arguments.target else {
        return Err(Error::new("a process or a core dump is wanted").hint("tophash inspect PID"));
    };
    let target = Target::open(name, arguments.exe.as_deref())?;
    let inspection = look(&target)?;
    print(&inspection, arguments, &name.display().to_string())
}

fn look(target: &Target) -> Result<Inspection> {
    let file = target.program.display().to_string();
    let image = Image::read(&target.bytes).map_err(|error| {
        Error::new(format!("cannot read {file}"))
            .because(&error)
            .hint("inspect reads Go programs for 64-bit Linux; --exe names the program's file")
    })?;
    let build = BuildInfo::read(&image)
        .map_err(|error| Error::new(format!("cannot read {file}")).because(&error))?;
    if build.is_none() && image.section(".gopclntab").ok().flatten().is_none() {
        return Err(Error::new(format!("{file} is no Go program"))
            .hint("give the process of a Go program, or its core dump with --exe FILE"));
    }
    let debug = Debug::load(&image).map_err(|error| {
        let without = error.kind() == ErrorKind::NoDebug;
        let failed = Error::new(format!("cannot name the maps of {file}")).because(&error);
        if without { failed.hint("build it without -ldflags '-s -w', or name such a build of the same source by --exe") } else { failed }
    })?;
    let (types, variables, damage) = debug.read();
    let mut gaps: Vec<String> = damage.iter().map(ToString::to_string).collect();
    let descriptors = image.symbol("runtime.types");
    let program = |bias| Program { types: &types, variables: &variables, bias, descriptors };
    let found = target.with_memory(&image, &mut gaps, |memory: &dyn Memory, bias| {
        go_memory::find(program(bias), memory, &Budget::default())
    })?;
    let Found { maps, gaps: left_out, .. } = found;
    let instances = maps.into_iter().map(|found| found.map).collect();
    gaps.extend(left_out.iter().map(ToString::to_string));
    Ok(Inspection {
        target: target.words.clone(),
        program: file,
        go_version: build.map(|build| build.go_version),
        maps: go_memory::by_declaration(instances),
        gaps,
    })
}

fn print(inspection: &Inspection, arguments: &Inspect, target: &str) -> Result<u8> {
    let code = if inspection.maps.is_empty() { exit::NOTHING_FOUND } else { exit::EXPLAINED };
    if arguments.json {
        let text = report::inspection_json(inspection)
            .map_err(|error| Error::new("cannot write JSON").because(&error))?;
        output::data(&text)?;
        return Ok(code);
    }
    let mut options = InspectionOptions {
        styles: Styles::colored(),
        width: output::terminal_width().unwrap_or(usize::MAX),
        limit: (!arguments.all).then_some(FIRST_SCREEN),
        all: format!("tophash inspect {target} --all"),
    };
    let Some(name) = &arguments.map else {
        output::data(&report::inspection_full(inspection, &options))?;
        if let Some(first) = inspection.maps.first() {
            output::say(format_args!(
                "next: tophash inspect {target} --map {} shows one map in full",
                first.declared
            ));
        }
        return Ok(code);
    };
    options.all = format!("tophash inspect {target} --map {name} --all");
    let mut text = String::new();
    for map in inspection.maps.iter().filter(|map| ends_in(&map.declared, name)) {
        text.push_str(&report::inspected_map_full(map, &options));
    }
    if text.is_empty() {
        return Err(Error::new(format!("no map that was found is called {name}"))
            .hint(format!("tophash inspect {target} --all lists them")));
    }
    output::data(&text)?;
    Ok(code)
}

/// Whether a map's name is that, or ends in it after a dot or a slash.
fn ends_in(declared: &str, name: &str) -> bool {
    declared
        .strip_suffix(name)
        .is_some_and(|before| before.is_empty() || before.ends_with(['.', '/']))
}
