//! ## What it does
//!
//! Finds accesses to a map without the lock that guards it elsewhere. Which lock guards a map is inferred: from the
//! accesses that hold one, most of all where the mutex is declared beside the map. A comment that names the guard
//! (`// guarded by mu`, `// mu protects the fields below`, `// +checklocks:mu`) makes it sure, where an access heeds it.
//!
//! ## Why is this bad
//!
//! A lock keeps out only those who take it. One access that does not is enough for `fatal error: concurrent map read
//! and map write`, which no `recover` catches, or for a map that is silently damaged.
//!
//! ## Example
//!
//! ```go
//! type Registry struct {
//!     mu    sync.RWMutex
//!     conns map[string]*Conn
//! }
//!
//! func (r *Registry) Add(c *Conn) {
//!     r.mu.Lock()
//!     defer r.mu.Unlock()
//!     r.conns[c.ID] = c
//! }
//!
//! func (r *Registry) Get(id string) *Conn { return r.conns[id] } // without r.mu
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func (r *Registry) Get(id string) *Conn {
//!     r.mu.RLock()
//!     defer r.mu.RUnlock()
//!     return r.conns[id]
//! }
//! ```
//!
//! A function whose callers hold the lock is no finding where all of them do, or where its name ends in `Locked` or its
//! comment says that the lock must be held. Where the comment names the lock (`// The caller must hold r.mu`,
//! `// +checklocks:r.mu`), a caller that holds none is the finding. `// +checklocksignore` takes a function out of the check, and
//! `// +checklocksforce` what follows it.
//!
//! ## References
//!
//! - The Go Memory Model, <https://go.dev/ref/mem>
//! - gVisor, CheckLocks Analyzer, <https://github.com/google/gvisor/tree/master/tools/checklocks>
//! - Savage et al., Eraser: A Dynamic Data Race Detector for Multithreaded Programs, 1997

mod unheeded;

use crate::words;
use finding::{DeclKind, Finding, Grade, LockMode, Operation};
use go_locks::{Analysis, Certainty, Guard, Locks, SharedMap, Touch, phase};
use go_source::{Assigned, Call, Walk};

/// Functions between a start and an access that a comment makes sure, at most.
const MAX_WAY: usize = 2;

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    let Some(guard) = &map.guard else { return };
    for touch in map.touches.iter().filter(|touch| touch.source.walk != Walk::Implicit) {
        if let Some(finding) = unheeded::finding(analysis, map, guard, touch) {
            found.push(finding);
        } else if let Some(grade) = grade(analysis, map, guard, touch) {
            let operation = touch.source.access.operation;
            let message = format!(
                "{} {} without {}, which guards it elsewhere",
                words::called(map.decl),
                words::passive(operation),
                guard.short()
            );
            let mut finding =
                words::finding("TH101", "inconsistent-lock", map, touch, grade, message);
            finding.because = reasons(guard);
            finding.related.extend(words::witnesses(map, guard));
            if let Some(meeting) = met(analysis, map, touch) {
                finding.related.push(words::start_of(&meeting.crossing));
            }
            if let Some(call) = forgotten(analysis, guard, touch) {
                let without = format!("called here without {}", guard.short());
                let label = format!("{without}, which the caller takes elsewhere");
                finding.related.push(words::call(call, label));
            }
            finding.help = format!("take {} around the access", guard.short());
            found.push(finding);
        }
    }
}

