//! Calls: arguments, results, built-in functions, and who calls whom.

use super::callee::{Callee, Receiver};
use super::facts::{ArgumentFact, CallTarget, HandTo, LiteralUse};
use super::walker::{Walker, narrow};
use crate::hir::{ExprId, ExprKind, List};
use crate::types::{FieldInfo, Kind, Ty};
use crate::world::FuncRef;
use crate::{CallKind, Shape};
use finding::{Operation, RootKind};

/// How the arguments of a call are used, unless they are started.
fn detached_or(kind: CallKind, how: LiteralUse) -> LiteralUse {
    if kind == CallKind::Go { LiteralUse::Detached } else { how }
}

impl<'w> Walker<'w> {
    pub(super) fn call(&mut self, id: ExprId, fun: ExprId, args: List, spread: bool) -> Ty {
        let kind = self.call_kind.take().unwrap_or(CallKind::Direct);
        let hir = self.r.hir();
        let args = hir.exprs(args);
        if kind == CallKind::Go {
            self.starts(id);
        }
        match self.callee(fun) {
            Callee::Conversion(ty) => {
                for arg in args {
                    self.value(*arg, ty);
                }
                ty
            }
            Callee::Builtin(name) => self.builtin(id, name, args),
            Callee::Declared { func, sig, params, receiver } => {
                let how = detached_or(kind, self.argument_use(func, args));
                let actual = self.hands_over(sig, args, how);
                self.declared_call(id, func, kind, receiver.as_ref(), args);
                let sig = self.instantiate(sig, &params, &actual, spread);
                self.r.results(sig)
            }
            Callee::Abstract { interface, name, sig, base } => {
                self.arguments(sig, args, detached_or(kind, LiteralUse::Argument));
                self.goes_along(id, kind, args);
                self.known_interface_call(id, interface, name, args);
                self.walked(id, ("", "", name), args);
                self.calls_method_of(base, kind);
                if args.is_empty() && (self.parameters(sig), self.yields(sig)) == (0, false) {
                    self.locker_call(id, base, &[], name);
                }
                let all = self.method_names(interface);
                let target = CallTarget::Abstract {
                    name: name.to_owned(),
                    params: self.parameters(sig),
                    all,
                };
                if kind == CallKind::Go {
                    self.add_root(RootKind::Go, target.clone(), id);
                }
                let receiver = self.base_of(base);
                let of_element = self.is_element(base);
                let given = self.given(args);
                self.add_call(
                    target,
                    if kind == CallKind::Direct { CallKind::Interface } else { kind },
                    id,
                );
                let sources = self.sources_of(args);
                if let Some(call) = self.facts.calls.last_mut() {
                    call.receiver = receiver;
                    call.of_element = of_element;
                    call.given = given;
                    call.sources = sources;
                }
                self.r.results(sig)
            }
            Callee::Literal(func) => {
                self.each(args, LiteralUse::Argument);
                let how = match kind {
                    CallKind::Go => LiteralUse::Detached,
                    CallKind::Defer => LiteralUse::Deferred,
                    _ => LiteralUse::Immediate,
                };
                let target = CallTarget::Declared(FuncRef { file: self.r.env.file, func });
                if kind == CallKind::Go {
                    self.add_root(RootKind::Go, target.clone(), id);
                }
                let given = self.given(args);
                self.add_call(target, kind, id);
                if let Some(fact) = self.facts.calls.last_mut() {
                    fact.given = given;
                }
                let ty = self.literal(func, how);
                self.types.insert(fun, ty);
                self.r.results(ty)
            }
            Callee::Held { func, ty } => {
                if func.file == self.r.env.file && kind == CallKind::Direct {
                    self.facts.local_calls.insert((func.file, id), func.func);
                }
                self.arguments(ty, args, LiteralUse::Argument);
                if kind == CallKind::Go {
                    self.add_root(RootKind::Go, CallTarget::Declared(func), id);
                }
                let given = self.given(args);
                self.add_call(CallTarget::Declared(func), kind, id);
                if let Some(fact) = self.facts.calls.last_mut() {
                    fact.given = given;
                }
                self.r.results(ty)
            }
            Callee::Opaque { base, name } => {
                let starts = super::starters::by_name(name);
                let how = if starts.is_some() { LiteralUse::Detached } else { LiteralUse::Foreign };
                self.hands_over(Ty::UNKNOWN, args, detached_or(kind, how));
                self.goes_along(id, kind, args);
                if let Some(kind) = starts {
                    self.starts_among(id, kind, args);
                }
                self.registers(id, name, None, args);
                self.starts_methods(id, ("", "", name), args);
                let import = self.missing_import(base).unwrap_or_default();
                self.walked(id, (import, "", name), args);
                // A semaphore is a lock where it lets one in, which cannot be told here.
                match (name, args.len()) {
                    ("Acquire", 2) => self.lock_call(id, base, &[], "Lock"),
                    ("Release", 1) => self.lock_call(id, base, &[], "Unlock"),
                    _ => {}
                }
                if args.is_empty() && self.stands_alone(id) {
                    let embedded = self.unknown_embedded(base);
                    self.locker_call(id, base, &embedded, name);
                }
                Ty::UNKNOWN
            }
            Callee::Value(ty) => {
                self.calls_held(id, fun, kind);
                self.arguments(ty, args, detached_or(kind, LiteralUse::Argument));
                self.goes_along(id, kind, args);
                self.r.results(ty)
            }
        }
    }

