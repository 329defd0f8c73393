//! Every place that names a map, by what is done there: whoever gives a map another type must know them all.

use crate::plan::at;
use crate::planner::{Planner, is_test};
use crate::{copies, trees};
use finding::{DeclKind, MapKind};
use go_locks::SharedMap;
use go_source::Span;
use go_syntax::ast::{
    AssignStmt, BinaryExpr, CallExpr, CompositeLit, IndexExpr, KeyValueExpr, RangeStmt, UnaryExpr,
};
use go_syntax::{File, Kind, Node, UnaryOp, View};
use std::rc::Rc;
use std::sync::Arc;

/// A place that names the map.
#[derive(Debug)]
pub(crate) struct Place {
    /// The file's path.
    pub(crate) path: Arc<str>,
    pub(crate) file: Rc<File>,
    pub(crate) span: Span,
}

/// What is done with the map at a place.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Done<'f> {
    /// A composite literal of the struct gives it a value.
    Given(KeyValueExpr<'f>, CompositeLit<'f>),
    /// It is the one target of an assignment of one value.
    Stored(AssignStmt<'f>),
    /// It is one of several targets, or its address is taken.
    Lent,
    /// `m[k]`.
    Indexed(IndexExpr<'f>),
    /// `range m`.
    Ranged(RangeStmt<'f>),
    /// The first argument of `len`, `delete` or `clear`.
    Called(CallExpr<'f>),
    /// Compared with something: nil.
    Compared,
    /// Its value goes elsewhere.
    Passed,
}

impl Place {
    /// The expression that names the map.
    pub(crate) fn node(&self) -> Node<'_> {
        trees::exact(&self.file, self.span)
    }

    /// What is done with it.
    pub(crate) fn done(&self) -> Done<'_> {
        let node = self.node();
        let Some(up) = node.parent() else { return Done::Passed };
        if let Some(pair) = up.cast::<KeyValueExpr<'_>>().filter(|pair| pair.key().node() == node) {
            let literal = up.parent().and_then(Node::cast::<CompositeLit<'_>>);
            return literal.map_or(Done::Passed, |literal| Done::Given(pair, literal));
        }
        if let Some(assign) = up.cast::<AssignStmt<'_>>() {
            if assign.left().any(|left| left.node() == node) {
                let one = assign.left().count() == 1 && assign.right().count() == 1;
                return if one { Done::Stored(assign) } else { Done::Lent };
            }
        }
        if let Some(range) = up.cast::<RangeStmt<'_>>() {
            let over = range.subject().node() == node;
            return if over { Done::Ranged(range) } else { Done::Lent };
        }
        if let Some(call) = up.cast::<CallExpr<'_>>() {
            let builtin = matches!(call.fun().node().text(), "len" | "delete" | "clear");
            if builtin && call.args().next().is_some_and(|first| first.node() == node) {
                return Done::Called(call);
            }
        }
        if up.cast::<UnaryExpr<'_>>().is_some_and(|unary| unary.op() == UnaryOp::Address) {
            return Done::Lent;
        }
        if up.cast::<BinaryExpr<'_>>().is_some() {
            return Done::Compared;
        }
        match up.cast::<IndexExpr<'_>>().filter(|index| index.operand().node() == node) {
            Some(index) => Done::Indexed(index),
            None if up.kind() == Kind::ParenExpr => Done::Lent,
            None => Done::Passed,
        }
    }

    /// The body of the innermost function around the place.
    pub(crate) fn body(&self) -> Option<Node<'_>> {
        let ancestors = self.node().ancestors();
        ancestors.into_iter().rev().find(|up| {
            up.kind() == Kind::BlockStmt
                && up.parent().is_some_and(|of| matches!(of.kind(), Kind::FuncDecl | Kind::FuncLit))
        })
    }

    /// Where it is, for a sentence.
    pub(crate) fn at(&self) -> String {
        let line = self.file.line_col(self.span.start).line;
        format!("{}:{line}", self.path)
    }
}

/// Every place that names a map, where all are known and may be edited.
///
/// # Errors
///
/// The reason why some may not be known, or the map must keep its type.
pub(crate) fn of(planner: &Planner<'_, '_>, map: &SharedMap<'_>) -> Result<Vec<Place>, String> {
    let program = planner.program();
    let decl = map.decl;
    let name = decl.path.rsplit('.').next().unwrap_or(&decl.path);
    let field = decl.decl == DeclKind::Field;
    let parts = decl.path.split('.').count();
    let declared = (field && parts == 2) || (decl.decl == DeclKind::PackageVar && parts == 1);
    if !declared || decl.map_type.kind != MapKind::Builtin {
        return Err("it is no field of a type and no variable of a package".into());
    }
    if !name.starts_with(|first: char| first.is_lowercase() || first == '_') {
        return Err("it is exported: who uses it is not known".into());
    }
    let all = program.uses(&decl.id).ok_or("its uses were not written down")?;
    if let Some(unknown) = program.unknown_selectors().iter().find(|selected| {
        field
            && program.file(&selected.file).is_some_and(|file| {
                file.package() == &*decl.package && file.slice(selected.span) == name
            })
    }) {
        return Err(format!("what {name} is in {} is not known", unknown.file));
    }
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let home = folder(&decl.site.file);
    let beside = program.left_out().iter().filter(|(path, _)| folder(path) == home);
    if let Some((path, _)) = beside.into_iter().find(|(_, text)| says(text, name)) {
        return Err(format!("{path}, which this build leaves out, may use it"));
    }
    if program.nilness(&decl.id).is_some_and(|nilness| nilness.addressed) {
        return Err("its address is taken".into());
    }
    if let Some(within) = map.within.first() {
        let place = at(&within.source.access.site);
        return Err(format!("it is printed, encoded or compared with its struct at {place}"));
    }
    if field {
        if let Some(why) = copies::of_owner(planner.trees, decl) {
            return Err(why);
        }
        copies::by_methods(planner.trees, decl)?;
    }
    let mut found = Vec::new();
    for place in all {
        if is_test(&place.file) && !planner.tests {
            return Err(format!("{} uses it; with --tests it is edited too", place.file));
        }
        let file = planner.trees.file(&place.file).ok_or("a file that uses it is not at hand")?;
        found.push(Place { path: Arc::clone(&place.file), file, span: place.span });
    }
    Ok(found)
}

/// True where a text has a name as a word.
fn says(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at.saturating_add(name.len())..).and_then(|rest| rest.chars().next());
        !before.is_some_and(word) && !after.is_some_and(word)
    })
}

/// True when the declarations of functions around a place use a name, so that another must be taken.
pub(crate) fn is_used_around(node: Node<'_>, name: &str) -> bool {
    let outer = node.ancestors().into_iter().find(|up| up.kind() == Kind::FuncDecl);
    let used = |inner: Node<'_>| inner.kind() == Kind::Ident && inner.text() == name;
    outer.is_some_and(|function| function.descendants().any(used))
}

/// True when a package uses a name for anything.
pub(crate) fn is_used_in_package(planner: &Planner<'_, '_>, package: &str, name: &str) -> bool {
    let files = planner.program().files().iter().filter(|file| file.package() == package);
    files.filter(|file| file.text().contains(name)).any(|file| {
        planner.trees.file(file.path()).is_some_and(|tree| {
            let used = |node: Node<'_>| node.kind() == Kind::Ident && node.text() == name;
            tree.root().descendants().any(used)
        })
    })
}
