//! What callers hold: for each function the locks that are held on every way that leads to it.
//!
//! The greatest solution of: what all call sites of a function have in common, each with what its own function takes and
//! what is held above that. A call site of which it cannot be told what is held, one in initialisation, and one on an
//! object that its function is still making, or by a function that initialises by its name, take nothing away. Who calls
//! what a field holds is known by those calls. Of other functions that are handed over it cannot be told, but for those
//! handed to code outside the program where nothing is held; where something is held meanwhile it is doubtful. Those that
//! are started, or called by nobody known, hold nothing.

use crate::phase;
use crate::reach::guards_of;
use finding::{LockMode, LockSet};
use go_source::{CallKind, FunctionId, Holding, Program};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Rounds in which functions lose what not all callers hold, at most; what has not settled then holds nothing.
const MAX_ROUNDS: usize = 32;

/// Locks by the declarations of their mutexes.
pub(crate) type Guards = BTreeMap<Arc<str>, How>;

/// How a lock is held above.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct How {
    pub(crate) mode: LockMode,
    /// Whether only some of the ways hold it.
    pub(crate) perhaps: bool,
}

/// What is held at one call.
enum Site {
    /// Nothing else runs yet that could meet it.
    Alone,
    /// It is made on an object that its function is still making.
    Own,
    /// It cannot be told.
    Unknown,
    /// The function is kept for somebody who calls it later, while these are held.
    Kept(Guards),
    /// Code that is not of the program is handed the function: under these, or under nothing.
    Perhaps(Guards),
    Holds(Guards),
}

/// What is held above functions.
#[derive(Debug, Default)]
pub(crate) struct Above {
    /// `None` where all calls are made alone, or nothing is known of any.
    held: FxHashMap<FunctionId, Option<Guards>>,
    /// Functions of whose calls nothing is known.
    unknown: FxHashSet<FunctionId>,
    /// Those of them that are handed over, or called, while something may be held.
    doubtful: FxHashSet<FunctionId>,
}

/// What is held above one function.
#[derive(Debug)]
pub(crate) enum Held {
    /// Nothing runs beside any of its calls.
    Alone,
    /// It cannot be told, and nothing speaks for a lock.
    Unknown,
    /// It cannot be told, and something may be held.
    Doubtful,
    /// At least these.
    These(Guards),
}

