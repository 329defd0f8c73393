//! What other tools report, as far as a repair of ours mends it: a race that was seen, a nil map that is written.
//!
//! A lock at one side of a race mends nothing. So both sides are repaired or none is, and the proof of it is another than for
//! a rule, which would claim nothing before or after: in the edited program, whatever the functions of the two sides do to the
//! map excludes each other.

use crate::plan::Plan;
use crate::planner::{Claim, guard};
use finding::{DeclKind, Finding, MapKind, Operation, RACE, Role, Site};
use go_locks::{Analysis, Locks, SharedMap, Touch, harmful};
use go_source::Program;

/// The rule whose repair mends a finding; its own code where it has one.
pub(crate) fn rule_of(finding: &Finding) -> &str {
    let check = finding.code.rsplit_once(':').map_or("", |(_, check)| check);
    let writes = finding.access.operation == Operation::Write;
    match (&*finding.code, check) {
        (RACE, _) => "TH102",
        // staticcheck's check of that name; of go vet's nilness only what it says of maps.
        (_, "SA5000") if writes => "TH201",
        (_, "nilness") if writes && finding.message.ends_with("nil dereference in map update") => {
            "TH201"
        }
        (code, _) => code,
    }
}

/// The places of a race: that of the finding, and those where the other side was seen.
fn sides(finding: &Finding) -> impl Iterator<Item = &Site> {
    let others = finding.related.iter().filter(|related| related.role == Role::OtherSide);
    std::iter::once(&finding.access.site).chain(others.map(|related| &related.site))
}

/// The accesses of a race that are to be repaired: those that do not hold the lock that guards the map.
///
/// # Errors
///
/// The reason where a side is not known as an access.
pub(crate) fn claims<'a, 'p>(
    map: &'a SharedMap<'p>,
    at: usize,
    finding: &Finding,
) -> Result<Vec<Claim<'a, 'p>>, String> {
    let mut claims = Vec::new();
    let guard = guard(map);
    // A new lock is taken at every access of what is no local variable.
    let everywhere = guard.is_none() && map.decl.decl != DeclKind::Local;
    for site in sides(finding) {
        let here = |touch: &&'a Touch<'p>| {
            let of = &touch.source.access.site;
            (&of.file, of.line) == (&site.file, site.line)
        };
        let mut touches = map.touches.iter().filter(here).peekable();
        if touches.peek().is_none() && !everywhere {
            return Err(format!(
                "of its side at {} the access is not known",
                crate::plan::at(site)
            ));
        }
        claims.extend(
            touches
                .filter(|touch| guard.is_none_or(|guard| touch.locks.under(&guard.name).is_none()))
                .map(|touch| Claim { finding: at, map, touch }),
        );
    }
    if claims.is_empty() {
        return Err("each side holds the lock of the map: it may be another map's".into());
    }
    Ok(claims)
}

/// Takes races out of the changes of a plan that leave one of their sides.
pub(crate) fn both_or_none(findings: &[Finding], plan: &mut Plan) {
    let left: Vec<usize> = plan.left.iter().map(|left| left.finding).collect();
    let torn = |at: &usize| {
        findings.get(*at).is_some_and(|finding| &*finding.code == RACE) && left.contains(at)
    };
    for change in &mut plan.changes {
        change.findings.retain(|at| !torn(at));
    }
    plan.changes.retain(|change| !change.findings.is_empty());
}

/// Those of the races that were seen that may still be there in a program.
///
/// Costs an analysis of the program where there are any.
pub fn races_left(program: &Program, findings: &[Finding]) -> Vec<Finding> {
    let mut races = findings.iter().filter(|finding| &*finding.code == RACE).peekable();
    if races.peek().is_none() {
        return Vec::new();
    }
    let analysis = Analysis::new(program, &|_| true);
    races.filter(|finding| may_race(&analysis, finding)).cloned().collect()
}

fn may_race(analysis: &Analysis<'_>, finding: &Finding) -> bool {
    let id = &finding.map.id;
    let Some(map) = analysis.maps.iter().find(|map| map.decl.id == *id) else {
        // A map of another type needs no lock. What has no name any more is not known.
        return analysis.program.decl(id).is_some_and(|map| map.map_type.kind == MapKind::Builtin);
    };
    let of = |site: &Site| -> Vec<&Touch<'_>> {
        let inside = |touch: &&Touch<'_>| {
            let at = &touch.source.access.site;
            (&at.file, &at.function) == (&site.file, &site.function)
        };
        let inside: Vec<_> = map.touches.iter().filter(inside).collect();
        // A side that is not known as an access may be any.
        if inside.is_empty() { map.touches.iter().collect() } else { inside }
    };
    let first = of(&finding.access.site);
    let excluded = |a: &Touch<'_>, b: &Touch<'_>| {
        a.locks != Locks::Unknown && b.locks != Locks::Unknown && a.locks.exclude(&b.locks)
    };
    sides(finding)
        .any(|site| of(site).iter().any(|b| first.iter().any(|a| harmful(a, b) && !excluded(a, b))))
}
