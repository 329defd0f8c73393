//! Faults of a lock: which map the lock guards.

use crate::context::Context;
use crate::draft::Draft;
use crate::frames::frame_of;
use crate::place::Place;
use crate::{near, stacks};
use finding::{Candidate, FaultingAccess, LockSet, Match, Reason, ReasonKind, Subject};
use go_crash::Fault;
use go_source::Program;

/// The case of an unlock of a lock that was not held.
pub(crate) fn draft(context: &Context<'_>, program: &Program, fault: &Fault) -> Draft {
    let frame = frame_of(fault).map(stacks::site);
    let place = frame.as_ref().map(|site| context.place(site)).unwrap_or_default();
    let released = frame.as_ref().zip(place.files.first()).and_then(|(site, file)| {
        let file = program.file(file)?;
        let text = file.text().lines().nth(usize::try_from(site.line.checked_sub(1)?).ok()?)?;
        released(text)
    });
    let candidates =
        released.as_deref().map(|lock| guarded(program, &place, lock)).unwrap_or_default();
    let names: Vec<_> = candidates.iter().map(|candidate| candidate.map.path.to_string()).collect();
    let why = match &released {
        Some(lock) if names.is_empty() => {
            format!("the fault is of the lock {lock}, which was released without being held")
        }
        Some(lock) => format!(
            "the fault is of the lock {lock}, which was released without being held; it guards {}",
            names.join(", ")
        ),
        None => "the fault is of a lock, which was released without being held".to_owned(),
    };
    let mut draft = Draft::new(Subject::NotAMap { why });
    draft.faulting =
        frame.map(|frame| FaultingAccess { frame, access: None, matched: Match::None });
    if let [one] = candidates.as_slice() {
        draft.near = near::find(context, &one.map.id, Some(fault));
    }
    draft
}

/// The path before `.Unlock()` or `.RUnlock()`.
fn released(line: &str) -> Option<String> {
    let at = line.find(".Unlock()").or_else(|| line.find(".RUnlock()"))?;
    let before = line.get(..at)?;
    let path = before.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).next()?;
    (!path.is_empty()).then(|| path.to_owned())
}

/// Maps of the same package that accesses touch while they hold a lock of this last name.
fn guarded(program: &Program, place: &Place<'_>, lock: &str) -> Vec<Candidate> {
    let last = lock.rsplit('.').next().unwrap_or(lock);
    let packages: Vec<_> = place.functions.iter().map(|function| &function.package).collect();
    let receiver = place.functions.first().and_then(|function| receiver(&function.symbol));
    let mut found: Vec<Candidate> = Vec::new();
    for source in program.all_accesses() {
        let access = &source.access;
        let LockSet::Held(held) = &access.locks else { continue };
        let Some(map) = program.decl(&access.map) else { continue };
        let same_type = receiver
            .is_none_or(|name| !lock.contains('.') || map.path.starts_with(&format!("{name}.")));
        let by = held.iter().find(|lock| lock.path.rsplit('.').next() == Some(last));
        if let (Some(by), true, true) = (by, same_type, packages.contains(&&map.package)) {
            if !found.iter().any(|candidate| candidate.map.id == map.id) {
                let reason = Reason::new(
                    ReasonKind::Function,
                    format!("{} is touched under {} at {}", map.path, by.path, access.site),
                );
                found.push(Candidate { map: map.clone(), reasons: vec![reason] });
            }
        }
    }
    found
}

/// The type of a method's receiver: `Cache` of `status.(*Cache).Put`.
fn receiver(symbol: &str) -> Option<&str> {
    let after = symbol.rsplit('/').next()?.split_once('.')?.1;
    let inside =
        after.strip_prefix("(*").and_then(|rest| rest.split_once(')')).map(|(name, _)| name);
    inside.or_else(|| {
        after
            .split_once('.')
            .map(|(name, _)| name)
            .filter(|name| name.starts_with(char::is_uppercase))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_the_path_before_the_call() {
        assert_eq!(released("\tdefer c.state.mu.Unlock()").as_deref(), Some("c.state.mu"));
        assert_eq!(released("if x { mu.RUnlock() }").as_deref(), Some("mu"));
        assert_eq!(released("return nil"), None);
    }

    #[test]
    fn the_receiver_is_read_from_the_symbol() {
        assert_eq!(receiver("example.com/s/status.(*Cache).Put"), Some("Cache"));
        assert_eq!(receiver("example.com/s/status.Load"), None);
    }
}
