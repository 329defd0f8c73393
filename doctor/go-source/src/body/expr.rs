//! Expressions: their types, and the accesses in them, in the order they are evaluated.

use super::facts::{HandTo, LiteralUse};
use super::walker::Walker;
use crate::Shape;
use crate::hir::{BinaryOp, ExprId, ExprKind, List, Literal, UnaryOp};
use crate::types::{Binding, Kind, Meaning, Target, Ty};
use crate::world::Object;
use finding::Operation;

/// What is done with an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Its value goes somewhere.
    Value,
    /// Only a part of it is used: it is selected from, indexed, compared.
    Operand,
    CommaOk,
    Assign,
    OpAssign,
    IncDec,
}

impl<'w> Walker<'w> {
    /// An expression whose value goes somewhere. `expected` types a literal without a type.
    pub(super) fn value(&mut self, id: ExprId, expected: Ty) -> Ty {
        self.expr(id, expected, Use::Value)
    }

    /// An expression of which only a part is used.
    pub(super) fn operand(&mut self, id: ExprId) -> Ty {
        self.expr(id, Ty::UNKNOWN, Use::Operand)
    }

    pub(super) fn values(&mut self, list: List) {
        for id in self.r.hir().exprs(list) {
            self.value(*id, Ty::UNKNOWN);
        }
    }

    pub(super) fn expr(&mut self, id: ExprId, expected: Ty, how: Use) -> Ty {
        let ty = self.expr_kind(id, expected, how);
        self.types.insert(id, ty);
        if how == Use::Value {
            self.copies(id, ty);
        }
        ty
    }

    fn expr_kind(&mut self, id: ExprId, expected: Ty, how: Use) -> Ty {
        let hir = self.r.hir();
        let expr = hir.expr(id);
        match expr.kind {
            ExprKind::Name => self.name(id, how),
            ExprKind::Literal(literal) => self.r.types.basic(basic(literal)),
            ExprKind::FuncLit(func) => {
                let how = self.literal_use.take().unwrap_or(LiteralUse::Argument);
                self.literal(func, how)
            }
            ExprKind::Composite { ty, elements } => {
                let ty = ty.map_or(expected, |ty| self.r.convert(ty));
                self.made(ty);
                self.made_without(ty, Some(elements));
                self.composite(ty, elements);
                ty
            }
            ExprKind::Paren(inner) => self.expr(inner, expected, how),
            ExprKind::Selector { base, name } => {
                let ty = self.selector(id, base, self.r.text(name));
                if matches!(how, Use::Assign | Use::OpAssign | Use::IncDec) {
                    self.changes_field(id);
                }
                ty
            }
            ExprKind::Index { base, args } => self.index(id, base, args, how),
            ExprKind::Slice { base, bounds } => {
                let ty = self.operand(base);
                self.values(bounds);
                let under = self.r.under(ty);
                let under = self.r.deref(under);
                match self.r.types.kind(under) {
                    Kind::Array(elem, _) => self.r.types.add(Kind::Slice(elem)),
                    _ => ty,
                }
            }
            ExprKind::Assert { base, ty } => {
                self.value(base, Ty::UNKNOWN);
                ty.map_or(Ty::UNKNOWN, |ty| self.r.convert(ty))
            }
            ExprKind::Call { fun, args, spread } => self.call(id, fun, args, spread),
            ExprKind::Star(inner) => {
                let ty = self.operand(inner);
                let under = self.r.under(ty);
                match self.r.types.kind(under) {
                    Kind::Pointer(to) => {
                        if matches!(how, Use::Assign | Use::OpAssign | Use::IncDec) {
                            self.changes_whole(to);
                        }
                        to
                    }
                    _ => Ty::UNKNOWN,
                }
            }
            ExprKind::Unary { op, x } => self.unary(op, x, expected),
            ExprKind::Binary { op, left, right } => self.binary(op, left, right),
            // Types are no values; where they stand as arguments the call looks at them itself.
            _ => Ty::UNKNOWN,
        }
    }

    fn name(&mut self, id: ExprId, how: Use) -> Ty {
        let span = self.r.hir().expr(id).span;
        let text = self.r.text(span);
        match self.r.meaning(text) {
            Meaning::Bound(Binding::Local(number)) => {
                let Some(local) = self.local(number) else { return Ty::UNKNOWN };
                let (ty, captured) = (local.ty, Some(local.function) != self.owner());
                let init = local.init.filter(|_| how == Use::Value);
                if captured || how == Use::Value {
                    self.escapes(number, span.start);
                }
                // A variable that holds a literal is handed on with it.
                if let Some(ExprKind::FuncLit(func)) =
                    init.map(|init| self.r.hir().expr(self.r.hir().unparen(init)).kind)
                {
                    let file = self.r.env.file;
                    self.function_value(crate::world::FuncRef { file, func }, id);
                }
                ty
            }
            Meaning::Object(Object::Var(decl, at)) => {
                self.refers_to(super::init_node::Node::Variables(decl));
                self.uses_variable(decl, at, span);
                self.variable_type(decl, at)
            }
            Meaning::Object(Object::Func(func)) => {
                self.function_value(func, id);
                self.r.signature(func).ty
            }
            Meaning::Universe if matches!(text, "true" | "false") => self.r.types.basic("bool"),
            Meaning::Universe if text == "iota" => self.r.types.basic("int"),
            _ => Ty::UNKNOWN,
        }
    }

