//! `for k, v := range m` becomes `m.Range(func(key, value any) bool { … })`.

use super::Rewrite;
use crate::edit::Edit;
use crate::every_use::Place;
use crate::lines::{alone, indent_of, line_end};
use go_syntax::ast::{BranchStmt, RangeStmt};
use go_syntax::{AssignOp, Branch, Kind, Node, View};

/// The edits of a loop.
///
/// # Errors
///
/// The reason where its body cannot be that of a function: it returns, jumps, or defers.
pub(super) fn edits(
    rewrite: &Rewrite<'_, '_>,
    place: &Place,
    text: &str,
    range: RangeStmt<'_>,
) -> Result<Vec<Edit>, String> {
    let at = || place.at();
    let node = range.node();
    let body = range.body();
    let rbrace = body.rbrace().ok_or("a loop has no end")?;
    let header = body.node().start().saturating_add(1);
    let in_block = node.parent().is_some_and(|up| {
        matches!(up.kind(), Kind::BlockStmt | Kind::CaseClause | Kind::CommClause)
    });
    let first = body.stmts().next().map(|stmt| stmt.node().start());
    let header_end = line_end(text, header);
    let one_line = header_end >= rbrace || first.is_some_and(|first| first < header_end);
    if !in_block || one_line || !alone(text, node.start(), node.end()) {
        return Err(format!("the loop over it at {} has no lines of its own", at()));
    }
    if range.op() == Some(AssignOp::Assign) {
        return Err(format!("the loop over it at {} assigns to variables around it", at()));
    }
    let mut jumps = Vec::new();
    collect(body.node(), false, false, &mut jumps)
        .map_err(|what| format!("the loop over it at {} {what}", at()))?;
    let used = |name: &str| {
        let mut inside = body.node().descendants();
        inside.any(|inner| inner.kind() == Kind::Ident && inner.text() == name)
    };
    let name = |given: Option<go_syntax::ast::Expr<'_>>| {
        given.map(|given| given.node().text().to_owned()).filter(|name| name != "_")
    };
    let (k, v) = (name(range.key()), name(range.value()));
    let taken = |candidate: &str| {
        used(candidate) || k.as_deref() == Some(candidate) || v.as_deref() == Some(candidate)
    };
    let free = |names: [&'static str; 2]| names.into_iter().find(|name| !taken(name));
    let key = free(["key", "anyKey"]).ok_or("the name key is taken in a loop over it")?;
    let value = free(["value", "anyValue"]).ok_or("the name value is taken in a loop over it")?;
    if (k.is_some() || v.is_some()) && !rewrite.declared.reads_alike_in(&place.file) {
        return Err(format!("its types mean something else in {}", place.path));
    }
    let indent = indent_of(text, node.start());
    let mut lines = String::new();
    let mut bind = |name: &Option<String>, from: &str, ty: &str| {
        if let Some(name) = name {
            let line = match ty {
                "any" | "interface{}" => format!("{name} := {from}"),
                // What is no interface is never nil there.
                _ if is_concrete(ty) => format!("{name} := {from}.({ty})"),
                _ => format!("{name}, _ := {from}.({ty})"),
            };
            lines.push_str(&format!("\n{indent}\t{line}"));
        }
    };
    bind(&k, key, &rewrite.key);
    bind(&v, value, &rewrite.value);
    let parameters = format!(
        "{}, {} {}",
        if k.is_some() { key } else { "_" },
        if v.is_some() { value } else { "_" },
        rewrite.any()
    );
    let map = place.node().text();
    let mut edits = vec![Edit {
        start: node.start(),
        end: header,
        text: format!("{map}.Range(func({parameters}) bool {{"),
    }];
    if !lines.is_empty() {
        edits.push(Edit::insert(header_end, lines));
    }
    for (jump, text) in &jumps {
        edits.push(Edit { start: jump.start(), end: jump.end(), text: (*text).to_owned() });
    }
    let last = body.stmts().last().map(View::node);
    let ended = last.is_some_and(|last| jumps.iter().any(|(jump, _)| *jump == last));
    let end = match last {
        _ if ended => "})".to_owned(),
        Some(last) if may_end(last) => {
            return Err(format!("the loop over it at {} ends in a branch of its own", at()));
        }
        _ => format!("\treturn true\n{indent}}})"),
    };
    edits.push(Edit { start: rbrace, end: rbrace.saturating_add(1), text: end });
    Ok(edits)
}

/// True for a type that is no interface, as it is written.
fn is_concrete(ty: &str) -> bool {
    let composite =
        ty.starts_with(['*', '[']) || ty.starts_with("func(") || ty.starts_with("struct{");
    let basic = matches!(
        ty,
        "string"
            | "bool"
            | "byte"
            | "rune"
            | "uintptr"
            | "float32"
            | "float64"
            | "complex64"
            | "complex128"
    ) || ty
        .trim_start_matches('u')
        .strip_prefix("int")
        .is_some_and(|bits| matches!(bits, "" | "8" | "16" | "32" | "64"));
    composite || basic
}

/// True where what stands behind the last statement may never be reached.
fn may_end(last: Node<'_>) -> bool {
    match last.kind() {
        Kind::IfStmt
        | Kind::SwitchStmt
        | Kind::TypeSwitchStmt
        | Kind::SelectStmt
        | Kind::BlockStmt => {
            let mut inside = last.descendants();
            inside.any(|inner| inner.kind() == Kind::BranchStmt)
                && (last.kind() != Kind::IfStmt || last.text().contains("else"))
        }
        Kind::ForStmt => true,
        Kind::ExprStmt => last.text().starts_with("panic("),
        _ => false,
    }
}

/// The jumps of the loop itself, each with what takes its place.
fn collect<'f>(
    node: Node<'f>,
    in_loop: bool,
    in_switch: bool,
    found: &mut Vec<(Node<'f>, &'static str)>,
) -> Result<(), &'static str> {
    match node.kind() {
        Kind::ReturnStmt => return Err("returns from its function"),
        Kind::DeferStmt => return Err("defers a call until its function ends"),
        Kind::LabeledStmt => return Err("has a label"),
        Kind::FuncLit => return Ok(()),
        Kind::BranchStmt => {
            let Some(branch) = node.cast::<BranchStmt<'f>>() else { return Ok(()) };
            return match branch.branch() {
                Branch::Goto => Err("jumps to a label"),
                _ if branch.label().is_some() => Err("jumps to a label"),
                Branch::Continue if !in_loop => {
                    found.push((node, "return true"));
                    Ok(())
                }
                Branch::Break if !in_loop && !in_switch => {
                    found.push((node, "return false"));
                    Ok(())
                }
                _ => Ok(()),
            };
        }
        _ => {}
    }
    let loops = in_loop || matches!(node.kind(), Kind::ForStmt | Kind::RangeStmt);
    let switches = in_switch
        || matches!(node.kind(), Kind::SwitchStmt | Kind::TypeSwitchStmt | Kind::SelectStmt);
    node.children().try_for_each(|child| collect(child, loops, switches, found))
}
