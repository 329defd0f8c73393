//! Maps that are made without a size, and filled by a loop whose turns are known.

use super::super::walker::Walker;
use super::count::Loop;
use super::inserts::Way;
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
        let distinct =
            turn.distinct.filter(|name| !scene.assigns_in(name, hir.stmt(turn.body).span));
        let entries = match inserts.as_slice() {
            all if all.iter().any(|one| one.inner) => Entries::Inner,
            all if reads || all.iter().all(|one| one.sometimes) => Entries::Some,
            [one] if distinct == Some(one.key) => Entries::Exact,
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
}
