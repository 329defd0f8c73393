//! The run over one function.

mod expr;

use super::state::{Deferred, Held, State};
use crate::body::{LiteralUse, LockFact};
use crate::hir::{BranchKind, Clause, ExprId, ExprKind, FuncId, Hir, List, StmtId, StmtKind};
use crate::world::{File, FileId};
use rustc_hash::{FxHashMap, FxHashSet};

/// Loops are run at most this often; what still changes then is not known.
const MAX_TURNS: u32 = 6;

/// What calls do to locks, and how literals are used, in one file.
pub(crate) struct Operations<'a> {
    pub(crate) locks: &'a FxHashMap<(FileId, ExprId), Vec<LockFact>>,
    pub(crate) literals: &'a FxHashMap<(FileId, FuncId), LiteralUse>,
    pub(crate) local_calls: &'a FxHashMap<(FileId, ExprId), FuncId>,
    /// The expressions at which the answer is wanted.
    pub(crate) anchors: &'a FxHashSet<(FileId, ExprId)>,
}

/// Runs a declared function with its literals. Yields the state at each anchor, and the state in
/// which the function ends.
pub(crate) fn held_at(
    file: &File,
    id: FileId,
    func: FuncId,
    with: &Operations<'_>,
) -> (FxHashMap<ExprId, State>, Option<State>) {
    let mut flow = Flow {
        file,
        hir: &file.hir,
        id,
        with,
        found: FxHashMap::default(),
        frames: Vec::new(),
        turns: 0,
        called: Vec::new(),
    };
    let end = flow.function(func, State::default());
    (flow.found, end)
}

pub(super) struct Flow<'a> {
    file: &'a File,
    hir: &'a Hir,
    id: FileId,
    with: &'a Operations<'a>,
    found: FxHashMap<ExprId, State>,
    frames: Vec<Frame<'a>>,
    turns: u32,
    /// The literals that are run because a variable that holds them is called.
    called: Vec<FuncId>,
}

/// What is open in one function: its ends, and the statements that can be left.
#[derive(Default)]
struct Frame<'a> {
    ends: Option<State>,
    targets: Vec<Target<'a>>,
    gotos: FxHashMap<&'a str, State>,
}

struct Target<'a> {
    label: Option<&'a str>,
    is_loop: bool,
    breaks: Option<State>,
    continues: Option<State>,
}

/// A way through the function; `None` where it has ended.
type Way = Option<State>;

fn join(a: Way, b: Way) -> Way {
    match (a, b) {
        (Some(mut a), Some(b)) => {
            a.join(&b);
            Some(a)
        }
        (a, b) => a.or(b),
    }
}

fn join_into(slot: &mut Way, way: Way) {
    *slot = join(slot.take(), way);
}

impl<'a> Flow<'a> {
    /// Runs a function from a state to the join of its ends, with what it deferred.
    fn function(&mut self, func: FuncId, start: State) -> Way {
        let body = self.hir.func(func).body?;
        self.frames.push(Frame::default());
        let mut end = self.stmts(body, Some(start.clone()));
        if self.frames.last().is_some_and(|frame| !frame.gotos.is_empty()) {
            // Jumps backwards are known by now; a second run brings them to their labels.
            if let Some(frame) = self.frames.last_mut() {
                frame.ends = None;
            }
            end = self.stmts(body, Some(start));
        }
        self.leave(end);
        self.frames.pop().and_then(|frame| frame.ends)
    }

    /// A way reaches the end of the function: what it deferred is run, last first.
    fn leave(&mut self, way: Way) {
        let Some(mut state) = way else { return };
        while let Some(deferred) = state.deferred.pop() {
            match deferred {
                Deferred::Acquire(held) => state.acquire(held),
                Deferred::Release(path) => state.release(&path),
                Deferred::Literal(func) => {
                    if let Some(inner) = self.function(func, state.inside()) {
                        state = state.after(inner);
                    }
                }
            }
        }
        if let Some(frame) = self.frames.last_mut() {
            join_into(&mut frame.ends, Some(state));
        }
    }

    fn stmts(&mut self, list: List, mut way: Way) -> Way {
        for stmt in self.hir.stmts(list) {
            way = self.stmt(*stmt, way, None);
        }
        way
    }

