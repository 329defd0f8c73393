//! Takes the access out of a statement that must not run under the lock as a whole.
//!
//! `return m[k]` becomes a variable filled under the lock and a return of it; `if v, ok := m[k]; ok`
//! has its first part put before it; a loop over the map runs over a copy; the value of `m[k] = f()`
//! is computed before.

use crate::edit::Edit;
use crate::function::{Function, Target, calls, is_quiet};
use crate::lines::{alone, indent_of, line_end};
use crate::trees;
use finding::Operation;
use go_source::{Shape, Span};
use go_syntax::ast::{AssignStmt, BinaryExpr, IfStmt, RangeStmt};
use go_syntax::{AssignOp, BinaryOp, Kind, Node, View};

/// Edits that lock the accesses of one statement; the reason where there are none that are safe.
pub(crate) fn statement(
    function: &Function<'_, '_>,
    statement: Node<'_>,
    targets: &[Target<'_>],
) -> Result<Vec<Edit>, String> {
    if !alone(function.text, statement.start(), statement.end()) {
        return Err("it shares its line with other statements".into());
    }
    match (statement.kind(), targets) {
        (Kind::RangeStmt, [one]) if one.source.access.operation == Operation::Iterate => {
            copy(function, statement, one)
        }
        (Kind::IfStmt, [one]) if one.source.placement.shape == Shape::CommaOk => {
            condition(function, statement, one)
        }
        (Kind::AssignStmt, [one]) if one.source.placement.shape == Shape::Assign => {
            value(function, statement, one)
        }
        (Kind::ForStmt | Kind::SelectStmt | Kind::LabeledStmt, _) => {
            Err("the loop or select around it must not run under the lock".into())
        }
        _ => values(function, statement, targets),
    }
}

/// A copy of the map, made under the lock, takes its place in the loop.
fn copy(
    function: &Function<'_, '_>,
    statement: Node<'_>,
    target: &Target<'_>,
) -> Result<Vec<Edit>, String> {
    let range = statement.cast::<RangeStmt<'_>>().ok_or("it is not a plain loop")?;
    let subject = range.subject().node();
    let placement = &target.source.placement;
    if (subject.start(), subject.end()) != (placement.map.start, placement.map.end) {
        return Err("the loop runs over something made of the map".into());
    }
    let indent = indent_of(function.text, statement.start());
    let (lock, unlock) = calls(std::slice::from_ref(target));
    let name = free_name(function, "snapshot");
    let expression = subject.text();
    let replaced = Edit { start: subject.start(), end: subject.end(), text: name.clone() };
    let copied = if function.has_maps {
        format!("{name} := maps.Clone({expression})")
    } else {
        let map_type = target.map_type.ok_or("the map's type cannot be written in this file")?;
        let (key, value) = (free_name(function, "k"), free_name(function, "v"));
        format!(
            "{name} := make({map_type}, len({expression}))\n{indent}for {key}, {value} := range {expression} {{\n\
             {indent}\t{name}[{key}] = {value}\n{indent}}}"
        )
    };
    let before = format!("{lock}\n{indent}{copied}\n{indent}{unlock}\n{indent}");
    Ok(vec![Edit::insert(statement.start(), before), replaced])
}

/// `if v, ok := m[k]; cond { … }`: the assignment goes before, inside a block of its own where its
/// names occur elsewhere in the function.
fn condition(
    function: &Function<'_, '_>,
    statement: Node<'_>,
    target: &Target<'_>,
) -> Result<Vec<Edit>, String> {
    let branch = statement.cast::<IfStmt<'_>>().ok_or("it is not a plain if")?;
    let init = branch.init().ok_or("the access stands in the condition itself")?.node();
    let covers = |node: Node<'_>| trees::covers(node, target.source.placement.operation);
    if !covers(init) {
        return Err("the access stands behind an else, or in the condition itself".into());
    }
    if !is_quiet(function, init) {
        return Err("the assignment calls what may wait".into());
    }
    let (lock, unlock) = calls(std::slice::from_ref(target));
    let indent = indent_of(function.text, statement.start());
    let names: Vec<_> = match init.cast::<AssignStmt<'_>>() {
        Some(assignment) if assignment.op() == AssignOp::Define => {
            assignment.left().map(|left| left.node().text()).filter(|name| *name != "_").collect()
        }
        _ => Vec::new(),
    };
    let elsewhere = names.iter().any(|name| used_outside(function, statement, name));
    let assignment = init.text();
    let keyword =
        Edit { start: init.start(), end: branch.cond().node().start(), text: String::new() };
    if !elsewhere {
        let before = format!("{lock}\n{indent}{assignment}\n{indent}{unlock}\n{indent}");
        return Ok(vec![Edit::insert(statement.start(), before), keyword]);
    }
    if function.sparing {
        return Err("its names are used elsewhere in the function".into());
    }
    // The lines of the statement move one step in; text inside raw strings must not.
    let text = statement.text();
    if text.contains('`') {
        return Err(
            "its names are used elsewhere, and it holds a raw string that cannot be moved".into()
        );
    }
    let cut = |offset: u32| usize::try_from(offset.saturating_sub(statement.start())).unwrap_or(0);
    let head = text.get(..cut(keyword.start)).unwrap_or_default();
    let rest = text.get(cut(keyword.end)..).unwrap_or_default();
    let moved = format!("{head}{rest}").replace('\n', "\n\t");
    let block = format!(
        "{{\n{indent}\t{lock}\n{indent}\t{assignment}\n{indent}\t{unlock}\n{indent}\t{moved}\n{indent}}}"
    );
    Ok(vec![Edit { start: statement.start(), end: statement.end(), text: block }])
}

