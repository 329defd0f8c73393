//! What runs while the program begins: in the goroutine of `main` alone, before anything is started that leads to a map's
//! other accesses.
//!
//! A function is of the *beginning* where all ways that lead to it are calls, and come from `main`, from an `init` or from a
//! command's function. Its access is *first* where on each of these ways whatever is called or started before cannot lead,
//! by a goroutine, a callback or a handler, to an access of the same map that is not of the beginning.

use go_source::{CallKind, FunctionId, Program, SourceAccess, Start};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Mutex;

/// Functions on the ways to one access, at most.
const MAX_FUNCTIONS: usize = 256;

/// What leads where in a program.
#[derive(Debug)]
pub(crate) struct Beginning<'p> {
    program: &'p Program,
    /// The calls that each function makes, by their numbers.
    calls_of: FxHashMap<FunctionId, Vec<usize>>,
    /// What each function starts, and by what each is started.
    starts_of: FxHashMap<FunctionId, Vec<&'p Start>>,
    started_by: FxHashMap<FunctionId, Vec<&'p Start>>,
    /// Functions that start anything, by what they call, too.
    starting: FxHashSet<FunctionId>,
    /// Answers.
    known: Mutex<FxHashMap<FunctionId, bool>>,
}

/// What leads to a map's accesses by a start.
#[derive(Debug)]
struct Leading {
    /// Functions that lead to such an access, by calls and starts.
    to: FxHashSet<FunctionId>,
    /// Functions that start one of them, by what they call, too.
    starting: FxHashSet<FunctionId>,
    /// Whether who starts one of them is not known: whatever starts anything may.
    anything: bool,
}

impl<'p> Beginning<'p> {
    /// Linear in the calls.
    pub(crate) fn new(program: &'p Program) -> Self {
        let mut calls_of: FxHashMap<FunctionId, Vec<usize>> = FxHashMap::default();
        for (at, call) in program.calls().iter().enumerate() {
            if let Some(caller) = call.caller {
                calls_of.entry(caller).or_default().push(at);
            }
        }
        let mut starts_of: FxHashMap<FunctionId, Vec<&'p Start>> = FxHashMap::default();
        let mut started_by: FxHashMap<FunctionId, Vec<&'p Start>> = FxHashMap::default();
        for start in program.starts() {
            started_by.entry(start.function).or_default().push(start);
            if let Some(starter) = start.starter {
                starts_of.entry(starter).or_default().push(start);
            }
        }
        let all = program.functions().iter().map(|function| function.id);
        let starters: Vec<FunctionId> = all
            .filter(|function| {
                program.first_start(*function).is_some() || starts_of.contains_key(function)
            })
            .collect();
        let mut found = Self {
            program,
            calls_of,
            starts_of,
            started_by,
            starting: FxHashSet::default(),
            known: Mutex::new(FxHashMap::default()),
        };
        found.starting = found.led_from(starters.into_iter());
        found
    }

    /// For each access of one map whether it comes first. Linear in the calls that lead to the map, where an access is of
    /// the beginning; in its accesses else.
    pub(crate) fn first(&self, accesses: &[&SourceAccess]) -> Vec<bool> {
        let early: Vec<bool> = accesses
            .iter()
            .map(|access| access.function.is_some_and(|function| self.is_of_main(function)))
            .collect();
        if !early.contains(&true) {
            return early;
        }
        let others = accesses.iter().zip(&early).filter(|(_, early)| !**early);
        let others: Option<Vec<FunctionId>> = others.map(|(access, _)| access.function).collect();
        // Whoever calls what nobody is known to call does so at any time.
        let Some(others) = others.filter(|others| others.iter().all(|at| self.is_beside(*at)))
        else {
            return vec![false; accesses.len()];
        };
        let leading = self.leading(others);
        let first = |(access, early): (&&SourceAccess, &bool)| {
            *early
                && access.function.is_some_and(|function| {
                    self.is_before(&leading, function, access.placement.operation.start)
                })
        };
        accesses.iter().zip(&early).map(first).collect()
    }

    /// Whether a function runs beside others, as far as it runs.
    fn is_beside(&self, function: FunctionId) -> bool {
        self.program.function_by_id(function).is_some_and(|function| function.root.is_some())
    }

