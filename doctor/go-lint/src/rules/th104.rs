//! ## What it does
//!
//! Finds accesses to a map in a function that takes the map's lock and does not hold it there: after the unlock, before
//! the lock, or between two locked parts.
//!
//! ## Why is this bad
//!
//! The function was written with the lock in mind, so the access outside of it is a slip: an unlock that came too early,
//! a missing `defer`, or a check before the lock that another goroutine makes stale.
//!
//! ## Example
//!
//! ```go
//! func (c *Cache) Put(k string, v int) {
//!     c.mu.Lock()
//!     c.mu.Unlock() // meant: defer c.mu.Unlock()
//!     c.entries[k] = v
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func (c *Cache) Put(k string, v int) {
//!     c.mu.Lock()
//!     defer c.mu.Unlock()
//!     c.entries[k] = v
//! }
//! ```
//!
//! ## References
//!
//! - The Go Memory Model, <https://go.dev/ref/mem>

use super::th101;
use crate::words;
use finding::{Finding, Grade, HeldLock, Operation, Related, Role};
use go_locks::{Analysis, Guard, SharedMap, Touch};
use go_source::Walk;
use std::sync::Arc;

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    let Some(guard) = &map.guard else { return };
    for touch in map.touches.iter().filter(|touch| touch.source.walk != Walk::Implicit) {
        let Some((grade, lock)) = beside_lock(analysis, map, guard, touch) else { continue };
        let before = lock.site.line > touch.source.access.site.line;
        let when = if before { "before it is taken" } else { "after it was given back" };
        let message = format!(
            "{} {} without {}, {when} in the same function",
            words::called(map.decl),
            words::passive(touch.source.access.operation),
            guard.short()
        );
        let mut finding = words::finding("TH104", "used-after-unlock", map, touch, grade, message);
        finding.because = th101::reasons(guard);
        finding.related.push(Related {
            role: Role::Lock,
            site: lock.site.clone(),
            expression: Arc::clone(&lock.path),
            label: "the lock is taken here".to_owned(),
        });
        finding.related.extend(words::witnesses(map, guard));
        finding.help =
            format!("hold {} here too, with defer where the function ends anyway", guard.short());
        found.push(finding);
    }
}

/// How sure it is that an access lacks the guard in a function that takes it, and where that does.
pub(crate) fn beside_lock<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    guard: &Guard,
    touch: &Touch<'p>,
) -> Option<(Grade, HeldLock)> {
    let lock = lock_nearby(analysis, map, &guard.name, touch)?;
    let grade = grade(analysis, map, guard, touch, &lock)?;
    Some((grade, lock))
}

/// As sure as that the guard is missing at all; where callers hold another lock, whoever wrote the function did not rely
/// on it.
fn grade<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    guard: &Guard,
    touch: &Touch<'p>,
    lock: &HeldLock,
) -> Option<Grade> {
    let plain = th101::grade(analysis, map, guard, touch);
    if let Some(plain) = plain {
        let guards = guard.changes > 0 || guard.under >= guard.without;
        let late = lock.site.line < touch.source.access.site.line;
        let sure = guard.beside
            && guards
            && !takes_over(map, touch)
            && (late || is_looked_at_again(map, guard, touch));
        return Some(if sure { plain.max(Grade::Medium) } else { plain });
    }
    let own = touch.locks.own();
    let slip = touch.locks != own
        && own.is_none()
        && touch.locks.under(&guard.name).is_none()
        && guard.beside
        && guard.changes > 0
        && touch.source.access.operation != Operation::Length;
    slip.then_some(Grade::Medium)
}

/// Whether a look at a map comes before the lock is taken to look at it again, or to change it.
fn is_looked_at_again(map: &SharedMap<'_>, guard: &Guard, touch: &Touch<'_>) -> bool {
    !touch.mutates()
        && map.touches.iter().any(|other| {
            other.source.function == touch.source.function
                && other.locks.under(&guard.name).is_some_and(|held| !held.inherited)
        })
}

/// Whether the function of an access leaves another map in the place of the one that it goes on with.
fn takes_over(map: &SharedMap<'_>, touch: &Touch<'_>) -> bool {
    touch.source.through_alias
        && map.touches.iter().any(|other| {
            other.source.function == touch.source.function
                && other.source.access.operation == Operation::Delete
        })
}

/// The lock as the same function takes it: for another access of the map, or for none.
fn lock_nearby(
    analysis: &Analysis<'_>,
    map: &SharedMap<'_>,
    guard: &str,
    touch: &Touch<'_>,
) -> Option<HeldLock> {
    let own = |other: &&Touch<'_>| other.source.function == touch.source.function;
    let held = map
        .touches
        .iter()
        .filter(own)
        .filter_map(|other| other.locks.under(guard))
        .find(|held| !held.inherited && !held.perhaps)
        .map(|held| HeldLock {
            path: Arc::clone(&held.path),
            mode: held.mode,
            site: held.site.clone(),
        });
    held.or_else(|| {
        let mut taken = analysis.program.acquisitions().iter();
        let taken = taken.find(|taken| {
            taken.function.is_some()
                && taken.function == touch.source.function
                && taken.guard.as_deref() == Some(guard)
        });
        taken.map(|taken| taken.lock.clone())
    })
}
