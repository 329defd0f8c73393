//! What an editor offers to do about findings: repair them, or say in a comment why they are none.

use super::checker::Checked;
use super::diagnostics::Diagnosed;
use super::documents::Documents;
use super::positions::{Encoding, Lines};
use super::repairs::{Planner, Repair, Want};
use super::uri;
use finding::Finding;
use go_source::SourceTree as _;
use lsp_types::{CodeAction, CodeActionKind, CodeActionParams, Diagnostic, Range, TextEdit};
use serde_json::{Map, Value, json};
use similar::{DiffOp, TextDiff};
use std::path::Path;
use std::sync::Arc;

/// Stands where the author is to say why a finding is none.
const REASON: &str = "TODO: say why this is safe";

/// The kind of the action that repairs all that can be repaired safely: of `source.fixAll`, for editors that do it on saving.
pub(super) const FIX_ALL: CodeActionKind = CodeActionKind::new("source.fixAll.tophash");

/// A request for actions.
pub(super) struct Asked {
    pub(super) params: CodeActionParams,
    pub(super) checked: Arc<Checked>,
    /// What is open, with the versions that the edits are for.
    pub(super) documents: Documents,
    pub(super) encoding: Encoding,
    /// Whether the client knows edits of a certain version of a document.
    pub(super) versions: bool,
}

/// The actions that are asked for: for the findings in a range of a file, and for all findings of the file where the client
/// asks for that by its kind. Planning takes time, so nothing is planned for all that nobody asked for.
pub(super) fn of(asked: &Asked, path: &Path) -> Vec<CodeAction> {
    let only = asked.params.context.only.as_deref();
    let of_file = asked.checked.diagnostics.get(path).map(Vec::as_slice).unwrap_or_default();
    let mut actions = Vec::new();
    if only.is_none_or(|only| only.iter().any(|kind| covers(kind, &CodeActionKind::QUICKFIX))) {
        actions.extend(in_range(asked, of_file));
    }
    if only.is_some_and(|only| only.iter().any(|kind| covers(kind, &FIX_ALL))) {
        actions.extend(fix_all(asked, of_file));
    }
    actions
}

/// Whether a kind that is asked for is another, or one that is more general.
fn covers(asked: &CodeActionKind, kind: &CodeActionKind) -> bool {
    let rest = kind.as_str().strip_prefix(asked.as_str());
    rest.is_some_and(|rest| asked.as_str().is_empty() || rest.is_empty() || rest.starts_with('.'))
}

/// The action that repairs what can be repaired safely of a file's findings.
fn fix_all(asked: &Asked, of_file: &[Diagnosed]) -> Option<CodeAction> {
    let findings: Vec<usize> = of_file.iter().map(|diagnosed| diagnosed.finding).collect();
    let planner = Planner::new(&asked.checked);
    let repair = (!findings.is_empty()).then(|| planner.of(&findings, Want::Part)).flatten()?;
    let title = match repair.findings.len() {
        1 => format!("Repair 1 finding of this file: {}", repair.what),
        all => format!("Repair {all} findings of this file: {}", repair.what),
    };
    let (repaired, edits) = (asked.repaired(&repair), asked.edits(&repair));
    Some(CodeAction { kind: Some(FIX_ALL), ..asked.action(title, repaired, edits, false) })
}

/// The actions for the findings in the range that is asked about.
fn in_range(asked: &Asked, of_file: &[Diagnosed]) -> Vec<CodeAction> {
    let checked = &asked.checked;
    let here: Vec<&Diagnosed> = of_file
        .iter()
        .filter(|diagnosed| meet(diagnosed.diagnostic.range, asked.params.range))
        .collect();
    let mut actions = Vec::new();
    let planner = Planner::new(checked);
    for diagnosed in &here {
        let Some(finding) = checked.findings.get(diagnosed.finding) else { continue };
        let alone = planner.of(&[diagnosed.finding], Want::Whole);
        actions.extend(alone.iter().map(|repair| asked.repair(repair, finding, diagnosed, true)));
        // Where one access cannot be repaired alone, all of the map's may be.
        let same_map = |(_, other): &(usize, &Finding)| other.map.id == finding.map.id;
        let of_map = checked.findings.iter().enumerate().filter(same_map);
        let of_map: Vec<usize> = of_map.map(|(at, _)| at).collect();
        if of_map.len() > 1
            && let Some(repair) = planner.of(&of_map, Want::Whole)
            && alone.as_ref().is_none_or(|alone| alone.edited != repair.edited)
        {
            actions.push(asked.repair(&repair, finding, diagnosed, alone.is_none()));
        }
    }
    for diagnosed in here {
        let finding = checked.findings.get(diagnosed.finding);
        actions.extend(finding.and_then(|finding| asked.suppression(finding, diagnosed)));
    }
    actions
}

