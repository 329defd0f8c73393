//! Locks that the callers of a function hold when they call it, in the function's own names.
//!
//! A helper that is only ever called under the lock is as safe as one that takes it. What is held at
//! a call is the source's to say; here the paths are carried over the call: the caller's `r` becomes
//! the callee's receiver, an argument its parameter. A path that would mean another value in the
//! callee is dropped.

use crate::trees::{self, Trees};
use finding::{Access, LockMode, LockSet};
use go_source::{Call, CallKind, FunctionId, SourceAccess, Span};
use go_syntax::View;
use go_syntax::ast::{CallExpr, Field, FuncDecl, SelectorExpr};
use std::sync::Arc;

/// How far up the calls are followed.
const DEPTH: u32 = 6;

/// A lock that callers hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerLock {
    /// As the called function would write it.
    pub path: String,
    /// How it is held.
    pub mode: LockMode,
    /// The declaration of its mutex, where it is known.
    pub guard: Option<Arc<str>>,
}

/// What some caller may hold.
#[derive(Clone, Debug)]
pub enum Possible {
    /// This lock, as the caller writes it.
    Lock(CallerLock),
    /// Something that cannot be told.
    Unknown,
}

/// Answers which locks the callers of a function hold.
#[derive(Clone, Copy, Debug)]
pub struct CallersHold<'t> {
    trees: &'t Trees<'t>,
}

impl<'t> CallersHold<'t> {
    /// Over the calls of a program.
    pub fn new(trees: &'t Trees<'t>) -> Self {
        Self { trees }
    }

    /// The locks held at every call of a function, by the names the function itself would use.
    /// None where no call is known or one of them holds nothing.
    pub fn of(&self, function: Option<FunctionId>) -> Vec<CallerLock> {
        function.map(|id| self.held_by_all(id, DEPTH)).unwrap_or_default()
    }

    /// The same for the function of an access.
    pub fn of_access(&self, accesses: &[SourceAccess], access: &Access) -> Vec<CallerLock> {
        let same = |source: &&SourceAccess| source.access.site == access.site;
        self.of(accesses.iter().find(same).and_then(|source| source.function))
    }

    /// What some caller may hold, however far up, with the call it is held at.
    pub fn possible(&self, function: FunctionId) -> Vec<(Possible, Call)> {
        let mut found = Vec::new();
        let mut seen = vec![function];
        let mut open = vec![function];
        while let Some(next) = open.pop() {
            for call in self.trees.program().callers(next) {
                // What a goroutine's starter holds, the goroutine does not wait for.
                if call.kind == CallKind::Go {
                    continue;
                }
                if call.holding.locks == LockSet::Unknown {
                    found.push((Possible::Unknown, call.clone()));
                }
                let held = written(call).into_iter();
                found.extend(held.map(|lock| (Possible::Lock(lock), call.clone())));
                if let Some(caller) = call.caller.filter(|caller| !seen.contains(caller)) {
                    seen.push(caller);
                    open.push(caller);
                }
            }
        }
        found
    }

    /// A path of the outermost caller in the names of the innermost callee, over calls that are given
    /// innermost first. `None` where the value is not handed down, or a function on the way assigns
    /// its name for it.
    pub fn handed_down(&self, calls: &[&Call], path: &str) -> Option<String> {
        let mut path = path.to_owned();
        for call in calls.iter().rev() {
            let Names { pairs, assigned, .. } = self.names(call, call.callee)?;
            path = pairs.iter().find_map(|(theirs, own)| {
                let rest = path.strip_prefix(theirs.as_str())?;
                let whole = rest.is_empty() || rest.starts_with('.');
                (whole && !assigned.contains(own)).then(|| format!("{own}{rest}"))
            })?;
        }
        Some(path)
    }

    fn held_by_all(&self, function: FunctionId, depth: u32) -> Vec<CallerLock> {
        let Some(depth) = depth.checked_sub(1) else { return Vec::new() };
        let mut common: Option<Vec<CallerLock>> = None;
        for call in self.trees.program().callers(function) {
            // Whoever is handed a function may call it when the lock is free again.
            let runs_inside = matches!(call.kind, CallKind::Direct | CallKind::Interface);
            let mut here = if runs_inside { written(call) } else { Vec::new() };
            if let Some(caller) = call.caller.filter(|_| runs_inside) {
                // The caller may have given back what its own callers hold.
                let mut above = self.held_by_all(caller, depth);
                above.retain(|lock| call.holding.released.iter().all(|path| **path != *lock.path));
                here.extend(above);
            }
            let carried = self.carried(call, function, here);
            common = Some(match common {
                None => carried,
                Some(known) => known.iter().filter_map(|lock| in_both(lock, &carried)).collect(),
            });
            if common.as_ref().is_some_and(Vec::is_empty) {
                break;
            }
        }
        let mut common = common.unwrap_or_default();
        common.dedup();
        common
    }

