//! Makes a `sync.Map` of a map that goroutines share with no lock: every use is rewritten, or none.
//!
//! It is no repair that is safe by itself. What was one step under a lock is two in a `sync.Map`; so a map is left whose
//! entries are changed by what was looked up before. Its values stay what they are: pointers are stored and not what they
//! lead to. Functions beside the declaration keep the types, and yield the zero value where there is no entry.

mod conversion;
mod range;

use crate::bare::Bare;
use crate::edit::Edit;
use crate::every_use::{self, Done, Place};
use crate::plan::{self, Change};
use crate::planner::Planner;
use crate::retype::{self, Declared, Owner};
use go_source::Span;
use go_syntax::ast::{AssignStmt, CallExpr, IndexExpr, MapType, ValueSpec};
use go_syntax::{AssignOp, File, Kind, Node, View};
use std::cell::Cell;
use std::sync::Arc;

/// The releases that brought `any` and `(*sync.Map).Clear`.
const ANY: u32 = 18;
const CLEAR: u32 = 23;

/// The map that is rewritten.
struct Rewrite<'d, 'p> {
    declared: &'d Declared<'p>,
    key: String,
    value: String,
    minor: u32,
    /// Functions beside the declaration by what they do, and whether they are called.
    load: (String, Cell<bool>),
    get: (String, Cell<bool>),
    len: (String, Cell<bool>),
}

impl Rewrite<'_, '_> {
    fn any(&self) -> &'static str {
        if self.minor < ANY { "interface{}" } else { "any" }
    }

    fn holds_anything(&self) -> bool {
        matches!(&*self.value, "any" | "interface{}")
    }
}

/// Makes a `sync.Map` of a map.
///
/// # Errors
///
/// The reason where not all uses are known and can be rewritten.
pub(crate) fn change(
    planner: &Planner<'_, '_>,
    (map, claims): &Bare<'_, '_>,
) -> Result<Change, String> {
    let decl = map.decl;
    let accesses = planner.program().accesses(&decl.id);
    let steps = |access: &&go_source::SourceAccess| {
        access.decisions.iter().any(|decision| decision.missing || decision.derived)
    };
    if let Some(access) = accesses.iter().find(steps) {
        let place = plan::at(&access.access.site);
        return Err(format!("it is written at {place} by what was looked up before, in two steps"));
    }
    let places = every_use::of(planner, map)?;
    let declared = retype::declared(planner, decl)?;
    retype::importable(&declared, "sync")?;
    let (key, value) = types(&declared.map_type).ok_or("its type has a name of its own")?;
    if value.starts_with("map[") {
        return Err("its values are maps, which would be shared with no lock as before".into());
    }
    let owner = declared.owner(planner);
    if matches!(owner.name.as_deref(), Some("key" | "value" | "held" | "ok" | "number")) {
        return Err("the receiver of its methods has a name that is needed".into());
    }
    let name = |words: &[&str]| {
        Ok::<_, String>((retype::free_name(planner, decl, words)?, Cell::new(false)))
    };
    let rewrite = Rewrite {
        declared: &declared,
        key,
        value,
        minor: planner.program().go_minor(&decl.site.file).unwrap_or(0),
        load: name(&["load", "lookUp"])?,
        get: name(&["get", "valueOf"])?,
        len: name(&["len", "count"])?,
    };
    if declared.value().is_some_and(|value| !retype::is_empty(value)) {
        return Err("it is filled where it is declared".into());
    }
    let what = format!("makes {} a sync.Map, in {}", decl.path, plan::places(places.len()));
    let mut change = Change::new(claims.iter().map(|claim| claim.finding).collect(), what);
    change.retypes = Some(decl.id.clone());
    for place in &places {
        let text = planner.program().file(&place.path).ok_or("a file is not at hand")?.text();
        change.edits.add(&place.path, of_place(&rewrite, place, text)?);
        if let Some(body) = place.body() {
            change.bodies.push((Arc::clone(&place.path), Span::new(body.start(), body.end())));
        }
    }
    change.edits.add(declared.path, declared.retyped("sync.Map", &functions(&rewrite, &owner))?);
    change.imports.insert((declared.path.to_owned(), "sync"));
    Ok(change)
}

