//! Writes that depend on a look at the same key: `v, ok := m.Load(k)`, and later, in the same function, `m.Store(k, …)`
//! where the key was not found, or of a value that comes from what was found.
//!
//! Runs over the statements of a function once its accesses are known. Names are compared as written, within one
//! function; the looks that are in effect are those on the way through the blocks around a statement.

use super::facts::{AccessFact, Decision};
use super::walker::Walker;
use crate::hir::{ExprId, ExprKind, Hir, List, StmtId, StmtKind, UnaryOp};
use finding::Operation;
use rustc_hash::FxHashMap;

/// Names that are followed from a look, at most.
const MAX_NAMES: usize = 16;

/// Looks that are in effect at once, at most.
const MAX_LOOKS: usize = 64;

/// A look that is in effect.
#[derive(Clone, Debug)]
pub(super) struct Look<'w> {
    /// The access.
    pub(super) access: usize,
    /// The expression itself.
    pub(super) anchor: ExprId,
    /// What was found, and what comes from it.
    pub(super) names: Vec<&'w str>,
    /// Whether it was found.
    pub(super) ok: Option<&'w str>,
    /// Whether what follows is reached only where it was not found.
    pub(super) missing: bool,
}

impl<'w> Walker<'w> {
    /// Looks at the body of a declared function and of the literals in it, whose accesses are those from `first` on.
    pub(super) fn decides(&mut self, body: List, first: usize) {
        let of_keys = |access: &AccessFact| {
            matches!(access.operation, Operation::Read | Operation::Write | Operation::Iterate)
        };
        let accesses = self.facts.accesses.iter().enumerate().skip(first);
        let by_anchor: FxHashMap<ExprId, usize> = accesses
            .filter(|(_, access)| of_keys(access))
            .map(|(at, access)| (access.anchor, at))
            .collect();
        if by_anchor.is_empty() {
            return;
        }
        let mut bodies: Vec<(List, Vec<Look<'w>>)> = vec![(body, Vec::new())];
        while let Some((body, mut looks)) = bodies.pop() {
            let mut pass = Pass { walker: self, by_anchor: &by_anchor, bodies: &mut bodies };
            pass.stmts(body, &mut looks);
        }
    }
}

/// The pass over one body.
pub(super) struct Pass<'p, 'w> {
    pub(super) walker: &'p mut Walker<'w>,
    by_anchor: &'p FxHashMap<ExprId, usize>,
    /// Bodies of literals that are still to be looked at.
    pub(super) bodies: &'p mut Vec<(List, Vec<Look<'w>>)>,
}

