//! Whether a local variable is the map's own name, or only holds a map that was made elsewhere.

use crate::trees::{self, Trees};
use finding::{DeclKind, MapDecl};
use go_source::Span;
use go_syntax::ast::{AssignStmt, ValueSpec};
use go_syntax::{Kind, View};

/// True when the declaration is where the map comes into being, as far as the source tells.
///
/// Package variables and fields are. A parameter holds what a caller passes. A local variable is,
/// unless it is taken from another value: a type assertion, a channel, a loop, another variable.
pub(crate) fn is_own(trees: &Trees<'_>, map: &MapDecl) -> bool {
    match map.decl {
        DeclKind::PackageVar | DeclKind::Field | DeclKind::Element => true,
        DeclKind::Parameter => false,
        DeclKind::Local => made_here(trees, map).unwrap_or(true),
    }
}

fn made_here(trees: &Trees<'_>, map: &MapDecl) -> Option<bool> {
    let site = &map.site;
    let file = trees.file(&site.file)?;
    let start = trees.offset(&site.file, site.line, site.column)?;
    let name = trees::covering(&file, Span { start, end: start.saturating_add(1) });
    let ancestors = name.ancestors();
    let statement = ancestors.iter().rev().find(|node| {
        matches!(
            node.kind(),
            Kind::AssignStmt | Kind::ValueSpec | Kind::RangeStmt | Kind::TypeSwitchStmt
        )
    })?;
    if let Some(assignment) = statement.cast::<AssignStmt<'_>>() {
        let at = assignment.left().position(|left| left.node().start() == start)?;
        let value = assignment.right().nth(at).or_else(|| assignment.right().next())?;
        return Some(makes(value.node().kind()));
    }
    if let Some(spec) = statement.cast::<ValueSpec<'_>>() {
        let at = spec.names().position(|left| left.start() == start)?;
        return Some(spec.values().nth(at).is_none_or(|value| makes(value.node().kind())));
    }
    Some(false)
}

/// `make(…)`, `T{…}` and calls yield a map of one's own; names, elements, assertions and channels do
/// not.
fn makes(kind: Kind) -> bool {
    matches!(kind, Kind::CallExpr | Kind::CompositeLit)
}
