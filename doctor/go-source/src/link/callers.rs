//! What every caller of a function holds: `removeLocked` runs under the lock of whoever calls it.
//!
//! Locks are told apart by the declaration of their mutex, not by instance: that `s.mu` of the
//! caller guards the same `s` as in the function is likely, and not proved. A function that is
//! handed over as a value, started by `go` or called by nobody known holds nothing this way.

use super::Unit;
use super::calls::{Methods, targets};
use super::names::Names;
use crate::body::{CallFact, CallTarget};
use crate::locks;
use crate::types::Def;
use crate::world::{FuncRef, index};
use crate::{CallKind, FunctionId, Inherited};
use finding::{HeldLock, LockMode};
use rustc_hash::{FxHashMap, FxHashSet};

/// Calls through which locks are followed.
const MAX_LEVELS: usize = 8;

/// A lock that a caller holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lock {
    mutex: Def,
    mode: LockMode,
    /// Where it was taken, and by which unit's function.
    at: (usize, u32, u32),
}

/// One known call of a function.
struct Site {
    caller: Option<FunctionId>,
    locks: Vec<Lock>,
    /// The lock paths, in the same order.
    paths: Vec<String>,
    /// Whether it cannot be told what is held there.
    unknown: bool,
}

/// What callers hold.
#[derive(Debug, Default)]
pub(super) struct Callers {
    /// For each function what all its callers hold.
    pub(super) held: FxHashMap<FunctionId, Vec<Inherited>>,
    /// Functions some of whose callers may hold something, it cannot be told what, and none is known to hold nothing.
    pub(super) unknown: FxHashSet<FunctionId>,
}

/// Finds out what callers hold.
pub(super) fn callers(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    methods: &Methods,
    naming: &Names<'_>,
    handlers: &FxHashSet<FunctionId>,
    makes: &dyn Fn(usize, &CallFact) -> bool,
) -> Callers {
    let sites = sites(units, by_ref, methods, handlers, makes);
    let mut held: FxHashMap<FunctionId, Vec<(Lock, String)>> = FxHashMap::default();
    for _ in 0..MAX_LEVELS {
        let mut next = FxHashMap::default();
        for (function, sites) in &sites {
            let Some(sites) = sites else { continue };
            let common = common(sites, &held);
            if !common.is_empty() {
                next.insert(*function, common);
            }
        }
        held = next;
    }
    let show = |(lock, path): (Lock, String)| {
        let (_, file, at) = lock.at;
        let site = naming.site(file, at, naming.function_at(file, at));
        let lock_held = HeldLock { path: path.into(), mode: lock.mode, site };
        Inherited { lock: lock_held, guard: naming.id_of(lock.mutex).into() }
    };
    let unknown = sites.iter().filter(|(_, sites)| {
        sites.as_ref().is_some_and(|sites| {
            sites.iter().any(|site| site.unknown)
                && sites.iter().all(|site| site.unknown || !site.locks.is_empty())
        })
    });
    Callers {
        unknown: unknown.map(|(function, _)| *function).collect(),
        held: held
            .into_iter()
            .map(|(function, locks)| (function, locks.into_iter().map(show).collect()))
            .collect(),
    }
}

/// The calls of each function; `None` where some of them are not known.
fn sites(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    methods: &Methods,
    handlers: &FxHashSet<FunctionId>,
    makes: &dyn Fn(usize, &CallFact) -> bool,
) -> FxHashMap<FunctionId, Option<Vec<Site>>> {
    let mut found: FxHashMap<FunctionId, Option<Vec<Site>>> =
        handlers.iter().map(|handler| (*handler, None)).collect();
    for (at, unit) in units.iter().enumerate() {
        for root in &unit.facts.roots {
            for function in
                targets(&root.target, methods).iter().filter_map(|target| by_ref.get(target))
            {
                found.insert(*function, None);
            }
        }
        for call in &unit.facts.calls {
            let direct = matches!(call.kind, CallKind::Direct | CallKind::Interface);
            // Whoever makes the object needs no lock yet.
            if makes(at, call) {
                continue;
            }
            // A literal that is called where it stands is run in its caller's state already.
            let state = unit.states.get(&(call.file, call.expr));
            for target in targets(&call.target, methods) {
                let Some(function) = by_ref.get(&target) else { continue };
                let slot = found.entry(*function).or_insert_with(|| Some(Vec::new()));
                if !direct || is_literal(units, by_ref, &call.target) {
                    *slot = None;
                    continue;
                }
                if let Some(sites) = slot {
                    let caller =
                        call.caller.map(|caller| FunctionId(unit.base.saturating_add(caller)));
                    sites.push(site(at, caller, state));
                }
            }
        }
    }
    found
}

fn is_literal(
    units: &[Unit],
    by_ref: &FxHashMap<FuncRef, FunctionId>,
    target: &CallTarget,
) -> bool {
    let CallTarget::Declared(target) = target else { return false };
    let Some(id) = by_ref.get(target) else { return false };
    let unit = units.iter().rev().find(|unit| unit.base <= id.0);
    let fact =
        unit.and_then(|unit| unit.facts.functions.get(index(id.0.saturating_sub(unit.base))));
    fact.is_some_and(|fact| fact.parent.is_some())
}

fn site(unit: usize, caller: Option<FunctionId>, state: Option<&locks::State>) -> Site {
    let unknown = state.is_some_and(locks::State::is_unknown);
    let mut site = Site { caller, locks: Vec::new(), paths: Vec::new(), unknown };
    for held in state.map(locks::State::held).unwrap_or_default().iter().filter(|held| held.certain)
    {
        if let Some(mutex) = held.path.mutex {
            site.locks.push(Lock { mutex, mode: held.mode, at: (unit, held.file, held.at) });
            site.paths.push(held.path.written().to_owned());
        }
    }
    site
}

/// What all calls have in common, with what their own callers hold.
fn common(
    sites: &[Site],
    held: &FxHashMap<FunctionId, Vec<(Lock, String)>>,
) -> Vec<(Lock, String)> {
    let all = |site: &Site| {
        let own = site.locks.iter().copied().zip(site.paths.iter().cloned());
        let above = site.caller.and_then(|caller| held.get(&caller)).into_iter().flatten().cloned();
        own.chain(above).collect::<Vec<_>>()
    };
    let mut sites = sites.iter();
    let Some(first) = sites.next() else { return Vec::new() };
    let mut common = all(first);
    for site in sites {
        let here = all(site);
        common.retain_mut(|(lock, _)| {
            match here.iter().find(|(other, _)| other.mutex == lock.mutex) {
                Some((other, _)) => {
                    if other.mode == LockMode::Read {
                        lock.mode = LockMode::Read;
                    }
                    true
                }
                None => false,
            }
        });
        if common.is_empty() {
            break;
        }
    }
    common
}
