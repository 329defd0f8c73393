//! Edits of a text, and the diff they make.

use similar::TextDiff;
use std::collections::BTreeMap;

/// Replaces the bytes `start..end` by `text`; an insertion where both are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: String,
}

impl Edit {
    pub(crate) fn insert(at: u32, text: impl Into<String>) -> Self {
        Self { start: at, end: at, text: text.into() }
    }
}

/// Edits by file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Edits {
    pub(crate) files: BTreeMap<String, Vec<Edit>>,
}

impl Edits {
    pub(crate) fn add(&mut self, file: &str, edits: Vec<Edit>) {
        self.files.entry(file.to_owned()).or_default().extend(edits);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.files.values().all(Vec::is_empty)
    }
}

/// The text with all edits made; `None` where two overlap or one is outside of the text.
///
/// Insertions at one place keep the order they were given in.
pub(crate) fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut sorted: Vec<_> = edits.iter().collect();
    sorted.sort_by_key(|edit| (edit.start, edit.end));
    let mut out = String::with_capacity(text.len().saturating_mul(2));
    let mut at = 0usize;
    for edit in sorted {
        let start = usize::try_from(edit.start).ok()?;
        let end = usize::try_from(edit.end).ok()?;
        if end < start {
            return None;
        }
        out.push_str(text.get(at..start)?);
        out.push_str(&edit.text);
        at = end;
    }
    out.push_str(text.get(at..)?);
    Some(out)
}

/// A unified diff as `git apply` and `patch -p1` take it.
pub(crate) fn diff(path: &str, before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{path}"), &format!("b/{path}"))
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_made_in_order_and_never_overlap() {
        let edits = [
            Edit { start: 2, end: 3, text: "X".into() },
            Edit::insert(0, "<"),
            Edit::insert(0, "["),
        ];
        assert_eq!(apply("abcd", &edits).unwrap(), "<[abXd");
        let overlapping = [
            Edit { start: 0, end: 3, text: String::new() },
            Edit { start: 2, end: 4, text: String::new() },
        ];
        assert_eq!(apply("abcd", &overlapping), None);
        assert_eq!(apply("ab", &[Edit::insert(9, "x")]), None);
    }
}
