//! Maps that are made without a size, and filled by a loop whose turns are known.

use super::super::walker::Walker;
use super::count::Loop;
use super::scene::Scene;
use super::{CostKind, FillFact};
use crate::Span;
use crate::cost::{Entries, Turns};
use crate::hir::{DeclKind, ExprId, ExprKind, StmtId, StmtKind};
use crate::types::{Kind, Ty};
use rustc_hash::FxHashSet;

/// A map that is made without a size.
struct Made {
    /// What holds it: `m`, `s.entries`.
    path: String,
    make: ExprId,
}

/// An entry that a turn makes.
struct Insert<'w> {
    element: ExprId,
    key: &'w str,
    key_expr: ExprId,
    sometimes: bool,
    inner: bool,
    reads: bool,
}

/// What is known on the way through a turn.
#[derive(Clone, Copy)]
struct Way {
    sometimes: bool,
    inner: bool,
}

impl<'w> Walker<'w> {
    /// Finds them in the blocks of a function.
    pub(super) fn fills(&mut self, scene: &Scene<'w>) {
        let hir = self.r.hir();
        for block in &scene.blocks {
            let stmts = hir.stmts(*block);
            for (at, stmt) in stmts.iter().enumerate() {
                for made in self.made_without_size(*stmt, scene) {
                    let after = stmts.get(at.saturating_add(1)..).unwrap_or_default();
                    self.filled(*stmt, &made, after, scene);
                }
            }
        }
    }

    /// The maps that a statement makes without a size.
    fn made_without_size(&mut self, stmt: StmtId, scene: &Scene<'w>) -> Vec<Made> {
        let hir = self.r.hir();
        let mut found = Vec::new();
        let mut gives = |this: &mut Self, target: &str, value: ExprId| {
            let mut value = hir.unparen(value);
            if this.makes_without_size(value, scene) {
                found.push(Made { path: target.to_owned(), make: value });
                return;
            }
            if let ExprKind::Unary { op: crate::hir::UnaryOp::Address, x } = hir.expr(value).kind {
                value = hir.unparen(x);
            }
            let ExprKind::Composite { elements, .. } = hir.expr(value).kind else { return };
            for element in hir.elements(elements) {
                let Some(key) = element.key.filter(|key| hir.expr(*key).kind == ExprKind::Name)
                else {
                    continue;
                };
                let make = hir.unparen(element.value);
                if this.makes_without_size(make, scene) {
                    let path = format!("{target}.{}", this.r.text(hir.expr(key).span));
                    found.push(Made { path, make });
                }
            }
        };
        match hir.stmt(stmt).kind {
            StmtKind::Define { left, right } | StmtKind::Assign { left, right, op: false } => {
                let (left, right) = (hir.exprs(left), hir.exprs(right));
                if left.len() == right.len() {
                    for (target, value) in left.iter().zip(right) {
                        if self.is_name_path(*target) {
                            gives(self, self.written(*target), *value);
                        }
                    }
                }
            }
            StmtKind::Decl(decl) => {
                if let DeclKind::Var { names, values, .. } = hir.decl(decl).kind {
                    for (name, value) in hir.names(names).iter().zip(hir.exprs(values)) {
                        gives(self, self.r.text(*name), *value);
                    }
                }
            }
            _ => {}
        }
        found
    }

    /// `make(map[K]V)` and `map[K]V{}`.
    fn makes_without_size(&mut self, id: ExprId, scene: &Scene<'w>) -> bool {
        let hir = self.r.hir();
        let bare = match hir.expr(id).kind {
            ExprKind::Call { fun, args, .. } => {
                let fun = hir.expr(fun);
                fun.kind == ExprKind::Name
                    && self.r.text(fun.span) == "make"
                    && args.len() == 1
                    && self.is_predeclared("make", scene)
            }
            ExprKind::Composite { ty: Some(_), elements } => elements.is_empty(),
            _ => false,
        };
        let ty = self.types.get(&id).copied().filter(|_| bare).unwrap_or(Ty::UNKNOWN);
        let under = self.r.under(ty);
        let Kind::Map { key, .. } = self.r.types.kind(under) else { return false };
        // What has few values makes few entries.
        let key = self.r.under(key);
        !matches!(self.r.types.kind(key), Kind::Basic("bool" | "int8" | "uint8"))
    }

