//! What is known about calls of the standard library and a few other packages: which take locks,
//! which touch maps, which run their argument, and when. Which of them start something is in
//! `starters.rs`.

use super::callee::Receiver;
use super::facts::{CallTarget, LiteralUse, LockFact, RootFact, StartFact, Walk};
use super::starters::{self, Starter};
use super::walker::Walker;
use crate::hir::{ExprId, ExprKind};
use crate::types::{FieldInfo, Kind, Target, Ty};
use crate::world::{FuncRef, Part};
use crate::{CallKind, Context, Shape};
use finding::{LockMode, Operation, RootKind};

/// Functions that run an argument before they return, in the goroutine that calls them.
const RUNS: &[(&str, &str, &str)] = &[
    ("golang.org/x/sync/singleflight", "Group", "Do"),
    ("maps", "", "DeleteFunc"),
    ("path/filepath", "", "Walk"),
    ("path/filepath", "", "WalkDir"),
    ("slices", "", "ContainsFunc"),
    ("slices", "", "DeleteFunc"),
    ("slices", "", "IndexFunc"),
    ("slices", "", "SortFunc"),
    ("slices", "", "SortStableFunc"),
    ("sort", "", "Search"),
    ("sort", "", "Slice"),
    ("sort", "", "SliceStable"),
    ("strings", "", "FieldsFunc"),
    ("strings", "", "IndexFunc"),
    ("strings", "", "Map"),
    ("sync", "Map", "Range"),
];

/// Functions that call methods of their first argument before they return. Read from Go 1.27, `container/heap/heap.go` and
/// `sort/sort.go`.
const RUNS_METHODS: &[(&str, &[&str], &[&str])] = &[
    (
        "container/heap",
        &["Fix", "Init", "Pop", "Push", "Remove"],
        &["Len", "Less", "Pop", "Push", "Swap"],
    ),
    ("sort", &["IsSorted", "Sort", "Stable"], &["Len", "Less", "Swap"]),
];

/// Functions over maps: what they do to their first and second argument.
const MAPS: &[(&str, Operation, Option<Operation>)] = &[
    ("All", Operation::Iterate, None),
    ("Clear", Operation::Clear, None),
    ("Clone", Operation::Clone, None),
    ("Copy", Operation::Write, Some(Operation::Iterate)),
    ("DeleteFunc", Operation::Delete, None),
    ("Equal", Operation::Iterate, Some(Operation::Read)),
    ("EqualFunc", Operation::Iterate, Some(Operation::Read)),
    ("Insert", Operation::Write, None),
    ("Keys", Operation::Iterate, None),
    ("Values", Operation::Iterate, None),
];

impl<'w> Walker<'w> {
    /// How a literal among the arguments of a known function is used.
    pub(super) fn argument_use(&self, func: FuncRef, args: &[ExprId]) -> LiteralUse {
        let (import, receiver, name) = self.identity(func);
        if (import, name) == ("testing", "Run") && matches!(receiver, "T" | "B") {
            let parallel = args.get(1).is_some_and(|literal| self.is_parallel(*literal));
            return if parallel { LiteralUse::Detached } else { LiteralUse::Synchronous };
        }
        if starters::find(import, receiver, name).is_some() {
            return LiteralUse::Detached;
        }
        if (import, receiver, name) == ("sync", "Once", "Do")
            || (import == "sync" && matches!(name, "OnceFunc" | "OnceValue" | "OnceValues"))
        {
            return LiteralUse::Once;
        }
        if RUNS.contains(&(import, receiver, name)) {
            return LiteralUse::Synchronous;
        }
        if !self.is_read(func) && starters::by_name(name).is_some() {
            return LiteralUse::Detached;
        }
        if self.is_read(func) { LiteralUse::Argument } else { LiteralUse::Foreign }
    }

    /// Whether the body of a function is searched.
    fn is_read(&self, func: FuncRef) -> bool {
        let file = self.r.world.file(func.file);
        let package = file.and_then(|file| self.r.world.package(file.package));
        package.is_none_or(|package| package.part.is_searched())
    }

