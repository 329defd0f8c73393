//! Hands out a copy of a map and not the map itself: `maps.Clone`, made under the lock.

use crate::edit::Edit;
use crate::imports;
use crate::plan::{self, Change};
use crate::planner::{Planner, same};
use crate::trees;
use finding::{Finding, MapKind};
use go_source::{Call, CallKind, SourceAccess};
use go_syntax::ast::{AssignStmt, CallExpr, IndexExpr, RangeStmt};
use go_syntax::{AssignOp, File, Kind, Node, View};
use std::sync::Arc;

/// The release that brought package maps.
const PACKAGE_MAPS: u32 = 21;

/// `return m` becomes `return maps.Clone(m)`, and so does what is sent.
///
/// # Errors
///
/// The reason where the lock is not held there, a caller changes what it gets, or the package is not at hand.
pub(crate) fn copy(
    planner: &Planner<'_, '_>,
    at: usize,
    finding: &Finding,
) -> Result<Change, String> {
    let missing = "the place that hands the map out was not found again";
    let program = planner.program();
    let access = &finding.access;
    let out = program
        .handed_out(&finding.map.id)
        .iter()
        .find(|out| same(out, &access.site, access.operation))
        .ok_or(missing)?;
    let map = planner.analysis.maps.iter().find(|map| map.decl.id == finding.map.id);
    let guard = map.and_then(|map| map.guard.as_ref()).ok_or(missing)?;
    let locks = planner.analysis.locks_of(&finding.map, out);
    let held = locks.under(&guard.name).filter(|held| !held.inherited && !held.perhaps);
    if held.is_none() {
        return Err(format!("{} is not held any more where it is handed out", guard.short()));
    }
    if finding.map.map_type.kind != MapKind::Builtin {
        return Err("it is no map of the language".into());
    }
    let path: &str = &access.site.file;
    let file = planner.trees.file(path).ok_or(missing)?;
    let node = trees::exact(&file, out.placement.map);
    let up = node.parent().ok_or(missing)?;
    if (node.start(), node.end()) != (out.placement.map.start, out.placement.map.end)
        || !matches!(up.kind(), Kind::ReturnStmt | Kind::SendStmt)
    {
        return Err("it is handed out as a part of something else".into());
    }
    if program.go_minor(path).is_none_or(|minor| minor < PACKAGE_MAPS) {
        return Err(format!(
            "package maps came with Go 1.{PACKAGE_MAPS}, and the module asks for less"
        ));
    }
    if !imports::is_free(&file, "maps") {
        return Err("maps is the name of something else in this file".into());
    }
    if let Some(site) = changed_by_caller(planner, out) {
        return Err(format!("the caller at {site} changes what it gets: perhaps it is meant to"));
    }
    let mut change = Change::new(vec![at], format!("hands out a copy of {}", finding.map.path));
    let text = format!("maps.Clone({})", node.text());
    change.edits.add(path, vec![Edit { start: node.start(), end: node.end(), text }]);
    change.imports.insert((path.to_owned(), "maps"));
    change.bodies.push((Arc::from(path), out.placement.body));
    Ok(change)
}

/// True where a file can copy maps by `maps.Clone`.
pub(crate) fn has_maps(planner: &Planner<'_, '_>, path: &str, file: &File) -> bool {
    if let Some(known) = planner.has_maps.borrow().get(path) {
        return *known;
    }
    let released = planner.program().go_minor(path).is_some_and(|minor| minor >= PACKAGE_MAPS);
    let has = released && imports::is_free(file, "maps");
    planner.has_maps.borrow_mut().insert(path.to_owned(), has);
    has
}

/// A call of the function that hands a map out whose caller changes it, or of which it is not known.
pub(crate) fn changed_by_caller(planner: &Planner<'_, '_>, out: &SourceAccess) -> Option<String> {
    let calls = planner.program().callers(out.function?);
    let changes = |call: &&Call| {
        if call.kind == CallKind::Value {
            return false;
        }
        let site = &call.site;
        let Some(file) = planner.trees.file(&site.file) else { return false };
        let Some(at) = planner.trees.offset(&site.file, site.line, site.column) else {
            return false;
        };
        changes(&file, at)
    };
    calls.into_iter().find(changes).map(|call| plan::at(&call.site))
}

/// True when the result of the call at an offset is written to, there or under the name that it gets.
fn changes(file: &File, at: u32) -> bool {
    let node = trees::covering(file, go_source::Span::new(at, at.saturating_add(1)));
    let mut ancestors = node.ancestors();
    ancestors.push(node);
    let Some(place) = ancestors.iter().rposition(|up| up.kind() == Kind::CallExpr) else {
        return false;
    };
    let Some(call) = ancestors.get(place) else { return false };
    let Some(up) = place.checked_sub(1).and_then(|up| ancestors.get(up)) else { return false };
    if let Some(assign) = up.cast::<AssignStmt<'_>>() {
        let Some(function) =
            ancestors.iter().rev().find(|up| matches!(up.kind(), Kind::FuncDecl | Kind::FuncLit))
        else {
            return false;
        };
        let names: Vec<&str> = assign.left().map(|left| left.node().text()).collect();
        return assign.op() != AssignOp::Define && names.iter().any(|name| name.contains('.'))
            || names.iter().any(|name| written(*function, name));
    }
    // `s.Items()[k] = v` and `delete(s.Items(), k)`.
    writes_to(*up, *call)
        || up.parent().is_some_and(|outer| up.kind() == Kind::IndexExpr && writes_to(outer, *up))
}

/// True when a variable of a function is written to, or deleted from, as a map.
fn written(function: Node<'_>, name: &str) -> bool {
    function.descendants().any(|node| {
        let Some(up) = node.parent() else { return false };
        if node.kind() != Kind::Ident || node.text() != name {
            return false;
        }
        let indexed =
            up.cast::<IndexExpr<'_>>().is_some_and(|index| index.operand().node() == node);
        writes_to(up, node) || (indexed && up.parent().is_some_and(|outer| writes_to(outer, up)))
    })
}

/// True when a node changes the map or the element that a child of it denotes.
fn writes_to(node: Node<'_>, child: Node<'_>) -> bool {
    if let Some(assign) = node.cast::<AssignStmt<'_>>() {
        return child.kind() == Kind::IndexExpr && assign.left().any(|left| left.node() == child);
    }
    if node.kind() == Kind::IncDecStmt {
        return true;
    }
    if let Some(range) = node.cast::<RangeStmt<'_>>() {
        return [range.key(), range.value()]
            .into_iter()
            .flatten()
            .any(|target| target.node() == child && child.kind() == Kind::IndexExpr);
    }
    node.cast::<CallExpr<'_>>().is_some_and(|call| {
        matches!(call.fun().node().text(), "delete" | "clear" | "maps.Copy" | "maps.DeleteFunc")
            && call.args().next().is_some_and(|first| first.node() == child)
    })
}
