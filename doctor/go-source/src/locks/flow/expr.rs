//! Expressions, in the order they are evaluated.

use super::{Flow, Held, State, Way, join};
use crate::body::{LiteralUse, LockFact};
use crate::hir::{BinaryOp, ExprId, ExprKind, FuncId, List, UnaryOp};
use finding::LockMode;

/// Literals that are run inside each other because variables that hold them are called, at most.
const MAX_LOCAL: usize = 4;

impl Flow<'_> {
    pub(super) fn exprs(&mut self, list: List, state: &mut State) {
        let hir = self.hir;
        for expr in hir.exprs(list) {
            self.expr(*expr, state);
        }
    }

    pub(super) fn expr(&mut self, id: ExprId, state: &mut State) {
        let hir = self.hir;
        match hir.expr(id).kind {
            ExprKind::Call { fun, args, .. } => {
                self.callee(fun, args, state);
                self.local(id, state);
                // What the call does to locks, it does after it was made.
                self.note(id, state);
                self.apply(id, state);
                return;
            }
            ExprKind::FuncLit(func) => self.literal(func, state),
            ExprKind::Binary { op: BinaryOp::And | BinaryOp::Or, left, right } => {
                self.expr(left, state);
                let mut other = state.clone();
                self.expr(right, &mut other);
                state.join(&other);
            }
            ExprKind::Binary { left, right, .. } => {
                self.expr(left, state);
                self.expr(right, state);
            }
            ExprKind::Paren(x)
            | ExprKind::Star(x)
            | ExprKind::Unary { x, .. }
            | ExprKind::Selector { base: x, .. } => {
                self.expr(x, state);
            }
            ExprKind::Assert { base, .. } => self.expr(base, state),
            ExprKind::Index { base, args } | ExprKind::Slice { base, bounds: args } => {
                self.expr(base, state);
                self.exprs(args, state);
            }
            ExprKind::Composite { elements, .. } => {
                for element in hir.elements(elements) {
                    if let Some(key) = element.key {
                        self.expr(key, state);
                    }
                    self.expr(element.value, state);
                }
            }
            _ => {}
        }
        self.note(id, state);
    }

    /// The state in which an access happens, joined over all ways that lead to it.
    fn note(&mut self, id: ExprId, state: &State) {
        if self.with.anchors.contains(&(self.id, id)) {
            match self.found.get_mut(&id) {
                Some(known) => known.join(state),
                None => {
                    self.found.insert(id, state.clone());
                }
            }
        }
    }

    /// Function and arguments of a call; a literal in the place of the function is run at once.
    fn callee(&mut self, fun: ExprId, args: List, state: &mut State) {
        let inner = self.hir.unparen(fun);
        if let ExprKind::FuncLit(func) = self.hir.expr(inner).kind {
            self.exprs(args, state);
            self.literal(func, state);
        } else {
            self.expr(fun, state);
            self.exprs(args, state);
        }
    }

    /// `unlock := func() { c.mu.Unlock() }` called as `unlock()`: it does here what its text does.
    fn local(&mut self, call: ExprId, state: &mut State) {
        let Some(func) = self.with.local_calls.get(&(self.id, call)).copied() else { return };
        // Literals that call each other, or themselves.
        if self.called.contains(&func) || self.called.len() >= MAX_LOCAL {
            return;
        }
        self.called.push(func);
        if let Some(end) = self.function(func, state.inside()) {
            *state = state.after(end);
        }
        self.called.pop();
    }

    /// What a `go` or `defer` statement evaluates where it stands.
    pub(super) fn operands(&mut self, call: ExprId, state: &mut State) {
        let call = self.hir.unparen(call);
        let ExprKind::Call { fun, args, .. } = self.hir.expr(call).kind else { return };
        self.callee(fun, args, state);
        self.note(call, state);
    }

    fn literal(&mut self, func: FuncId, state: &mut State) {
        let how = self.with.literals.get(&(self.id, func)).copied().unwrap_or(LiteralUse::Detached);
        match how {
            LiteralUse::Immediate | LiteralUse::Synchronous | LiteralUse::Once => {
                if let Some(end) = self.function(func, state.inside()) {
                    let after = state.after(end);
                    if how == LiteralUse::Immediate {
                        *state = after;
                    } else {
                        // It may as well not be called at all.
                        state.join(&after);
                    }
                }
            }
            LiteralUse::Argument | LiteralUse::Foreign => {
                self.function(func, state.perhaps());
            }
            LiteralUse::Detached => {
                self.function(func, State::default());
            }
            // Run when the function ends.
            LiteralUse::Deferred => {}
        }
    }

    fn apply(&mut self, call: ExprId, state: &mut State) {
        let with = self.with;
        for fact in with.locks.get(&(self.id, call)).into_iter().flatten() {
            match fact {
                LockFact::Acquire { path, mode } => {
                    let at = self.hir.expr(call).span.start;
                    state.acquire(Held {
                        path: path.clone(),
                        mode: *mode,
                        certain: true,
                        file: self.id,
                        at,
                    });
                }
                LockFact::Release { path, .. } => state.release(path),
                LockFact::Perhaps { path } => {
                    let at = self.hir.expr(call).span.start;
                    let mode = LockMode::Write;
                    let certain = false;
                    state.doubt(Held { path: path.clone(), mode, certain, file: self.id, at });
                }
                LockFact::Try { path, mode } => {
                    let at = self.hir.expr(call).span.start;
                    state.acquire(Held {
                        path: path.clone(),
                        mode: *mode,
                        certain: false,
                        file: self.id,
                        at,
                    });
                }
                LockFact::Opaque => state.make_opaque(),
            }
        }
    }

    /// Evaluates a condition: the states where it holds and where it does not.
    pub(super) fn condition(&mut self, id: ExprId, mut state: State) -> (Way, Way) {
        let hir = self.hir;
        match hir.expr(id).kind {
            ExprKind::Paren(inner) => self.condition(inner, state),
            ExprKind::Unary { op: UnaryOp::Not, x } => {
                let (yes, no) = self.condition(x, state);
                (no, yes)
            }
            ExprKind::Binary { op: BinaryOp::And, left, right } => {
                let (yes, no) = self.condition(left, state);
                match yes {
                    Some(yes) => {
                        let (both, only_left) = self.condition(right, yes);
                        (both, join(no, only_left))
                    }
                    None => (None, no),
                }
            }
            ExprKind::Binary { op: BinaryOp::Or, left, right } => {
                let (yes, no) = self.condition(left, state);
                match no {
                    Some(no) => {
                        let (only_right, neither) = self.condition(right, no);
                        (join(yes, only_right), neither)
                    }
                    None => (yes, None),
                }
            }
            ExprKind::Call { fun, args, .. } => {
                let facts = self.with.locks.get(&(self.id, id)).map(Vec::as_slice);
                if let Some([LockFact::Try { path, mode }]) = facts {
                    self.callee(fun, args, &mut state);
                    let mut taken = state.clone();
                    let at = hir.expr(id).span.start;
                    taken.acquire(Held {
                        path: path.clone(),
                        mode: *mode,
                        certain: true,
                        file: self.id,
                        at,
                    });
                    return (Some(taken), Some(state));
                }
                self.expr(id, &mut state);
                (Some(state.clone()), Some(state))
            }
            _ => {
                self.expr(id, &mut state);
                (Some(state.clone()), Some(state))
            }
        }
    }

    /// `panic(…)`, `os.Exit(…)`, `log.Fatal…(…)`, `runtime.Goexit()`: the way ends here.
    pub(super) fn never_returns(&self, id: ExprId) -> bool {
        let hir = self.hir;
        let ExprKind::Call { fun, .. } = hir.expr(hir.unparen(id)).kind else { return false };
        let text = self.file.slice(hir.expr(fun).span);
        matches!(
            text,
            "panic" | "os.Exit" | "log.Fatal" | "log.Fatalf" | "log.Fatalln" | "runtime.Goexit"
        )
    }
}
