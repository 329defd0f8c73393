//! The walk over the body of one loop over a map.

use super::super::walker::Walker;
use super::fate::Uses;
use super::{EffectFact, MapLoop};
use crate::Span;
use crate::hir::{BranchKind, DeclKind, ExprId, ExprKind, List, StmtId, StmtKind};
use crate::turn::{EffectKind, Sink};
use rustc_hash::FxHashSet;

/// What the walk knows.
pub(super) struct Turn<'a, 'w> {
    pub(super) of: &'a MapLoop,
    pub(super) uses: &'a Uses<'w>,
    pub(super) key: Option<&'w str>,
    pub(super) value: Option<&'w str>,
    /// The map, where it has a name.
    pub(super) subject: Option<&'w str>,
    /// Names that are declared inside the loop.
    pub(super) own: FxHashSet<&'w str>,
    /// Names whose value depends on the entry at hand.
    pub(super) tainted: FxHashSet<&'w str>,
    /// Keys of loops inside over the same map.
    pub(super) inner_keys: FxHashSet<&'w str>,
    /// The conditions on the way.
    pub(super) conditions: Vec<ExprId>,
    /// Lookups of the same map that are known to have found something.
    pub(super) present: Vec<&'w str>,
    /// Loops, switches and selects inside: what a `break` there leaves.
    pub(super) breakable: u32,
    /// Whether the list of statements at hand ends the loop.
    pub(super) ends: bool,
    /// Branches of a switch over the key: each is taken once.
    pub(super) by_key: bool,
    /// The loop looks at its key before it does anything, perhaps.
    pub(super) guarded: bool,
    /// The call at hand yields more than an error.
    pub(super) yields: bool,
    /// Buffers that are emptied in each turn.
    pub(super) reset: FxHashSet<&'w str>,
}

impl<'w> Walker<'w> {
    /// Writes down what the turns of a loop leave behind.
    pub(super) fn effects_of(&mut self, of: &MapLoop, uses: &Uses<'w>) {
        let hir = self.r.hir();
        let name = |span: Option<Span>| span.map(|span| self.r.text(span));
        let (key, value) = (name(of.key), name(of.value));
        let subject = self.is_name_path(of.subject).then(|| self.written(of.subject));
        let mut own: FxHashSet<&str> = key.into_iter().chain(value).collect();
        let mut reset = FxHashSet::default();
        let mut conditions = Vec::new();
        let mut todo = vec![of.body];
        while let Some(stmt) = todo.pop() {
            let mut names = Vec::new();
            super::super::assigned::declared(hir, stmt, &mut names);
            own.extend(names.into_iter().map(|name| self.r.text(name)));
            if let StmtKind::If { cond, .. } = hir.stmt(stmt).kind {
                conditions.push(cond);
            }
            if let StmtKind::Expr(expr) = hir.stmt(stmt).kind {
                reset.extend(self.r.text(hir.expr(expr).span).strip_suffix(".Reset()"));
            }
            super::super::assigned::below(hir, stmt, &mut todo);
        }
        let mut names = own.clone();
        names.retain(|name| value != Some(name));
        let guarded = conditions.iter().any(|cond| self.mentions(*cond, &names));
        let mut turn = Turn {
            of,
            uses,
            key,
            value,
            subject,
            tainted: key.into_iter().chain(value).collect(),
            own,
            inner_keys: FxHashSet::default(),
            conditions: Vec::new(),
            present: Vec::new(),
            breakable: 0,
            ends: false,
            by_key: false,
            yields: false,
            guarded,
            reset,
        };
        self.turn_stmt(of.body, &mut turn);
    }

    pub(super) fn effect(&mut self, turn: &Turn<'_, 'w>, kind: EffectKind, span: Span) {
        // What is printed for debugging is read, and not compared.
        let debugs = turn.uses.debugs(span.start);
        if debugs
            && matches!(
                kind,
                EffectKind::Writes(Sink::Output) | EffectKind::Builds(_) | EffectKind::Collects(_)
            )
        {
            return;
        }
        let (file, function) = (self.r.env.file, turn.of.function);
        self.facts.effects.push(EffectFact { file, turn: turn.of.at, function, kind, span });
    }

    fn turn_list(&mut self, list: List, turn: &mut Turn<'_, 'w>) {
        let hir = self.r.hir();
        let stmts = hir.stmts(list);
        let outer = turn.ends;
        turn.ends |= stmts.last().is_some_and(|last| self.leaves(*last, turn.breakable));
        for stmt in stmts {
            self.turn_stmt(*stmt, turn);
        }
        turn.ends = outer;
    }

    /// Whether a statement leaves the loop for good.
    fn leaves(&self, stmt: StmtId, breakable: u32) -> bool {
        let hir = self.r.hir();
        match hir.stmt(stmt).kind {
            StmtKind::Return(_) => true,
            StmtKind::Branch { kind: BranchKind::Break, label } => {
                label.is_some() || breakable == 0
            }
            StmtKind::Branch { kind: BranchKind::Goto, .. } => true,
            StmtKind::Expr(expr) => {
                let text = self.r.text(hir.expr(expr).span);
                ["panic(", "os.Exit(", "log.Fatal", "base.Fatal", "t.Fatal"]
                    .iter()
                    .any(|word| text.starts_with(word))
            }
            _ => false,
        }
    }

