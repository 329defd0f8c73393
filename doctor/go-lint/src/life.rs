//! How long a map lives, and whether code runs again and again while it does.

use crate::{place, words};
use finding::{ConcurrentRoot, DeclKind, MapDecl, Related, RootKind};
use go_locks::{Analysis, End, Touch, phase};
use go_source::{CallKind, FunctionId, Program, SourceAccess};
use std::sync::Arc;

/// Callers that are followed back, at most, and how far.
const MAX_CALLERS: usize = 4;
const MAX_DEPTH: usize = 8;

/// Why a map lives as long as the program, or nearly so.
#[derive(Debug)]
pub(crate) struct Life {
    /// The reason, a fragment.
    pub(crate) reason: String,
    /// What shows it.
    pub(crate) place: Option<Related>,
}

/// Why a map lives as long as the program; `None` where that cannot be told.
pub(crate) fn of<'p>(
    analysis: &Analysis<'p>,
    map: &'p MapDecl,
    accesses: &[&'p SourceAccess],
) -> Option<Life> {
    let plain = |reason: String| Some(Life { reason, place: None });
    match map.decl {
        DeclKind::PackageVar => {
            plain("a variable of a package lives as long as the program".into())
        }
        DeclKind::Field | DeclKind::Local => {
            if let Some(life) = serves(analysis, map, accesses) {
                return Some(life);
            }
            let owner = map.path.split_once('.').map(|(owner, _)| owner)?;
            let makers = analysis.program.makers(&format!("{}.{owner}", map.package));
            let kept = map.decl == DeclKind::Field && is_made_once(analysis.program, makers);
            if kept {
                plain(format!("{owner} is made once, when the program begins"))
            } else {
                None
            }
        }
        DeclKind::Parameter | DeclKind::Element => None,
    }
}

/// A map whose object was there before a handler was registered is there for all its requests.
fn serves<'p>(
    analysis: &Analysis<'p>,
    map: &'p MapDecl,
    accesses: &[&'p SourceAccess],
) -> Option<Life> {
    // What is made while requests are served is most often made for one of them.
    let alone = match map.decl {
        DeclKind::Field => analysis.made_alone(map),
        _ => map
            .site
            .function
            .as_deref()
            .and_then(|function| analysis.program.function(function))
            .is_some_and(|function| function.root.is_none()),
    };
    if !alone {
        return None;
    }
    let touches = accesses.iter().map(|source| analysis.touch(map, source));
    let traces = touches.flat_map(|touch| touch.traces);
    let crossed = traces
        .filter(|trace| !matches!(trace.end, End::Unknown) && !trace.abstracted && !trace.uncertain)
        .find_map(|trace| {
            trace.crossings.into_iter().find(|crossing| crossing.start.kind == RootKind::Handler)
        })?;
    Some(Life {
        reason: "one object serves all requests of a handler".to_owned(),
        place: Some(words::start_of(&crossed)),
    })
}

/// Whether values of a type are made by nobody but what runs once: initialisers, `main`, and what those call outside of
/// loops.
fn is_made_once(program: &Program, makers: &[Option<FunctionId>]) -> bool {
    let lasting = |maker: &Option<FunctionId>| maker.is_none_or(|maker| !in_test(program, maker));
    let mut makers = makers.iter().filter(|maker| lasting(maker)).peekable();
    makers.peek().is_some()
        && makers.all(|maker| maker.is_none_or(|maker| runs_once(program, maker)))
}

fn in_test(program: &Program, function: FunctionId) -> bool {
    program.function_by_id(function).is_some_and(|function| place::is_test(&function.site.file))
}

/// Whether a function runs once in the life of a program.
pub(crate) fn runs_once(program: &Program, function: FunctionId) -> bool {
    once(program, function, 0)
}

fn once(program: &Program, function: FunctionId, depth: usize) -> bool {
    if program.is_entry(function) {
        return true;
    }
    let calls: Vec<_> = program
        .callers(function)
        .into_iter()
        .filter(|call| call.caller.is_none_or(|caller| !in_test(program, caller)))
        .collect();
    depth < MAX_DEPTH
        && !calls.is_empty()
        && calls.len() <= MAX_CALLERS
        && !program.is_started(function)
        && calls.iter().all(|call| {
            matches!(call.kind, CallKind::Direct | CallKind::Defer)
                && !call.looped
                && call.caller.is_none_or(|caller| {
                    caller != function && once(program, caller, depth.saturating_add(1))
                })
        })
}

/// Whether an access runs while its object is made, or while the program begins.
pub(crate) fn begins(program: &Program, touch: &Touch<'_>) -> bool {
    touch.source.access.before_sharing
        || phase::makes(program, touch)
        || touch.source.function.is_some_and(|function| {
            let endless = program.function_by_id(function).is_some_and(|function| function.endless);
            touch.source.access.root.is_none() && !endless && runs_once(program, function)
        })
}

/// Whether what runs code beside others does so again and again: requests, and goroutines that go on until something ends
/// them, or that such a one starts. Those whose starter waits for them are parts of one task.
pub(crate) fn recurs(program: &Program, root: &ConcurrentRoot) -> bool {
    if root.kind == RootKind::Handler {
        return true;
    }
    let named = |symbol: &Arc<str>| program.functions_named(symbol);
    let starters = || root.site.function.iter().flat_map(named);
    let waits = starters().any(|starter| !program.joins(starter.id).is_empty());
    // `go func() { defer wg.Done(); s.run() }()` runs what it calls.
    let mut first = root.path.iter().take(2).flat_map(named);
    starters().any(|starter| starter.endless) || (!waits && first.any(|function| function.endless))
}
