//! How a statement lies in the lines of its file: alone or not, how far in, until where.

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
