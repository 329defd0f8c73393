//! Makes a `sync.RWMutex` of the `sync.Mutex` that guards a map, where a repair takes it for reading and most of what runs
//! under it only reads.
//!
//! Whether that is faster is for a benchmark to say: so it is no repair that is made unless it is asked for.

use crate::edit::Edit;
use crate::lock_calls::{self, Does};
use crate::plan::Change;
use crate::planner::{Claim, Planner, is_test};
use crate::{align, trees};
use finding::{DeclKind, Operation};
use go_source::Span;
use go_syntax::ast::{AssignStmt, CallExpr, Field, RangeStmt, SelectorExpr, TypeSpec, ValueSpec};
use go_syntax::{AssignOp, File, Kind, Node, View};
use std::rc::Rc;
use std::sync::Arc;

/// The edits that make a lock one for reading and writing.
pub(crate) struct Shared {
    /// By file.
    pub(crate) edits: Vec<(Arc<str>, Vec<Edit>)>,
    /// The functions that take it for reading from now on.
    pub(crate) bodies: Vec<(Arc<str>, Span)>,
}

impl Shared {
    /// One change of it and of those that take the lock for the accesses of findings.
    pub(crate) fn with(self, guard: &str, changes: Vec<Change>) -> Change {
        let after = guard.rsplit('/').next().unwrap_or(guard);
        let short = after.split_once('.').map_or(after, |(_, path)| path);
        let mut all = Change::new(
            Vec::new(),
            format!("takes {short} for reading, and makes it a sync.RWMutex"),
        );
        for change in changes {
            all.findings.extend(change.findings);
            all.imports.extend(change.imports);
            all.bodies.extend(change.bodies);
            for (file, edits) in change.edits.files {
                all.edits.add(&file, edits);
            }
        }
        for (file, edits) in self.edits {
            all.edits.add(&file, edits);
        }
        all.bodies.extend(self.bodies);
        all
    }
}

/// One place that names the mutex, to lock or unlock it.
struct Call {
    path: Arc<str>,
    file: Rc<File>,
    /// The mutex as it is written.
    lock: Span,
    /// The declaration of the function around it, and the innermost body.
    function: Span,
    body: Span,
}

/// The edits for the lock of this declaration; `None` where it is not worth it, or a use of it is not known.
pub(crate) fn shared(
    planner: &Planner<'_, '_>,
    guard: &Arc<str>,
    claims: &[Claim<'_, '_>],
) -> Option<Shared> {
    let map = claims.first()?.map.decl;
    let reads = |claim: &Claim<'_, '_>| {
        claim.map.decl.package == map.package
            && matches!(
                claim.touch.source.access.operation,
                Operation::Read | Operation::Iterate | Operation::Length | Operation::Clone
            )
    };
    if !claims.iter().all(reads) {
        return None;
    }
    let calls = calls(planner, guard)?;
    let (path, declared) = declaration(planner, guard, &map.package, map.decl)?;
    let mut functions: Vec<(&Arc<str>, Span)> = Vec::new();
    for call in &calls {
        if !functions.contains(&(&call.path, call.function)) {
            functions.push((&call.path, call.function));
        }
    }
    let mut found = Shared { edits: vec![(path, declared)], bodies: Vec::new() };
    let mut reading = 0usize;
    for (path, function) in &functions {
        let own: Vec<&Call> =
            calls.iter().filter(|call| call.path == **path && call.function == *function).collect();
        let Some(edits) = for_reading(planner, &own) else { continue };
        reading = reading.saturating_add(1);
        found.bodies.extend(own.first().map(|call| (Arc::clone(&call.path), call.body)));
        found.edits.push((Arc::clone(path), edits));
    }
    // The readers that are new count too.
    let all = functions.len().saturating_add(claims.len());
    (reading.saturating_add(claims.len()).saturating_mul(2) > all && reading > 0).then_some(found)
}

/// Every use of the mutex; `None` where one is not a call that takes it or gives it back.
fn calls(planner: &Planner<'_, '_>, guard: &str) -> Option<Vec<Call>> {
    let uses = planner.program().lock_uses(guard)?;
    let mut found = Vec::new();
    for place in uses {
        if is_test(&place.file) && !planner.tests {
            return None;
        }
        let file = planner.trees.file(&place.file)?;
        let node = trees::exact(&file, place.span);
        let method = node.parent()?.cast::<SelectorExpr<'_>>()?.sel().text();
        let ancestors = node.ancestors();
        let called = node.parent()?.parent()?.kind() == Kind::CallExpr;
        if !called || !matches!(method, "Lock" | "Unlock") {
            return None;
        }
        let function = ancestors.iter().find(|up| up.kind() == Kind::FuncDecl)?;
        let body = ancestors.iter().rev().find(|up| {
            up.kind() == Kind::BlockStmt
                && up.parent().is_some_and(|of| matches!(of.kind(), Kind::FuncDecl | Kind::FuncLit))
        })?;
        let (function, body) = (span(*function), span(*body));
        let lock = place.span;
        found.push(Call {
            path: Arc::clone(&place.file),
            file: Rc::clone(&file),
            lock,
            function,
            body,
        });
    }
    (!found.is_empty()).then_some(found)
}

fn span(node: Node<'_>) -> Span {
    Span::new(node.start(), node.end())
}

