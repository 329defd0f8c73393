//! What is shown of a map where the pointer rests: its lock and how surely that guards it, its accesses, its findings.

use super::checker::Checked;
use super::maps::{Access, Map};
use super::uri;
use finding::{DeclKind, MapKind, Operation, Site};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Range};

/// Accesses of one operation that are shown.
const SHOWN: usize = 6;
/// Maps of one name that are shown: those that calls hand to a parameter.
const MAPS: usize = 2;

/// The text on maps that stand under one name.
pub(super) fn text(checked: &Checked, maps: &[&Map], range: Range, markdown: bool) -> Hover {
    let page = Page { checked, markdown };
    let mut parts: Vec<String> = maps.iter().take(MAPS).map(|map| page.of(map)).collect();
    let more = maps.len().saturating_sub(MAPS);
    if more > 0 {
        parts.push(format!("and {more} more that calls hand to this name"));
    }
    let separator = if markdown { "\n\n---\n\n" } else { "\n\n" };
    let kind = if markdown { MarkupKind::Markdown } else { MarkupKind::PlainText };
    let contents = MarkupContent { kind, value: parts.join(separator) };
    Hover { contents: HoverContents::Markup(contents), range: Some(range) }
}

struct Page<'c> {
    checked: &'c Checked,
    markdown: bool,
}

impl Page<'_> {
    fn of(&self, map: &Map) -> String {
        let decl = &map.decl;
        let mut text = format!(
            "{}\n{}, declared at {}\n\n{}\n\n",
            self.code(&format!("{} {}", decl.path, decl.map_type.text)),
            kind(decl.decl),
            self.place(&decl.site),
            guard(map)
        );
        for operation in OPERATIONS {
            let of: Vec<&Access> =
                map.accesses.iter().filter(|access| access.operation == operation).collect();
            let Some(number) = number(of.len()) else { continue };
            let mut line = format!("- {operation} {number}:");
            for (at, access) in of.iter().take(SHOWN).enumerate() {
                let separator = if at == 0 { "" } else { ";" };
                let place = self.place(&access.site);
                line.push_str(&format!("{separator} {place} {}", access.locks));
            }
            let more = of.len().saturating_sub(SHOWN);
            if more > 0 {
                line.push_str(&format!("; and {more} more"));
            }
            text.push_str(&line);
            text.push('\n');
        }
        let about = |finding: &&finding::Finding| finding.map.id == decl.id;
        let findings: Vec<_> = self.checked.findings.iter().filter(about).collect();
        if !findings.is_empty() {
            text.push('\n');
        }
        for finding in findings {
            text.push_str(&format!(
                "- {} ({}) {}: {}\n",
                finding.code,
                finding.grade.word(),
                self.place(&finding.access.site),
                finding.message
            ));
        }
        let text = text.trim_end();
        if self.markdown { text.to_owned() } else { text.replace('`', "") }
    }

    fn code(&self, text: &str) -> String {
        if self.markdown { format!("```go\n{text}\n```\n") } else { text.to_owned() }
    }

    /// `cache.go:12`, as a link where there can be one.
    fn place(&self, site: &Site) -> String {
        let name = site.file.rsplit('/').next().unwrap_or(&site.file);
        let place = format!("{name}:{}", site.line);
        let uri = uri::of_path(&self.checked.overlay.path(&site.file));
        match uri.filter(|_| self.markdown) {
            Some(uri) => format!("[{place}]({}#L{})", uri.as_str(), site.line),
            None => place,
        }
    }
}

/// Changes first.
const OPERATIONS: [Operation; 8] = [
    Operation::Write,
    Operation::Delete,
    Operation::Clear,
    Operation::Replace,
    Operation::Iterate,
    Operation::Read,
    Operation::Clone,
    Operation::Length,
];

fn kind(kind: DeclKind) -> &'static str {
    match kind {
        DeclKind::PackageVar => "variable of the package",
        DeclKind::Field => "field",
        DeclKind::Local => "local variable",
        DeclKind::Parameter => "parameter",
        DeclKind::Element => "map within another value",
    }
}

/// Which lock guards a map, and what speaks for it.
fn guard(map: &Map) -> String {
    if map.decl.map_type.kind == MapKind::SyncMap {
        return "It needs no lock: it has its own.".to_owned();
    }
    let Some(guard) = &map.guard else {
        let why = if map.shared {
            "No lock guards it, as far as the source tells."
        } else {
            "No lock is wanted, as far as the source tells: nothing changes it once several goroutines may see it."
        };
        return why.to_owned();
    };
    let guarded = if guard.percent() >= 50 { "Guarded" } else { "Perhaps guarded" };
    let all = guard.under.saturating_add(guard.without);
    let hold = if guard.under == 1 { "holds" } else { "hold" };
    let changes = match guard.changes {
        0 => "none of them to change the map".to_owned(),
        some => format!("{some} of them to change the map"),
    };
    let beside = if guard.beside { "; it is declared beside the map" } else { "" };
    let (lock, under) = (guard.short(), guard.under);
    format!("{guarded} by `{lock}`: {under} of {all} accesses {hold} it, {changes}{beside}.")
}

/// How often, unless never.
fn number(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("once".to_owned()),
        2 => Some("twice".to_owned()),
        many => Some(format!("{many} times")),
    }
}
