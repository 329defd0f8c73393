//! The grammar of a function's symbol.
//!
//! ```text
//! github.com/x/y%2ev2.(*T[...]).M.func1.2
//! ╰─────package─────╯ ╰receiver─╯ │ ╰─────╯
//!                              name  closures
//! ```
//!
//! Read from `cmd/compile/internal/ir/func.go` (closure names: `funcN`, `gowrapN`, `deferwrapN`,
//! `-rangeN`), `cmd/internal/objabi/path.go` (`%2e` escapes) and `runtime/symtab.go`
//! (`funcNameForPrint`: `[...]`), Go 1.21 to 1.27.

use std::borrow::Cow;

/// A symbol, taken apart. Every part borrows from the symbol's text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbol<'a> {
    /// Import path as the symbol spells it, `%2e` escapes included; see [`unescape`]. In crash
    /// text the main package is `main`. Empty when the text has no package.
    pub package: &'a str,
    /// The receiver, for methods.
    pub receiver: Option<Receiver<'a>>,
    /// The declared function or method, without generic arguments: `Put`, `init.0`, `glob.`.
    /// Closures of package-level variables hang on `glob.` (Go 1.20 and older: `glob..func1`) or on `init`.
    pub name: &'a str,
    /// What follows the declared function: `func1`, `func1.2`, `gowrap1`, `func2-range1`; empty
    /// for the function itself.
    pub closures: &'a str,
    /// The compiler's wrapper, when the symbol names one.
    pub wrapper: Option<Wrapper>,
}

/// A method's receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Receiver<'a> {
    /// The type's name without generic arguments.
    pub name: &'a str,
    /// True for `(*T)`.
    pub pointer: bool,
}

/// A function that the compiler wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wrapper {
    /// `gowrapN`: the call of a `go` statement with its arguments bound.
    Go,
    /// `deferwrapN`: likewise of a `defer` statement.
    Defer,
    /// `-fm`: a method value.
    MethodValue,
    /// `-rangeN`: the body of a loop over a function.
    RangeBody,
    /// `type:.eq.`, `type:.hash.`: equality and hash of a type.
    Algorithm,
}

impl<'a> Symbol<'a> {
    /// Takes a symbol apart. Any text gives some result; linear in its length.
    pub fn parse(symbol: &'a str) -> Self {
        if let Some(rest) = symbol.strip_prefix("type:.").or_else(|| symbol.strip_prefix("type.."))
        {
            return Self {
                package: "type",
                name: rest,
                wrapper: Some(Wrapper::Algorithm),
                ..Self::default()
            };
        }
        let (package, rest) = split_package(symbol);
        let (receiver, rest) = split_receiver(rest);
        let (name, closures) = split_name(rest, receiver.is_none());
        Self { package, receiver, name, closures, wrapper: wrapper(closures, rest) }
    }

    /// The import path with its escapes undone.
    pub fn import_path(&self) -> Cow<'a, str> {
        unescape(self.package)
    }

    /// True for a closure, a wrapper, or any other function without a declaration of its own.
    pub fn is_closure(&self) -> bool {
        !self.closures.is_empty()
    }

    /// The closures, outermost first: `func1`, `2` for `func1.2`.
    pub fn closure_chain(&self) -> impl Iterator<Item = &'a str> {
        self.closures.split('.').filter(|part| !part.is_empty())
    }
}

/// Undoes the linker's escapes in an import path: `%2e` is a dot.
pub fn unescape(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escape = match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                hex(*high).zip(hex(*low)).map(|(high, low)| (high << 4 | low, after))
            }
            _ => None,
        };
        let (byte, after) = escape.unwrap_or((first, tail));
        bytes.push(byte);
        rest = after;
    }
    Cow::Owned(String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned()))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// The package ends at the first dot after the last slash that is not inside brackets.
fn split_package(symbol: &str) -> (&str, &str) {
    let head =
        symbol.find(['(', '[', '{']).map_or(symbol, |end| symbol.get(..end).unwrap_or(symbol));
    let last_element = head.rfind('/').map_or(0, |slash| slash.saturating_add(1));
    let dot = symbol
        .get(last_element..)
        .and_then(|tail| tail.find('.'))
        .map(|dot| last_element.saturating_add(dot));
    match dot {
        Some(dot) => {
            (symbol.get(..dot).unwrap_or(""), symbol.get(dot.saturating_add(1)..).unwrap_or(""))
        }
        None => ("", symbol),
    }
}

