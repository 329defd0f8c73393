//! Statements, in the order they are written.

use super::expr::Use;
use super::facts::VariableOrigin;
use super::key_source::Derived;
use super::map_place::MapPlace;
use super::walker::{LocalKind, Place, Walker};
use crate::hir::{DeclKind, ExprId, ExprKind, List, StmtId, StmtKind};
use crate::types::{Binding, Def, Kind, Ty};
use crate::world::{DeclRef, index};
use crate::{CallKind, Context, Shape, Span};
use finding::Operation;

impl<'w> Walker<'w> {
    /// The body of a function.
    pub(super) fn block_of(&mut self, body: List, span: Span) {
        let outer = self.place;
        self.place = Place { statement: span, block: span, body: span, context: Context::Simple };
        self.stmts(body);
        self.place = outer;
    }

    fn stmts(&mut self, list: List) {
        let outer = self.following;
        let mut rest = self.r.hir().stmts(list);
        while let [stmt, following @ ..] = rest {
            self.following = following;
            self.statement = Some(*stmt);
            self.stmt(*stmt);
            if let Some(variable) = self.stores.remove(stmt) {
                self.stored(variable, *stmt);
            }
            rest = following;
        }
        self.following = outer;
    }

    /// Statements in a scope of their own.
    fn scoped(&mut self, list: List, block: Span) {
        let mark = self.r.mark();
        let outer = self.place;
        self.place.block = block;
        self.stmts(list);
        self.place = outer;
        self.r.unbind(mark);
    }

    fn stmt(&mut self, id: StmtId) {
        let stmt = self.r.hir().stmt(id);
        let outer = self.place;
        self.place.statement = stmt.span;
        self.place.context = Context::Simple;
        self.stmt_kind(stmt.kind);
        self.place = outer;
    }

    /// The init statement of a header: its accesses belong to the whole statement.
    fn header(&mut self, init: Option<StmtId>) {
        self.place.context = Context::Header;
        if let Some(init) = init {
            self.stmt_kind(self.r.hir().stmt(init).kind);
        }
    }

    fn stmt_kind(&mut self, kind: StmtKind) {
        let hir = self.r.hir();
        match kind {
            StmtKind::Bad | StmtKind::Branch { .. } => {}
            StmtKind::Expr(expr) => {
                self.operand(expr);
            }
            StmtKind::Send { channel, value } => {
                let ty = self.operand(channel);
                let under = self.r.under(ty);
                let elem = match self.r.types.kind(under) {
                    Kind::Chan(elem) => elem,
                    _ => Ty::UNKNOWN,
                };
                self.value(value, elem);
                self.hands_out(value);
            }
            StmtKind::IncDec(expr) => {
                self.expr(expr, Ty::UNKNOWN, Use::IncDec);
            }
            StmtKind::Assign { left, right, op } => self.assign(left, right, op),
            StmtKind::Define { left, right } => self.define(left, right),
            StmtKind::Go(call) => self.deferred(call, CallKind::Go),
            StmtKind::Defer(call) => self.deferred(call, CallKind::Defer),
            StmtKind::Return(list) => {
                self.place.context = Context::Return;
                let results = self.frames.last().map_or(Ty::UNKNOWN, |frame| frame.results);
                let start = self.place.statement.start;
                for (at, expr) in hir.exprs(list).iter().enumerate() {
                    let expected = self.r.types.part(results, at);
                    // What is returned is nobody else's before the function ends.
                    if self.is_own_variable(*expr) {
                        self.operand(*expr);
                    } else {
                        self.value(*expr, expected);
                    }
                    self.hands_out(*expr);
                }
                self.returned(hir.exprs(list).first().copied(), start);
            }
            StmtKind::Block { body } => self.scoped(body, self.place.statement),
            StmtKind::If { init, cond, then, or_else } => {
                let mark = self.r.mark();
                self.header(init);
                self.value(cond, Ty::UNKNOWN);
                self.stmt(then);
                if let Some(or_else) = or_else {
                    self.stmt(or_else);
                }
                self.r.unbind(mark);
            }
            StmtKind::Switch { init, tag, clauses } => {
                let mark = self.r.mark();
                self.header(init);
                if let Some(tag) = tag {
                    self.operand(tag);
                }
                for clause in hir.clauses(clauses) {
                    self.place.context = Context::Case;
                    self.values(clause.exprs);
                    self.scoped(clause.body, clause.span);
                }
                self.r.unbind(mark);
            }
            StmtKind::TypeSwitch { init, name, subject, clauses } => {
                let mark = self.r.mark();
                self.header(init);
                let subject_ty = self.value(subject, Ty::UNKNOWN);
                for clause in hir.clauses(clauses) {
                    let inner = self.r.mark();
                    if let Some(name) = name {
                        let ty = match hir.exprs(clause.exprs) {
                            [one] => self.r.convert(*one),
                            _ => subject_ty,
                        };
                        self.declare_variable(name, ty, None);
                        let def = Def { file: self.r.env.file, name };
                        self.takes(def, ty, None);
                    }
                    self.scoped(clause.body, clause.span);
                    self.r.unbind(inner);
                }
                self.r.unbind(mark);
            }
            StmtKind::Select { clauses } => {
                for clause in hir.clauses(clauses) {
                    let mark = self.r.mark();
                    self.place.context = Context::Case;
                    if let Some(comm) = clause.comm {
                        self.stmt_kind(hir.stmt(comm).kind);
                    }
                    self.scoped(clause.body, clause.span);
                    self.r.unbind(mark);
                }
            }
            StmtKind::For { init, cond, post, body } => {
                let mark = self.r.mark();
                self.header(init);
                self.loops.push(self.place.statement.start);
                match cond {
                    Some(cond) => {
                        self.value(cond, Ty::UNKNOWN);
                    }
                    None => self.goes_on(),
                }
                if let Some(post) = post {
                    self.stmt_kind(hir.stmt(post).kind);
                }
                self.stmt(body);
                self.loops.pop();
                self.r.unbind(mark);
            }
            StmtKind::Range { key, value, define, subject, body } => {
                self.range(key, value, define, subject, body);
            }
            StmtKind::Labeled { stmt, .. } => self.stmt(stmt),
            StmtKind::Decl(decl) => self.local_decl(decl),
        }
    }

