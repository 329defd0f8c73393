//! A report of the race detector as the source has it: which map it is on, and what each side does to it.

use super::{Paths, place};
use crate::context::Context;
use crate::race::{self, Resolved};
use crate::{frames, stacks};
use finding::{Access, DeclKind, Finding, MapDecl, Match, Operation, RACE as CODE, Site};
use go_crash::{CrashText, Fault, RaceActor};
use go_source::Program;
use std::sync::Arc;

/// A race on a map.
pub(super) struct Seen {
    pub(super) map: MapDecl,
    /// Other maps that the report may mean.
    pub(super) others: Vec<String>,
    /// Its sides, those first that the source agrees with, changes before reads.
    pub(super) sides: Vec<Side>,
    /// Where the goroutines of its sides were started, as far as that is in the tree.
    pub(super) starts: Vec<Site>,
}

/// A side of a race.
pub(super) struct Side {
    /// Where, in the tree if it is there.
    pub(super) site: Site,
    /// The access, where the line has one that does what the report says.
    pub(super) access: Option<Access>,
    pub(super) operation: Option<Operation>,
}

/// The places of a race, which make two reports the same.
pub(super) fn sites(fault: &Fault) -> Vec<Site> {
    let sides = fault.race.iter().flat_map(|race| &race.sides);
    let frames = sides.filter_map(|side| frames::side_frame(&side.frames));
    let mut sites: Vec<Site> =
        frames.map(|frame| Site { pc: None, ..stacks::site(frame) }).collect();
    sites.sort();
    sites.dedup();
    sites
}

/// Why a race is told by no finding.
pub(super) enum Lost {
    NoMap,
    /// It lies in test files, which were not read.
    InTests,
    /// It is on a map, but on which is not known.
    Unnamed(String),
}

/// The map that a race is on.
pub(super) fn seen(
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

pub(super) fn is_about_races(finding: &Finding) -> bool {
    finding.code.starts_with("TH1") || &*finding.code == CODE
}

pub(super) fn is_local(map: &MapDecl) -> bool {
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
