//! Holds a lock longer: an unlock moves behind the last access, becomes deferred, or the lock moves before the first.

use crate::edit::Edit;
use crate::function::Function;
use crate::lines::{before_comments, indent_of, line_end, without_line};
use crate::lock_calls::{self, Does, LockStatement};
use crate::plan::Change;
use crate::planner::{Claim, Planner};
use crate::quiet::leaves;
use crate::{trees, wrap};
use go_source::Span;
use go_syntax::{Kind, Node};
use std::sync::Arc;

/// For each function of these findings the change, or nothing where its lock cannot be held longer.
pub(crate) fn changes<'a, 'p>(
    planner: &Planner<'a, 'p>,
    claims: &[Claim<'a, 'p>],
) -> Vec<(Option<Change>, Vec<Claim<'a, 'p>>)> {
    let mut groups: Vec<Vec<Claim<'a, 'p>>> = Vec::new();
    let key = |claim: &Claim<'a, 'p>| {
        let guard = claim.map.guard.as_ref().map(|guard| Arc::clone(&guard.name));
        (claim.touch.source.function, guard)
    };
    for claim in claims {
        match groups.iter_mut().find(|known| known.first().map(key) == Some(key(claim))) {
            Some(known) => known.push(*claim),
            None => groups.push(vec![*claim]),
        }
    }
    groups.into_iter().map(|claims| (change(planner, &claims), claims)).collect()
}

fn change(planner: &Planner<'_, '_>, claims: &[Claim<'_, '_>]) -> Option<Change> {
    let first = claims.first()?;
    let guard = first.map.guard.as_ref()?;
    let site = &first.touch.source.access.site;
    let (file, text) = (planner.trees.file(&site.file)?, planner.program().file(&site.file)?);
    let body = trees::exact(&file, first.touch.source.placement.body);
    let path = path_of(planner, first)?;
    let function = Function {
        path: &site.file,
        text: text.text(),
        file: &file,
        body,
        quiet: &planner.quiet,
        sparing: true,
        has_maps: false,
    };
    let mut places: Vec<(Node<'_>, Node<'_>)> = claims
        .iter()
        .map(|claim| beside_lock(&function, claim.touch.source.placement.operation, &path))
        .collect::<Option<_>>()?;
    places.sort_by_key(|(statement, _)| statement.start());
    let ((from, block), (to, _)) = (*places.first()?, *places.last()?);
    if places.iter().any(|(_, other)| *other != block) {
        return None;
    }
    let writes = claims.iter().any(|claim| claim.touch.mutates());
    let section = Section { function: &function, block, from, to, path: &path, writes };
    let (edits, how) = section.late().or_else(|| section.early())?;
    let mut change = Change::new(
        claims.iter().map(|claim| claim.finding).collect(),
        format!("{how} {}", guard.short()),
    );
    change.edits.add(&site.file, edits);
    change.bodies.push((Arc::clone(&site.file), first.touch.source.placement.body));
    Some(change)
}

/// The path of the guard as the function of a finding takes it; `None` where it takes it by several.
fn path_of(planner: &Planner<'_, '_>, claim: &Claim<'_, '_>) -> Option<String> {
    let guard = claim.map.guard.as_ref()?;
    let mut paths = planner.program().acquisitions().iter().filter(|taken| {
        taken.function.is_some()
            && taken.function == claim.touch.source.function
            && taken.guard.as_ref() == Some(&guard.name)
    });
    let first = paths.next()?.lock.path.to_string();
    paths.all(|taken| *taken.lock.path == *first).then_some(first)
}

/// The statement around an access in the innermost block that has statements of the lock, and the block.
fn beside_lock<'f>(
    function: &Function<'f, '_>,
    access: Span,
    path: &str,
) -> Option<(Node<'f>, Node<'f>)> {
    let node = trees::covering(function.file, access);
    let mut chain = node.ancestors();
    chain.push(node);
    let inside = chain.iter().position(|up| *up == function.body)?;
    chain.get(inside..)?.windows(2).rev().find_map(|pair| {
        let [block, statement] = pair else { return None };
        let has = |child: Node<'_>| lock_calls::of_statement(child, path).is_some();
        (block.kind() == Kind::BlockStmt && block.children().any(has))
            .then_some((*statement, *block))
    })
}

/// What lies between a lock and the accesses of one block.
struct Section<'s, 'f, 'q> {
    function: &'s Function<'f, 'q>,
    block: Node<'f>,
    /// The statements of the first and the last access.
    from: Node<'f>,
    to: Node<'f>,
    path: &'s str,
    writes: bool,
}

