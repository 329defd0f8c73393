//! Helpers over byte slices that cannot go out of range.

use memchr::{memchr_iter, memrchr_iter};

/// What follows `prefix`, if `text` begins with it.
pub(crate) fn after<'a>(text: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    text.strip_prefix(prefix)
}

/// Where `needle` first occurs.
///
/// Lines and needles are short: to look for the first byte costs less than to prepare a searcher.
pub(crate) fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, _) = needle.split_first()?;
    memchr_iter(first, text).find(|&at| from(text, at).starts_with(needle))
}

/// Where `needle` last occurs.
pub(crate) fn rfind(text: &[u8], needle: &[u8]) -> Option<usize> {
    let (&first, _) = needle.split_first()?;
    memrchr_iter(first, text).find(|&at| from(text, at).starts_with(needle))
}

/// The parts before and after the first `needle`.
pub(crate) fn split_once<'a>(text: &'a [u8], needle: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = find(text, needle)?;
    Some((text.get(..at)?, text.get(at.checked_add(needle.len())?..)?))
}

/// The parts before and after the last `needle`.
pub(crate) fn rsplit_once<'a>(text: &'a [u8], needle: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = rfind(text, needle)?;
    Some((text.get(..at)?, text.get(at.checked_add(needle.len())?..)?))
}

/// True when `needle` occurs in `text`.
pub(crate) fn contains(text: &[u8], needle: &[u8]) -> bool {
    find(text, needle).is_some()
}

/// The bytes from `at` on; empty when `text` is shorter.
pub(crate) fn from(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default()
}

/// The bytes before `at`; all of them when `text` is shorter.
pub(crate) fn upto(text: &[u8], at: usize) -> &[u8] {
    text.get(..at).unwrap_or(text)
}

/// The leading bytes that satisfy `test`, and the rest.
pub(crate) fn take_while(text: &[u8], test: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = text.iter().position(|&byte| !test(byte)).unwrap_or(text.len());
    (upto(text, end), from(text, end))
}

/// A decimal number at the beginning; at most 20 digits, saturating.
pub(crate) fn take_decimal(text: &[u8]) -> Option<(u64, &[u8])> {
    let (digits, rest) = take_while(text, |byte| byte.is_ascii_digit());
    if digits.is_empty() || digits.len() > 20 {
        return None;
    }
    let value = digits.iter().fold(0_u64, |value, &digit| {
        value.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0')))
    });
    Some((value, rest))
}

/// A number written `0x…` at the beginning.
pub(crate) fn take_hex(text: &[u8]) -> Option<(u64, &[u8])> {
    let text = after(text, b"0x")?;
    let (digits, rest) = take_while(text, |byte| byte.is_ascii_hexdigit());
    if digits.is_empty() || digits.len() > 16 {
        return None;
    }
    let value =
        digits.iter().fold(0_u64, |value, &digit| (value << 4) | u64::from(hex_value(digit)));
    Some((value, rest))
}

/// The value of a hexadecimal digit; 0 for any other byte.
pub(crate) fn hex_value(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit.wrapping_sub(b'0'),
        b'a'..=b'f' => digit.wrapping_sub(b'a').wrapping_add(10),
        b'A'..=b'F' => digit.wrapping_sub(b'A').wrapping_add(10),
        _ => 0,
    }
}

/// `text` without white space at both ends.
pub(crate) fn trim(text: &[u8]) -> &[u8] {
    text.trim_ascii()
}

/// True for a space or a tab.
pub(crate) fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}
