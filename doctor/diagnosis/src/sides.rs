//! Who the other side was: candidates among the accesses to the map, ranked with reasons.
//!
//! Evidence of the text comes first (a race report, a goroutine in the map, on the line, in the
//! function), then what the source says may run beside the faulting access without a lock in
//! common. An access behind a lock that the faulting one holds too is ruled out, and said to be. One
//! that only seems to run in the faulting goroutine is ruled out as long as others remain: that no
//! second place starts it was found is weak evidence.

use crate::near::Presence;
use finding::{Access, Confidence, Excluded, Operation, OtherSide, Reason, ReasonKind};
use go_repair::callers::CallersHold;
use go_repair::locks::{self, Relation};
use go_source::SourceAccess;

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
    fn admits(self, operation: Operation) -> bool {
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

/// Ranks the accesses to a map as the other side of `faulting`.
pub(crate) fn rank(
    faulting: Option<&Access>,
    accesses: &[SourceAccess],
    wanted: Wanted,
    callers: &CallersHold<'_>,
    presence: &Presence,
) -> Sides {
    let mut scored: Vec<(u32, OtherSide)> = Vec::new();
    let mut excluded = Vec::new();
    let mut in_turn: Vec<(u32, OtherSide)> = Vec::new();
    let held_there =
        faulting.map(|access| match accesses.iter().find(|source| source.access == *access) {
            Some(source) => locks::under(source, &callers.of(source.function)),
            None => locks::under_alone(access, &callers.of_access(accesses, access)),
        });
    for source in accesses {
        let access = &source.access;
        if !wanted.admits(access.operation) {
            continue;
        }
        let own = callers.of(source.function);
        let held = locks::under(source, &own);
        let itself = faulting.is_some_and(|faulting| {
            faulting.site == access.site && faulting.operation == access.operation
        });
        let same_function =
            faulting.is_some_and(|faulting| faulting.site.function == access.site.function);
        let mut reasons = Vec::new();
        let mut score = 0u32;
        if access.before_sharing {
            excluded.push(rule_out(access, "it runs before the map is known to anybody else"));
            continue;
        }
        match held_there.as_ref().map(|there| locks::relation(there, &held)) {
            Some(Relation::Apart(_)) if itself => continue,
            Some(Relation::Apart(path)) => {
                excluded.push(rule_out(
                    access,
                    format!("{path} is held at both, so that they exclude each other"),
                ));
                continue;
            }
            Some(Relation::BothReading(path)) => {
                reasons.push(Reason::new(
                    ReasonKind::ReadLocked,
                    format!("{path} is held at both, but only for reading, which lets both in"),
                ));
                score = score.saturating_add(3);
            }
            Some(Relation::Disjoint) if held.locks.is_empty() => {
                reasons.push(Reason::new(ReasonKind::Unlocked, "no lock is held there"));
                score = score.saturating_add(2);
            }
            Some(Relation::Disjoint) => {
                let names: Vec<_> = held.locks.iter().map(|lock| lock.path.as_str()).collect();
                let text = match &held_there {
                    Some(there) if there.locks.is_empty() => {
                        format!(
                            "it holds {}, and the faulting access holds no lock",
                            names.join(", ")
                        )
                    }
                    _ => {
                        format!("it holds {}, which the faulting access does not", names.join(", "))
                    }
                };
                reasons.push(Reason::new(ReasonKind::DisjointLocks, text));
                score = score.saturating_add(1);
            }
            Some(Relation::Unknown) => {
                reasons.push(Reason::new(ReasonKind::LocksUnknown, "its locks cannot be followed"));
            }
            None => {}
        }
        let many = access.root.as_ref().is_some_and(|root| root.many);
        if let Some(root) = &access.root {
            let kind = match root.kind {
                finding::RootKind::Go => "a go statement",
                finding::RootKind::Callback => "a function that starts goroutines",
                finding::RootKind::Handler => "a handler",
            };
            let often = if root.many { ", many times at once" } else { "" };
            reasons.push(Reason::new(
                ReasonKind::Concurrent,
                format!("it is reached from {kind} at {}{often}", root.site),
            ));
            score = score.saturating_add(10);
        }
        let mut one_after_the_other = false;
        if same_function {
            if many || presence.several_in(access) {
                reasons.push(Reason::new(
                    ReasonKind::RacesWithItself,
                    "the function runs in many goroutines at once, so that it races with itself",
                ));
                score = score.saturating_add(4);
            } else if faulting.is_some_and(|access| access.root.is_some()) && !itself {
                one_after_the_other = true;
            } else if itself {
                // Nothing shows a second goroutine in the same place: a weak candidate, kept as such.
                score = score.saturating_sub(2);
            }
        }
        let seen = presence.at(access);
        if let Some((tier, reason)) = seen.reason() {
            score = score.saturating_add(tier);
            reasons.insert(0, reason);
        }
        let confidence = match score {
            100.. => Confidence::Certain,
            10..=99 => Confidence::Likely,
            _ => Confidence::Possible,
        };
        let side = OtherSide {
            site: access.site.clone(),
            operation: Some(access.operation),
            access: Some(access.clone()),
            goroutines: seen.ids,
            confidence,
            reasons,
        };
        if one_after_the_other { in_turn.push((score, side)) } else { scored.push((score, side)) }
    }
    let reinstated = scored.is_empty() && !in_turn.is_empty();
    if reinstated {
        for (score, mut side) in in_turn {
            side.confidence = Confidence::Possible;
            side.reasons.push(Reason::new(
                ReasonKind::Concurrent,
                "only one place that starts it was found, and no other access could be the other \
                 side: a second goroutine may run it from a place that was not found",
            ));
            scored.push((score, side));
        }
    } else {
        excluded.extend(in_turn.iter().filter_map(|(_, side)| side.access.as_ref()).map(
            |access| {
                rule_out(access, "one goroutine runs that function, and does one after the other")
            },
        ));
    }
    scored.sort_by(|(a, left), (b, right)| b.cmp(a).then_with(|| left.site.cmp(&right.site)));
    Sides { candidates: scored.into_iter().map(|(_, side)| side).collect(), excluded, reinstated }
}

fn rule_out(access: &Access, why: impl Into<String>) -> Excluded {
    Excluded { access: access.clone(), why: why.into() }
}
