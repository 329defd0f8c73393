//! Comments that suppress findings: `//tophash:ignore TH101 the map is filled before the server starts`, and
//! `//nolint:tophash // reason`.
//!
//! Such a comment stands at the end of the line that it is about, or alone on the line before. It gives a reason: without
//! one it suppresses nothing, and that is said. So is a comment that has nothing to suppress, unless it names the code of
//! another tool (`//tophash:ignore race reason`), whose output may not have been merged this time.

use crate::foreign_code;
use finding::Finding;
use go_source::Program;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The beginnings of both kinds.
const OWN: &str = "tophash:ignore";
const NOLINT: &str = "nolint:";

/// One comment.
struct Suppression {
    /// The line that it stands on.
    line: u32,
    /// The line that it is about.
    about: u32,
    /// Codes or their beginnings; all where it is empty.
    codes: Vec<String>,
    used: bool,
}

/// The comments of a program.
#[derive(Default)]
pub(crate) struct Suppressions {
    files: BTreeMap<Arc<str>, Vec<Suppression>>,
    notes: Vec<String>,
}

impl Suppressions {
    /// Reads the comments of the program's own files.
    pub(crate) fn new(program: &Program) -> Self {
        let mut found = Self::default();
        for file in program.files().iter().filter(|file| !file.is_vendored()) {
            for marker in [OWN, NOLINT] {
                for (line, alone, comment) in file.comments_with(marker) {
                    match read(comment) {
                        Some(Ok(codes)) => {
                            let about = if alone { below(file.text(), line) } else { line };
                            let of_file = found.files.entry(Arc::from(file.path())).or_default();
                            of_file.push(Suppression { line, about, codes, used: false });
                        }
                        Some(Err(wrong)) => {
                            found.notes.push(format!("{}:{line}: {wrong}", file.path()));
                        }
                        None => {}
                    }
                }
            }
        }
        found
    }

    /// Whether a comment suppresses a finding; it is used then.
    pub(crate) fn suppresses(&mut self, finding: &Finding) -> bool {
        let Some(of_file) = self.files.get_mut(&finding.access.site.file) else { return false };
        let mut suppressed = false;
        for comment in of_file.iter_mut().filter(|comment| {
            let of_code = comment.codes.iter().any(|code| finding.code.starts_with(code.as_str()));
            comment.about == finding.access.site.line && (comment.codes.is_empty() || of_code)
        }) {
            comment.used = true;
            suppressed = true;
        }
        suppressed
    }

    /// What is wrong with the comments: those that say no reason, and those that suppress nothing, of the rules that ran.
    pub(crate) fn notes(self, ran: &dyn Fn(&str) -> bool) -> Vec<String> {
        let mut notes = self.notes;
        for (file, comments) in &self.files {
            for comment in comments.iter().filter(|comment| !comment.used) {
                if comment.codes.is_empty() || comment.codes.iter().all(|code| ran(code)) {
                    notes.push(format!(
                        "{file}:{}: there is nothing to suppress here; take the comment away",
                        comment.line
                    ));
                }
            }
        }
        notes
    }
}

/// The comment that suppresses a rule's findings on a line of a file, and the offset at which it is to be inserted: alone on
/// the line before.
///
/// `None` where there is no such line, or where no comment can stand: in a text that goes over several lines. Parses the
/// file: linear in its length.
pub fn comment(text: &str, line: u32, code: &str, reason: &str) -> Option<(usize, String)> {
    let above = usize::try_from(line).ok()?.checked_sub(1)?;
    let mut lines = text.split_inclusive('\n');
    let start = lines.by_ref().take(above).map(str::len).sum();
    let line = lines.next()?;
    let (code_on_it, end) = match line.strip_suffix("\r\n") {
        Some(code_on_it) => (code_on_it, "\r\n"),
        None => (line, "\n"),
    };
    let indentation = code_on_it.len().checked_sub(code_on_it.trim_start().len())?;
    let comment = format!("{}//{OWN} {code} {reason}{end}", code_on_it.get(..indentation)?);
    let edited = format!("{}{comment}{}", text.get(..start)?, text.get(start..)?);
    let at = u32::try_from(start.checked_add(indentation)?).ok()?;
    let file = go_syntax::parse(edited);
    let stands = file.comments().spans().iter().any(|comment| comment.start == at);
    stands.then_some((start, comment))
}

/// The first line below a comment that is none itself.
fn below(text: &str, line: u32) -> u32 {
    let skipped = usize::try_from(line).unwrap_or(usize::MAX);
    let comments =
        text.lines().skip(skipped).take_while(|line| line.trim_start().starts_with("//")).count();
    line.saturating_add(1).saturating_add(u32::try_from(comments).unwrap_or(u32::MAX))
}

/// The codes that a comment suppresses; what is wrong with it; `None` where it is about something else.
fn read(comment: &str) -> Option<Result<Vec<String>, &'static str>> {
    let text = comment.strip_prefix("//")?;
    if let Some(rest) = text.strip_prefix(OWN) {
        let mut words = rest.trim().splitn(2, char::is_whitespace);
        let named = words.next().unwrap_or_default().split(',');
        let of_rule = |code: &str| Some(code.to_uppercase()).filter(|code| code.starts_with("TH"));
        let codes: Option<Vec<String>> =
            named.map(|code| of_rule(code).or_else(|| foreign_code(code))).collect();
        let Some(codes) = codes else {
            return Some(Err("write which rules are ignored: //tophash:ignore TH101 reason"));
        };
        let reason = words.next().unwrap_or_default().trim();
        return Some(if reason.is_empty() {
            Err("nothing is ignored without a reason: //tophash:ignore TH101 reason")
        } else {
            Ok(codes)
        });
    }
    // As golangci-lint has it, which knows other linters by their names.
    let rest = text.trim_start().strip_prefix(NOLINT)?;
    let (linters, reason) = rest.split_once("//").unwrap_or((rest, ""));
    let named = linters.split(',').any(|linter| linter.trim().eq_ignore_ascii_case("tophash"));
    named.then(|| {
        if reason.trim().is_empty() {
            Err("nothing is ignored without a reason: //nolint:tophash // reason")
        } else {
            Ok(Vec::new())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{comment, read};

    #[test]
    fn the_comment_that_is_offered_is_one_that_suppresses() {
        let text = "package p\r\n\r\nfunc f() {\r\n\tm[1]++\r\n}\r\n";
        let (at, line) = comment(text, 4, "TH101", "only tests call it").unwrap();
        assert_eq!(text.get(at..at + 4), Some("\tm[1"));
        assert_eq!(line, "\t//tophash:ignore TH101 only tests call it\r\n");
        assert_eq!(read(line.trim()), Some(Ok(vec!["TH101".to_owned()])));
    }

    #[test]
    fn no_comment_goes_into_a_text_or_beyond_the_file() {
        let text = "package p\n\nvar s = `\n` + m[1]\n\nvar t = 1";
        assert_eq!(comment(text, 4, "TH101", "x"), None);
        assert_eq!(comment(text, 0, "TH101", "x"), None);
        assert_eq!(comment(text, 99, "TH101", "x"), None);
        assert!(comment(text, 3, "TH101", "x").is_some());
        assert!(comment(text, 6, "TH101", "x").is_some());
    }
}
