//! Columns as `gofmt` aligns them, where an edit makes a line longer or takes one out.

use crate::edit::Edit;
use crate::lines::{before_comments, line_end};
use go_syntax::ast::{CompositeLit, KeyValueExpr};
use go_syntax::{File, Kind, Node, View};

/// Keys longer than this are aligned by their relative lengths.
const SHORT_KEY: usize = 40;

/// An edit inside of a line together with those that align the comments at the ends of the lines around it; `None` where
/// other columns move too.
pub(crate) fn comments(file: &File, text: &str, edit: Edit) -> Option<Vec<Edit>> {
    if slice(text, edit.start, edit.end)?.contains('\n') {
        return None;
    }
    let line = file.line_col(edit.start).line;
    if trailing(file, text, line).is_none() {
        return Some(vec![edit]);
    }
    let mut first = line;
    while trailing(file, text, first.saturating_sub(1)).is_some() {
        first = first.saturating_sub(1);
    }
    let mut last = line;
    while trailing(file, text, last.saturating_add(1)).is_some() {
        last = last.saturating_add(1);
    }
    let mut ends: Vec<(usize, u32, u32)> = Vec::new();
    for at in first..=last {
        let (start, comment) = trailing(file, text, at)?;
        let code = slice(text, start, comment)?.trim_end();
        if code.contains('`') {
            return None;
        }
        let end = start.checked_add(u32::try_from(code.len()).ok()?)?;
        let mut width = code.chars().count();
        if at == line {
            let old = slice(text, edit.start, edit.end)?.chars().count();
            width = width.checked_add(edit.text.chars().count())?.checked_sub(old)?;
        }
        ends.push((width, end, comment));
    }
    let widest = ends.iter().map(|(width, _, _)| *width).max()?;
    let mut edits = vec![edit];
    for (width, end, comment) in ends {
        let spaces = " ".repeat(widest.checked_sub(width)?.checked_add(1)?);
        edits.push(Edit { start: end, end: comment, text: spaces });
    }
    Some(edits)
}

/// The beginning of a line that has code and then a comment, and of that comment.
fn trailing(file: &File, text: &str, line: u32) -> Option<(u32, u32)> {
    let start = file.lines().line_start(line).filter(|_| line > 0)?;
    let end = line_end(text, start);
    let comment =
        file.comments().spans().iter().find(|span| start <= span.start && span.end <= end)?;
    let code = slice(text, start, comment.start)?;
    let whole = comment.end == end;
    (!code.trim().is_empty() && whole).then_some((start, comment.start))
}

/// Takes a field out of a literal; `None` where what is left cannot be surely aligned.
pub(crate) fn without(
    text: &str,
    literal: CompositeLit<'_>,
    pair: KeyValueExpr<'_>,
) -> Option<Vec<Edit>> {
    let elements: Vec<Node<'_>> = literal.elements().map(View::node).collect();
    let at = elements.iter().position(|element| *element == pair.node())?;
    let before = at.checked_sub(1).and_then(|at| elements.get(at)).copied();
    let after = elements.get(at.checked_add(1)?).copied();
    let remove = |start, end| Edit { start, end, text: String::new() };
    let close = literal.node().end().checked_sub(1)?;
    if before.is_none() && after.is_none() {
        let inside = slice(text, literal.lbrace().checked_add(1)?, close)?;
        let comment = inside.contains("//") || inside.contains("/*");
        return (!comment).then(|| vec![remove(literal.lbrace().saturating_add(1), close)]);
    }
    if !literal.node().text().contains('\n') {
        return Some(vec![match (before, after) {
            (Some(before), _) => remove(before.end(), pair.node().end()),
            (None, after) => remove(pair.node().start(), after?.start()),
        }]);
    }
    let file = literal.node().file();
    let line = |offset: u32| file.line_col(offset).line;
    let (start, end) = (pair.node().start(), pair.node().end());
    let from = file.lines().line_start(line(start))?;
    let until = line_end(text, end);
    let rest = slice(text, end, until)?.trim();
    let alone = slice(text, from, start)?.trim().is_empty() && rest == ",";
    if !alone || before_comments(text, start) != from {
        return None;
    }
    let mut edits = vec![remove(from, until.checked_add(1)?)];
    // Lines that follow each other are aligned, and are more once the one between them is gone.
    let mut run: Vec<KeyValueExpr<'_>> = Vec::new();
    let mut next = line(start);
    for element in elements.get(..at)?.iter().rev() {
        let Some(known) =
            in_line(*element).filter(|_| line(element.end()).saturating_add(1) == next)
        else {
            break;
        };
        next = line(element.start());
        run.push(known);
    }
    let mut last = line(end);
    for element in elements.get(at.checked_add(1)?..)? {
        let Some(known) =
            in_line(*element).filter(|_| last.saturating_add(1) == line(element.start()))
        else {
            break;
        };
        last = line(element.start());
        run.push(known);
    }
    let width = |pair: &KeyValueExpr<'_>| pair.key().node().text().chars().count();
    let widest = run.iter().map(width).max().unwrap_or(0);
    for pair in run {
        let line_of = line(pair.node().start());
        if widest > SHORT_KEY || trailing(file, text, line_of).is_some() {
            return None;
        }
        let spaces = " ".repeat(widest.checked_sub(width(&pair))?.checked_add(1)?);
        let (colon, value) = (pair.colon().checked_add(1)?, pair.value().node().start());
        if slice(text, colon, value)? != spaces {
            edits.push(Edit { start: colon, end: value, text: spaces });
        }
    }
    Some(edits)
}

/// A field and its value on one line.
fn in_line(element: Node<'_>) -> Option<KeyValueExpr<'_>> {
    let pair = element.cast::<KeyValueExpr<'_>>()?;
    (element.kind() == Kind::KeyValueExpr && !element.text().contains('\n')).then_some(pair)
}

/// The text between two offsets.
pub(crate) fn slice(text: &str, start: u32, end: u32) -> Option<&str> {
    text.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
}
