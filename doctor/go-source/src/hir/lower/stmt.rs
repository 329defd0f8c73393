//! Statements.

use super::Lower;
use crate::hir::{BranchKind, Clause, DeclId, List, Stmt, StmtId, StmtKind};
use go_syntax::{AssignOp, Branch, View, ast};

impl Lower {
    pub(super) fn stmts<'a>(&mut self, list: impl Iterator<Item = ast::Stmt<'a>>) -> List {
        let mut lowered = Vec::new();
        for stmt in list {
            self.stmt_into(stmt, &mut lowered);
        }
        self.hir.add_stmts(lowered)
    }

    /// Lowers a statement; a group of declarations becomes several.
    fn stmt_into(&mut self, stmt: ast::Stmt<'_>, into: &mut Vec<StmtId>) {
        match stmt {
            ast::Stmt::Decl(decl) => {
                let mut decls: Vec<DeclId> = Vec::new();
                self.decl(decl.decl(), &mut decls);
                let span = stmt.node().span();
                into.extend(
                    decls
                        .into_iter()
                        .map(|decl| self.hir.add_stmt(Stmt { kind: StmtKind::Decl(decl), span })),
                );
            }
            ast::Stmt::Empty(_) => {}
            stmt => into.push(self.stmt(stmt)),
        }
    }

    fn stmt(&mut self, stmt: ast::Stmt<'_>) -> StmtId {
        let span = stmt.node().span();
        let kind = self.deeper(|this| this.stmt_kind(stmt)).unwrap_or(StmtKind::Bad);
        self.hir.add_stmt(Stmt { kind, span })
    }

    fn some(&mut self, stmt: Option<ast::Stmt<'_>>) -> Option<StmtId> {
        stmt.map(|stmt| self.stmt(stmt))
    }

    fn block(&mut self, block: ast::BlockStmt<'_>) -> StmtId {
        let body = self.deeper(|this| this.stmts(block.stmts())).unwrap_or_default();
        self.hir.add_stmt(Stmt { kind: StmtKind::Block { body }, span: block.span() })
    }

    fn stmt_kind(&mut self, stmt: ast::Stmt<'_>) -> StmtKind {
        match stmt {
            ast::Stmt::Expr(stmt) => StmtKind::Expr(self.expr(stmt.expr())),
            ast::Stmt::Send(send) => StmtKind::Send {
                channel: self.expr(send.channel()),
                value: self.expr(send.value()),
            },
            ast::Stmt::IncDec(stmt) => StmtKind::IncDec(self.expr(stmt.operand())),
            ast::Stmt::Assign(assign) => {
                let (left, right) = (self.exprs(assign.left()), self.exprs(assign.right()));
                match assign.op() {
                    AssignOp::Define => StmtKind::Define { left, right },
                    op => StmtKind::Assign { left, right, op: op.is_compound() },
                }
            }
            ast::Stmt::Go(stmt) => StmtKind::Go(self.expr(stmt.call())),
            ast::Stmt::Defer(stmt) => StmtKind::Defer(self.expr(stmt.call())),
            ast::Stmt::Return(stmt) => StmtKind::Return(self.exprs(stmt.results())),
            ast::Stmt::Branch(branch) => {
                let kind = match branch.branch() {
                    Branch::Break => BranchKind::Break,
                    Branch::Continue => BranchKind::Continue,
                    Branch::Goto => BranchKind::Goto,
                    Branch::Fallthrough => BranchKind::Fallthrough,
                };
                StmtKind::Branch { kind, label: branch.label().map(|label| label.span()) }
            }
            ast::Stmt::Block(block) => StmtKind::Block { body: self.stmts(block.stmts()) },
            ast::Stmt::If(branch) => {
                let init = self.some(branch.init());
                let cond = self.expr(branch.cond());
                let then = self.block(branch.body());
                StmtKind::If { init, cond, then, or_else: self.some(branch.else_branch()) }
            }
            ast::Stmt::Switch(switch) => {
                let init = self.some(switch.init());
                let tag = switch.tag().map(|tag| self.expr(tag));
                StmtKind::Switch { init, tag, clauses: self.cases(switch.clauses()) }
            }
            ast::Stmt::TypeSwitch(switch) => {
                let init = self.some(switch.init());
                let subject = match switch.subject() {
                    Some(subject) => self.expr(subject),
                    None => self.bad_expr(switch.span()),
                };
                let name = switch.binding().map(|name| name.span());
                StmtKind::TypeSwitch { init, name, subject, clauses: self.cases(switch.clauses()) }
            }
            ast::Stmt::Select(select) => {
                let mut clauses = Vec::new();
                for clause in select.clauses() {
                    let comm = self.some(clause.comm());
                    let body = self.stmts(clause.body());
                    let (is_default, span) = (clause.is_default(), clause.span());
                    clauses.push(Clause { exprs: List::default(), comm, body, is_default, span });
                }
                StmtKind::Select { clauses: self.hir.add_clauses(clauses) }
            }
            ast::Stmt::For(stmt) => {
                let init = self.some(stmt.init());
                let cond = stmt.cond().map(|cond| self.expr(cond));
                let post = self.some(stmt.post());
                StmtKind::For { init, cond, post, body: self.block(stmt.body()) }
            }
            ast::Stmt::Range(range) => {
                let key = range.key().map(|key| self.expr(key));
                let value = range.value().map(|value| self.expr(value));
                let define = range.op() == Some(AssignOp::Define);
                let subject = self.expr(range.subject());
                StmtKind::Range { key, value, define, subject, body: self.block(range.body()) }
            }
            ast::Stmt::Labeled(labeled) => {
                StmtKind::Labeled { label: labeled.label().span(), stmt: self.stmt(labeled.stmt()) }
            }
            // Clauses stand inside their statements; declarations were lowered before.
            ast::Stmt::Decl(_)
            | ast::Stmt::Empty(_)
            | ast::Stmt::Case(_)
            | ast::Stmt::Comm(_)
            | ast::Stmt::Bad(_) => StmtKind::Bad,
        }
    }

    fn cases<'a>(&mut self, list: impl Iterator<Item = ast::CaseClause<'a>>) -> List {
        let mut clauses = Vec::new();
        for clause in list {
            let exprs = self.exprs(clause.exprs());
            let body = self.stmts(clause.body());
            let (is_default, span) = (clause.is_default(), clause.span());
            clauses.push(Clause { exprs, comm: None, body, is_default, span });
        }
        self.hir.add_clauses(clauses)
    }
}
