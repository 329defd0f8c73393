//! Places in a text as editors count them: lines and columns from 0, columns in units of UTF-16 unless another encoding was
//! agreed on.

use lsp_types::{ClientCapabilities, Position, PositionEncodingKind, Range};
use std::ops::Range as Span;

/// What columns count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Bytes, as Go's tools do.
    Utf8,
    /// Units of UTF-16, which every client understands.
    Utf16,
}

impl Encoding {
    /// Bytes where a client can count them.
    pub(super) fn agreed(client: &ClientCapabilities) -> Self {
        let offered = client.general.as_ref().and_then(|all| all.position_encodings.as_deref());
        if offered.is_some_and(|kinds| kinds.contains(&PositionEncodingKind::UTF8)) {
            Self::Utf8
        } else {
            Self::Utf16
        }
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn length(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
        }
    }
}

/// A text by its lines, which end with `\n`.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    /// Linear in the text.
    pub(super) fn new(text: &'t str, encoding: Encoding) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at.saturating_add(1))).collect();
        Self { text, starts, encoding }
    }

    /// Where a position is in the text: the end of its line for columns beyond it, the end of the text for lines beyond it.
    pub(super) fn offset(&self, position: Position) -> usize {
        let line = usize::try_from(position.line).unwrap_or(usize::MAX);
        let Some(&start) = self.starts.get(line) else { return self.text.len() };
        let wanted = usize::try_from(position.character).unwrap_or(usize::MAX);
        let (mut units, mut bytes) = (0usize, 0usize);
        for character in self.line(line).chars() {
            units = units.saturating_add(self.encoding.length(character));
            // Within a character is before it.
            if units > wanted {
                break;
            }
            bytes = bytes.saturating_add(character.len_utf8());
        }
        start.saturating_add(bytes)
    }

    /// The position of a place in the text.
    pub(super) fn position(&self, offset: usize) -> Position {
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let start = self.starts.get(line).copied().unwrap_or(0);
        let before = offset.saturating_sub(start);
        let mut bytes = 0usize;
        let units = self.line(line).chars().take_while(|character| {
            bytes = bytes.saturating_add(character.len_utf8());
            bytes <= before
        });
        let units = units.map(|character| self.encoding.length(character)).sum();
        Position { line: number(line), character: number(units) }
    }

    /// The range between two places.
    pub(super) fn range(&self, span: Span<usize>) -> Range {
        Range { start: self.position(span.start), end: self.position(span.end) }
    }

    /// The place of an expression that begins at a line and a byte column, both from 1; where it is not there, the rest of
    /// the line without what is blank at its end; where no column is known, the line without its indentation.
    pub(super) fn expression(&self, line: u32, column: u32, expression: &str) -> Range {
        let line = usize::try_from(line).unwrap_or(0).saturating_sub(1);
        let Some(&start) = self.starts.get(line) else { return Range::default() };
        let text = self.line(line);
        let indentation = text.len().saturating_sub(text.trim_start().len());
        let column = match usize::try_from(column) {
            Ok(column) if column > 0 => column.saturating_sub(1),
            _ => indentation,
        };
        let Some(rest) = text.get(column..) else { return self.range(start..start) };
        let length = if !expression.is_empty() && rest.starts_with(expression) {
            expression.len()
        } else {
            rest.trim_end().len()
        };
        let at = start.saturating_add(column);
        self.range(at..at.saturating_add(length))
    }

    /// A line, counted from 0, without its end.
    fn line(&self, line: usize) -> &'t str {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let end = self.starts.get(line.saturating_add(1)).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..end).unwrap_or_default();
        let text = text.strip_suffix('\n').unwrap_or(text);
        text.strip_suffix('\r').unwrap_or(text)
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Encoding, Lines};
    use lsp_types::Position;

    /// Two bytes and one unit, three and one, four and two.
    const TEXT: &str = "äöü\n\t€ := m[\"𝄞\"] // 𝄞\r\n\nlast";

    fn at(line: u32, character: u32) -> Position {
        Position { line, character }
    }

    #[test]
    fn columns_count_units_of_the_encoding() {
        let map = TEXT.find("m[").unwrap();
        let after = TEXT.find("] //").unwrap();
        for (encoding, of_map, of_after) in [(Encoding::Utf16, 6, 12), (Encoding::Utf8, 8, 16)] {
            let lines = Lines::new(TEXT, encoding);
            assert_eq!(lines.position(map), at(1, of_map));
            assert_eq!(lines.position(after), at(1, of_after));
            assert_eq!(lines.offset(at(1, of_map)), map);
            assert_eq!(lines.offset(at(1, of_after)), after);
        }
    }

    #[test]
    fn every_place_is_found_again() {
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            let lines = Lines::new(TEXT, encoding);
            for (offset, _) in TEXT.char_indices().filter(|(_, c)| *c != '\r' && *c != '\n') {
                assert_eq!(lines.offset(lines.position(offset)), offset);
            }
        }
    }

    #[test]
    fn positions_beyond_a_line_or_within_a_character_are_brought_back() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        assert_eq!(lines.offset(at(0, 99)), 6);
        assert_eq!(lines.offset(at(1, 999)), TEXT.find('\r').unwrap());
        assert_eq!(lines.offset(at(9, 0)), TEXT.len());
        assert_eq!(lines.offset(at(1, 10)), TEXT.find('𝄞').unwrap());
        assert_eq!(lines.position(999), at(3, 4));
    }

    #[test]
    fn an_expression_is_underlined_whole() {
        let lines = Lines::new(TEXT, Encoding::Utf16);
        let range = lines.expression(2, 9, "m");
        assert_eq!((range.start, range.end), (at(1, 6), at(1, 7)));
        // Where something else stands there, the rest of the line.
        let range = lines.expression(2, 9, "c.m");
        assert_eq!((range.start, range.end), (at(1, 6), at(1, 19)));
        let range = lines.expression(2, 0, "");
        assert_eq!(range.start, at(1, 1));
        // In the middle of a character, or nowhere.
        assert_eq!(lines.expression(2, 3, "m").start, at(1, 0));
        assert_eq!(lines.expression(99, 1, "m").start, at(0, 0));
    }
}
