//! ## What it does
//!
//! Finds changes of a map under an `RWMutex` that is held by `RLock`.
//!
//! ## Why is this bad
//!
//! `RLock` lets other readers in. Two goroutines that both hold it and one of which writes are as if there were no
//! lock: `fatal error: concurrent map writes`. Caches that fill themselves in a getter are the usual case.
//!
//! ## Example
//!
//! ```go
//! func (c *Cache) Get(k string) int {
//!     c.mu.RLock()
//!     defer c.mu.RUnlock()
//!     v, ok := c.entries[k]
//!     if !ok {
//!         v = load(k)
//!         c.entries[k] = v
//!     }
//!     return v
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func (c *Cache) Get(k string) int {
//!     c.mu.RLock()
//!     v, ok := c.entries[k]
//!     c.mu.RUnlock()
//!     if ok {
//!         return v
//!     }
//!     v = load(k)
//!     c.mu.Lock()
//!     defer c.mu.Unlock()
//!     if first, ok := c.entries[k]; ok {
//!         return first // another goroutine was faster
//!     }
//!     c.entries[k] = v
//!     return v
//! }
//! ```
//!
//! ## References
//!
//! - Package sync, type RWMutex, <https://pkg.go.dev/sync#RWMutex>

use crate::words;
use finding::{DeclKind, Finding, Grade, LockMode, Related, Role};
use go_locks::{Analysis, Certainty, Held, SharedMap, Touch};
use std::sync::Arc;

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    // What a function makes for itself is its own under any lock.
    if map.decl.decl == DeclKind::Local {
        return;
    }
    for touch in map.touches.iter().filter(|touch| touch.mutates()) {
        let held = touch.locks.held();
        let for_reading = |lock: &&Held| lock.mode == LockMode::Read && !lock.perhaps;
        let Some(lock) = held.iter().find(for_reading) else { continue };
        if !held.iter().all(|lock| lock.mode == LockMode::Read) {
            continue;
        }
        let message = format!(
            "{} {} while {} is held for reading only",
            words::called(map.decl),
            words::passive(touch.source.access.operation),
            lock.path
        );
        // The lock must be the map's: declared beside it, or taken for changes elsewhere.
        let guard = map.guard.as_ref().filter(|guard| guard.name == lock.guard);
        let grade = match guard {
            Some(guard) if guard.beside && !lock.inherited && is_met(analysis, map, touch) => {
                Grade::High
            }
            Some(guard) if (guard.beside || guard.changes > 0) && !lock.inherited => Grade::Medium,
            // Some callers may hold it for writing, and those that do not may be one goroutine.
            Some(guard)
                if guard.beside && (guard.changes > 0 || meets_others(analysis, map, touch)) =>
            {
                Grade::Medium
            }
            _ => Grade::Low,
        };
        let mut finding =
            words::finding("TH105", "write-under-read-lock", map, touch, grade, message);
        finding.because.push("RLock lets other readers in, who may do the same".to_owned());
        if lock.inherited {
            finding.because.push("the lock is held by the callers".to_owned());
        }
        finding.related.push(Related {
            role: Role::Lock,
            site: lock.site.clone(),
            expression: Arc::clone(&lock.path),
            label: "the lock is taken for reading here".to_owned(),
        });
        finding.help = format!("take {} with Lock for the change", lock.path);
        found.push(finding);
    }
}

/// Whether it is seen that another access meets this one, at the same object.
fn is_met<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, touch: &Touch<'p>) -> bool {
    map.touches.iter().any(|other| {
        analysis
            .meet(map.decl, touch, other)
            .is_some_and(|meeting| meeting.certainty == Certainty::Certain)
    })
}

/// Whether another function may do harm under the same lock, or the access runs several times at once.
fn meets_others<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, touch: &Touch<'p>) -> bool {
    let many = touch.source.access.root.as_ref().is_some_and(|root| root.many);
    many || map.touches.iter().any(|other| {
        other.source.function != touch.source.function && analysis.conflict(touch, other)
    })
}