    /// Whether nobody runs a function but the goroutine of `main`.
    fn is_of_main(&self, function: FunctionId) -> bool {
        if let Some(known) = self.known.lock().ok().and_then(|known| known.get(&function).copied())
        {
            return known;
        }
        let answer = self.search_main(function);
        if let Ok(mut known) = self.known.lock() {
            known.insert(function, answer);
        }
        answer
    }

    fn search_main(&self, function: FunctionId) -> bool {
        let mut seen: FxHashSet<FunctionId> = FxHashSet::default();
        let mut todo = vec![function];
        while let Some(at) = todo.pop() {
            if self.program.is_entry(at) || !seen.insert(at) {
                continue;
            }
            if seen.len() > MAX_FUNCTIONS || self.is_beside(at) || self.program.is_started(at) {
                return false;
            }
            let calls = self.program.callers(at);
            let runs = |kind| matches!(kind, CallKind::Direct | CallKind::Interface);
            if calls.is_empty() || !calls.iter().all(|call| runs(call.kind)) {
                return false;
            }
            todo.extend(calls.iter().filter_map(|call| call.caller));
        }
        true
    }

    fn leading(&self, others: Vec<FunctionId>) -> Leading {
        let to = self.led_from(others.into_iter());
        let by = |function: &FunctionId| self.started_by.get(function).into_iter().flatten();
        let anything = to.iter().flat_map(by).any(|start| start.starter.is_none());
        let starters: Vec<FunctionId> =
            to.iter().flat_map(by).filter_map(|start| start.starter).collect();
        Leading { starting: self.led_from(starters.into_iter()), to, anything }
    }

    /// Functions that lead to some of those given, by calls and starts, and these themselves.
    fn led_from(&self, functions: impl Iterator<Item = FunctionId>) -> FxHashSet<FunctionId> {
        let mut todo: Vec<FunctionId> = functions.collect();
        let mut found: FxHashSet<FunctionId> = FxHashSet::default();
        while let Some(function) = todo.pop() {
            if !found.insert(function) {
                continue;
            }
            todo.extend(self.program.callers(function).iter().filter_map(|call| call.caller));
            let starts = self.started_by.get(&function).into_iter().flatten();
            todo.extend(starts.filter_map(|start| start.starter));
            // A closure is run by whom it is handed to, by its function at the earliest.
            todo.extend(self.program.function_by_id(function).and_then(|at| at.parent));
        }
        found
    }

    /// Whether a place of a function is reached, on all ways, before anything is started that leads to the map.
    fn is_before(&self, leading: &Leading, function: FunctionId, place: u32) -> bool {
        let mut seen: FxHashSet<(FunctionId, u32)> = FxHashSet::default();
        let mut todo = vec![(function, place)];
        while let Some((at, place)) = todo.pop() {
            if !seen.insert((at, place)) {
                continue;
            }
            if seen.len() > MAX_FUNCTIONS || self.starts_before(leading, at, place) {
                return false;
            }
            if !self.program.is_entry(at) {
                let calls = self.program.callers(at);
                todo.extend(calls.iter().filter_map(|call| Some((call.caller?, call.at))));
            }
        }
        true
    }

    /// Whether a function has started something before a place of it that leads to the map, itself or by a call.
    fn starts_before(&self, leading: &Leading, function: FunctionId, place: u32) -> bool {
        let mut starts = self.starts_of.get(&function).into_iter().flatten();
        let itself =
            starts.any(|start| start.since <= place && leading.to.contains(&start.function));
        let anything = leading.anything
            && self.program.first_start(function).is_some_and(|first| first <= place);
        let calls = self.calls_of.get(&function).into_iter().flatten();
        let mut calls = calls.filter_map(|at| self.program.calls().get(*at));
        itself
            || anything
            || calls.any(|call| {
                // The call that the place is does so afterwards, unless it is made again.
                let before = call.since < place || (call.since == place && call.at != place);
                let starting = if leading.anything { &self.starting } else { &leading.starting };
                before && starting.contains(&call.callee)
            })
    }
}
