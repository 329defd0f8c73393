//! Edits of a text, made as an editor makes them.

use serde_json::Value;

/// The text with the edits of an action for one file.
pub(crate) fn with(text: &str, edits: &Value) -> String {
    let starts = |line: u64| -> usize {
        text.split_inclusive('\n').take(usize::try_from(line).unwrap()).map(str::len).sum()
    };
    let offset = |at: &Value| {
        let start = starts(at["line"].as_u64().unwrap());
        let units = usize::try_from(at["character"].as_u64().unwrap()).unwrap();
        let line = text[start..].split('\n').next().unwrap();
        let mut seen = 0;
        let before = line.chars().take_while(|c| {
            seen += c.len_utf16();
            seen <= units
        });
        start + before.map(char::len_utf8).sum::<usize>()
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            let range = &edit["range"];
            let new = edit["newText"].as_str().unwrap();
            (offset(&range["start"]), offset(&range["end"]), new)
        })
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}