    fn declared_call(
        &mut self,
        id: ExprId,
        func: FuncRef,
        kind: CallKind,
        receiver: Option<&Receiver<'w>>,
        args: &[ExprId],
    ) {
        let begins = receiver.and_then(|receiver| self.base_of(receiver.base));
        let of_element = receiver.is_some_and(|receiver| self.is_element(receiver.base));
        let given = self.given(args);
        let call = self.add_call(CallTarget::Declared(func), kind, id);
        let sources = self.sources_of(args);
        if let Some(fact) = self.facts.calls.last_mut() {
            fact.receiver = begins;
            fact.of_element = of_element;
            fact.given = given;
            fact.sources = sources;
        }
        if kind == CallKind::Go {
            self.add_root(RootKind::Go, CallTarget::Declared(func), id);
        }
        self.known_call(id, func, receiver, args);
        if let Some(receiver) = receiver {
            let harmless = matches!(self.identity(func).0, "sync" | "sync/atomic");
            if !harmless {
                self.calls_method_of(receiver.base, kind);
            }
            if self.map_kind(receiver.ty) == Some(finding::MapKind::Builtin) {
                match receiver.path.last() {
                    None => {
                        self.handed_over(call, None, receiver.base);
                        // A pointer is handed over as it is, of anything else the address.
                        let ty = self.types.get(&receiver.base).copied().unwrap_or(Ty::UNKNOWN);
                        let pointer = matches!(self.r.types.kind(ty), Kind::Pointer(_));
                        if !pointer && self.has_pointer_receiver(func) {
                            self.lends(receiver.base);
                        }
                    }
                    Some(field) => self.embedded_over(call, *field),
                }
            }
        }
        for (at, arg) in args.iter().enumerate() {
            self.handed_over(call, Some(narrow(at)), *arg);
            if kind != CallKind::Go {
                self.hands_function(*arg, HandTo::Parameter(func, narrow(at)), Some(id));
            }
        }
        self.goes_along(id, kind, args);
    }

