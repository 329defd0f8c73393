//! Makes a map with the size that the loop has which fills it: `make(map[K]V, len(xs))`.

use crate::edit::Edit;
use crate::plan::Change;
use crate::planner::Planner;
use finding::Finding;
use go_source::{Cost, Entries, Fill, Span, Turns};
use std::sync::Arc;

/// Gives the map of a finding its size where it is made.
///
/// # Errors
///
/// The reason where the size is a guess, or cannot be told where the map is made.
pub(crate) fn at(
    planner: &Planner<'_, '_>,
    at: usize,
    finding: &Finding,
) -> Result<Change, String> {
    let program = planner.program();
    let fills = program.accesses(&finding.map.id).iter().flat_map(|access| {
        let fills = program.costs(access).iter().filter_map(|cost| match cost {
            Cost::Fill(fill) => Some(fill),
            _ => None,
        });
        fills.map(move |fill| (access, fill))
    });
    let (access, fill) = fills
        .into_iter()
        .find(|(_, fill)| fill.made.site == finding.access.site)
        .ok_or("the loop that fills it was not found again")?;
    let hint = hint(fill)?;
    let path: &str = &finding.access.site.file;
    let text = program.file(path).ok_or("the file is not in the tree")?.text();
    let edit = edit(text, fill.make, &hint).ok_or("it is not made in a form that is edited")?;
    let what = format!("makes {} with room for {hint} entries", finding.map.path);
    let mut change = Change::new(vec![at], what);
    change.edits.add(path, vec![edit]);
    change.bodies.push((Arc::from(path), access.placement.body));
    Ok(change)
}

/// The hint, where it is known and can be told where the map is made.
fn hint(fill: &Fill) -> Result<String, String> {
    if !matches!(fill.entries, Entries::Exact | Entries::OneATurn) {
        return Err("how many entries there will be is a guess".into());
    }
    if !fill.told_before {
        return Err("how many entries there will be may not be known yet where it is made".into());
    }
    Ok(match &fill.turns {
        Turns::Number(number) => number.to_string(),
        Turns::Expression(expression) => expression.to_string(),
    })
}

/// `make(T)` or `T{}` with a hint.
fn edit(text: &str, make: Span, hint: &str) -> Option<Edit> {
    let offset = |at: u32| usize::try_from(at).ok();
    let (start, end) = (offset(make.start)?, offset(make.end)?);
    let made = text.get(start..end)?;
    if made.contains(['\n', '/']) || is_aligned(text, start, end)? {
        return None;
    }
    if let Some(ty) = made.strip_suffix("{}") {
        let text = format!("make({}, {hint})", ty.trim_end());
        return Some(Edit { start: make.start, end: make.end, text });
    }
    let inner = made.strip_prefix("make(")?.strip_suffix(')')?;
    let plain = !inner.ends_with([',', ' ', '\t']);
    plain.then(|| Edit::insert(make.end.saturating_sub(1), format!(", {hint}")))
}

/// Whether a comment stands behind a place that gofmt aligns with those of the lines around: it would have to move.
fn is_aligned(text: &str, start: usize, end: usize) -> Option<bool> {
    let comment = |line: &str| line.contains("//") || line.contains("/*");
    let mut behind = text.get(end..)?.split('\n');
    let before = text.get(..start)?.rsplit('\n').nth(1).unwrap_or_default();
    let own = behind.next().is_some_and(comment);
    Some(own && (comment(before) || behind.next().is_some_and(comment)))
}