    pub(super) fn turn_stmt(&mut self, stmt: StmtId, turn: &mut Turn<'_, 'w>) {
        let hir = self.r.hir();
        match hir.stmt(stmt).kind {
            StmtKind::Block { body } => self.turn_list(body, turn),
            StmtKind::Labeled { stmt, .. } => self.turn_stmt(stmt, turn),
            StmtKind::Expr(expr) => self.turn_call(expr, turn),
            StmtKind::IncDec(expr) => self.insertion(expr, turn),
            StmtKind::Assign { left, right, op } => {
                self.turn_assign(hir.exprs(left), hir.exprs(right), op, turn);
            }
            StmtKind::Define { left, right } => {
                let right = hir.exprs(right);
                self.taints(hir.exprs(left), right, turn);
                self.turn_calls(hir.exprs(left), right, turn);
            }
            StmtKind::Decl(decl) => {
                if let DeclKind::Var { names, values, .. } = hir.decl(decl).kind {
                    if hir.exprs(values).iter().any(|value| self.mentions(*value, &turn.tainted)) {
                        turn.tainted.extend(hir.names(names).iter().map(|name| self.r.text(*name)));
                    }
                }
            }
            StmtKind::Return(list) => self.turn_return(stmt, hir.exprs(list), turn),
            StmtKind::If { init, cond, then, or_else } => {
                if let Some(init) = init {
                    self.turn_stmt(init, turn);
                }
                let present = turn.present.len();
                turn.present.extend(init.and_then(|init| self.found_by(init, cond, turn)));
                turn.conditions.push(cond);
                self.turn_stmt(then, turn);
                turn.present.truncate(present);
                if let Some(or_else) = or_else {
                    self.turn_stmt(or_else, turn);
                }
                turn.conditions.pop();
            }
            StmtKind::For { init, body, .. } => {
                turn.breakable = turn.breakable.saturating_add(1);
                if let Some(init) = init {
                    self.turn_stmt(init, turn);
                }
                self.turn_stmt(body, turn);
                turn.breakable = turn.breakable.saturating_sub(1);
            }
            StmtKind::Range { key, value, subject, body, .. } => {
                if turn.subject == Some(self.written(subject)) {
                    turn.inner_keys.extend(key.map(|key| self.r.text(hir.expr(key).span)));
                }
                if self.mentions(subject, &turn.tainted) {
                    let names = key.into_iter().chain(value);
                    turn.tainted.extend(names.map(|name| self.r.text(hir.expr(name).span)));
                }
                turn.breakable = turn.breakable.saturating_add(1);
                self.turn_stmt(body, turn);
                turn.breakable = turn.breakable.saturating_sub(1);
            }
            StmtKind::Switch { init, tag, clauses } => {
                if let Some(init) = init {
                    self.turn_stmt(init, turn);
                }
                let outer = turn.by_key;
                let keys: FxHashSet<&str> = turn.key.into_iter().collect();
                turn.by_key |= tag.is_some_and(|tag| self.mentions(tag, &keys));
                self.turn_clauses(clauses, turn);
                turn.by_key = outer;
            }
            StmtKind::TypeSwitch { init, name, subject, clauses } => {
                if let Some(init) = init {
                    self.turn_stmt(init, turn);
                }
                if self.mentions(subject, &turn.tainted) {
                    turn.tainted.extend(name.map(|name| self.r.text(name)));
                }
                self.turn_clauses(clauses, turn);
            }
            StmtKind::Select { clauses } => self.turn_clauses(clauses, turn),
            _ => {}
        }
    }

    fn turn_clauses(&mut self, clauses: List, turn: &mut Turn<'_, 'w>) {
        turn.breakable = turn.breakable.saturating_add(1);
        for clause in self.r.hir().clauses(clauses) {
            self.turn_list(clause.body, turn);
        }
        turn.breakable = turn.breakable.saturating_sub(1);
    }

    fn taints(&self, left: &[ExprId], right: &[ExprId], turn: &mut Turn<'_, 'w>) {
        let hir = self.r.hir();
        for (at, target) in left.iter().enumerate() {
            let value = if left.len() == right.len() { right.get(at) } else { right.first() };
            if value.is_some_and(|value| self.mentions(*value, &turn.tainted)) {
                turn.tainted.insert(self.r.text(hir.expr(*target).span));
            }
        }
    }

    /// The key of a lookup `_, ok := m[k]` of the same map, where the condition is `ok`.
    fn found_by(&self, init: StmtId, cond: ExprId, turn: &Turn<'_, 'w>) -> Option<&'w str> {
        let hir = self.r.hir();
        let StmtKind::Define { left, right } = hir.stmt(init).kind else { return None };
        let ([_, ok], [value]) = (hir.exprs(left), hir.exprs(right)) else { return None };
        let ExprKind::Index { base, args } = hir.expr(hir.unparen(*value)).kind else {
            return None;
        };
        let positive = self.written(cond) == self.written(*ok);
        let [key] = hir.exprs(args) else { return None };
        (positive && Some(self.written(base)) == turn.subject).then(|| self.written(*key))
    }
}
