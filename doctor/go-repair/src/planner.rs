//! From findings to a plan: each finding to the repair of its kind.

use crate::bare::{self, Bare};
use crate::calls::Calls;
use crate::order::Order;
use crate::plan::{self, Change, Left, Plan};
use crate::quiet::Quiet;
use crate::trees::Trees;
use crate::{hand_out, longer, make_map, seen, size_hint, take, upgrade};
use finding::{Finding, MapId, Operation, RACE, Site};
use go_locks::{Analysis, Guard, SharedMap, Touch};
use go_source::{Program, SourceAccess};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// What planning needs at hand.
pub(crate) struct Planner<'a, 'p> {
    pub(crate) analysis: &'a Analysis<'p>,
    pub(crate) trees: &'a Trees<'p>,
    pub(crate) order: Order<'p>,
    /// What may run under a lock: none of the functions in which the plan may take one.
    pub(crate) quiet: Quiet<'a>,
    pub(crate) calls: &'a Calls,
    /// Whether files of tests may be edited.
    pub(crate) tests: bool,
    /// Whether repairs may be made that are not safe by themselves.
    pub(crate) unsafe_fixes: bool,
    /// Whether maps can be copied by package maps, by file.
    pub(crate) has_maps: RefCell<HashMap<String, bool>>,
}

impl<'p> Planner<'_, 'p> {
    pub(crate) fn program(&self) -> &'p Program {
        self.trees.program()
    }
}

/// A finding about an access of a shared map.
#[derive(Clone, Copy)]
pub(crate) struct Claim<'a, 'p> {
    /// Its place in the list.
    pub(crate) finding: usize,
    pub(crate) map: &'a SharedMap<'p>,
    pub(crate) touch: &'a Touch<'p>,
}

/// What a plan may do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowed {
    /// Files of tests may be edited; where the program has them, what they call is looked at anyway.
    pub tests: bool,
    /// Repairs may be made that someone must look at: a map becomes a `sync.Map` where no lock can be taken.
    pub unsafe_fixes: bool,
}

/// Plans the safe repair of findings of one program; `tests` as in [`Allowed::tests`].
///
/// Linear in the program for what is set up, and in the callers of each function that is edited.
pub fn plan(program: &Program, findings: &[Finding], tests: bool) -> Plan {
    plan_with(program, findings, Allowed { tests, ..Allowed::default() })
}

