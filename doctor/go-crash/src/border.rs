//! Takes off what people and programs draw around each line: the borders of a box, the `>` of a
//! quotation, and the `+` or `-` of a patch.

/// Vertical lines of boxes: light, heavy, double, and the dashed kinds some programs prefer.
const BARS: [&[u8]; 5] =
    ["│".as_bytes(), "┃".as_bytes(), "║".as_bytes(), "┆".as_bytes(), "┊".as_bytes()];

/// A reply to a reply to a reply; deeper than this nobody quotes.
const DEEPEST: usize = 8;

/// The line without its border. What stands inside keeps its indentation.
pub(crate) fn inside(line: &[u8]) -> &[u8] {
    let mut text = line;
    for _ in 0..DEEPEST {
        let Some(inner) = text.strip_prefix(b">") else {
            break;
        };
        text = without_space(inner);
    }
    let of_patch = match text {
        [b'+', rest @ ..] => !rest.starts_with(b"0x"),
        // A list's item has a blank behind its dash; a line of a patch is a heading, call or place.
        [b'-', next, ..] => !matches!(next, b' ' | b'-'),
        _ => false,
    };
    if of_patch {
        text = text.get(1..).unwrap_or_default();
    }
    // Bars begin with this byte and end with one above ASCII; most lines do neither.
    let body = text.trim_ascii_start();
    if body.first() == Some(&0xe2) {
        if let Some(inner) = BARS.iter().find_map(|bar| body.strip_prefix(*bar)) {
            text = without_space(inner);
        }
    }
    let body = text.trim_ascii_end();
    if body.last().is_some_and(|byte| !byte.is_ascii()) {
        if let Some(inner) = BARS.iter().find_map(|bar| body.strip_suffix(*bar)) {
            text = inner.trim_ascii_end();
        }
    }
    text
}

fn without_space(text: &[u8]) -> &[u8] {
    text.strip_prefix(b" ").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::inside;

    #[test]
    fn borders_and_quotes_come_off_and_indentation_stays() {
        for (line, text) in [
            ("│ goroutine 7 [running]:        │", "goroutine 7 [running]:"),
            ("  ┃     /src/main.go:9 +0x45   ┃ ", "    /src/main.go:9 +0x45"),
            ("╷", "╷"),
            ("│", ""),
            ("> > \tmain.go:3", "\tmain.go:3"),
            (">> main.main()", "main.main()"),
            ("+\tmain.go:3 +0x4", "\tmain.go:3 +0x4"),
            ("+0x45", "+0x45"),
            ("-\tmain.go:3 +0x4", "\tmain.go:3 +0x4"),
            ("-goroutine 7 [running]:", "goroutine 7 [running]:"),
            ("- fatal error: x", "- fatal error: x"),
            ("--- FAIL: TestPut (0.00s)", "--- FAIL: TestPut (0.00s)"),
            ("-", "-"),
            ("a > b │ c", "a > b │ c"),
            ("\t/src/é", "\t/src/é"),
        ] {
            assert_eq!(inside(line.as_bytes()), text.as_bytes(), "{line}");
        }
    }
}
