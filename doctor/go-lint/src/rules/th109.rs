//! ## What it does
//!
//! Finds accesses to the map of one object under the lock of another object of the same type.
//!
//! ## Why is this bad
//!
//! Each object has a lock of its own, and each lock guards the map beside it. Whoever goes through the map of the other
//! object holds a lock that nobody else takes for it: `fatal error: concurrent map iteration and map write`. The code
//! reads as if it were locked, so reviews pass it.
//!
//! ## Example
//!
//! ```go
//! type Tally struct {
//!     mu     sync.Mutex
//!     counts map[string]int
//! }
//!
//! func (t *Tally) Merge(other *Tally) {
//!     t.mu.Lock()
//!     defer t.mu.Unlock()
//!     for name, n := range other.counts { // under t.mu, not other.mu
//!         t.counts[name] += n
//!     }
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func (t *Tally) Merge(other *Tally) {
//!     counts := other.Snapshot() // copies the map under other.mu
//!     t.mu.Lock()
//!     defer t.mu.Unlock()
//!     for name, n := range counts {
//!         t.counts[name] += n
//!     }
//! }
//! ```
//!
//! Two locks at once are taken in an order that is the same everywhere, or two goroutines that merge each other wait for
//! ever.
//!
//! ## References
//!
//! - Flanagan and Freund, Type-Based Race Detection for Java, PLDI 2000: a lock is named by the object that it belongs to

use super::th101;
use crate::words;
use finding::{DeclKind, Finding, Grade, Related, Role};
use go_locks::{Analysis, Certainty, Guard, Held, SharedMap, Touch, phase};
use go_source::{Base, VariableOrigin};
use std::sync::Arc;

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    let of_object = |guard: &&Guard| {
        guard.beside && guard.changes > 0 && owner(&guard.name) == owner(map.decl.id.as_str())
    };
    let Some(guard) = map.guard.as_ref().filter(of_object) else { return };
    if map.decl.decl != DeclKind::Field {
        return;
    }
    let right = |touch: &&Touch<'p>| own(touch, guard).any(|held| touch.is_of_its_object(held));
    // Where the lock of one object is there to guard the maps of others, it is meant so.
    let rightly: Vec<&Touch<'p>> = map.touches.iter().filter(right).collect();
    let wrongly = map.touches.iter().filter(|touch| wrong(touch, guard).is_some()).count();
    if rightly.len() < 2 || rightly.len() <= wrongly {
        return;
    }
    for touch in &map.touches {
        let Some(held) = wrong(touch, guard) else { continue };
        let bare = touch.without(&guard.name);
        let harmed = rightly.iter().any(|other| analysis.conflict(&bare, other));
        // What a call yields may be new.
        if !harmed
            || !is_shared(analysis, touch)
            || bare.locks.held().iter().any(|held| !held.perhaps)
        {
            continue;
        }
        let object = touch.source.object.as_deref().unwrap_or_default();
        let message = format!(
            "{} of {object} {} under {}, which is the lock of another object",
            words::called(map.decl),
            words::passive(touch.source.access.operation),
            held.path,
        );
        let grade = grade(analysis, map, touch, &bare, &rightly);
        let mut finding =
            words::finding("TH109", "lock-of-another-object", map, touch, grade, message);
        finding.because = th101::reasons(guard);
        finding.because.push(format!(
            "{} accesses hold the lock of the object whose map they touch",
            rightly.len()
        ));
        finding.related.push(Related {
            role: Role::Lock,
            site: held.site.clone(),
            expression: Arc::clone(&held.path),
            label: "the lock of the other object is taken here".to_owned(),
        });
        finding.related.extend(words::witnesses(map, guard));
        finding.help = format!("take the lock of {object}: {}", with_lock(object, guard));
        found.push(finding);
    }
}

/// As sure as that there are two objects, and that others reach the one that is not locked.
fn grade<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    touch: &Touch<'p>,
    bare: &Touch<'p>,
    rightly: &[&Touch<'p>],
) -> Grade {
    if phase::makes(analysis.program, touch)
        || words::leaves_lock_to_callers(analysis.program, &touch.source.access.site)
    {
        return Grade::Low;
    }
    let certain = rightly.iter().any(|other| {
        let meeting = analysis.meet(map.decl, bare, other);
        meeting.is_some_and(|meeting| meeting.certainty == Certainty::Certain)
    });
    if certain { Grade::High } else { Grade::Medium }
}

/// Whether others may have the object: it is given, or reached from what is.
pub(super) fn is_shared(analysis: &Analysis<'_>, touch: &Touch<'_>) -> bool {
    let mut base = touch.source.base;
    for _ in 0..8 {
        let Some(Base::Variable { id, .. }) = base else { break };
        match analysis.program.variable(id).map(|variable| variable.origin) {
            Some(VariableOrigin::Receiver | VariableOrigin::Parameter(_)) => return true,
            Some(VariableOrigin::Alias(of)) => base = Some(of),
            _ => return false,
        }
    }
    base == Some(Base::Package)
}

/// The lock of another object, where an access holds that and not the one of its own.
fn wrong<'t>(touch: &'t Touch<'_>, guard: &'t Guard) -> Option<&'t Held> {
    touch.source.object.as_ref()?;
    let inherited = |held: &Held| *held.guard == *guard.name && (held.inherited || held.perhaps);
    if !touch.source.calls.is_empty()
        || touch.locks.held().iter().any(inherited)
        || own(touch, guard).any(|held| touch.is_of_its_object(held))
    {
        return None;
    }
    own(touch, guard).next()
}

/// The guards that the function of an access takes itself.
fn own<'t>(touch: &'t Touch<'_>, guard: &'t Guard) -> impl Iterator<Item = &'t Held> {
    let held = touch.locks.held().iter();
    held.filter(|held| *held.guard == *guard.name && !held.inherited && !held.perhaps)
}

/// The name of what a field belongs to: `pkg.Type` of `pkg.Type.mu`.
fn owner(id: &str) -> &str {
    id.rsplit_once('.').map_or("", |(owner, _)| owner)
}

/// The lock of an object, as the source writes it.
fn with_lock(object: &str, guard: &Guard) -> String {
    let name = guard.name.rsplit('.').next().unwrap_or_default();
    format!("{object}.{name}")
}
