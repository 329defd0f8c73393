//! `tophash inspect --goroutines` and `--goroutine N`: what the goroutines of the program do, and who is in a map.

use super::target::Target;
use crate::error::{Error, Result};
use crate::{exit, output};
use finding::{GoroutineInspection, InspectedGoroutine, InspectedMap, Inspection};
use go_binary::{Bases, FunctionTable, Image};
use go_memory::{Budget, End, Gap, Goroutines, Memory, Names, Program};
use report::InspectionOptions;

/// What of the goroutines is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Wanted {
    All,
    One(u64),
}

/// What was found, without what an [`Inspection`] has.
pub(super) enum Found {
    All(Box<GoroutineInspection>),
    /// One goroutine; none if there is none of that number.
    One(Box<Option<InspectedGoroutine>>),
}

/// Reads the goroutines.
pub(super) fn look(
    wanted: Wanted,
    program: Program<'_>,
    image: &Image<'_>,
    memory: &dyn Memory,
    target: &Target,
    find: &dyn Fn() -> (Vec<InspectedMap>, Vec<Gap>),
) -> Result<Found> {
    let file = target.program.display();
    let bases = go_memory::bases(program, memory).or_else(|| Bases::of_symbols(image));
    let bases = bases.ok_or_else(|| {
        Error::new(format!("{file} does not say where its functions lie"))
            .hint("tophash inspect without --goroutines reads its maps")
    })?;
    let functions = FunctionTable::read(image, bases).map_err(|error| {
        Error::new(format!("cannot name the functions of {file}")).because(&error)
    })?;
    let threads = target.threads();
    let budget = Budget::default();
    let goroutines = go_memory::goroutines(program, &functions, memory, threads.as_ref(), &budget)
        .ok_or_else(|| {
            Error::new(format!("{file} does not say what a goroutine is"))
                .hint("its debugging information lacks the types of the runtime")
        })?;
    let is_wanted = |id| wanted == Wanted::All || wanted == Wanted::One(id);
    let holds_map = goroutines.all.iter().any(|one| is_wanted(one.id) && !one.maps.is_empty());
    // The maps are read only where they are to be named.
    let (maps, _) = if holds_map { find() } else { (Vec::new(), Vec::new()) };
    let names = Names::new(&functions, program.bias, &maps, target.now());
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
            gaps: gaps(&goroutines),
            ..GoroutineInspection::default()
        })),
    })
}

/// What was left out of the goroutines, in whole sentences.
fn gaps(goroutines: &Goroutines) -> Vec<String> {
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
            "{running} goroutines were running, so that their stacks cannot be read; a core dump has them"
        ));
    }
    let moved = with(End::Moved);
    if moved > 0 {
        gaps.push(format!("{moved} goroutines changed at each look"));
    }
    gaps
}

/// Prints what was found.
pub(super) fn print(
    found: Found,
    inspection: Inspection,
    json: bool,
    options: &InspectionOptions,
    target: &str,
) -> Result<u8> {
    let cannot = |error: serde_json::Error| Error::new("cannot write JSON").because(&error);
    match found {
        Found::All(mut all) => {
            all.target = inspection.target;
            all.program = inspection.program;
            all.go_version = inspection.go_version;
            let text = if json {
                report::goroutines_json(&all).map_err(cannot)?
            } else {
                report::goroutines_full(&all, options)
            };
            output::data(&text)?;
            let first = all.in_map_functions.first().map(|one| one.goroutine);
            let first = first.or_else(|| all.stacks.first()?.ids.first().copied());
            if let Some(first) = first.filter(|_| !json) {
                output::say(format_args!(
                    "next: tophash inspect {target} --goroutine {first} shows the whole stack of one"
                ));
            }
        }
        Found::One(one) => {
            let Some(one) = *one else {
                return Err(Error::new("there is no goroutine of that number")
                    .hint(format!("tophash inspect {target} --goroutines lists them")));
            };
            let text = if json {
                report::goroutine_json(&one).map_err(cannot)?
            } else {
                report::goroutine_full(&one, options)
            };
            output::data(&text)?;
        }
    }
    Ok(exit::EXPLAINED)
}
