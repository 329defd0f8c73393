//! Which tool and which check an entry comes from, by what the forms say of it.

use crate::vet;
use std::sync::Arc;

/// Longest name of a tool or a check.
const LONGEST: usize = 64;

/// A tool, its check, and what is left of the message.
pub(crate) type Said<'m> = (Arc<str>, Arc<str>, &'m str);

/// A name with nothing in it that could end a line or a column of ours: letters, digits and `-_./`.
pub(crate) fn name(text: &str) -> Arc<str> {
    let kept = |c: char| if c.is_alphanumeric() || "-_./".contains(c) { c } else { '-' };
    text.trim().chars().take(LONGEST).map(kept).collect::<String>().into()
}

/// The name of a tool as codes begin: in small letters, and without a colon.
pub(crate) fn tool(text: &str) -> Arc<str> {
    match text.trim().to_lowercase().as_str() {
        "go vet" | "govet" | "vet" => "vet".into(),
        "golangci-lint" => "golangci".into(),
        other => name(other),
    }
}

/// An entry of staticcheck.
pub(crate) fn staticcheck(check: &str) -> (Arc<str>, Arc<str>) {
    ("staticcheck".into(), name(check))
}

/// An entry of `go vet` whose text does not name the analyser.
pub(crate) fn vet(message: &str) -> (Arc<str>, Arc<str>) {
    ("vet".into(), vet::analyser(message).unwrap_or_default().into())
}

/// An entry of a linter that golangci-lint runs: its message begins with the check of most of them.
pub(crate) fn linter<'m>(linter: &str, message: &'m str) -> Said<'m> {
    let (check, rest) = match message.split_once(": ") {
        Some((check, rest)) if !check.is_empty() && !check.contains(' ') => (check, rest),
        _ => ("", message),
    };
    match linter {
        "govet" if vet::is_analyser(check) => ("vet".into(), name(check), rest),
        "govet" => {
            let (tool, check) = vet(message);
            (tool, check, message)
        }
        "staticcheck" | "gosimple" | "stylecheck" | "unused" if is_check(check) => {
            ("staticcheck".into(), name(check), rest)
        }
        "unused" => ("staticcheck".into(), "U1000".into(), message),
        _ if is_check(check) => (tool(linter), name(check), rest),
        _ => ("golangci".into(), name(linter), message),
    }
}

/// The message of a line, with its tool: a check of staticcheck or a linter of golangci-lint stands in parentheses at the end,
/// and `go vet` prints none.
pub(crate) fn of_line(message: &str) -> Said<'_> {
    let inner = message.strip_suffix(')').and_then(|text| text.rsplit_once(" ("));
    match inner {
        Some((rest, check)) if is_check(check) || check == "compile" => {
            let (tool, check) = staticcheck(check);
            (tool, check, rest)
        }
        Some((rest, name)) if is_linter(name) => linter(name, rest),
        _ => {
            let (tool, check) = vet(message);
            (tool, check, message)
        }
    }
}

/// `SA5000`, `S1036`, `G104`: capitals, then digits.
pub(crate) fn is_check(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let capitals = text.len().saturating_sub(digits.len());
    (1..=4).contains(&capitals)
        && (3..=5).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// `govet`, `errcheck`: a word in small letters.
fn is_linter(text: &str) -> bool {
    text.len() > 2
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}
