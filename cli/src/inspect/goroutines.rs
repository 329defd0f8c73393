//! `tophash inspect --goroutines` and `--goroutine N`: what the goroutines of the program do, and who is in a map.

use super::target::Target;
use super::{Inspect, look};
use crate::error::{Error, Result};
use crate::{exit, output};
use finding::{GoroutineInspection, InMapFunction, InspectedGoroutine};
use go_binary::{Bases, Debug, FunctionTable, Image};
use go_memory::{Budget, End, FoundMap, Goroutines, Memory, Names, Program, Reader};
use report::{InspectionOptions, Styles};

/// Stacks on the first screen.
const FIRST_SCREEN: usize = 25;

/// What of the goroutines is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wanted {
    All,
    One(u64),
}

impl Wanted {
    pub(super) fn of(arguments: &Inspect) -> Option<Self> {
        arguments.goroutine.map(Self::One).or_else(|| arguments.goroutines.then_some(Self::All))
    }

    fn has(self, goroutine: u64) -> bool {
        self == Self::All || self == Self::One(goroutine)
    }
}

/// What was found.
enum Found {
    All(Box<GoroutineInspection>),
    /// One goroutine; none if there is none of that number.
    One(Box<Option<InspectedGoroutine>>),
}

/// Reads the goroutines, and prints what is wanted of them.
pub(super) fn run(wanted: Wanted, target: &Target, arguments: &Inspect, name: &str) -> Result<u8> {
    let file = target.program.display().to_string();
    let (image, build) = look::program(target)?;
    let debug = Debug::load(&image).map_err(|error| {
        look::unreadable(target, &error).hint(
            "goroutines are found by debugging information; tophash inspect without --goroutines reads the maps",
        )
    })?;
    let (types, variables, damage) = debug.read();
    let mut gaps: Vec<String> = damage.iter().map(ToString::to_string).collect();
    let budget = if arguments.thorough { Budget::thorough() } else { Budget::default() };
    let found = target.with_memory(&image, &mut gaps, |memory: &dyn Memory, bias| {
        let program = Program::new(&image, &types, &variables, bias);
        read(wanted, program, &image, memory, target, &budget)
    })??;
    let mut options = InspectionOptions {
        styles: Styles::colored(),
        width: output::terminal_width().unwrap_or(usize::MAX),
        limit: (!arguments.all).then_some(FIRST_SCREEN),
        all: format!("tophash inspect {name} --goroutines --all"),
    };
    match found {
        Found::All(mut all) => {
            all.target.clone_from(&target.words);
            all.program = file;
            all.go_version = build.map(|build| build.go_version);
            all.gaps.splice(0..0, gaps);
            if arguments.json {
                return json(report::goroutines_json(&all));
            }
            output::data(&report::goroutines_full(&all, &options))?;
            let first = all.in_map_functions.first().map(|one| one.goroutine);
            if let Some(first) = first.or_else(|| all.stacks.first()?.ids.first().copied()) {
                output::say(format_args!(
                    "next: tophash inspect {name} --goroutine {first} shows the whole stack of one"
                ));
            }
        }
        Found::One(one) => {
            let Some(one) = *one else {
                return Err(Error::new("there is no goroutine of that number")
                    .hint(format!("tophash inspect {name} --goroutines lists them")));
            };
            if arguments.json {
                return json(report::goroutine_json(&one));
            }
            options.limit = None;
            output::data(&report::goroutine_full(&one, &options))?;
        }
    }
    Ok(exit::EXPLAINED)
}

fn json(text: std::result::Result<String, serde_json::Error>) -> Result<u8> {
    output::data(&text.map_err(|error| Error::new("cannot write JSON").because(&error))?)?;
    Ok(exit::EXPLAINED)
}

