//! Takes a lock around accesses: the one that guards their map elsewhere, or a new one beside it.

use crate::edit::Edit;
use crate::function::{Function, Target};
use crate::guard::{self, Guard};
use crate::lock_calls::{self, Does};
use crate::locks::LockKey;
use crate::plan::{self, Change, Left};
use crate::planner::{Claim, Planner};
use crate::{declare, hand_out, imports, reach, trees, wrap};
use finding::{DeclKind, LockMode, LockSet, MapDecl};
use go_locks::{Locks, SharedMap, Touch, phase};
use go_source::{Context, Shape, SourceAccess};
use std::sync::Arc;

/// An access to be locked, with the lock as it is written there.
struct Wanted<'a, 'p> {
    map: &'p MapDecl,
    source: &'p SourceAccess,
    guard: &'a Guard,
    lock: String,
    finding: Option<usize>,
}

/// Takes one lock that is there around the accesses of findings.
pub(crate) fn existing<'a, 'p>(
    planner: &Planner<'a, 'p>,
    name: &Arc<str>,
    claims: &[Claim<'a, 'p>],
) -> (Vec<Change>, Vec<Left>) {
    let mut left = Vec::new();
    let guards: Vec<Option<Guard>> =
        claims.iter().map(|claim| guard::declared(planner.trees, claim.map.decl, name)).collect();
    let mut wanted: Vec<Wanted<'_, 'p>> = Vec::new();
    for (claim, guard) in claims.iter().zip(&guards) {
        let refused = match guard {
            None => Err("its lock has no name that could be written there".to_owned()),
            Some(guard) => lockable(planner, claim.map, guard, claim.touch),
        };
        match (refused, guard) {
            (Ok(lock), Some(guard)) => wanted.push(Wanted {
                map: claim.map.decl,
                source: claim.touch.source,
                guard,
                lock,
                finding: Some(claim.finding),
            }),
            (Err(why), _) => left.push(Left { finding: claim.finding, why, again: false }),
            (Ok(_), None) => {}
        }
    }
    let mut changes = Vec::new();
    for (edited, refused) in functions(planner, &wanted) {
        left.extend(refused);
        changes.extend(edited);
    }
    (changes, left)
}

/// A map with no lock and the findings about it.
pub(crate) type Bare<'a, 'p> = (&'a SharedMap<'p>, Vec<Claim<'a, 'p>>);

/// Declares one lock beside maps, several only of one struct, and takes it at every access.
///
/// # Errors
///
/// The reason where one of the accesses cannot be locked: then none is.
pub(crate) fn fresh<'a, 'p>(
    planner: &Planner<'a, 'p>,
    maps: &[&Bare<'a, 'p>],
) -> Result<Change, String> {
    let (first, _) = maps.first().ok_or("there is no map")?;
    let decl = first.decl;
    let accesses: Vec<SourceAccess> =
        maps.iter().flat_map(|(map, _)| &map.touches).map(|touch| touch.source.clone()).collect();
    let guard = if maps.len() == 1 {
        guard::fresh(decl, &accesses)
    } else {
        guard::shared(decl, &accesses)
    };
    let guard =
        guard.ok_or("the map has no declaration of its own that a lock could stand beside")?;
    let declaring =
        planner.trees.file(&decl.site.file).ok_or("the declaring file is not in the tree")?;
    if !imports::is_free(&declaring, "sync") {
        return Err("sync is the name of something else in the declaring file".into());
    }
    let short = |path: &str| path.rsplit('.').next().unwrap_or(path).to_owned();
    let mut names: Vec<String> = maps.iter().map(|(map, _)| short(&map.decl.path)).collect();
    names.sort();
    let names = match names.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => names.concat(),
    };
    let declared = declare::lock(planner.trees, decl, &guard, &names)?;
    let mut wanted: Vec<Wanted<'_, 'p>> = Vec::new();
    for (map, claims) in maps {
        for touch in map.touches.iter().filter(|touch| needs_lock(map, touch, claims)) {
            let site = plan::at(&touch.source.access.site);
            let lock = lockable(planner, map, &guard, touch)
                .map_err(|why| format!("{why} (at {site})"))?;
            let claim = claims.iter().find(|claim| std::ptr::eq(claim.touch, touch));
            wanted.push(Wanted {
                map: map.decl,
                source: touch.source,
                guard: &guard,
                lock,
                finding: claim.map(|claim| claim.finding),
            });
        }
    }
    let claims = maps.iter().flat_map(|(_, claims)| claims);
    let mut change = Change::new(
        claims.map(|claim| claim.finding).collect(),
        format!(
            "declares {} beside {names} and takes it at {}",
            guard.name,
            plan::accesses(wanted.len())
        ),
    );
    change.edits.add(&decl.site.file, declared);
    change.imports.insert((decl.site.file.to_string(), "sync"));
    for (edited, refused) in functions(planner, &wanted) {
        if let Some(first) = refused.first() {
            return Err(first.why.clone());
        }
        let Some(edited) = edited else {
            return Err("no edit of an access was found that is surely right".into());
        };
        for (file, edits) in edited.edits.files {
            change.edits.add(&file, edits);
        }
        change.imports.extend(edited.imports);
        change.bodies.extend(edited.bodies);
    }
    Ok(change)
}

/// Every access of a map needs its new lock; of a local one those of closures, and those that are claimed to meet them.
fn needs_lock(map: &SharedMap<'_>, touch: &Touch<'_>, claims: &[Claim<'_, '_>]) -> bool {
    if touch.source.placement.shape == Shape::Initialise {
        return false;
    }
    let home = map.decl.site.function.as_deref();
    map.decl.decl != DeclKind::Local
        || touch.source.access.site.function.as_deref() != home
        || claims.iter().any(|claim| std::ptr::eq(claim.touch, touch))
}

