//! The line grammar that `go.mod` and `go.work` share: directives, blocks, quotes and comments.

/// One directive with its words: `require example.com/a v1.0.0` has three.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Directive {
    /// The verb and its arguments, unquoted.
    pub(crate) words: Vec<String>,
    /// The line it stands on, from 1.
    pub(crate) line: u32,
}

/// Reads directives; a block `require ( … )` yields one for each of its lines.
///
/// The second part names lines that could not be read: an open quote or a stray parenthesis.
pub(crate) fn read(text: &str) -> (Vec<Directive>, Vec<u32>) {
    let mut directives = Vec::new();
    let mut bad = Vec::new();
    let mut block: Option<String> = None;
    for (line, number) in text.lines().zip(1u32..) {
        let Some(mut words) = words(line) else {
            bad.push(number);
            continue;
        };
        match (words.last().map(String::as_str), &block) {
            (None, _) => {}
            (Some(")"), Some(_)) if words.len() == 1 => block = None,
            (Some("("), None) if words.len() == 2 => block = words.into_iter().next(),
            (Some("(" | ")"), _) => bad.push(number),
            (Some(_), Some(verb)) => {
                words.insert(0, verb.clone());
                directives.push(Directive { words, line: number });
            }
            (Some(_), None) => directives.push(Directive { words, line: number }),
        }
    }
    (directives, bad)
}

/// The words of one line, or `None` where a quote stays open. `//` begins a comment.
fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            break;
        }
        let (word, after) = match first {
            '"' | '`' => {
                let inner = rest.strip_prefix(first)?;
                let (word, after) = inner.split_once(first)?;
                (word, after)
            }
            '(' | ')' | ',' => rest.split_at_checked(1)?,
            _ => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
                    .unwrap_or(rest.len());
                let comment = rest.find("//").filter(|at| *at < end && *at > 0).unwrap_or(end);
                rest.split_at_checked(comment)?
            }
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    Some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_quotes_and_comments_are_read() {
        let text = "module \"example.com/a b\" // name\nrequire (\n\tx.y/z v1 // indirect\n\n)\ngo 1.21\nuse(\n./a\n)\n";
        let (directives, bad) = read(text);
        let words: Vec<_> = directives.iter().map(|directive| directive.words.join("|")).collect();
        assert_eq!(words, ["module|example.com/a b", "require|x.y/z|v1", "go|1.21", "use|./a"]);
        assert!(bad.is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_named_and_skipped() {
        let (directives, bad) = read("module \"open\n)\ngo 1.22\n");
        assert_eq!(directives.len(), 1);
        assert_eq!(bad, [1, 2]);
    }
}
