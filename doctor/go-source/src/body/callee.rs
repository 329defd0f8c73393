//! What a call calls.

use super::map_place::MapPlace;
use super::walker::Walker;
use crate::hir::{DeclKind, ExprId, ExprKind, FuncId, StmtKind};
use crate::types::{Binding, FieldInfo, Kind, Meaning, Target, Ty};
use crate::world::{DeclRef, FuncRef, Object, index};
use std::mem;

/// The callee of a call, with its operands already walked.
#[derive(Clone, Debug)]
pub(super) enum Callee<'w> {
    Conversion(Ty),
    Builtin(&'w str),
    /// A declared function or method; `sig` with all that is known of its type arguments.
    Declared {
        func: FuncRef,
        sig: Ty,
        params: Vec<Ty>,
        receiver: Option<Receiver<'w>>,
    },
    /// A method of an interface.
    Abstract {
        interface: Ty,
        name: &'w str,
        sig: Ty,
        base: ExprId,
    },
    /// A literal, called where it stands.
    Literal(FuncId),
    /// A variable that holds a known literal.
    Held {
        func: FuncRef,
        ty: Ty,
    },
    Value(Ty),
    /// A method of a type that is not known, or the field of one.
    Opaque {
        base: ExprId,
        name: &'w str,
    },
}

/// What a method is called on.
#[derive(Clone, Debug)]
pub(super) struct Receiver<'w> {
    pub(super) base: ExprId,
    /// Embedded fields between the base and the method's own receiver.
    pub(super) path: Vec<FieldInfo<'w>>,
    /// The type that declares the method.
    pub(super) ty: Ty,
}

