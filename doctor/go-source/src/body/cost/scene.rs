//! Where a function, with the literals in it, uses, declares and assigns names.

use super::super::assigned;
use super::super::walker::Walker;
use crate::Span;
use crate::hir::{DeclKind, ExprId, ExprKind, FuncId, List, StmtId, StmtKind};
use rustc_hash::{FxHashMap, FxHashSet};

/// What looks like a call and is compiled to none.
const QUIET: [&str; 12] = [
    "len", "cap", "min", "max", "string", "int", "int32", "int64", "uint32", "uint64", "float64",
    "byte",
];

/// Places of one name, in order.
pub(super) type Places = Vec<u32>;

/// What the text of a function says of names.
#[derive(Debug, Default)]
pub(super) struct Scene<'w> {
    /// Where each name stands, also as the beginning of `name.field`; declarations are among them.
    names: FxHashMap<&'w str, Places>,
    /// Where each path stands as a whole: `m`, `s.m`. A part of a longer one does not count.
    paths: FxHashMap<&'w str, Places>,
    declared: FxHashMap<&'w str, Places>,
    assigned: FxHashMap<&'w str, Places>,
    /// The first value of each name that is given one where it is declared.
    inits: FxHashMap<&'w str, ExprId>,
    /// Statements that follow each other, of the function, its blocks and its literals.
    pub(super) blocks: Vec<List>,
    /// All statements.
    pub(super) stmts: Vec<StmtId>,
    /// Where calls end that are no conversions and no look at a length.
    calls: Places,
    /// Loops.
    loops: Vec<Span>,
    /// Elements that are assigned.
    pub(super) targets: FxHashSet<ExprId>,
    /// Elements whose index is a name alone, by that name.
    pub(super) elements: FxHashMap<&'w str, Vec<ExprId>>,
    /// Selectors of a name, by that name.
    pub(super) selectors: FxHashMap<&'w str, Vec<ExprId>>,
    /// What is deleted from or cleared.
    emptied: FxHashMap<&'w str, Places>,
}

fn within(places: Option<&Places>, span: Span) -> usize {
    places.map_or(0, |places| {
        places.iter().filter(|at| span.start <= **at && **at < span.end).count()
    })
}

impl<'w> Scene<'w> {
    /// Reads a declared function.
    pub(super) fn new(walker: &Walker<'w>, func: FuncId) -> Self {
        let hir = walker.r.hir();
        let mut found = Self::default();
        let mut funcs = vec![func];
        let mut todo: Vec<StmtId> = Vec::new();
        loop {
            while let Some(func) = funcs.pop() {
                let func = hir.func(func);
                let sig = hir.sig(func.sig);
                for list in [func.receiver, sig.params, sig.results] {
                    let names = hir.params(list).iter().filter_map(|param| param.name);
                    names.for_each(|name| found.declares(walker, name));
                }
                found.blocks.extend(func.body);
                todo.extend(func.body.into_iter().flat_map(|body| hir.stmts(body)));
            }
            let Some(stmt) = todo.pop() else { break };
            found.stmt(walker, stmt, &mut funcs);
            assigned::below(hir, stmt, &mut todo);
        }
        let lists = [
            &mut found.names,
            &mut found.paths,
            &mut found.declared,
            &mut found.assigned,
            &mut found.emptied,
        ];
        for places in lists.into_iter().flat_map(FxHashMap::values_mut) {
            places.sort_unstable();
        }
        found
    }

    /// How often a name stands in a part of the text, also as the beginning of a path.
    pub(super) fn names(&self, name: &str, span: Span) -> usize {
        within(self.names.get(name), span)
    }

    /// How often a path stands in a part of the text as a whole.
    pub(super) fn paths(&self, path: &str, span: Span) -> usize {
        within(self.paths.get(path), span)
    }

    /// Whether a name is declared in a part of the text.
    pub(super) fn declares_in(&self, name: &str, span: Span) -> bool {
        within(self.declared.get(name), span) > 0
    }