    fn selector(&mut self, id: ExprId, base: ExprId, name: &'w str) -> Ty {
        if let ExprKind::Selector { name: name_span, .. } = self.r.hir().expr(id).kind {
            if let Some(object) = self.qualified(base, name_span) {
                return match object {
                    Object::Var(decl, at) => {
                        self.uses_variable(decl, at, name_span);
                        self.variable_type(decl, at)
                    }
                    Object::Func(func) => {
                        self.function_value(func, id);
                        self.r.signature(func).ty
                    }
                    Object::Type(_) | Object::Const => Ty::UNKNOWN,
                };
            }
        }
        let receiver = match self.method_expression(base) {
            Some(ty) => ty,
            None => self.operand(base),
        };
        match self.r.select(receiver, name).map(|selection| selection.target) {
            Some(Target::Field { ty, def, .. }) => {
                self.uses_field(def, self.r.hir().expr(id).span);
                ty
            }
            Some(Target::Method { func, sig, .. }) => {
                let receiver = self.base_of(base);
                self.function_value(func, id);
                if let Some(call) = self.facts.calls.last_mut() {
                    call.receiver = receiver;
                }
                // A method value may do anything to its receiver later.
                self.leaks(base);
                sig
            }
            Some(Target::Abstract { sig }) => sig,
            None => {
                self.selects_unknown(id);
                Ty::UNKNOWN
            }
        }
    }

    /// The type in `T.Method` or `(*T).Method`.
    pub(super) fn method_expression(&mut self, base: ExprId) -> Option<Ty> {
        let hir = self.r.hir();
        let inner = hir.unparen(base);
        match hir.expr(inner).kind {
            ExprKind::Name
            | ExprKind::Star(_)
            | ExprKind::Index { .. }
            | ExprKind::Selector { .. } => self.r.type_of_expr(inner),
            _ => None,
        }
    }

    /// Whatever local variable stands at the bottom of an expression becomes known to others.
    pub(super) fn leaks(&mut self, id: ExprId) {
        let hir = self.r.hir();
        let mut at = id;
        loop {
            let expr = hir.expr(at);
            match expr.kind {
                ExprKind::Name => {
                    if let Some(local) = self.r.local(self.r.text(expr.span)) {
                        self.escapes(local, expr.span.start);
                    }
                    return;
                }
                ExprKind::Paren(inner)
                | ExprKind::Star(inner)
                | ExprKind::Selector { base: inner, .. } => at = inner,
                _ => return,
            }
        }
    }

    fn index(&mut self, id: ExprId, base: ExprId, args: List, how: Use) -> Ty {
        let hir = self.r.hir();
        let base_ty = self.operand(base);
        let under = self.r.under(base_ty);
        match self.r.types.kind(under) {
            Kind::Map { key, value } => {
                self.tells_apart(key);
                let first = hir.exprs(args).first().copied();
                let unused = first.is_some_and(|first| self.is_unused(first));
                for arg in hir.exprs(args) {
                    self.value(*arg, key);
                }
                let (operation, shape) = match how {
                    Use::Value | Use::Operand => (Operation::Read, Shape::Value),
                    Use::CommaOk => (Operation::Read, Shape::CommaOk),
                    Use::Assign => (Operation::Write, Shape::Assign),
                    Use::OpAssign => (Operation::Write, Shape::OpAssign),
                    Use::IncDec => (Operation::Write, Shape::IncDec),
                };
                self.access(base, operation, shape, hir.expr(id).span, id);
                if let Some(first) = first {
                    self.note_key(key, first, hir.expr(id).span.start, shape, unused);
                    if operation == Operation::Write {
                        self.note_new_entry(base, key, first, value, hir.expr(id).span.start);
                    }
                }
                value
            }
            Kind::Func { .. } => {
                let params = self.own_params(base);
                let args: Vec<Ty> =
                    hir.exprs(args).iter().map(|arg| self.r.convert(*arg)).collect();
                self.r.substitute(base_ty, &params, &args)
            }
            kind => {
                self.values(args);
                let inner = match kind {
                    Kind::Pointer(to) => {
                        let under = self.r.under(to);
                        self.r.types.kind(under)
                    }
                    kind => kind,
                };
                match inner {
                    Kind::Slice(elem) | Kind::Array(elem, _) => elem,
                    Kind::Basic("string") => self.r.types.basic("uint8"),
                    _ => Ty::UNKNOWN,
                }
            }
        }
    }