    /// Notes what a call of a known function means, once its operands are walked.
    pub(super) fn known_call(
        &mut self,
        call: ExprId,
        func: FuncRef,
        receiver: Option<&Receiver<'w>>,
        args: &[ExprId],
    ) {
        let (import, of, name) = self.identity(func);
        if let Some(kind) = starters::by_name(name).filter(|_| !self.is_read(func)) {
            if starters::find(import, of, name).is_none() {
                self.starts_among(call, kind, args);
            }
        }
        if let (Some(arg), true) = (args.first(), of.is_empty() && !self.is_read(func)) {
            self.runs_methods(call, import, name, *arg);
        }
        match (import, of) {
            ("sync", "Mutex" | "RWMutex") => {
                if let Some(receiver) = receiver {
                    self.lock_call(call, receiver.base, &receiver.path, name);
                }
            }
            ("sync", "WaitGroup") | ("golang.org/x/sync/errgroup", "Group") if name == "Wait" => {
                let end = self.r.hir().expr(call).span.end;
                self.joins_here(end);
            }
            // The runtime's own mutexes: Go 1.27, `runtime/lockrank_off.go`.
            ("runtime", "") => {
                let lock = match name {
                    "lock" | "lockWithRank" => "Lock",
                    "unlock" | "unlockWithRank" => "Unlock",
                    _ => return,
                };
                if let Some(mutex) = args.first() {
                    let hir = self.r.hir();
                    let mutex = match hir.expr(hir.unparen(*mutex)).kind {
                        ExprKind::Unary { x, .. } => x,
                        _ => *mutex,
                    };
                    self.lock_call(call, mutex, &[], lock);
                }
            }
            // A semaphore is a lock where it lets one in, which cannot be told here.
            ("golang.org/x/sync/semaphore", "Weighted") => {
                let lock = match name {
                    "Acquire" => "Lock",
                    "TryAcquire" => "TryLock",
                    "Release" => "Unlock",
                    _ => return,
                };
                if let Some(receiver) = receiver {
                    self.lock_call(call, receiver.base, &receiver.path, lock);
                }
            }
            // A subtest that lets others run beside it goes on once its parent has ended.
            ("testing", "T") if name == "Run" => {
                if let Some(literal) = args.get(1).filter(|literal| self.is_parallel(**literal)) {
                    if let Some(target) = self.function_of(*literal) {
                        self.add_root(RootKind::Callback, CallTarget::Declared(target), call);
                    }
                    let end = self.r.hir().expr(call).span.end;
                    self.facts.joins.push((self.function_at_hand(), end, None));
                }
            }
            ("sync", "Once") => {
                if let Some(func) = args.first().and_then(|arg| self.function_of(*arg)) {
                    self.facts.once.insert(func);
                }
            }
            ("sync", "Map") => {
                if let Some(receiver) = receiver {
                    self.sync_map_call(call, receiver, name, args);
                }
            }
            ("reflect", "Value" | "MapIter") => {
                if let Some(receiver) = receiver {
                    self.reflected(call, receiver.base, name);
                }
            }
            ("maps" | "golang.org/x/exp/maps", "") => self.maps_call(call, import, name, args),
            _ => {
                // Of another package's functions it is not seen here what they do to locks.
                let here = self.r.world.file(self.r.env.file).map(|file| file.package);
                let unread = self.r.world.file(func.file).is_some_and(|file| {
                    let package = self.r.world.package(file.package);
                    Some(file.package) != here
                        && package.is_some_and(|package| package.part != Part::Model)
                });
                if let Some(receiver) = receiver.filter(|_| unread && args.is_empty()) {
                    let sig = self.r.signature(func).ty;
                    if !self.yields(sig) {
                        self.locker_call(call, receiver.base, &receiver.path, name);
                    }
                }
                self.walked(call, (import, of, name), args);
            }
        }
        if let Some(starter) = starters::find(import, of, name) {
            self.started(call, starter, args);
        }
        if !self.is_read(func) {
            self.starts_methods(call, (import, of, name), args);
        }
        if receiver.is_none() && args.len() == 2 {
            let sig = self.r.signature(func).ty;
            let interface = match self.r.types.kind(sig) {
                Kind::Func { params, .. } => self.r.types.list(params).get(1).copied(),
                _ => None,
            };
            self.registers(call, name, interface, args);
        }
    }