/// Plans the repair of findings of one program.
///
/// What gives a map another type needs [`LoadOptions::uses`](go_source::LoadOptions::uses). Costs what [`plan()`] costs.
pub fn plan_with(program: &Program, findings: &[Finding], allowed: Allowed) -> Plan {
    let Allowed { tests, unsafe_fixes } = allowed;
    let wanted = |access: &SourceAccess| tests || !is_test(&access.access.site.file);
    let analysis = Analysis::new(program, &wanted);
    let trees = Trees::new(program);
    let calls = Calls::new(&trees);
    let order = Order::new(program);
    let about = |map: &&SharedMap<'_>| findings.iter().any(|finding| finding.map.id == map.decl.id);
    let touches = analysis.maps.iter().filter(about).flat_map(|map| &map.touches);
    let locking = touches.filter_map(|touch| touch.source.function).collect();
    let quiet = Quiet::new(&trees, &calls, locking);
    let planner = Planner {
        analysis: &analysis,
        trees: &trees,
        order,
        quiet,
        calls: &calls,
        tests,
        unsafe_fixes,
        has_maps: RefCell::default(),
    };
    let known = touched(&analysis, findings);
    let mut plan = Plan::default();
    let leave = |finding: usize, why: String| Left { finding, why, again: false };
    let mut longer: Vec<Claim<'_, '_>> = Vec::new();
    let mut upgraded: Vec<Claim<'_, '_>> = Vec::new();
    let mut taken: BTreeMap<Arc<str>, Vec<Claim<'_, '_>>> = BTreeMap::new();
    let mut bare: Vec<Bare<'_, '_>> = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        match seen::rule_of(finding) {
            "TH107" => match hand_out::copy(&planner, at, finding) {
                Ok(change) => plan.take(&trees, change),
                Err(why) => plan.left.push(leave(at, why)),
            },
            "TH201" => match make_map::before(&planner, at, finding) {
                Ok(change) => plan.take(&trees, change),
                Err(why) => plan.left.push(leave(at, why)),
            },
            "TH301" => match size_hint::at(&planner, at, finding) {
                Ok(change) => plan.take(&trees, change),
                Err(why) => plan.left.push(leave(at, why)),
            },
            "TH101" | "TH102" | "TH103" | "TH104" | "TH105" | "TH106" | "TH110" | "TH111"
            | "TH112" => {
                let claims = match claim(&known, at, finding) {
                    None => Err("its access was not found again".to_owned()),
                    Some(claim) if &*finding.code == RACE => seen::claims(claim.map, at, finding),
                    Some(claim) => Ok(vec![claim]),
                };
                let claims = match claims {
                    Ok(claims) => claims,
                    Err(why) => {
                        plan.left.push(leave(at, why));
                        continue;
                    }
                };
                for claim in claims {
                    match (&*finding.code, guard(claim.map)) {
                        ("TH105", _) => upgraded.push(claim),
                        ("TH104", Some(_)) => longer.push(claim),
                        (_, Some(guard)) => {
                            taken.entry(Arc::clone(&guard.name)).or_default().push(claim);
                        }
                        (_, None) => {
                            match bare.iter_mut().find(|(map, _)| std::ptr::eq(*map, claim.map)) {
                                Some((_, claims)) => claims.push(claim),
                                None => bare.push((claim.map, vec![claim])),
                            }
                        }
                    }
                }
            }
            _ => plan.left.push(leave(at, format!("{} has no repair that is safe", finding.code))),
        }
    }
    for (change, claims) in longer::changes(&planner, &longer) {
        match change {
            Some(change) => plan.take(&trees, change),
            // Where the lock cannot be held longer, it is taken once more.
            None => {
                for claim in claims {
                    let Some(guard) = &claim.map.guard else { continue };
                    taken.entry(Arc::clone(&guard.name)).or_default().push(claim);
                }
            }
        }
    }
    for (change, left) in upgrade::changes(&planner, &upgraded) {
        plan.left.extend(left);
        if let Some(change) = change {
            plan.take(&trees, change);
        }
    }
    for (name, claims) in &taken {
        let (changes, left) = take::existing(&planner, name, claims);
        plan.left.extend(left);
        plan.take_all(&trees, changes);
    }
    bare::repair(&planner, findings, &bare, &mut plan);
    seen::both_or_none(findings, &mut plan);
    settle(&mut plan);
    plan
}

/// What no change repairs is left, once.
fn settle(plan: &mut Plan) {
    let repaired: Vec<usize> =
        plan.changes.iter().flat_map(|change: &Change| change.findings.iter().copied()).collect();
    plan.left.retain(|left| !repaired.contains(&left.finding));
    plan::by_place(&mut plan.left);
}

/// Accesses by their map, place and operation.
type Touched<'a, 'p> =
    HashMap<(&'a MapId, &'a Site, Operation), (&'a SharedMap<'p>, &'a Touch<'p>)>;

/// The accesses of maps that findings are about.
fn touched<'a, 'p>(analysis: &'a Analysis<'p>, findings: &[Finding]) -> Touched<'a, 'p> {
    let wanted: HashSet<&MapId> = findings.iter().map(|finding| &finding.map.id).collect();
    let mut found = Touched::new();
    for map in analysis.maps.iter().filter(|map| wanted.contains(&map.decl.id)) {
        for touch in &map.touches {
            let access = &touch.source.access;
            let place = (&map.decl.id, &access.site, access.operation);
            found.entry(place).or_insert((map, touch));
        }
    }
    found
}

/// The lock of a map, where one is known that is to be taken.
pub(crate) fn guard<'a>(map: &'a SharedMap<'_>) -> Option<&'a Guard> {
    map.guard.as_ref().filter(|guard| guard.changes > 0 || guard.beside)
}

/// The access of a finding, in an analysis of the same program.
fn claim<'a, 'p>(
    known: &Touched<'a, 'p>,
    at: usize,
    finding: &'a Finding,
) -> Option<Claim<'a, 'p>> {
    let place = (&finding.map.id, &finding.access.site, finding.access.operation);
    let (map, touch) = known.get(&place)?;
    Some(Claim { finding: at, map, touch })
}

/// True for the access at a place that does this.
pub(crate) fn same(source: &SourceAccess, site: &finding::Site, operation: Operation) -> bool {
    source.access.site == *site && source.access.operation == operation
}

pub(crate) fn is_test(file: &str) -> bool {
    file.ends_with("_test.go")
}