    fn stmt(&mut self, id: StmtId, way: Way, label: Option<&'a str>) -> Way {
        let kind = self.hir.stmt(id).kind;
        if let StmtKind::Labeled { label, stmt } = kind {
            let label = self.file.slice(label);
            let jumped = self.frames.last().and_then(|frame| frame.gotos.get(label)).cloned();
            return self.stmt(stmt, join(way, jumped), Some(label));
        }
        let mut state = way?;
        match kind {
            StmtKind::Labeled { .. } | StmtKind::Bad => Some(state),
            StmtKind::Expr(expr) => {
                self.expr(expr, &mut state);
                let ends = self.never_returns(expr);
                if ends { None } else { Some(state) }
            }
            StmtKind::Send { channel, value } => {
                self.expr(channel, &mut state);
                self.expr(value, &mut state);
                Some(state)
            }
            StmtKind::IncDec(expr) => {
                self.expr(expr, &mut state);
                Some(state)
            }
            StmtKind::Assign { left, right, .. } | StmtKind::Define { left, right } => {
                self.exprs(right, &mut state);
                self.exprs(left, &mut state);
                for target in self.hir.exprs(left) {
                    let target = self.hir.expr(*target);
                    if target.kind == ExprKind::Name {
                        state.rebind(self.file.slice(target.span));
                    }
                }
                Some(state)
            }
            StmtKind::Go(call) => {
                self.operands(call, &mut state);
                Some(state)
            }
            StmtKind::Defer(call) => {
                self.operands(call, &mut state);
                self.defer(call, &mut state);
                Some(state)
            }
            StmtKind::Return(list) => {
                self.exprs(list, &mut state);
                self.leave(Some(state));
                None
            }
            StmtKind::Branch { kind, label } => {
                self.branch(kind, label.map(|label| self.file.slice(label)), state)
            }
            StmtKind::Block { body } => self.stmts(body, Some(state)),
            StmtKind::If { init, cond, then, or_else } => {
                if let Some(init) = init {
                    state = self.stmt(init, Some(state), None)?;
                }
                let (yes, no) = self.condition(cond, state);
                let yes = self.stmt(then, yes, None);
                let no = match or_else {
                    Some(or_else) => self.stmt(or_else, no, None),
                    None => no,
                };
                join(yes, no)
            }
            StmtKind::Switch { init, tag, clauses } => {
                if let Some(init) = init {
                    state = self.stmt(init, Some(state), None)?;
                }
                if let Some(tag) = tag {
                    self.expr(tag, &mut state);
                }
                self.clauses(clauses, state, label, false)
            }
            StmtKind::TypeSwitch { init, subject, clauses, .. } => {
                if let Some(init) = init {
                    state = self.stmt(init, Some(state), None)?;
                }
                self.expr(subject, &mut state);
                self.clauses(clauses, state, label, false)
            }
            StmtKind::Select { clauses } => self.clauses(clauses, state, label, true),
            StmtKind::For { init, cond, post, body } => {
                if let Some(init) = init {
                    state = self.stmt(init, Some(state), None)?;
                }
                self.repeat(state, label, |this, start| {
                    let (enter, exit) = match cond {
                        Some(cond) => this.condition(cond, start),
                        None => (Some(start), None),
                    };
                    let end = this.stmt(body, enter, None);
                    let end = join(end, this.take_continues());
                    let end = match post {
                        Some(post) => this.stmt(post, end, None),
                        None => end,
                    };
                    (end, exit)
                })
            }
            StmtKind::Range { key, value, subject, body, .. } => {
                self.expr(subject, &mut state);
                self.repeat(state, label, |this, start| {
                    let mut enter = start.clone();
                    for target in key.into_iter().chain(value) {
                        this.expr(target, &mut enter);
                        let target = this.hir.expr(target);
                        if target.kind == ExprKind::Name {
                            enter.rebind(this.file.slice(target.span));
                        }
                    }
                    let end = this.stmt(body, Some(enter), None);
                    (join(end, this.take_continues()), Some(start))
                })
            }
            StmtKind::Decl(decl) => {
                if let crate::hir::DeclKind::Var { values, .. } = self.hir.decl(decl).kind {
                    self.exprs(values, &mut state);
                }
                Some(state)
            }
        }
    }

