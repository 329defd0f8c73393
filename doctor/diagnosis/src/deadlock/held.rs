//! What a goroutine of a text waits for and what it holds meanwhile.

use super::Seen;
use super::instance::{self, Instance};
use crate::context::Context;
use crate::stacks::{self, Stack};
use finding::{DeadlockLock, LockMode, LockSet};
use go_crash::{Frame, FrameOwner};
use go_repair::callers::CallersHold;
use go_repair::trees::Trees;
use go_source::{Call, CallKind, Function, Holding, Program};
use std::sync::Arc;

/// A goroutine that waits for a lock. Where several have the stack, the first of them.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub(super) goroutine: Option<u64>,
    pub(super) count: u64,
    /// True when the text says that it stands still.
    pub(super) blocked: bool,
    pub(super) waits: Seen,
    pub(super) holds: Vec<Seen>,
    /// Which of [`holds`](Self::holds) is proved to be the lock it waits for.
    pub(super) own: Option<usize>,
}

/// Reads a stack that waits for a lock; `None` where it does not, or the source cannot tell which.
pub(super) fn waiting(
    context: &Context<'_>,
    program: &Program,
    trees: &Trees<'_>,
    stack: &Stack<'_>,
) -> Option<Waiting> {
    let frame = stacks::waits_for_lock(stack.frames)?;
    let own = stack.frames.iter().position(|frame| frame.owner() != FrameOwner::Go)?;
    let (above, rest) = stack.frames.split_at_checked(own)?;
    let reading = above.iter().any(stacks::is_read_lock);
    let mode = if reading { LockMode::Read } else { LockMode::Write };
    let mut inner = function_of(context, frame)?;
    let taken = program.acquisitions_at(&inner.site.file, frame.line);
    let mut taken = taken.into_iter().filter(|taken| {
        taken.function == Some(inner.id) && taken.lock.mode == mode && taken.guard.is_some()
    });
    let (asked, None) = (taken.next()?, taken.next()) else { return None };
    let declared = asked.guard.clone()?;
    let waits = Seen {
        instance: instance::of(trees, frame, inner, &asked.lock.path, &declared),
        lock: DeadlockLock { declared, lock: asked.lock.clone() },
    };
    let LockSet::Held(_) = asked.before.locks else { return None };
    let mut holds = Vec::new();
    let mut proved = None;
    for held in seen(trees, frame, inner, &asked.before) {
        let again = held.lock.lock.path == waits.lock.lock.path && is_plain(&held.lock.lock.path);
        if held.lock.declared == waits.lock.declared && (again || same(&held, &waits)) {
            proved = Some(holds.len());
        }
        holds.push(held);
    }
    let mut released = last_names(&asked.before.released);
    let mut calls: Vec<&Call> = Vec::new();
    for frame in rest.iter().skip(1).take_while(|frame| frame.owner() != FrameOwner::Go) {
        let Some(outer) = function_of(context, frame) else { break };
        let Some(call) = the_call(program, outer, inner, frame.line) else { break };
        let LockSet::Held(_) = call.holding.locks else { break };
        calls.push(call);
        for held in seen(trees, frame, outer, &call.holding) {
            let path = &held.lock.lock.path;
            if released.iter().any(|name| Some(&**name) == path.rsplit('.').next()) {
                continue;
            }
            let handed_down = || {
                let down = CallersHold::new(trees).handed_down(&calls, path)?;
                Some(down == *waits.lock.lock.path && is_plain(&down))
            };
            let is_it = held.lock.declared == waits.lock.declared
                && (same(&held, &waits) || handed_down() == Some(true));
            if is_it && proved.is_none() {
                proved = Some(holds.len());
            }
            holds.push(held);
        }
        released.extend(last_names(&call.holding.released));
        inner = outer;
    }
    let state = &*stack.state;
    Some(Waiting {
        goroutine: stack.ids.first().copied(),
        count: stack.count,
        blocked: state.starts_with("sync.") || state.starts_with("semacquire"),
        waits,
        holds,
        own: proved,
    })
}

/// The only function of the tree that a frame may be in.
fn function_of<'p>(context: &Context<'p>, frame: &Frame) -> Option<&'p Function> {
    let place = context.place(&stacks::site(frame));
    let around = |function: &&&Function| {
        let (first, last) = function.lines;
        first <= frame.line && frame.line <= last
    };
    let mut fitting = place.functions.iter().filter(around);
    let (only, None) = (fitting.next()?, fitting.next()) else { return None };
    Some(only)
}

/// The only call of a function on a line of another.
fn the_call<'p>(
    program: &'p Program,
    outer: &Function,
    inner: &Function,
    line: u32,
) -> Option<&'p Call> {
    let calls = program.callers(inner.id);
    let mut calls = calls.into_iter().filter(|call| {
        call.caller == Some(outer.id)
            && call.site.line == line
            && matches!(call.kind, CallKind::Direct | CallKind::Interface)
    });
    let (only, None) = (calls.next()?, calls.next()) else { return None };
    Some(only)
}

/// The held locks whose declaration is known.
fn seen(trees: &Trees<'_>, frame: &Frame, function: &Function, holding: &Holding) -> Vec<Seen> {
    let LockSet::Held(held) = &holding.locks else { return Vec::new() };
    let known = held.iter().zip(&holding.guards).filter_map(|(lock, guard)| {
        let declared = guard.clone()?;
        let instance = instance::of(trees, frame, function, &lock.path, &declared);
        Some(Seen { instance, lock: DeadlockLock { declared, lock: lock.clone() } })
    });
    known.collect()
}

/// True when both are proved to be one lock.
fn same(one: &Seen, other: &Seen) -> bool {
    let instance: Option<&Instance> = one.instance.as_ref();
    instance.is_some() && instance == other.instance.as_ref()
}

/// A variable, or a field of one: nothing on the way that could have been replaced meanwhile.
fn is_plain(path: &str) -> bool {
    path.matches('.').count() <= 1 && !path.contains(['[', '(', '*'])
}

fn last_names(paths: &[Arc<str>]) -> Vec<String> {
    paths.iter().map(|path| path.rsplit('.').next().unwrap_or(path).to_owned()).collect()
}