/// `m[k] = f()`: what is assigned is computed before the lock is taken.
fn value(
    function: &Function<'_, '_>,
    statement: Node<'_>,
    target: &Target<'_>,
) -> Result<Vec<Edit>, String> {
    let assignment = statement.cast::<AssignStmt<'_>>().ok_or("it is not a plain assignment")?;
    let (mut left, mut right) = (assignment.left(), assignment.right());
    let (Some(to), None, Some(from), None) = (left.next(), left.next(), right.next(), right.next())
    else {
        return Err(
            "several values are assigned at once, and one of them calls what may wait".into()
        );
    };
    if !is_quiet(function, to.node()) {
        return Err("the key calls what may wait".into());
    }
    if target.source.access.operation == Operation::Replace && from.node().kind() == Kind::Ident {
        return Err("the map variable is replaced by a value that is not known".into());
    }
    let (lock, unlock) = calls(std::slice::from_ref(target));
    let indent = indent_of(function.text, statement.start());
    let name = free_name(
        function,
        if target.source.access.operation == Operation::Replace { "fresh" } else { "value" },
    );
    let before = format!("{name} := {}\n{indent}{lock}\n{indent}", from.node().text());
    Ok(vec![
        Edit::insert(statement.start(), before),
        Edit { start: from.node().start(), end: from.node().end(), text: name },
        Edit::insert(line_end(function.text, statement.end()), format!("\n{indent}{unlock}")),
    ])
}