/// The key and value type of `map[K]V`.
fn types(text: &str) -> Option<(String, String)> {
    let source = format!("package p\n\nvar m {text}\n");
    let file: File = go_syntax::parse(source.as_str());
    let map = file.root().descendants().find_map(Node::cast::<MapType<'_>>)?;
    let whole = map.node().text() == text && file.errors().is_empty();
    whole.then(|| (map.key().node().text().to_owned(), map.value().node().text().to_owned()))
}

/// The edits at one place.
fn of_place(rewrite: &Rewrite<'_, '_>, place: &Place, text: &str) -> Result<Vec<Edit>, String> {
    let at = || place.at();
    match place.done() {
        Done::Given(pair, literal) => {
            if !retype::is_empty(pair.value().node()) {
                return Err(format!("it is filled where its struct is made, at {}", at()));
            }
            retype::not_given(place, text, pair, literal)
        }
        Done::Stored(_) => Err(format!("it is replaced as a whole at {}", at())),
        Done::Lent => Err(format!(
            "it is assigned together with others, or its address is taken, at {}",
            at()
        )),
        Done::Compared => Err(format!("it is compared with nil at {}", at())),
        Done::Passed => Err(format!("it is handed on as a map at {}", at())),
        Done::Ranged(range) => range::edits(rewrite, place, text, range),
        Done::Called(call) => called(rewrite, place, call),
        Done::Indexed(index) => indexed(rewrite, place, index),
    }
}

/// What stands before the name of the map: `c.` in `c.entries`.
fn before_name(place: &Place) -> &str {
    let whole = place.node().text();
    whole.rfind('.').and_then(|dot| whole.get(..=dot)).unwrap_or_default()
}

/// `len`, `delete` and `clear`.
fn called(
    rewrite: &Rewrite<'_, '_>,
    place: &Place,
    call: CallExpr<'_>,
) -> Result<Vec<Edit>, String> {
    let node = call.node();
    let map = place.node().text();
    let whole = |text: String| Ok(vec![Edit { start: node.start(), end: node.end(), text }]);
    match call.fun().node().text() {
        "len" => {
            let looped = node
                .ancestors()
                .iter()
                .rev()
                .any(|up| matches!(up.kind(), Kind::ForStmt | Kind::RangeStmt));
            if looped {
                return Err(format!(
                    "its length is asked for in a loop at {}, and a sync.Map would be counted each time",
                    place.at()
                ));
            }
            rewrite.len.1.set(true);
            whole(format!("{}{}()", before_name(place), rewrite.len.0))
        }
        "delete" => {
            let key = call.args().nth(1).ok_or("a key is missing")?.node();
            let (before, behind) = conversion::of(rewrite, place, &rewrite.key, key)?;
            Ok(vec![
                Edit {
                    start: node.start(),
                    end: key.start(),
                    text: format!("{map}.Delete({before}"),
                },
                Edit::insert(key.end(), behind),
            ])
        }
        _ if rewrite.minor < CLEAR => Err(format!(
            "a sync.Map can be cleared from Go 1.{CLEAR} on, and the module asks for less"
        )),
        _ => whole(format!("{map}.Clear()")),
    }
}

/// `m[k]`.
fn indexed(
    rewrite: &Rewrite<'_, '_>,
    place: &Place,
    index: IndexExpr<'_>,
) -> Result<Vec<Edit>, String> {
    let node = index.node();
    let key = index.index().node();
    let map = place.node().text();
    let up = node.parent().ok_or("an access was not found")?;
    let in_place = || {
        format!(
            "an entry is counted or changed in place at {}, which a sync.Map cannot do in one step",
            place.at()
        )
    };
    if let Some(assign) = up.cast::<AssignStmt<'_>>() {
        if assign.left().any(|left| left.node() == node) {
            let right: Vec<Node<'_>> = assign.right().map(View::node).collect();
            let [value] = right.as_slice() else {
                return Err(format!("it is assigned together with others at {}", place.at()));
            };
            if assign.op() != AssignOp::Assign || assign.left().count() != 1 {
                return Err(in_place());
            }
            if value.text().contains(node.text()) {
                return Err(in_place());
            }
            let (before, behind) = conversion::of(rewrite, place, &rewrite.key, key)?;
            let (begin, end) = conversion::of(rewrite, place, &rewrite.value, *value)?;
            return Ok(vec![
                Edit {
                    start: node.start(),
                    end: key.start(),
                    text: format!("{map}.Store({before}"),
                },
                Edit { start: key.end(), end: value.start(), text: format!("{behind}, {begin}") },
                Edit::insert(value.end(), format!("{end})")),
            ]);
        }
    }
    if matches!(up.kind(), Kind::IncDecStmt | Kind::RangeStmt | Kind::ParenExpr) {
        return Err(in_place());
    }
    let pair = up
        .cast::<AssignStmt<'_>>()
        .is_some_and(|assign| assign.left().count() == 2 && assign.right().count() == 1)
        || up
            .cast::<ValueSpec<'_>>()
            .is_some_and(|spec| spec.names().count() == 2 && spec.values().count() == 1);
    let (name, called) = if pair { &rewrite.load } else { &rewrite.get };
    called.set(true);
    let prefix = u32::try_from(before_name(place).len()).unwrap_or(0);
    Ok(vec![
        Edit {
            start: node.start().saturating_add(prefix),
            end: key.start(),
            text: format!("{name}("),
        },
        Edit { start: key.end(), end: node.end(), text: ")".to_owned() },
    ])
}

