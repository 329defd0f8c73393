//! From an access back to whoever has the object that it touches.

use crate::reach::{self, Guarded, MAX_IMPLEMENTERS, Reach};
use finding::{LockMode, Operation, RootKind};
use go_source::{
    Base, CallKind, FunctionId, Program, SourceAccess, Start, VariableId, VariableOrigin,
};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// Calls that are followed back, at most.
const MAX_DEPTH: usize = 6;
/// Traces of one access, at most; whoever has more is called by too many to be told apart.
const MAX_TRACES: usize = 24;

/// A goroutine, callback or handler between an access and the owner of its object.
#[derive(Clone, Debug)]
pub struct Crossing<'p> {
    /// What starts it.
    pub start: &'p Start,
    /// Whether several may run at once on one object.
    pub many: bool,
    /// The functions between it and the crossing before it, or the access.
    pub way: Vec<Passed>,
}

/// A function on the way from an access to the owner of its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Which.
    pub function: FunctionId,
    /// Where in the file it goes on: the access itself, or a call.
    pub at: u32,
    /// Whether it is called in a loop.
    pub again: bool,
}

/// Where a trace ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// A variable of a package: there is one object.
    Package,
    /// A variable of a function that makes the object.
    Made(VariableId),
    /// A variable of a function, wherever its value comes from: who names the same one has the same object.
    Named(VariableId),
    /// A variable of a function that holds what comes from where it is not known.
    Kept(VariableId),
    /// A receiver or parameter of a function that is called from where it is not known, or not at all.
    Given(FunctionId),
    /// Where the object comes from is not known.
    Unknown,
}

/// One way from an access to the owner of its object.
#[derive(Clone, Debug)]
pub struct Trace<'p> {
    /// What it crosses, the nearest to the access first.
    pub crossings: Vec<Crossing<'p>>,
    /// Where it ends.
    pub end: End,
    /// The function that it ends in.
    pub function: Option<FunctionId>,
    /// Where that function goes on to the access: the access itself, or a call.
    pub at: u32,
    /// The functions since the last crossing.
    pub way: Vec<Passed>,
    /// Whether it passes a call of an interface's method, which may be another one.
    pub abstracted: bool,
    /// Locks that are held on the way, between the access and the nearest crossing.
    pub held: Vec<(Arc<str>, LockMode)>,
    /// Whether something may be held on the way, it cannot be told what.
    pub uncertain: bool,
    /// Whether the object was handed back by the constructor whose variable the trace ends at: each call of it makes
    /// another one.
    pub handed_back: bool,
}

impl Trace<'_> {
    /// Whether several of the way's own may run at once.
    pub fn is_many(&self) -> bool {
        self.crossings.iter().any(|crossing| crossing.many)
    }
}

/// What tracing needs at hand.
#[derive(Debug)]
pub(crate) struct Tracer<'p> {
    program: &'p Program,
    starts: FxHashMap<FunctionId, Vec<&'p Start>>,
    /// How many functions a call of an interface's method may run, by its caller and place.
    implementers: FxHashMap<(Option<FunctionId>, u32), usize>,
    /// What runs in goroutines and handlers.
    reached: FxHashMap<FunctionId, Reach<'p>>,
}

/// A place on the way.
#[derive(Clone)]
struct Step<'p> {
    function: FunctionId,
    base: Base,
    at: u32,
    way: Vec<Passed>,
    crossings: Vec<Crossing<'p>>,
    depth: usize,
    abstracted: bool,
    held: Vec<Guarded>,
    uncertain: bool,
    /// Whether the access replaces the map.
    replaces: bool,
}

impl<'p> Step<'p> {
    /// The way as far as it was followed.
    fn ends(self, end: End) -> Trace<'p> {
        Trace {
            crossings: self.crossings,
            end,
            function: Some(self.function),
            at: self.at,
            way: self.way,
            abstracted: self.abstracted,
            held: self.held,
            uncertain: self.uncertain,
            handed_back: false,
        }
    }
}

