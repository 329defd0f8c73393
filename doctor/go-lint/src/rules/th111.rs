//! ## What it does
//!
//! Finds maps that are made when they are first needed, where two goroutines may find them nil: with no lock at all, or
//! with a first check outside of the lock. With `--preview` also a look at a key under the lock and a write that relies on
//! it under the lock taken anew.
//!
//! ## Why is this bad
//!
//! Both goroutines make a map, the second one in place of the first: what was put into that is lost. And the check reads
//! the variable while the other goroutine writes it, which is a data race even where the map itself is locked.
//!
//! ## Example
//!
//! ```go
//! type Index struct {
//!     mu    sync.Mutex
//!     terms map[string]int
//! }
//!
//! func (x *Index) Lookup(term string) int {
//!     if x.terms == nil { // without x.mu
//!         x.mu.Lock()
//!         if x.terms == nil {
//!             x.terms = load()
//!         }
//!         x.mu.Unlock()
//!     }
//!     x.mu.Lock()
//!     defer x.mu.Unlock()
//!     return x.terms[term]
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! type Index struct {
//!     once  sync.Once
//!     terms map[string]int
//! }
//!
//! func (x *Index) Lookup(term string) int {
//!     x.once.Do(func() { x.terms = load() })
//!     return x.terms[term]
//! }
//! ```
//!
//! ## References
//!
//! - The Go Memory Model, Incorrect synchronization, <https://go.dev/ref/mem#badsync>

use super::{th101, th102};
use crate::words;
use finding::{Finding, Grade, LockMode, Operation, Related, Role};
use go_locks::{Analysis, Certainty, Guard, SharedMap, Touch, phase};
use go_source::{Assigned, Base, SourceAccess, VariableOrigin};
use std::sync::Arc;

const CODE: &str = "TH111";
const NAME: &str = "lazy-map";

pub(crate) fn check<'p>(analysis: &Analysis<'p>, map: &SharedMap<'p>, found: &mut Vec<Finding>) {
    for touch in &map.touches {
        if touch.source.access.operation == Operation::Replace {
            for look in analysis.program.compared(&map.decl.id) {
                if !is_checked_by(analysis, look, touch) {
                    continue;
                }
                let look = analysis.touch(map.decl, look);
                found.extend(match &map.guard {
                    Some(guard) => checked_before_lock(analysis, map, guard, touch, &look),
                    None => made_without_lock(analysis, map, touch, &look),
                });
            }
        }
        if let Some(guard) = &map.guard {
            found.extend(looked_up_before(analysis, map, guard, touch));
        }
    }
}

/// Whether an assignment is made only where a comparison has found the map nil: it stands in the branch, or behind one
/// that leaves.
fn is_checked_by(analysis: &Analysis<'_>, look: &SourceAccess, make: &Touch<'_>) -> bool {
    let make = make.source;
    let at = &look.placement;
    let same = look.function == make.function && look.access.expression == make.access.expression;
    if !same || make.placement.operation.start < at.operation.end || make.assigned == Assigned::Nil
    {
        return false;
    }
    let Some(file) = analysis.program.file(&look.access.site.file) else { return false };
    let offset = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
    let text = |from: u32, to: u32| file.text().get(offset(from)..offset(to)).unwrap_or_default();
    let comparison = text(at.operation.end, at.statement.end).trim_start();
    let inside = make.placement.operation.start < at.statement.end;
    let header = text(at.statement.start, at.operation.start);
    if inside {
        // `if m == nil {`: nothing else between, so that the branch is the one of nil.
        header.trim_end().ends_with("if")
            && comparison
                .strip_prefix("== nil")
                .is_some_and(|rest| rest.trim_start().starts_with('{'))
    } else {
        let body = comparison.strip_prefix("!= nil").map(str::trim_start);
        let leaves = body.is_some_and(|body| body.starts_with('{') && body.contains("return"));
        leaves && make.placement.block == at.block
    }
}

/// A map that is made with no lock in code that runs beside other code.
fn made_without_lock<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    make: &Touch<'p>,
    look: &Touch<'p>,
) -> Option<Finding> {
    let site = &make.source.access.site;
    if !(make.locks.is_none() && look.locks.is_none())
        || phase::makes(analysis.program, make)
        || phase::begins_or_ends(analysis.program, make)
        || words::leaves_lock_to_callers(analysis.program, site)
    {
        return None;
    }
    let message = || {
        format!(
            "{} is made where it is nil, with no lock, and another goroutine may do the same",
            words::called(map.decl)
        )
    };
    let mut finding = th102::claim(analysis, map, make, &|map, touch, grade| {
        // Each goroutine may have an object of its own, unless a method is called on one that is seen to be shared.
        let seen = grade == Grade::High && is_at_hand(analysis, touch);
        let grade = if seen || go_locks::is_of_package(map.decl) { grade } else { Grade::Low };
        words::finding(CODE, NAME, map, touch, grade, message())
    })?;
    finding.related.push(check_at(look));
    finding.help = HELP.to_owned();
    Some(finding)
}

