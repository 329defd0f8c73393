//! Reports of the race detector: grounds for what rules claim of the same lines, and findings where none does.

use super::seen::{self, Lost, Seen, Side, is_about_races, is_local};
use super::{Joining, Paths, ToolOutput, Why};
use crate::words::was_doing;
use finding::{Access, Finding, Grade, MapDecl, Merged, RACE as CODE, Related, Role, Site};
use go_source::Program;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Joins the races of an output.
pub(crate) fn join(
    program: &Program,
    findings: &mut Vec<Finding>,
    output: &ToolOutput,
    paths: Paths<'_>,
    joining: &mut Joining,
) {
    // Where the merged race is, for those that are on a map.
    let mut known: HashMap<Vec<Site>, Option<usize>> = HashMap::new();
    let mut told: HashSet<Site> = HashSet::new();
    for (crash, fault, line) in output.races() {
        let key = seen::sites(fault);
        let times = u64::from(fault.repeats.max(1));
        if let Some(at) = known.get(&key) {
            if let Some(merged) = at.and_then(|at| joining.merged.get_mut(at)) {
                merged.times = merged.times.saturating_add(times);
            }
            continue;
        }
        let at = match seen::seen(program, findings, crash, fault, paths) {
            Ok(seen) => {
                let (told_by, told_at) = tell(findings, &seen, &output.name);
                joining.merged.push(Merged {
                    map: seen.map.id.clone(),
                    tool: CODE.into(),
                    code: CODE.into(),
                    site: seen
                        .sides
                        .first()
                        .map_or_else(|| told_at.clone(), |side| side.site.clone()),
                    message: what(&seen),
                    report: output.name.as_str().into(),
                    report_line: line,
                    times,
                    told_by,
                    told_at,
                });
                joining.merged.len().checked_sub(1)
            }
            // The element of a map, after the map itself: the same place was told already.
            Err(Lost::NoMap) if told_already(&key, &told) => None,
            Err(Lost::NoMap) => {
                joining.leave(CODE, Why::NoMap);
                None
            }
            Err(Lost::InTests) => {
                joining.leave(CODE, Why::InTests);
                None
            }
            Err(Lost::Unnamed(why)) => {
                joining
                    .notes
                    .push(format!("{}:{line}: a race on a map without a name: {why}", output.name));
                None
            }
        };
        if at.is_some() {
            told.extend(key.iter().cloned());
        }
        known.insert(key, at);
    }
}

/// Whether each place of a race is one of a race on a map.
fn told_already(sites: &[Site], told: &HashSet<Site>) -> bool {
    !sites.is_empty() && sites.iter().all(|site| told.contains(site))
}

/// Makes the findings surer that claim this map at a line of the race; where none does, adds one.
fn tell(findings: &mut Vec<Finding>, seen: &Seen, output: &str) -> (Arc<str>, Site) {
    let ground = format!("the race detector saw this: {output}");
    let exact = || seen.sides.iter().filter_map(|side| side.access.as_ref());
    let mut told: Option<(Arc<str>, Site)> = None;
    for finding in findings.iter_mut().filter(|finding| finding.map.id == seen.map.id) {
        let at_line = |access: &Access| {
            (&access.site.file, access.site.line)
                == (&finding.access.site.file, finding.access.site.line)
        };
        if !is_about_races(finding) || !exact().any(at_line) {
            continue;
        }
        if seen.others.is_empty() {
            finding.grade = Grade::High;
        }
        if !finding.because.contains(&ground) {
            finding.because.push(ground.clone());
        }
        add_sides(finding, seen);
        told.get_or_insert_with(|| (Arc::clone(&finding.code), finding.access.site.clone()));
    }
    told.unwrap_or_else(|| {
        let Some(finding) = finding(seen, ground) else { return (CODE.into(), Site::line("", 0)) };
        let told = (Arc::clone(&finding.code), finding.access.site.clone());
        findings.push(finding);
        told
    })
}

/// A finding of its own.
fn finding(seen: &Seen, ground: String) -> Option<Finding> {
    let access = seen.sides.iter().find_map(|side| side.access.clone())?;
    let map = &seen.map;
    let mut because = vec![ground];
    if !seen.others.is_empty() {
        because.push(format!(
            "it may be {} as well: the report does not tell",
            seen.others.join(" or ")
        ));
    }
    let mut finding = Finding {
        code: CODE.into(),
        rule: "race-detector".into(),
        map: map.clone(),
        access,
        message: what(seen),
        grade: if seen.others.is_empty() { Grade::High } else { Grade::Medium },
        because,
        related: vec![Related {
            role: Role::Declaration,
            site: map.site.clone(),
            expression: called(map).rsplit('.').next().unwrap_or_default().into(),
            label: "the map is declared here".to_owned(),
        }],
        help: "hold one lock at both accesses, or leave the map to one goroutine".to_owned(),
    };
    add_sides(&mut finding, seen);
    let starts = seen.starts.iter().map(|site| Related {
        role: Role::Start,
        site: site.clone(),
        expression: "".into(),
        label: "a goroutine of the race was started here".to_owned(),
    });
    finding.related.extend(starts);
    Some(finding)
}

/// Adds the sides of a race that a finding does not show yet.
fn add_sides(finding: &mut Finding, seen: &Seen) {
    for side in &seen.sides {
        let same = |site: &Site| (&site.file, site.line) == (&side.site.file, side.site.line);
        // The same line by two goroutines is one place.
        if same(&finding.access.site) {
            continue;
        }
        let doing = side.operation.map_or("was at", was_doing);
        let label = match &side.access {
            Some(_) => format!("the race detector saw another goroutine here, which {doing} it"),
            None => {
                format!("the race detector saw another goroutine below this call, which {doing} it")
            }
        };
        if let Some(known) = finding.related.iter_mut().find(|related| same(&related.site)) {
            if known.role == Role::Witness {
                continue;
            }
            known.role = Role::OtherSide;
            known.label = label;
            continue;
        }
        let expression = side.access.as_ref().map(|access| Arc::clone(&access.expression));
        finding.related.push(Related {
            role: Role::OtherSide,
            site: side.site.clone(),
            expression: expression.unwrap_or_default(),
            label,
        });
    }
}

/// `sold: one goroutine was writing to it while another was reading it`.
fn what(seen: &Seen) -> String {
    let doing =
        |side: Option<&Side>| side.and_then(|side| side.operation).map_or("was at", was_doing);
    let mut sides = seen.sides.iter();
    let (one, other) = (doing(sides.next()), doing(sides.next()));
    format!("{}: one goroutine {one} it while another {other} it", called(&seen.map))
}

/// How a message calls a map.
fn called(map: &MapDecl) -> &str {
    if !is_local(map) {
        return &map.path;
    }
    let last = map.path.rsplit('.').next().unwrap_or(&map.path);
    last.split('#').next().unwrap_or(last)
}
