//! Goroutine profiles with `debug=1`: records of equal stacks with a count.
//!
//! Read from `printCountProfile` and `printStackRecord` in runtime/pprof/pprof.go, Go 1.21 to 1.27.

use super::place;
use crate::bytes::{after, from, is_blank, rsplit_once, take_decimal, take_hex, take_while, upto};
use crate::token::Token;

/// `3 @ 0x43c7b6 0x46b2d4`
pub(super) fn record(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (count, rest) = take_decimal(rest)?;
    let mut rest = after(rest, b" @")?;
    after(rest, b" 0x")?;
    while let Some((_, tail)) = after(rest, b" ").and_then(take_hex) {
        rest = tail;
    }
    Some((Token::ProfileRecord { count }, rest))
}

/// The labels of a record, or one of its frames: address, symbol and offset, place, set apart by tabs.
pub(super) fn commented(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let rest = after(rest, b"#")?;
    if let Some(labels) = after(rest, b" labels: ") {
        let end = object_end(labels);
        return Some((Token::ProfileLabels(upto(labels, end)), from(labels, end)));
    }
    let (_, rest) = take_while(rest, is_blank);
    let (pc, rest) = place::address(rest)?;
    let (_, rest) = take_while(rest, is_blank);
    let (call, rest) = take_while(rest, |byte| !is_blank(byte));
    let (symbol, offset) = match rsplit_once(call, b"+") {
        Some((symbol, offset)) => (symbol, take_hex(offset).map(|(offset, _)| offset)),
        None => (call, None),
    };
    if symbol.is_empty() {
        return None;
    }
    let (_, rest) = take_while(rest, is_blank);
    let (place, rest) = match place::parse_any(rest, 0) {
        Some((place, rest)) => (Some(place), rest),
        None => (None, rest),
    };
    Some((Token::ProfileFrame { pc, symbol, offset, place }, rest))
}

/// Where the object that `text` begins with ends; braces inside quotes do not count.
fn object_end(text: &[u8]) -> usize {
    let mut quoted = false;
    let mut escaped = false;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            b'}' if !quoted => return at.saturating_add(1),
            _ => {}
        }
    }
    text.len()
}
