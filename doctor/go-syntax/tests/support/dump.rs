//! The tree of a file as text, line by line as `tests/oracle/main.go` writes it.
//!
//! Everything is asked of the typed views, so that a wrong accessor shows as a difference.

use std::fmt::Write as _;

use go_syntax::ast::{
    AssignStmt, BasicLit, BinaryExpr, BlockStmt, BranchStmt, CallExpr, CaseClause, ChanType,
    CommClause, CompositeLit, EmptyStmt, Field, FieldList, ForStmt, FuncDecl, FuncType, GenDecl,
    Ident, IfStmt, ImportSpec, IncDecStmt, IndexExpr, IndexListExpr, KeyValueExpr, RangeStmt,
    SendStmt, SliceExpr, SwitchStmt, TypeAssertExpr, TypeSpec, TypeSwitchStmt, UnaryExpr,
    ValueSpec,
};
use go_syntax::{ChanDir, File, Kind, LitKind, Node, Span};

/// The whole dump of a file.
pub(crate) fn dump(file: &File) -> String {
    let mut out = String::new();
    let mut open: Vec<Node<'_>> = Vec::new();
    for node in std::iter::once(file.root()).chain(file.root().descendants()) {
        while open.last().is_some_and(|up| !up.contains(node)) {
            open.pop();
        }
        let Span { start, end } = node.span();
        write!(out, "{} {:?} {start} {end}", open.len(), node.kind()).expect("strings take all");
        extra(&mut out, node).expect("strings take all");
        out.push('\n');
        open.push(node);
    }
    for &comment in file.comments().spans() {
        let text =
            String::from_utf8_lossy(file.bytes(comment)).replace('\r', "").replace('\n', "\\n");
        writeln!(out, "comment {} {text}", comment.start).expect("strings take all");
    }
    writeln!(out, "generated {}", file.is_generated()).expect("strings take all");
    out
}

fn at(offset: Option<u32>) -> i64 {
    offset.map_or(-1, i64::from)
}

fn bit(is: bool) -> u8 {
    u8::from(is)
}

fn doc(node: Node<'_>) -> i64 {
    at(node.file().doc(node).first().map(|comment| comment.start))
}

fn extra(out: &mut String, node: Node<'_>) -> std::fmt::Result {
    match node.kind() {
        Kind::FuncDecl => {
            let n: FuncDecl<'_> = node.cast().expect("kinds match");
            let place = node.file().line_col(n.name().start());
            let (recv, body) = (bit(n.recv().is_some()), bit(n.body().is_some()));
            write!(out, " {} {recv} {body} {} {}", doc(node), place.line, place.column)
        }
        Kind::GenDecl => {
            let n: GenDecl<'_> = node.cast().expect("kinds match");
            write!(out, " {} {} {}", doc(node), n.keyword(), bit(n.is_grouped()))
        }
        Kind::ImportSpec => {
            let n: ImportSpec<'_> = node.cast().expect("kinds match");
            write!(out, " {}", bit(n.name().is_some()))
        }
        Kind::ValueSpec => {
            let n: ValueSpec<'_> = node.cast().expect("kinds match");
            write!(out, " {} {} {}", n.names().count(), bit(n.ty().is_some()), n.values().count())
        }
        Kind::TypeSpec => {
            let n: TypeSpec<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", at(n.assign()), bit(n.type_params().is_some()))
        }
        Kind::FieldList => {
            let n: FieldList<'_> = node.cast().expect("kinds match");
            write!(out, " {}", bit(n.is_bracketed()))
        }
        Kind::Field => {
            let n: Field<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", n.names().count(), bit(n.tag().is_some()))
        }
        Kind::FuncType => {
            let n: FuncType<'_> = node.cast().expect("kinds match");
            let (params, results) = (bit(n.type_params().is_some()), bit(n.results().is_some()));
            write!(out, " {} {params} {results}", bit(n.has_func_keyword()))
        }
        Kind::Ident => {
            let n: Ident<'_> = node.cast().expect("kinds match");
            write!(out, " {}", n.name())
        }
        Kind::BasicLit => {
            let n: BasicLit<'_> = node.cast().expect("kinds match");
            let kind = match n.lit_kind() {
                LitKind::Int => "INT",
                LitKind::Float => "FLOAT",
                LitKind::Imag => "IMAG",
                LitKind::Char => "CHAR",
                LitKind::String => "STRING",
            };
            write!(out, " {kind} {}", n.text().replace('\r', "").replace('\n', "\\n"))
        }
        Kind::CompositeLit => {
            let n: CompositeLit<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", bit(n.ty().is_some()), n.lbrace())
        }
        Kind::IndexExpr => {
            let n: IndexExpr<'_> = node.cast().expect("kinds match");
            write!(out, " {}", n.lbracket())
        }
        Kind::IndexListExpr => {
            let n: IndexListExpr<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", n.lbracket(), n.indices().count())
        }
        Kind::SliceExpr => {
            let n: SliceExpr<'_> = node.cast().expect("kinds match");
            let (low, high, max) = (n.low().is_some(), n.high().is_some(), n.max().is_some());
            write!(out, " {} {} {} {}", n.lbracket(), bit(low), bit(high), bit(max))?;
            write!(out, " {}", bit(n.is_three_index()))
        }
        Kind::TypeAssertExpr => {
            let n: TypeAssertExpr<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", n.lparen(), bit(n.ty().is_some()))
        }
        Kind::CallExpr => {
            let n: CallExpr<'_> = node.cast().expect("kinds match");
            write!(out, " {} {} {}", n.lparen(), n.args().count(), at(n.ellipsis()))
        }
        Kind::UnaryExpr => {
            let n: UnaryExpr<'_> = node.cast().expect("kinds match");
            write!(out, " {}", n.op())
        }
        Kind::BinaryExpr => {
            let n: BinaryExpr<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", n.op(), n.op_pos())
        }
        Kind::KeyValueExpr => {
            let n: KeyValueExpr<'_> = node.cast().expect("kinds match");
            write!(out, " {}", n.colon())
        }
        Kind::ArrayType => {
            let n: go_syntax::ast::ArrayType<'_> = node.cast().expect("kinds match");
            write!(out, " {}", bit(n.len().is_some()))
        }
        Kind::ChanType => {
            let n: ChanType<'_> = node.cast().expect("kinds match");
            let dir = match n.dir() {
                ChanDir::Send => 1,
                ChanDir::Receive => 2,
                ChanDir::Both => 3,
            };
            write!(out, " {dir}")
        }
        _ => statement(out, node),
    }
}

