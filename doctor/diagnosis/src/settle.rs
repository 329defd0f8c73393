//! From a resolved clue to the subject of a case with its sides.
//!
//! Where the clue leaves several maps, what else is known settles it: the caller's line for a map
//! that came in by a parameter, who changes which map, and where other goroutines stand.

use crate::context::Context;
use crate::draft::Draft;
use crate::family::{self, Family};
use crate::frames::{clue_of, frame_of, kind_of};
use crate::near::{self, Near, Presence};
use crate::place::Place;
use crate::resolve::{self, Question, Resolution};
use crate::sides::{self, Sides};
use crate::{Options, stacks};
use finding::{
    Candidate, Confidence, DeclKind, FaultingAccess, Gap, GapKind, GoroutineRole, MapId, Match,
    Meets, OtherSide, Reason, ReasonKind, Site, Subject,
};
use go_crash::{Fault, Frame, FrameOwner};
use go_source::{Origin, Program};

/// How many frames below the first are tried where that one is not in the tree.
const FRAMES_TRIED: usize = 8;

/// Goroutines of the text inside a map operation, as candidates where no source tells more.
pub(crate) fn in_map_elsewhere(near: &[Near]) -> Vec<OtherSide> {
    near.iter()
        .filter(|near| near.role == GoroutineRole::InMapOperation)
        .map(|near| OtherSide {
            access: None,
            site: near.frame.clone(),
            operation: near.operation,
            goroutines: near.ids.clone(),
            confidence: Confidence::Possible,
            meets: Meets::Unknown,
            root: None,
            reasons: vec![Reason::new(
                ReasonKind::InMapOperation,
                "it is inside a map operation; whether of the same map, only the source tells",
            )],
        })
        .collect()
}

/// The draft of a fault with its source.
pub(crate) fn of_source(
    context: &Context<'_>,
    program: &Program,
    fault: &Fault,
    family: Family,
) -> Draft {
    let frames =
        fault.goroutine.as_ref().map(|goroutine| goroutine.frames.as_slice()).unwrap_or_default();
    let question = |frame: Option<&Frame>| Question {
        clue: clue_of(fault, frame),
        operations: family::operations(fault.kind, fault.operation),
        kind: Some(kind_of(frames)),
    };
    let mut asked = question(frame_of(fault));
    let mut resolution = resolve::resolve(program, context.options, &asked);
    // The frame may be a dependency's, or code of the library that was compiled into the program's
    // function: then a frame below it that is in the tree, and does just this, holds the map.
    let below =
        frames.iter().filter(|frame| frame.owner() != FrameOwner::Go).skip(1).take(FRAMES_TRIED);
    if resolution.matched == Match::None {
        for frame in below {
            let deeper = question(Some(frame));
            let found = resolve::resolve(program, context.options, &deeper);
            if found.matched == Match::Exact {
                (asked, resolution) = (deeper, found);
                break;
            }
        }
    }
    if asked.clue.site.is_none() && family == Family::Concurrent {
        if let Some((id, sides)) = only_one(context, program, fault) {
            if let Some(map) = program.decl(&id) {
                let text = "it is the only map of the program that two goroutines can change";
                let reasons = vec![Reason::new(ReasonKind::Concurrent, text)];
                let mut draft = Draft::new(Subject::Named { map: map.clone(), reasons });
                draft.sides = sides;
                return draft;
            }
        }
    }
    settle(context, program, fault, family, &asked, resolution)
}

