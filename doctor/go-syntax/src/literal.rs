//! The values of string literals.

use std::borrow::Cow;

/// The bytes that a quoted or raw string literal denotes; none if it is malformed.
pub(crate) fn unquote(literal: &[u8]) -> Option<Cow<'_, [u8]>> {
    match literal {
        [b'`', inner @ .., b'`'] => Some(without_carriage_returns(inner)),
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Some(Cow::Borrowed(inner)),
        [b'"', inner @ .., b'"'] => unescape(inner).map(Cow::Owned),
        _ => None,
    }
}

/// Go drops carriage returns from raw strings, so that checking a file out on Windows changes no value.
fn without_carriage_returns(inner: &[u8]) -> Cow<'_, [u8]> {
    if inner.contains(&b'\r') {
        Cow::Owned(inner.iter().copied().filter(|&byte| byte != b'\r').collect())
    } else {
        Cow::Borrowed(inner)
    }
}

fn unescape(inner: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some((&byte, after)) = rest.split_first() {
        if byte != b'\\' {
            out.push(byte);
            rest = after;
            continue;
        }
        let (&escape, after) = after.split_first()?;
        rest = after;
        match escape {
            b'a' => out.push(7),
            b'b' => out.push(8),
            b'f' => out.push(12),
            b'n' => out.push(b'\n'),
            b'r' => out.push(b'\r'),
            b't' => out.push(b'\t'),
            b'v' => out.push(11),
            b'\\' | b'"' => out.push(escape),
            b'0'..=b'7' => {
                let value = digits(inner_from(inner, rest, 1)?, 3, 8)?;
                out.push(u8::try_from(value).ok()?);
                rest = rest.get(2..)?;
            }
            b'x' => {
                out.push(u8::try_from(digits(rest, 2, 16)?).ok()?);
                rest = rest.get(2..)?;
            }
            b'u' | b'U' => {
                let len = if escape == b'u' { 4 } else { 8 };
                let c = char::from_u32(digits(rest, len, 16)?)?;
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = rest.get(len..)?;
            }
            _ => return None,
        }
    }
    Some(out)
}

/// What is left of `inner` when `back` bytes before `rest` are counted to it again.
fn inner_from<'a>(inner: &'a [u8], rest: &[u8], back: usize) -> Option<&'a [u8]> {
    inner.get(inner.len().checked_sub(rest.len())?.checked_sub(back)?..)
}

fn digits(bytes: &[u8], len: usize, radix: u32) -> Option<u32> {
    let text = bytes.get(..len)?;
    text.iter().try_fold(0u32, |value, &byte| {
        let digit = char::from(byte).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })
}
