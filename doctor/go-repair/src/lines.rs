//! How a statement lies in the lines of its file: alone or not, how far in, until where.

use crate::edit::Edit;
use go_syntax::Node;

/// True when the statements are the only ones on their lines.
pub(crate) fn alone(text: &str, start: u32, end: u32) -> bool {
    let (Ok(start), Ok(end)) = (usize::try_from(start), usize::try_from(end)) else { return false };
    let before = text.get(..start).unwrap_or_default().rsplit('\n').next().unwrap_or_default();
    let after = text.get(end..).unwrap_or_default().split('\n').next().unwrap_or_default().trim();
    before.trim().is_empty() && (after.is_empty() || after.starts_with("//"))
}

/// Offset of the end of the line that an offset is in.
pub(crate) fn line_end(text: &str, offset: u32) -> u32 {
    let rest = usize::try_from(offset).ok().and_then(|at| text.get(at..)).unwrap_or_default();
    let length = rest.find('\n').unwrap_or(rest.len());
    offset.saturating_add(u32::try_from(length).unwrap_or(0))
}

/// The white space at the beginning of the line that an offset is in.
pub(crate) fn indent_of(text: &str, offset: u32) -> String {
    let before = usize::try_from(offset).ok().and_then(|at| text.get(..at)).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let rest = usize::try_from(offset).ok().and_then(|at| text.get(at..)).unwrap_or_default();
    let whole = format!("{line}{}", rest.split('\n').next().unwrap_or_default());
    whole.chars().take_while(|c| matches!(c, ' ' | '\t')).collect()
}

/// The beginning of the comment lines directly above the line of an offset, or of that line.
pub(crate) fn before_comments(text: &str, offset: u32) -> u32 {
    let until = usize::try_from(offset).unwrap_or(usize::MAX);
    let before = text.get(..until).unwrap_or_default();
    let mut at = before.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
    loop {
        let above = text.get(..at.saturating_sub(1)).unwrap_or_default();
        let start = above.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
        if at == 0 || !above.get(start..).unwrap_or_default().trim_start().starts_with("//") {
            return u32::try_from(at).unwrap_or(offset);
        }
        at = start;
    }
}

/// The line of a statement that stands alone in it, without its indentation, and the edit that takes it out. With it goes
/// an empty line that would be left over.
pub(crate) fn without_line(text: &str, statement: Node<'_>) -> Option<(String, Edit)> {
    let (start, end) = (statement.start(), statement.end());
    if !alone(text, start, end) {
        return None;
    }
    let at = usize::try_from(start).ok()?;
    let first = text.get(..at)?.rfind('\n').map_or(0, |newline| newline.saturating_add(1));
    let last = usize::try_from(line_end(text, end)).ok()?;
    let line = text.get(at..last)?.trim_end().to_owned();
    let above = text.get(..first)?.trim_end_matches('\n');
    let blank_above = first.saturating_sub(above.len()) > 1;
    let rest = text.get(last..)?.strip_prefix('\n')?;
    let mut until = last.saturating_add(1);
    let opens = above.ends_with('{') || above.ends_with(':');
    if (blank_above || opens) && rest.starts_with('\n') {
        until = until.saturating_add(1);
    }
    // Nor does a block end with one.
    let closes = blank_above && rest.trim_start().starts_with('}');
    let from = if closes { above.len().saturating_add(1) } else { first };
    let removed = Edit {
        start: u32::try_from(from).ok()?,
        end: u32::try_from(until).ok()?,
        text: String::new(),
    };
    Some((line, removed))
}
