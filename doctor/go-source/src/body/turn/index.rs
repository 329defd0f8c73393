//! The walk that notes what is done with each name of a declaration.

use super::super::walker::Walker;
use super::calls::{Class, Writer};
use super::fate::{Event, Uses};
use crate::hir::{BinaryOp, DeclKind, ExprId, ExprKind, FuncId, StmtId, StmtKind};
use crate::turn::Sink;

impl<'w> Walker<'w> {
    /// Notes what a declared function does with its names.
    pub(super) fn index_uses(&mut self, func: FuncId, uses: &mut Uses<'w>) {
        let hir = self.r.hir();
        let mut todo: Vec<StmtId> = Vec::new();
        let mut funcs = vec![func];
        loop {
            while let Some(func) = funcs.pop() {
                let func = hir.func(func);
                let results = hir.params(hir.sig(func.sig).results).iter();
                uses.results
                    .extend(results.filter_map(|result| result.name).map(|name| self.r.text(name)));
                todo.extend(func.body.into_iter().flat_map(|body| hir.stmts(body)));
            }
            let Some(stmt) = todo.pop() else { break };
            self.index_stmt(stmt, uses, &mut funcs);
            super::super::assigned::below(hir, stmt, &mut todo);
            let mut names = Vec::new();
            super::super::assigned::declared(hir, stmt, &mut names);
            uses.declared.extend(names.into_iter().map(|name| self.r.text(name)));
        }
    }

    fn index_stmt(&mut self, stmt: StmtId, uses: &mut Uses<'w>, funcs: &mut Vec<FuncId>) {
        let hir = self.r.hir();
        let end = hir.stmt(stmt).span.end;
        let mut plain: Vec<ExprId> = Vec::new();
        match hir.stmt(stmt).kind {
            StmtKind::Expr(expr)
            | StmtKind::IncDec(expr)
            | StmtKind::Go(expr)
            | StmtKind::Defer(expr) => plain.push(expr),
            StmtKind::Send { channel, value } => {
                plain.push(channel);
                self.index_expr(value, Some(Event::Sunk(Sink::Stored)), uses, funcs);
            }
            StmtKind::Return(list) => {
                for expr in hir.exprs(list) {
                    self.index_expr(*expr, Some(Event::Sunk(Sink::Caller)), uses, funcs);
                }
            }
            StmtKind::Assign { left, right, .. } | StmtKind::Define { left, right } => {
                let (left, right) = (hir.exprs(left), hir.exprs(right));
                self.index_assigned(left, right, uses, funcs);
                plain.extend(left.iter().filter(|target| !self.is_name_path(**target)));
            }
            StmtKind::Decl(decl) => {
                if let DeclKind::Var { names, values, .. } = hir.decl(decl).kind {
                    let values = hir.exprs(values);
                    for (at, name) in hir.names(names).iter().enumerate() {
                        let name = self.r.text(*name);
                        let value = values.get(at).copied();
                        if let Some(value) = value {
                            uses.inits.insert(name, value);
                            let alias = Event::Alias { to: name, until: u32::MAX, element: false };
                            self.index_expr(value, Some(alias), uses, funcs);
                        }
                    }
                }
            }
            StmtKind::If { cond, then, .. } => {
                let words = self.r.text(hir.expr(cond).span).to_ascii_lowercase();
                if ["debug", "trace"].iter().any(|word| words.contains(word)) {
                    uses.debugs.push(hir.stmt(then).span);
                }
                plain.push(cond);
            }
            StmtKind::Switch { tag, clauses, .. } => {
                plain.extend(tag);
                plain
                    .extend(hir.clauses(clauses).iter().flat_map(|clause| hir.exprs(clause.exprs)));
            }
            StmtKind::TypeSwitch { subject, .. } => plain.push(subject),
            StmtKind::For { cond, .. } => plain.extend(cond),
            StmtKind::Range { value, subject, .. } => {
                let to =
                    value.map(|value| self.r.text(hir.expr(value).span)).filter(|to| *to != "_");
                let alias = to.map(|to| Event::Alias { to, until: end, element: true });
                self.index_expr(subject, alias, uses, funcs);
            }
            _ => {}
        }
        for expr in plain {
            self.index_expr(expr, None, uses, funcs);
        }
    }

    fn index_assigned(
        &mut self,
        left: &[ExprId],
        right: &[ExprId],
        uses: &mut Uses<'w>,
        funcs: &mut Vec<FuncId>,
    ) {
        let hir = self.r.hir();
        for (at, value) in right.iter().enumerate() {
            let target = left.get(at).copied();
            let alias = target.and_then(|target| {
                let inner = match hir.expr(hir.unparen(target)).kind {
                    ExprKind::Index { base, .. } => base,
                    _ => target,
                };
                let to = self.written(inner);
                (to != "_" && self.is_name_path(inner)).then_some(to)
            });
            if let (Some(target), true) = (target, left.len() == right.len()) {
                let name = self.written(target);
                uses.inits.entry(name).or_insert(*value);
            }
            let event = alias.map(|to| Event::Alias { to, until: u32::MAX, element: false });
            self.index_expr(*value, event, uses, funcs);
            let field =
                target.is_some_and(|target| hir.expr(hir.unparen(target)).kind != ExprKind::Name);
            if field && self.is_name_path(*value) {
                self.index_expr(*value, Some(Event::Sunk(Sink::Stored)), uses, funcs);
            }
        }
    }

