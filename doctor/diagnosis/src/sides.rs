//! Who the other side was: candidates among the accesses to the map, ranked with reasons.
//!
//! Evidence of the text comes first (a race report, a goroutine in the map, on the line, in the function), then what the
//! source shows: accesses that are seen to meet the faulting one, those that meet it if both are at one object, those that
//! a goroutine or handler leads to, the rest. What a lock in common proves to be kept apart is ruled out, and said to be;
//! so is what runs before the map is shared. What only seems to be kept apart (the order in which functions start and wait,
//! other objects, one goroutine for both) is ruled out as long as others remain: that no other way was found is weak
//! evidence.

use crate::context::Context;
use crate::encounter::{Asked, Encounter};
use crate::kept::Ground;
use crate::near::{self, Presence};
use finding::{
    Access, Confidence, Excluded, GoroutineRole, MapId, Meets, Operation, OtherSide, Reason,
    ReasonKind,
};
use go_repair::callers::CallersHold;
use go_repair::trees::Trees;

/// What the other side must have done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Changed the map's entries.
    Change,
    /// Changed the map or the variable that holds it.
    ChangeOrReplace,
    /// Anything: the faulting side changed it.
    Anything,
}

impl Wanted {
    pub(crate) fn admits(self, operation: Operation) -> bool {
        match self {
            Self::Change => operation.mutates() && operation != Operation::Replace,
            Self::ChangeOrReplace => operation.mutates(),
            Self::Anything => true,
        }
    }
}

/// The candidates and those ruled out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sides {
    pub(crate) candidates: Vec<OtherSide>,
    pub(crate) excluded: Vec<Excluded>,
    /// True where the candidates had been ruled out for a weak reason, and nobody else was left.
    pub(crate) reinstated: bool,
}

/// What a candidate is ranked by: what the text shows, then what the source does.
type Key = (u32, u32);

/// A candidate with its key.
type Scored = (Key, OtherSide);

/// Ranks the accesses to a map as the other side of `faulting`.
///
/// Time grows with the accesses to the map and the ways to them.
pub(crate) fn rank(
    context: &Context<'_>,
    map: &MapId,
    faulting: Option<&Access>,
    wanted: Wanted,
    presence: &Presence,
) -> Sides {
    let (Some(program), Some(locking)) = (context.program, context.locking()) else {
        return Sides::default();
    };
    let Some(shared) = locking.map(map) else { return Sides::default() };
    let trees = Trees::new(program);
    let accesses = program.accesses(map);
    let faulted = faulting.and_then(|access| accesses.iter().find(|known| known.access == *access));
    let asked = Asked::new(locking, shared, CallersHold::new(&trees), faulted);
    let mut scored: Vec<Scored> = Vec::new();
    let mut weak: Vec<Scored> = Vec::new();
    let mut aside: Vec<(Key, OtherSide, String)> = Vec::new();
    let mut excluded: Vec<Excluded> = Vec::new();
    for source in accesses.iter().filter(|source| wanted.admits(source.access.operation)) {
        let access = &source.access;
        let itself = faulting
            .is_some_and(|other| other.site == access.site && other.operation == access.operation);
        let mut encounter = asked.encounter(source);
        if let Some(kept) = encounter.apart.as_ref().filter(|kept| kept.by == Ground::Source) {
            if !itself {
                excluded.push(rule_out(access, &kept.why));
            }
            continue;
        }
        let seen = presence.at(access);
        let mut alone = false;
        let unmet = encounter.meets == Meets::Unknown
            && faulting.is_some_and(|other| other.site.function == access.site.function);
        if unmet && presence.several_in(access) {
            encounter.with_others_in_function();
        } else if unmet && itself {
            encounter.with_itself();
            alone = seen.role.is_none();
        }
        let mut evidence = 0;
        if let Some((weight, reason)) = seen.reason() {
            evidence = weight;
            encounter.reasons.insert(0, reason);
        }
        let kept = encounter.apart.take().filter(|kept| evidence < outweighs(kept.by));
        let key = (evidence, encounter.weight);
        let side = OtherSide {
            site: access.site.clone(),
            operation: Some(access.operation),
            access: Some(access.clone()),
            goroutines: seen.ids,
            confidence: confidence(seen.role, &encounter),
            meets: encounter.meets,
            root: encounter.root,
            reasons: encounter.reasons,
        };
        match kept {
            Some(kept) => aside.push((key, side, kept.why)),
            None if alone => weak.push((key, side)),
            None => scored.push((key, side)),
        }
    }
    let reinstated = scored.is_empty() && !aside.is_empty();
    for (key, side, why) in aside {
        if reinstated {
            scored.push((key, reinstate(side, &why)));
        } else {
            excluded.extend(side.access.as_ref().map(|access| rule_out(access, &why)));
        }
    }
    scored.extend(weak);
    scored.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.site.cmp(&right.site)));
    Sides { candidates: scored.into_iter().map(|(_, side)| side).collect(), excluded, reinstated }
}

/// What the text must show at an access at least, so that it counts for more than what keeps the access apart.
fn outweighs(ground: Ground) -> u32 {
    match ground {
        Ground::Source => u32::MAX,
        Ground::Lock => near::ON_LINE,
        Ground::Ways => near::IN_FUNCTION,
    }
}

/// How sure it is that an access took part: by what the text shows, else by what the source does.
fn confidence(seen: Option<GoroutineRole>, encounter: &Encounter) -> Confidence {
    match seen {
        Some(GoroutineRole::InMapOperation) => Confidence::Certain,
        Some(_) => Confidence::Likely,
        None if encounter.weight >= 20 => Confidence::Likely,
        None => Confidence::Possible,
    }
}

/// A candidate that comes into question only because nobody else does.
fn reinstate(mut side: OtherSide, why: &str) -> OtherSide {
    side.confidence = Confidence::Possible;
    let text = format!(
        "{why}, as far as the source shows; it is named because no other access could be the other side"
    );
    side.reasons.push(Reason::new(ReasonKind::Apart, text));
    side
}

fn rule_out(access: &Access, why: &str) -> Excluded {
    Excluded { access: access.clone(), why: why.to_owned() }
}