    /// The caller's paths in the callee's names.
    fn carried(&self, call: &Call, callee: FunctionId, locks: Vec<CallerLock>) -> Vec<CallerLock> {
        if locks.is_empty() {
            return locks;
        }
        let Names { taken, pairs, .. } = self.names(call, callee).unwrap_or_default();
        let carry = |mut lock: CallerLock| {
            for (theirs, own) in &pairs {
                match lock.path.strip_prefix(theirs.as_str()) {
                    Some(rest) if rest.is_empty() || rest.starts_with('.') => {
                        lock.path = format!("{own}{rest}");
                        return Some(lock);
                    }
                    _ => {}
                }
            }
            // The callee's own names stand for other values than the caller's of the same spelling.
            let first = lock.path.split('.').next().unwrap_or_default();
            (!taken.iter().any(|name| name == first)).then_some(lock)
        };
        locks.into_iter().filter_map(carry).collect()
    }

    /// What the caller's values are called in the callee.
    fn names(&self, call: &Call, callee: FunctionId) -> Option<Names> {
        let function = self.trees.program().function_by_id(callee)?;
        let file = self.trees.file(&function.site.file)?;
        let declared = trees::exact(&file, function.span).cast::<FuncDecl<'_>>()?;
        let receiver = declared
            .receiver()
            .and_then(|field| field.names().next())
            .map(|name| name.text().to_owned());
        let parameters = declared.signature().params().fields().flat_map(Field::names);
        let parameters: Vec<_> = parameters.map(|name| name.text().to_owned()).collect();
        let mut names = Names { taken: parameters.clone(), ..Names::default() };
        names.taken.extend(receiver.clone());
        let mut own = names.taken.clone();
        own.retain(|name| trees::assigned(declared, name));
        names.assigned = own;
        let site = &call.site;
        let calling =
            self.trees.file(&site.file).zip(self.trees.offset(&site.file, site.line, site.column));
        if let Some((operand, arguments)) =
            calling.and_then(|(file, offset)| call_at(&file, offset))
        {
            names.pairs.extend(operand.zip(receiver));
            names.pairs.extend(arguments.into_iter().zip(parameters));
        }
        Some(names)
    }
}

/// The names of a callee, and what the caller calls the values behind them.
#[derive(Debug, Default)]
struct Names {
    taken: Vec<String>,
    /// The caller's expression and the callee's name for it.
    pairs: Vec<(String, String)>,
    /// Those of the callee's names that it assigns.
    assigned: Vec<String>,
}

/// A lock that both hold, by the weaker of the two ways.
fn in_both(lock: &CallerLock, others: &[CallerLock]) -> Option<CallerLock> {
    let other = others.iter().find(|other| other.path == lock.path && other.guard == lock.guard)?;
    let weaker = if other.mode == LockMode::Read { other } else { lock };
    Some(weaker.clone())
}

/// The locks held at a call, as the caller writes them.
fn written(call: &Call) -> Vec<CallerLock> {
    let LockSet::Held(held) = &call.holding.locks else { return Vec::new() };
    let guards = call.holding.guards.iter().cloned().chain(std::iter::repeat(None));
    held.iter()
        .zip(guards)
        .map(|(lock, guard)| CallerLock { path: lock.path.to_string(), mode: lock.mode, guard })
        .collect()
}

/// The operand of the method and the arguments of the call at an offset.
fn call_at(file: &go_syntax::File, offset: u32) -> Option<(Option<String>, Vec<String>)> {
    let node = trees::covering(file, Span { start: offset, end: offset.saturating_add(1) });
    let mut ancestors = node.ancestors();
    ancestors.push(node);
    let call = ancestors.iter().rev().find_map(|node| node.cast::<CallExpr<'_>>())?;
    let text = |text: &str| text.trim_start_matches('&').to_owned();
    let operand = call
        .fun()
        .node()
        .cast::<SelectorExpr<'_>>()
        .map(|selector| text(selector.operand().node().text()));
    Some((operand, call.args().map(|argument| text(argument.node().text())).collect()))
}