impl<'p> Tracer<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        let mut starts: FxHashMap<FunctionId, Vec<&'p Start>> = FxHashMap::default();
        for start in program.starts() {
            starts.entry(start.function).or_default().push(start);
        }
        let implementers = reach::implementers(program);
        let reached = reach::reached(program, &implementers);
        Self { program, starts, implementers, reached }
    }

    /// All ways back from an access, as far as they can be followed.
    pub(crate) fn traces(&self, access: &SourceAccess) -> Vec<Trace<'p>> {
        let unknown = |function| Trace {
            crossings: Vec::new(),
            end: End::Unknown,
            function,
            at: access.placement.operation.start,
            way: Vec::new(),
            abstracted: false,
            held: Vec::new(),
            uncertain: false,
            handed_back: false,
        };
        let (Some(function), Some(base)) = (access.function, access.base) else {
            return vec![unknown(access.function)];
        };
        let at = access.placement.operation.start;
        let mut todo = vec![Step {
            function,
            base,
            at,
            way: vec![Passed { function, at, again: false }],
            crossings: Vec::new(),
            depth: 0,
            abstracted: false,
            held: Vec::new(),
            uncertain: false,
            replaces: access.access.operation == Operation::Replace,
        }];
        let mut found: Vec<Trace<'p>> = Vec::new();
        while let Some(step) = todo.pop() {
            if found.len().saturating_add(todo.len()) > MAX_TRACES {
                break;
            }
            self.step(step, &mut todo, &mut found);
        }
        found
    }

    fn step(&self, step: Step<'p>, todo: &mut Vec<Step<'p>>, found: &mut Vec<Trace<'p>>) {
        let end = |step: Step<'p>, end: End| step.ends(end);
        let (id, direct) = match step.base {
            Base::Package => return self.package(step, found),
            Base::Variable { id, direct } => (id, direct),
        };
        let Some(variable) = self.program.variable(id) else {
            return found.push(end(step, End::Unknown));
        };
        let crossed = step.crossings.len();
        let Some(step) = self.climb(step, variable.function, variable.turn) else { return };
        // Whoever names the same variable of the same function has the same object, wherever it comes from.
        let captured = step.crossings.len() > crossed;
        if (step.depth == 0 || captured) && variable.origin != VariableOrigin::Fresh {
            found.push(step.clone().ends(End::Named(id)));
        }
        // Whoever gives a variable another map leaves alone what it was taken from.
        if step.replaces && direct && step.depth == 0 {
            if variable.origin == VariableOrigin::Fresh {
                found.push(step.ends(End::Made(id)));
            }
            return;
        }
        if step.depth >= MAX_DEPTH {
            return found.push(end(step, End::Unknown));
        }
        // Whoever is given a copy of a struct and replaces its map changes the copy.
        let given =
            matches!(variable.origin, VariableOrigin::Receiver | VariableOrigin::Parameter(_));
        if step.replaces && variable.by_value && given {
            return;
        }
        match variable.origin {
            VariableOrigin::Fresh => {
                if let Some(made) = variable.made {
                    let before = step.clone().ends(End::Made(made));
                    found.push(Trace { handed_back: true, ..before });
                }
                found.push(end(step, End::Made(id)));
            }
            VariableOrigin::Unknown => found.push(end(step, End::Kept(id))),
            VariableOrigin::Alias(base) => {
                let depth = step.depth.saturating_add(1);
                todo.push(Step { base, depth, ..step });
            }
            VariableOrigin::Receiver => self.callers(step, None, todo, found),
            VariableOrigin::Parameter(place) => self.callers(step, Some(place), todo, found),
        }
    }

    /// From a closure out to the function whose variable it uses.
    fn climb(
        &self,
        mut step: Step<'p>,
        home: Option<FunctionId>,
        turn: Option<u32>,
    ) -> Option<Step<'p>> {
        let Some(home) = home else { return Some(step) };
        let mut levels = 0usize;
        while step.function != home && levels < 32 {
            levels = levels.saturating_add(1);
            let function = self.program.function_by_id(step.function)?;
            let Some(parent) = function.parent else { return Some(step) };
            let starts = self.starts.get(&step.function).map(Vec::as_slice).unwrap_or_default();
            if let Some(start) = starts.first() {
                let many = start.kind == RootKind::Handler
                    || starts.len() > 1
                    || self.runs_many(start, turn);
                step.at = start.at;
                let way = std::mem::take(&mut step.way);
                step.crossings.push(Crossing { start, many, way });
            } else {
                step.at = function.span.start;
            }
            step.function = parent;
            step.way.push(Passed { function: parent, at: step.at, again: false });
        }
        Some(step)
    }

    /// Whether a start is made several times for one variable, which is declared in a loop's turn or in none, with nothing
    /// that waits for one before the next.
    fn runs_many(&self, start: &Start, turn: Option<u32>) -> bool {
        let joins = start.starter.map(|starter| self.program.joins(starter)).unwrap_or_default();
        let one_by_one = joins.iter().any(|join| join.turn == start.turn && join.at > start.at);
        start.turn.is_some_and(|own| Some(own) != turn) && !one_by_one
    }

    /// A package's variable is at hand everywhere: what counts is what runs the function.
    fn package(&self, mut step: Step<'p>, found: &mut Vec<Trace<'p>>) {
        if let Some(reach) = self.reached.get(&step.function) {
            let way = std::mem::take(&mut step.way);
            step.crossings.push(Crossing { start: reach.start, many: reach.start.many, way });
            step.abstracted |= reach.abstracted;
            step.uncertain |= reach.uncertain;
            step.held.extend(reach.held.iter().cloned());
        }
        found.push(step.ends(End::Package));
    }

    /// From a function to all that call it, start it, or register it.
    fn callers(
        &self,
        step: Step<'p>,
        place: Option<u32>,
        todo: &mut Vec<Step<'p>>,
        found: &mut Vec<Trace<'p>>,
    ) {
        let starts = self.starts.get(&step.function).map(Vec::as_slice).unwrap_or_default();
        let calls = self.program.callers(step.function);
        let mut known = false;
        let handlers = starts
            .iter()
            .filter(|start| start.starter.is_none() || start.kind == RootKind::Handler);
        for start in handlers {
            known = true;
            // Handlers are methods of one object for all requests; what they are given is each request's own.
            let mut handled = step.clone();
            match place {
                None => {
                    let way = std::mem::take(&mut handled.way);
                    handled.crossings.push(Crossing { start, many: true, way });
                }
                Some(_) => handled.uncertain = true,
            }
            let end = if place.is_none() { End::Given(step.function) } else { End::Unknown };
            found.push(handled.ends(end));
        }
        for call in calls {
            // Which element a goroutine has is not followed: each has one of its own, most likely.
            let element = call.of_element && call.kind == CallKind::Go;
            let base = match place {
                None => call.receiver.filter(|_| !element),
                Some(place) => {
                    call.given.iter().find(|(at, _)| *at == place).map(|(_, base)| *base)
                }
            };
            let Some(caller) = call.caller else { continue };
            let started =
                starts.iter().find(|start| start.starter == Some(caller) && start.at <= call.at);
            let mut next = step.clone();
            if next.crossings.is_empty() && call.kind != CallKind::Go {
                match reach::guards_of(&call.holding) {
                    Some(guards) => next.held.extend(guards),
                    None => next.uncertain = true,
                }
            }
            next.depth = next.depth.saturating_add(1);
            next.at = call.at;
            next.function = caller;
            match (call.kind, started) {
                (CallKind::Go, Some(start)) | (CallKind::Value, Some(start)) => {
                    let turn = match base {
                        Some(Base::Variable { id, .. }) => {
                            self.program.variable(id).and_then(|variable| variable.turn)
                        }
                        _ => None,
                    };
                    let many = self.runs_many(start, turn);
                    let way = std::mem::take(&mut next.way);
                    next.crossings.push(Crossing { start, many, way });
                }
                (CallKind::Value, None) | (CallKind::Held, _) => {
                    // Handed over, to be called by whom is not known, or by whoever finds it in a field.
                    continue;
                }
                (CallKind::Interface, _) => {
                    // One of many types has that method here, most likely another.
                    if self
                        .implementers
                        .get(&(call.caller, call.at))
                        .is_some_and(|many| *many > MAX_IMPLEMENTERS)
                    {
                        continue;
                    }
                    next.abstracted = true;
                }
                _ => {}
            }
            known = true;
            if let Some(last) = next.way.last_mut() {
                last.again = call.looped;
            }
            next.way.push(Passed { function: caller, at: call.at, again: false });
            match base {
                Some(base) => todo.push(Step { base, ..next }),
                None => found.push(next.ends(End::Unknown)),
            }
        }
        if !known {
            let function = step.function;
            found.push(step.ends(End::Given(function)));
        }
    }
}