impl Asked {
    fn repair(
        &self,
        repair: &Repair,
        finding: &Finding,
        diagnosed: &Diagnosed,
        preferred: bool,
    ) -> CodeAction {
        let title = match repair.findings.len() {
            1 => format!("Repair {}: {}", finding.code, repair.what),
            all => {
                let map = &finding.map.path;
                format!("Repair all {all} findings of {map}: {}", repair.what)
            }
        };
        let repaired = match repair.findings.len() {
            1 => vec![diagnosed.diagnostic.clone()],
            _ => self.repaired(repair),
        };
        self.action(title, repaired, self.edits(repair), preferred)
    }

    /// The diagnostics of the findings that are repaired.
    fn repaired(&self, repair: &Repair) -> Vec<Diagnostic> {
        let all = self.checked.diagnostics.values().flatten();
        let repaired = all.filter(|diagnosed| repair.findings.contains(&diagnosed.finding));
        repaired.map(|diagnosed| diagnosed.diagnostic.clone()).collect()
    }

    /// The edits of a repair, by files.
    fn edits<'r>(&self, repair: &'r Repair) -> Vec<(&'r str, Vec<TextEdit>)> {
        let edits = repair.edited.iter().map(|edited| {
            let edits = line_edits(&edited.before, &edited.after, self.encoding);
            (edited.path.as_str(), edits)
        });
        edits.collect()
    }

    fn suppression(&self, finding: &Finding, diagnosed: &Diagnosed) -> Option<CodeAction> {
        let site = &finding.access.site;
        let text = String::from_utf8(self.checked.overlay.read(&site.file).ok()?).ok()?;
        let (at, comment) = go_lint::suppressing_comment(&text, site.line, &finding.code, REASON)?;
        let range = Lines::new(&text, self.encoding).range(at..at);
        let edits = vec![(&*site.file, vec![TextEdit { range, new_text: comment }])];
        let title = format!("Suppress {} with a comment", finding.code);
        Some(self.action(title, vec![diagnosed.diagnostic.clone()], edits, false))
    }

    fn action(
        &self,
        title: String,
        repaired: Vec<Diagnostic>,
        edits: Vec<(&str, Vec<TextEdit>)>,
        preferred: bool,
    ) -> CodeAction {
        CodeAction {
            title,
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(repaired),
            // What was put together here is what the type holds.
            edit: serde_json::from_value(self.edit(edits)).ok(),
            is_preferred: preferred.then_some(true),
            ..CodeAction::default()
        }
    }

    /// The edit of a workspace: of certain versions of what is open, where the client knows such.
    fn edit(&self, edits: Vec<(&str, Vec<TextEdit>)>) -> Value {
        let mut files = Vec::new();
        let mut changes = Map::new();
        for (file, edits) in edits {
            let path = self.checked.overlay.path(file);
            let open = self.documents.get(&path);
            let uri = match open {
                Some(document) => Some(document.uri.clone()),
                None => uri::of_path(&path),
            };
            let Some(uri) = uri else { continue };
            let version = open.map(|document| document.version);
            let document = json!({ "uri": uri, "version": version });
            files.push(json!({ "textDocument": document, "edits": edits }));
            changes.insert(uri.as_str().to_owned(), json!(edits));
        }
        if self.versions {
            json!({ "documentChanges": files })
        } else {
            json!({ "changes": changes })
        }
    }
}

/// Whether two ranges have a place in common; a cursor has one.
fn meet(a: Range, b: Range) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// The edits that make one text of another, whole lines each.
fn line_edits(before: &str, after: &str, encoding: Encoding) -> Vec<TextEdit> {
    let lines = Lines::new(before, encoding);
    let diff = TextDiff::from_lines(before, after);
    let mut edits = Vec::new();
    for op in diff.ops().iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let offset = |line: usize| diff.iter_old_slices().take(line).map(str::len).sum::<usize>();
        let (old, new) = (op.old_range(), op.new_range());
        let new_text = diff.iter_new_slices().skip(new.start).take(new.len()).collect();
        let range = lines.range(offset(old.start)..offset(old.end));
        edits.push(TextEdit { range, new_text });
    }
    edits
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Lines, line_edits};

    #[test]
    fn edits_make_one_text_of_the_other() {
        for (before, after) in [
            ("a\nb\nc\n", "a\nx\ny\nc\n"),
            ("a\nb\n𝄞 c", "𝄞\na\nb\n𝄞 d"),
            ("", "a\n"),
            ("a\nb\n", ""),
            ("a\r\nb\r\n", "a\r\nx\r\nb\r\n"),
            ("same", "same"),
        ] {
            let lines = Lines::new(before, Encoding::Utf16);
            let mut text = before.to_owned();
            for edit in line_edits(before, after, Encoding::Utf16).iter().rev() {
                let (start, end) = (lines.offset(edit.range.start), lines.offset(edit.range.end));
                text.replace_range(start..end, &edit.new_text);
            }
            assert_eq!(text, after);
        }
    }
}