/// How sure it is that an access lacks the guard; `None` where it does not, or where other locks keep it apart.
pub(crate) fn grade<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    guard: &Guard,
    touch: &Touch<'p>,
) -> Option<Grade> {
    let access = &touch.source.access;
    if touch.locks == Locks::Unknown
        || touch.locks.under(&guard.name).is_some()
        || access.operation == Operation::Length
        || !map.touches.iter().any(|other| analysis.conflict(touch, other))
    {
        return None;
    }
    if words::leaves_lock_to_callers(analysis.program, &access.site) {
        let known =
            guard.beside && guard.changes > 0 && forgotten(analysis, guard, touch).is_some();
        return Some(if known { Grade::Medium } else { Grade::Low });
    }
    let met = met(analysis, map, touch);
    // Another lock that is declared beside the map may be the right one.
    let other = touch.locks.held().iter().any(|held| {
        let first = |path: &str| path.split(['.', '[']).next().unwrap_or_default().to_owned();
        let may_be_it = !guard.beside
            || first(&held.path) == first(&access.expression)
            || held.path.ends_with(".L")
            || go_locks::is_beside(map.decl, &held.guard);
        !held.inherited && held.mode == LockMode::Write && may_be_it
    });
    // A function's own map is shared with those that it starts, and with nobody before.
    let local = matches!(map.decl.decl, DeclKind::Local | DeclKind::Parameter) && met.is_none();
    // Where most hold the guard, and a change among them holds nothing else, it is the wrong one.
    let wrong = guard.beside
        && guard.changes > 0
        && guard.under >= 3
        && guard.percent() >= 60
        && access.root.is_some();
    if (other && !wrong) || local {
        return Some(Grade::Low);
    }
    if phase::makes(analysis.program, touch)
        || (access.operation == Operation::Replace
            && phase::begins_or_ends(analysis.program, touch))
    {
        return Some(Grade::Low);
    }
    // What is changed in its making alone may be read without the lock of the makers.
    let made_first = !touch.mutates()
        && map.touches.iter().filter(|other| analysis.conflict(touch, other)).all(|other| {
            let name = phase::short_function(&other.source.access.site).to_lowercase();
            phase::makes(analysis.program, other) || name.contains("init")
        });
    if made_first
        || spawner_holds(analysis, guard, touch)
        || (met.is_none() && analysis.is_ordered(map, touch))
    {
        return Some(Grade::Low);
    }
    // Another lock that comments name keeps some of the others out.
    let specified = analysis.program.specified_guards(&map.decl.id);
    if specified.iter().any(|said| touch.locks.under(&said.guard).is_some()) {
        return Some(Grade::Low);
    }
    let share = guard.percent();
    // Code that a goroutine or a handler leads to runs beside other code; of other code it is not known.
    let runs_beside = access.root.is_some();
    if !touch.mutates() && has_one_owner(analysis, map, touch, met.as_ref()) {
        return Some(Grade::Low);
    }
    // Which lock guards a map is inferred; that two ways meet at one object is seen.
    let seen = met.as_ref().is_some_and(|met| met.certainty == Certainty::Certain);
    let said = guard.said.is_some();
    // Of what comes before the others start, or after their end, a comment says nothing; nor of what a goroutine leads to
    // by many calls, nor where most do without.
    let beside = said
        && map.touches.iter().filter_map(|other| analysis.meet(map.decl, touch, other)).any(
            |met| {
                met.certainty == Certainty::Certain
                    || (met.certainty == Certainty::Likely
                        && share >= 50
                        && met.beside.0
                        && met.crossing.way.len() <= MAX_WAY)
            },
        );
    let grade = match (guard.beside || said, guard.changes > 0) {
        (true, true) if beside => Grade::High,
        (true, true) if guard.under >= 2 && share >= 75 && seen => Grade::High,
        (true, true) if share >= 50 || (share >= 34 && guard.own >= 2) || met.is_some() => {
            Grade::Medium
        }
        (true, false)
            if runs_beside
                && touch.mutates()
                && ((guard.under >= 2 && share >= 50) || met.is_some()) =>
        {
            Grade::Medium
        }
        (false, true) if runs_beside && guard.encloses && guard.under >= 3 && share >= 60 => {
            Grade::Medium
        }
        (false, true) if met.is_some() && guard.under >= 2 && share >= 40 => Grade::Medium,
        _ => Grade::Low,
    };
    // A new map at the beginning of a piece of work is most often nobody else's yet; an element may be of another map.
    let begins = access.operation == Operation::Replace
        && touch.source.assigned == Assigned::Made
        && touch.locks.own().is_none()
        && met.as_ref().is_none_or(|met| met.certainty != Certainty::Certain);
    let ends = ["finalize", "finish", "close", "stop", "shutdown"]
        .iter()
        .any(|word| phase::short_function(&access.site).to_lowercase().starts_with(word));
    if begins || ends || map.decl.decl == DeclKind::Element {
        return Some(Grade::Low);
    }
    Some(grade)
}

/// Whether all that changes a map without the locks of an access is led to by the start that leads to the access, too: one
/// goroutine owns the map, and others look at it under the lock.
fn has_one_owner<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    touch: &Touch<'p>,
    met: Option<&go_locks::Meeting<'p>>,
) -> bool {
    let Some(root) = &touch.source.access.root else { return false };
    let by_root = |other: &Touch<'p>| {
        other.source.access.root.as_ref().is_some_and(|theirs| theirs.site == root.site)
    };
    !root.many
        && met.is_none_or(|met| met.certainty != Certainty::Certain)
        && map.touches.iter().filter(|other| analysis.conflict(touch, other)).all(by_root)
}

/// A caller of the function of an access that takes the guard, and calls the function without it.
fn forgotten<'p>(analysis: &Analysis<'p>, guard: &Guard, touch: &Touch<'p>) -> Option<&'p Call> {
    analysis.call_without(&guard.name, touch.source.function?)
}

/// Whether the goroutine of an access is started, and waited for, by a function that holds the guard all the while.
pub(super) fn spawner_holds<'p>(analysis: &Analysis<'p>, guard: &Guard, touch: &Touch<'p>) -> bool {
    let mut crossings = touch.traces.iter().flat_map(|trace| &trace.crossings);
    crossings.any(|crossing| {
        let start = crossing.start;
        let Some(starter) = start.starter else { return false };
        let waits = analysis.program.joins(starter).iter().any(|join| join.at > start.at);
        let holds = analysis.program.callers(start.function).iter().any(|call| {
            call.at == start.at
                && call.holding.guards.iter().flatten().any(|held| **held == *guard.name)
        });
        waits && holds && !(crossing.many && touch.mutates())
    })
}

/// A meeting of the access with another, where there is evidence of one.
pub(crate) fn met<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    touch: &Touch<'p>,
) -> Option<go_locks::Meeting<'p>> {
    map.touches.iter().find_map(|other| analysis.meet(map.decl, touch, other))
}

pub(crate) fn reasons(guard: &Guard) -> Vec<String> {
    let all = guard.under.saturating_add(guard.without);
    let mut reasons = vec![format!(
        "{} of {all} accesses hold {}, {} of them to change the map",
        guard.under,
        guard.short(),
        guard.changes
    )];
    if guard.beside {
        reasons.push(format!("{} is declared beside the map", guard.short()));
    }
    if let Some(said) = &guard.said {
        reasons.push(format!("the comment at {said} says that {} guards it", guard.short()));
    }
    reasons
}
