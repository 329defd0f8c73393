//! The patch alone, for `git apply`: what a terminal shows of it cannot be copied without its tabs.

use finding::Diagnosis;

/// The patches of all cases, one after the other; `None` where no case has one.
pub fn patch(diagnosis: &Diagnosis) -> Option<String> {
    let diffs: Vec<&str> = diagnosis
        .cases
        .iter()
        .filter_map(|case| case.repair.as_ref()?.patch.as_ref())
        .map(|patch| patch.diff.as_str())
        .collect();
    (!diffs.is_empty()).then(|| diffs.concat())
}