fn statement(out: &mut String, node: Node<'_>) -> std::fmt::Result {
    match node.kind() {
        Kind::EmptyStmt => {
            let n: EmptyStmt<'_> = node.cast().expect("kinds match");
            write!(out, " {}", bit(n.is_implicit()))
        }
        Kind::SendStmt => {
            let n: SendStmt<'_> = node.cast().expect("kinds match");
            write!(out, " {}", n.arrow())
        }
        Kind::IncDecStmt => {
            let n: IncDecStmt<'_> = node.cast().expect("kinds match");
            write!(out, " {}", if n.is_decrement() { "--" } else { "++" })
        }
        Kind::AssignStmt => {
            let n: AssignStmt<'_> = node.cast().expect("kinds match");
            write!(out, " {} {} {} {}", n.op(), n.op_pos(), n.left().count(), n.right().count())
        }
        Kind::BranchStmt => {
            let n: BranchStmt<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", n.branch(), bit(n.label().is_some()))
        }
        Kind::BlockStmt => {
            let n: BlockStmt<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", at(n.rbrace()), n.stmts().count())
        }
        Kind::IfStmt => {
            let n: IfStmt<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", bit(n.init().is_some()), bit(n.else_branch().is_some()))
        }
        Kind::CaseClause => {
            let n: CaseClause<'_> = node.cast().expect("kinds match");
            write!(out, " {} {} {}", n.exprs().count(), n.colon(), n.body().count())
        }
        Kind::SwitchStmt => {
            let n: SwitchStmt<'_> = node.cast().expect("kinds match");
            write!(out, " {} {}", bit(n.init().is_some()), bit(n.tag().is_some()))
        }
        Kind::TypeSwitchStmt => {
            let n: TypeSwitchStmt<'_> = node.cast().expect("kinds match");
            write!(out, " {}", bit(n.init().is_some()))
        }
        Kind::CommClause => {
            let n: CommClause<'_> = node.cast().expect("kinds match");
            write!(out, " {} {} {}", bit(n.comm().is_some()), n.colon(), n.body().count())
        }
        Kind::ForStmt => {
            let n: ForStmt<'_> = node.cast().expect("kinds match");
            let (init, cond, post) = (n.init().is_some(), n.cond().is_some(), n.post().is_some());
            write!(out, " {} {} {}", bit(init), bit(cond), bit(post))
        }
        Kind::RangeStmt => {
            let n: RangeStmt<'_> = node.cast().expect("kinds match");
            let op = n.op().map_or("-", go_syntax::AssignOp::text);
            let (key, value) = (bit(n.key().is_some()), bit(n.value().is_some()));
            write!(out, " {key} {value} {op} {}", at(n.op_pos()))
        }
        _ => Ok(()),
    }
}