/// The functions that are called, beside the declaration.
fn functions(rewrite: &Rewrite<'_, '_>, owner: &Owner) -> String {
    let Owner { receiver, map, .. } = owner;
    let Rewrite { key, value, .. } = rewrite;
    let any = rewrite.any();
    let last = map.rsplit('.').next().unwrap_or(map);
    let mut found: Vec<String> = Vec::new();
    if rewrite.load.1.get() {
        let name = &rewrite.load.0;
        let body = if rewrite.holds_anything() {
            format!("\treturn {map}.Load(key)\n")
        } else {
            format!(
                "\theld, ok := {map}.Load(key)\n\tif ok {{\n\t\tvalue, _ = held.({value})\n\t}}\n\treturn value, ok\n"
            )
        };
        found.push(format!(
            "// {name} returns what {last} has for a key, and whether it has something.\n\
             func {receiver}{name}(key {key}) (value {value}, ok bool) {{\n{body}}}\n"
        ));
    }
    if rewrite.get.1.get() {
        let name = &rewrite.get.0;
        let body = if rewrite.holds_anything() {
            format!("\tvalue, _ := {map}.Load(key)\n\treturn value\n")
        } else {
            format!("\theld, _ := {map}.Load(key)\n\tvalue, _ := held.({value})\n\treturn value\n")
        };
        found.push(format!(
            "// {name} returns what {last} has for a key, or the zero value.\n\
             func {receiver}{name}(key {key}) {value} {{\n{body}}}\n"
        ));
    }
    if rewrite.len.1.get() {
        let name = &rewrite.len.0;
        found.push(format!(
            "// {name} counts the entries of {last}, each of them.\n\
             func {receiver}{name}() int {{\n\tnumber := 0\n\t{map}.Range(func(_, _ {any}) bool {{\n\t\tnumber++\n\t\treturn true\n\t}})\n\treturn number\n}}\n"
        ));
    }
    found.join("\n")
}