    /// What is handed to a function that is started runs in its goroutine, as far as it runs: `go every(time.Second, f)`.
    fn goes_along(&mut self, id: ExprId, kind: CallKind, args: &[ExprId]) {
        if kind != CallKind::Go {
            return;
        }
        self.starts_among(id, RootKind::Go, args);
        for arg in args {
            let ty = self.types.get(arg).copied().unwrap_or(Ty::UNKNOWN);
            let under = self.r.under(ty);
            if matches!(self.r.types.kind(under), Kind::Func { .. }) {
                self.calls_held(id, *arg, kind);
            }
        }
    }

    /// Notes that a map goes into a call, so that what the callee does to its parameter is known to
    /// be done to that map.
    fn handed_over(&mut self, call: u32, parameter: Option<u32>, arg: ExprId) {
        let ty = self.types.get(&arg).copied().unwrap_or(Ty::UNKNOWN);
        if ty.is_unknown() || self.map_kind(ty) != Some(finding::MapKind::Builtin) {
            return;
        }
        if let Some(place) = self.map_place(arg) {
            self.facts.arguments.push(ArgumentFact {
                call,
                parameter,
                map: place.key,
                named: place.named,
            });
        }
    }

    /// The same for an embedded map, whose method is called on what embeds it.
    fn embedded_over(&mut self, call: u32, field: FieldInfo<'w>) {
        let written = Some(field.written);
        self.declare_map(field.def, field.ty, finding::DeclKind::Field, None, written);
        let map = Self::key(field.def);
        self.facts.arguments.push(ArgumentFact { call, parameter: None, map, named: map });
    }

    fn each(&mut self, args: &[ExprId], how: LiteralUse) {
        for arg in args {
            self.argument(*arg, Ty::UNKNOWN, how);
        }
    }

    fn argument(&mut self, arg: ExprId, expected: Ty, how: LiteralUse) -> Ty {
        let hir = self.r.hir();
        let literal = matches!(hir.expr(hir.unparen(arg)).kind, ExprKind::FuncLit(_));
        self.literal_use = literal.then_some(how);
        let ty = self.value(arg, expected);
        self.literal_use = None;
        ty
    }

    /// The arguments of a call that is known to run those that are functions, or to lead out of the program.
    fn hands_over(&mut self, sig: Ty, args: &[ExprId], how: LiteralUse) -> Vec<Ty> {
        let before = self.facts.calls.len();
        let types = self.arguments(sig, args, how);
        let hir = self.r.hir();
        let args: Vec<ExprId> = args.iter().map(|arg| hir.unparen(*arg)).collect();
        for at in before..self.facts.calls.len() {
            let Some(call) = self.facts.calls.get(at) else { break };
            if call.kind != CallKind::Value || !args.contains(&call.expr) {
                continue;
            }
            let receiver = match hir.expr(call.expr).kind {
                ExprKind::Selector { base, .. } => self.base_of(base),
                _ => None,
            };
            if let Some(call) = self.facts.calls.get_mut(at) {
                call.receiver = receiver;
                match how {
                    LiteralUse::Synchronous => call.kind = CallKind::Direct,
                    _ => call.foreign = how == LiteralUse::Foreign,
                }
            }
        }
        types
    }

    fn arguments(&mut self, sig: Ty, args: &[ExprId], how: LiteralUse) -> Vec<Ty> {
        let under = self.r.under(sig);
        let params = match self.r.types.kind(under) {
            Kind::Func { params, .. } => self.r.types.list(params).to_vec(),
            _ => Vec::new(),
        };
        let mut found = Vec::with_capacity(args.len());
        for (at, arg) in args.iter().enumerate() {
            let expected = params.get(at).copied().unwrap_or(Ty::UNKNOWN);
            found.push(self.argument(*arg, expected, how));
        }
        match found.as_slice() {
            // `f(g())` hands over all of g's results.
            [one] => match self.r.types.kind(*one) {
                Kind::Tuple(list) => self.r.types.list(list).to_vec(),
                _ => found,
            },
            _ => found,
        }
    }

    pub(super) fn parameters(&self, sig: Ty) -> usize {
        match self.r.types.kind(sig) {
            Kind::Func { params, .. } => self.r.types.list(params).len(),
            _ => 0,
        }
    }

