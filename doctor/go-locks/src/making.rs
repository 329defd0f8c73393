//! Functions that run only while objects of a type are made: makers, and what nobody but makers calls.

use go_source::{CallKind, FunctionId, Program};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Mutex;

/// Callers that are followed, at most.
const MAX_CALLERS: usize = 256;

/// What is known of the making of each type.
#[derive(Debug)]
pub(crate) struct Making<'p> {
    program: &'p Program,
    started: FxHashSet<FunctionId>,
    /// For functions that start something, themselves or by what they call: where they first do.
    first_start: FxHashMap<FunctionId, u32>,
    /// Functions that start something, themselves or by what they call.
    starting: FxHashSet<FunctionId>,
    /// Answers by type and function.
    known: Mutex<FxHashMap<(String, FunctionId), bool>>,
}

impl<'p> Making<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        let started = program.starts().iter().map(|start| start.function).collect();
        let mut first_start: FxHashMap<FunctionId, u32> = FxHashMap::default();
        for start in program.starts() {
            if let Some(starter) = start.starter {
                let first = first_start.entry(starter).or_insert(start.at);
                *first = start.at.min(*first);
            }
        }
        let starting = starting(program);
        for function in &starting {
            for call in program.callers(*function) {
                let runs = matches!(call.kind, CallKind::Direct | CallKind::Interface);
                if let Some(caller) = call.caller.filter(|_| runs) {
                    let first = first_start.entry(caller).or_insert(call.at);
                    *first = call.at.min(*first);
                }
            }
        }
        Self { program, started, first_start, starting, known: Mutex::new(FxHashMap::default()) }
    }

    /// Whether a function runs only while objects of the type are made: all ways that lead to it come from functions
    /// that make one. A maker itself is not meant: it goes on with the object when it has made it.
    pub(crate) fn is_part_of(&self, ty: &str, function: FunctionId) -> bool {
        let key = (ty.to_owned(), function);
        if let Some(known) = self.known.lock().ok().and_then(|known| known.get(&key).copied()) {
            return known;
        }
        let answer = self.search(ty, function);
        if let Ok(mut known) = self.known.lock() {
            known.insert(key, answer);
        }
        answer
    }

    fn search(&self, ty: &str, function: FunctionId) -> bool {
        let makers: FxHashSet<FunctionId> =
            self.program.makers(ty).iter().flatten().copied().collect();
        if makers.is_empty() || makers.contains(&function) {
            return false;
        }
        let mut seen: FxHashSet<FunctionId> = FxHashSet::default();
        let mut todo = vec![function];
        while let Some(at) = todo.pop() {
            if !seen.insert(at) {
                continue;
            }
            if self.started.contains(&at) || self.starting.contains(&at) || seen.len() > MAX_CALLERS
            {
                return false;
            }
            let callers = self.program.callers(at);
            if callers.is_empty() {
                return false;
            }
            for call in callers {
                let Some(caller) = call.caller else { continue };
                // Beside what was started before nobody makes anything alone.
                if self.first_start.get(&caller).is_some_and(|first| *first < call.at) {
                    return false;
                }
                if call.on_own {
                    continue;
                }
                // What is handed away may be called at any time.
                if !matches!(call.kind, CallKind::Direct | CallKind::Interface | CallKind::Defer) {
                    return false;
                }
                if !makers.contains(&caller) {
                    todo.push(caller);
                }
            }
        }
        true
    }
}

/// The functions that start something, themselves or by what they call.
fn starting(program: &Program) -> FxHashSet<FunctionId> {
    let mut found: FxHashSet<FunctionId> = FxHashSet::default();
    let mut todo: Vec<FunctionId> =
        program.starts().iter().filter_map(|start| start.starter).collect();
    while let Some(function) = todo.pop() {
        if !found.insert(function) {
            continue;
        }
        for call in program.callers(function) {
            let runs =
                matches!(call.kind, CallKind::Direct | CallKind::Interface | CallKind::Defer);
            let closure = program
                .function_by_id(function)
                .is_some_and(|callee| callee.parent == call.caller && callee.parent.is_some());
            if runs || closure {
                todo.extend(call.caller);
            }
        }
    }
    found
}
