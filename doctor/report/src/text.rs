//! Small work on text: cleaning what came from outside, wrapping, cutting, counting.

/// `1 map`, `2 maps`: a number with its noun. The plural is given where `s` does not make it.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { many })
}

/// A number with its digits in groups of three: `12,345`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len().saturating_add(6));
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// One line without control characters: what came from outside cannot move the cursor.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| if c == '\t' || c == '\n' { ' ' } else { c })
        .filter(|c| !c.is_control() && !turns_text(*c))
        .collect()
}

/// Characters that make a terminal show text in another order than it is in (Unicode Standard Annex 9).
fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text of a block: line breaks and tabs stay, other control characters go.
pub(crate) fn clean_block(text: &str) -> String {
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

/// At most `width` characters, the cut marked by `…`.
pub(crate) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(width.saturating_sub(1)).collect();
    out.push('…');
    out
}

/// At most `width` characters, those of the end; the cut is marked by `…`.
pub(crate) fn cut_front(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let mut out = "…".to_owned();
    out.extend(text.chars().skip(length.saturating_sub(width).saturating_add(1)));
    out
}

/// Wraps at spaces to lines of at most `width` characters; a longer word stands alone.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0usize;
    for word in text.split_whitespace() {
        let word_length = word.chars().count();
        if !line.is_empty() && length.saturating_add(1).saturating_add(word_length) > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if !line.is_empty() {
            line.push(' ');
            length = length.saturating_add(1);
        }
        line.push_str(word);
        length = length.saturating_add(word_length);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Appends wrapped text: the first line after `first`, the others after as many spaces as `first`
/// is wide on the screen.
pub(crate) fn hanging(out: &mut String, first: &str, indent: usize, text: &str, width: usize) {
    let room = width.saturating_sub(indent).max(20);
    let lines = wrap(&clean(text), room);
    out.push_str(first);
    for (index, line) in lines.iter().enumerate() {
        if index > 0 {
            out.extend(std::iter::repeat_n(' ', indent));
        }
        out.push_str(line);
        out.push('\n');
    }
    if lines.is_empty() {
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nouns_agree_with_their_numbers() {
        assert_eq!(count(0, "map", "maps"), "0 maps");
        assert_eq!(count(1, "map", "maps"), "1 map");
        assert_eq!(count(1234, "access", "accesses"), "1,234 accesses");
        assert_eq!(grouped(100), "100");
        assert_eq!(grouped(1_000_000), "1,000,000");
    }

    #[test]
    fn text_from_outside_cannot_move_the_cursor() {
        assert_eq!(clean("a\x1b[2Jb\tc\rd"), "a[2Jb cd");
    }

    #[test]
    fn wrapping_keeps_every_word() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("averyveryverylongword x", 5), ["averyveryverylongword", "x"]);
        assert!(wrap("  ", 5).is_empty());
    }

    #[test]
    fn cuts_count_characters_and_not_bytes() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äö…");
    }
}
