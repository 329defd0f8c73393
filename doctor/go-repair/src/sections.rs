//! The locked sections of one function: what must stay one step, and what becomes one.

use crate::edit::Edit;
use crate::function::Target;

/// Why a function is left: it would look at a map in one step and change it in another, and what it saw may be over then.
pub(crate) fn torn(targets: &[Target<'_>], sections: &[(u32, u32)]) -> Option<String> {
    let at = |target: &Target<'_>| target.source.placement.operation.start;
    let section = |at: u32| sections.iter().position(|(start, end)| *start <= at && at < *end);
    let looks = targets.iter().filter(|target| !target.mutates());
    let mut pairs = looks.flat_map(|look| {
        let same = |other: &&Target<'_>| {
            other.mutates() && other.source.access.map == look.source.access.map
        };
        targets.iter().filter(same).map(move |change| (at(look), at(change)))
    });
    let apart = pairs.any(|(look, change)| {
        look < change && (section(look).is_none() || section(look) != section(change))
    });
    apart.then(|| {
        "it is looked at and then changed, which must be one step, and what lies between may wait".into()
    })
}

/// An unlock that stands right before the lock is taken again goes, and so does that lock.
pub(crate) fn join(text: &str, edits: Vec<Edit>, targets: &[Target<'_>]) -> Vec<Edit> {
    let mut found = Vec::new();
    for mut edit in edits {
        let joined = targets.iter().find_map(|target| {
            ["", "R"].iter().find_map(|mode| {
                let (lock, unlock) = (
                    format!("{}.{mode}Lock()\n", target.lock),
                    format!("{}.{mode}Unlock()", target.lock),
                );
                let rest = edit.text.trim_start().strip_prefix(&lock)?.trim_start().to_owned();
                let at = usize::try_from(edit.start).ok()?;
                let line = text.get(..at)?.rfind('\n')?;
                let above = text.get(..line)?.rfind('\n')?;
                let is_unlock = text.get(above..line)?.trim() == unlock;
                let removed = Edit {
                    start: u32::try_from(above).ok()?,
                    end: u32::try_from(line).ok()?,
                    text: String::new(),
                };
                is_unlock.then_some((rest, removed))
            })
        });
        if let Some((rest, removed)) = joined.filter(|_| edit.start == edit.end) {
            found.push(removed);
            edit.text = rest;
        }
        found.push(edit);
    }
    found
}
