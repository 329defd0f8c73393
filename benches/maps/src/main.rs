//! Concurrent maps side by side in one process: which is how fast, how steady and how large.
//!
//! `cargo xtask bench -- maps` runs everything; `--rows` and `--maps` choose. All maps of a table are alive at once
//! and take turns in rounds that begin with another map each time, so that a busy neighbour slows all of them; see
//! `slices` for what counts. A cell is the median of the rounds, their span, and the ratio to the best sound map for
//! any types. A `?` marks what the machine did not leave undisturbed.

mod clock;
mod counting;
mod data;
mod goals;
mod ground;
mod growth;
mod instructions;
mod iterate;
mod latency;
mod limits;
mod map;
mod memory;
mod peers;
mod plot;
mod remote;
mod report;
mod run;
mod series;
mod slices;
mod stores;
mod subject;
mod verdict;
mod words;
mod work;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use ground::{Effort, Ground, Group, Hasher, Kind};
use remote::Program;
use report::Report;
use run::Run;
use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;
use subject::{Class, Subject};

#[global_allocator]
static ALLOCATOR: counting::Counting = counting::Counting;

/// Measures concurrent maps.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    task: Option<Task>,
    /// Groups of columns. Where none is named, all but the stores, and the instructions only if valgrind is there
    /// and it is not `--quick`.
    #[arg(long, value_delimiter = ',')]
    rows: Vec<Group>,
    /// Only maps whose names contain one of these.
    #[arg(long, value_delimiter = ',')]
    maps: Vec<String>,
    /// Only tables of these types.
    #[arg(long, value_delimiter = ',')]
    kinds: Vec<Kind>,
    /// Fewer rounds, shorter, smaller: for a look.
    #[arg(long)]
    quick: bool,
    /// Rounds; 7 where not said, 2 when quick.
    #[arg(long)]
    rounds: Option<usize>,
    /// Reads of 16 M entries too; takes about 15 GB with all maps.
    #[arg(long)]
    huge: bool,
    /// Whether all maps share a hasher or each has its own; both where not said.
    #[arg(long)]
    hasher: Option<Hasher>,
    /// All samples, for plots and for `verdict`.
    #[arg(long)]
    json: Option<PathBuf>,
    /// The goals and what became of them, as BENCHMARKS.md holds them.
    #[arg(long)]
    markdown: Option<PathBuf>,
    /// This program built with papaya's fences in place of its membarrier; `cargo xtask bench` builds and names it.
    #[arg(long)]
    fences: Option<PathBuf>,
}

/// What is done with a run that was measured, and what processes started by this program do.
#[derive(Subcommand)]
enum Task {
    /// Prints the goals and what became of them, from what runs wrote with `--json`.
    Verdict {
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Draws what runs wrote with `--json` as SVG files.
    Plot {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        #[arg(long, default_value = "docs/plots")]
        out: PathBuf,
        /// In captions, in place of what the files say.
        #[arg(long)]
        commit: Option<String>,
        /// In captions, in place of what the files say.
        #[arg(long)]
        date: Option<String>,
    },
    /// Answers on standard output what is asked on standard input.
    #[command(hide = true)]
    Serve,
    /// Prints the live and the peak bytes of one map.
    #[command(hide = true)]
    Footprint { kind: Kind, map: String, least: usize },
    /// Does operations for somebody who counts instructions.
    #[command(hide = true)]
    Count { kind: Kind, map: String, column: String, operations: usize },
    /// Lets two threads work on a map for somebody who traces stores.
    #[command(hide = true)]
    Contend { kind: Kind, map: String },
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    match &cli.task {
        Some(Task::Verdict { files }) => {
            print!("{}", verdict::document(&Report::read(files)?));
            Ok(())
        }
        Some(Task::Plot { files, out, commit, date }) => {
            let mut report = Report::read(files)?;
            report.name(commit.as_deref(), date.as_deref());
            for path in plot::draw(&report, out)? {
                println!("{}", path.display());
            }
            Ok(())
        }
        Some(Task::Serve) => remote::serve(),
        Some(Task::Footprint { kind, map, least }) => memory::footprint(*kind, map, *least),
        Some(Task::Count { kind, map, column, operations }) => {
            instructions::count(*kind, map, column, *operations)
        }
        Some(Task::Contend { kind, map }) => stores::contend(*kind, map),
        None => run(&cli),
    }
}

impl Cli {
    fn effort(&self) -> Effort {
        if self.quick {
            Effort { millis: 8, questions: 1 << 18, growth: 250_000, latency: 500_000 }
        } else {
            Effort { millis: 60, questions: 1 << 20, growth: 2_000_000, latency: 4_000_000 }
        }
    }

