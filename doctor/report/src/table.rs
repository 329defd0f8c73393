//! A table of text whose columns are as wide as they need to be.

use crate::style::paint;
use crate::text::{cut, cut_front};
use anstyle::Style;

/// Characters of a cell that are shown, so that one long name does not push the others away.
const WIDEST: usize = 44;

/// Characters of a last cell that must fit for it to be shown at all.
const LEAST: usize = 8;

/// Characters that a column of places keeps where the terminal is narrow.
const NARROWEST: usize = 24;

/// A cell: text and its style.
pub(crate) struct Cell {
    text: String,
    style: Style,
    /// True where the end says more than the beginning, as in a path.
    keeps_end: bool,
}

impl Cell {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::styled(text, Style::new())
    }

    /// A place: where it is too long its end is shown, which holds the file and the line.
    pub(crate) fn place(text: &str, style: Style) -> Self {
        Self { text: cut_front(text, WIDEST), style, keeps_end: true }
    }

    pub(crate) fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: cut(&text.into(), WIDEST), style, keeps_end: false }
    }

    fn fit(&self, room: usize) -> String {
        if self.keeps_end { cut_front(&self.text, room) } else { cut(&self.text, room) }
    }
}

/// Renders rows after `indent` spaces with two spaces between columns, cut to `width`.
///
/// Empty columns take no room. Where the lines would be too long, columns of places give up the
/// beginning of their paths first; then cells at the end are cut or left out.
pub(crate) fn render(rows: &[Vec<Cell>], indent: usize, width: usize) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mut widths = vec![0usize; columns];
    for row in rows {
        for (cell, widest) in row.iter().zip(widths.iter_mut()) {
            *widest = (*widest).max(cell.text.chars().count());
        }
    }
    narrow(rows, &mut widths, indent, width);
    let mut out = String::new();
    for row in rows {
        let mut used = indent;
        let mut line: String = std::iter::repeat_n(' ', indent).collect();
        let last = row.iter().rposition(|cell| !cell.text.is_empty()).unwrap_or(0);
        for (index, (cell, column)) in row.iter().zip(&widths).enumerate() {
            if *column == 0 || index > last {
                continue;
            }
            let room = width.saturating_sub(used);
            if index == last || room < *column {
                if cell.text.chars().count() <= room || room >= LEAST {
                    line.push_str(&paint(cell.style, cell.fit(room)));
                }
                break;
            }
            let text = cell.fit(*column);
            line.push_str(&paint(cell.style, &text));
            let padding = column.saturating_sub(text.chars().count()).saturating_add(2);
            line.extend(std::iter::repeat_n(' ', padding));
            used = used.saturating_add(*column).saturating_add(2);
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Takes the room that is missing from the columns of places, but for the last column, which is
/// cut where the line ends: room is made for its beginning, or else none for it at all.
fn narrow(rows: &[Vec<Cell>], widths: &mut [usize], indent: usize, width: usize) {
    let of_places =
        |index: usize| rows.iter().any(|row| row.get(index).is_some_and(|cell| cell.keeps_end));
    let Some(last) = widths.iter().rposition(|column| *column > 0) else { return };
    let to_give: usize = widths
        .iter()
        .enumerate()
        .take(last)
        .filter(|(index, _)| of_places(*index))
        .map(|(_, column)| column.saturating_sub(NARROWEST))
        .sum();
    let before: usize = widths
        .iter()
        .take(last)
        .filter(|column| **column > 0)
        .map(|column| column.saturating_add(2))
        .sum();
    let before = indent.saturating_add(before);
    let least = widths.get(last).map_or(0, |column| (*column).min(LEAST));
    let with_last = before.saturating_add(least).saturating_sub(width);
    let mut missing = if with_last <= to_give {
        with_last
    } else {
        before.saturating_sub(2).saturating_sub(width)
    };
    for (index, column) in widths.iter_mut().enumerate().take(last) {
        if of_places(index) {
            let given = missing.min(column.saturating_sub(NARROWEST));
            *column = column.saturating_sub(given);
            missing = missing.saturating_sub(given);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_and_empty_ones_vanish() {
        let rows = vec![
            vec![Cell::new("a"), Cell::new(""), Cell::new("long")],
            vec![Cell::new("bbb"), Cell::new(""), Cell::new("x")],
        ];
        assert_eq!(render(&rows, 2, 80), "  a    long\n  bbb  x\n");
        assert_eq!(render(&[], 2, 80), "");
    }

    #[test]
    fn a_long_place_keeps_its_end() {
        let place = format!("{}/registry.go:70", "a".repeat(80));
        let text = render(&[vec![Cell::place(&place, Style::new())]], 0, 80);
        assert!(text.trim_end().ends_with("/registry.go:70"), "{text}");
        assert_eq!(text.trim_end().chars().count(), WIDEST);
        let rows = [vec![Cell::new("name"), Cell::place("internal/registry.go:70", Style::new())]];
        assert_eq!(render(&rows, 0, 27), "name  …ernal/registry.go:70\n");
    }

    #[test]
    fn places_make_room_for_what_follows_them() {
        let place = Cell::place("internal/some/folder/registry.go:70", Style::new());
        let rows = [vec![place, Cell::new("writes"), Cell::new("faulting")]];
        assert_eq!(render(&rows, 0, 46), "…/some/folder/registry.go:70  writes  faulting\n");
    }
}
