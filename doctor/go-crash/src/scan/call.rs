//! `github.com/x/y.(*T[...]).M.func1(0xc000012345, {0x1, 0x2}, ...)`

use super::ends_here;
use crate::bytes::{after, contains, from, take_while, upto};
use crate::token::Token;

/// Most bytes of a receiver in parentheses.
const LONGEST_RECEIVER: usize = 1 << 10;

/// A call that is the whole line, as the runtime prints it.
///
/// The symbol may hold spaces (methods of unnamed structs), so the arguments are found from the end.
pub(super) fn whole(line: &[u8]) -> Option<Token<'_>> {
    if let Some((token, b"")) = parse(line) {
        return Some(token);
    }
    let inner = line.strip_suffix(b")")?;
    let open = opening(inner)?;
    let symbol = upto(inner, open);
    let args = from(inner, open.saturating_add(1));
    let described = contains(symbol, b"(*struct {")
        && !take_while(symbol, |byte| byte != b'(').0.contains(&b' ');
    let spelled = self::symbol(symbol).is_some_and(|(_, rest)| rest.is_empty());
    let known = described || (spelled && is_certain(symbol));
    known.then_some(Token::Call { symbol, args: Some(args), sure: true })
}

/// Where the parenthesis stands that the end of `inner` would close.
fn opening(inner: &[u8]) -> Option<usize> {
    let mut depth = 0_u32;
    inner.iter().rposition(|&byte| {
        match byte {
            b')' => depth = depth.saturating_add(1),
            b'(' if depth == 0 => return true,
            b'(' => depth = depth.saturating_sub(1),
            _ => {}
        }
        false
    })
}

/// A call at the beginning of `rest`, and what follows it.
pub(super) fn parse(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (symbol, tail) = symbol(rest)?;
    let tail = after(tail, b"(")?;
    let (args, tail) = arguments(tail)?;
    Some((
        Token::Call { symbol, args: Some(args), sure: ends_here(tail) || is_certain(symbol) },
        tail,
    ))
}

/// A function's symbol at the beginning of `rest`, and what follows it.
pub(super) fn symbol(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0_usize;
    while let Some(&byte) = rest.get(at) {
        let step = match byte {
            b'(' => receiver(from(rest, at)),
            b'[' => bracket(from(rest, at)),
            b':' if matches!(upto(rest, at), b"type" | b"go") => Some(1),
            _ if is_symbol_byte(byte) => Some(1),
            _ => None,
        };
        match step {
            Some(step) => at = at.saturating_add(step),
            None => break,
        }
    }
    let symbol = upto(rest, at);
    is_symbol(symbol).then_some((symbol, from(rest, at)))
}

/// The length of `(*T[...])`, when more of the symbol follows it.
fn receiver(rest: &[u8]) -> Option<usize> {
    let close = memchr::memchr(b')', upto(rest, LONGEST_RECEIVER))?;
    let inner = rest.get(1..close)?;
    let follows = rest.get(close.saturating_add(1)) == Some(&b'.');
    let named = inner.strip_prefix(b"*").unwrap_or(inner);
    let plain = !named.is_empty()
        && named
            .iter()
            .all(|&byte| is_symbol_byte(byte) || matches!(byte, b'[' | b']' | b',' | b'*'));
    (follows && plain && (inner.len() > named.len() || !named.starts_with(b"0x")))
        .then_some(close.saturating_add(1))
}

/// The length of `[...]` or of written-out type arguments.
fn bracket(rest: &[u8]) -> Option<usize> {
    let mut depth = 0_u32;
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            b'[' => depth = depth.saturating_add(1),
            b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at.saturating_add(1));
                }
            }
            b' ' | b'"' | b'\'' | b'=' | b'|' => return None,
            _ => {}
        }
    }
    None
}

fn is_symbol_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(byte, b'_' | b'.' | b'/' | b'-' | b'~' | b'%' | b'$' | b'+' | b'*' | b'@')
}

/// True for `package.name`, with what the linker may put around it; `panic` is printed bare.
fn is_symbol(symbol: &[u8]) -> bool {
    if symbol == b"panic" {
        return true;
    }
    // People shorten paths: `.../server.(*Server).Run`.
    let symbol = after(symbol, b".../").unwrap_or(symbol);
    let Some(&first) = symbol.first() else {
        return false;
    };
    if !(first.is_ascii_alphanumeric() || first >= 0x80 || matches!(first, b'_' | b'%')) {
        return false;
    }
    let head = symbol
        .iter()
        .position(|&byte| byte == b'(' || byte == b'[')
        .map_or(symbol, |end| upto(symbol, end));
    let base = head.rsplit(|&byte| byte == b'/').next().unwrap_or(head);
    let (package, name) = take_while(base, |byte| byte != b'.');
    let Some(name) = after(name, b".") else {
        return false;
    };
    // What follows the package is a name, or a receiver in parentheses.
    let named = match name.first() {
        Some(&byte) => byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80,
        None => head.len() < symbol.len(),
    };
    named
        && !package.is_empty()
        && !package.iter().all(u8::is_ascii_digit)
        && symbol.last() != Some(&b'.')
        && !contains(symbol, b"//")
}

/// True when the symbol cannot be a word of prose or a call in source code.
fn is_certain(symbol: &[u8]) -> bool {
    contains(symbol, b"(*") || contains(symbol, b"/") || contains(symbol, b".func")
}

/// The arguments up to the parenthesis that closes them, and what follows; `None` when they are not
/// what the runtime prints. Arguments cut off by the end of the line are taken as they are.
fn arguments(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut at = 0_usize;
    loop {
        let tail = from(rest, at);
        let step = match tail.first() {
            None => return Some((rest, tail)),
            Some(b')') => return Some((upto(rest, at), from(tail, 1))),
            Some(b' ' | b',' | b'{' | b'}' | b'_' | b'?') => 1,
            Some(b'.') => after(tail, b"...")
                .map(|_| 3)
                .or_else(|| b"...".starts_with(tail).then_some(tail.len()))?,
            Some(0xe2) => after(tail, "…".as_bytes()).map(|_| "…".len())?,
            Some(b'0') => hexadecimal(tail)?,
            Some(_) => return None,
        };
        at = at.saturating_add(step);
    }
}

/// The length of `0xc000012345`, digits masked by a careful poster included.
fn hexadecimal(rest: &[u8]) -> Option<usize> {
    let Some(digits) = after(rest, b"0x") else {
        return (rest == b"0").then_some(1);
    };
    let (digits, tail) =
        take_while(digits, |byte| byte.is_ascii_hexdigit() || matches!(byte, b'x' | b'X' | b'*'));
    (!digits.is_empty() || tail.is_empty()).then_some(digits.len().saturating_add(2))
}