/// The edit of `mu sync.Mutex`, an unexported field or variable with a name of its own.
fn declaration(
    planner: &Planner<'_, '_>,
    guard: &str,
    package: &str,
    of_map: DeclKind,
) -> Option<(Arc<str>, Vec<Edit>)> {
    let path = guard.strip_prefix(package)?.strip_prefix('.')?;
    let name = path.rsplit('.').next()?;
    let owner = path.rsplit_once('.').map(|(owner, _)| owner);
    if !name.starts_with(|first: char| first.is_lowercase()) || of_map == DeclKind::Local {
        return None;
    }
    // Where the build leaves out files of the package, they may lock it too.
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    for source in planner.program().files().iter().filter(|file| file.package() == package) {
        let tree = planner.trees.file(source.path())?;
        let ty = tree.root().descendants().find_map(|node| match owner {
            Some(owner) => {
                let field = node.cast::<Field<'_>>()?;
                let named = field.names().count() == 1 && field.names().next()?.text() == name;
                let spec =
                    node.ancestors().into_iter().rev().find_map(Node::cast::<TypeSpec<'_>>)?;
                (named && field.tag().is_none() && spec.name().text() == owner)
                    .then(|| field.ty().node())
            }
            None => {
                let spec = node.cast::<ValueSpec<'_>>()?;
                let top = !node.ancestors().iter().any(|up| up.kind() == Kind::FuncDecl);
                let named = spec.names().count() == 1 && spec.names().next()?.text() == name;
                (top && named && spec.values().next().is_none()).then_some(spec.ty()?.node())
            }
        });
        let Some(ty) = ty else { continue };
        let home = folder(source.path());
        let hidden = planner
            .program()
            .left_out()
            .iter()
            .any(|(path, text)| folder(path) == home && text.contains(&format!("{name}.")));
        if ty.text() != "sync.Mutex" || hidden {
            return None;
        }
        let edit = Edit { start: ty.start(), end: ty.end(), text: "sync.RWMutex".to_owned() };
        let edits = align::comments(&tree, source.text(), edit)?;
        return Some((Arc::from(source.path()), edits));
    }
    None
}

/// The edits of one function's calls, where all that runs between them only reads.
fn for_reading(planner: &Planner<'_, '_>, calls: &[&Call]) -> Option<Vec<Edit>> {
    let first = calls.first()?;
    if calls.iter().any(|call| call.body != first.body) {
        return None;
    }
    let body = trees::exact(&first.file, first.body);
    let lock = trees::exact(&first.file, first.lock).text();
    let made = lock_calls::inside(body, lock);
    let takes = made.iter().filter(|call| call.does == Does::Lock).count();
    let gives = made.iter().filter(|call| call.does == Does::Unlock).count();
    let plain = made.len() == calls.len() && made.iter().all(|call| !call.in_literal);
    let begins = made.first().is_some_and(|call| call.does == Does::Lock);
    if !plain
        || !begins
        || takes == 0
        || gives == 0
        || !only_reads(planner, &first.path, body, lock)
    {
        return None;
    }
    let edits = made.iter().map(|call| Edit {
        start: call.method.start(),
        end: call.method.end(),
        text: if call.does == Does::Lock { "RLock" } else { "RUnlock" }.to_owned(),
    });
    Some(edits.collect())
}

/// True for code that changes nothing but its own variables, and calls nothing that might.
fn only_reads(planner: &Planner<'_, '_>, path: &str, body: Node<'_>, lock: &str) -> bool {
    let own = |name: &str| {
        body.descendants().any(|node| {
            node.cast::<AssignStmt<'_>>().is_some_and(|assign| {
                assign.op() == AssignOp::Define
                    && assign.left().any(|left| left.node().text() == name)
            }) || node
                .cast::<ValueSpec<'_>>()
                .is_some_and(|spec| spec.names().any(|spec| spec.text() == name))
        })
    };
    body.descendants().all(|node| match node.kind() {
        Kind::AssignStmt => node.cast::<AssignStmt<'_>>().is_some_and(|assign| {
            assign.op() == AssignOp::Define
                || assign.left().all(|left| {
                    let left = left.node();
                    let base = match left.kind() {
                        // An entry of what the function itself makes.
                        Kind::IndexExpr => left.children().next(),
                        _ => Some(left),
                    };
                    base.is_some_and(|base| {
                        base.text() == "_" || (base.kind() == Kind::Ident && own(base.text()))
                    })
                })
        }),
        Kind::IncDecStmt => {
            node.children().next().is_some_and(|of| of.kind() == Kind::Ident && own(of.text()))
        }
        Kind::RangeStmt => {
            node.cast::<RangeStmt<'_>>().is_some_and(|range| range.op() != Some(AssignOp::Assign))
        }
        Kind::SendStmt | Kind::GoStmt | Kind::FuncLit | Kind::SelectStmt | Kind::LabeledStmt => {
            false
        }
        Kind::CallExpr => node.cast::<CallExpr<'_>>().is_some_and(|call| {
            let fun = call.fun().node();
            let of_lock = fun
                .cast::<SelectorExpr<'_>>()
                .is_some_and(|selector| selector.operand().node().text() == lock);
            let builtin =
                matches!(fun.text(), "len" | "cap" | "make" | "new" | "string" | "maps.Clone");
            let first = call.args().next().map(View::node);
            let appended = fun.text() == "append" && first.is_some_and(|to| own(to.text()));
            of_lock || builtin || appended || is_pure(planner, path, call)
        }),
        _ => true,
    })
}

/// True for a call of the library that computes and returns.
fn is_pure(planner: &Planner<'_, '_>, path: &str, call: CallExpr<'_>) -> bool {
    let library =
        ["strings.", "strconv.", "errors.", "fmt.Sprint", "fmt.Errorf", "time.Since", "time.Now"];
    let name = call.fun().node().text();
    planner.calls.of(path, call).is_none() && library.iter().any(|known| name.starts_with(known))
}