    fn deferred(&mut self, call: ExprId, kind: CallKind) {
        self.place.context = Context::Deferred;
        self.call_kind = Some(kind);
        // Something other than a call stands here only in broken source.
        if let ExprKind::Call { .. } = self.r.hir().expr(self.r.hir().unparen(call)).kind {
            self.operand(call);
        }
        self.call_kind = None;
    }

    fn assign(&mut self, left: List, right: List, op: bool) {
        let hir = self.r.hir();
        let (targets, values) = (hir.exprs(left), hir.exprs(right));
        let how = if op { Use::OpAssign } else { Use::Assign };
        if targets.len() == values.len() {
            for (target, value) in targets.iter().zip(values) {
                let ty = self.target(*target, how);
                self.value(*value, ty);
                self.note_entry_value(hir.expr(*target).span.start, *value);
                self.replaced(*target, ty, op, Some(*value));
                self.held(*target, ty, Some(*value));
                self.stores_function(*target, *value);
                if !op {
                    self.puts_back(*target, *value);
                    self.assigned_from(*target, Some(*value));
                    let span = hir.expr(*target).span;
                    if let Some(def) = self
                        .r
                        .local(self.r.text(span))
                        .and_then(|number| self.local(number))
                        .map(|local| local.def)
                    {
                        self.clones(def, Some(*value));
                    }
                }
            }
        } else {
            if let [value] = values {
                self.expr(*value, Ty::UNKNOWN, Use::CommaOk);
            }
            for (at, target) in targets.iter().enumerate() {
                let ty = self.target(*target, how);
                self.replaced(*target, ty, op, None);
                self.held(*target, ty, self.looked_up(at, values));
                let first = values.first().copied().filter(|_| at == 0);
                self.assigned_from(*target, first);
            }
        }
    }

    /// The element in `inner, ok := outer[key]`, for the first of the targets.
    fn looked_up(&self, at: usize, values: &[ExprId]) -> Option<ExprId> {
        let hir = self.r.hir();
        match values {
            [one] if at == 0 => Some(hir.unparen(*one))
                .filter(|one| matches!(hir.expr(*one).kind, ExprKind::Index { .. })),
            _ => None,
        }
    }

