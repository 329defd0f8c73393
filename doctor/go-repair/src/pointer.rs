//! Holds a map that is replaced whole, and never changed in place, by an `atomic.Pointer`.

use crate::bare::Bare;
use crate::edit::Edit;
use crate::every_use::{self, Done, Place};
use crate::hand_out;
use crate::lines::{alone, indent_of};
use crate::plan::{self, Change};
use crate::planner::Planner;
use crate::published::{self, Pointed};
use crate::retype::{self, Declared};
use finding::Operation;
use go_locks::SharedMap;
use go_source::Span;
use go_syntax::ast::{CompositeLit, KeyValueExpr};
use go_syntax::{Kind, Node, View};
use std::sync::Arc;

/// The release that brought the type.
const POINTER: u32 = 19;

/// Whether a map is one that is replaced whole and never changed in place.
pub(crate) fn is_replaced(planner: &Planner<'_, '_>, (map, _): &Bare<'_, '_>) -> bool {
    let changes = |operation: Operation| {
        matches!(operation, Operation::Write | Operation::Delete | Operation::Clear)
    };
    let all = planner.program().accesses(&map.decl.id);
    !all.iter().any(|access| changes(access.access.operation))
        && map.touches.iter().any(|touch| touch.source.access.operation == Operation::Replace)
}

/// Makes an `atomic.Pointer` of a map.
///
/// # Errors
///
/// The reason where not all uses are known and can be rewritten.
pub(crate) fn change(
    planner: &Planner<'_, '_>,
    (map, claims): &Bare<'_, '_>,
) -> Result<Change, String> {
    let decl = map.decl;
    let minor = planner.program().go_minor(&decl.site.file);
    if minor.is_none_or(|minor| minor < POINTER) {
        return Err(format!(
            "atomic.Pointer came with Go 1.{POINTER}, and the module asks for less"
        ));
    }
    if let Some(site) = copied_by_several(map) {
        return Err(format!("several may copy it and store their copies at once, at {site}"));
    }
    for out in planner.program().handed_out(&decl.id) {
        if let Some(site) = hand_out::changed_by_caller(planner, out) {
            return Err(format!("the caller at {site} changes what it gets"));
        }
    }
    let places = every_use::of(planner, map)?;
    let declared = retype::declared(planner, decl)?;
    retype::importable(&declared, "sync/atomic")?;
    let load = retype::free_name(planner, decl, &["load", "current"])?;
    let owner = declared.owner(planner);
    let function = format!(
        "// {load} returns the map that was stored last. It must not be changed.\n\
         func {}{load}() {} {{\n\tif held := {}.Load(); held != nil {{\n\t\treturn *held\n\t}}\n\treturn nil\n}}\n",
        owner.receiver, declared.map_type, owner.map
    );
    let ty = format!("atomic.Pointer[{}]", declared.map_type);
    // Whoever only looks keys up cannot tell an empty map from none.
    let looks = |place: &Place| match place.done() {
        Done::Indexed(_) | Done::Ranged(_) | Done::Given(..) | Done::Stored(_) => true,
        Done::Called(call) => call.fun().node().text() == "len",
        Done::Lent | Done::Compared | Done::Passed => false,
    };
    let looked_up = places.iter().all(looks);
    let droppable =
        |value: Node<'_>| retype::is_empty(value) && (looked_up || value.text() == "nil");
    if declared.value().is_some_and(|value| !droppable(value)) {
        return Err("it has a value before anything could store one".into());
    }
    let reads =
        places.iter().filter(|place| !matches!(place.done(), Done::Given(..) | Done::Stored(_)));
    let what = format!(
        "holds {} by an atomic.Pointer, stored to in {} and loaded in {}",
        decl.path,
        plan::places(places.iter().filter(|place| matches!(place.done(), Done::Stored(_))).count()),
        plan::places(reads.count()),
    );
    let mut change = Change::new(claims.iter().map(|claim| claim.finding).collect(), what);
    change.retypes = Some(decl.id.clone());
    change.edits.add(declared.path, declared.retyped(&ty, &function)?);
    change.imports.insert((declared.path.to_owned(), "sync/atomic"));
    let mut new_names: Vec<(Arc<str>, Span)> = Vec::new();
    for place in &places {
        let text = planner.program().file(&place.path).ok_or("a file is not at hand")?.text();
        let edits = match place.done() {
            Done::Lent => {
                return Err(format!(
                    "it is assigned together with others, or its address is taken, at {}",
                    place.at()
                ));
            }
            Done::Given(pair, literal) => {
                given(planner, &declared, place, text, (pair, literal), &droppable)?
            }
            Done::Stored(_) => {
                let body = place.body().ok_or("it is stored outside of functions")?;
                let key = (Arc::clone(&place.path), Span::new(body.start(), body.end()));
                let first = !new_names.contains(&key);
                new_names.push(key);
                stored(planner, &declared, place, text, first)?
            }
            Done::Indexed(_)
            | Done::Ranged(_)
            | Done::Called(_)
            | Done::Compared
            | Done::Passed => {
                let node = place.node();
                let name = place.node().text().rsplit('.').next().unwrap_or_default();
                let name = u32::try_from(name.len()).unwrap_or(0);
                let start = node.end().saturating_sub(name);
                vec![Edit { start, end: node.end(), text: format!("{load}()") }]
            }
        };
        change.edits.add(&place.path, edits);
        if let Some(body) = place.body() {
            change.bodies.push((Arc::clone(&place.path), Span::new(body.start(), body.end())));
        }
    }
    Ok(change)
}