    /// Whether a name is assigned, or its address taken, in a part of the text.
    pub(super) fn assigns_in(&self, name: &str, span: Span) -> bool {
        within(self.assigned.get(name), span) > 0
    }

    /// Whether entries are taken out of a map in a part of the text.
    pub(super) fn empties_in(&self, path: &str, span: Span) -> bool {
        within(self.emptied.get(path), span) > 0
    }

    /// Whether a name is declared once, and never assigned again.
    pub(super) fn is_constant(&self, name: &str) -> bool {
        self.declared.get(name).is_some_and(|places| places.len() == 1)
            && !self.assigned.contains_key(name)
    }

    /// Whether a name is declared once.
    pub(super) fn is_one_variable(&self, name: &str) -> bool {
        self.declared.get(name).is_some_and(|places| places.len() == 1)
    }

    /// What a name that keeps its first value was declared with.
    pub(super) fn init(&self, name: &str) -> Option<ExprId> {
        self.inits.get(name).copied().filter(|_| self.is_constant(name))
    }

    /// Whether a call ends in a part of the text.
    pub(super) fn calls_in(&self, span: Span) -> bool {
        self.calls.iter().any(|at| span.start < *at && *at <= span.end)
    }

    /// Whether a place is inside a loop.
    pub(super) fn is_looped(&self, at: u32) -> bool {
        self.loops.iter().any(|span| span.start < at && at < span.end)
    }

    fn declares(&mut self, walker: &Walker<'w>, name: Span) {
        let text = walker.r.text(name);
        self.names.entry(text).or_default().push(name.start);
        self.declared.entry(text).or_default().push(name.start);
    }

    fn stmt(&mut self, walker: &Walker<'w>, stmt: StmtId, funcs: &mut Vec<FuncId>) {
        let hir = walker.r.hir();
        self.stmts.push(stmt);
        let mut names = Vec::new();
        assigned::declared(hir, stmt, &mut names);
        for name in &names {
            self.declared.entry(walker.r.text(*name)).or_default().push(name.start);
        }
        let (mut found, mut below) = (assigned::Assigned::default(), Vec::new());
        assigned::assigned(hir, stmt, &mut below, &mut found);
        // Of several names that are declared at once some may be there already, which is told by where else they are.
        for name in found.names.iter().filter(|name| !names.contains(name)) {
            self.assigned.entry(walker.r.text(*name)).or_default().push(name.start);
        }
        let mut exprs: Vec<ExprId> = Vec::new();
        match hir.stmt(stmt).kind {
            StmtKind::Expr(x) | StmtKind::Go(x) | StmtKind::Defer(x) => exprs.push(x),
            StmtKind::IncDec(x) => {
                self.targets.insert(hir.unparen(x));
                exprs.push(x);
            }
            StmtKind::Send { channel, value } => exprs.extend([channel, value]),
            StmtKind::Assign { left, right, .. } | StmtKind::Define { left, right } => {
                let (left, right) = (hir.exprs(left), hir.exprs(right));
                self.targets.extend(left.iter().map(|target| hir.unparen(*target)));
                if matches!(hir.stmt(stmt).kind, StmtKind::Define { .. })
                    && left.len() == right.len()
                {
                    for (name, value) in left.iter().zip(right) {
                        self.inits.insert(walker.r.text(hir.expr(*name).span), *value);
                    }
                }
                exprs.extend(left.iter().chain(right));
            }
            StmtKind::Return(list) => exprs.extend(hir.exprs(list)),
            StmtKind::Block { body } => self.blocks.push(body),
            StmtKind::If { cond, .. } => exprs.push(cond),
            StmtKind::Switch { tag, clauses, .. } => {
                exprs.extend(tag);
                for clause in hir.clauses(clauses) {
                    exprs.extend(hir.exprs(clause.exprs));
                    self.blocks.push(clause.body);
                }
            }
            StmtKind::TypeSwitch { subject, clauses, name, .. } => {
                exprs.push(subject);
                if let Some(name) = name {
                    self.names.entry(walker.r.text(name)).or_default().push(name.start);
                }
                self.blocks.extend(hir.clauses(clauses).iter().map(|clause| clause.body));
            }
            StmtKind::Select { clauses } => {
                self.blocks.extend(hir.clauses(clauses).iter().map(|clause| clause.body));
            }
            StmtKind::For { cond, .. } => {
                self.loops.push(hir.stmt(stmt).span);
                exprs.extend(cond);
            }
            StmtKind::Range { key, value, subject, .. } => {
                self.loops.push(hir.stmt(stmt).span);
                exprs.extend(key.into_iter().chain(value).chain([subject]));
            }
            StmtKind::Decl(decl) => {
                if let DeclKind::Var { names, values, .. } = hir.decl(decl).kind {
                    let values = hir.exprs(values);
                    for (at, name) in hir.names(names).iter().enumerate() {
                        let text = walker.r.text(*name);
                        self.names.entry(text).or_default().push(name.start);
                        if let (Some(value), true) = (values.get(at), values.len() == names.len()) {
                            self.inits.insert(text, *value);
                        }
                    }
                    exprs.extend(values);
                }
            }
            _ => {}
        }
        while let Some(expr) = exprs.pop() {
            self.expr(walker, expr, &mut exprs, funcs);
        }
    }

