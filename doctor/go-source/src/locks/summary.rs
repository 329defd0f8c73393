//! Helpers of one package that lock or unlock for their caller: `c.lock()`, `defer c.unlock()`.
//!
//! One level: a helper's own operations are seen, those of helpers it calls are not. What cannot be
//! told in terms of the caller makes the caller's state opaque at the call.

use super::flow::{Operations, held_at};
use crate::body::{CallTarget, Facts, LockFact, LockPath};
use crate::hir::{ExprId, ExprKind};
use crate::types::Def;
use crate::world::{FileId, FuncRef, World};
use finding::LockMode;
use rustc_hash::{FxHashMap, FxHashSet};

/// What a function does to locks that outlives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Net {
    acquires: Vec<(LockPath, LockMode)>,
    releases: Vec<LockPath>,
    /// Locks that it may leave taken, on some of its ways.
    perhaps: Vec<LockPath>,
    opaque: bool,
}

/// The table of lock operations of a package, with calls of its helpers filled in.
pub(crate) fn helpers(world: &World, facts: &Facts) -> FxHashMap<(FileId, ExprId), Vec<LockFact>> {
    let direct: FxHashMap<_, _> =
        facts.locks.iter().map(|(at, fact)| (*at, vec![fact.clone()])).collect();
    let mut all = direct.clone();
    let nets = nets(world, facts, &direct);
    for call in &facts.calls {
        let target = match &call.target {
            CallTarget::Declared(target) => *target,
            // Which function it is is not known; that it has to do with a lock is.
            CallTarget::Abstract { name, .. } => {
                if names_lock(name) && call.kind != crate::CallKind::Value {
                    all.entry((call.file, call.expr)).or_insert_with(|| vec![LockFact::Opaque]);
                }
                continue;
            }
        };
        let Some(net) = nets.get(&target).filter(|_| call.kind != crate::CallKind::Value) else {
            continue;
        };
        let operations = seen_from(world, call.file, call.expr, target, net);
        all.entry((call.file, call.expr)).or_insert(operations);
    }
    all
}

/// `lock`, `rlockAll`, `UnlockShard`: not `block` and `clock`.
fn names_lock(name: &str) -> bool {
    let lower = name.to_lowercase();
    let stem = lower.trim_start_matches("un").trim_start_matches("try");
    ["lock", "rlock", "runlock"].iter().any(|word| stem.starts_with(word))
}

fn nets(
    world: &World,
    facts: &Facts,
    direct: &FxHashMap<(FileId, ExprId), Vec<LockFact>>,
) -> FxHashMap<FuncRef, Net> {
    let anchors = FxHashSet::default();
    let with = Operations {
        locks: direct,
        literals: &facts.literals,
        local_calls: &facts.local_calls,
        anchors: &anchors,
    };
    let mut spans: FxHashMap<FileId, Vec<u32>> = FxHashMap::default();
    for (file, expr) in facts.locks.keys() {
        let at = world.file(*file).map_or(0, |file| file.hir.expr(*expr).span.start);
        spans.entry(*file).or_default().push(at);
    }
    for list in spans.values_mut() {
        list.sort_unstable();
    }
    let mut found = FxHashMap::default();
    for function in &facts.functions {
        if function.parent.is_some() || function.range_body {
            continue;
        }
        let Some(file) = world.file(function.at.file) else { continue };
        let touched = spans.get(&function.at.file).is_some_and(|list| {
            let from = list.partition_point(|at| *at < function.span.start);
            list.get(from).is_some_and(|at| *at < function.span.end)
        });
        if !touched {
            continue;
        }
        let (_, end) = held_at(file, function.at.file, function.at.func, &with);
        let Some(end) = end else { continue };
        let net = Net {
            acquires: end
                .held()
                .iter()
                .filter(|held| held.certain)
                .map(|held| (held.path.clone(), held.mode))
                .collect(),
            releases: end.released().to_vec(),
            perhaps: end
                .held()
                .iter()
                .filter(|held| !held.certain)
                .map(|held| held.path.clone())
                .collect(),
            opaque: end.is_opaque(),
        };
        if net != Net::default() {
            found.insert(function.at, net);
        }
    }
    found
}

/// A helper's effect in the words of one of its callers.
fn seen_from(
    world: &World,
    caller: FileId,
    call: ExprId,
    helper: FuncRef,
    net: &Net,
) -> Vec<LockFact> {
    let translate = |path: &LockPath| translate(world, caller, call, helper, path);
    let mut found = Vec::new();
    if net.opaque {
        return vec![LockFact::Opaque];
    }
    // What has no name in the caller is some lock of that declaration.
    let unnamed = |path: &LockPath| match path.mutex {
        Some(_) => {
            LockFact::Perhaps { path: LockPath { text: format!("?{}", path.text), ..path.clone() } }
        }
        None => LockFact::Opaque,
    };
    for path in &net.releases {
        found.push(match translate(path) {
            Some(path) => LockFact::Release { path, mode: LockMode::Write },
            None => unnamed(path),
        });
    }
    for (path, mode) in &net.acquires {
        found.push(match translate(path) {
            Some(path) => LockFact::Acquire { path, mode: *mode },
            None => unnamed(path),
        });
    }
    for path in &net.perhaps {
        found.push(match translate(path) {
            Some(path) => LockFact::Perhaps { path },
            None => unnamed(path),
        });
    }
    if found.contains(&LockFact::Opaque) {
        return vec![LockFact::Opaque];
    }
    found
}

/// `c.mu` of the helper as `s.cache.mu` of the caller.
fn translate(
    world: &World,
    caller: FileId,
    call: ExprId,
    helper: FuncRef,
    path: &LockPath,
) -> Option<LockPath> {
    let file = world.file(helper.file)?;
    let of = file.hir.func(helper.func);
    let root = path.root?;
    let is_root = |name: Option<crate::Span>| {
        name.is_some_and(|name| Def { file: helper.file, name } == root)
    };
    let from = world.file(caller)?;
    let ExprKind::Call { fun, args, .. } = from.hir.expr(from.hir.unparen(call)).kind else {
        return None;
    };
    let receiver = file.hir.params(of.receiver).first().is_some_and(|param| is_root(param.name));
    let sig = file.hir.sig(of.sig);
    let base = if receiver {
        match from.hir.expr(from.hir.unparen(fun)).kind {
            ExprKind::Selector { base, .. } => base,
            _ => return None,
        }
    } else if let Some(at) =
        file.hir.params(sig.params).iter().position(|param| is_root(param.name))
    {
        *from.hir.exprs(args).get(at)?
    } else {
        // A package-level lock has one name everywhere in its package.
        let inside = root.file == helper.file
            && of.span.start <= root.name.start
            && root.name.end <= of.span.end;
        return if inside { None } else { Some(path.clone()) };
    };
    let named = file.slice(root.name).len();
    let rest = path.text.split_at_checked(named)?.1;
    let text = from.slice(from.hir.expr(base).span).trim_start_matches('&');
    let simple = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']'));
    simple.then(|| LockPath {
        text: format!("{text}{rest}"),
        written: text.len().saturating_add(path.written.saturating_sub(named)),
        root: None,
        mutex: path.mutex,
    })
}
