//! Which names a body assigns to, declares or lends, by its text alone: found before the walk, so
//! that it knows of each variable whether it keeps its first value.

use crate::Span;
use crate::hir::{DeclKind, ExprId, ExprKind, Hir, StmtId, StmtKind, UnaryOp};

/// What may give variables another value than they were declared with.
#[derive(Debug, Default)]
pub(super) struct Assigned {
    /// Names that are assigned to, or whose address is taken.
    pub(super) names: Vec<Span>,
    /// Names from which something is selected, and what: a method with a pointer receiver takes the
    /// address as well.
    pub(super) selected: Vec<(Span, Span)>,
}

/// Notes the names that one statement, or a literal or address-taking inside it, assigns to, and
/// queues the statements below it.
pub(super) fn assigned(hir: &Hir, stmt: StmtId, todo: &mut Vec<StmtId>, found: &mut Assigned) {
    let names = &mut found.names;
    let mut exprs: Vec<ExprId> = Vec::new();
    match hir.stmt(stmt).kind {
        StmtKind::Assign { left, right, .. } => {
            for target in hir.exprs(left) {
                name_of(hir, *target, names);
            }
            exprs.extend(hir.exprs(left));
            exprs.extend(hir.exprs(right));
        }
        StmtKind::Define { left, right } => {
            // Among several targets some may be assigned rather than declared; one alone is
            // always declared.
            if left.len() > 1 {
                for target in hir.exprs(left) {
                    name_of(hir, *target, names);
                }
            }
            exprs.extend(hir.exprs(right));
        }
        StmtKind::IncDec(expr)
        | StmtKind::Expr(expr)
        | StmtKind::Go(expr)
        | StmtKind::Defer(expr) => exprs.push(expr),
        StmtKind::Send { channel, value } => exprs.extend([channel, value]),
        StmtKind::Return(list) => exprs.extend(hir.exprs(list)),
        StmtKind::Block { body } => todo.extend(hir.stmts(body)),
        StmtKind::If { init, cond, then, or_else } => {
            todo.extend(init.into_iter().chain([then]).chain(or_else));
            exprs.push(cond);
        }
        StmtKind::Switch { init, tag, clauses } => {
            todo.extend(init);
            exprs.extend(tag);
            for clause in hir.clauses(clauses) {
                exprs.extend(hir.exprs(clause.exprs));
                todo.extend(hir.stmts(clause.body));
            }
        }
        StmtKind::TypeSwitch { init, subject, clauses, .. } => {
            todo.extend(init);
            exprs.push(subject);
            todo.extend(hir.clauses(clauses).iter().flat_map(|clause| hir.stmts(clause.body)));
        }
        StmtKind::Select { clauses } => {
            for clause in hir.clauses(clauses) {
                todo.extend(clause.comm.iter().chain(hir.stmts(clause.body)));
            }
        }
        StmtKind::For { init, cond, post, body } => {
            todo.extend(init.into_iter().chain(post).chain([body]));
            exprs.extend(cond);
        }
        StmtKind::Range { key, value, define, subject, body } => {
            if !define {
                for target in key.into_iter().chain(value) {
                    name_of(hir, target, names);
                }
            }
            exprs.push(subject);
            todo.push(body);
        }
        StmtKind::Labeled { stmt, .. } => todo.push(stmt),
        StmtKind::Decl(decl) => {
            if let DeclKind::Var { values, .. } = hir.decl(decl).kind {
                exprs.extend(hir.exprs(values));
            }
        }
        StmtKind::Branch { .. } | StmtKind::Bad => {}
    }
    inside(hir, exprs, todo, found);
}

/// Queues the statements directly below one, those of literals aside.
pub(super) fn below(hir: &Hir, stmt: StmtId, todo: &mut Vec<StmtId>) {
    match hir.stmt(stmt).kind {
        StmtKind::Block { body } => todo.extend(hir.stmts(body)),
        StmtKind::If { init, then, or_else, .. } => {
            todo.extend(init.into_iter().chain([then]).chain(or_else));
        }
        StmtKind::Switch { init, clauses, .. } | StmtKind::TypeSwitch { init, clauses, .. } => {
            todo.extend(init);
            todo.extend(hir.clauses(clauses).iter().flat_map(|clause| hir.stmts(clause.body)));
        }
        StmtKind::Select { clauses } => {
            for clause in hir.clauses(clauses) {
                todo.extend(clause.comm.iter().chain(hir.stmts(clause.body)));
            }
        }
        StmtKind::For { init, post, body, .. } => {
            todo.extend(init.into_iter().chain(post).chain([body]));
        }
        StmtKind::Range { body, .. } => todo.push(body),
        StmtKind::Labeled { stmt, .. } => todo.push(stmt),
        _ => {}
    }
}

/// Notes the names that one statement declares.
pub(super) fn declared(hir: &Hir, stmt: StmtId, names: &mut Vec<Span>) {
    match hir.stmt(stmt).kind {
        StmtKind::Define { left, .. } => {
            for target in hir.exprs(left) {
                name_of(hir, *target, names);
            }
        }
        StmtKind::Range { key, value, define: true, .. } => {
            for target in key.into_iter().chain(value) {
                name_of(hir, target, names);
            }
        }
        StmtKind::TypeSwitch { name, .. } => names.extend(name),
        StmtKind::Decl(decl) => match hir.decl(decl).kind {
            DeclKind::Var { names: list, .. } | DeclKind::Const { names: list, .. } => {
                names.extend(hir.names(list));
            }
            _ => {}
        },
        _ => {}
    }
}

/// Looks for literals, whose bodies assign too, and for addresses, through which others assign.
fn inside(hir: &Hir, mut exprs: Vec<ExprId>, todo: &mut Vec<StmtId>, found: &mut Assigned) {
    while let Some(id) = exprs.pop() {
        match hir.expr(id).kind {
            ExprKind::FuncLit(func) => {
                todo.extend(hir.func(func).body.into_iter().flat_map(|body| hir.stmts(body)));
            }
            ExprKind::Unary { op, x } => {
                if op == UnaryOp::Address {
                    name_of(hir, x, &mut found.names);
                }
                exprs.push(x);
            }
            ExprKind::Selector { base, name } => {
                let inner = hir.expr(hir.unparen(base));
                if inner.kind == ExprKind::Name {
                    found.selected.push((inner.span, name));
                }
                exprs.push(base);
            }
            ExprKind::Paren(x) | ExprKind::Star(x) | ExprKind::Assert { base: x, .. } => {
                exprs.push(x);
            }
            ExprKind::Index { base, args } | ExprKind::Slice { base, bounds: args } => {
                exprs.push(base);
                exprs.extend(hir.exprs(args));
            }
            ExprKind::Call { fun, args, .. } => {
                exprs.push(fun);
                exprs.extend(hir.exprs(args));
            }
            ExprKind::Binary { left, right, .. } => exprs.extend([left, right]),
            ExprKind::Composite { elements, .. } => {
                for element in hir.elements(elements) {
                    exprs.extend(element.key);
                    exprs.push(element.value);
                }
            }
            _ => {}
        }
    }
}

fn name_of(hir: &Hir, target: ExprId, names: &mut Vec<Span>) {
    let target = hir.expr(hir.unparen(target));
    if target.kind == ExprKind::Name {
        names.push(target.span);
    }
}