    /// Looks for the loop that fills a map, in the statements behind the one that makes it.
    fn filled(&mut self, stmt: StmtId, made: &Made, after: &[StmtId], scene: &Scene<'w>) {
        let hir = self.r.hir();
        let root = made.path.split('.').next().unwrap_or(&made.path);
        let from = hir.stmt(stmt).span.end;
        for next in after {
            let span = hir.stmt(*next).span;
            if let Some(turn) = self.counted(*next, scene) {
                if let Some((at, entries)) = self.entries(&turn, span, &made.path, root, scene) {
                    if matches!(turn.turns, Turns::Number(number) if number <= 8) {
                        return;
                    }
                    let between = Span { start: from, end: span.start };
                    let make = hir.expr(made.make).span;
                    let told_before = self.is_told_before(&turn, between, make, scene);
                    let line = hir.stmt(turn.body).span.start;
                    let filled = Span { start: span.start, end: line };
                    let turns = turn.turns;
                    let fact = FillFact { make, filled, turns, entries, told_before };
                    self.costs(at, CostKind::Fill(fact));
                    return;
                }
            }
            if scene.names(root, span) > 0 {
                return;
            }
        }
    }

    /// Whether the turns can be told where the map is made.
    fn is_told_before(
        &self,
        turn: &Loop<'w>,
        between: Span,
        make: Span,
        scene: &Scene<'w>,
    ) -> bool {
        let hir = self.r.hir();
        if !self.is_predeclared("len", scene) || !self.is_predeclared("make", scene) {
            return false;
        }
        let Turns::Expression(_) = turn.turns else { return true };
        let (Some(path), Some(root)) = (turn.path, turn.path.and_then(|path| self.root_of(path)))
        else {
            return false;
        };
        let since = Span { start: make.start, end: between.end };
        let same = !scene.declares_in(root, since) && !scene.assigns_in(root, since);
        let name = hir.expr(hir.unparen(path)).kind == ExprKind::Name;
        // What a pointer leads to may be looked at before only where the loop surely looks at it, too.
        let leaves = ["return", "goto", "break", "continue", "panic", "Fatal", "Exit", "Skip"];
        let text = self.r.text(between);
        same && (name
            || scene.names(root, since) == 0 && !leaves.iter().any(|word| text.contains(word)))
    }

    /// What a loop puts into a map: where the first entry is written, and how many there are.
    fn entries(
        &mut self,
        turn: &Loop<'w>,
        span: Span,
        path: &str,
        root: &str,
        scene: &Scene<'w>,
    ) -> Option<(u32, Entries)> {
        let hir = self.r.hir();
        if scene.declares_in(root, span)
            || scene.assigns_in(root, span)
            || scene.empties_in(path, span)
            || turn.own.contains(&root)
            || turn.path.is_some_and(|of| self.written(of) == path)
        {
            return None;
        }
        let mut inserts = Vec::new();
        let mut own: FxHashSet<&'w str> = turn.own.iter().copied().collect();
        let mut replaced = false;
        let way = Way { sometimes: false, inner: false };
        self.inserts(turn.body, way, path, &mut own, &mut inserts, &mut replaced);
        inserts.retain(|insert| self.mentions(insert.key_expr, &own) || insert.key.contains('('));
        let first = inserts.first().filter(|_| !replaced)?;
        let at = hir.expr(first.element).span.start;
        let reads = scene.paths(path, span) > inserts.len() || inserts.iter().any(|one| one.reads);
        let entries = match inserts.as_slice() {
            all if all.iter().any(|one| one.inner) => Entries::Inner,
            all if reads || all.iter().all(|one| one.sometimes) => Entries::Some,
            [one] if turn.distinct == Some(one.key) => Entries::Exact,
            [_] => Entries::OneATurn,
            all => {
                let mut keys: Vec<&str> = all.iter().map(|one| one.key).collect();
                keys.sort_unstable();
                keys.dedup();
                match u32::try_from(keys.len()) {
                    Ok(1) => Entries::OneATurn,
                    Ok(keys) => Entries::Several(keys),
                    Err(_) => return None,
                }
            }
        };
        Some((at, entries))
    }