    /// How many rounds a group takes. Those that end in a whole map are long, and vary less.
    fn rounds(&self, group: Group) -> usize {
        let rounds = self.rounds.unwrap_or(if self.quick { 2 } else { 7 });
        match group {
            Group::Growth | Group::Latency | Group::Threads => rounds.min(5),
            _ => rounds,
        }
    }

    fn wants(&self, map: &str) -> bool {
        self.maps.is_empty() || self.maps.iter().any(|part| map.contains(part.as_str()))
    }

    fn groups(&self) -> Vec<Group> {
        use Group::{Growth, Instructions, Iterate, Latency, Memory, Mixed, Read, Threads};
        if self.rows.is_empty() {
            let mut all = vec![Read, Mixed, Threads, Iterate, Growth, Latency, Memory];
            if !self.quick && instructions::available() {
                all.push(Instructions);
            }
            all
        } else {
            self.rows.clone()
        }
    }

    /// The tables in their order, each with the groups that are measured on it.
    fn grounds(&self) -> Vec<(Ground, Vec<Group>)> {
        use Group::{Growth, Instructions, Iterate, Latency, Memory, Mixed, Read, Stores, Threads};
        use Hasher::{Own, Same};
        use Kind::{Set, StringU64, U64String, U64U64};
        let (all, small, million) = (self.groups(), 1 << 16, 1 << 20);
        let mut grounds = vec![
            (
                Ground { kind: U64U64, hasher: Same, entries: million },
                vec![Read, Mixed, Threads, Iterate],
            ),
            (Ground { kind: U64U64, hasher: Same, entries: small }, vec![Read, Mixed]),
            (
                Ground { kind: StringU64, hasher: Same, entries: million },
                vec![Read, Mixed, Iterate],
            ),
            (
                Ground { kind: U64String, hasher: Same, entries: million },
                vec![Read, Mixed, Iterate],
            ),
            (Ground { kind: U64U64, hasher: Own, entries: million }, vec![Read]),
        ];
        if self.huge {
            grounds.push((Ground { kind: U64U64, hasher: Same, entries: 16 << 20 }, vec![Read]));
        }
        grounds.push((Ground { kind: U64U64, hasher: Same, entries: 0 }, vec![Growth, Latency]));
        for kind in [U64U64, StringU64, U64String, Set] {
            grounds.push((Ground { kind, hasher: Same, entries: 0 }, vec![Memory]));
        }
        for kind in [U64U64, StringU64, U64String] {
            grounds.push((Ground { kind, hasher: Same, entries: 0 }, vec![Instructions, Stores]));
        }
        for (_, groups) in &mut grounds {
            groups.retain(|group| all.contains(group));
        }
        grounds.retain(|(ground, groups)| {
            !groups.is_empty()
                && (self.kinds.is_empty() || self.kinds.contains(&ground.kind))
                && self.hasher.is_none_or(|hasher| ground.hasher == hasher)
        });
        grounds
    }
}

fn run(cli: &Cli) -> Result<()> {
    let program = match &cli.fences {
        Some(path) => Some(Rc::new(RefCell::new(Program::start(path)?))),
        None => {
            println!("papaya without its membarrier is not measured: `--fences` names no program.");
            None
        }
    };
    let mut report = Report::new(Run::here());
    for (ground, groups) in cli.grounds() {
        // Those of the last ground are gone: the machine holds one set of maps at a time.
        let mut subjects = peers::subjects(ground, cli.effort().questions);
        if let Some(program) = &program {
            subjects.extend(remote::subjects(ground, program));
        }
        subjects.retain(|subject| cli.wants(subject.name()));
        for group in groups {
            match group {
                Group::Memory => measure_memory(cli, ground, &subjects, &mut report)?,
                Group::Instructions => count_instructions(cli, ground, &subjects, &mut report)?,
                Group::Stores => trace_stores(ground, &subjects, &mut report)?,
                _ => take_turns(cli, ground, group, &mut subjects, &mut report)?,
            }
            print!("{}", report.table(ground, group));
        }
    }
    print!("{}", verdict::verdict(&report));
    if let Some(path) = &cli.json {
        report.write(path)?;
    }
    if let Some(path) = &cli.markdown {
        let text = verdict::document(&report);
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

/// Interleaved rounds, each beginning with another map.
fn take_turns(
    cli: &Cli,
    ground: Ground,
    group: Group,
    subjects: &mut [Box<dyn Subject>],
    report: &mut Report,
) -> Result<()> {
    let (rounds, effort) = (cli.rounds(group), cli.effort());
    for round in 0..rounds {
        let first = subjects.len() * round / rounds;
        for turn in 0..subjects.len() {
            let place = (first + turn) % subjects.len();
            let subject = &mut subjects[place];
            if matches!(group, Group::Growth | Group::Latency) && peers::is_observed(subject.name())
            {
                continue;
            }
            let samples = subject.turn(group, &effort)?;
            report.add(ground, group, subject.name(), subject.class(), samples);
        }
    }
    Ok(())
}

/// Arrays take no part in counts.
fn is_array(name: &str, class: Class) -> bool {
    class == Class::Limit && !name.starts_with("hashbrown")
}

/// Whether it is a map of this program and not one around another. The other program's papaya takes the same bytes and makes the
/// same stores.
fn is_map(name: &str, class: Class) -> bool {
    !is_array(name, class) && !peers::FENCED.contains(&name) && !peers::is_observed(name)
}

fn measure_memory(
    cli: &Cli,
    ground: Ground,
    subjects: &[Box<dyn Subject>],
    report: &mut Report,
) -> Result<()> {
    let least = match (ground.kind, cli.quick) {
        (Kind::Set, false) => 10_000_000,
        (Kind::Set, true) => 1_000_000,
        (_, false) => 1 << 20,
        (_, true) => 1 << 16,
    };
    let mut hashbrown = Vec::new();
    for subject in subjects {
        let name = subject.name();
        if !is_map(name, subject.class()) {
            continue;
        }
        let footprints = memory::measure(ground.kind, name, least)?;
        if name.starts_with("hashbrown") {
            hashbrown = footprints;
            let samples = memory::samples(&hashbrown, &hashbrown);
            report.add(ground, Group::Memory, name, subject.class(), samples);
        } else {
            let samples = memory::samples(&footprints, &hashbrown);
            report.add(ground, Group::Memory, name, subject.class(), samples);
        }
    }
    Ok(())
}

fn count_instructions(
    cli: &Cli,
    ground: Ground,
    subjects: &[Box<dyn Subject>],
    report: &mut Report,
) -> Result<()> {
    let here = std::env::current_exe()?;
    for subject in subjects {
        let (name, class) = (subject.name(), subject.class());
        if is_array(name, class) {
            continue;
        }
        let fenced = cli.fences.as_ref().filter(|_| peers::FENCED.contains(&name));
        let samples = instructions::measure(fenced.unwrap_or(&here), ground.kind, name)?;
        report.add(ground, Group::Instructions, name, class, samples);
    }
    Ok(())
}

fn trace_stores(ground: Ground, subjects: &[Box<dyn Subject>], report: &mut Report) -> Result<()> {
    for subject in subjects {
        let (name, class) = (subject.name(), subject.class());
        if class != Class::Limit && is_map(name, class) {
            let samples = stores::measure(ground.kind, name)?;
            report.add(ground, Group::Stores, name, class, samples);
        }
    }
    Ok(())
}