    /// Notes what happens to the names in an expression whose own value goes where `event` says.
    fn index_expr(
        &mut self,
        id: ExprId,
        event: Option<Event<'w>>,
        uses: &mut Uses<'w>,
        funcs: &mut Vec<FuncId>,
    ) {
        let hir = self.r.hir();
        let expr = hir.expr(id);
        match expr.kind {
            ExprKind::Name => self.note(id, event, uses),
            ExprKind::Selector { base, .. } => {
                self.note(id, event, uses);
                self.index_expr(base, event.and_then(Event::of_element), uses, funcs);
            }
            ExprKind::Paren(x)
            | ExprKind::Star(x)
            | ExprKind::Unary { x, .. }
            | ExprKind::Assert { base: x, .. } => {
                self.index_expr(x, event, uses, funcs);
            }
            ExprKind::Slice { base, .. } => self.index_expr(base, event, uses, funcs),
            ExprKind::Index { base, args } => {
                self.index_expr(base, event.and_then(Event::of_element), uses, funcs);
                let of_map =
                    self.types.get(&base).copied().is_some_and(|ty| self.map_kind(ty).is_some());
                for arg in hir.exprs(args) {
                    let looked_up = of_map.then_some(Event::Sunk(Sink::Comparison));
                    self.index_expr(*arg, looked_up, uses, funcs);
                }
            }
            ExprKind::Binary { op, left, right } => {
                let trivial = |id: ExprId| {
                    let expr = hir.expr(hir.unparen(id));
                    matches!(expr.kind, ExprKind::Literal(_)) || self.r.text(expr.span) == "nil"
                };
                let event = match op {
                    BinaryOp::Compare if !trivial(left) && !trivial(right) => {
                        Some(Event::Sunk(Sink::Comparison))
                    }
                    BinaryOp::Compare | BinaryOp::And | BinaryOp::Or => None,
                    _ => event,
                };
                self.index_expr(left, event, uses, funcs);
                self.index_expr(right, event, uses, funcs);
            }
            ExprKind::Composite { elements, .. } => {
                for element in hir.elements(elements) {
                    self.index_expr(element.value, event, uses, funcs);
                }
            }
            ExprKind::FuncLit(func) => funcs.push(func),
            ExprKind::Call { fun, args, .. } => {
                self.index_call((id, fun, hir.exprs(args)), event, uses, funcs);
            }
            _ => {}
        }
    }

    fn index_call(
        &mut self,
        (id, fun, args): (ExprId, ExprId, &[ExprId]),
        event: Option<Event<'w>>,
        uses: &mut Uses<'w>,
        funcs: &mut Vec<FuncId>,
    ) {
        let hir = self.r.hir();
        let class = self.class_of(id, fun, args, uses);
        if let ("len", [of]) = (self.written(fun), args) {
            uses.measured.insert(self.written(*of));
        }
        let method = match hir.expr(hir.unparen(fun)).kind {
            ExprKind::Selector { base, .. } if self.imported(base).is_none() => Some(base),
            _ => None,
        };
        let given = match class {
            Class::Carries
                if event == Some(Event::Sunk(Sink::Caller))
                    && self.written(fun) == "strings.Join" =>
            {
                Some(Event::Sunk(Sink::Text))
            }
            Class::Carries => event,
            Class::Measures => None,
            Class::Sorts => Some(Event::Sorted),
            Class::Sinks(sink) => Some(Event::Sunk(sink)),
            Class::WritesTo(writer) => match self.writer(writer, uses) {
                Writer::Buffer(to) => Some(Event::Alias { to, until: u32::MAX, element: false }),
                Writer::Goes(sink) => Some(Event::Sunk(sink)),
                Writer::Unknown => Some(Event::Sunk(Sink::Passed)),
            },
            Class::Unknown => Some(Event::Sunk(Sink::Passed)),
        };
        for arg in args {
            let writer = matches!(class, Class::WritesTo(writer) if writer == *arg);
            self.index_expr(*arg, given.filter(|_| !writer), uses, funcs);
        }
        match method {
            Some(base) => {
                let of_receiver = match class {
                    Class::Carries => event,
                    Class::Sorts => Some(Event::Sorted),
                    _ => None,
                };
                self.index_expr(base, of_receiver, uses, funcs);
            }
            None => self.index_expr(fun, None, uses, funcs),
        }
    }

    fn note(&self, id: ExprId, event: Option<Event<'w>>, uses: &mut Uses<'w>) {
        if let Some(event) = event {
            let span = self.r.hir().expr(id).span;
            uses.events.entry(self.r.text(span)).or_default().push((span.start, event));
        }
    }
}
