//! `tophash inspect`: the maps in the memory of a Go process or in its core dump.

mod files;
mod finder;
mod howto;
mod look;
mod print;
mod target;

use crate::error::{Error, Result};
use crate::{exit, output};
use clap::{Args, ValueHint};
use std::path::PathBuf;
use target::Target;

/// What is typed most.
const EXAMPLES: &str = "\
Examples:
  tophash inspect 4711                        the largest maps of process 4711
  tophash inspect 4711 --again 10             and which of them grow or leak
  tophash inspect 4711 --map sessions         one map in full, with a picture
  tophash inspect core.4711 --exe ./server    a core dump
  tophash inspect --howto-core                how to get one

The process is not stopped, and nothing is written to it. Reading it takes the rights of a
debugger: those of its user where the kernel allows that, or root. docs/inspect.md says what
each column means.";

/// Arguments of `inspect`.
#[derive(Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Inspect {
    /// The number of a process, or a core dump
    #[arg(value_name = "PID|CORE", value_hint = ValueHint::FilePath, required_unless_present = "howto_core")]
    target: Option<PathBuf>,

    /// The program's file, where it is not where the process or the core says
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    exe: Option<PathBuf>,

    /// Show this map in full: its instances, and a picture of the largest; the end of its name suffices
    #[arg(long, value_name = "NAME")]
    map: Option<String>,

    /// Look five times within so many seconds, and say which maps grow or leak
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
    again: Option<u32>,

    /// Show every map, and every instance
    #[arg(long)]
    all: bool,

    /// Also search the heap for maps that no package variable leads to by its type: those of closures and locals
    #[arg(long)]
    scan: bool,

    /// Follow everything, however much it is; without it, a look ends after a million values
    #[arg(long)]
    thorough: bool,

    /// With --map, also show so many entries, letters as x and digits as 9
    #[arg(long, value_name = "N", requires = "map", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    sample: Option<u64>,

    /// Show keys and values as they are, which may be secrets
    #[arg(long, requires = "sample")]
    unmasked: bool,

    /// With --map, also draw the picture into this file
    #[arg(long, value_name = "FILE", requires = "map", value_hint = ValueHint::FilePath)]
    svg: Option<PathBuf>,

    /// Print one JSON object, documented in docs/json.md
    #[arg(long)]
    json: bool,

    /// Print how to get a core dump, on a host and in a container
    #[arg(long)]
    howto_core: bool,
}

/// Prints what the memory of a program says of its maps.
pub(crate) fn run(arguments: &Inspect) -> Result<u8> {
    if arguments.howto_core {
        output::data(howto::CORE)?;
        return Ok(exit::EXPLAINED);
    }
    let Some(name) = &arguments.target else {
        return Err(Error::new("a process or a core dump is wanted").hint("tophash inspect PID"));
    };
    let target = Target::open(name, arguments.exe.as_deref())?;
    let inspection = look::look(&target, arguments)?;
    print::print(&inspection, arguments, &name.display().to_string())
}

/// Whether a map's name is that, or ends in it after a dot or a slash.
fn ends_in(declared: &str, name: &str) -> bool {
    declared
        .strip_suffix(name)
        .is_some_and(|before| before.is_empty() || before.ends_with(['.', '/']))
}

#[cfg(test)]
mod tests {
    use super::ends_in;

    #[test]
    fn the_end_of_a_name_suffices() {
        assert!(ends_in("example.com/shop.orders", "orders"));
        assert!(ends_in("example.com/shop.orders", "shop.orders"));
        assert!(!ends_in("example.com/shop.reorders", "orders"));
    }
}
