//! Makes a map that is nil where it is written: at its declaration, where it is made, or right before the write.

use crate::edit::Edit;
use crate::lines::{alone, before_comments, indent_of};
use crate::plan::Change;
use crate::planner::{Planner, is_test, same};
use crate::trees;
use finding::{DeclKind, Finding, MapDecl};
use go_source::{Assigned, Base, Context, SourceAccess, Span, VariableOrigin};
use go_syntax::ast::{CallExpr, CompositeLit, Field, KeyValueExpr, ValueSpec};
use go_syntax::{File, Kind, Node, View};
use std::rc::Rc;
use std::sync::Arc;

/// Makes the map of a finding.
///
/// # Errors
///
/// The reason where it cannot be made by an edit that is surely right.
pub(crate) fn before(
    planner: &Planner<'_, '_>,
    at: usize,
    finding: &Finding,
) -> Result<Change, String> {
    let missing = "the write was not found again";
    let program = planner.program();
    let map = &finding.map;
    let accesses = program.accesses(&map.id);
    let write = accesses
        .iter()
        .find(|access| same(access, &finding.access.site, finding.access.operation))
        .ok_or(missing)?;
    let of_package =
        |file: &str| program.file(file).is_some_and(|file| file.package() == &*map.package);
    if !of_package(&write.access.site.file) {
        return Err("it is written in another package than it is declared in".into());
    }
    // Where others look whether it is nil, structs come from elsewhere too.
    let looked_at = program.nilness(&map.id).is_some_and(|nilness| !nilness.checked.is_empty());
    if map.decl == DeclKind::Field && !looked_at {
        if let Some(change) = in_literal(planner, at, map) {
            return Ok(change);
        }
    }
    let never = !accesses.iter().any(|access| access.assigned != Assigned::Nil && gives(access));
    if map.decl == DeclKind::Local && never {
        if let Some(change) = at_declaration(planner, at, map) {
            return Ok(change);
        }
    }
    if is_of_copy(planner, write) {
        return Err(
            "it is a copy of a struct that is written there: what is made would be lost".into()
        );
    }
    if hangs_on_a_condition(planner, write, accesses) {
        return Err("what decides whether it is made may decide whether it is written, too".into());
    }
    before_write(planner, at, map, write)
}

/// True for a write in a branch where the map is made in another: both may hang on one condition.
fn hangs_on_a_condition(
    planner: &Planner<'_, '_>,
    write: &SourceAccess,
    accesses: &[SourceAccess],
) -> bool {
    let in_branch = |access: &SourceAccess| {
        let file = planner.trees.file(&access.access.site.file);
        file.is_some_and(|file| {
            let node = trees::covering(&file, access.placement.statement);
            let body = access.placement.body;
            node.ancestors().iter().any(|up| {
                matches!(up.kind(), Kind::IfStmt | Kind::CaseClause) && up.start() > body.start
            })
        })
    };
    let mut made = accesses
        .iter()
        .filter(|access| access.function == write.function && access.assigned == Assigned::Made);
    in_branch(write) && made.any(in_branch)
}

/// True for an access that gives the variable a map.
fn gives(access: &SourceAccess) -> bool {
    access.access.operation == finding::Operation::Replace
}

/// True where the map belongs to a struct that the function has by value.
fn is_of_copy(planner: &Planner<'_, '_>, write: &SourceAccess) -> bool {
    let Some(Base::Variable { id, direct }) = write.base else { return false };
    planner.program().variable(id).is_some_and(|variable| {
        let given = matches!(
            variable.origin,
            VariableOrigin::Receiver | VariableOrigin::Parameter(_) | VariableOrigin::Unknown
        );
        variable.by_value && given && !direct
    }) || write.of_copy
}

/// True for a named result: what is made for it is what callers get.
fn is_result(planner: &Planner<'_, '_>, map: &MapDecl) -> bool {
    planner.program().nilness(&map.id).is_some_and(|nilness| nilness.valueless)
}

/// `if m == nil { m = make(T) }` before the write.
fn before_write(
    planner: &Planner<'_, '_>,
    at: usize,
    map: &MapDecl,
    write: &SourceAccess,
) -> Result<Change, String> {
    let path: &str = &write.access.site.file;
    let file = planner.program().file(path).ok_or("the file is not in the tree")?;
    let statement = write.placement.statement;
    let expression = &write.access.expression;
    let plain = expression
        .split('.')
        .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '_'));
    if write.placement.context != Context::Simple
        || write.through_alias
        || !write.calls.is_empty()
        || !plain
        || map.decl == DeclKind::Element
        || (map.decl == DeclKind::Parameter && !is_result(planner, map))
        || !alone(file.text(), statement.start, statement.end)
    {
        return Err("the map cannot be made right before that write".into());
    }
    let indent = indent_of(file.text(), statement.start);
    let text = format!(
        "{indent}if {expression} == nil {{\n{indent}\t{expression} = make({})\n{indent}}}\n",
        map.map_type.text
    );
    let mut change = Change::new(vec![at], format!("makes {} where it is nil", map.path));
    let insert = Edit::insert(before_comments(file.text(), statement.start), text);
    change.edits.add(path, vec![insert]);
    change.bodies.push((Arc::from(path), write.placement.body));
    Ok(change)
}

