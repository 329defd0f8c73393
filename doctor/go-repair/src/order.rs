//! Which locks are asked for while another is held, so that no new way to take a lock makes two wait for each other.
//!
//! An edit that takes a lock *G* where *L* may be held is safe where nothing asks for *L* while *G* is held, directly or by
//! way of further locks, and where *G* itself is not held there already. Locks are told apart by the declarations of their
//! mutexes: two objects of one type count as one. A function that is called over an interface is each that it may be; of
//! functions outside the program it is presumed that they take no lock of it.

use finding::{LockSet, Site};
use go_source::{Acquisition, Call, CallKind, FunctionId, Holding, Program};
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Functions that are followed up or down from one place, at most.
const MAX_FUNCTIONS: usize = 4000;

/// Locks by the declarations of their mutexes.
pub(crate) type Declared = BTreeSet<Arc<str>>;

/// What may be held where a function runs.
#[derive(Clone, Debug, Default)]
pub(crate) struct MayHold {
    /// These, each with a call that is made under it.
    pub(crate) locks: HashMap<Arc<str>, Site>,
    /// A call of which it cannot be told, if there is one.
    pub(crate) unknown: Option<Site>,
}

/// Answers which locks wait for which.
#[derive(Debug)]
pub(crate) struct Order<'p> {
    program: &'p Program,
    callees: HashMap<FunctionId, Vec<&'p Call>>,
    taken: HashMap<FunctionId, Vec<&'p Acquisition>>,
    known: RefCell<HashMap<Arc<str>, Declared>>,
}

impl<'p> Order<'p> {
    /// Linear in the calls and acquisitions.
    pub(crate) fn new(program: &'p Program) -> Self {
        let mut callees: HashMap<FunctionId, Vec<&Call>> = HashMap::new();
        for call in program.calls() {
            if let Some(caller) = call.caller {
                callees.entry(caller).or_default().push(call);
            }
        }
        let mut taken: HashMap<FunctionId, Vec<&Acquisition>> = HashMap::new();
        for acquisition in program.acquisitions() {
            if let Some(function) = acquisition.function {
                taken.entry(function).or_default().push(acquisition);
            }
        }
        Self { program, callees, taken, known: RefCell::default() }
    }

    /// The locks that may be asked for while one is held, however many others lie between.
    pub(crate) fn behind(&self, guard: &str) -> Declared {
        let mut found = Declared::new();
        let mut open = vec![Arc::from(guard)];
        while let Some(next) = open.pop() {
            for lock in self.under(&next) {
                if found.insert(Arc::clone(&lock)) {
                    open.push(lock);
                }
            }
        }
        found
    }

    /// The locks that may be asked for while one is held.
    fn under(&self, guard: &Arc<str>) -> Declared {
        if let Some(known) = self.known.borrow().get(guard) {
            return known.clone();
        }
        let holds = |holding: &Holding| may_hold(holding).is_some_and(|held| held.contains(guard));
        let starts: Vec<FunctionId> = self
            .program
            .calls()
            .iter()
            .filter(|call| call.kind != CallKind::Go && holds(&call.holding))
            .map(|call| call.callee)
            .collect();
        let mut found = self.asked(starts);
        let own = self.program.acquisitions().iter().filter(|taken| holds(&taken.before));
        found.extend(own.map(declared));
        self.known.borrow_mut().insert(Arc::clone(guard), found.clone());
        found
    }

    fn asked(&self, starts: Vec<FunctionId>) -> Declared {
        let mut found = Declared::new();
        let mut seen: HashSet<FunctionId> = starts.iter().copied().collect();
        let mut open = starts;
        while let Some(function) = open.pop() {
            found.extend(self.taken.get(&function).into_iter().flatten().copied().map(declared));
            for call in self.callees.get(&function).into_iter().flatten() {
                if call.kind != CallKind::Go && seen.insert(call.callee) {
                    open.push(call.callee);
                }
            }
        }
        found
    }

    /// What callers may hold when a function runs, however far up.
    ///
    /// A goroutine does not hold what its starter does; but where the starter waits for it, it runs under that.
    pub(crate) fn above(&self, function: FunctionId) -> MayHold {
        let mut found = MayHold::default();
        let mut seen = HashSet::from([function]);
        let mut open = vec![function];
        while let Some(next) = open.pop() {
            for call in self.program.callers(next) {
                if self.runs_by_itself(call) {
                    continue;
                }
                match may_hold(&call.holding) {
                    None => found.unknown = Some(call.site.clone()),
                    Some(held) => {
                        for lock in held {
                            found.locks.entry(lock).or_insert_with(|| call.site.clone());
                        }
                    }
                }
                if let Some(caller) = call.caller.filter(|caller| seen.insert(*caller)) {
                    open.push(caller);
                }
            }
            if seen.len() > MAX_FUNCTIONS {
                let site = self.program.function_by_id(next).map(|function| function.site.clone());
                found.unknown = found.unknown.or(site);
                break;
            }
        }
        found
    }

    /// True for the start of a goroutine that nobody waits for.
    fn runs_by_itself(&self, call: &Call) -> bool {
        let started = call.kind == CallKind::Go
            || (call.kind == CallKind::Value && self.program.is_started(call.callee));
        let waits = call
            .caller
            .is_some_and(|caller| self.program.joins(caller).iter().any(|join| join.at > call.at));
        started && !waits
    }
}

/// A lock by its declaration, or by its path where that is not known.
fn declared(taken: &Acquisition) -> Arc<str> {
    taken.guard.clone().unwrap_or_else(|| Arc::clone(&taken.lock.path))
}

/// The locks that may be held at a point; `None` where it cannot be told.
fn may_hold(holding: &Holding) -> Option<Vec<Arc<str>>> {
    let LockSet::Held(locks) = &holding.locks else { return holding.perhaps.clone() };
    let guards = holding.guards.iter().cloned().chain(std::iter::repeat(None));
    let named = locks.iter().zip(guards);
    Some(named.map(|(lock, guard)| guard.unwrap_or_else(|| Arc::clone(&lock.path))).collect())
}