/// A place that stores a map which may be made of the one before, in code that runs many times at once: what one of them
/// puts in the other drops.
fn copied_by_several(map: &SharedMap<'_>) -> Option<String> {
    let stores = map.touches.iter().find(|store| {
        let many = store.source.access.root.as_ref().is_some_and(|root| root.many);
        let looks = map.touches.iter().any(|look| {
            look.source.function == store.source.function
                && look.source.access.operation != Operation::Replace
                && look.source.placement.operation.start < store.source.placement.operation.start
        });
        store.source.access.operation == Operation::Replace && many && looks
    })?;
    Some(plan::at(&stores.source.access.site))
}

/// `c.m = value` becomes `c.m.Store(&value)`.
fn stored(
    planner: &Planner<'_, '_>,
    declared: &Declared<'_>,
    place: &Place,
    text: &str,
    first: bool,
) -> Result<Vec<Edit>, String> {
    let Done::Stored(assign) = place.done() else { return Ok(Vec::new()) };
    let statement = assign.node();
    let value = assign.right().next().ok_or("it is assigned nothing")?.node();
    let map = place.node().text();
    let whole = |text: String| vec![Edit { start: statement.start(), end: statement.end(), text }];
    let (begin, pointer) = match published::pointed(planner, declared, &place.path, value)? {
        Pointed::Nil => return Ok(whole(format!("{map}.Store(nil)"))),
        Pointed::Variable(name) => return Ok(whole(format!("{map}.Store(&{name})"))),
        how => variable(declared, place, &how, &["next", "fresh"])?,
    };
    let in_block = statement.parent().is_some_and(|up| {
        matches!(up.kind(), Kind::BlockStmt | Kind::CaseClause | Kind::CommClause)
    });
    if !first || !in_block || !alone(text, statement.start(), statement.end()) {
        return Err(format!("it is stored at {} where no variable can be declared", place.at()));
    }
    let indent = indent_of(text, statement.start());
    Ok(vec![
        Edit { start: statement.start(), end: value.start(), text: begin },
        Edit::insert(value.end(), format!("\n{indent}{map}.Store(&{pointer})")),
    ])
}

/// The beginning of the declaration of a variable that holds what is stored, and its name.
fn variable(
    declared: &Declared<'_>,
    place: &Place,
    how: &Pointed,
    names: &[&str],
) -> Result<(String, String), String> {
    let free = names.iter().find(|name| !every_use::is_used_around(place.node(), name));
    let name = free
        .ok_or_else(|| format!("the names {} are taken at {}", names.join(" and "), place.at()))?;
    if *how == Pointed::Typed {
        if !declared.reads_alike_in(&place.file) {
            return Err(format!("{} means something else in {}", declared.map_type, place.path));
        }
        return Ok((format!("var {name} {} = ", declared.map_type), (*name).to_owned()));
    }
    Ok((format!("{name} := "), (*name).to_owned()))
}

/// What a literal gives is stored behind it, or not at all where it is empty.
fn given(
    planner: &Planner<'_, '_>,
    declared: &Declared<'_>,
    place: &Place,
    text: &str,
    (pair, literal): (KeyValueExpr<'_>, CompositeLit<'_>),
    droppable: &dyn Fn(Node<'_>) -> bool,
) -> Result<Vec<Edit>, String> {
    let value = pair.value().node();
    let mut edits = retype::not_given(place, text, pair, literal)?;
    if droppable(value) {
        return Ok(edits);
    }
    let (first, pointer) = match published::pointed(planner, declared, &place.path, value)? {
        Pointed::Nil => return Ok(edits),
        Pointed::Variable(name) => (String::new(), name),
        how => {
            let (begin, name) = variable(declared, place, &how, &["first", "initial"])?;
            let lines = reindented(text, value, literal.node());
            (format!("{begin}{lines}"), name)
        }
    };
    let field = pair.key().node().text();
    let owner = declared.owner(planner);
    let names = [owner.name.as_deref().unwrap_or("made"), "made"];
    let store = |name: &str| format!("{name}.{field}.Store(&{pointer})");
    let behind = retype::stored_behind(place, text, literal, &names, &first, &store)?;
    // Where all of a literal goes, both edits meet at its end.
    edits.extend(behind);
    Ok(edits)
}

/// The text of a value as it is written where a literal around it begins: lines of its own move to the left with it.
fn reindented(text: &str, value: Node<'_>, literal: Node<'_>) -> String {
    let inner = indent_of(text, value.start());
    let outer = indent_of(text, literal.start());
    let mut lines = value.text().split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let moved = line.strip_prefix(&inner).map(|rest| format!("{outer}{rest}"));
        out.push('\n');
        out.push_str(&moved.unwrap_or_else(|| line.to_owned()));
    }
    out
}
