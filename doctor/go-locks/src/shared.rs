//! The maps of a program that are touched after they are shared, each with its accesses, its guard, and who meets whom.

use crate::above::{self, Above};
use crate::beginning::Beginning;
use crate::guard::{self, Guard};
use crate::locks::Locks;
use crate::making::Making;
use crate::meeting::{self, Meeting};
use crate::phase;
use crate::reach;
use crate::trace::{End, Trace, Tracer};
use finding::{DeclKind, LockMode, LockSet, MapDecl, MapKind, Operation};
use go_source::{
    Base, Call, CallKind, FunctionId, Program, SourceAccess, Specified, Start, VariableOrigin, Walk,
};
use rayon::prelude::*;
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Accesses of one map that are compared with each other, at most.
const MAX_TOUCHES: usize = 400;

/// One access, once its map is shared.
#[derive(Debug)]
pub struct Touch<'p> {
    /// The access.
    pub source: &'p SourceAccess,
    /// What it holds.
    pub locks: Locks,
    /// Whose object it touches.
    pub traces: Vec<Trace<'p>>,
    /// Whether its function is handed over, to be called by whom is not known: that those hold no lock is presumed.
    pub presumed: bool,
}

impl<'p> Touch<'p> {
    /// The same access as if it did not hold a lock.
    pub fn without(&self, guard: &str) -> Self {
        Self {
            source: self.source,
            locks: self.locks.clone().only(|held| *held.guard != *guard),
            traces: self.traces.clone(),
            presumed: self.presumed,
        }
    }

    /// Whether it changes the map, or the variable that holds it.
    pub fn mutates(&self) -> bool {
        self.source.access.operation.mutates()
    }
}

/// One map.
#[derive(Debug)]
pub struct SharedMap<'p> {
    /// Its declaration.
    pub decl: &'p MapDecl,
    /// Its accesses, by file and place.
    pub touches: Vec<Touch<'p>>,
    /// Those that reach it only because they go over all that a struct holds.
    pub within: Vec<Touch<'p>>,
    /// The lock that guards it, where an access holds one.
    pub guard: Option<Guard>,
}

/// Why an access cannot meet another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alone {
    /// It runs in an initialiser, once, or on an object that nobody else knows yet.
    BeforeSharing,
    /// Its function runs only while the object is made.
    Making,
    /// Its function has taken the map out of where others find it.
    TakenOut,
}

/// All maps of a program that may be touched by several goroutines.
#[derive(Debug)]
pub struct Analysis<'p> {
    /// The program.
    pub program: &'p Program,
    /// The maps, by name.
    pub maps: Vec<SharedMap<'p>>,
    /// Types whose own mutex is taken somewhere: package and name.
    locked_types: FxHashSet<String>,
    /// What is held above functions.
    above: Above,
    /// What runs only while objects of a type are made.
    making: Making<'p>,
    /// What runs before anything else does.
    beginning: Beginning<'p>,
    tracer: Tracer<'p>,
    /// Who takes which lock.
    takers: FxHashSet<(FunctionId, Arc<str>)>,
}

impl<'p> Analysis<'p> {
    /// Looks at every built-in map that is changed after it is shared. The accesses that `wanted` turns down are left
    /// out.
    ///
    /// Linear in the accesses and their callers, up to a fixed depth.
    pub fn new(program: &'p Program, wanted: &(dyn Fn(&SourceAccess) -> bool + Sync)) -> Self {
        let mut analysis = Self::of_no_map(program);
        analysis.maps = program
            .decls()
            .par_iter()
            .filter(|decl| decl.map_type.kind == MapKind::Builtin)
            // What packages of others hold is theirs, and most often one for each call.
            .filter(|decl| program.file(&decl.site.file).is_some_and(|file| !file.is_vendored()))
            .filter_map(|decl| {
                let mut map = analysis.look_at(decl, wanted);
                if !map.touches.iter().any(Touch::mutates) {
                    return None;
                }
                analysis.follow(&mut map);
                Some(map)
            })
            .collect();
        analysis
    }

