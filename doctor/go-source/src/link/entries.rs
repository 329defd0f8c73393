//! Where programs begin: the functions that packages of commands run in the goroutine of `main`, and where functions start
//! something first.

use super::Unit;
use crate::FunctionId;
use crate::body::{Callable, HandTo};
use crate::world::{FileId, FuncRef, World};
use rustc_hash::{FxHashMap, FxHashSet};

/// Packages that run what they are given as the program's command.
const COMMANDS: [&str; 4] = [
    "github.com/spf13/cobra",
    "github.com/urfave/cli",
    "github.com/urfave/cli/v2",
    "github.com/urfave/cli/v3",
];

/// The functions that are handed to such a package: `cobra.Command{RunE: run}`, `cobra.OnInitialize(load)`.
pub(super) fn commands(
    world: &World,
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
) -> FxHashSet<FunctionId> {
    let of_commands = |file: FileId| {
        let package = world.file(file).and_then(|file| world.package(file.package));
        package.is_some_and(|package| COMMANDS.contains(&&*package.import))
    };
    let mut found = FxHashSet::default();
    for hand in units.iter().flat_map(|unit| &unit.facts.hand_overs) {
        let Callable::Function(func) = hand.what else { continue };
        let taken = match hand.to {
            HandTo::Field(field) => of_commands(field.file),
            HandTo::Parameter(taker, _) => of_commands(taker.file),
        };
        found.extend(by_ref.get(&func).filter(|_| taken));
    }
    found
}

/// Where functions start something first, known or not.
pub(super) fn first_starts(units: &[Unit]) -> FxHashMap<FunctionId, u32> {
    let mut found: FxHashMap<FunctionId, u32> = FxHashMap::default();
    for unit in units {
        for start in &unit.facts.starts {
            if let Some(caller) = start.caller {
                let first = found
                    .entry(FunctionId(unit.base.saturating_add(caller)))
                    .or_insert(start.since);
                *first = start.since.min(*first);
            }
        }
    }
    found
}
