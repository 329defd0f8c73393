//! What a variable is given that others load at any time: a map that nobody changes any more.

use crate::planner::Planner;
use crate::retype::{Declared, made_type};
use crate::trees;
use finding::{DeclKind, Operation};
use go_source::{CallKind, FunctionId, Program, Span};
use go_syntax::ast::{AssignStmt, CallExpr, Field, FuncDecl, IndexExpr, RangeStmt, ValueSpec};
use go_syntax::{AssignOp, Kind, Node, View};

/// How the pointer to a map is had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pointed {
    /// No map.
    Nil,
    /// The address of this variable, which keeps the map.
    Variable(String),
    /// The address of a new variable of the type that the value has.
    New,
    /// The address of a new variable whose type must be written.
    Typed,
}

/// How the pointer to what is stored somewhere is had.
///
/// # Errors
///
/// The reason where somebody may change the map, or the variable that holds it, later on.
pub(crate) fn pointed(
    planner: &Planner<'_, '_>,
    declared: &Declared<'_>,
    path: &str,
    value: Node<'_>,
) -> Result<Pointed, String> {
    if value.text() == "nil" {
        return Ok(Pointed::Nil);
    }
    if let Some(made) = made_type(value) {
        let same = made == declared.map_type;
        return Ok(if same { Pointed::New } else { Pointed::Typed });
    }
    match value.kind() {
        Kind::Ident => kept(planner, declared, path, value),
        Kind::CallExpr => {
            let same = called(planner, declared, path, value)?;
            Ok(if same { Pointed::New } else { Pointed::Typed })
        }
        Kind::SelectorExpr => {
            let name = value.text().rsplit('.').next().unwrap_or_default();
            unchanged(planner, name)?;
            Ok(Pointed::Typed)
        }
        _ => Err(format!("{} may be changed elsewhere", value.text())),
    }
}

/// A local variable that keeps its map as it is from here on.
fn kept(
    planner: &Planner<'_, '_>,
    declared: &Declared<'_>,
    path: &str,
    value: Node<'_>,
) -> Result<Pointed, String> {
    let name = value.text();
    let ancestors = value.ancestors();
    let missing = || format!("{name} is not a variable of the function");
    let function = ancestors
        .iter()
        .find(|up| up.kind() == Kind::FuncDecl)
        .and_then(|up| up.cast::<FuncDecl<'_>>())
        .ok_or_else(missing)?;
    let ty = declared_as(function.node(), name).ok_or_else(missing)?;
    let statement = ancestors.iter().rev().find(|up| up.kind().is_stmt()).ok_or_else(missing)?;
    let around = ancestors
        .iter()
        .filter(|up| matches!(up.kind(), Kind::ForStmt | Kind::RangeStmt | Kind::FuncLit));
    for up in around {
        // Of what is declared outside of a loop the next turn changes the same.
        if declared_as(*up, name).is_none() {
            return Err(format!(
                "{name} is stored in a loop or a literal around which it is declared"
            ));
        }
    }
    let later = function.node().descendants().filter(|node| {
        let elsewhere = node.start() >= statement.end()
            || node.ancestors().iter().any(|up| up.kind() == Kind::FuncLit && !up.contains(value));
        node.kind() == Kind::Ident && node.text() == name && elsewhere
    });
    for node in later {
        if !is_looked_at(node) {
            let line = node.file().line_col(node.start()).line;
            return Err(format!("{name} is used at {path}:{line} after it is stored"));
        }
    }
    if let Some(number) = parameter(function, name) {
        given(planner, declared, path, function, number)?;
    }
    let same = ty.as_deref() == Some(&declared.map_type);
    Ok(if same { Pointed::Variable(name.to_owned()) } else { Pointed::Typed })
}

/// True where an identifier is only looked at: indexed for reading, ranged over, measured, or no variable at all.
fn is_looked_at(node: Node<'_>) -> bool {
    let Some(up) = node.parent() else { return false };
    match up.kind() {
        Kind::SelectorExpr => up.start() != node.start(),
        Kind::KeyValueExpr => up.start() == node.start(),
        Kind::RangeStmt => {
            up.cast::<RangeStmt<'_>>().is_some_and(|range| range.subject().node() == node)
        }
        Kind::CallExpr => {
            up.cast::<CallExpr<'_>>().is_some_and(|call| call.fun().node().text() == "len")
        }
        Kind::IndexExpr => {
            let indexed =
                up.cast::<IndexExpr<'_>>().is_some_and(|index| index.operand().node() == node);
            let outer = up.parent();
            let written = outer.is_some_and(|outer| {
                outer.kind() == Kind::IncDecStmt
                    || outer
                        .cast::<AssignStmt<'_>>()
                        .is_some_and(|assign| assign.left().any(|left| left.node() == up))
            });
            !(indexed && written)
        }
        _ => false,
    }
}

/// Whether a node declares a variable of this name, and its type where that is written.
fn declared_as(node: Node<'_>, name: &str) -> Option<Option<String>> {
    node.descendants().find_map(|inner| {
        if let Some(assign) = inner.cast::<AssignStmt<'_>>() {
            let at = assign.left().position(|left| left.node().text() == name)?;
            if assign.op() != AssignOp::Define {
                return None;
            }
            let right: Vec<Node<'_>> = assign.right().map(View::node).collect();
            return Some(right.get(at).and_then(|value| made_type(*value)));
        }
        if let Some(spec) = inner.cast::<ValueSpec<'_>>() {
            let at = spec.names().position(|own| own.text() == name)?;
            let written = spec.ty().map(|ty| ty.node().text().to_owned());
            let value = spec.values().nth(at);
            return Some(written.or_else(|| made_type(value?.node())));
        }
        let field = inner.cast::<Field<'_>>()?;
        let named = field.names().any(|own| own.text() == name);
        named.then(|| Some(field.ty().node().text().to_owned()))
    })
}

