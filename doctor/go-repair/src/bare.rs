//! Maps with no lock: one that is only replaced becomes an `atomic.Pointer`; others get a lock beside them, where it can be
//! taken at every access; where not, a `sync.Map` is what is left, which a person must want.

use crate::plan::{Change, Left, Plan};
use crate::planner::{Claim, Planner};
use crate::{pointer, sync_map, take};
use finding::{DeclKind, Finding, RACE};
use go_locks::SharedMap;

/// A map with no lock and the findings about it.
pub(crate) type Bare<'a, 'p> = (&'a SharedMap<'p>, Vec<Claim<'a, 'p>>);

/// Plans the repair of maps with no lock.
pub(crate) fn repair(
    planner: &Planner<'_, '_>,
    findings: &[Finding],
    bare: &[Bare<'_, '_>],
    plan: &mut Plan,
) {
    let (replaced, changed): (Vec<_>, Vec<_>) =
        bare.iter().partition(|map| pointer::is_replaced(planner, map));
    // A map that is replaced needs no lock, and whoever reads it waits for nobody.
    let mut others: Vec<(&Bare<'_, '_>, Option<String>)> = Vec::new();
    for map in replaced {
        match pointer::change(planner, map) {
            Ok(change) => plan.take(planner.trees, change),
            Err(why) => others.push((map, Some(why))),
        }
    }
    others.extend(changed.into_iter().map(|map| (map, None)));
    for maps in by_owner(&others) {
        // One lock for all maps of a struct; where that cannot be, each has its own.
        let together: Vec<_> = maps.iter().map(|(map, _)| *map).collect();
        let together = if maps.len() > 1 { take::fresh(planner, &together).ok() } else { None };
        if let Some(change) = together {
            plan.take(planner.trees, change);
            continue;
        }
        for (map, no_pointer) in maps {
            match take::fresh(planner, &[map]) {
                Ok(change) => plan.take(planner.trees, change),
                Err(mut why) => {
                    if let Some(no_pointer) = no_pointer {
                        why.push_str(&format!("; and no atomic.Pointer: {no_pointer}"));
                    }
                    without_lock(planner, findings, map, why, plan);
                }
            }
        }
    }
}

/// A map that no lock can be taken for.
fn without_lock(
    planner: &Planner<'_, '_>,
    findings: &[Finding],
    map: &Bare<'_, '_>,
    mut why: String,
    plan: &mut Plan,
) {
    let (_, claims) = map;
    let of_goroutines = |claim: &Claim<'_, '_>| {
        let code = findings.get(claim.finding).map(|finding| &*finding.code);
        matches!(code, Some("TH102" | "TH106" | RACE))
    };
    let change: Option<Result<Change, String>> =
        claims.iter().all(of_goroutines).then(|| sync_map::change(planner, map));
    match change {
        Some(Ok(change)) if planner.unsafe_fixes => {
            return plan.take(planner.trees, change);
        }
        Some(Ok(change)) if plan.fits(planner.trees, &change) => {
            plan.unsafely.extend(change.findings);
        }
        Some(Err(no_sync_map)) if planner.unsafe_fixes => {
            why.push_str(&format!("; and no sync.Map: {no_sync_map}"));
        }
        _ => {}
    }
    let leave =
        |claim: &Claim<'_, '_>| Left { finding: claim.finding, why: why.clone(), again: false };
    plan.left.extend(claims.iter().map(leave));
}

/// A map, and why it cannot be what it would be best.
type Other<'b, 'a, 'p> = (&'b Bare<'a, 'p>, Option<String>);

/// Maps by the struct that they are fields of; others by themselves.
fn by_owner<'b, 'a, 'p>(bare: &[Other<'b, 'a, 'p>]) -> Vec<Vec<Other<'b, 'a, 'p>>> {
    let owner = |(map, _): &Bare<'_, '_>| match map.decl.decl {
        DeclKind::Field => {
            let (owner, _) = map.decl.path.rsplit_once('.')?;
            Some(format!("{}.{owner}", map.decl.package))
        }
        _ => None,
    };
    let mut found: Vec<Vec<Other<'b, 'a, 'p>>> = Vec::new();
    for one in bare {
        let own = owner(one.0);
        let same = |known: &&mut Vec<Other<'b, 'a, 'p>>| {
            own.is_some() && known.first().is_some_and(|(map, _)| owner(map) == own)
        };
        match found.iter_mut().find(same) {
            Some(known) => known.push(one.clone()),
            None => found.push(vec![one.clone()]),
        }
    }
    found
}
