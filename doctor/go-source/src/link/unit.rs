//! One package by itself: its facts, and what is held at each place of it.

use super::narrow;
use crate::body::{BaseFact, Facts, walk_package};
use crate::locks;
use crate::spread;
use crate::types::Def;
use crate::world::{FileId, Index, PackageId, World};
use crate::{Base, LoadOptions, VariableId};
use rustc_hash::{FxHashMap, FxHashSet};

/// What one package yields before packages meet.
pub(crate) struct Unit {
    pub(crate) package: PackageId,
    pub(crate) facts: Facts,
    /// What is held at each access, at each call and where locks are taken, by file and expression.
    pub(crate) states: FxHashMap<(FileId, crate::hir::ExprId), locks::State>,
    /// Locks that functions give back without having taken them, by the functions' numbers.
    pub(crate) gives_back: Vec<(u32, Vec<Def>)>,
    /// The number of its first function in the program.
    pub(crate) base: u32,
    /// The number of its first variable in the program.
    pub(crate) variables: u32,
}

impl Unit {
    /// The variable that an expression begins with, in the words of the program.
    pub(crate) fn base_of(&self, base: BaseFact) -> Base {
        match base {
            BaseFact::Package => Base::Package,
            BaseFact::Variable { variable, direct } => {
                Base::Variable { id: VariableId(self.variables.saturating_add(variable)), direct }
            }
        }
    }
}

/// Walks every package that is searched.
pub(crate) fn walk<'w>(world: &'w World, names: &'w Index<'w>, options: &LoadOptions) -> Vec<Unit> {
    let minor = options.go_minor.unwrap_or(crate::build::NEWEST_GO);
    let own: Vec<PackageId> = (0u32..)
        .zip(&world.packages)
        .filter(|(_, p)| p.part.is_searched())
        .map(|(id, _)| id)
        .collect();
    let mut units = spread::map(own, world.files.len(), |package| {
        let facts = walk_package(world, names, package, minor, options.uses);
        let (states, gives_back) = states(world, &facts);
        Unit { package, facts, states, gives_back, base: 0, variables: 0 }
    });
    let mut base = 0u32;
    let mut variables = 0u32;
    for unit in &mut units {
        unit.base = base;
        unit.variables = variables;
        variables = variables.saturating_add(narrow(unit.facts.variables.len()));
        base = base.saturating_add(narrow(unit.facts.functions.len()));
    }
    units
}

/// What is held at each place that is asked for.
type States = FxHashMap<(FileId, crate::hir::ExprId), locks::State>;

/// Runs the lock analysis over the functions of a package that touch both locks and maps. Yields the states at the places
/// that matter, and what functions give back that they had not taken.
fn states(world: &World, facts: &Facts) -> (States, Vec<(u32, Vec<Def>)>) {
    let operations = locks::helpers(world, facts);
    let mut anchors: FxHashSet<_> =
        facts.accesses.iter().map(|access| (access.file, access.anchor)).collect();
    let asides = facts.handed_out.iter().chain(&facts.compared).chain(&facts.copied);
    anchors.extend(asides.map(|access| (access.file, access.anchor)));
    anchors.extend(
        facts.taken_out.iter().flat_map(|fact| [(fact.file, fact.from), (fact.file, fact.by)]),
    );
    // Callees run under what is held at their calls.
    anchors.extend(facts.calls.iter().map(|call| (call.file, call.expr)));
    anchors.extend(facts.locks.keys());
    anchors.extend(facts.roots.iter().map(|root| (root.file, root.expr)));
    // What is called under a lock does not run beside itself.
    anchors.extend(facts.held_calls.iter().map(|call| (call.file, call.expr)));
    let mut touched: FxHashMap<FileId, Vec<u32>> = FxHashMap::default();
    for (file, expr) in operations.keys() {
        let at = world.file(*file).map_or(0, |file| file.hir.expr(*expr).span.start);
        touched.entry(*file).or_default().push(at);
    }
    for list in touched.values_mut() {
        list.sort_unstable();
    }
    let with = locks::Operations {
        locks: &operations,
        literals: &facts.literals,
        local_calls: &facts.local_calls,
        anchors: &anchors,
    };
    let mut found = FxHashMap::default();
    let mut gives_back = Vec::new();
    let declared = (0u32..)
        .zip(&facts.functions)
        .filter(|(_, function)| function.parent.is_none() && !function.range_body);
    for (at, function) in declared {
        let locks_here = touched.get(&function.at.file).is_some_and(|list| {
            let from = list.partition_point(|at| *at < function.span.start);
            list.get(from).is_some_and(|at| *at < function.span.end)
        });
        if let Some(file) = world.file(function.at.file).filter(|_| locks_here) {
            let (states, end) = locks::held_at(file, function.at.file, function.at.func, &with);
            found.extend(states.into_iter().map(|(expr, state)| ((function.at.file, expr), state)));
            let released = end.iter().flat_map(locks::State::released);
            let released: Vec<Def> = released.filter_map(|path| path.mutex).collect();
            if !released.is_empty() {
                gives_back.push((at, released));
            }
        }
    }
    (found, gives_back)
}
