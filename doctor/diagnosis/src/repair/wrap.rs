//! Edits that put a lock around the accesses of one function.
//!
//! In this order, the first that is safe: the whole function with a deferred unlock; the statements
//! from the first to the last access of a block, so that what is read and then written stays one
//! step; each statement by itself, its reads taken out of it where it must not run under the lock;
//! for a loop over the map, a copy made under the lock. What fits none of them is left to a person.

use super::edit::Edit;
use super::hoist;
use super::quiet::{self, Quiet, leaves, statement_in_block};
use crate::trees;
use finding::Operation;
use go_source::SourceAccess;
use go_syntax::{File, Kind, Node};

/// An access to be locked, with the lock as it is written there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'p> {
    pub(crate) source: &'p SourceAccess,
    pub(crate) lock: &'p str,
}

impl Target<'_> {
    pub(crate) fn mutates(&self) -> bool {
        self.source.access.operation.mutates()
    }
}

/// What is needed to edit one function.
pub(crate) struct Function<'f, 'q> {
    pub(crate) path: &'f str,
    pub(crate) text: &'f str,
    pub(crate) file: &'f File,
    pub(crate) body: Node<'f>,
    pub(crate) quiet: &'f Quiet<'q>,
    /// True when the lock is an RWMutex.
    pub(crate) rw: bool,
    /// The map's type as written, where it can be written in this file.
    pub(crate) map_type: Option<String>,
}

/// The edits of a function, and the accesses that none was found for, each with the reason.
#[derive(Debug, Default)]
pub(crate) struct Wrapped<'p> {
    pub(crate) edits: Vec<Edit>,
    pub(crate) left: Vec<(&'p SourceAccess, String)>,
}

/// Locks all targets of one function.
pub(crate) fn function<'p>(function: &Function<'_, '_>, targets: &[Target<'p>]) -> Wrapped<'p> {
    if let Some(edits) = whole(function, targets) {
        return Wrapped { edits, left: Vec::new() };
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
    {
        return None;
    }
    // A function of many lines that touches the map in a few of them is better served by a region.
    let statements = function.body.children().count();
    if statements > 12 {
        return None;
    }
    let (lock, unlock) = calls(function, targets);
    let open = function.body.start().saturating_add(1);
    let inside =
        function.file.text(go_syntax::Span::new(open, function.body.end().saturating_sub(1)));
    if inside.contains('\n') {
        let indent =
            format!("{}\t", indent_of(function.text, function.body.end().saturating_sub(1)));
        return Some(vec![Edit::insert(open, format!("\n{indent}{lock}\n{indent}defer {unlock}"))]);
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
    let root = target.lock.split('.').next()?;
    for statement in &between {
        // A loop without a condition may never end, and the lock would never be free again.
        let endless = std::iter::once(*statement).chain(statement.descendants()).any(|node| {
            node.cast::<go_syntax::ast::ForStmt<'_>>().is_some_and(|stmt| stmt.cond().is_none())
        });
        if endless
            || leaves(*statement)
            || !function.quiet.node(function.path, *statement)
            || declares(*statement, root)
        {
            return None;
        }
    }
    let targets: Vec<_> = members.iter().map(|(_, target)| *target).collect();
    let (lock, unlock) = calls(function, &targets);
    let span = (first.start(), last.end());
    Some((around(function, *first, *last, &lock, &unlock), span))
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
            Edit::insert(start, format!("{lock}\n{indent}")),
            Edit::insert(line_end, format!("\n{indent}{unlock}")),
        ];
    }
    vec![Edit::insert(start, format!("{lock}; ")), Edit::insert(end, format!("; {unlock}"))]
}

/// The calls that take and release the lock for these accesses.
pub(crate) fn calls(function: &Function<'_, '_>, targets: &[Target<'_>]) -> (String, String) {
    let lock = targets.first().map_or("", |target| target.lock);
    let writes = targets.iter().any(Target::mutates);
    let (take, free) =
        if function.rw && !writes { ("RLock", "RUnlock") } else { ("Lock", "Unlock") };
    (format!("{lock}.{take}()"), format!("{lock}.{free}()"))
}

/// True when the statements are the only ones on their lines.
pub(crate) fn alone(text: &str, start: u32, end: u32) -> bool {
    let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { return false };
    let before = text.get(..start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    let after = text.get(end..).unwrap_or_default().split('\n').next().unwrap_or_default().trim();
    before.trim().is_empty() && (after.is_empty() || after.starts_with("//"))
}

/// Offset of the end of the line that an offset is in.
fn line_end(text: &str, offset: u32) -> u32 {
    let rest = usize::try_from(offset).ok().and_then(|at| text.get(at..)).unwrap_or_default();
    let length = rest.find('\n').unwrap_or(rest.len());
    offset.saturating_add(u32::try_from(length).unwrap_or(0))
}

/// The white space at the beginning of the line that an offset is in.
pub(crate) fn indent_of(text: &str, offset: u32) -> String {
    let before = usize::try_from(offset).ok().and_then(|at| text.get(..at)).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = usize::try_from(offset).ok().and_then(|at| text.get(at..)).unwrap_or_default();
    let whole = format!("{line}{}", rest.split('\n').next().unwrap_or_default());
    whole.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}

/// True when an access stands in a `for` without range of this function.
fn in_for(function: &Function<'_, '_>, target: &Target<'_>) -> bool {
    let node = trees::covering(function.file, target.source.placement.operation);
    node.ancestors()
        .iter()
        .any(|up| up.kind() == Kind::ForStmt && up.start() > function.body.start())
}

/// True when a name is declared inside a node: a lock reached through it is not known before.
fn declares(node: Node<'_>, name: &str) -> bool {
    use go_syntax::ast::{AssignStmt, Ident, RangeStmt, ValueSpec};
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

/// True for the operations whose result can be taken out of a statement.
pub(crate) fn is_value(operation: Operation) -> bool {
    matches!(operation, Operation::Read | Operation::Length | Operation::Clone)
}

/// True when a node may run under the lock.
pub(crate) fn is_quiet(function: &Function<'_, '_>, node: Node<'_>) -> bool {
    function.quiet.node(function.path, node) && !quiet::leaves(node)
}