impl Above {
    /// Linear in the calls, a few times over.
    pub(crate) fn new(program: &Program) -> Self {
        let mut open: FxHashSet<FunctionId> = FxHashSet::default();
        for start in program.starts() {
            open.insert(start.function);
        }
        let mut sites: FxHashMap<FunctionId, Vec<(Option<FunctionId>, Site)>> =
            FxHashMap::default();
        // Whoever calls what a field holds is known by another call.
        let held_by_fields: FxHashSet<FunctionId> = program
            .calls()
            .iter()
            .filter(|call| call.kind == CallKind::Held)
            .map(|call| call.callee)
            .collect();
        for call in program.calls() {
            if call.kind == CallKind::Value && held_by_fields.contains(&call.callee) {
                continue;
            }
            match call.kind {
                CallKind::Direct | CallKind::Interface | CallKind::Held | CallKind::Defer => {
                    // Initialisers run alone. Makers hold nothing, and need nothing.
                    let site = match guards_of(&call.holding) {
                        _ if call.caller.is_none() => Site::Alone,
                        _ if call.on_own => Site::Own,
                        Some(guards)
                            if guards.is_empty()
                                && call.caller.is_some_and(|caller| {
                                    phase::begins_making(program, caller)
                                }) =>
                        {
                            Site::Own
                        }
                        Some(guards) => Site::Holds(named(guards, &call.holding)),
                        None => Site::Unknown,
                    };
                    sites.entry(call.callee).or_default().push((call.caller, site));
                }
                // What is stored or handed over may be called under anything, but abroad nobody takes the program's locks.
                CallKind::Value => {
                    let site = match guards_of(&call.holding) {
                        Some(guards) if call.foreign => Site::Perhaps(named(guards, &call.holding)),
                        Some(guards) => Site::Kept(named(guards, &call.holding)),
                        None => Site::Unknown,
                    };
                    sites.entry(call.callee).or_default().push((call.caller, site));
                }
                CallKind::Go => {
                    open.insert(call.callee);
                }
            }
        }
        let mut held: FxHashMap<FunctionId, Option<Guards>> = FxHashMap::default();
        for function in sites.keys().filter(|function| !open.contains(function)) {
            held.insert(*function, None);
        }
        let mut settled = false;
        let mut unknowns: FxHashSet<FunctionId> = FxHashSet::default();
        let mut doubts: FxHashSet<FunctionId> = FxHashSet::default();
        for _ in 0..MAX_ROUNDS {
            let mut changed = false;
            for (function, sites) in &sites {
                if !held.contains_key(function) {
                    continue;
                }
                let mut common: Option<Guards> = None;
                let mut unknown = false;
                let mut doubtful = false;
                let mut own_alone = false;
                for (caller, site) in sites {
                    let own = match site {
                        Site::Alone => continue,
                        Site::Own => {
                            own_alone = true;
                            continue;
                        }
                        Site::Unknown => {
                            unknown = true;
                            doubtful = true;
                            continue;
                        }
                        Site::Kept(own) => {
                            let above = caller.and_then(|caller| held.get(&caller));
                            let holds = matches!(above, Some(Some(above)) if !above.is_empty());
                            unknown = true;
                            doubtful |= !own.is_empty()
                                || holds
                                || caller.is_some_and(|caller| doubts.contains(&caller));
                            continue;
                        }
                        Site::Perhaps(own) | Site::Holds(own) => own,
                    };
                    let above = match caller {
                        Some(caller) => held.get(caller).cloned().unwrap_or(Some(Guards::new())),
                        None => None,
                    };
                    let Some(above) = above else {
                        // What is handed abroad is called later, too.
                        unknown |= matches!(site, Site::Perhaps(_))
                            || caller.is_some_and(|caller| unknowns.contains(&caller));
                        doubtful |= caller.is_some_and(|caller| doubts.contains(&caller));
                        continue;
                    };
                    let mut here = above;
                    for (guard, how) in own {
                        let known = here.entry(Arc::clone(guard)).or_insert(*how);
                        known.mode = known.mode.max(how.mode);
                        known.perhaps &= how.perhaps;
                    }
                    if matches!(site, Site::Perhaps(_)) && !here.is_empty() {
                        unknown = true;
                        doubtful = true;
                        continue;
                    }
                    common = Some(match common {
                        None => here,
                        Some(common) => meet(common, &here),
                    });
                }
                if common.is_none() && own_alone && !unknown {
                    common = Some(Guards::new());
                }
                if common.is_none() && unknown {
                    changed |= unknowns.insert(*function);
                    if doubtful {
                        changed |= doubts.insert(*function);
                    }
                }
                if held.get(function) != Some(&common) {
                    held.insert(*function, common);
                    changed = true;
                }
            }
            if !changed {
                settled = true;
                break;
            }
        }
        if !settled {
            held.clear();
        }
        unknowns.retain(|function| held.get(function) == Some(&None));
        Self { held, unknown: unknowns, doubtful: doubts }
    }

    /// What is held above a function.
    pub(crate) fn of(&self, function: FunctionId) -> Held {
        match self.held.get(&function) {
            None => Held::These(Guards::new()),
            Some(Some(guards)) => Held::These(guards.clone()),
            Some(None) if self.unknown.contains(&function) => {
                if self.doubtful.contains(&function) {
                    Held::Doubtful
                } else {
                    Held::Unknown
                }
            }
            Some(None) => Held::Alone,
        }
    }
}

/// The locks of a call, which are perhaps not held where it cannot be told.
fn named(guards: Vec<(Arc<str>, LockMode)>, holding: &Holding) -> Guards {
    let perhaps = holding.locks == LockSet::Unknown;
    guards.into_iter().map(|(guard, mode)| (guard, How { mode, perhaps })).collect()
}

/// What both hold, for reading where one of them does.
fn meet(mut a: Guards, b: &Guards) -> Guards {
    a.retain(|guard, how| match b.get(guard) {
        Some(other) => {
            how.mode = how.mode.min(other.mode);
            how.perhaps |= other.perhaps;
            true
        }
        None => false,
    });
    a
}