    /// The entries that a statement of a turn makes. Yields whether a later statement runs in some turns only.
    fn inserts(
        &self,
        stmt: StmtId,
        way: Way,
        path: &str,
        own: &mut FxHashSet<&'w str>,
        found: &mut Vec<Insert<'w>>,
        replaced: &mut bool,
    ) -> bool {
        let hir = self.r.hir();
        let mut names = Vec::new();
        super::super::assigned::declared(hir, stmt, &mut names);
        own.extend(names.into_iter().map(|name| self.r.text(name)));
        let sometimes = Way { sometimes: true, ..way };
        let mut list = |stmts: &[StmtId], mut way: Way, own: &mut FxHashSet<&'w str>| {
            let mut cut = false;
            for stmt in stmts {
                if self.inserts(*stmt, way, path, own, found, replaced) {
                    way.sometimes = true;
                    cut = true;
                }
            }
            cut
        };
        match hir.stmt(stmt).kind {
            StmtKind::Assign { left, right, op } => {
                let values = hir.exprs(right);
                for (at, target) in hir.exprs(left).iter().enumerate() {
                    let target = hir.unparen(*target);
                    own.extend(self.root_of(target).filter(|_| self.is_name_path(target)));
                    if self.is_name_path(target) && self.written(target) == path {
                        *replaced = true;
                    }
                    let value = values.get(at).or(values.first());
                    let looks = op
                        || value
                            .is_some_and(|value| self.r.text(hir.expr(*value).span).contains(path));
                    self.insert(target, way, looks, path, found);
                }
                false
            }
            StmtKind::IncDec(target) => {
                self.insert(hir.unparen(target), way, true, path, found);
                false
            }
            StmtKind::Block { body } => list(hir.stmts(body), way, own),
            StmtKind::Labeled { stmt, .. } => self.inserts(stmt, way, path, own, found, replaced),
            StmtKind::If { init, then, or_else, .. } => {
                list(init.as_slice(), way, own);
                let before = found_len(found);
                let mut cut = self.inserts(then, sometimes, path, own, found, replaced);
                let in_then = found_len(found) > before;
                if let Some(or_else) = or_else {
                    let middle = found_len(found);
                    cut |= self.inserts(or_else, sometimes, path, own, found, replaced);
                    // In one branch or the other.
                    if in_then && found_len(found) > middle && !cut {
                        let all = found.get_mut(before..).unwrap_or_default();
                        all.iter_mut().for_each(|insert| insert.sometimes = way.sometimes);
                    }
                }
                cut
            }
            StmtKind::Switch { init, clauses, .. } | StmtKind::TypeSwitch { init, clauses, .. } => {
                list(init.as_slice(), way, own);
                let mut cut = false;
                for clause in hir.clauses(clauses) {
                    cut |= list(hir.stmts(clause.body), sometimes, own);
                }
                cut
            }
            StmtKind::Select { clauses } => {
                let mut cut = false;
                for clause in hir.clauses(clauses) {
                    cut |= list(hir.stmts(clause.body), sometimes, own);
                }
                cut
            }
            StmtKind::For { init, body, .. } => {
                let way = Way { inner: true, ..way };
                list(init.as_slice(), way, own);
                list(&[body], way, own);
                false
            }
            StmtKind::Range { body, .. } => {
                list(&[body], Way { inner: true, ..way }, own);
                false
            }
            StmtKind::Branch { .. } => true,
            _ => false,
        }
    }

    fn insert(
        &self,
        target: ExprId,
        way: Way,
        reads: bool,
        path: &str,
        found: &mut Vec<Insert<'w>>,
    ) {
        let hir = self.r.hir();
        let ExprKind::Index { base, args } = hir.expr(target).kind else { return };
        let [key] = hir.exprs(args) else { return };
        if self.written(base) == path {
            let Way { sometimes, inner } = way;
            let text = self.r.text(hir.expr(*key).span);
            found.push(Insert {
                element: target,
                key: text,
                key_expr: *key,
                sometimes,
                inner,
                reads,
            });
        }
    }
}

fn found_len(found: &[Insert<'_>]) -> usize {
    found.len()
}