    fn branch(&mut self, kind: BranchKind, label: Option<&'a str>, state: State) -> Way {
        let frame = self.frames.last_mut()?;
        let wanted = |target: &&mut Target<'_>| match (kind, label) {
            (_, Some(label)) => target.label == Some(label),
            (BranchKind::Continue, None) => target.is_loop,
            _ => true,
        };
        match kind {
            BranchKind::Break => {
                let target = frame.targets.iter_mut().rev().find(wanted)?;
                join_into(&mut target.breaks, Some(state));
                None
            }
            BranchKind::Continue => {
                let target = frame.targets.iter_mut().rev().find(wanted)?;
                join_into(&mut target.continues, Some(state));
                None
            }
            BranchKind::Goto => {
                let known = frame.gotos.remove(label?);
                frame.gotos.insert(label?, join(known, Some(state))?);
                None
            }
            // The clause below begins where this one ends.
            BranchKind::Fallthrough => Some(state),
        }
    }

    /// Runs a loop until what its turns begin with no longer changes.
    fn repeat(
        &mut self,
        start: State,
        label: Option<&'a str>,
        mut turn: impl FnMut(&mut Self, State) -> (Way, Way),
    ) -> Way {
        let mut begin = start;
        for at in 0..MAX_TURNS {
            self.open(label, true);
            let (end, exit) = turn(self, begin.clone());
            let breaks = self.close();
            let mut next = begin.clone();
            if let Some(end) = &end {
                next.join(end);
            }
            // Loops in loops multiply their turns.
            self.turns = self.turns.saturating_add(1);
            let last = at.saturating_add(1) == MAX_TURNS || self.turns > 10_000;
            if next == begin || last {
                let mut way = join(exit, breaks);
                if let Some(state) = way.as_mut().filter(|_| next != begin) {
                    state.make_opaque();
                }
                return way;
            }
            begin = next;
        }
        None
    }

    fn clauses(
        &mut self,
        clauses: List,
        state: State,
        label: Option<&'a str>,
        select: bool,
    ) -> Way {
        self.open(label, false);
        let mut end: Way = None;
        let mut falls: Way = None;
        let mut rest = state;
        let clauses: &'a [Clause] = self.hir.clauses(clauses);
        let mut complete = select;
        for clause in clauses {
            complete |= clause.is_default;
            let mut begin = rest.clone();
            self.exprs(clause.exprs, &mut begin);
            if !select {
                // A later clause is reached only after the expressions of this one.
                rest = begin.clone();
            }
            let begin = match clause.comm {
                Some(comm) => self.stmt(comm, Some(begin), None),
                None => Some(begin),
            };
            let way = self.stmts(clause.body, join(begin, falls.take()));
            if self.falls_through(clause) {
                falls = way;
            } else {
                end = join(end, way);
            }
        }
        if !complete {
            end = join(end, Some(rest));
        }
        let breaks = self.close();
        join(end, breaks)
    }

    fn falls_through(&self, clause: &Clause) -> bool {
        let last = self.hir.stmts(clause.body).last();
        last.is_some_and(|last| {
            matches!(
                self.hir.stmt(*last).kind,
                StmtKind::Branch { kind: BranchKind::Fallthrough, .. }
            )
        })
    }

    fn open(&mut self, label: Option<&'a str>, is_loop: bool) {
        if let Some(frame) = self.frames.last_mut() {
            frame.targets.push(Target { label, is_loop, breaks: None, continues: None });
        }
    }

    fn close(&mut self) -> Way {
        self.frames
            .last_mut()
            .and_then(|frame| frame.targets.pop())
            .and_then(|target| target.breaks)
    }

    fn take_continues(&mut self) -> Way {
        let frame = self.frames.last_mut()?;
        frame.targets.last_mut()?.continues.take()
    }

    fn defer(&mut self, call: ExprId, state: &mut State) {
        let call = self.hir.unparen(call);
        let ExprKind::Call { fun, .. } = self.hir.expr(call).kind else { return };
        if let ExprKind::FuncLit(func) = self.hir.expr(self.hir.unparen(fun)).kind {
            push(&mut state.deferred, Deferred::Literal(func));
        }
        let with = self.with;
        for fact in with.locks.get(&(self.id, call)).into_iter().flatten() {
            match fact {
                LockFact::Acquire { path, mode } => {
                    let at = self.hir.expr(call).span.start;
                    let held =
                        Held { path: path.clone(), mode: *mode, certain: true, file: self.id, at };
                    push(&mut state.deferred, Deferred::Acquire(held));
                }
                LockFact::Release { path, .. } => {
                    push(&mut state.deferred, Deferred::Release(path.clone()));
                }
                LockFact::Try { .. } | LockFact::Perhaps { .. } | LockFact::Opaque => {
                    state.make_opaque();
                }
            }
        }
    }
}

/// A loop defers the same again and again; once is enough to know.
fn push(deferred: &mut Vec<Deferred>, what: Deferred) {
    if !deferred.contains(&what) {
        deferred.push(what);
    }
}
