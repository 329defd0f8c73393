//! Whether two accesses may be at one object at one time.

use crate::trace::{Crossing, End, Passed, Trace};
use finding::{LockMode, MapDecl, Site};
use go_source::{Join, Program};
use std::sync::Arc;

/// How sure it is that two accesses meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Their objects may be one, and a call on the way may be another's.
    Possible,
    /// Their objects may be one: both are handed in by callers that are not known.
    Likely,
    /// Their object is one.
    Certain,
}

/// Two accesses that may run at once.
#[derive(Clone, Debug)]
pub struct Meeting<'p> {
    /// How sure it is.
    pub certainty: Certainty,
    /// What runs one of them beside the other.
    pub crossing: Crossing<'p>,
    /// Whether it is the access itself that runs several times at once.
    pub with_itself: bool,
    /// Whether the first of the two is beside others, and whether the second is.
    pub beside: (bool, bool),
}

/// Why two ways do not meet, as far as can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Apart {
    /// A lock is held on both ways.
    Locked(Arc<str>),
    /// They end at two objects.
    Objects,
    /// One is over before the other is started, here.
    Before(Site),
    /// What is started here is waited for before the other goes on.
    Waited(Site),
    /// One goroutine goes both ways, one after the other.
    OneGoroutine,
    /// Nothing was found that runs one of them beside the other, or it cannot be told whether they end at one object.
    Unknown,
}

/// Whether two ways may end at one object with nothing to order them.
pub(crate) fn meet<'p>(
    program: &'p Program,
    map: &MapDecl,
    a: &Trace<'p>,
    b: &Trace<'p>,
    same_access: bool,
) -> Result<Meeting<'p>, Apart> {
    if a.uncertain || b.uncertain {
        return Err(Apart::Unknown);
    }
    if let Some(lock) = kept_apart_by(a, b) {
        return Err(Apart::Locked(lock));
    }
    let mut certainty = one_object(a, b)?;
    let kept = matches!(a.end, End::Kept(_));
    if certainty != Certainty::Certain
        && !kept
        && !(is_of_owner(program, map, a) && is_of_owner(program, map, b))
    {
        return Err(Apart::Unknown);
    }
    if a.abstracted || b.abstracted {
        certainty = match certainty {
            Certainty::Certain => Certainty::Likely,
            _ => Certainty::Possible,
        };
    }
    let many = a.crossings.iter().find(|crossing| crossing.many);
    if let Some(crossing) = many.filter(|crossing| {
        same_access || b.crossings.iter().any(|other| other.start.site == crossing.start.site)
    }) {
        return Ok(Meeting {
            certainty,
            crossing: crossing.clone(),
            with_itself: same_access,
            beside: (true, true),
        });
    }
    // What both cross runs both, one after the other: they differ in what lies inside of it.
    let site = |crossing: &&Crossing<'p>| &crossing.start.site;
    let shared = a
        .crossings
        .iter()
        .rev()
        .zip(b.crossings.iter().rev())
        .take_while(|(one, other)| site(one) == site(other) && !one.many)
        .count();
    let inside = |trace: &Trace<'p>| trace.crossings.len().saturating_sub(shared);
    let last = |trace: &Trace<'p>| {
        inside(trace).checked_sub(1).and_then(|at| trace.crossings.get(at).cloned())
    };
    match (last(a), last(b)) {
        (None, None) if shared > 0 => Err(Apart::OneGoroutine),
        (None, None) => Err(Apart::Unknown),
        (Some(crossing), None) => {
            let (own, other) = (around(a, inside(a)), around(b, inside(b)));
            beside(program, &crossing, other, own, shared > 0, certainty, (true, false))
        }
        (None, Some(crossing)) => {
            let (own, other) = (around(b, inside(b)), around(a, inside(a)));
            beside(program, &crossing, other, own, shared > 0, certainty, (false, true))
        }
        (Some(one), Some(other)) => {
            if one.start.site == other.start.site && (same_access || !one.many) {
                return Err(Apart::OneGoroutine);
            }
            if is_waited_for(program, &one, &other) {
                return Err(Apart::Waited(one.start.site.clone()));
            }
            if is_waited_for(program, &other, &one) {
                return Err(Apart::Waited(other.start.site.clone()));
            }
            Ok(Meeting { certainty, crossing: one, with_itself: false, beside: (true, true) })
        }
    }
}

/// Whether a way ends in a function of the type that holds the map, or in one of its package that makes it.
fn is_of_owner(program: &Program, map: &MapDecl, trace: &Trace<'_>) -> bool {
    let Some(function) = trace.function.and_then(|id| program.function_by_id(id)) else {
        return false;
    };
    let Some((owner, _)) = map.path.split_once('.') else { return false };
    if function.package != map.package {
        return false;
    }
    let symbol = function.symbol.rsplit('/').next().unwrap_or(&function.symbol);
    let after = symbol.split_once('.').map_or("", |(_, rest)| rest);
    let receiver = after.trim_start_matches("(*").split([')', '.', '[']).next().unwrap_or_default();
    receiver == owner || matches!(trace.end, End::Made(_))
}