/// The lock as it is written at an access; why it cannot be taken there, otherwise.
fn lockable(
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
fn waits(
    behind: &crate::order::Declared,
    held: &Arc<str>,
    guard: &Guard,
    site: &str,
) -> Result<(), String> {
    if behind.contains(held) {
        let short = held.rsplit('/').next().unwrap_or(held);
        return Err(format!(
            "{short} is held there, from {site}, and elsewhere it is asked for under {}: two that wait for each other",
            guard.name
        ));
    }
    Ok(())
}

/// Edits function by function: for each its change, if it has one, and what is left of it.
fn functions(
    planner: &Planner<'_, '_>,
    wanted: &[Wanted<'_, '_>],
) -> Vec<(Option<Change>, Vec<Left>)> {
    let mut done: Vec<(&str, u32)> = Vec::new();
    let mut found = Vec::new();
    for first in wanted {
        let path: &str = &first.source.access.site.file;
        let body_at = first.source.placement.body;
        if done.contains(&(path, body_at.start)) {
            continue;
        }
        done.push((path, body_at.start));
        let members: Vec<&Wanted<'_, '_>> = wanted
            .iter()
            .filter(|other| *other.source.access.site.file == *path)
            .filter(|other| other.source.placement.body == body_at)
            .collect();
        let (Some(file), Some(text)) =
            (planner.trees.file(path), planner.trees.program().file(path))
        else {
            continue;
        };
        let targets: Vec<Target<'_>> = members
            .iter()
            .map(|want| Target {
                source: want.source,
                lock: &want.lock,
                rw: want.guard.rw,
                map_type: (text.package() == &*want.map.package)
                    .then_some(&*want.map.map_type.text),
            })
            .collect();
        let body = trees::exact(&file, body_at);
        let function = Function {
            path,
            text: text.text(),
            file: &file,
            body,
            quiet: &planner.quiet,
            sparing: true,
            has_maps: hand_out::has_maps(planner, path, &file),
        };
        let mut wrapped = wrap::function(&function, &targets);
        if let Some(why) = torn(&targets, &wrapped.sections) {
            wrapped.edits.clear();
            wrapped.left = targets.iter().map(|target| (target.source, why.clone())).collect();
        }
        let edits = join_sections(text.text(), wrapped.edits, &targets);
        let mut left = Vec::new();
        let mut repaired = Vec::new();
        for want in &members {
            let refused =
                wrapped.left.iter().find(|(source, _)| std::ptr::eq(*source, want.source));
            match (want.finding, refused) {
                (Some(finding), Some((_, why))) => {
                    left.push(Left { finding, why: why.clone(), again: false });
                }
                (None, Some((source, why))) => left.push(Left {
                    finding: usize::MAX,
                    why: format!("{why} (at {})", plan::at(&source.access.site)),
                    again: false,
                }),
                (Some(finding), None) => repaired.push(finding),
                (None, None) => {}
            }
        }
        let name = members.first().map_or("", |want| &*want.guard.name);
        let mut change = Change::new(repaired, format!("takes {name}"));
        if edits.iter().any(|edit| edit.text.contains("maps.Clone(")) {
            change.imports.insert((path.to_owned(), "maps"));
        }
        change.edits.add(path, edits);
        change.bodies.push((Arc::from(path), body_at));
        found.push(((!change.edits.is_empty()).then_some(change), left));
    }
    found
}

/// Why a function is left: it would look at a map in one step and change it in another, and what it saw may be over then.
fn torn(targets: &[Target<'_>], sections: &[(u32, u32)]) -> Option<String> {
    let at = |target: &Target<'_>| target.source.placement.operation.start;
    let section = |at: u32| sections.iter().position(|(start, end)| *start <= at && at < *end);
    let looks = targets.iter().filter(|target| !target.mutates());
    let mut pairs = looks.flat_map(|look| {
        let same = |other: &&Target<'_>| {
            other.mutates() && other.source.access.map == look.source.access.map
        };
        targets.iter().filter(same).map(move |change| (at(look), at(change)))
    });
    let apart = pairs.any(|(look, change)| {
        look < change && (section(look).is_none() || section(look) != section(change))
    });
    apart.then(|| {
        "it is looked at and then changed, which must be one step, and what lies between may wait".into()
    })
}

/// An unlock that stands right before the lock is taken again goes, and so does that lock.
fn join_sections(text: &str, edits: Vec<Edit>, targets: &[Target<'_>]) -> Vec<Edit> {
    let mut found = Vec::new();
    for mut edit in edits {
        let joined = targets.iter().find_map(|target| {
            ["", "R"].iter().find_map(|mode| {
                let (lock, unlock) = (
                    format!("{}.{mode}Lock()\n", target.lock),
                    format!("{}.{mode}Unlock()", target.lock),
                );
                let rest = edit.text.trim_start().strip_prefix(&lock)?.trim_start().to_owned();
                let at = usize::try_from(edit.start).ok()?;
                let line = text.get(..at)?.rfind('\n')?;
                let above = text.get(..line)?.rfind('\n')?;
                let is_unlock = text.get(above..line)?.trim() == unlock;
                let removed = Edit {
                    start: u32::try_from(above).ok()?,
                    end: u32::try_from(line).ok()?,
                    text: String::new(),
                };
                is_unlock.then_some((rest, removed))
            })
        });
        if let Some((rest, removed)) = joined.filter(|_| edit.start == edit.end) {
            found.push(removed);
            edit.text = rest;
        }
        found.push(edit);
    }
    found
}