    /// Notes one expression, and queues its parts.
    fn expr(
        &mut self,
        walker: &Walker<'w>,
        id: ExprId,
        todo: &mut Vec<ExprId>,
        funcs: &mut Vec<FuncId>,
    ) {
        let hir = walker.r.hir();
        let expr = hir.expr(id);
        let text = walker.r.text(expr.span);
        let start = expr.span.start;
        match expr.kind {
            ExprKind::Name => {
                self.names.entry(text).or_default().push(start);
                self.paths.entry(text).or_default().push(start);
            }
            ExprKind::Selector { base, .. } => {
                let inner = hir.unparen(base);
                if hir.expr(inner).kind == ExprKind::Name {
                    let of = walker.r.text(hir.expr(inner).span);
                    self.selectors.entry(of).or_default().push(id);
                }
                if walker.is_name_path(id) {
                    self.paths.entry(text).or_default().push(start);
                    if let Some(root) = walker.root_of(id) {
                        self.names.entry(root).or_default().push(start);
                    }
                } else {
                    todo.push(base);
                }
            }
            ExprKind::FuncLit(func) => funcs.push(func),
            ExprKind::Paren(x)
            | ExprKind::Star(x)
            | ExprKind::Unary { x, .. }
            | ExprKind::Assert { base: x, .. } => todo.push(x),
            ExprKind::Index { base, args } => {
                if let [key] = hir.exprs(args) {
                    let key = hir.expr(hir.unparen(*key));
                    if key.kind == ExprKind::Name {
                        self.elements.entry(walker.r.text(key.span)).or_default().push(id);
                    }
                }
                todo.push(base);
                todo.extend(hir.exprs(args));
            }
            ExprKind::Slice { base, bounds } => {
                todo.push(base);
                todo.extend(hir.exprs(bounds));
            }
            ExprKind::Call { fun, args, .. } => {
                let args = hir.exprs(args);
                if !QUIET.contains(&walker.r.text(hir.expr(hir.unparen(fun)).span)) {
                    self.calls.push(expr.span.end);
                }
                if let ("delete" | "clear", Some(of)) =
                    (walker.r.text(hir.expr(fun).span), args.first())
                {
                    self.emptied.entry(walker.written(*of)).or_default().push(start);
                }
                todo.push(fun);
                todo.extend(args);
            }
            ExprKind::Binary { left, right, .. } => todo.extend([left, right]),
            ExprKind::Composite { elements, .. } => {
                for element in hir.elements(elements) {
                    // The name of a field is none of a variable.
                    todo.extend(element.key.filter(|key| hir.expr(*key).kind != ExprKind::Name));
                    todo.push(element.value);
                }
            }
            _ => {}
        }
    }
}