/// A lock that is held on both ways, on one of them for writing.
fn kept_apart_by(a: &Trace<'_>, b: &Trace<'_>) -> Option<Arc<str>> {
    let common = a.held.iter().find(|(one, mode)| {
        b.held.iter().any(|(other, theirs)| {
            one == other && (*mode == LockMode::Write || *theirs == LockMode::Write)
        })
    });
    common.map(|(guard, _)| Arc::clone(guard))
}

/// Whether two ways lie in one function that puts one after the other: before a start, or behind a wait for it.
pub(crate) fn are_ordered(program: &Program, a: &Trace<'_>, b: &Trace<'_>) -> bool {
    let around = |inside: &Trace<'_>, outside: &Trace<'_>| {
        inside.crossings.iter().any(|crossing| {
            let start = crossing.start;
            outside.function.is_some()
                && outside.function == start.starter
                && (outside.at < start.turn.unwrap_or(start.at)
                    || program
                        .joins(outside.function.unwrap_or(start.function))
                        .iter()
                        .any(|join| start.at <= join.at && join.at <= outside.at))
        })
    };
    around(a, b)
        || around(b, a)
        || a.crossings.iter().any(|one| {
            b.crossings.iter().any(|other| {
                is_waited_for(program, one, other) || is_waited_for(program, other, one)
            })
        })
}

/// Whether two ways end at one object.
fn one_object(a: &Trace<'_>, b: &Trace<'_>) -> Result<Certainty, Apart> {
    if a.handed_back && b.handed_back {
        return Err(Apart::Objects);
    }
    match (a.end, b.end) {
        (End::Package, End::Package) => Ok(Certainty::Certain),
        (End::Made(one), End::Made(other)) if one == other => Ok(Certainty::Certain),
        (End::Made(_), End::Made(_)) => Err(Apart::Objects),
        (End::Named(one), End::Named(other)) if one == other => Ok(Certainty::Certain),
        (End::Given(one), End::Given(other)) if one == other => Ok(Certainty::Certain),
        // The variable may have been given another object in between.
        (End::Kept(one), End::Kept(other)) if one == other => Ok(Certainty::Likely),
        (End::Given(_) | End::Made(_), End::Given(_)) | (End::Given(_), End::Made(_)) => {
            Ok(Certainty::Likely)
        }
        _ => Err(Apart::Unknown),
    }
}

/// Whether a function waits for what it has started before it starts another.
fn is_waited_for(program: &Program, first: &Crossing<'_>, second: &Crossing<'_>) -> bool {
    let (Some(starter), Some(other)) = (first.start.starter, second.start.starter) else {
        return false;
    };
    starter == other
        && program
            .joins(starter)
            .iter()
            .any(|join| first.start.at <= join.at && join.at <= second.start.at)
}

/// The functions that lead to the last of a trace's crossings, as far as they are its own.
fn around<'t>(trace: &'t Trace<'_>, own: usize) -> &'t [Passed] {
    match trace.crossings.get(own) {
        Some(crossing) => &crossing.way,
        None => &trace.way,
    }
}

/// Code that goes on beside what it has started: the functions on its way, and whether they are known up to whoever starts
/// both.
fn beside<'p>(
    program: &'p Program,
    crossing: &Crossing<'p>,
    outside: &[Passed],
    around: &[Passed],
    whole: bool,
    certainty: Certainty,
    which: (bool, bool),
) -> Result<Meeting<'p>, Apart> {
    let start = crossing.start;
    let waited = || Err(Apart::Waited(start.site.clone()));
    let before = || Err(Apart::Before(start.site.clone()));
    let passed = outside.iter().position(|passed| Some(passed.function) == start.starter);
    // Whoever waits for the goroutine before it ends leaves nothing behind that others could meet.
    if let (Some(starter), None) = (start.starter, passed) {
        if program.joins(starter).iter().any(|join| join.at >= start.at) {
            return waited();
        }
    }
    // A receive before the access waits for whoever closes the channel.
    let received = |passed: &Passed| {
        Some(passed.function) != start.starter
            && program.joins(passed.function).iter().any(|join| join.at < passed.at)
    };
    if !whole && outside.iter().any(received) {
        return waited();
    }
    // A function calls one, and later another that leads to the start.
    if passed.is_none() {
        let is_before = |(at, one): (usize, &Passed)| {
            let other = around.iter().position(|other| other.function == one.function);
            other.is_some_and(|then| {
                let later = around.get(then).is_some_and(|other| one.at < other.at);
                let again = outside.iter().skip(at).chain(around.iter().skip(then));
                later && !again.into_iter().any(|passed| passed.again)
            })
        };
        if outside.iter().enumerate().any(is_before) {
            return before();
        }
    }
    // Both lie in the function that starts it: what comes before the start is over by then, unless the function is called
    // again, and what comes after a wait comes after it.
    if let Some((passed, Passed { function, at, .. })) =
        passed.and_then(|at| Some((at, *outside.get(at)?)))
    {
        let again = outside.iter().skip(passed).any(|passed| passed.again);
        let first = start.turn.unwrap_or(start.at);
        if at < first && !again {
            return before();
        }
        let waits = |join: &Join| start.at <= join.at && join.at <= at;
        if program.joins(function).iter().any(waits) {
            return waited();
        }
    }
    Ok(Meeting { certainty, crossing: crossing.clone(), with_itself: false, beside: which })
}