    /// Notes the calls of methods of an argument.
    fn runs_methods(&mut self, call: ExprId, import: &str, name: &str, arg: ExprId) {
        let known =
            RUNS_METHODS.iter().find(|(of, names, _)| *of == import && names.contains(&name));
        let Some((_, _, methods)) = known else { return };
        let ty = self.types.get(&arg).copied().unwrap_or(Ty::UNKNOWN);
        let receiver = self.base_of(arg);
        for method in *methods {
            let target = self.r.select(ty, method).map(|selection| selection.target);
            if let Some(Target::Method { func, .. }) = target {
                self.add_call(CallTarget::Declared(func), CallKind::Direct, call);
                if let Some(fact) = self.facts.calls.last_mut() {
                    fact.receiver = receiver;
                }
            }
        }
    }

    /// Notes what a call of a known method of an interface starts.
    pub(super) fn known_interface_call(
        &mut self,
        call: ExprId,
        interface: Ty,
        name: &str,
        args: &[ExprId],
    ) {
        let Some((import, of)) = self.r.named(interface) else { return };
        self.starts_methods(call, (import, of, name), args);
        if let Some(starter) = starters::find(import, of, name) {
            self.started(call, starter, args);
        } else if let Some(kind) = starters::by_name(name) {
            // An interface of the program may have a method of that name that does something else.
            if !name.contains("Subscribe") {
                self.starts_among(call, kind, args);
            }
        }
    }

    fn started(&mut self, call: ExprId, starter: &Starter, args: &[ExprId]) {
        // Handlers wait for a server, which is started by itself.
        if starter.kind != RootKind::Handler {
            self.starts(call);
        }
        let many = self.is_many(starter.many);
        for (_, arg) in args.iter().enumerate().filter(|(at, _)| starter.starts(*at)) {
            if let Some(target) = self.function_of(*arg) {
                self.add_root_of(starter.kind, CallTarget::Declared(target), call, many);
            }
        }
    }

    /// Functions among the arguments of a call are started, also those in literals of structs.
    pub(super) fn starts_among(&mut self, call: ExprId, kind: RootKind, args: &[ExprId]) {
        let hir = self.r.hir();
        self.starts(call);
        let mut todo: Vec<ExprId> = args.to_vec();
        while let Some(arg) = todo.pop() {
            match hir.expr(hir.unparen(arg)).kind {
                ExprKind::Composite { elements, .. } => {
                    todo.extend(hir.elements(elements).iter().map(|element| element.value));
                }
                ExprKind::Unary { x, .. } => todo.push(x),
                ExprKind::Call { .. } => {}
                _ => {
                    if let Some(target) = self.function_of(arg) {
                        self.add_root(kind, CallTarget::Declared(target), call);
                    }
                }
            }
        }
    }

    pub(super) fn add_root(&mut self, kind: RootKind, target: CallTarget, expr: ExprId) {
        self.add_root_of(kind, target, expr, false);
    }

    /// The same where one call may start `many` at once.
    pub(super) fn add_root_of(
        &mut self,
        kind: RootKind,
        target: CallTarget,
        expr: ExprId,
        many: bool,
    ) {
        let at = self.r.hir().expr(expr).span.start;
        let since = self.first_time(at);
        self.facts.roots.push(RootFact {
            kind,
            target,
            file: self.r.env.file,
            expr,
            at,
            caller: self.function_at_hand(),
            looped: many || !self.loops.is_empty(),
            since,
            turn: self.loops.last().copied().or(many.then_some(at)),
        });
    }

    /// Notes that something else runs from here on.
    pub(super) fn starts(&mut self, at: ExprId) {
        let since = self.first_time(self.r.hir().expr(at).span.start);
        self.facts.starts.push(StartFact { caller: self.function_at_hand(), since });
    }

    /// Where a place is reached first: in a loop, what comes later in the text comes earlier in the
    /// next turn.
    pub(super) fn first_time(&self, at: u32) -> u32 {
        self.loops.first().copied().unwrap_or(at).min(at)
    }

