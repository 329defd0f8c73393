//! Takes a lock around accesses: the one that guards their map elsewhere, or a new one beside it.

use crate::bare::Bare;
use crate::function::{Function, Target};
use crate::guard::{self, Guard};
use crate::plan::{self, Change, Left};
use crate::planner::{Claim, Planner};
use crate::{copies, declare, hand_out, imports, may_take, rw_mutex, sections, trees, wrap};
use finding::{DeclKind, MapDecl};
use go_locks::{SharedMap, Touch};
use go_source::{Shape, SourceAccess};
use std::sync::Arc;

/// An access to be locked, with the lock as it is written there.
struct Wanted<'a, 'p> {
    map: &'p MapDecl,
    source: &'p SourceAccess,
    guard: &'a Guard,
    lock: String,
    finding: Option<usize>,
}

/// An access that cannot be locked, and the finding about it, if there is one.
struct Refused {
    finding: Option<usize>,
    why: String,
}

/// Takes one lock that is there around the accesses of findings.
///
/// Where that is allowed, a lock that only readers lack becomes one for reading and writing.
pub(crate) fn existing<'a, 'p>(
    planner: &Planner<'a, 'p>,
    name: &Arc<str>,
    claims: &[Claim<'a, 'p>],
) -> (Vec<Change>, Vec<Left>) {
    let shared = planner.unsafe_fixes.then(|| rw_mutex::shared(planner, name, claims)).flatten();
    if let Some(shared) = shared {
        let (changes, left) = around(planner, name, claims, true);
        if left.is_empty() && !changes.is_empty() {
            return (vec![shared.with(name, changes)], left);
        }
    }
    around(planner, name, claims, false)
}

/// Takes one lock around the accesses of findings; `rw` where it becomes one for reading and writing.
fn around<'a, 'p>(
    planner: &Planner<'a, 'p>,
    name: &Arc<str>,
    claims: &[Claim<'a, 'p>],
    rw: bool,
) -> (Vec<Change>, Vec<Left>) {
    let mut left = Vec::new();
    let declared = |claim: &Claim<'a, 'p>| {
        let guard = guard::declared(planner.trees, claim.map.decl, name)?;
        Some(Guard { rw: guard.rw || rw, ..guard })
    };
    let guards: Vec<Option<Guard>> = claims.iter().map(declared).collect();
    let mut wanted: Vec<Wanted<'_, 'p>> = Vec::new();
    for (claim, guard) in claims.iter().zip(&guards) {
        let refused = match guard {
            None => Err("its lock has no name that could be written there".to_owned()),
            Some(guard) => may_take::lock(planner, claim.map, guard, claim.touch),
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
        let refused = refused.into_iter().filter_map(|Refused { finding, why }| {
            Some(Left { finding: finding?, why, again: false })
        });
        left.extend(refused);
        changes.extend(edited);
    }
    (changes, left)
}

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
    if let Some(why) =
        copies::of_owner(planner.trees, decl).filter(|_| decl.decl == DeclKind::Field)
    {
        return Err(why);
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
            let lock = may_take::lock(planner, map, &guard, touch)
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

/// Edits function by function: for each its change, if it has one, and what is left of it.
fn functions(
    planner: &Planner<'_, '_>,
    wanted: &[Wanted<'_, '_>],
) -> Vec<(Option<Change>, Vec<Refused>)> {
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
        if let Some(why) = sections::torn(&targets, &wrapped.sections) {
            wrapped.edits.clear();
            wrapped.left = targets.iter().map(|target| (target.source, why.clone())).collect();
        }
        let edits = sections::join(text.text(), wrapped.edits, &targets);
        let mut left = Vec::new();
        let mut repaired = Vec::new();
        for want in &members {
            let refused =
                wrapped.left.iter().find(|(source, _)| std::ptr::eq(*source, want.source));
            match (want.finding, refused) {
                (finding, Some((source, why))) => left.push(Refused {
                    finding,
                    why: match finding {
                        Some(_) => why.clone(),
                        None => format!("{why} (at {})", plan::at(&source.access.site)),
                    },
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