/// Reads are put into variables before the statement, all under one lock.
fn values(
    function: &Function<'_, '_>,
    statement: Node<'_>,
    targets: &[Target<'_>],
) -> Result<Vec<Edit>, String> {
    if function.sparing && targets.len() > 1 {
        return Err("its statement calls what may wait, and reads the map several times".into());
    }
    let (lock, unlock) = calls(targets);
    let indent = indent_of(function.text, statement.start());
    let mut before = format!("{lock}\n{indent}");
    let mut edits = Vec::new();
    for target in targets {
        let placement = &target.source.placement;
        if !is_value(target.source.access.operation)
            || matches!(placement.shape, Shape::CommaOk | Shape::OpAssign | Shape::IncDec)
        {
            return Err(
                "its statement calls what may wait, and the change cannot be taken out of it"
                    .into(),
            );
        }
        let node = trees::exact(function.file, placement.operation);
        let exact =
            node.start() == placement.operation.start && node.end() == placement.operation.end;
        if !exact || !node.kind().is_expr() || !is_quiet(function, node) {
            return Err("the access calls what may wait".into());
        }
        if !always_evaluated(statement, node) {
            return Err("whether the access happens depends on what stands before it".into());
        }
        let wanted = match target.source.access.operation {
            Operation::Length => "size",
            Operation::Clone => "snapshot",
            _ => "value",
        };
        let taken: Vec<_> = edits.iter().map(|edit: &Edit| edit.text.clone()).collect();
        let name = free_of(function, wanted, &taken);
        before.push_str(&format!("{name} := {}\n{indent}", node.text()));
        edits.push(Edit { start: node.start(), end: node.end(), text: name });
    }
    before.push_str(&format!("{unlock}\n{indent}"));
    edits.insert(0, Edit::insert(statement.start(), before));
    Ok(edits)
}

/// True for the operations whose result can be taken out of a statement.
fn is_value(operation: Operation) -> bool {
    matches!(operation, Operation::Read | Operation::Length | Operation::Clone)
}

/// True when nothing between a statement and an expression in it decides whether it is evaluated.
fn always_evaluated(statement: Node<'_>, node: Node<'_>) -> bool {
    let path = node.ancestors();
    let inside: Vec<_> = path.iter().skip_while(|up| **up != statement).collect();
    let chain = inside.iter().copied().copied().chain(std::iter::once(node));
    let mut previous: Option<Node<'_>> = None;
    for current in chain {
        if let Some(up) = previous {
            let fine = match up.kind() {
                Kind::BinaryExpr => up.cast::<BinaryExpr<'_>>().is_some_and(|binary| {
                    !matches!(binary.op(), BinaryOp::LogicalAnd | BinaryOp::LogicalOr)
                        || binary.left().node() == current
                }),
                Kind::IfStmt => {
                    up == statement
                        && up.cast::<IfStmt<'_>>().is_some_and(|branch| {
                            branch.init().is_none() && branch.cond().node() == current
                        })
                }
                Kind::SwitchStmt => up == statement && current.kind().is_expr(),
                Kind::UnaryExpr => !up.text().starts_with('&'),
                Kind::FuncLit
                | Kind::BlockStmt
                | Kind::CaseClause
                | Kind::CommClause
                | Kind::ForStmt
                | Kind::RangeStmt
                | Kind::TypeSwitchStmt => false,
                _ => true,
            };
            if !fine {
                return false;
            }
        }
        previous = Some(current);
    }
    true
}

/// True when a name occurs in the function outside of a statement.
fn used_outside(function: &Function<'_, '_>, statement: Node<'_>, name: &str) -> bool {
    let inside = |node: &Node<'_>| trees::covers(statement, Span::new(node.start(), node.end()));
    function
        .body
        .descendants()
        .any(|node| node.kind() == Kind::Ident && node.text() == name && !inside(&node))
}

fn free_name(function: &Function<'_, '_>, wanted: &str) -> String {
    free_of(function, wanted, &[])
}

/// A name that occurs nowhere in the file.
fn free_of(function: &Function<'_, '_>, wanted: &str, taken: &[String]) -> String {
    let used = |name: &str| {
        taken.iter().any(|other| other == name)
            || function
                .file
                .root()
                .descendants()
                .any(|node| node.kind() == Kind::Ident && node.text() == name)
    };
    let numbered = (2u32..100).map(|number| format!("{wanted}{number}"));
    std::iter::once(wanted.to_owned())
        .chain(numbered)
        .find(|name| !used(name))
        .unwrap_or_else(|| format!("{wanted}Locked"))
}
