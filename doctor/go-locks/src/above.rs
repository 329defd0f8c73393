//! What callers hold: for each function the locks that are held on every way that leads to it.
//!
//! The greatest solution of: what all call sites of a function have in common, each with what its own function takes and
//! what is held above that. A call site of which it cannot be told what is held, one in initialisation, and one on an
//! object that its function is still making, or by a function that initialises by its name, take nothing away. Who calls
//! what a field holds is known by those calls. Of other functions that are handed over it cannot be told, but for those
//! handed to code outside the program where nothing is held; where something is held meanwhile it is doubtful. Those that
//! are started, or called by nobody known, hold nothing.
//!
//! What the comment of a function asks of its callers is held above it, unless all of them are known to hold nothing of
//! the kind: such a comment is stale.

use crate::sites::{Site, Sites, sites};
use finding::LockMode;
use go_source::{FunctionId, Program};
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

/// What is held above functions.
#[derive(Debug, Default)]
pub(crate) struct Above {
    /// `None` where all calls are made alone, or nothing is known of any.
    held: FxHashMap<FunctionId, Option<Guards>>,
    /// Functions of whose calls nothing is known.
    unknown: FxHashSet<FunctionId>,
    /// Those of them that are handed over, or called, while something may be held.
    doubtful: FxHashSet<FunctionId>,
    /// What comments ask of callers.
    required: FxHashMap<FunctionId, Guards>,
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
        let (sites, open) = sites(program);
        let seen = Self::solve(&sites, &open, FxHashMap::default());
        let mut required = seen.heeded(program, &sites);
        required.retain(|function, _| !open.contains(function));
        if required.is_empty() { seen } else { Self::solve(&sites, &open, required) }
    }

    /// What comments ask of callers, but for what none of them does.
    fn heeded(&self, program: &Program, sites: &Sites) -> FxHashMap<FunctionId, Guards> {
        let asks = |function: FunctionId, guard: &str| {
            program.required_locks(function).iter().any(|said| *said.guard == *guard)
        };
        let is_heeded = |function: FunctionId, guard: &str| {
            let mut known = sites.get(&function).into_iter().flatten().peekable();
            known.peek().is_none()
                || known.any(|(caller, site)| match site {
                    Site::Holds(own) => {
                        let above = |caller: FunctionId| match self.held.get(&caller) {
                            Some(Some(above)) => above.contains_key(guard),
                            Some(None) => true,
                            None => false,
                        };
                        own.contains_key(guard)
                            || caller.is_none_or(|caller| asks(caller, guard) || above(caller))
                    }
                    Site::Alone | Site::Own => false,
                    Site::Unknown | Site::Kept(_) | Site::Perhaps(_) => true,
                })
        };
        let mut found: FxHashMap<FunctionId, Guards> = FxHashMap::default();
        for function in program.functions() {
            for said in program.required_locks(function.id) {
                if is_heeded(function.id, &said.guard) {
                    let how = How { mode: said.mode, perhaps: false };
                    let of = found.entry(function.id).or_default();
                    of.insert(Arc::clone(&said.guard), how);
                }
            }
        }
        found
    }

    /// What comments ask of the callers of a function.
    pub(crate) fn required(&self, function: FunctionId) -> Option<&Guards> {
        self.required.get(&function)
    }

    /// The greatest solution.
    fn solve(
        sites: &Sites,
        open: &FxHashSet<FunctionId>,
        required: FxHashMap<FunctionId, Guards>,
    ) -> Self {
        let mut held: FxHashMap<FunctionId, Option<Guards>> = FxHashMap::default();
        for function in sites.keys().filter(|function| !open.contains(function)) {
            held.insert(*function, None);
        }
        let mut settled = false;
        let mut unknowns: FxHashSet<FunctionId> = FxHashSet::default();
        let mut doubts: FxHashSet<FunctionId> = FxHashSet::default();
        for _ in 0..MAX_ROUNDS {
            let mut changed = false;
            for (function, sites) in sites {
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
                        Some(caller) => {
                            let seen = held.get(caller).cloned().unwrap_or(Some(Guards::new()));
                            with(seen, required.get(caller), unknowns.contains(caller))
                        }
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
        Self { held, unknown: unknowns, doubtful: doubts, required }
    }

    /// What is held above a function.
    pub(crate) fn of(&self, function: FunctionId) -> Held {
        let required = self.required.get(&function);
        let seen = self.held.get(&function).cloned().unwrap_or(Some(Guards::new()));
        match with(seen, required, self.unknown.contains(&function)) {
            Some(guards) => Held::These(guards),
            None if self.unknown.contains(&function) => {
                if self.doubtful.contains(&function) {
                    Held::Doubtful
                } else {
                    Held::Unknown
                }
            }
            None => Held::Alone,
        }
    }
}

/// What is seen to be held above a function, and what its comment asks for.
fn with(seen: Option<Guards>, required: Option<&Guards>, unknown: bool) -> Option<Guards> {
    let Some(required) = required else { return seen };
    let mut all = match seen {
        None if !unknown => return None,
        seen => seen.unwrap_or_default(),
    };
    for (guard, how) in required {
        let known = all.entry(Arc::clone(guard)).or_insert(*how);
        known.perhaps = false;
    }
    Some(all)
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
