//! `tophash advise`: which map fits a recorded workload, and why.

use crate::error::{Error, Result};
use crate::progress::{Progress, Unit};
use crate::{exit, output};
use clap::{Args, ValueHint};
use serde::Serialize;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tophash_advise::reader::{self, Limits};
use tophash_advise::replay::{Options, replay};
use tophash_advise::workload::{Workload, from_dump, from_text, from_trace};
use tophash_advise::{Advice, text};

/// The largest dump that is read.
const MOST_DUMP: u64 = 256 << 20;

/// Arguments of `advise`.
#[derive(Args, Debug)]
pub(crate) struct Advise {
    /// An operation trace, or a stats dump as JSON or as text; `-` reads standard input
    #[arg(value_hint = ValueHint::FilePath)]
    file: PathBuf,

    /// Of a dump, the map of this name alone
    #[arg(long, value_name = "NAME")]
    map: Option<String>,

    /// Do not run the trace against the maps
    #[arg(long)]
    no_replay: bool,

    /// How long to run the trace against the maps, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 6, value_parser = clap::value_parser!(u64).range(1..=3600))]
    replay_time: u64,

    /// One JSON document with a schema version; docs/advise.md of the source has the fields
    #[arg(long)]
    json: bool,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    maps: &'a [Advice],
}

/// Reads the file, and says what follows for each of its maps.
pub(crate) fn run(arguments: &Advise) -> Result<u8> {
    let (workloads, trace) = read(&arguments.file)?;
    let found = workloads.len();
    let workloads: Vec<Workload> = workloads
        .into_iter()
        .filter(|workload| arguments.map.as_ref().is_none_or(|name| *name == workload.map))
        .collect();
    let mut advice: Vec<Advice> = workloads.iter().filter_map(tophash_advise::advise).collect();
    if let (Some(trace), [advice], false) = (&trace, &mut *advice, arguments.no_replay) {
        let progress = Progress::new(name_of(&arguments.file), Unit::Runs, None);
        let mut options = Options::default();
        options.time = Duration::from_secs(arguments.replay_time);
        match replay(trace, options, |done, all| progress.set(done, all)) {
            Ok(replay) => advice.replay = Some(replay),
            Err(why) => advice.notes.push(format!("the trace was not replayed: {why}")),
        }
    }
    if arguments.json {
        let document = Document { schema_version: 1, maps: &advice };
        let text = serde_json::to_string_pretty(&document)
            .map_err(|error| Error::new("cannot write the advice as JSON").because(&error))?;
        output::data(&format!("{text}\n"))?;
    } else {
        let width = output::width();
        let texts: Vec<String> = advice.iter().map(|advice| text::write(advice, width)).collect();
        output::data(&texts.join("\n"))?;
    }
    for workload in workloads.iter().filter(|workload| workload.evidence.operations == 0) {
        output::say(format_args!("nothing found: {} was not used", workload.map));
        workload.notes.iter().for_each(|note| output::say(format_args!("  note: {note}")));
    }
    if workloads.is_empty() {
        output::say(match &arguments.map {
            Some(name) => {
                let s = if found == 1 { "" } else { "s" };
                format!("nothing found: there is no map {name} among {found} map{s}")
            }
            None => "nothing found: the dump has no maps".to_owned(),
        });
    }
    Ok(if advice.is_empty() { exit::NOTHING_FOUND } else { exit::EXPLAINED })
}

fn name_of(file: &Path) -> String {
    if file == Path::new("-") { "standard input".to_owned() } else { file.display().to_string() }
}

/// What the file says of its maps; the trace too, if it is one.
fn read(file: &Path) -> Result<(Vec<Workload>, Option<reader::Trace>)> {
    let name = name_of(file);
    let failed =
        |error: &dyn std::error::Error| Error::new(format!("cannot read {name}")).because(error);
    let input: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin().lock())
    } else {
        Box::new(File::open(file).map_err(|error| failed(&error))?)
    };
    let mut input = BufReader::new(input);
    let beginning = input.fill_buf().map_err(|error| failed(&error))?;
    if reader::is_trace(beginning) {
        let trace = reader::read(input, Limits::default())
            .map_err(|error| failed(&error).hint(error.hint()))?;
        return Ok((vec![from_trace(&trace)], Some(trace)));
    }
    let mut bytes = Vec::new();
    input.take(MOST_DUMP).read_to_end(&mut bytes).map_err(|error| failed(&error))?;
    let text = String::from_utf8_lossy(&bytes);
    let is_json = text.trim_start().starts_with('{');
    let workloads = if is_json { from_dump(&text) } else { from_text(&text) };
    let workloads = workloads.map_err(|error| {
        failed(&error).hint(
            "advise reads what Builder::record, Registry::dump or Report of tophash::observe write",
        )
    })?;
    Ok((workloads, None))
}
