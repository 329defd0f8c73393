//! Cases of the race detector: both sides are given, and the source gives them their names.

use crate::context::Context;
use crate::draft::Draft;
use crate::family;
use crate::frames::{kind_of, side_frame};
use crate::near::{self, Presence};
use crate::resolve::{self, Question, Resolution};
use crate::sides::{self, Sides};
use crate::stacks;
use finding::{
    Candidate, Confidence, FaultingAccess, MapClue, MapId, Match, Meets, Operation, OtherSide,
    Reason, ReasonKind, Site, Subject,
};
use go_crash::{Fault, RaceActor, RaceSide};
use go_source::Program;
use std::sync::Arc;

/// A side of the report with what the source makes of it.
pub(crate) struct Resolved<'p> {
    pub(crate) side: &'p RaceSide,
    pub(crate) frame: Site,
    pub(crate) resolution: Resolution<'p>,
}

/// A race with a side inside a map operation.
pub(crate) fn of_map(context: &Context<'_>, program: &Program, fault: &Fault) -> Draft {
    let sides = resolved(context, program, fault, false);
    let shared = shared(program, &sides);
    draft(context, fault, &sides, shared)
}

/// A race with no side inside a map operation: about a map only where a side replaces one.
pub(crate) fn of_variable(
    context: &Context<'_>,
    program: &Program,
    fault: &Fault,
) -> Option<Draft> {
    let sides = resolved(context, program, fault, true);
    let replaced = replaced(program, &sides);
    (!replaced.is_empty()).then(|| draft(context, fault, &sides, replaced))
}

/// The maps that all sides may mean and one of them replaces.
pub(crate) fn replaced(program: &Program, sides: &[Resolved<'_>]) -> Vec<Candidate> {
    let replaced = |id: &MapId| {
        sides.iter().any(|side| {
            side.resolution.matched == Match::Exact
                && side.resolution.accesses.iter().any(|(access, _)| {
                    access.access.map == *id && access.access.operation == Operation::Replace
                })
        })
    };
    let shared = shared(program, sides);
    shared.into_iter().filter(|candidate| replaced(&candidate.map.id)).collect()
}

/// The sides of a race, each with the accesses that it may mean.
pub(crate) fn resolved<'p>(
    context: &Context<'_>,
    program: &'p Program,
    fault: &'p Fault,
    variable: bool,
) -> Vec<Resolved<'p>> {
    let Some(race) = &fault.race else { return Vec::new() };
    let mut out = Vec::new();
    for side in &race.sides {
        let Some(frame) = side_frame(&side.frames) else { continue };
        let operations = match side.operation {
            Some(operation) => vec![operation],
            None if side.write => vec![Operation::Replace],
            None => Vec::new(),
        };
        let clue = MapClue {
            site: Some(stacks::site(frame)),
            function: Some(Arc::clone(&frame.symbol)),
            operation: side.operation,
            key: side.key,
            comma_ok: side.comma_ok,
            type_name: None,
            address: side.address,
        };
        let kind = (!variable).then(|| kind_of(&side.frames));
        let resolution =
            resolve::resolve(program, context.options, &Question { clue, operations, kind });
        out.push(Resolved { side, frame: stacks::site(frame), resolution });
    }
    out
}

/// The maps that every side with a stack may mean; where they have none in common, those of the
/// sides inside a map operation.
pub(crate) fn shared(program: &Program, sides: &[Resolved<'_>]) -> Vec<Candidate> {
    let mut maps: Option<Vec<Candidate>> = None;
    for side in sides.iter().filter(|side| !side.resolution.accesses.is_empty()) {
        let own = side.resolution.maps(program);
        maps = Some(match maps {
            None => own,
            Some(known) => known
                .into_iter()
                .filter(|candidate| own.iter().any(|other| other.map.id == candidate.map.id))
                .collect(),
        });
    }
    let maps = maps.unwrap_or_default();
    if !maps.is_empty() {
        return maps;
    }
    let speaking = sides
        .iter()
        .find(|side| side.side.operation.is_some() && !side.resolution.accesses.is_empty());
    speaking.map(|side| side.resolution.maps(program)).unwrap_or_default()
}

fn draft(
    context: &Context<'_>,
    fault: &Fault,
    reported: &[Resolved<'_>],
    maps: Vec<Candidate>,
) -> Draft {
    let first = reported.first();
    let why = first.map(|side| side.resolution.why.clone()).unwrap_or_default();
    let id = match maps.as_slice() {
        [one] => Some(one.map.id.clone()),
        _ => None,
    };
    let mut draft = Draft::new(match <[Candidate; 1]>::try_from(maps) {
        Ok([one]) => Subject::Named { map: one.map, reasons: one.reasons },
        Err(none) if none.is_empty() => Subject::Unnamed {
            clue: MapClue {
                site: first.map(|side| side.frame.clone()),
                operation: fault.operation,
                key: fault.key,
                ..MapClue::default()
            },
            why: if why.is_empty() {
                "no side of the report is in the source tree".to_owned()
            } else {
                why
            },
        },
        Err(candidates) => Subject::Ambiguous { candidates, why },
    });
    let access_of = |side: &Resolved<'_>| {
        let mut meant = side.resolution.accesses.iter().map(|(access, _)| &access.access);
        meant.find(|access| id.as_ref().is_some_and(|id| access.map == *id)).cloned()
    };
    draft.faulting = first.map(|side| FaultingAccess {
        frame: side.frame.clone(),
        access: access_of(side),
        matched: side.resolution.matched,
    });
    let candidates = reported
        .iter()
        .skip(1)
        .map(|side| {
            let access = access_of(side);
            OtherSide {
                site: access
                    .as_ref()
                    .map_or_else(|| side.frame.clone(), |access| access.site.clone()),
                operation: side
                    .side
                    .operation
                    .or_else(|| access.as_ref().map(|access| access.operation)),
                meets: Meets::Seen,
                root: access.as_ref().and_then(|access| access.root.clone()),
                access,
                goroutines: match side.side.by {
                    RaceActor::Goroutine(id) => vec![id],
                    RaceActor::Main | RaceActor::Unknown => Vec::new(),
                },
                confidence: Confidence::Certain,
                reasons: vec![Reason::new(ReasonKind::Race, "the race detector names it")],
            }
        })
        .collect();
    draft.sides = Sides { candidates, ..Sides::default() };
    if let Some(id) = &id {
        draft.near = near::find(context, id, Some(fault));
        // One side's frames were compiled away or lost: the source says who it may have been.
        if draft.sides.candidates.is_empty() {
            let access = draft.faulting.as_ref().and_then(|faulting| faulting.access.as_ref());
            let wanted = family::wanted(fault.kind, access.map(|access| access.operation));
            let presence = Presence::new(&draft.near);
            draft.sides = sides::rank(context, id, access, wanted, &presence);
        }
    }
    for side in reported {
        for gap in &side.resolution.gaps {
            if !draft.gaps.contains(gap) {
                draft.gaps.push(gap.clone());
            }
        }
    }
    draft
}
