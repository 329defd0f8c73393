//! How tracebacks print a symbol: without the types that a generic function was made for.
//!
//! Read in `runtime/symtab.go` (`funcNameForPrint`) of Go 1.21 and 1.27.

use std::borrow::Cow;

/// The name of a function as tracebacks print it: `slices.Sort[...]` for `slices.Sort[go.shape.[]int]`.
///
/// Linear in its length.
#[must_use]
pub fn as_printed(symbol: &str) -> Cow<'_, str> {
    if !symbol.contains('[') {
        return Cow::Borrowed(symbol);
    }
    let mut printed = String::with_capacity(symbol.len());
    let mut depth = 0_u32;
    for character in symbol.chars() {
        match character {
            '[' => {
                if depth == 0 {
                    printed.push_str("[...]");
                }
                depth = depth.saturating_add(1);
            }
            ']' => depth = depth.saturating_sub(1),
            other if depth == 0 => printed.push(other),
            _ => {}
        }
    }
    Cow::Owned(printed)
}

#[cfg(test)]
mod tests {
    use super::as_printed;

    #[test]
    fn types_of_generic_functions_are_left_out() {
        let pairs = [
            ("main.(*Cache).Put", "main.(*Cache).Put"),
            ("slices.Sort[go.shape.[]int,go.shape.int]", "slices.Sort[...]"),
            (
                "internal/sync.(*HashTrieMap[go.shape.interface {},go.shape.[4]int]).Load",
                "internal/sync.(*HashTrieMap[...]).Load",
            ),
            ("main.Each[go.shape.string].func1", "main.Each[...].func1"),
        ];
        for (symbol, printed) in pairs {
            assert_eq!(as_printed(symbol), printed);
        }
    }
}
