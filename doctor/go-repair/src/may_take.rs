//! Whether a lock may be taken at an access: it has a name there, nobody holds it already, and nobody waits for anybody.

use crate::guard::Guard;
use crate::lock_calls::{self, Does};
use crate::locks::LockKey;
use crate::order::Declared;
use crate::plan;
use crate::planner::Planner;
use crate::{reach, trees};
use finding::{DeclKind, LockMode, LockSet};
use go_locks::{Locks, SharedMap, Touch, phase};
use go_source::{Context, SourceAccess};
use std::sync::Arc;

/// The lock as it is written at an access; why it cannot be taken there, otherwise.
pub(crate) fn lock(
    planner: &Planner<'_, '_>,
    map: &SharedMap<'_>,
    guard: &Guard,
    touch: &Touch<'_>,
) -> Result<String, String> {
    let source = touch.source;
    let access = &source.access;
    if access.locks == LockSet::Unknown || touch.locks == Locks::Unknown {
        return Err("its locks cannot be followed".into());
    }
    if phase::short_function(&access.site).ends_with("Locked") {
        return Err("its function leaves the lock to callers: it is missing at a call".into());
    }
    let declared = guard.declared.as_ref();
    if let Some(held) = declared.and_then(|declared| touch.locks.under(declared)) {
        let how = if held.mode == LockMode::Read { " for reading" } else { "" };
        let who = if held.inherited { "by callers" } else { "there" };
        return Err(format!("{} is held {who}{how} already", guard.name));
    }
    // A lock of a function is known in it and in its closures.
    let home = map.decl.site.function.as_deref().unwrap_or_default();
    let inside = access.site.function.as_deref().and_then(|name| name.strip_prefix(home));
    let known = inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    if guard.new && map.decl.decl == DeclKind::Local && (!known || !source.calls.is_empty()) {
        return Err("another function is given the map, and would need the lock too".into());
    }
    if source.through_alias {
        return Err("it is reached by another name there".into());
    }
    if matches!(source.placement.context, Context::Case | Context::Deferred | Context::Package) {
        return Err("it stands where no statement can be put before it".into());
    }
    let unreachable = || "the lock cannot be reached from there by a name".to_owned();
    let lock = guard.expression(access, map.decl).ok_or_else(unreachable)?;
    if let Some(why) = reach::another(planner.trees, map.decl, guard, source) {
        return Err(why);
    }
    let function = source.function.ok_or_else(unreachable)?;
    if let Some(why) = used_otherwise(planner, source, &lock) {
        return Err(why.replace("the lock", &guard.name));
    }
    let behind = declared.map(|declared| planner.order.behind(declared)).unwrap_or_default();
    for held in touch.locks.held() {
        waits(&behind, &held.guard, guard, &plan::at(&held.site))?;
    }
    // Nobody holds a lock yet that is new, and nothing waits for another one under it.
    if guard.new {
        return Ok(lock);
    }
    let above = planner.order.above(function);
    if let Some(site) = above.unknown {
        return Err(format!("what a caller holds at {} cannot be followed", plan::at(&site)));
    }
    for (held, site) in &above.locks {
        if Some(held) == declared || may_be(held, guard) {
            return Err(format!(
                "a caller may hold {} already, at {}, and taking it twice never returns",
                guard.name,
                plan::at(site)
            ));
        }
        waits(&behind, held, guard, &plan::at(site))?;
    }
    Ok(lock)
}

/// Why the function of an access goes its own way with a lock.
fn used_otherwise(planner: &Planner<'_, '_>, source: &SourceAccess, lock: &str) -> Option<String> {
    let file = planner.trees.file(&source.access.site.file)?;
    let calls = lock_calls::inside(trees::exact(&file, source.placement.body), lock);
    if calls.iter().any(|call| call.does == Does::Other) {
        return Some("the lock is tried or handed on in its function".into());
    }
    // Whoever starts or calls the function has taken it.
    let mut own = calls.iter().filter(|call| !call.in_literal).peekable();
    let gives_back = own.peek().is_some() && !own.any(|call| call.does.takes());
    gives_back.then(|| "its function gives the lock back, which others took".into())
}

/// True for a lock that is known by its path only and is called like the guard.
fn may_be(held: &str, guard: &Guard) -> bool {
    let last = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    let wanted = match &guard.key {
        LockKey::Beside(rest) | LockKey::Elsewhere(rest) => last(rest),
    };
    let declared = held.contains('/')
        || guard.declared.as_deref().is_some_and(|own| {
            let package = own.split('.').next().unwrap_or_default();
            held.starts_with(package)
        });
    !declared && last(held) == wanted
}

/// An error where something may ask for a held lock while it has the guard.
fn waits(behind: &Declared, held: &Arc<str>, guard: &Guard, site: &str) -> Result<(), String> {
    if behind.contains(held) {
        let short = held.rsplit('/').next().unwrap_or(held);
        return Err(format!(
            "{short} is held there, from {site}, and elsewhere it is asked for under {}: two that wait for each other",
            guard.name
        ));
    }
    Ok(())
}
