//! ## What it does
//!
//! Finds accesses in a goroutine that lack a lock which the function that starts it holds.
//!
//! ## Why is this bad
//!
//! A goroutine inherits no locks. It runs when the scheduler lets it, most often after its spawner has given the lock
//! back, and then beside whoever takes it next. The lock around the `go` statement only looks as if it covered the body.
//!
//! ## Example
//!
//! ```go
//! func (q *Queue) Drain() {
//!     q.mu.Lock()
//!     defer q.mu.Unlock()
//!     for id := range q.jobs {
//!         go func() {
//!             run(id)
//!             delete(q.jobs, id) // q.mu is not held here
//!         }()
//!     }
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func (q *Queue) Drain() {
//!     q.mu.Lock()
//!     defer q.mu.Unlock()
//!     for id := range q.jobs {
//!         go func() {
//!             run(id)
//!             q.mu.Lock()
//!             defer q.mu.Unlock()
//!             delete(q.jobs, id)
//!         }()
//!     }
//! }
//! ```
//!
//! ## References
//!
//! - The Go Memory Model, Goroutine creation, <https://go.dev/ref/mem#go>

use super::th101;
use crate::words;
use finding::{Finding, Grade, LockSet, Related, Role, RootKind};
use go_locks::{Analysis, Guard, SharedMap, Touch, phase};
use go_source::{Start, Walk};
use std::sync::Arc;

/// Functions between a start and an access, at most.
const MAX_WAY: usize = 2;

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    let Some(guard) = map.guard.as_ref().filter(|guard| guard.changes > 0) else { return };
    let bare = |touch: &&Touch<'p>| touch.locks.is_none() && touch.source.walk != Walk::Implicit;
    for touch in map.touches.iter().filter(bare) {
        let Some(start) = started_under(analysis, guard, touch) else { continue };
        let Some(plain) = th101::grade(analysis, map, guard, touch) else { continue };
        let message = format!(
            "{} {} in a goroutine without {}, which is held where the goroutine is started",
            words::called(map.decl),
            words::passive(touch.source.access.operation),
            guard.short()
        );
        let grade = grade(analysis, guard, touch, plain);
        let mut finding =
            words::finding("TH110", "lock-of-the-spawner", map, touch, grade, message);
        finding.because = th101::reasons(guard);
        finding.because.push("a goroutine does not inherit the locks of its spawner".to_owned());
        let label = match start.kind {
            RootKind::Go => "the goroutine is started under the lock here",
            RootKind::Callback | RootKind::Handler => "this starts it, under the lock",
        };
        finding.related.push(Related {
            role: Role::Start,
            site: start.site.clone(),
            expression: Arc::from(""),
            label: label.to_owned(),
        });
        finding.related.extend(lock_of_spawner(start, guard));
        finding.related.extend(words::witnesses(map, guard));
        finding.help = format!("take {} in the goroutine itself", guard.short());
        found.push(finding);
    }
}

/// As sure as that the guard is missing; where it is declared beside the map, whoever held it at the start thought of it.
fn grade<'p>(analysis: &Analysis<'p>, guard: &Guard, touch: &Touch<'p>, plain: Grade) -> Grade {
    let doubtful = phase::makes(analysis.program, touch)
        || words::leaves_lock_to_callers(analysis.program, &touch.source.access.site);
    if guard.beside && !doubtful { plain.max(Grade::Medium) } else { plain }
}

/// The start nearest to an access, where the guard is held there, and nothing waits for what is started.
fn started_under<'p>(
    analysis: &Analysis<'p>,
    guard: &Guard,
    touch: &Touch<'p>,
) -> Option<&'p Start> {
    // What the spawner has made for the goroutine is nobody else's.
    if !super::th109::is_shared(analysis, touch) {
        return None;
    }
    // What a goroutine leads to by many calls is not written with its start in mind.
    let nearest = touch.traces.iter().filter_map(|trace| trace.crossings.first());
    let nearest = nearest.filter(|crossing| crossing.way.len() <= MAX_WAY);
    nearest.map(|crossing| crossing.start).find_map(|start| {
        let starter = start.starter?;
        // Whoever waits may do so under the lock.
        if analysis.program.joins(starter).iter().any(|join| join.at >= start.at) {
            return None;
        }
        analysis.is_started_under(start, &guard.name).then_some(start)
    })
}

/// Where the spawner takes the lock, if it does so itself.
fn lock_of_spawner(start: &Start, guard: &Guard) -> Option<Related> {
    let holding = start.holding.as_ref()?;
    let LockSet::Held(locks) = &holding.locks else { return None };
    let at = holding.guards.iter().position(|held| held.as_ref() == Some(&guard.name))?;
    let lock = locks.get(at)?;
    Some(Related {
        role: Role::Lock,
        site: lock.site.clone(),
        expression: Arc::clone(&lock.path),
        label: "the spawner takes the lock here".to_owned(),
    })
}