    /// Looks at no map yet: [`locked`](Self::locked) and [`touch`](Self::touch) look at what is asked for.
    ///
    /// Linear in the calls.
    pub fn of_no_map(program: &'p Program) -> Self {
        let owner = |guard: &Arc<str>| guard.rsplit_once('.').map(|(owner, _)| owner.to_owned());
        let taken = program.acquisitions().iter().filter_map(|taken| taken.guard.as_ref());
        let locked_types = taken.filter_map(owner).collect();
        let takers = program
            .acquisitions()
            .iter()
            .filter_map(|taken| Some((taken.function?, Arc::clone(taken.guard.as_ref()?))));
        Self {
            program,
            maps: Vec::new(),
            locked_types,
            above: Above::new(program),
            making: Making::new(program),
            beginning: Beginning::new(program),
            tracer: Tracer::new(program),
            takers: takers.collect(),
        }
    }

    /// One map, whether or not it is changed, without the ways to its accesses: what they hold, and what guards it. Linear
    /// in them.
    pub fn locked(&self, decl: &'p MapDecl) -> SharedMap<'p> {
        self.look_at(decl, &|_| true)
    }

    /// Why an access cannot meet another, whatever else runs: its map is not shared yet.
    pub fn alone(&self, decl: &MapDecl, source: &SourceAccess) -> Option<Alone> {
        if source.access.before_sharing {
            return Some(Alone::BeforeSharing);
        }
        if source.taken_out {
            return Some(Alone::TakenOut);
        }
        let (owner, _) = decl.path.split_once('.')?;
        let owner = format!("{}.{owner}", decl.package);
        self.making.is_part_of(&owner, source.function?).then_some(Alone::Making)
    }

    /// A map with what its accesses hold.
    fn look_at(&self, decl: &'p MapDecl, wanted: &dyn Fn(&SourceAccess) -> bool) -> SharedMap<'p> {
        let mut touches: Vec<Touch<'p>> = Vec::new();
        let mut within: Vec<Touch<'p>> = Vec::new();
        let shared = |source: &&SourceAccess| wanted(source) && self.alone(decl, source).is_none();
        let sources: Vec<&'p SourceAccess> =
            self.program.accesses(&decl.id).iter().filter(shared).collect();
        let first = self.beginning.first(&sources);
        for source in
            sources.into_iter().zip(first).filter_map(|(source, first)| (!first).then_some(source))
        {
            let (locks, presumed) = locks_of(self.program, &self.above, decl, source);
            let list = if source.walk == Walk::Within { &mut within } else { &mut touches };
            list.push(Touch { source, locks, traces: Vec::new(), presumed });
        }
        let guard = Guard::infer(decl, &touches, self.program.specified_guards(&decl.id));
        SharedMap { decl, touches, within, guard }
    }

    /// Finds out whose objects the accesses of a map touch.
    fn follow(&self, map: &mut SharedMap<'p>) {
        let (some, more) = (map.touches.iter_mut(), map.within.iter_mut());
        for touch in some.take(MAX_TOUCHES).chain(more.take(MAX_TOUCHES)) {
            touch.traces = self.tracer.traces(touch.source);
        }
    }

    /// What is held at an access, with what all callers hold.
    pub fn locks_of(&self, map: &MapDecl, source: &SourceAccess) -> Locks {
        locks_of(self.program, &self.above, map, source).0
    }

    /// A place that is no access of its map, as if it were one: where the map is handed out or compared with nil.
    pub fn touch(&self, map: &MapDecl, source: &'p SourceAccess) -> Touch<'p> {
        let (locks, presumed) = locks_of(self.program, &self.above, map, source);
        Touch { source, locks, traces: self.tracer.traces(source), presumed }
    }

    /// Whether a lock is held for certain where something is started: by the starter, or above it.
    pub fn is_started_under(&self, start: &Start, guard: &str) -> bool {
        let here = start.holding.as_ref().is_some_and(|holding| {
            matches!(holding.locks, LockSet::Held(_))
                && holding.guards.iter().flatten().any(|held| **held == *guard)
        });
        let above = || match start.starter.map(|starter| self.above.of(starter)) {
            Some(above::Held::These(held)) => held.get(guard).is_some_and(|how| !how.perhaps),
            _ => false,
        };
        here || above()
    }

    /// Whether a function takes a lock itself, somewhere.
    pub fn takes(&self, function: FunctionId, guard: &str) -> bool {
        self.takers.contains(&(function, Arc::from(guard)))
    }

    /// A call of a function where a lock is not held, by a caller that takes it elsewhere: who writes that knows the lock,
    /// and has given it back or not taken it yet.
    pub fn call_without(&self, guard: &str, function: FunctionId) -> Option<&'p Call> {
        self.program.callers(function).into_iter().find(|call| {
            let Some(caller) = call.caller else { return false };
            let runs = matches!(call.kind, CallKind::Direct | CallKind::Defer) && !call.on_own;
            let without = reach::guards_of(&call.holding)
                .is_some_and(|held| !held.iter().any(|(held, _)| **held == *guard));
            let above = match self.above.of(caller) {
                above::Held::These(held) => !held.contains_key(guard),
                above::Held::Alone | above::Held::Unknown | above::Held::Doubtful => false,
            };
            let takes = self.takes(caller, guard);
            let gives_back = self.program.function_by_id(caller).is_some_and(|caller| {
                caller.gives_back.iter().any(|released| **released == *guard)
            });
            runs && without && above && takes && !gives_back
        })
    }

    /// The calls of a function whose comment asks its callers for a lock, by callers that are known to hold none.
    pub fn unheeded(&self, guard: &str, function: FunctionId) -> Vec<&'p Call> {
        if self.above.required(function).is_none_or(|required| !required.contains_key(guard)) {
            return Vec::new();
        }
        let lacks = |call: &&Call| {
            let Some(caller) = call.caller else { return false };
            let runs = matches!(call.kind, CallKind::Direct | CallKind::Defer) && !call.on_own;
            let bare = reach::guards_of(&call.holding).is_some_and(|held| held.is_empty());
            let above = match self.above.of(caller) {
                above::Held::These(held) => held.is_empty(),
                above::Held::Alone | above::Held::Unknown | above::Held::Doubtful => false,
            };
            runs && bare && above && !phase::is_making(self.program, caller)
        };
        self.program.callers(function).into_iter().filter(lacks).collect()
    }

    /// The locks that comments name as the guards of a map, where no access holds any of them and all are known.
    pub fn stale_comments(&self, map: &SharedMap<'p>) -> &'p [Specified] {
        let specified = self.program.specified_guards(&map.decl.id);
        let heeded = |touch: &Touch<'p>| {
            touch.locks == Locks::Unknown
                || specified.iter().any(|said| touch.locks.under(&said.guard).is_some())
        };
        if map.touches.iter().any(heeded) { &[] } else { specified }
    }

    /// Whether the type that holds a map has a mutex that is taken somewhere: its values are shared.
    pub fn owner_has_lock(&self, map: &MapDecl) -> bool {
        map.decl == DeclKind::Field
            && map.path.rsplit_once('.').is_some_and(|(owner, _)| {
                self.locked_types.contains(&format!("{}.{owner}", map.package))
            })
    }

    /// Whether the objects that hold a map are made where nothing runs beside other code, all of them: whoever uses them
    /// in goroutines or handlers shares them.
    pub fn made_alone(&self, map: &MapDecl) -> bool {
        let Some((owner, _)) = map.path.split_once('.') else { return false };
        let makers = self.program.makers(&format!("{}.{owner}", map.package));
        map.decl == DeclKind::Field
            && !makers.is_empty()
            && makers.iter().all(|maker| {
                maker
                    .and_then(|maker| self.program.function_by_id(maker))
                    .is_none_or(|maker| maker.root.is_none())
            })
    }

    /// Whether two accesses could harm each other if they ran at once, and hold no lock that keeps them apart.
    pub fn conflict(&self, a: &Touch<'p>, b: &Touch<'p>) -> bool {
        harmful(a, b) && !a.locks.exclude(&b.locks)
    }

    /// Whether all that conflicts with an access comes before it or after it, as the functions on all ways show.
    pub fn is_ordered(&self, map: &SharedMap<'p>, touch: &Touch<'p>) -> bool {
        let mut conflicts =
            map.touches.iter().filter(|other| self.conflict(touch, other)).peekable();
        conflicts.peek().is_some()
            && conflicts.all(|other| {
                let mut pairs =
                    ways(touch).flat_map(|one| ways(other).map(move |two| (one, two))).peekable();
                pairs.peek().is_some()
                    && pairs.all(|(one, two)| meeting::are_ordered(self.program, one, two))
            })
    }

    /// Whether an access may run at once with another, or with itself, with nothing to keep them apart.
    pub fn meet(&self, map: &MapDecl, a: &Touch<'p>, b: &Touch<'p>) -> Option<Meeting<'p>> {
        self.conflict(a, b).then(|| self.ways_meet(map, a, b)).flatten()
    }
}