/// From a resolution to a subject with its sides; evidence of other goroutines may settle between
/// several maps.
fn settle(
    context: &Context<'_>,
    program: &Program,
    fault: &Fault,
    family: Family,
    asked: &Question,
    resolution: Resolution<'_>,
) -> Draft {
    let mut candidates = resolution.maps(program);
    let mut why = resolution.why.clone();
    if candidates.len() > 1 {
        passed_by_caller(fault, asked, program, context.options, &mut candidates);
    }
    let (own, held): (Vec<_>, Vec<_>) = candidates
        .into_iter()
        .partition(|candidate| program.origin(&candidate.map.id) == Origin::Own);
    if own.is_empty() && !held.is_empty() {
        let names: Vec<_> = held.iter().map(|candidate| candidate.map.path.to_string()).collect();
        why = format!(
            "{} holds a map that was made elsewhere, and which one it held is not in the text",
            names.join(" or ")
        );
    }
    let candidates = own;
    let mut found: Vec<(Candidate, FaultingAccess, Sides, Vec<Near>)> = Vec::new();
    for candidate in candidates {
        let id = &candidate.map.id;
        let access = resolution
            .accesses
            .iter()
            .find(|(access, _)| access.access.map == *id)
            .map(|(access, _)| access.access.clone());
        let near = near::find(context, id, Some(fault));
        let presence = Presence::new(&near);
        let sides = if family == Family::Concurrent {
            let wanted = family::wanted(fault.kind, fault.operation);
            sides::rank(context, id, access.as_ref(), wanted, &presence)
        } else {
            Sides::default()
        };
        let frame = asked.clue.site.clone().unwrap_or_else(|| Site::line("", 0));
        found.push((
            candidate,
            FaultingAccess { frame, access, matched: resolution.matched },
            sides,
            near,
        ));
    }
    if family == Family::Concurrent && found.len() > 1 {
        // A fault needs somebody who changes the map: maps that nobody changes are out, and one that
        // another goroutine is changing right now is in.
        keep_if_any(&mut found, |(_, _, sides, _)| !sides.candidates.is_empty());
        keep_if_any(&mut found, |(_, _, sides, _)| !sides.reinstated);
        keep_if_any(&mut found, |(_, _, sides, _)| {
            sides.candidates.first().is_some_and(|side| side.confidence == Confidence::Certain)
        });
    }
    let mut draft = match found.len() {
        0 => {
            let mut draft = Draft::new(Subject::Unnamed { clue: asked.clue.clone(), why });
            draft.faulting = asked.clue.site.clone().map(|frame| FaultingAccess {
                frame,
                access: None,
                matched: Match::None,
            });
            draft.near = near::without_source(&context.stacks, fault);
            draft.sides.candidates = if family == Family::Concurrent {
                in_map_elsewhere(&draft.near)
            } else {
                Vec::new()
            };
            draft
        }
        1 => {
            let mut draft = Draft::new(Subject::NotAMap { why: String::new() });
            if let Some((candidate, faulting, sides, near)) = found.pop() {
                draft.subject = Subject::Named { map: candidate.map, reasons: candidate.reasons };
                draft.faulting = Some(faulting);
                draft.sides = sides;
                draft.near = near;
            }
            draft
        }
        _ => {
            let frame = asked.clue.site.clone().unwrap_or_else(|| Site::line("", 0));
            let sides = found
                .iter()
                .flat_map(|(_, _, sides, _)| sides.candidates.iter().take(1).cloned())
                .collect();
            let near = found.first().map(|(_, _, _, near)| near.clone()).unwrap_or_default();
            let candidates = found.into_iter().map(|(candidate, ..)| candidate).collect();
            let mut draft = Draft::new(Subject::Ambiguous { candidates, why });
            draft.faulting =
                Some(FaultingAccess { frame, access: None, matched: resolution.matched });
            draft.sides = Sides { candidates: sides, ..Sides::default() };
            draft.near = near;
            draft
        }
    };
    draft.gaps.extend(resolution.gaps);
    if family == Family::Concurrent
        && draft.sides.candidates.is_empty()
        && draft.subject.map().is_some()
    {
        draft.gaps.push(Gap::new(
            GapKind::NoOtherSide,
            "No access in the source could be the other side: it may be in a package that is not in the tree, or reach the map through \
             a copy, an interface or reflection.",
            "A build with -race names both sides on the next run.",
        ));
    }
    draft
}

/// Where a map came in by a parameter, the caller's line says which one was passed.
fn passed_by_caller(
    fault: &Fault,
    asked: &Question,
    program: &Program,
    options: &Options,
    candidates: &mut Vec<Candidate>,
) {
    let frames = fault.goroutine.as_ref().map(|goroutine| goroutine.frames.as_slice());
    let own = stacks::own(frames.unwrap_or_default());
    let same = |site: &Site| {
        asked
            .clue
            .site
            .as_ref()
            .is_some_and(|asked| asked.line == site.line && asked.file == site.file)
    };
    let at = own.iter().position(same);
    let Some(caller) = at.and_then(|at| own.get(at.saturating_add(1))) else { return };
    let place = Place::find(program, options, caller);
    let Some(file) = place.files.first().and_then(|file| program.file(file)) else { return };
    let index = usize::try_from(caller.line.saturating_sub(1)).unwrap_or(usize::MAX);
    let line = file.text().lines().nth(index).unwrap_or_default();
    let words: Vec<_> = line.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    keep_if_any(candidates, |candidate| {
        let name = candidate.map.path.rsplit('.').next().unwrap_or_default();
        candidate.map.decl != DeclKind::Parameter && words.contains(&name)
    });
}

/// Without any frame: the only map of the program that two goroutines can touch this way.
fn only_one(context: &Context<'_>, program: &Program, fault: &Fault) -> Option<(MapId, Sides)> {
    let wanted = family::wanted(fault.kind, fault.operation);
    let mut found = program.decls().iter().filter(|decl| {
        let accesses = program.accesses(&decl.id);
        accesses.iter().any(|source| source.access.root.is_some())
            && accesses.iter().any(|source| {
                wanted.admits(source.access.operation) && !source.access.before_sharing
            })
    });
    let first = found.next()?;
    if found.next().is_some() {
        return None;
    }
    let sides = sides::rank(context, &first.id, None, wanted, &Presence::default());
    (!sides.candidates.is_empty()).then(|| (first.id.clone(), sides))
}

fn keep_if_any<T>(items: &mut Vec<T>, test: impl Fn(&T) -> bool) {
    if items.iter().any(&test) {
        items.retain(test);
    }
}