    /// `x.Lock()` and its like where the method's body is not there to be read: by the convention of
    /// `sync.Locker` it is a lock. Leaving it out would claim that none is held.
    pub(super) fn locker_call(
        &mut self,
        call: ExprId,
        base: ExprId,
        embedded: &[FieldInfo<'w>],
        name: &str,
    ) {
        if matches!(name, "Lock" | "RLock" | "Unlock" | "RUnlock") {
            self.lock_call(call, base, embedded, name);
        }
    }

    /// The embedded field of an expression's type of which nothing is known, where there is one: a
    /// method that is not found must be promoted from it.
    pub(super) fn unknown_embedded(&mut self, base: ExprId) -> Vec<FieldInfo<'w>> {
        let ty = self.types.get(&base).copied().unwrap_or(Ty::UNKNOWN);
        let ty = self.r.deref(ty);
        let under = self.r.under(ty);
        let Kind::Struct(fields) = self.r.types.kind(under) else { return Vec::new() };
        let mut found: Vec<_> = self.r.types.fields(fields).to_vec();
        found.retain(|field| {
            let ty = self.r.deref(field.ty);
            field.embedded && self.r.under(ty).is_unknown()
        });
        found.truncate(1);
        found
    }

    /// Whether a call is a statement, so that nobody asks what it yields: a lock of a file or of a
    /// database says whether it was had.
    pub(super) fn stands_alone(&self, call: ExprId) -> bool {
        let span = self.r.hir().expr(call).span;
        self.place.context == Context::Deferred || self.place.statement == span
    }

    /// Whether a function of this type yields anything.
    pub(super) fn yields(&mut self, sig: Ty) -> bool {
        let under = self.r.under(sig);
        match self.r.types.kind(under) {
            Kind::Func { results, .. } => !self.r.types.list(results).is_empty(),
            _ => true,
        }
    }

    /// Whether an expression is a struct that holds nothing but a mutex, which makes that a type of its own: it is the lock
    /// then, and not what it embeds.
    fn is_wrapper(&mut self, base: ExprId, embedded: &[FieldInfo<'w>]) -> bool {
        let base = self.types.get(&base).copied().unwrap_or(Ty::UNKNOWN);
        let inside = embedded.split_last().map_or(&[][..], |(_, way)| way);
        std::iter::once(base).chain(inside.iter().map(|field| field.ty)).all(|ty| {
            let ty = self.r.deref(ty);
            let under = self.r.under(ty);
            match self.r.types.kind(under) {
                Kind::Struct(fields) => self.r.types.fields(fields).len() == 1,
                _ => false,
            }
        })
    }

    /// `x.Lock()` and its like.
    pub(super) fn lock_call(
        &mut self,
        call: ExprId,
        base: ExprId,
        embedded: &[FieldInfo<'w>],
        name: &str,
    ) {
        let embedded = if self.is_wrapper(base, embedded) { &[] } else { embedded };
        let path = self.lock_path(base, embedded);
        let fact = match (path, name) {
            (Some(path), "Lock") => LockFact::Acquire { path, mode: LockMode::Write },
            (Some(path), "RLock") => LockFact::Acquire { path, mode: LockMode::Read },
            (Some(path), "Unlock") => LockFact::Release { path, mode: LockMode::Write },
            (Some(path), "RUnlock") => LockFact::Release { path, mode: LockMode::Read },
            (Some(path), "TryLock") => LockFact::Try { path, mode: LockMode::Write },
            (Some(path), "TryRLock") => LockFact::Try { path, mode: LockMode::Read },
            (Some(_), _) => return,
            (None, _) => LockFact::Opaque,
        };
        self.facts.locks.insert((self.r.env.file, call), fact);
    }

    fn maps_call(&mut self, call: ExprId, import: &str, name: &str, args: &[ExprId]) {
        let Some((_, first, second)) = MAPS.iter().find(|known| known.0 == name) else { return };
        let operations = [Some(*first), *second];
        for (arg, operation) in args.iter().zip(operations) {
            let ty = self.types.get(arg).copied().unwrap_or(Ty::UNKNOWN);
            let under = self.r.under(ty);
            if let (Some(operation), Kind::Map { .. }) = (operation, self.r.types.kind(under)) {
                let whole = self.r.hir().expr(call).span;
                let before = self.facts.accesses.len();
                self.access(*arg, operation, Shape::Call, whole, call);
                // Those of `golang.org/x/exp` go over the map at once.
                let later = import == "maps" && matches!(name, "All" | "Keys" | "Values");
                if let Some(access) = self.facts.accesses.get_mut(before).filter(|_| later) {
                    access.walk = Walk::Later;
                }
            }
        }
    }
}