impl<'w> Pass<'_, 'w> {
    pub(super) fn hir(&self) -> &'w Hir {
        self.walker.r.hir()
    }

    pub(super) fn text(&self, id: ExprId) -> &'w str {
        let span = self.hir().expr(id).span;
        self.walker.r.text(span)
    }

    pub(super) fn access(&self, anchor: ExprId) -> Option<(usize, &AccessFact)> {
        let at = *self.by_anchor.get(&anchor)?;
        Some((at, self.walker.facts.accesses.get(at)?))
    }

    /// The key of an access, as written.
    fn key(&self, anchor: ExprId) -> Option<&'w str> {
        let hir = self.hir();
        match hir.expr(anchor).kind {
            ExprKind::Index { args, .. } | ExprKind::Call { args, .. } => {
                hir.exprs(args).first().map(|key| self.text(*key))
            }
            _ => None,
        }
    }

    fn stmts(&mut self, list: List, looks: &mut Vec<Look<'w>>) {
        for stmt in self.hir().stmts(list) {
            self.stmt(*stmt, looks);
        }
    }

    /// Statements after which nothing of what they looked at is in effect.
    fn scoped(&mut self, list: List, looks: &mut Vec<Look<'w>>) {
        let mark = looks.len();
        self.stmts(list, looks);
        looks.truncate(mark);
    }

    fn stmt(&mut self, id: StmtId, looks: &mut Vec<Look<'w>>) {
        let hir = self.hir();
        match hir.stmt(id).kind {
            StmtKind::Define { left, right } | StmtKind::Assign { left, right, op: false } => {
                self.assigned(hir.exprs(left), hir.exprs(right), looks);
            }
            StmtKind::Expr(expr) => {
                self.inside(&[expr], looks);
                if let ExprKind::Call { args, .. } = hir.expr(hir.unparen(expr)).kind {
                    if let [_, value] = hir.exprs(args) {
                        self.written(hir.unparen(expr), *value, looks);
                    }
                }
            }
            StmtKind::If { init, cond, then, or_else } => {
                let mark = looks.len();
                if let Some(init) = init {
                    self.stmt(init, looks);
                }
                self.inside(&[cond], looks);
                self.looked_at_in(cond, looks);
                self.branches(cond, then, or_else, looks);
                // What was found is out of scope, but not that nothing was.
                let mut inner = looks.split_off(mark.min(looks.len()));
                inner.retain(|look| look.missing);
                for look in &mut inner {
                    look.names.clear();
                    look.ok = None;
                }
                looks.append(&mut inner);
            }
            StmtKind::Block { body } => self.scoped(body, looks),
            StmtKind::For { init, cond, post, body } => {
                let mark = looks.len();
                if let Some(init) = init {
                    self.stmt(init, looks);
                }
                self.inside(cond.as_slice(), looks);
                self.stmt(body, looks);
                if let Some(post) = post {
                    self.stmt(post, looks);
                }
                looks.truncate(mark);
            }
            StmtKind::Range { subject, body, .. } => {
                self.inside(&[subject], looks);
                self.stmt(body, looks);
            }
            StmtKind::Switch { clauses, .. }
            | StmtKind::TypeSwitch { clauses, .. }
            | StmtKind::Select { clauses } => {
                for clause in hir.clauses(clauses) {
                    self.scoped(clause.body, looks);
                }
            }
            StmtKind::Labeled { stmt, .. } => self.stmt(stmt, looks),
            StmtKind::Return(list) => self.inside(hir.exprs(list), looks),
            StmtKind::Go(expr) | StmtKind::Defer(expr) => self.inside(&[expr], looks),
            StmtKind::Send { channel, value } => self.inside(&[channel, value], looks),
            StmtKind::IncDec(_)
            | StmtKind::Assign { .. }
            | StmtKind::Branch { .. }
            | StmtKind::Decl(_)
            | StmtKind::Bad => {}
        }
    }

    fn branches(
        &mut self,
        cond: ExprId,
        then: StmtId,
        or_else: Option<StmtId>,
        looks: &mut Vec<Look<'w>>,
    ) {
        let before: Vec<bool> = looks.iter().map(|look| look.missing).collect();
        let judged: Vec<Option<bool>> =
            looks.iter().map(|look| self.is_missing(cond, look, true)).collect();
        let set = |looks: &mut Vec<Look<'w>>, wanted: Option<bool>| {
            for ((look, before), judged) in looks.iter_mut().zip(&before).zip(&judged) {
                look.missing = *before || (wanted.is_some() && *judged == wanted);
            }
        };
        set(looks, Some(true));
        self.stmt(then, looks);
        if let Some(or_else) = or_else {
            set(looks, Some(false));
            self.stmt(or_else, looks);
        }
        set(looks, Some(false).filter(|_| self.leaves(then)));
    }

    /// Whether a condition holds only where a look has found nothing (`Some(true)`), or something.
    fn is_missing(&self, cond: ExprId, look: &Look<'w>, holds: bool) -> Option<bool> {
        let hir = self.hir();
        let cond = hir.unparen(cond);
        match hir.expr(cond).kind {
            ExprKind::Name if Some(self.text(cond)) == look.ok => Some(!holds),
            ExprKind::Unary { op: UnaryOp::Not, x } => self.is_missing(x, look, !holds),
            ExprKind::Binary { op: crate::hir::BinaryOp::And, left, right } if holds => {
                self.is_missing(left, look, holds).or_else(|| self.is_missing(right, look, holds))
            }
            ExprKind::Binary { op: crate::hir::BinaryOp::Compare, left, right } => {
                let first = hir.unparen(left);
                let of_look = look.anchor == first || look.names.first() == Some(&self.text(first));
                let nil = self.text(hir.unparen(right)) == "nil";
                let end = hir.expr(left).span.end;
                let between = crate::Span { start: end, end: hir.expr(right).span.start };
                let equal = self.walker.r.text(between).contains("==");
                (of_look && nil).then_some(equal == holds)
            }
            _ => None,
        }
    }

    /// Whether a block ends by leaving what it stands in.
    fn leaves(&self, block: StmtId) -> bool {
        let hir = self.hir();
        let StmtKind::Block { body } = hir.stmt(block).kind else { return false };
        let last = hir.stmts(body).last().map(|last| hir.stmt(*last).kind);
        matches!(last, Some(StmtKind::Return(_) | StmtKind::Branch { .. }))
    }

    /// `v, ok := m[k]`, `m[k] = v`, `n := v + 1`.
    fn assigned(&mut self, left: &[ExprId], right: &[ExprId], looks: &mut Vec<Look<'w>>) {
        let hir = self.hir();
        // An assertion whose second result is taken is checked.
        let checked = match (left, right) {
            ([_, _], [one]) => match hir.expr(hir.unparen(*one)).kind {
                ExprKind::Assert { base, .. } => Some(base),
                _ => None,
            },
            _ => None,
        };
        match checked {
            Some(base) => self.inside(&[base], looks),
            None => self.inside(right, looks),
        }
        for (target, value) in left.iter().zip(right) {
            self.written(hir.unparen(*target), *value, looks);
        }
        let names = |left: &[ExprId]| -> Vec<&'w str> {
            let all = left.iter().filter(|name| hir.expr(**name).kind == ExprKind::Name);
            all.map(|name| self.text(*name)).filter(|name| *name != "_").collect()
        };
        if let [one] = right {
            let mut anchor = hir.unparen(*one);
            while let ExprKind::Assert { base, .. } = hir.expr(anchor).kind {
                anchor = hir.unparen(base);
            }
            if let Some(access) = self.read(anchor).filter(|_| looks.len() < MAX_LOOKS) {
                let ok = match left {
                    [_, ok] => Some(self.text(*ok)).filter(|ok| *ok != "_"),
                    _ => None,
                };
                let found = names(left.get(..1).unwrap_or_default());
                looks.push(Look { access, anchor, names: found, ok, missing: false });
                return;
            }
        }
        let new = names(left);
        for look in looks.iter_mut().filter(|look| look.names.len() < MAX_NAMES) {
            if right.iter().any(|value| self.mentions(*value, &look.names)) {
                look.names.extend(&new);
            }
        }
    }

    /// An access that looks at one key.
    fn read(&self, anchor: ExprId) -> Option<usize> {
        let (at, access) = self.access(anchor)?;
        (access.operation == Operation::Read).then_some(at)
    }

    /// Looks that stand in a condition: `if c.m[k] == nil`.
    fn looked_at_in(&mut self, cond: ExprId, looks: &mut Vec<Look<'w>>) {
        let hir = self.hir();
        if let ExprKind::Binary { left, .. } = hir.expr(hir.unparen(cond)).kind {
            let anchor = hir.unparen(left);
            if let Some(access) = self.read(anchor).filter(|_| looks.len() < MAX_LOOKS) {
                looks.push(Look { access, anchor, names: Vec::new(), ok: None, missing: false });
            }
        }
    }

    /// Notes on which looks a write depends.
    fn written(&mut self, anchor: ExprId, value: ExprId, looks: &[Look<'w>]) {
        let Some((at, access)) = self.access(anchor) else { return };
        let Some(key) = self.key(anchor).filter(|_| access.operation == Operation::Write) else {
            return;
        };
        let of_map = |access: &AccessFact| (access.map, self.walker.r.text(access.placement.map));
        let (map, function) = (of_map(access), access.function);
        let itself = self.text(self.hir().unparen(value));
        let mut found = Vec::new();
        for look in looks {
            let Some(read) = self.walker.facts.accesses.get(look.access) else { continue };
            if of_map(read) != map
                || read.function != function
                || self.key(look.anchor) != Some(key)
            {
                continue;
            }
            let derived = look.names.first() != Some(&itself) && self.mentions(value, &look.names);
            if look.missing || derived {
                let look_at = read.placement.operation.start;
                found.push(Decision { look: look_at, missing: look.missing, derived });
            }
        }
        if let Some(access) = self.walker.facts.accesses.get_mut(at) {
            access.decisions = found;
        }
    }

    /// Whether an expression names one of some variables.
    fn mentions(&self, value: ExprId, names: &[&str]) -> bool {
        let hir = self.hir();
        let mut todo = vec![value];
        while let Some(id) = todo.pop() {
            if hir.expr(id).kind == ExprKind::Name && names.contains(&self.text(id)) {
                return true;
            }
            parts(hir, id, &mut todo);
        }
        false
    }
}

/// The expressions directly inside one, those of literals aside.
pub(super) fn parts(hir: &Hir, id: ExprId, todo: &mut Vec<ExprId>) {
    match hir.expr(id).kind {
        ExprKind::Paren(x)
        | ExprKind::Star(x)
        | ExprKind::Unary { x, .. }
        | ExprKind::Selector { base: x, .. }
        | ExprKind::Assert { base: x, .. } => todo.push(x),
        ExprKind::Index { base, args } | ExprKind::Slice { base, bounds: args } => {
            todo.push(base);
            todo.extend(hir.exprs(args));
        }
        ExprKind::Call { fun, args, .. } => {
            todo.push(fun);
            todo.extend(hir.exprs(args));
        }
        ExprKind::Binary { left, right, .. } => todo.extend([left, right]),
        ExprKind::Composite { elements, .. } => {
            for element in hir.elements(elements) {
                todo.extend(element.key);
                todo.push(element.value);
            }
        }
        _ => {}
    }
}
