//! Edits that put a lock around the accesses of one function.
//!
//! In this order, the first that is safe: the whole function with a deferred unlock; the statements
//! from the first to the last access of a block, so that what is read and then written stays one
//! step; each statement by itself, its reads taken out of it where it must not run under the lock;
//! for a loop over the map, a copy made under the lock. What fits none of them is left to a person.

use crate::edit::Edit;
use crate::function::{Function, Target, calls};
use crate::hoist;
use crate::lines::{alone, before_comments, indent_of, line_end};
use crate::quiet::{leaves, statement_in_block};
use crate::trees;
use go_source::SourceAccess;
use go_syntax::ast::{AssignStmt, BinaryExpr};
use go_syntax::{Kind, Node};

/// The edits of a function, and the accesses that none was found for, each with the reason.
#[derive(Debug, Default)]
pub(crate) struct Wrapped<'p> {
    pub(crate) edits: Vec<Edit>,
    /// What runs under one lock each time: what is outside of all of them is locked by itself.
    pub(crate) sections: Vec<(u32, u32)>,
    pub(crate) left: Vec<(&'p SourceAccess, String)>,
}

/// Locks all targets of one function.
pub(crate) fn function<'p>(function: &Function<'_, '_>, targets: &[Target<'p>]) -> Wrapped<'p> {
    if let Some(edits) = whole(function, targets) {
        let sections = vec![(function.body.start(), function.body.end())];
        return Wrapped { edits, sections, left: Vec::new() };
    }
    let mut wrapped = Wrapped::default();
    let mut groups: Vec<(Node<'_>, Vec<(Node<'_>, Target<'p>)>)> = Vec::new();
    for target in targets {
        match statement_in_block(function.file, target.source.placement.operation) {
            Some((statement, block)) => {
                match groups.iter_mut().find(|(known, _)| *known == block) {
                    Some((_, members)) => members.push((statement, *target)),
                    None => groups.push((block, vec![(statement, *target)])),
                }
            }
            None => wrapped.left.push((target.source, "it stands in no block".into())),
        }
    }
    // Outer blocks first: a loop that is locked whole covers what is inside it.
    groups.sort_by_key(|(block, _)| block.start());
    let mut covered: Vec<(u32, u32)> = Vec::new();
    for (block, mut members) in groups {
        members.retain(|(statement, _)| {
            !covered
                .iter()
                .any(|(start, end)| *start <= statement.start() && statement.end() <= *end)
        });
        members.sort_by_key(|(statement, _)| statement.start());
        if members.is_empty() {
            continue;
        }
        if let Some((edits, span)) = region(function, block, &members) {
            wrapped.edits.extend(edits);
            covered.push(span);
            continue;
        }
        let mut statements: Vec<(Node<'_>, Vec<Target<'p>>)> = Vec::new();
        for (statement, target) in members {
            match statements.iter_mut().find(|(known, _)| *known == statement) {
                Some((_, targets)) => targets.push(target),
                None => statements.push((statement, vec![target])),
            }
        }
        for (statement, targets) in statements {
            let members: Vec<_> = targets.iter().map(|target| (statement, *target)).collect();
            if let Some((edits, span)) = region(function, block, &members) {
                wrapped.edits.extend(edits);
                covered.push(span);
                continue;
            }
            match hoist::statement(function, statement, &targets) {
                Ok(edits) => wrapped.edits.extend(edits),
                Err(why) => {
                    wrapped.left.extend(targets.iter().map(|target| (target.source, why.clone())));
                }
            }
        }
    }
    wrapped.sections = covered;
    wrapped
}