    fn unary(&mut self, op: UnaryOp, x: ExprId, expected: Ty) -> Ty {
        match op {
            UnaryOp::Address => {
                let inner = match self.r.types.kind(expected) {
                    Kind::Pointer(to) => to,
                    _ => Ty::UNKNOWN,
                };
                let ty = self.expr(x, inner, Use::Operand);
                self.changes_field(x);
                self.leaks(x);
                self.lends(x);
                if self.map_kind(ty) == Some(finding::MapKind::Builtin) {
                    if let Some(place) = self.map_place(x) {
                        self.facts.addressed.insert(place.key);
                        self.facts.addressed.insert(place.named);
                    }
                }
                self.r.types.pointer(ty)
            }
            UnaryOp::Receive => {
                let ty = self.operand(x);
                let at = self.r.hir().expr(x).span.end;
                self.waits_for(x, at);
                let under = self.r.under(ty);
                match self.r.types.kind(under) {
                    Kind::Chan(elem) => elem,
                    _ => Ty::UNKNOWN,
                }
            }
            UnaryOp::Not => {
                self.value(x, Ty::UNKNOWN);
                self.r.types.basic("bool")
            }
            UnaryOp::Other => self.value(x, expected),
        }
    }

    fn binary(&mut self, op: BinaryOp, left: ExprId, right: ExprId) -> Ty {
        let hir = self.r.hir();
        match op {
            BinaryOp::And | BinaryOp::Or | BinaryOp::Compare => {
                let (a, b) = (self.operand(left), self.operand(right));
                if op == BinaryOp::Compare {
                    if a == b {
                        self.tells_apart(a);
                    }
                    self.nil_checked(left);
                    self.nil_checked(right);
                }
                self.r.types.basic("bool")
            }
            BinaryOp::Shift => {
                let ty = self.value(left, Ty::UNKNOWN);
                self.value(right, Ty::UNKNOWN);
                ty
            }
            BinaryOp::Other => {
                let (a, b) = (self.value(left, Ty::UNKNOWN), self.value(right, Ty::UNKNOWN));
                let untyped = matches!(hir.expr(hir.unparen(left)).kind, ExprKind::Literal(_));
                if untyped || a.is_unknown() { b } else { a }
            }
        }
    }

    fn composite(&mut self, ty: Ty, elements: List) {
        let hir = self.r.hir();
        let base = self.r.deref(ty);
        let under = self.r.under(base);
        match self.r.types.kind(under) {
            Kind::Struct(id) => {
                for (at, element) in hir.elements(elements).iter().enumerate() {
                    let fields = self.r.types.fields(id);
                    let field = match element.key {
                        Some(key) => {
                            let name = self.r.text(hir.expr(key).span);
                            fields.iter().find(|field| field.name == name).copied()
                        }
                        None => fields.get(at).copied(),
                    };
                    let expected = field.map_or(Ty::UNKNOWN, |field| field.ty);
                    self.value(element.value, expected);
                    if let Some(field) = field {
                        let name = element
                            .key
                            .map_or(hir.expr(element.value).span, |key| hir.expr(key).span);
                        self.declare_map(
                            field.def,
                            field.ty,
                            finding::DeclKind::Field,
                            None,
                            Some(field.written),
                        );
                        self.initialised(field.def, field.ty, name, element.value);
                        self.uses_field(field.def, name);
                        self.hands_function(element.value, HandTo::Field(field.def), None);
                        self.shares_lock(field.def, field.ty, element.value);
                    }
                }
            }
            Kind::Map { key, value } => self.pairs(elements, key, value),
            Kind::Slice(elem) | Kind::Array(elem, _) => self.pairs(elements, Ty::UNKNOWN, elem),
            _ => {
                for element in hir.elements(elements) {
                    // A bare name is most likely a field of a type that is not known.
                    if let Some(key) =
                        element.key.filter(|key| hir.expr(*key).kind != ExprKind::Name)
                    {
                        self.value(key, Ty::UNKNOWN);
                    }
                    self.value(element.value, Ty::UNKNOWN);
                }
            }
        }
    }

    fn pairs(&mut self, elements: List, key: Ty, value: Ty) {
        for element in self.r.hir().elements(elements) {
            if let Some(at) = element.key {
                self.value(at, key);
            }
            self.value(element.value, value);
        }
    }
}

fn basic(literal: Literal) -> &'static str {
    match literal {
        Literal::Int => "int",
        Literal::Float => "float64",
        Literal::Imaginary => "complex128",
        Literal::Char => "int32",
        Literal::String => "string",
    }
}
