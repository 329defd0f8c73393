//! Phrases of verdicts and steps.

use finding::{Operation, Site, Subject};

/// `1 place`, `2 places`.
pub(crate) fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// How a sentence calls the subject.
pub(crate) fn subject(subject: &Subject) -> String {
    match subject {
        Subject::Named { map, .. } => map.path.to_string(),
        Subject::Ambiguous { candidates, .. } => {
            let names: Vec<_> =
                candidates.iter().map(|candidate| candidate.map.path.to_string()).collect();
            match names.as_slice() {
                [rest @ .., last] if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
                _ => names.join(""),
            }
        }
        Subject::Unnamed { .. } => "a map".to_owned(),
        Subject::NotAMap { .. } => "no map".to_owned(),
    }
}

/// A function without its import path: `(*Cache).Put`, `status.Load`, `main`'s own by their name.
pub(crate) fn function(symbol: &str) -> String {
    let last = symbol.rsplit('/').next().unwrap_or(symbol);
    match last.split_once('.') {
        Some((_, method)) if method.starts_with('(') => method.to_owned(),
        Some(("main", function)) => function.to_owned(),
        _ => last.to_owned(),
    }
}

/// ` in (*Cache).Put at cache.go:12`, leaving out what is unknown.
pub(crate) fn whereabouts(site: &Site) -> String {
    let mut out = String::new();
    if let Some(symbol) = &site.function {
        out.push_str(&format!(" in {}", function(symbol)));
    }
    if !site.file.is_empty() {
        out.push_str(&format!(" at {site}"));
    }
    out
}

/// `was reading`, `was writing to`, … of the faulting goroutine.
pub(crate) fn was_doing(operation: Operation) -> &'static str {
    match operation {
        Operation::Read => "was reading",
        Operation::Write => "was writing to",
        Operation::Delete => "was deleting from",
        Operation::Iterate => "was iterating",
        Operation::Clear => "was clearing",
        Operation::Clone => "was cloning",
        Operation::Length => "was taking the length of",
        Operation::Replace => "was replacing",
    }
}