impl<'f> Section<'_, 'f, '_> {
    fn locks(&self) -> Vec<LockStatement<'f>> {
        let of = |child| lock_calls::of_statement(child, self.path);
        self.block.children().filter_map(of).collect()
    }

    /// The statements between two offsets, all of which may run under the lock.
    fn quiet(&self, from: u32, to: u32) -> Option<Vec<Node<'f>>> {
        let mut between =
            self.block.children().filter(|child| child.start() >= from && child.end() <= to);
        let held = between.clone().collect();
        between
            .all(|statement| wrap::is_holdable(self.function, statement, self.path))
            .then_some(held)
    }

    /// Behind the unlock.
    fn late(&self) -> Option<(Vec<Edit>, &'static str)> {
        let locks = self.locks();
        let at = locks.iter().rposition(|lock| lock.node.end() <= self.from.start())?;
        let unlock = locks.get(at)?;
        let taken = locks.get(at.checked_sub(1)?)?;
        let pair = matches!(
            (taken.does, unlock.does),
            (Does::Lock, Does::Unlock) | (Does::RLock, Does::RUnlock)
        );
        let more = locks.get(at.saturating_add(1));
        if !pair
            || taken.deferred
            || unlock.deferred
            || (self.writes && taken.does == Does::RLock)
            || more.is_some_and(|lock| lock.node.start() < self.to.end())
        {
            return None;
        }
        let text = self.function.text;
        let whole = self.block == self.function.body && more.is_none();
        let rest = || self.quiet(unlock.node.end(), self.block.end());
        let nothing_between = self
            .block
            .children()
            .all(|child| child.end() <= taken.node.end() || child.start() >= unlock.node.start());
        let held = self.quiet(unlock.node.end(), self.to.end())?;
        let returns = held.iter().any(|statement| leaves(*statement));
        if (nothing_between || returns) && whole && rest().is_some() {
            return Some((
                vec![Edit::insert(unlock.node.start(), "defer ")],
                "defers the unlock of",
            ));
        }
        if returns {
            return None;
        }
        let (line, removed) = without_line(text, unlock.node)?;
        let indent = indent_of(text, self.to.start());
        let at = line_end(text, self.to.end());
        let inserted = Edit::insert(at, format!("\n{indent}{line}"));
        Some((vec![removed, inserted], "moves the unlock behind the access of"))
    }

    /// Before the lock.
    fn early(&self) -> Option<(Vec<Edit>, &'static str)> {
        let locks = self.locks();
        let at = locks.iter().position(|lock| lock.node.start() >= self.to.end())?;
        let lock = locks.get(at)?;
        if !lock.does.takes() || lock.deferred || (self.writes && lock.does == Does::RLock) {
            return None;
        }
        // The section before must have ended.
        if at.checked_sub(1).and_then(|before| locks.get(before)).is_some_and(|before| {
            before.deferred || before.does.takes() || before.node.start() > self.from.start()
        }) {
            return None;
        }
        let next = locks.get(at.saturating_add(1));
        let deferred = next.filter(|next| {
            next.deferred
                && !self.block.children().any(|child| {
                    child.start() >= lock.node.end() && child.end() <= next.node.start()
                })
        });
        let held = self.quiet(self.from.start(), lock.node.start())?;
        if deferred.is_none() && held.iter().any(|statement| leaves(*statement)) {
            return None;
        }
        let text = self.function.text;
        let indent = indent_of(text, self.from.start());
        let (line, removed) = match deferred {
            None => without_line(text, lock.node)?,
            Some(deferred) => lines_of(text, lock.node, deferred.node)?,
        };
        let at = before_comments(text, self.from.start());
        Some((vec![Edit::insert(at, format!("{indent}{line}\n")), removed], "takes earlier"))
    }
}

/// The lines of a lock and the deferred unlock right behind it, and the edit without them.
fn lines_of(text: &str, lock: Node<'_>, deferred: Node<'_>) -> Option<(String, Edit)> {
    let (first, removed) = without_line(text, lock)?;
    let (second, also) = without_line(text, deferred)?;
    let indent = indent_of(text, lock.start());
    let between = removed.end >= also.start;
    between.then(|| {
        let edit = Edit { start: removed.start, end: also.end, text: String::new() };
        (format!("{first}\n{indent}{second}"), edit)
    })
}