/// `Lock` and a deferred `Unlock` at the beginning of the body.
fn whole(function: &Function<'_, '_>, targets: &[Target<'_>]) -> Option<Vec<Edit>> {
    let first = targets.first()?;
    let one_lock = targets.iter().all(|target| target.lock == first.lock);
    let endless = targets.iter().any(|target| in_for(function, target));
    let root = first.lock.split('.').next()?;
    if !one_lock
        || endless
        || !function.quiet.node(function.path, function.body)
        || declares(function.body, root)
        || compares_with_nil(function.body, first.lock)
    {
        return None;
    }
    // A function of many lines that touches the map in a few of them is better served by a region.
    let statements = function.body.children().count();
    if statements > 12 {
        return None;
    }
    let (lock, unlock) = calls(targets);
    let open = function.body.start().saturating_add(1);
    let inside =
        function.file.text(go_syntax::Span::new(open, function.body.end().saturating_sub(1)));
    if inside.contains('\n') {
        let indent =
            format!("{}\t", indent_of(function.text, function.body.end().saturating_sub(1)));
        // A comment behind the brace stays there.
        let at = line_end(function.text, open);
        return Some(vec![Edit::insert(at, format!("\n{indent}{lock}\n{indent}defer {unlock}"))]);
    }
    let indent = indent_of(function.text, function.body.start());
    let statement = inside.trim();
    let text = format!(
        "{{\n{indent}\t{lock}\n{indent}\tdefer {unlock}\n{indent}\t{statement}\n{indent}}}"
    );
    Some(vec![Edit { start: function.body.start(), end: function.body.end(), text }])
}

/// One lock from the first to the last statement of a block, where all between is quiet.
fn region(
    function: &Function<'_, '_>,
    block: Node<'_>,
    members: &[(Node<'_>, Target<'_>)],
) -> Option<(Vec<Edit>, (u32, u32))> {
    let (first, target) = members.first()?;
    let (last, _) = members.last()?;
    if members.iter().any(|(_, other)| other.lock != target.lock) {
        return None;
    }
    let between: Vec<_> = block
        .children()
        .filter(|child| child.start() >= first.start() && child.end() <= last.end())
        .collect();
    if between
        .iter()
        .any(|statement| leaves(*statement) || !is_holdable(function, *statement, target.lock))
    {
        return None;
    }
    let targets: Vec<_> = members.iter().map(|(_, target)| *target).collect();
    let (lock, unlock) = calls(&targets);
    let span = (first.start(), last.end());
    Some((around(function, *first, *last, &lock, &unlock), span))
}

/// True when a statement may run under a lock, and the lock is the same before and behind it.
pub(crate) fn is_holdable(function: &Function<'_, '_>, statement: Node<'_>, lock: &str) -> bool {
    // A loop without a condition may never end, and the lock would never be free again.
    let endless = std::iter::once(statement).chain(statement.descendants()).any(|node| {
        node.cast::<go_syntax::ast::ForStmt<'_>>().is_some_and(|stmt| stmt.cond().is_none())
    });
    let root = lock.split('.').next().unwrap_or(lock);
    !endless
        && function.quiet.node(function.path, statement)
        && !declares(statement, root)
        && !assigns(statement, lock)
        && !compares_with_nil(statement, lock)
}

/// Puts one line before the first and one after the last statement; on one line, separated by `;`.
pub(crate) fn around(
    function: &Function<'_, '_>,
    first: Node<'_>,
    last: Node<'_>,
    lock: &str,
    unlock: &str,
) -> Vec<Edit> {
    let (start, end) = (first.start(), last.end());
    if alone(function.text, start, end) {
        let indent = indent_of(function.text, start);
        let line_end = line_end(function.text, end);
        return vec![
            Edit::insert(before_comments(function.text, start), format!("{indent}{lock}\n")),
            Edit::insert(line_end, format!("\n{indent}{unlock}")),
        ];
    }
    vec![Edit::insert(start, format!("{lock}; ")), Edit::insert(end, format!("; {unlock}"))]
}

/// True when an access stands in a `for` without range of this function.
fn in_for(function: &Function<'_, '_>, target: &Target<'_>) -> bool {
    let node = trees::covering(function.file, target.source.placement.operation);
    node.ancestors()
        .iter()
        .any(|up| up.kind() == Kind::ForStmt && up.start() > function.body.start())
}

/// True when what a lock is reached through is compared with nil inside a node: it may be nil before.
fn compares_with_nil(node: Node<'_>, lock: &str) -> bool {
    use go_syntax::View;
    node.descendants().filter_map(Node::cast::<BinaryExpr<'_>>).any(|binary| {
        let (left, right) = (binary.left().node().text(), binary.right().node().text());
        (right == "nil" && leads_to(left, lock)) || (left == "nil" && leads_to(right, lock))
    })
}

/// True when what a lock is reached through gets another value inside a node.
fn assigns(node: Node<'_>, lock: &str) -> bool {
    use go_syntax::View;
    let assigned = |assign: AssignStmt<'_>| {
        assign.left().any(|left| leads_to(left.node().text().trim_start_matches('*'), lock))
    };
    std::iter::once(node)
        .chain(node.descendants())
        .filter_map(Node::cast::<AssignStmt<'_>>)
        .any(assigned)
}

/// True for `c` and `c.state` of `c.state.mu`.
fn leads_to(text: &str, lock: &str) -> bool {
    lock.strip_prefix(text).is_some_and(|rest| rest.starts_with('.'))
}

/// True when a name is declared inside a node: a lock reached through it is not known before.
fn declares(node: Node<'_>, name: &str) -> bool {
    use go_syntax::ast::{Ident, RangeStmt, ValueSpec};
    use go_syntax::{AssignOp, View};
    node.descendants().any(|inner| {
        if let Some(assignment) = inner.cast::<AssignStmt<'_>>() {
            return assignment.op() == AssignOp::Define
                && assignment.left().any(|left| left.node().text() == name);
        }
        if let Some(range) = inner.cast::<RangeStmt<'_>>() {
            let defines = range.op() == Some(AssignOp::Define);
            return defines
                && [range.key(), range.value()]
                    .into_iter()
                    .flatten()
                    .any(|left| left.node().text() == name);
        }
        inner
            .cast::<ValueSpec<'_>>()
            .is_some_and(|spec| spec.names().any(|ident: Ident<'_>| ident.text() == name))
    })
}
