//! ## What it does
//!
//! Finds maps that leave the care of the lock that guards them: a function returns or sends the map itself, and not a
//! copy.
//!
//! ## Why is this bad
//!
//! The lock is given back when the function ends, and the caller goes on with the same map. He ranges over it while
//! another goroutine takes the lock, as it should, and changes the map: `fatal error: concurrent map iteration and map
//! write`.
//!
//! ## Example
//!
//! ```go
//! func (s *Store) List() map[string]*Item {
//!     s.mu.RLock()
//!     defer s.mu.RUnlock()
//!     return s.items
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func (s *Store) List() map[string]*Item {
//!     s.mu.RLock()
//!     defer s.mu.RUnlock()
//!     return maps.Clone(s.items)
//! }
//! ```
//!
//! ## References
//!
//! - Package maps, func Clone, <https://pkg.go.dev/maps#Clone>

use crate::words;
use finding::{DeclKind, Finding, Grade, LockMode, Operation};
use go_locks::{Analysis, SharedMap, phase};
use go_source::SourceAccess;

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    let Some(guard) = map.guard.as_ref().filter(|guard| guard.beside && guard.changes > 0) else {
        return;
    };
    // A map that is never changed but replaced as a whole may be given away.
    let changed = map.touches.iter().any(|touch| {
        let operation = touch.source.access.operation;
        matches!(operation, Operation::Write | Operation::Delete | Operation::Clear)
            && touch.locks.under(&guard.name).is_some_and(|held| held.mode == LockMode::Write)
    });
    if !changed || matches!(map.decl.decl, DeclKind::Local | DeclKind::Parameter) {
        return;
    }
    for out in analysis.program.handed_out(&map.decl.id) {
        let Some(function) = out.function else { continue };
        let held = analysis.locks_of(map.decl, out);
        let own = held.under(&guard.name).filter(|held| !held.inherited && !held.perhaps);
        // Whoever does not take the lock himself gives the map to somebody who does, perhaps.
        let takes = own.is_some() || analysis.takes(function, &guard.name);
        if !takes
            || words::leaves_lock_to_callers(analysis.program, &out.access.site)
            || phase::makes_by_name(&out.access.site)
            || is_taken_over(map, out)
        {
            continue;
        }
        let message = format!(
            "{} leaves the care of {}: the map itself is handed out, and not a copy",
            words::called(map.decl),
            guard.short()
        );
        let mut finding = words::begin(
            "TH107",
            "map-escapes-lock",
            map.decl,
            &out.access,
            Grade::Medium,
            message,
        );
        finding.because.push(format!("{} is taken in the same function", guard.short()));
        finding.related.extend(words::witnesses(map, guard));
        finding.help = "hand out a copy: maps.Clone, made under the lock".to_owned();
        found.push(finding);
    }
}

/// Whether the function leaves another map in the place of the one that it hands out.
fn is_taken_over(map: &SharedMap<'_>, out: &SourceAccess) -> bool {
    map.touches.iter().any(|touch| {
        touch.source.function == out.function
            && touch.source.access.operation == Operation::Replace
            && touch.source.placement.operation.start != out.placement.operation.start
    })
}