/// The ways to an access, but for the one that ends at once where others lead further.
pub(crate) fn ways<'t, 'p>(touch: &'t Touch<'p>) -> impl Iterator<Item = &'t Trace<'p>> {
    let ends_at_once =
        |trace: &Trace<'p>| trace.crossings.is_empty() && matches!(trace.end, End::Named(_));
    let further = touch.traces.iter().any(|trace| !ends_at_once(trace));
    touch.traces.iter().filter(move |trace| !further || !ends_at_once(trace))
}

/// What is held at an access, with what all callers hold, and whether that those hold nothing is presumed.
fn locks_of(
    program: &Program,
    above: &Above,
    decl: &MapDecl,
    source: &SourceAccess,
) -> (Locks, bool) {
    let line = source.access.site.line;
    if source.function.is_some_and(|function| program.is_trusted(function, line)) {
        return (Locks::Unknown, false);
    }
    let mut locks = Locks::of(source);
    let mut presumed = false;
    if let Some(function) = source.names {
        // Callers hold the lock of the object that they call the function on, not of others of its type.
        let given = !source.calls.is_empty() || is_given(program, source);
        let mut held = match above.of(function) {
            above::Held::Alone => None,
            above::Held::Doubtful if given => None,
            above::Held::Doubtful | above::Held::Unknown => {
                presumed = given;
                Some(BTreeMap::new())
            }
            above::Held::These(held) => Some(held),
        };
        let gives_back = program.function_by_id(function).map(|of| &of.gives_back);
        if let Some(held) = held.as_mut() {
            let back = gives_back.into_iter().flatten();
            let how = above::How { mode: LockMode::Write, perhaps: false };
            held.extend(back.map(|guard| (Arc::clone(guard), how)));
            if !given {
                held.retain(|name, _| !guard::is_beside(decl, name));
            }
        }
        locks = locks.below(held, &source.access.site);
    }
    locks = locks.under_all_names(program);
    if is_of_package(decl) {
        // The lock of one object keeps nobody out who has the lock of another.
        locks = locks.only(|held| !guard::is_of_object(&decl.package, &held.guard));
    }
    (locks, presumed)
}

