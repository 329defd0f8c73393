//! What happened, in one sentence, and how sure it is.

use crate::family::Family;
use crate::near::Near;
use crate::words;
use finding::{
    Confidence, Deadlock, FaultingAccess, GoroutineRole, Match, OtherSide, Subject, Verdict,
};
use go_crash::{Fault, FaultKind};

/// The sentence of a fault.
pub(crate) fn of_fault(
    family: Family,
    fault: &Fault,
    subject: &Subject,
    faulting: Option<&FaultingAccess>,
    sides: &[OtherSide],
) -> Verdict {
    let name = words::subject(subject);
    let who = fault
        .goroutine
        .as_ref()
        .and_then(|goroutine| goroutine.id)
        .map_or_else(|| "A goroutine".to_owned(), |id| format!("Goroutine {id}"));
    let place = faulting
        .map(|faulting| faulting.access.as_ref().map_or(&faulting.frame, |access| &access.site))
        .map(words::whereabouts)
        .unwrap_or_default();
    let operation = faulting
        .and_then(|faulting| faulting.access.as_ref())
        .map(|access| access.operation)
        .or(fault.operation);
    let doing = operation.map_or("was touching", words::was_doing);
    let sentence = match family {
        Family::Concurrent => match fault.kind {
            FaultKind::MapCorruption => format!(
                "{who} found the inside of {name} broken{place}: another goroutine changed it at the same time, earlier or just then."
            ),
            FaultKind::SegvInMap => format!(
                "{who} {doing} {name}{place} and hit bad memory inside it: another goroutine is changing it, or its memory was overwritten."
            ),
            _ => format!("{who} {doing} {name}{place} while another goroutine changed it."),
        },
        Family::Race if matches!(subject, Subject::NotAMap { .. }) => {
            format!(
                "Two goroutines used the same memory without a common lock, one of them{place}."
            )
        }
        Family::Race => match sides.first() {
            Some(other) => format!(
                "Two goroutines were at {name} without a common lock: one {doing} it{place}, the other{}.",
                words::whereabouts(&other.site)
            ),
            None => {
                format!("A goroutine {doing} {name}{place} beside another, without a common lock.")
            }
        },
        Family::NilMap => format!("{who} wrote to {name}{place}, and that map was never made."),
        Family::Unhashable => {
            let kind = fault
                .message
                .rsplit("unhashable type")
                .next()
                .map(|rest| rest.trim_matches([' ', ':']))
                .unwrap_or_default();
            let kind = if kind.is_empty() { "a type".to_owned() } else { kind.to_owned() };
            format!(
                "{who} used a key of {kind} in {name}{place}, and such a value cannot be hashed."
            )
        }
        Family::Unlock => format!("{who} released a lock{place} without holding it."),
        Family::Waiting => match subject {
            Subject::Named { .. } => format!(
                "Every goroutine waits and none can go on: many of them for the lock that guards {name}."
            ),
            _ => format!("Every goroutine waits and none can go on{place}."),
        },
        Family::Other => {
            let message = if fault.message.is_empty() {
                "the process died".to_owned()
            } else {
                fault.message.to_string()
            };
            format!("{who} died{place}: {}.", message.trim_end_matches('.'))
        }
    };
    let (confidence, because) = confidence(family, subject, faulting, sides);
    Verdict { sentence, confidence, because }
}

fn confidence(
    family: Family,
    subject: &Subject,
    faulting: Option<&FaultingAccess>,
    sides: &[OtherSide],
) -> (Confidence, String) {
    let matched = faulting.map_or(Match::None, |faulting| faulting.matched);
    match subject {
        Subject::Ambiguous { why, .. } => (Confidence::Possible, why.clone()),
        Subject::Unnamed { .. } => (Confidence::Certain, String::new()),
        Subject::NotAMap { .. } => (Confidence::Certain, String::new()),
        Subject::Named { .. } => match matched {
            Match::Nearest => {
                (Confidence::Possible, "the source does not match the text's lines".into())
            }
            Match::OtherOperation => (
                Confidence::Possible,
                "the line does something else to the map in this source".into(),
            ),
            Match::None | Match::Exact if family == Family::Concurrent && sides.is_empty() => {
                (Confidence::Likely, "no place was found that could be the other side".into())
            }
            Match::None | Match::Exact => (Confidence::Certain, String::new()),
        },
    }
}

/// The sentence of goroutines that wait for each other, where there are such.
pub(crate) fn of_deadlock(deadlocks: &[Deadlock]) -> Option<Verdict> {
    let first = deadlocks.first()?;
    let because = match first.confidence {
        Confidence::Certain => String::new(),
        _ => {
            "the text does not show whether the lock that is waited for belongs to the same value \
              as the one that is held"
                .to_owned()
        }
    };
    Some(Verdict { sentence: words::deadlock(first), confidence: first.confidence, because })
}

/// The sentence of a map in a dump without a fault.
pub(crate) fn of_dump(subject: &Subject, near: &[Near]) -> Verdict {
    let count = |role: GoroutineRole| {
        near.iter()
            .filter(|near| near.role == role)
            .map(|near| near.count)
            .fold(0u64, u64::saturating_add)
    };
    let waiting = count(GoroutineRole::WaitingForLock);
    let inside = count(GoroutineRole::InMapOperation);
    let name = words::subject(subject);
    let goroutines = |number: u64| {
        if number == 1 { "1 goroutine".to_owned() } else { format!("{number} goroutines") }
    };
    let sentence = match (waiting, inside) {
        (0, inside) => format!("{} in an operation on {name}.", are(inside, &goroutines(inside))),
        (waiting, 0) => {
            format!("{} for a lock that guards {name}.", wait(waiting, &goroutines(waiting)))
        }
        (waiting, inside) => format!(
            "{} for a lock that guards {name}, and {} in an operation on it.",
            wait(waiting, &goroutines(waiting)),
            are(inside, &goroutines(inside))
        ),
    };
    Verdict { sentence, confidence: Confidence::Certain, because: String::new() }
}

fn are(number: u64, who: &str) -> String {
    format!("{who} {}", if number == 1 { "is" } else { "are" })
}

fn wait(number: u64, who: &str) -> String {
    format!("{who} {}", if number == 1 { "waits" } else { "wait" })
}