/// Reads the goroutines, and names what they are in.
fn read(
    wanted: Wanted,
    program: Program<'_>,
    image: &Image<'_>,
    memory: &dyn Memory,
    target: &Target,
    budget: &Budget,
) -> Result<Found> {
    let bias = program.bias;
    let functions = functions(&program, image, memory, target)?;
    let reader = Reader::new(program);
    let goroutines = all(&reader, &functions, memory, target, budget)?;
    // The maps are read only where they are to be named.
    let holds_map = |one: &go_memory::Goroutine| wanted.has(one.id) && !one.maps.is_empty();
    let maps = if goroutines.all.iter().any(holds_map) {
        reader.find(memory, budget).maps
    } else {
        Vec::new()
    };
    let names = Names::new(&functions, bias).with_maps(named(&maps)).at_time(target.now());
    Ok(match wanted {
        Wanted::One(id) => {
            let found = goroutines.all.iter().find(|one| one.id == id);
            Found::One(Box::new(found.map(|one| names.goroutine(&goroutines, one))))
        }
        Wanted::All => Found::All(Box::new(GoroutineInspection {
            goroutines: goroutines.all.len() as u64,
            fault: goroutines.fault.clone(),
            in_map_functions: names.in_map_functions(&goroutines),
            stacks: names.stacks(&goroutines),
            gaps: left_out(&goroutines),
            ..GoroutineInspection::default()
        })),
    })
}

/// Who was inside a map function when the program died; nobody where that cannot be told.
pub(super) fn in_map_functions(
    reader: &Reader<'_>,
    image: &Image<'_>,
    memory: &dyn Memory,
    target: &Target,
    maps: &[FoundMap],
) -> Vec<InMapFunction> {
    let read = || {
        let program = reader.program();
        let functions = functions(program, image, memory, target)?;
        let goroutines = all(reader, &functions, memory, target, &Budget::default())?;
        let names = Names::new(&functions, program.bias).with_maps(named(maps));
        Ok::<_, Error>(names.in_map_functions(&goroutines))
    };
    let inside = read().unwrap_or_default();
    // Without a fault in a map function they were there by chance.
    if inside.iter().any(|one| one.faulting) { inside } else { Vec::new() }
}

fn functions<'i>(
    program: &Program<'_>,
    image: &Image<'i>,
    memory: &dyn Memory,
    target: &Target,
) -> Result<FunctionTable<'i>> {
    let file = target.program.display();
    let bases = go_memory::bases(program, memory).or_else(|| Bases::of_symbols(image));
    let bases = bases.ok_or_else(|| {
        Error::new(format!("{file} does not say where its functions lie"))
            .hint("tophash inspect without --goroutines reads its maps")
    })?;
    FunctionTable::read(image, bases)
        .map_err(|error| Error::new(format!("cannot name the functions of {file}")).because(&error))
}

fn all(
    reader: &Reader<'_>,
    functions: &FunctionTable<'_>,
    memory: &dyn Memory,
    target: &Target,
    budget: &Budget,
) -> Result<Goroutines> {
    let threads = target.threads();
    go_memory::goroutines(reader, functions, memory, threads.as_ref(), budget).ok_or_else(|| {
        Error::new(format!("{} does not say what a goroutine is", target.program.display()))
            .hint("its debugging information lacks the types of the runtime")
    })
}

/// Maps by address, with what declares them.
fn named(maps: &[FoundMap]) -> impl Iterator<Item = (u64, &str)> {
    maps.iter().map(|found| (found.map.address, found.map.declared.as_str()))
}

/// What was left out of the goroutines, in whole sentences.
fn left_out(goroutines: &Goroutines) -> Vec<String> {
    let mut gaps = Vec::new();
    if goroutines.left_out > 0 {
        gaps.push(format!("{} goroutines were not read, to bound the work", goroutines.left_out));
    }
    if goroutines.unreadable > 0 {
        gaps.push(format!("{} goroutines could not be read", goroutines.unreadable));
    }
    let with = |end: End| {
        let of = |stack: usize| goroutines.stacks.get(stack).is_some_and(|one| one.end == end);
        goroutines.all.iter().filter(|one| of(one.stack)).count()
    };
    let running = with(End::Running);
    if running > 0 {
        gaps.push(format!(
            "the stacks of {running} goroutines that were running; a core dump has them"
        ));
    }
    let moved = with(End::Moved);
    if moved > 0 {
        gaps.push(format!("the stacks of {moved} goroutines that changed at each look"));
    }
    gaps
}