/// Whether a function reaches the map of an access through its receiver or a parameter, or through a variable of the
/// package: what its callers hold may be the lock of that object.
fn is_given(program: &Program, source: &SourceAccess) -> bool {
    let mut base = source.base;
    for _ in 0..8 {
        let Some(Base::Variable { id, direct }) = base else { break };
        let Some(variable) = program.variable(id) else { return false };
        // Whoever calls a closure may hold the lock of what it has captured.
        if variable.function != source.function && variable.function.is_some() {
            return true;
        }
        match variable.origin {
            VariableOrigin::Receiver | VariableOrigin::Parameter(_) => return true,
            // A variable that holds the map itself, or the same object under another name.
            VariableOrigin::Alias(of) if direct || source.through_alias => base = Some(of),
            _ => return false,
        }
    }
    matches!(base, Some(Base::Package) | None)
}

/// Whether one of two accesses changes what the other looks at.
pub fn harmful(a: &Touch<'_>, b: &Touch<'_>) -> bool {
    // Whoever holds the map under a name of his own keeps it when the variable it came from gets another.
    let keeps = |one: &Touch<'_>, other: &Touch<'_>| {
        one.source.through_alias && other.source.access.operation == Operation::Replace
    };
    if keeps(a, b) || keeps(b, a) {
        return false;
    }
    a.mutates() || b.mutates()
}

/// A variable of a package, or an element of one: there is one such map in the process.
pub fn is_of_package(map: &MapDecl) -> bool {
    map.decl == DeclKind::PackageVar || (map.decl == DeclKind::Element && !map.path.contains('.'))
}
