//! What is held where: at accesses, at calls, and where locks are taken.

use super::Unit;
use super::names::Names;
use crate::body::LockFact;
use crate::locks;
use crate::types::Def;
use crate::world::FileId;
use crate::{Acquisition, FunctionId, Holding};
use finding::{HeldLock, LockSet, Site};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is held at an access, a call or a lock's taking in a package. Of a literal whose calls are `called` it does not
/// count what is held where it is handed over: its calls have that.
pub(super) fn holding(
    naming: &Names<'_>,
    unit: &Unit,
    file: FileId,
    anchor: crate::hir::ExprId,
    called: bool,
) -> Holding {
    let state = unit.states.get(&(file, anchor));
    let site = |file, at| naming.site(file, at, naming.function_at(file, at));
    let locks = locks::lock_set(state, called, &site);
    let released = state.map(locks::State::released).unwrap_or_default();
    let released = released.iter().map(|path| path.written().into()).collect();
    if locks == LockSet::Unknown {
        let may = state.and_then(|state| state.all_that_may_be_held(called));
        let name = |held: &locks::Held| Some(naming.id_of(held.path.mutex?).into());
        let perhaps = may.and_then(|may| may.iter().map(name).collect());
        return Holding { locks, guards: Vec::new(), perhaps, released };
    }
    let held = state.map(locks::State::held).unwrap_or_default();
    let guards = held.iter().map(|held| held.path.mutex.map(|def: Def| naming.id_of(def).into()));
    Holding { locks, guards: guards.collect(), perhaps: None, released }
}

/// The places where each function takes a lock itself, in the order of the source.
pub(super) fn acquisitions(
    units: &[Unit],
    naming: &Names<'_>,
) -> (Vec<Acquisition>, BTreeMap<Arc<str>, Site>) {
    let mut found = Vec::new();
    let mut names: FxHashMap<Def, Arc<str>> = FxHashMap::default();
    for unit in units {
        for ((file, expr), fact) in &unit.facts.locks {
            let LockFact::Acquire { path, mode } = fact else { continue };
            let at = naming.start(*file, *expr);
            let function = naming.function_at(*file, at);
            let lock = HeldLock {
                path: path.written().into(),
                mode: *mode,
                site: naming.site(*file, at, function),
            };
            found.push(Acquisition {
                function: function.map(FunctionId),
                lock,
                guard: path.mutex.map(|def| {
                    let name = names.entry(def).or_insert_with(|| naming.id_of(def).into());
                    Arc::clone(name)
                }),
                before: holding(naming, unit, *file, *expr, false),
            });
        }
    }
    found.sort_by(|a, b| a.lock.site.cmp(&b.lock.site));
    let declared = names.into_iter();
    let locks = declared.map(|(def, name)| (name, naming.site(def.file, def.name.start, None)));
    (found, locks.collect())
}

/// The fields that hold the address of one lock and no other, and that lock, each by the other.
pub(super) fn same_locks(units: &[Unit], naming: &Names<'_>) -> FxHashMap<Arc<str>, Vec<Arc<str>>> {
    let mut of_field: BTreeMap<Def, Vec<Def>> = BTreeMap::new();
    for (field, lock) in units.iter().flat_map(|unit| &unit.facts.same_locks) {
        let known = of_field.entry(*field).or_default();
        if !known.contains(lock) {
            known.push(*lock);
        }
    }
    let mut found: FxHashMap<Arc<str>, Vec<Arc<str>>> = FxHashMap::default();
    for (field, locks) in of_field {
        if let [lock] = locks.as_slice() {
            let (field, lock): (Arc<str>, Arc<str>) =
                (naming.id_of(field).into(), naming.id_of(*lock).into());
            found.entry(Arc::clone(&field)).or_default().push(Arc::clone(&lock));
            found.entry(lock).or_default().push(field);
        }
    }
    found
}

/// What two functions hold together, one called inside the other.
pub(super) fn both(inner: Holding, outer: Holding) -> Holding {
    let mut released = inner.released;
    released.extend(outer.released);
    match (inner.locks, outer.locks) {
        (LockSet::Held(mut locks), LockSet::Held(more)) => {
            locks.extend(more);
            let mut guards = inner.guards;
            guards.extend(outer.guards);
            Holding { locks: LockSet::Held(locks), guards, perhaps: None, released }
        }
        (one, other) => {
            let may = |locks: LockSet, guards: Vec<Option<Arc<str>>>, perhaps| match locks {
                LockSet::Held(_) => guards.into_iter().collect(),
                LockSet::Unknown => perhaps,
            };
            let inner: Option<Vec<Arc<str>>> = may(one, inner.guards, inner.perhaps);
            let outer = may(other, outer.guards, outer.perhaps);
            let perhaps = inner.zip(outer).map(|(mut inner, outer)| {
                inner.extend(outer);
                inner
            });
            Holding { locks: LockSet::Unknown, guards: Vec::new(), perhaps, released }
        }
    }
}