impl<'w> Walker<'w> {
    pub(super) fn callee(&mut self, fun: ExprId) -> Callee<'w> {
        let hir = self.r.hir();
        let fun = hir.unparen(fun);
        let expr = hir.expr(fun);
        match expr.kind {
            ExprKind::FuncLit(func) => return Callee::Literal(func),
            ExprKind::Name => match self.r.meaning(self.r.text(expr.span)) {
                Meaning::Object(Object::Func(func)) => return self.declared_callee(func),
                Meaning::Bound(Binding::Local(_)) => {
                    let ty = self.operand(fun);
                    return match self.function_of(fun) {
                        Some(func) => Callee::Held { func, ty },
                        None => Callee::Value(ty),
                    };
                }
                Meaning::Universe if self.r.type_of_expr(fun).is_none() => {
                    return Callee::Builtin(self.r.text(expr.span));
                }
                _ => {}
            },
            ExprKind::Selector { base, name } => {
                if let Some(object) = self.qualified(base, name) {
                    if let Object::Func(func) = object {
                        return self.declared_callee(func);
                    }
                } else if self.r.type_of_expr(fun).is_none() {
                    return self.method_callee(base, self.r.text(name));
                }
            }
            ExprKind::Index { base, args } if self.r.type_of_expr(fun).is_none() => {
                if let Callee::Declared { func, sig, params, receiver } =
                    self.callee_if_function(base)
                {
                    let args: Vec<Ty> =
                        hir.exprs(args).iter().map(|arg| self.r.convert(*arg)).collect();
                    let sig = if args.len() == params.len() {
                        self.r.substitute(sig, &params, &args)
                    } else {
                        sig
                    };
                    return Callee::Declared { func, sig, params, receiver };
                }
            }
            _ => {}
        }
        match self.r.type_of_expr(fun) {
            Some(ty) => Callee::Conversion(ty),
            None => Callee::Value(self.operand(fun)),
        }
    }

    fn callee_if_function(&mut self, base: ExprId) -> Callee<'w> {
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(base));
        let object = match expr.kind {
            ExprKind::Name => match self.r.meaning(self.r.text(expr.span)) {
                Meaning::Object(object) => Some(object),
                _ => None,
            },
            ExprKind::Selector { base, name } => self.qualified(base, name),
            _ => None,
        };
        match object {
            Some(Object::Func(func)) => self.declared_callee(func),
            _ => Callee::Value(Ty::UNKNOWN),
        }
    }

    fn declared_callee(&mut self, func: FuncRef) -> Callee<'w> {
        self.refers_to(super::init_node::Node::Function(func));
        let signature = self.r.signature(func);
        Callee::Declared { func, sig: signature.ty, params: signature.params, receiver: None }
    }

    fn method_callee(&mut self, base: ExprId, name: &'w str) -> Callee<'w> {
        let expression = self.method_expression(base);
        let ty = match expression {
            Some(ty) => ty,
            None => self.operand(base),
        };
        let Some(selection) = self.r.select(ty, name) else {
            return match expression {
                Some(_) => Callee::Value(Ty::UNKNOWN),
                None => Callee::Opaque { base, name },
            };
        };
        match selection.target {
            Target::Field { ty, .. } => Callee::Value(ty),
            Target::Method { func, sig, receiver } => {
                self.refers_to(super::init_node::Node::Function(func));
                let receiver = Receiver { base, path: selection.path, ty: receiver };
                let receiver = if expression.is_some() { None } else { Some(receiver) };
                let params = self.r.signature(func).params;
                Callee::Declared { func, sig, params, receiver }
            }
            Target::Abstract { sig } => {
                let interface = selection.path.last().map_or(ty, |field| field.ty);
                Callee::Abstract { interface, name, sig, base }
            }
        }
    }

    /// The type parameters of the function that an expression names.
    pub(super) fn own_params(&mut self, id: ExprId) -> Vec<Ty> {
        match self.function_of(id) {
            Some(func) => self.r.signature(func).params,
            None => Vec::new(),
        }
    }

    /// Import path, receiver type and name of a declared function.
    pub(super) fn identity(&self, func: FuncRef) -> (&'w str, &'w str, &'w str) {
        let Some(file) = self.r.world.file(func.file) else { return ("", "", "") };
        let of = file.hir.func(func.func);
        let import = self.r.world.package(file.package).map_or("", |package| &*package.import);
        (import, crate::world::receiver_name(file, of.receiver).unwrap_or(""), file.slice(of.name))
    }

    /// The type of a package-level variable, from its declaration or its initialiser.
    pub(super) fn variable_type(&mut self, decl: DeclRef, at: u32) -> Ty {
        if let Some(found) = self.variable_types.get(&(decl, at)) {
            return *found;
        }
        // An initialiser that refers to itself stays unknown.
        self.variable_types.insert((decl, at), Ty::UNKNOWN);
        let Some(DeclKind::Var { names, ty, values }) = self.r.decl(decl).map(|decl| decl.kind)
        else {
            return Ty::UNKNOWN;
        };
        let found = match ty {
            Some(ty) => self.r.at(decl.file, |r| r.convert(ty)),
            None if self.depth > 8 => Ty::UNKNOWN,
            None => self.quietly(decl.file, |this| {
                let values = this.r.hir().exprs(values);
                match (values.get(index(at)), values) {
                    (_, [one]) if names.len() > 1 => {
                        let ty = this.value(*one, Ty::UNKNOWN);
                        this.r.types.part(ty, index(at))
                    }
                    (Some(value), _) => this.value(*value, Ty::UNKNOWN),
                    _ => Ty::UNKNOWN,
                }
            }),
        };
        self.variable_types.insert((decl, at), found);
        found
    }

    /// The map that a function returns, where all it returns is one field or variable:
    /// `func (c *C) Entries() … { return c.entries }`, whatever else it does before.
    pub(super) fn accessor_place(&mut self, fun: ExprId) -> Option<MapPlace> {
        let func = self.function_of(fun)?;
        if let Some(found) = self.accessors.get(&func) {
            return *found;
        }
        // A function that returns what it returns itself has no answer.
        self.accessors.insert(func, None);
        let found = self.returned_place(func);
        self.accessors.insert(func, found);
        found
    }

    fn returned_place(&mut self, func: FuncRef) -> Option<MapPlace> {
        let file = self.r.world.file(func.file)?;
        let hir = &file.hir;
        let of = hir.func(func.func);
        if of.literal || self.depth > 4 {
            return None;
        }
        let mut todo = hir.stmts(of.body?).to_vec();
        let mut results = Vec::new();
        while let Some(stmt) = todo.pop() {
            if let StmtKind::Return(list) = hir.stmt(stmt).kind {
                let [result] = hir.exprs(list) else { return None };
                results.push(*result);
            }
            super::assigned::below(hir, stmt, &mut todo);
        }
        let plain = |result: &ExprId| {
            matches!(
                hir.expr(hir.unparen(*result)).kind,
                ExprKind::Selector { .. } | ExprKind::Name
            )
        };
        if results.is_empty() || results.len() > 8 || !results.iter().all(plain) {
            return None;
        }
        let receiver = hir.params(of.receiver).first().and_then(|param| param.name);
        self.quietly(func.file, |this| {
            let ty = this.r.declare_receiver(of.receiver);
            this.r.declare_params(of.type_params);
            // Nothing but the receiver is in scope: a returned local or parameter is not found, or
            // is found to be a local of no function.
            if let Some(name) = receiver {
                this.declare(name, ty, super::walker::LocalKind::Parameter, None);
            }
            let mut found: Option<MapPlace> = None;
            for result in results {
                let hidden = this.names_local(func, result);
                this.value(result, Ty::UNKNOWN);
                let place = this
                    .map_place(result)
                    .filter(|place| !hidden && place.key.def != this.receiver_def(receiver))?;
                if found.is_some_and(|known| known.key != place.key) {
                    return None;
                }
                found = Some(MapPlace { owner: None, ..place });
            }
            found
        })
    }

    fn receiver_def(&self, receiver: Option<crate::Span>) -> crate::types::Def {
        let name = receiver.unwrap_or(crate::Span { start: u32::MAX, end: u32::MAX });
        crate::types::Def { file: self.r.env.file, name }
    }

    /// True where the first name of an expression is a parameter or variable of the function.
    fn names_local(&self, func: FuncRef, mut at: ExprId) -> bool {
        let hir = self.r.hir();
        while let ExprKind::Selector { base: inner, .. } | ExprKind::Paren(inner) =
            hir.expr(at).kind
        {
            at = inner;
        }
        let of = hir.func(func.func);
        let name = self.r.text(hir.expr(at).span);
        let receiver = hir.params(of.receiver).first().and_then(|param| param.name);
        if receiver.is_some_and(|receiver| self.r.text(receiver) == name) {
            return false;
        }
        let sig = hir.sig(of.sig);
        let params = hir.params(sig.params).iter().chain(hir.params(sig.results));
        let mut names: Vec<crate::Span> = params.filter_map(|param| param.name).collect();
        let mut todo = of.body.map(|body| hir.stmts(body).to_vec()).unwrap_or_default();
        while let Some(stmt) = todo.pop() {
            super::assigned::declared(hir, stmt, &mut names);
            super::assigned::below(hir, stmt, &mut todo);
        }
        names.into_iter().any(|declared| self.r.text(declared) == name)
    }

    /// Runs in the environment of another file and forgets everything but what it yields, and the
    /// declarations it met.
    fn quietly<R>(&mut self, file: u32, run: impl FnOnce(&mut Self) -> R) -> R {
        let facts = mem::take(&mut self.facts);
        let locals = mem::take(&mut self.locals);
        let types = mem::take(&mut self.types);
        let frames = mem::take(&mut self.frames);
        let loops = mem::take(&mut self.loops);
        let pending = mem::take(&mut self.pending);
        let counters = mem::take(&mut self.counters);
        let reassigned = mem::take(&mut self.reassigned);
        let selected = mem::take(&mut self.selected);
        let (place, literal_use) = (self.place, self.literal_use.take());
        let env = mem::replace(&mut self.r.env, crate::types::Env::of(file));
        self.depth = self.depth.saturating_add(1);
        let result = run(self);
        self.depth = self.depth.saturating_sub(1);
        self.r.env = env;
        let heard = mem::replace(&mut self.facts, facts);
        for (key, fact) in heard.decls.into_iter().filter(|(_, fact)| fact.function.is_none()) {
            self.facts.decls.entry(key).or_insert(fact);
        }
        self.locals = locals;
        self.types = types;
        self.frames = frames;
        self.loops = loops;
        self.pending = pending;
        self.counters = counters;
        self.reassigned = reassigned;
        self.selected = selected;
        self.place = place;
        self.literal_use = literal_use;
        result
    }

    /// The methods of an interface by name.
    pub(super) fn method_names(&mut self, interface: Ty) -> Vec<String> {
        let mut names = Vec::new();
        let mut todo = vec![interface];
        let mut steps = 0u32;
        while let Some(ty) = todo.pop() {
            steps = steps.saturating_add(1);
            let under = self.r.under(ty);
            let Kind::Interface(id) = self.r.types.kind(under) else { continue };
            if let Some(info) = self.r.types.interface(id).filter(|_| steps < 64) {
                names.extend(info.methods.iter().map(|(name, _)| (*name).to_owned()));
                todo.extend(&info.embeds);
            }
        }
        names.sort_unstable();
        names.dedup();
        names
    }
}