/// `(*T[...]).M` has its receiver in parentheses; `T.M` is told from a closure `F.func1` by the
/// second part.
fn split_receiver(rest: &str) -> (Option<Receiver<'_>>, &str) {
    if let Some(inner) = rest.strip_prefix('(') {
        let Some((receiver, after)) = split_balanced(inner, ')') else {
            return (None, rest);
        };
        let name = receiver.strip_prefix('*');
        let receiver =
            Receiver { name: without_arguments(name.unwrap_or(receiver)), pointer: name.is_some() };
        return (Some(receiver), after.strip_prefix('.').unwrap_or(after));
    }
    let first_end = part_end(rest);
    let first = rest.get(..first_end).unwrap_or(rest);
    let Some(after) = rest.get(first_end..).and_then(|after| after.strip_prefix('.')) else {
        return (None, rest);
    };
    let second = after.get(..part_end(after)).unwrap_or(after);
    if first.is_empty() || is_closure_part(second) || first == "glob" || is_init(first) {
        return (None, rest);
    }
    (Some(Receiver { name: without_arguments(first), pointer: false }), after)
}

fn split_name(rest: &str, free: bool) -> (&str, &str) {
    if free {
        if let Some(closures) = rest.strip_prefix("glob..") {
            return ("glob.", closures);
        }
        if let Some(after) = rest.strip_prefix("init.") {
            // `init.0` is the first init function; `init.func1` a closure of a variable's initialiser.
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let name_end = end.saturating_add("init.".len());
            if end > 0 {
                let closures = rest.get(name_end..).unwrap_or("");
                return (
                    rest.get(..name_end).unwrap_or(rest),
                    closures.strip_prefix('.').unwrap_or(closures),
                );
            }
        }
    }
    let end = part_end(rest);
    let part = rest.get(..end).unwrap_or(rest);
    let closures = rest.get(end..).unwrap_or("");
    let (name, suffix) = match part.find('-') {
        Some(dash) => (part.get(..dash).unwrap_or(part), rest.get(dash..).unwrap_or("")),
        None => (part, closures.strip_prefix('.').unwrap_or(closures)),
    };
    (without_arguments(name), suffix.strip_prefix('-').unwrap_or(suffix))
}

fn wrapper(closures: &str, rest: &str) -> Option<Wrapper> {
    if rest.ends_with("-fm") {
        return Some(Wrapper::MethodValue);
    }
    let last = closures.rsplit('.').next().unwrap_or(closures);
    let numbered = |prefix: &str| {
        last.strip_prefix(prefix)
            .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    };
    if numbered("gowrap") {
        Some(Wrapper::Go)
    } else if numbered("deferwrap") {
        Some(Wrapper::Defer)
    } else if last.contains("-range") || numbered("range") {
        Some(Wrapper::RangeBody)
    } else {
        None
    }
}

fn is_init(part: &str) -> bool {
    part == "init" || part.starts_with("init·")
}

/// True for what the compiler appends to a function's name: `func1`, `2`, `gowrap1`, `deferwrap2`,
/// `dwrap·3`, and any of them with `-range1` or `-fm`.
fn is_closure_part(part: &str) -> bool {
    let part = part.split('-').next().unwrap_or(part);
    let stem = part.trim_end_matches(|c: char| c.is_ascii_digit());
    let numbered = stem.len() < part.len();
    numbered
        && matches!(stem, "" | "func" | "gowrap" | "deferwrap" | "dwrap·" | "·dwrap·" | "range")
}

/// Where a dot-separated part ends; dots inside brackets do not end it.
fn part_end(text: &str) -> usize {
    let mut depth = 0_u32;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' | b'(' | b'{' => depth = depth.saturating_add(1),
            b']' | b')' | b'}' => depth = depth.saturating_sub(1),
            b'.' if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

/// Splits at the bracket that closes what was opened before `text`.
fn split_balanced(text: &str, close: char) -> Option<(&str, &str)> {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            _ if c == close && depth == 0 => {
                return Some((text.get(..at)?, text.get(at.saturating_add(1)..)?));
            }
            '[' | '(' | '{' => depth = depth.saturating_add(1),
            ']' | ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn without_arguments(name: &str) -> &str {
    name.find('[').and_then(|bracket| name.get(..bracket)).unwrap_or(name)
}