/// Whether the map is a package's, or belongs to the receiver of the method.
fn is_at_hand(analysis: &Analysis<'_>, touch: &Touch<'_>) -> bool {
    match touch.source.base {
        Some(Base::Variable { id, .. }) => analysis
            .program
            .variable(id)
            .is_some_and(|variable| variable.origin == VariableOrigin::Receiver),
        Some(Base::Package) => true,
        None => false,
    }
}

const HELP: &str = "make the map where its owner is made, or by a sync.Once";

/// A check outside of the lock that the map is made under.
fn checked_before_lock<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    guard: &Guard,
    make: &Touch<'p>,
    look: &Touch<'p>,
) -> Option<Finding> {
    let locked = make
        .locks
        .under(&guard.name)
        .is_some_and(|held| !held.inherited && !held.perhaps && held.mode == LockMode::Write);
    let site = &look.source.access.site;
    if !locked
        || !look.locks.is_none()
        || phase::makes(analysis.program, make)
        || words::leaves_lock_to_callers(analysis.program, site)
    {
        return None;
    }
    let seen = map.touches.iter().any(|other| {
        let meeting = analysis.meet(map.decl, look, other);
        meeting.is_some_and(|meeting| {
            other.source.access.operation == Operation::Replace
                && meeting.certainty == Certainty::Certain
        })
    });
    let grade = match guard.beside {
        true if seen => Grade::High,
        true => Grade::Medium,
        false => Grade::Low,
    };
    let message = format!(
        "{} is compared with nil before {} is taken to make it",
        words::called(map.decl),
        guard.short()
    );
    let mut finding = words::finding(CODE, NAME, map, look, grade, message);
    finding.because = th101::reasons(guard);
    finding
        .because
        .push("the check reads the variable while another goroutine may set it".to_owned());
    finding.related.push(words::access_at(
        &make.source.access,
        Role::OtherSide,
        format!("and it is made under {} here", guard.short()),
    ));
    finding.help = format!("check under {}, or make the map by a sync.Once", guard.short());
    Some(finding)
}

/// A write under the guard that relies on a look at the same key under the guard, which was given back in between.
fn looked_up_before<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    guard: &Guard,
    write: &Touch<'p>,
) -> Option<Finding> {
    let held = write.locks.under(&guard.name).filter(|held| !held.inherited && !held.perhaps)?;
    let looks: Vec<&Touch<'p>> = write
        .source
        .decisions
        .iter()
        .filter(|decision| decision.missing || decision.derived)
        .filter_map(|decision| {
            map.touches.iter().find(|touch| {
                touch.source.function == write.source.function
                    && touch.source.placement.operation.start == decision.look
            })
        })
        .collect();
    let section = |touch: &Touch<'p>| {
        let held = touch.locks.under(&guard.name).filter(|held| !held.inherited && !held.perhaps);
        held.map(|held| held.site.clone())
    };
    // Whoever looks again under the lock relies on nothing.
    let again = looks.iter().any(|look| section(look).as_ref() == Some(&held.site));
    let look = looks.iter().find(|look| section(look).is_some_and(|site| site != held.site))?;
    if again || words::leaves_lock_to_callers(analysis.program, &write.source.access.site) {
        return None;
    }
    let message = format!(
        "{} is written by what was found before {} was given back and taken again",
        words::called(map.decl),
        guard.short()
    );
    let mut finding = words::finding(CODE, NAME, map, write, Grade::Low, message);
    finding.because.push("another goroutine may have put the key in meanwhile".to_owned());
    finding.related.push(words::access_at(
        &look.source.access,
        Role::OtherSide,
        "looked up here, under the lock as it was taken before".to_owned(),
    ));
    finding.help = format!("look the key up again once {} is taken for the write", guard.short());
    Some(finding)
}

fn check_at(look: &Touch<'_>) -> Related {
    Related {
        role: Role::OtherSide,
        site: look.source.access.site.clone(),
        expression: Arc::clone(&look.source.access.expression),
        label: "compared with nil here, with no lock either".to_owned(),
    }
}