    /// A local variable that is assigned holds another map.
    fn held(&mut self, target: ExprId, ty: Ty, value: Option<ExprId>) {
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(target));
        if expr.kind != ExprKind::Name {
            return;
        }
        let local = self.r.local(self.r.text(expr.span)).and_then(|number| self.local(number));
        if let Some(def) = local.map(|local| local.def) {
            self.takes(def, ty, value);
            if let Some(value) = value {
                self.takes_out(def, value, false);
            }
        }
    }

    /// A target of an assignment. A variable that is only assigned to does not escape.
    fn target(&mut self, target: ExprId, how: Use) -> Ty {
        self.expr(target, Ty::UNKNOWN, how)
    }

    /// A variable or field of map type was assigned.
    fn replaced(&mut self, target: ExprId, ty: Ty, op: bool, value: Option<ExprId>) {
        if op || self.map_kind(ty).is_none() || matches!(self.r.types.kind(ty), Kind::Pointer(_)) {
            return;
        }
        let hir = self.r.hir();
        let inner = hir.unparen(target);
        let names_variable = match hir.expr(inner).kind {
            ExprKind::Name | ExprKind::Selector { .. } | ExprKind::Star(_) => true,
            // `list[i] = make(…)` replaces the element; `byKey[k] = inner` writes the outer map.
            ExprKind::Index { base, .. } => {
                let container = self.types.get(&base).copied().unwrap_or(Ty::UNKNOWN);
                let under = self.r.under(container);
                !matches!(self.r.types.kind(under), Kind::Map { .. })
            }
            _ => false,
        };
        if !names_variable {
            return;
        }
        if let Some(place) = self.map_place(target) {
            // Assigning to a variable never reaches what it held before; assigning to what a pointer
            // leads to does.
            let through_pointer = matches!(hir.expr(inner).kind, ExprKind::Star(_));
            let place =
                if through_pointer { place } else { MapPlace { key: place.named, ..place } };
            let span = hir.expr(target).span;
            self.access_at(
                &place,
                Operation::Replace,
                Shape::Assign,
                span,
                self.place.statement,
                target,
            );
            if let Some(access) = self.facts.accesses.last_mut() {
                access.through_pointer = through_pointer;
            }
            let assigned = value.map(|value| self.assigned_value(value)).unwrap_or_default();
            if let Some(access) = self.facts.accesses.last_mut() {
                access.value = assigned;
            }
            let base = self.base_of(target);
            self.begins_with(base);
            self.belongs_to(target);
        }
    }

    fn define(&mut self, left: List, right: List) {
        let hir = self.r.hir();
        let (targets, values) = (hir.exprs(left), hir.exprs(right));
        let types: Vec<Ty> = if targets.len() == values.len() {
            values.iter().map(|value| self.value(*value, Ty::UNKNOWN)).collect()
        } else if let [value] = values {
            let ty = self.expr(*value, Ty::UNKNOWN, Use::CommaOk);
            (0..targets.len()).map(|at| self.r.types.part(ty, at)).collect()
        } else {
            self.values(right);
            Vec::new()
        };
        let one_each = targets.len() == values.len();
        let scope = self.scope_start();
        for (at, target) in targets.iter().enumerate() {
            let expr = hir.expr(*target);
            let ty = types.get(at).copied().unwrap_or(Ty::UNKNOWN);
            // With several targets some may be variables of this very scope.
            if targets.len() > 1 && self.declared_since(self.r.text(expr.span), scope) {
                let ty = self.target(*target, Use::Assign);
                self.replaced(*target, ty, false, values.get(at).copied().filter(|_| one_each));
                let value = values.get(at).copied().filter(|_| one_each);
                self.held(*target, ty, value.or_else(|| self.looked_up(at, values)));
                continue;
            }
            let value = values.get(at).copied().filter(|_| one_each);
            self.declare_variable(expr.span, ty, value);
            if let (0, [one], false) = (at, values, one_each) {
                self.first_of(expr.span, *one);
            }
            if let ([one], false) = (values, one_each) {
                self.derives(expr.span, Derived::Result(*one));
            }
            let def = Def { file: self.r.env.file, name: expr.span };
            if let Some(value) = value {
                self.shares(expr.span, value);
            }
            self.clones(def, value);
            self.takes(def, ty, value.or_else(|| self.looked_up(at, values)));
            if let Some(value) = value {
                self.takes_out(def, value, true);
            }
        }
    }

    /// Offset from which declarations belong to the innermost scope.
    fn scope_start(&self) -> u32 {
        self.place.block.start
    }

    /// True when the name is a variable of the innermost scope: it is declared inside the innermost
    /// block, and not in a header inside of it, which has left scope by now.
    fn declared_since(&self, name: &str, start: u32) -> bool {
        let local = self.r.local(name).and_then(|number| self.local(number));
        let here = self.place.context == Context::Simple;
        local.is_some_and(|local| {
            let parameter =
                local.kind == LocalKind::Parameter && self.place.block == self.place.body;
            let inside = local.def.name.start >= start && Some(local.function) == self.owner();
            here && (inside || (parameter && Some(local.function) == self.owner()))
        })
    }

    /// Declares a variable and the map it may be.
    pub(super) fn declare_variable(&mut self, name: Span, ty: Ty, value: Option<ExprId>) {
        if self.r.text(name) == "_" {
            return;
        }
        let fresh = value.is_some_and(|value| self.makes(value));
        let number = self.declare(name, ty, LocalKind::Variable, value);
        if let Some(local) = self.locals.get_mut(index(number)) {
            local.fresh = fresh && local.init.is_some();
        }
        if self.local(number).is_some_and(|local| local.init.is_some()) {
            if let Some(value) = value {
                let origin = self.origin_of(value);
                self.comes_from(number, origin);
                let given = self.given_by(value);
                self.gives(number, given);
            }
        }
        self.declare_map(
            Def { file: self.r.env.file, name },
            ty,
            finding::DeclKind::Local,
            self.function_at_hand(),
            None,
        );
    }

    fn local_decl(&mut self, decl: crate::hir::DeclId) {
        let hir = self.r.hir();
        match hir.decl(decl).kind {
            DeclKind::Var { names, ty, values } => self.local_vars(names, ty, values),
            DeclKind::Const { names, values, .. } => {
                self.values(values);
                for name in hir.names(names) {
                    self.r.bind(self.r.text(*name), Binding::Const);
                }
            }
            DeclKind::Type { ty, .. } => {
                self.r.declare_local_type(DeclRef { file: self.r.env.file, decl });
                self.declare_fields(ty);
            }
            DeclKind::Func(_) | DeclKind::Import { .. } | DeclKind::Bad => {}
        }
    }

    fn local_vars(&mut self, names: List, ty: Option<ExprId>, values: List) {
        let hir = self.r.hir();
        let declared = ty.map(|ty| {
            self.declare_fields(ty);
            self.r.convert(ty)
        });
        let values = hir.exprs(values);
        let one_each = values.len() == names.len();
        let mut found = Vec::new();
        for value in values {
            let how = if one_each { Use::Value } else { Use::CommaOk };
            found.push(self.expr(*value, declared.unwrap_or(Ty::UNKNOWN), how));
        }
        for (at, name) in hir.names(names).iter().enumerate() {
            let inferred = match found.as_slice() {
                [one] if !one_each => self.r.types.part(*one, at),
                found => found.get(at).copied().unwrap_or(Ty::UNKNOWN),
            };
            let value = values.get(at).copied().filter(|_| one_each);
            self.declare_variable(*name, declared.unwrap_or(inferred), value);
            if !values.is_empty() {
                let def = Def { file: self.r.env.file, name: *name };
                self.clones(def, value);
                self.takes(def, declared.unwrap_or(inferred), value);
            } else {
                if let Some(declared) = declared {
                    self.made(declared);
                    self.made_without(declared, None);
                }
                let key = Self::key(Def { file: self.r.env.file, name: *name });
                self.facts.valueless.insert(key);
                // A zero value is the function's own.
                let zero = !self.reassigned.contains(self.r.text(*name));
                if let Some(local) = self.locals.last_mut().filter(|local| local.def.name == *name)
                {
                    let pointer = matches!(self.r.types.kind(local.ty), Kind::Pointer(_));
                    local.fresh = zero && !pointer;
                    let fact = local.fact;
                    let origin = if local.fresh {
                        VariableOrigin::Fresh
                    } else {
                        VariableOrigin::Unassigned
                    };
                    if let Some(fact) = self.facts.variables.get_mut(index(fact)) {
                        fact.origin = origin;
                        fact.given = (origin == VariableOrigin::Fresh).then(Vec::new);
                    }
                }
            }
        }
    }

    fn range(
        &mut self,
        key: Option<ExprId>,
        value: Option<ExprId>,
        define: bool,
        subject: ExprId,
        body: StmtId,
    ) {
        let hir = self.r.hir();
        let mark = self.r.mark();
        self.place.context = Context::RangeHeader;
        let ty = self.operand(subject);
        let base = self.r.deref(ty);
        let under = self.r.under(base);
        let kind = self.r.types.kind(under);
        if let Kind::Map { .. } = kind {
            let span = hir.expr(subject).span;
            let word = u32::try_from("range ".len()).unwrap_or(0);
            let whole = Span { start: span.start.saturating_sub(word), end: span.end };
            self.access(subject, Operation::Iterate, Shape::Range, whole, subject);
            self.note_loop(key, value, subject, body, whole.start);
        }
        let int = self.r.types.basic("int");
        let (first, second) = match kind {
            Kind::Map { key, value } => (key, value),
            Kind::Slice(elem) | Kind::Array(elem, _) => (int, elem),
            Kind::Chan(elem) => (elem, Ty::UNKNOWN),
            Kind::Basic("string") => (int, self.r.types.basic("int32")),
            Kind::Basic(_) => (base, Ty::UNKNOWN),
            Kind::Func { params, .. } => self.yielded(params),
            _ => (Ty::UNKNOWN, Ty::UNKNOWN),
        };
        if matches!(kind, Kind::Chan(_)) {
            self.goes_on();
            self.joins_here(hir.stmt(body).span.end);
        }
        let over_function = matches!(kind, Kind::Func { .. });
        if over_function {
            self.enter_range_body(hir.stmt(body).span);
        }
        self.loops.push(self.place.statement.start);
        let elements = matches!(kind, Kind::Map { .. } | Kind::Slice(_) | Kind::Array(..));
        let of_map = matches!(kind, Kind::Map { .. });
        for (target, ty, second) in [(key, first, false), (value, second, true)] {
            let Some(target) = target else { continue };
            if define {
                let name = hir.expr(target).span;
                self.declare_variable(name, ty, None);
                let def = Def { file: self.r.env.file, name };
                let keys = of_map && !second;
                self.derives(
                    name,
                    if keys { Derived::Key(subject) } else { Derived::Element(subject) },
                );
                if elements && second {
                    self.first_of(name, subject);
                    self.takes_elements(def, ty, subject);
                } else {
                    self.takes(def, ty, None);
                }
            } else {
                let ty = self.target(target, Use::Assign);
                self.replaced(target, ty, false, None);
                self.held(target, ty, None);
            }
        }
        self.map_loops = self.map_loops.saturating_add(u32::from(of_map));
        self.stmt(body);
        self.map_loops = self.map_loops.saturating_sub(u32::from(of_map));
        self.loops.pop();
        if over_function {
            self.frames.pop();
        }
        self.r.unbind(mark);
    }

    /// The function at hand has a loop that nothing in its header ends.
    fn goes_on(&mut self) {
        let function = self.owner().map(index);
        if let Some(function) = function.and_then(|at| self.facts.functions.get_mut(at)) {
            function.endless = true;
        }
    }

    /// What a loop over a function yields: the parameters of its `yield`.
    fn yielded(&mut self, params: crate::types::Tys) -> (Ty, Ty) {
        let Some(inner) = self.r.types.list(params).first().copied() else {
            return (Ty::UNKNOWN, Ty::UNKNOWN);
        };
        let inner = self.r.under(inner);
        match self.r.types.kind(inner) {
            Kind::Func { params, .. } => {
                let list = self.r.types.list(params);
                let at = |at: usize| list.get(at).copied().unwrap_or(Ty::UNKNOWN);
                (at(0), at(1))
            }
            _ => (Ty::UNKNOWN, Ty::UNKNOWN),
        }
    }
}
