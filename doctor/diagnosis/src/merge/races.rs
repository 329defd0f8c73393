//! Reports of the race detector: grounds for what rules claim of the same lines, and findings where none does.

use super::{Joining, Paths, ToolOutput, Why, place};
use crate::context::Context;
use crate::race::{self, Resolved};
use crate::words::was_doing;
use crate::{frames, stacks};
use finding::{
    Access, DeclKind, Finding, Grade, MapDecl, Match, Merged, Operation, Related, Role, Site,
};
use go_crash::{CrashText, Fault, RaceActor};
use go_source::Program;
use std::sync::Arc;

/// The code of a race on a map that no rule claims.
pub(crate) const CODE: &str = "race";

/// A race on a map.
struct Seen {
    map: MapDecl,
    /// Other maps that the report may mean.
    others: Vec<String>,
    /// Its sides, those first that the source agrees with, changes before reads.
    sides: Vec<Side>,
    /// Where the goroutines of its sides were started, as far as that is in the tree.
    starts: Vec<Site>,
}

/// A side of a race.
struct Side {
    /// Where, in the tree if it is there.
    site: Site,
    /// The access, where the line has one that does what the report says.
    access: Option<Access>,
    operation: Option<Operation>,
}

/// Joins the races of an output.
pub(crate) fn join(
    program: &Program,
    findings: &mut Vec<Finding>,
    output: &ToolOutput,
    paths: Paths<'_>,
    joining: &mut Joining,
) {
    let mut known: Vec<(Vec<Site>, Option<usize>)> = Vec::new();
    for (crash, fault, line) in output.races() {
        let key = sites(fault);
        let times = u64::from(fault.repeats.max(1));
        if let Some((_, at)) = known.iter().find(|(sites, _)| *sites == key) {
            if let Some(merged) = at.and_then(|at| joining.merged.get_mut(at)) {
                merged.times = merged.times.saturating_add(times);
            }
            continue;
        }
        let at = match seen(program, findings, crash, fault, paths) {
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
            Err(Lost::NoMap) if told_already(&key, &known) => None,
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
        known.push((key, at));
    }
}

/// The places of a race, which make two reports the same.
fn sites(fault: &Fault) -> Vec<Site> {
    let sides = fault.race.iter().flat_map(|race| &race.sides);
    let frames = sides.filter_map(|side| frames::side_frame(&side.frames));
    let mut sites: Vec<Site> =
        frames.map(|frame| Site { pc: None, ..stacks::site(frame) }).collect();
    sites.sort();
    sites.dedup();
    sites
}

/// Whether each place of a race is one of a race on a map.
fn told_already(sites: &[Site], known: &[(Vec<Site>, Option<usize>)]) -> bool {
    let told = |site: &Site| known.iter().any(|(sites, at)| at.is_some() && sites.contains(site));
    !sites.is_empty() && sites.iter().all(told)
}

/// Why a race is told by no finding.
enum Lost {
    NoMap,
    /// It lies in test files, which were not read.
    InTests,
    /// It is on a map, but on which is not known.
    Unnamed(String),
}

/// The map that a race is on.
fn seen(
    program: &Program,
    findings: &[Finding],
    crash: &CrashText,
    fault: &Fault,
    paths: Paths<'_>,
) -> Result<Seen, Lost> {
    let context = Context::new(crash, Some(program), paths.options);
    let variable = !fault.concerns_map();
    let sides = race::resolved(&context, program, fault, variable);
    let maps =
        if variable { race::replaced(program, &sides) } else { race::shared(program, &sides) };
    let mut maps: Vec<MapDecl> = maps.into_iter().map(|candidate| candidate.map).collect();
    // The same map has several names where it is handed over: the one that rules speak of, then the one that is not local.
    maps.sort_by_key(|map| (!is_claimed(findings, map, &sides), is_local(map)));
    let mut maps = maps.into_iter();
    let Some(map) = maps.next() else {
        if variable {
            return Err(Lost::NoMap);
        }
        if !paths.tests && sides.iter().any(|side| side.frame.file.ends_with("_test.go")) {
            return Err(Lost::InTests);
        }
        let why = sides.iter().map(|side| side.resolution.why.as_str()).find(|why| !why.is_empty());
        return Err(Lost::Unnamed(why.unwrap_or("its stacks are lost").to_owned()));
    };
    let mut sides: Vec<Side> =
        sides.iter().map(|resolved| side(program, &map, resolved, paths)).collect();
    if sides.iter().all(|side| side.access.is_none()) {
        return Err(Lost::Unnamed(format!(
            "no line of it does that to {}; is this the source that ran?",
            map.path
        )));
    }
    sides.sort_by_key(|side| {
        (side.access.is_none(), !side.operation.is_some_and(Operation::mutates))
    });
    let others = maps.filter(|other| !is_local(other)).map(|map| map.path.to_string()).collect();
    Ok(Seen { map, others, sides, starts: starts(program, fault, paths) })
}

/// Whether a rule about races claims a map at a line of a race.
fn is_claimed(findings: &[Finding], map: &MapDecl, sides: &[Resolved<'_>]) -> bool {
    let at = |finding: &Finding| (Arc::clone(&finding.access.site.file), finding.access.site.line);
    let lines: Vec<(Arc<str>, u32)> = sides
        .iter()
        .flat_map(|side| &side.resolution.accesses)
        .map(|(access, _)| (Arc::clone(&access.access.site.file), access.access.site.line))
        .collect();
    findings.iter().any(|finding| {
        is_about_races(finding) && finding.map.id == map.id && lines.contains(&at(finding))
    })
}

fn is_about_races(finding: &Finding) -> bool {
    finding.code.starts_with("TH1") || &*finding.code == CODE
}

fn is_local(map: &MapDecl) -> bool {
    matches!(map.decl, DeclKind::Local | DeclKind::Parameter)
}

fn side(program: &Program, map: &MapDecl, resolved: &Resolved<'_>, paths: Paths<'_>) -> Side {
    let exact = resolved.resolution.matched == Match::Exact;
    let mut accesses = resolved.resolution.accesses.iter().map(|(access, _)| &access.access);
    let access = accesses.find(|access| exact && access.map == map.id).cloned();
    let operation = access.as_ref().map(|access| access.operation);
    let said = if resolved.side.write { Operation::Write } else { Operation::Read };
    Side {
        site: match &access {
            Some(access) => access.site.clone(),
            None => in_tree(program, &resolved.frame, paths),
        },
        access,
        operation: operation.or(resolved.side.operation).or(Some(said)),
    }
}

/// A frame's place, by its file of the tree where that is known.
fn in_tree(program: &Program, frame: &Site, paths: Paths<'_>) -> Site {
    let file = place::file(program, paths, frame, None);
    let file = file.unwrap_or_else(|| place::shown(paths, &frame.file).into());
    Site { file, pc: None, ..frame.clone() }
}

/// Where the goroutines of a race were started, by the first frame that is in the tree.
fn starts(program: &Program, fault: &Fault, paths: Paths<'_>) -> Vec<Site> {
    let mut found: Vec<Site> = Vec::new();
    let Some(race) = &fault.race else { return found };
    for side in &race.sides {
        let RaceActor::Goroutine(id) = side.by else { continue };
        let of_side = race.goroutines.iter().find(|goroutine| goroutine.id == id);
        let frame = of_side.and_then(|goroutine| frames::side_frame(&goroutine.created_at));
        let Some(frame) = frame.map(stacks::site) else { continue };
        let site = Site { function: None, ..in_tree(program, &frame, paths) };
        if program.file(&site.file).is_some() && !found.contains(&site) {
            found.push(site);
        }
    }
    found
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
