//! Calls without the lock that the comment of a function asks its callers for.

use super::reasons;
use crate::words;
use finding::{Finding, Grade, Operation};
use go_locks::{Analysis, Guard, SharedMap, Touch, phase};

/// The finding about an access in a function whose comment asks its callers for the guard, where one of them does without.
pub(super) fn finding<'p>(
    analysis: &Analysis<'p>,
    map: &SharedMap<'p>,
    guard: &Guard,
    touch: &Touch<'p>,
) -> Option<Finding> {
    let program = analysis.program;
    let function = touch.source.function?;
    // Whoever leaves the lock to callers in words of another kind may mean this one.
    let (call, caller) = analysis.unheeded(&guard.name, function).into_iter().find_map(|call| {
        let caller = program.function_by_id(call.caller?)?;
        (!words::leaves_lock_to_callers(program, &caller.site)).then_some((call, caller))
    })?;
    if touch.locks.own().under(&guard.name).is_some()
        || touch.source.access.operation == Operation::Length
    {
        return None;
    }
    let bare = touch.without(&guard.name);
    let mut others = map.touches.iter().filter(|other| !std::ptr::eq(*other, touch));
    if !others.any(|other| analysis.conflict(&bare, other)) {
        return None;
    }
    let message = format!(
        "{} {} without {}, which a caller of {} does not hold",
        words::called(map.decl),
        words::passive(touch.source.access.operation),
        guard.short(),
        phase::short_function(&touch.source.access.site)
    );
    // Whoever takes the lock elsewhere knows of it; of code that nothing runs beside other code it is not known.
    let known = caller.root.is_some() || analysis.call_without(&guard.name, function).is_some();
    let grade = if guard.changes > 0 && known {
        Grade::Medium
    } else {
        // As sure as if the comment were not there.
        super::grade(analysis, map, guard, &bare).unwrap_or(Grade::Low).min(Grade::Medium)
    };
    let mut finding = words::finding("TH101", "inconsistent-lock", map, touch, grade, message);
    finding.because = reasons(guard);
    let required = program.required_locks(function);
    if let Some(said) = required.iter().find(|said| said.guard == guard.name) {
        finding.because.push(format!(
            "the comment at {} says that callers hold {}",
            said.site,
            guard.short()
        ));
    }
    finding.related.extend(words::witnesses(map, guard));
    let label = format!("called here without {}", guard.short());
    finding.related.push(words::call(call, label));
    finding.help = format!("take {} around the call", guard.short());
    Some(finding)
}
