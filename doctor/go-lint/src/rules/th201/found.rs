//! Whether entries of a map were found before a write, so that it is none that is nil.

use finding::Operation;
use go_source::{Program, Shape, SourceAccess};

/// Whether a write stands in a loop over the map, or where a key of it was found.
pub(super) fn was_found(
    program: &Program,
    accesses: &[&SourceAccess],
    write: &SourceAccess,
) -> bool {
    let at = write.placement.operation.start;
    let text = program.file(&write.access.site.file).map_or("", |file| file.text());
    accesses.iter().filter(|access| access.function == write.function).any(|access| {
        let place = &access.placement;
        match access.access.operation {
            Operation::Iterate => place.statement.start < at && at < place.statement.end,
            Operation::Read if place.shape == Shape::CommaOk && place.operation.end <= at => {
                let part = |from: u32, to: u32| {
                    let number = |at: u32| usize::try_from(at).unwrap_or(usize::MAX);
                    text.get(number(from)..number(to)).unwrap_or_default()
                };
                let before = part(place.statement.start, place.operation.start);
                found_by(before, part(place.operation.end, at))
            }
            _ => false,
        }
    })
}

/// Whether what follows a look is reached only where it found something: from the text before it, `if v, ok := `, and from
/// the text between it and a place that follows.
fn found_by(before: &str, between: &str) -> bool {
    let names = before.trim_end().trim_end_matches(['=', ':']);
    let ok = names.rsplit([',', ';']).next().unwrap_or_default().trim();
    let is_name = ok.chars().all(|c| c.is_alphanumeric() || c == '_') && ok != "_";
    if ok.is_empty() || !is_name {
        return false;
    }
    for (at, _) in between.match_indices(ok) {
        let (head, rest) = (between.get(..at).unwrap_or_default(), between.get(at..));
        let rest = rest.unwrap_or_default();
        let Some((condition, body)) = rest.split_once('{') else { continue };
        if condition.contains('\n') {
            continue;
        }
        let head = head.trim_end();
        let missing = head.ends_with('!');
        if missing {
            // `if !ok { return }`
            let block = body.split_once('}').map(|(block, _)| block);
            let ends = ["return", "continue", "break", "panic("];
            if block.is_some_and(|block| ends.iter().any(|end| block.contains(end))) {
                return true;
            }
        } else if (head.ends_with("if") || head.ends_with(';'))
            && !condition.contains("||")
            && stays_open(body)
        {
            return true;
        }
    }
    false
}

/// Whether a block that began before a text is still open at its end.
fn stays_open(body: &str) -> bool {
    let mut depth = 0i32;
    body.chars().all(|c| {
        match c {
            '{' => depth = depth.saturating_add(1),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth >= 0
    })
}

#[cfg(test)]
mod tests {
    use super::found_by;

    #[test]
    fn what_was_found_is_told_from_what_was_not() {
        for (before, between, found) in [
            ("if _, ok := ", "; ok {\n\t", true),
            ("if v, ok := ", "; ok {\n\tif v {\n\t}\n\t", true),
            ("if v, ok := ", "; ok {\n\tf()\n}\n", false),
            ("if _, ok := ", "; !ok {\n\t", false),
            ("if _, ok := ", "; !ok {\n\treturn\n}\n", true),
            ("v, has := ", "\nif !has {\n\treturn nil\n}\n", true),
            ("v, has := ", "\nif !has {\n\tv = 1\n}\n", false),
            ("v, has := ", "\nif has {\n\t", true),
            ("v, _ := ", "\nif v {\n\t", false),
            ("v := ", "\n", false),
        ] {
            assert_eq!(found_by(before, between), found, "{before}…{between}");
        }
    }
}