    /// Finds the type arguments of a generic function by its arguments.
    fn instantiate(&mut self, sig: Ty, params: &[Ty], actual: &[Ty], spread: bool) -> Ty {
        let Kind::Func { params: patterns, variadic, .. } = self.r.types.kind(sig) else {
            return sig;
        };
        if params.is_empty() || !self.r.types.is_generic(sig) {
            return sig;
        }
        let patterns = self.r.types.list(patterns).to_vec();
        let mut found = vec![Ty::UNKNOWN; params.len()];
        let last = patterns.len().saturating_sub(1);
        for (at, ty) in actual.iter().enumerate() {
            let many = variadic && at >= last && !spread;
            let pattern = patterns.get(at.min(last)).copied().unwrap_or(Ty::UNKNOWN);
            let pattern = match self.r.types.kind(pattern) {
                Kind::Slice(elem) if many => elem,
                _ => pattern,
            };
            self.r.infer(pattern, *ty, params, &mut found);
        }
        self.r.substitute(sig, params, &found)
    }

    fn builtin(&mut self, id: ExprId, name: &str, args: &[ExprId]) -> Ty {
        let whole = self.r.hir().expr(id).span;
        match (name, args) {
            ("make", [ty, rest @ ..]) => {
                let ty = self.r.convert(*ty);
                self.each(rest, LiteralUse::Argument);
                ty
            }
            ("new", [of]) => {
                let ty = match self.r.type_of_expr(*of) {
                    Some(ty) => ty,
                    // From Go 1.26 on `new` takes a value too.
                    None => self.value(*of, Ty::UNKNOWN),
                };
                self.made(ty);
                self.made_without(ty, None);
                self.r.types.pointer(ty)
            }
            ("len" | "cap", [of]) => {
                let ty = self.operand(*of);
                self.on_map(*of, ty, Operation::Length, whole, id);
                self.r.types.basic("int")
            }
            ("delete", [of, key]) => {
                let ty = self.operand(*of);
                let unused = self.is_unused(*key);
                self.value(*key, Ty::UNKNOWN);
                self.on_map(*of, ty, Operation::Delete, whole, id);
                let under = self.r.under(ty);
                if let Kind::Map { key: key_type, .. } = self.r.types.kind(under) {
                    self.note_key(key_type, *key, whole.start, Shape::Call, unused);
                }
                Ty::UNKNOWN
            }
            ("clear", [of]) => {
                let ty = self.operand(*of);
                self.on_map(*of, ty, Operation::Clear, whole, id);
                Ty::UNKNOWN
            }
            ("append", [of, rest @ ..]) => {
                let ty = self.value(*of, Ty::UNKNOWN);
                let under = self.r.under(ty);
                let elem = match self.r.types.kind(under) {
                    Kind::Slice(elem) => elem,
                    _ => Ty::UNKNOWN,
                };
                for arg in rest {
                    self.value(*arg, elem);
                }
                ty
            }
            ("min" | "max", [first, rest @ ..]) => {
                let ty = self.value(*first, Ty::UNKNOWN);
                self.each(rest, LiteralUse::Argument);
                ty
            }
            (_, args) => {
                self.each(args, LiteralUse::Argument);
                match name {
                    "copy" => self.r.types.basic("int"),
                    "recover" => self.r.types.add_interface(crate::types::InterfaceInfo::default()),
                    _ => Ty::UNKNOWN,
                }
            }
        }
    }

    fn on_map(
        &mut self,
        map: ExprId,
        ty: Ty,
        operation: Operation,
        whole: crate::Span,
        anchor: ExprId,
    ) {
        let under = self.r.under(ty);
        if let Kind::Map { .. } = self.r.types.kind(under) {
            self.access(map, operation, Shape::Call, whole, anchor);
        }
    }
}
