//! What may run beside other code, and why: reachability from goroutines, callbacks and handlers.

use super::Unit;
use super::calls::{self, Methods};
use super::names::Names;
use crate::world::{FuncRef, index};
use crate::{Call, CallKind, Function, FunctionId, Holding, Start};
use finding::{ConcurrentRoot, RootKind, Site};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// A function that starts concurrent code.
pub(super) struct Seed {
    pub(super) function: FunctionId,
    pub(super) kind: RootKind,
    pub(super) site: Site,
    /// Who starts it.
    pub(super) starter: Option<FunctionId>,
    /// What the starter holds.
    pub(super) holding: Option<Holding>,
    pub(super) many: bool,
    pub(super) at: u32,
    pub(super) since: u32,
    pub(super) turn: Option<u32>,
}

/// How a function was reached.
#[derive(Clone, Copy)]
struct Reach {
    seed: usize,
    from: Option<FunctionId>,
}

/// Fills in the root of every function that is reachable from one. Yields all that starts functions.
pub(super) fn fill(functions: &mut [Function], mut seeds: Vec<Seed>, calls: &[Call]) -> Vec<Start> {
    let edges = calls::by_caller(calls, functions.len());
    let reached = search(&seeds, calls, &edges, functions.len());
    // Whoever starts a goroutine many times over starts many; each round takes it one start further.
    for _ in 0..3 {
        let many: Vec<bool> = seeds
            .iter()
            .map(|seed| {
                let starter =
                    seed.starter.and_then(|at| reached.get(index(at.0)).copied().flatten());
                seed.many
                    || starter
                        .and_then(|reach| seeds.get(reach.seed))
                        .is_some_and(|starter| starter.many)
            })
            .collect();
        for (seed, many) in seeds.iter_mut().zip(many) {
            seed.many = many;
        }
    }
    let symbols: Vec<_> =
        functions.iter().map(|function| std::sync::Arc::clone(&function.symbol)).collect();
    for function in functions.iter_mut() {
        let Some(reach) = reached.get(index(function.id.0)).copied().flatten() else { continue };
        let Some(seed) = seeds.get(reach.seed) else { continue };
        let mut path = Vec::new();
        let mut at = Some(function.id);
        while let Some(id) = at.filter(|_| path.len() < symbols.len()) {
            path.extend(symbols.get(index(id.0)).cloned());
            at = reached.get(index(id.0)).copied().flatten().and_then(|reach| reach.from);
        }
        path.reverse();
        function.root = Some(ConcurrentRoot {
            kind: seed.kind,
            site: seed.site.clone(),
            path,
            many: seed.many,
        });
    }
    let start = |seed: Seed| Start {
        function: seed.function,
        kind: seed.kind,
        site: seed.site,
        starter: seed.starter,
        holding: seed.holding,
        at: seed.at,
        since: seed.since,
        turn: seed.turn,
        many: seed.many,
    };
    seeds.into_iter().map(start).collect()
}

/// Everything that starts concurrent code. `handlers` are those known by their shape.
pub(super) fn seeds(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    naming: &Names<'_>,
    methods: &Methods,
    handlers: &FxHashSet<FunctionId>,
) -> Vec<Seed> {
    let mut found = Vec::new();
    for unit in units {
        let global = |at: Option<u32>| at.map(|at| FunctionId(unit.base.saturating_add(at)));
        for root in &unit.facts.roots {
            for target in calls::targets(&root.target, methods) {
                let Some(function) = by_ref.get(&target) else { continue };
                let site = naming.site(
                    root.file,
                    root.at,
                    root.caller.map(|at| unit.base.saturating_add(at)),
                );
                let many = root.looped || root.kind == RootKind::Handler;
                found.push(Seed {
                    function: *function,
                    kind: root.kind,
                    site,
                    starter: global(root.caller),
                    holding: Some(super::holding::holding(
                        naming, unit, root.file, root.expr, false,
                    )),
                    many,
                    at: root.at,
                    since: root.since,
                    turn: root.turn,
                });
            }
        }
    }
    // Registered handlers are named by their registration; the others by their own shape.
    let named: FxHashSet<FunctionId> = found.iter().map(|seed: &Seed| seed.function).collect();
    for unit in units {
        for (at, function) in (unit.base..).zip(&unit.facts.functions) {
            let id = FunctionId(at);
            if handlers.contains(&id) && !named.contains(&id) {
                let site = naming.site(function.at.file, function.site, Some(at));
                found.push(Seed {
                    function: id,
                    kind: RootKind::Handler,
                    site,
                    starter: None,
                    holding: None,
                    many: true,
                    at: function.site,
                    since: function.site,
                    turn: None,
                });
            }
        }
    }
    found
}

/// Breadth first from all seeds at once, so that each function gets a shortest way.
fn search(
    seeds: &[Seed],
    calls: &[Call],
    edges: &[Vec<u32>],
    functions: usize,
) -> Vec<Option<Reach>> {
    let mut reached: Vec<Option<Reach>> = vec![None; functions];
    let mut queue = VecDeque::new();
    for (at, seed) in seeds.iter().enumerate() {
        if let Some(slot @ None) = reached.get_mut(index(seed.function.0)) {
            *slot = Some(Reach { seed: at, from: None });
            queue.push_back(seed.function);
        }
    }
    while let Some(id) = queue.pop_front() {
        let Some(reach) = reached.get(index(id.0)).copied().flatten() else { continue };
        for call in edges.get(index(id.0)).into_iter().flatten() {
            let Some(call) = calls.get(index(*call)).filter(|call| call.kind != CallKind::Go)
            else {
                continue;
            };
            if let Some(slot @ None) = reached.get_mut(index(call.callee.0)) {
                *slot = Some(Reach { seed: reach.seed, from: Some(id) });
                queue.push_back(call.callee);
            }
        }
    }
    reached
}
