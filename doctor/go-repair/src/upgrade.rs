//! Takes a lock for writing where a map is changed under it: `RLock` and `RUnlock` become `Lock` and `Unlock`.

use crate::edit::Edit;
use crate::lock_calls::{self, Does, LockCall, LockStatement};
use crate::plan::{self, Change, Left};
use crate::planner::{Claim, Planner};
use crate::trees;
use finding::LockMode;
use go_locks::Held;
use go_syntax::ast::RangeStmt;
use go_syntax::{Kind, Node};
use std::sync::Arc;

/// For each function of these findings the change, or what is left of it and why.
pub(crate) fn changes<'a, 'p>(
    planner: &Planner<'a, 'p>,
    claims: &[Claim<'a, 'p>],
) -> Vec<(Option<Change>, Vec<Left>)> {
    let mut groups: Vec<(&Held, Vec<Claim<'a, 'p>>)> = Vec::new();
    let mut found = Vec::new();
    for claim in claims {
        let for_reading = |held: &&Held| held.mode == LockMode::Read && !held.perhaps;
        let Some(held) = claim.touch.locks.held().iter().find(for_reading) else { continue };
        if held.inherited {
            let why = format!("{} is taken for reading by callers", held.path);
            found.push((None, vec![Left { finding: claim.finding, why, again: false }]));
            continue;
        }
        let same = |(known, members): &&mut (&Held, Vec<Claim<'a, 'p>>)| {
            known.guard == held.guard
                && known.site == held.site
                && members.iter().all(|m| m.touch.source.function == claim.touch.source.function)
        };
        match groups.iter_mut().find(same) {
            Some((_, members)) => members.push(*claim),
            None => groups.push((held, vec![*claim])),
        }
    }
    for (held, members) in groups {
        let findings: Vec<usize> = members.iter().map(|claim| claim.finding).collect();
        found.push(match change(planner, held, &members, findings.clone()) {
            Ok(change) => (Some(change), Vec::new()),
            Err(why) => {
                let leave = |finding| Left { finding, why: why.clone(), again: false };
                (None, findings.into_iter().map(leave).collect())
            }
        });
    }
    found
}

fn change(
    planner: &Planner<'_, '_>,
    held: &Held,
    claims: &[Claim<'_, '_>],
    findings: Vec<usize>,
) -> Result<Change, String> {
    let missing = "the calls of the lock were not found";
    let first = claims.first().ok_or(missing)?;
    let source = first.touch.source;
    let path: &str = &source.access.site.file;
    let function = source.function.ok_or(missing)?;
    let above = planner.order.above(function);
    if let Some(site) = above.unknown {
        return Err(format!("what a caller holds at {} cannot be followed", plan::at(&site)));
    }
    if let Some(site) = above.locks.get(&held.guard) {
        return Err(format!("a caller may hold {} already, at {}", held.path, plan::at(site)));
    }
    let file = planner.trees.file(path).ok_or(missing)?;
    let body = trees::exact(&file, source.placement.body);
    let calls = lock_calls::inside(body, &held.path);
    if calls.iter().any(|call| call.in_literal || call.does == Does::Other) {
        return Err(format!("{} is taken or given back in a function literal", held.path));
    }
    let (section, held_in) =
        section(body, &held.path, &calls, held.site.line).ok_or_else(|| {
            format!("which RUnlock belongs to the RLock of {} is not clear", held.path)
        })?;
    if !held_in.iter().all(|statement| quiet(planner, path, *statement, &held.path)) {
        return Err(format!(
            "what runs under {} calls what may wait or take it again, which a lock for writing does not let through",
            held.path
        ));
    }
    let mut change = Change::new(findings, format!("takes {} for writing", held.path));
    let edits = section.iter().map(|call| {
        let text = if call.does == Does::RLock { "Lock" } else { "Unlock" };
        Edit { start: call.method.start(), end: call.method.end(), text: text.to_owned() }
    });
    change.edits.add(path, edits.collect());
    change.bodies.push((Arc::from(path), source.placement.body));
    Ok(change)
}

/// The calls from an `RLock` to all that give it back, and the statements that run in between.
fn section<'f>(
    body: Node<'f>,
    path: &str,
    calls: &[LockCall<'f>],
    line: u32,
) -> Option<(Vec<LockCall<'f>>, Vec<Node<'f>>)> {
    let reading = |call: &&LockCall<'f>| matches!(call.does, Does::RLock | Does::RUnlock);
    let taken = calls
        .iter()
        .filter(|call| call.does == Does::RLock)
        .find(|call| body.file().line_col(call.method.start()).line == line)?;
    let ancestors = taken.method.ancestors();
    let at = ancestors.iter().rposition(|up| lock_calls::of_statement(*up, path).is_some())?;
    let (lock, block) = (*ancestors.get(at)?, *ancestors.get(at.checked_sub(1)?)?);
    let after: Vec<Node<'f>> =
        block.children().filter(|child| child.start() >= lock.end()).collect();
    let gives_back = |statement: &LockStatement<'f>| statement.does == Does::RUnlock;
    let end =
        after.iter().filter_map(|child| lock_calls::of_statement(*child, path)).find(gives_back);
    let only = calls.iter().filter(|call| call.does == Does::RLock).count() == 1;
    let until = match end {
        Some(end) if !end.deferred => end.node.end(),
        Some(_) if block == body => block.end(),
        _ if only && block == body => block.end(),
        _ => return None,
    };
    let within = |call: &&LockCall<'f>| {
        taken.method.start() <= call.method.start() && call.method.end() <= until
    };
    let of_section: Vec<LockCall<'f>> = calls.iter().filter(within).copied().collect();
    // Another lock in between belongs to another section.
    let once = of_section.iter().filter(|call| call.does.takes()).count() == 1;
    let all = of_section.iter().all(|call| reading(&call));
    let statements = after.into_iter().filter(|child| child.end() <= until).collect();
    (once && all).then_some((of_section, statements))
}

/// True when a statement may run under the lock, but for what it does to the lock itself.
fn quiet(planner: &Planner<'_, '_>, file: &str, node: Node<'_>, path: &str) -> bool {
    if lock_calls::inside(node, path).is_empty() {
        return planner.quiet.node(file, node);
    }
    if lock_calls::of_statement(node, path).is_some() {
        return true;
    }
    let range = |range: RangeStmt<'_>| planner.quiet.range(file, range);
    match node.kind() {
        Kind::RangeStmt if !node.cast::<RangeStmt<'_>>().is_some_and(range) => false,
        Kind::BlockStmt
        | Kind::IfStmt
        | Kind::ForStmt
        | Kind::RangeStmt
        | Kind::SwitchStmt
        | Kind::CaseClause => node.children().all(|child| quiet(planner, file, child, path)),
        _ => false,
    }
}