/// `var m map[K]V` of a function that never gives it a map becomes `m := make(map[K]V)`.
fn at_declaration(planner: &Planner<'_, '_>, at: usize, map: &MapDecl) -> Option<Change> {
    let path: &str = &map.site.file;
    let text = planner.program().file(path)?.text();
    let start = planner.trees.offset(path, map.site.line, map.site.column)?;
    let file = planner.trees.file(path)?;
    let name = trees::covering(&file, Span::new(start, start.saturating_add(1)));
    let ancestors = name.ancestors();
    let spec = ancestors.iter().rev().find_map(|up| up.cast::<ValueSpec<'_>>())?;
    let statement = ancestors.iter().rev().find(|up| up.kind() == Kind::DeclStmt)?;
    let ty = spec.ty()?.node();
    let one = spec.names().count() == 1 && spec.values().next().is_none();
    let grouped = statement.text().trim_end().ends_with(')');
    if !one || grouped || !alone(text, statement.start(), statement.end()) {
        return None;
    }
    let made = format!("{} := make({})", name.text(), ty.text());
    let mut change = Change::new(vec![at], format!("makes {} where it is declared", name.text()));
    let edit = Edit { start: statement.start(), end: statement.end(), text: made };
    change.edits.add(path, vec![edit]);
    let body = ancestors.iter().rev().find(|up| {
        up.kind() == Kind::BlockStmt
            && up.parent().is_some_and(|of| matches!(of.kind(), Kind::FuncDecl | Kind::FuncLit))
    })?;
    change.bodies.push((Arc::from(path), Span::new(body.start(), body.end())));
    Some(change)
}

/// Where one literal of the type is all that the program makes of it, the map is made there.
fn in_literal(planner: &Planner<'_, '_>, at: usize, map: &MapDecl) -> Option<Change> {
    let (owner, field) = map.path.split_once('.').filter(|(_, field)| !field.contains('.'))?;
    let mut literals: Vec<(String, Rc<File>, Span)> = Vec::new();
    for file in planner.program().files().iter().filter(|file| file.text().contains(owner)) {
        let own = file.package() == &*map.package;
        let tree = planner.trees.file(file.path())?;
        let last = map.package.rsplit('/').next().unwrap_or_default();
        let named = |node: Node<'_>| {
            let text = node.text();
            (own && text == owner) || (!own && text == format!("{last}.{owner}"))
        };
        for node in tree.root().descendants() {
            if let Some(literal) = node.cast::<CompositeLit<'_>>() {
                if literal.ty().is_some_and(|ty| named(ty.node())) {
                    let span = Span::new(node.start(), node.end());
                    literals.push((file.path().to_owned(), Rc::clone(&tree), span));
                }
            }
            // A value that no literal makes: `new(T)`, a variable, a field or an element.
            let made = node.cast::<CallExpr<'_>>().is_some_and(|call| {
                call.fun().node().text() == "new"
                    && call.args().next().is_some_and(|ty| named(ty.node()))
            });
            let declared = node
                .cast::<ValueSpec<'_>>()
                .is_some_and(|spec| spec.ty().is_some_and(|ty| named(ty.node())));
            let held = node.cast::<Field<'_>>().is_some_and(|field| named(field.ty().node()));
            let element = matches!(node.kind(), Kind::ArrayType | Kind::MapType)
                && node.children().any(named);
            if made || declared || held || element {
                return None;
            }
        }
    }
    let [(path, tree, span)] = literals.as_slice() else { return None };
    if planner.program().file(path)?.package() != &*map.package || is_test(path) {
        return None;
    }
    let literal = trees::exact(tree, *span).cast::<CompositeLit<'_>>()?;
    let text = planner.program().file(path)?.text();
    let value = format!("{field}: make({})", map.map_type.text);
    let edit = into_literal(text, literal, &value)?;
    let mut change = Change::new(vec![at], format!("makes {} where its owner is made", map.path));
    change.edits.add(path, vec![edit]);
    change.bodies.push((Arc::from(path.as_str()), *span));
    Some(change)
}

/// One more field in a literal that names its fields; on lines of their own, where they stand alone at the end of one.
fn into_literal(text: &str, literal: CompositeLit<'_>, value: &str) -> Option<Edit> {
    let elements: Vec<Node<'_>> = literal.elements().map(View::node).collect();
    let open = literal.lbrace().saturating_add(1);
    let Some(last) = elements.last() else { return Some(Edit::insert(open, value)) };
    if elements.iter().any(|element| element.kind() != Kind::KeyValueExpr) {
        return None;
    }
    let several = literal.node().text().contains('\n');
    if !several {
        return Some(Edit::insert(last.end(), format!(", {value}")));
    }
    // Values in lines that follow each other are aligned: the new one must fit.
    let width = last.cast::<KeyValueExpr<'_>>().map(|pair| {
        let to = pair.value().node().start();
        to.saturating_sub(pair.node().start())
    })?;
    let (key, made) = value.split_once(' ')?;
    let key_width = u32::try_from(key.len()).ok()?;
    let padding = width.checked_sub(key_width).filter(|padding| *padding > 0)?;
    let padding = " ".repeat(usize::try_from(padding).ok()?);
    let indent = indent_of(text, last.start());
    let end = usize::try_from(last.end()).ok()?;
    let rest = text.get(end..)?.strip_prefix(',')?;
    let comment = rest.split('\n').next()?.trim();
    (comment.is_empty() && alone(text, last.start(), last.end().saturating_add(1))).then(|| {
        Edit::insert(last.end().saturating_add(1), format!("\n{indent}{key}{padding}{made},"))
    })
}