/// The place of a parameter among those of a function.
fn parameter(function: FuncDecl<'_>, name: &str) -> Option<usize> {
    let fields = function.signature().params().fields();
    fields.flat_map(Field::names).position(|own| own.text() == name)
}

/// An error where a caller may change the map that it hands over.
fn given(
    planner: &Planner<'_, '_>,
    declared: &Declared<'_>,
    path: &str,
    function: FuncDecl<'_>,
    number: usize,
) -> Result<(), String> {
    let name = function.name().text();
    let body = function.node();
    let id = planner.program().functions().iter().find(|known| {
        &*known.site.file == path && known.span == Span::new(body.start(), body.end())
    });
    let id = id.ok_or_else(|| format!("who calls {name} is not known"))?.id;
    let calls = planner.program().callers(id);
    if calls.is_empty() {
        return Err(format!("a caller of {name} may change the map that it hands over"));
    }
    for call in calls {
        let unknown = || {
            let site = crate::plan::at(&call.site);
            format!("the caller of {name} at {site} may change the map that it hands over")
        };
        let site = &call.site;
        let file = planner.trees.file(&site.file).ok_or_else(unknown)?;
        let at = planner.trees.offset(&site.file, site.line, site.column).ok_or_else(unknown)?;
        let node = trees::covering(&file, Span::new(at, at.saturating_add(1)));
        let mut up = node.ancestors();
        up.push(node);
        let made = up.iter().rev().find_map(|up| up.cast::<CallExpr<'_>>()).ok_or_else(unknown)?;
        let argument = made.args().nth(number).ok_or_else(unknown)?.node();
        let direct = matches!(call.kind, CallKind::Direct | CallKind::Interface | CallKind::Go);
        // Parameters of parameters are not followed.
        let handed_on = argument.kind() == Kind::Ident
            && up
                .iter()
                .find_map(|up| up.cast::<FuncDecl<'_>>())
                .is_none_or(|outer| parameter(outer, argument.text()).is_some());
        if !direct || handed_on || pointed(planner, declared, &site.file, argument).is_err() {
            return Err(unknown());
        }
    }
    Ok(())
}

/// Whether a call yields the map's own type, as far as that is written; an error where the function returns a map that
/// something else holds too.
fn called(
    planner: &Planner<'_, '_>,
    declared: &Declared<'_>,
    path: &str,
    value: Node<'_>,
) -> Result<bool, String> {
    let Some(call) = value.cast::<CallExpr<'_>>() else { return Ok(false) };
    let Some(callees) = planner.calls.of(path, call) else { return Ok(false) };
    let program = planner.program();
    let stored = |id: FunctionId| {
        let held = program.decls().iter().filter(|decl| {
            matches!(decl.decl, DeclKind::Field | DeclKind::PackageVar | DeclKind::Element)
        });
        held.flat_map(|decl| program.handed_out(&decl.id)).any(|out| out.function == Some(id))
    };
    if callees.iter().any(|id| stored(*id)) {
        return Err(format!(
            "{} returns a map that something else holds",
            call.fun().node().text()
        ));
    }
    let returns = |id: &FunctionId| {
        let function = program.function_by_id(*id)?;
        let file = planner.trees.file(&function.site.file)?;
        let signature =
            trees::exact(&file, function.span).cast::<FuncDecl<'_>>().map(FuncDecl::signature)?;
        let one = signature.results()?.fields().next()?.ty().node();
        let here = signature.type_params().is_none() && declared.reads_alike_in(&file);
        Some(here && one.text() == declared.map_type && is_of(program, &function.package, declared))
    };
    Ok(callees.iter().all(|id| returns(id) == Some(true)))
}

/// True where a package is the one that declares the map.
fn is_of(program: &Program, package: &str, declared: &Declared<'_>) -> bool {
    program.file(declared.path).is_some_and(|file| file.package() == package)
}

/// An error where a map of this name is changed in place once it is shared.
fn unchanged(planner: &Planner<'_, '_>, name: &str) -> Result<(), String> {
    let changes = |operation: Operation| {
        matches!(operation, Operation::Write | Operation::Delete | Operation::Clear)
    };
    let changed = planner.program().all_accesses().iter().find(|access| {
        changes(access.access.operation)
            && !access.access.before_sharing
            && access.named.as_str().rsplit('.').next() == Some(name)
    });
    match changed {
        Some(access) => Err(format!(
            "a map called {name} is changed at {}",
            crate::plan::at(&access.access.site)
        )),
        None => Ok(()),
    }
}
