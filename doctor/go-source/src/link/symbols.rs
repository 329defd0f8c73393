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
