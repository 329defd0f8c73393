//! The spellings under which a function answers to a name.

/// The names under which a function is kept: as the compiler spells it, without type arguments, and
/// for commands under the import path too, which is what test binaries print.
pub(crate) fn keys_of(symbol: &str, package: &str) -> Vec<String> {
    let mut keys = vec![canonical(symbol)];
    if let Some(rest) = symbol.strip_prefix("main.").filter(|_| package != "main") {
        keys.push(canonical(&format!("{package}.{rest}")));
    }
    // Literals of package-level initialisers changed their name with Go 1.22.
    for at in 0..keys.len() {
        let Some(key) = keys.get(at) else { continue };
        let other = if key.contains(".init.func") {
            key.replace(".init.func", ".glob..func")
        } else if key.contains(".glob..func") {
            key.replace(".glob..func", ".init.func")
        } else {
            continue;
        };
        keys.push(other);
    }
    keys
}

/// The names to look a printed symbol up by, best first.
pub(crate) fn spellings(symbol: &str) -> Vec<String> {
    let whole = canonical(symbol);
    let mut found = vec![whole.clone()];
    // `gowrap` and `deferwrap` bind the arguments of a call that stands in the function before.
    for wrapper in [".gowrap", ".deferwrap"] {
        if let Some((outer, _)) = whole.rsplit_once(wrapper) {
            found.push(outer.to_owned());
        }
    }
    found
}

/// For a closure that was inlined elsewhere, the names its own function may have: each tail of the
/// symbol's middle, longest first. `main.main.(*T).newHandler.func3` may be of `main.(*T).newHandler`.
pub(crate) fn inlined_into(symbol: &str) -> Vec<String> {
    let whole = canonical(symbol);
    let Some((outer, number)) = whole.rsplit_once(".func") else { return Vec::new() };
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return Vec::new();
    }
    let parsed = go_runtime::symbol::Symbol::parse(&whole);
    let Some(mut rest) = outer.strip_prefix(parsed.package).and_then(|rest| rest.strip_prefix('.'))
    else {
        return Vec::new();
    };
    let mut found = Vec::new();
    while let Some((_, tail)) = rest.split_once('.') {
        found.push(format!("{}.{tail}", parsed.package));
        rest = tail;
    }
    found
}

/// Without type arguments, escapes, the suffix of method values and that of the calling convention.
fn canonical(symbol: &str) -> String {
    let mut out = String::with_capacity(symbol.len());
    let mut depth = 0u32;
    for c in symbol.chars() {
        match c {
            '[' => depth = depth.saturating_add(1),
            ']' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    let out = out.replace("%2e", ".");
    let end = out.strip_suffix("-fm").or_else(|| out.strip_suffix(".abi0")).unwrap_or(&out);
    end.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_found_however_it_is_spelled() {
        let table = [
            ("main.(*T[...]).M.func1", "main.(*T).M.func1"),
            ("main.apply[go.shape.int].func1", "main.apply.func1"),
            ("gopkg.in/yaml%2ev3.(*node).add-fm", "gopkg.in/yaml.v3.(*node).add"),
        ];
        for (printed, kept) in table {
            assert_eq!(spellings(printed)[0], kept);
        }
        assert_eq!(spellings("main.spawn.gowrap1")[1], "main.spawn");
        assert_eq!(spellings("main.spawn.func2.deferwrap2")[1], "main.spawn.func2");
    }

    #[test]
    fn commands_answer_under_their_import_path_too() {
        let keys = keys_of("main.run", "example.com/x/cmd");
        assert_eq!(keys, ["main.run", "example.com/x/cmd.run"]);
    }

    #[test]
    fn an_inlined_closure_names_its_own_function_in_the_middle() {
        let names = inlined_into("example.com/x.main.(*T).newHandler.func3");
        assert_eq!(names, ["example.com/x.(*T).newHandler", "example.com/x.newHandler"]);
        assert!(inlined_into("main.run").is_empty());
    }
}
