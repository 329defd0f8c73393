//! `goroutine 7 gp=0xc000002380 m=4 mp=0xc000102008 [chan receive, 5 minutes]:`
//!
//! Read from `goroutineheader` in runtime/traceback.go, Go 1.21 to 1.27.

use crate::bytes::{after, find, from, take_decimal, take_hex, take_while, upto};
use crate::token::{Heading, Token};
use memchr::memchr;

/// Most bytes between a heading's brackets, labels included; a line may be as long as a text.
const LONGEST_STATUS: usize = 4 << 10;

/// A heading that is the whole line.
pub(super) fn whole(line: &[u8]) -> Option<Token<'_>> {
    parse(line).filter(|(_, rest)| rest.is_empty()).map(|(token, _)| token)
}

/// A heading at the beginning of `rest`, and what follows it.
pub(super) fn parse(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let rest = after(rest, b"goroutine ")?;
    let (id, mut rest) = take_decimal(rest)?;
    let mut heading = Heading { id, ..Heading::default() };
    if let Some((gp, tail)) = after(rest, b" gp=").and_then(take_hex) {
        heading.gp = Some(gp);
        rest = tail;
    }
    if let Some(tail) = after(rest, b" m=") {
        match take_decimal(tail) {
            Some((m, tail)) => {
                heading.m = Some(m);
                rest = tail;
            }
            None => rest = after(tail, b"nil")?,
        }
    }
    if let Some((mp, tail)) = after(rest, b" mp=").and_then(take_hex) {
        heading.mp = Some(mp);
        rest = tail;
    }
    let rest = after(rest, b" [")?;
    let end = status_end(upto(rest, LONGEST_STATUS))?;
    heading.status = upto(rest, end);
    let rest = from(rest, end);
    let Some(mut rest) = after(rest, b"]") else {
        // The text may be cut here; a status has few kinds of bytes.
        return rest.is_empty().then_some((Token::Heading(heading), rest));
    };
    if let Some((labels, tail)) = labels_behind(rest) {
        heading.labels = labels;
        rest = tail;
    }
    match rest.split_first() {
        Some((b':', rest)) => Some((Token::Heading(heading), rest)),
        None => Some((Token::Heading(heading), rest)),
        Some(_) => None,
    }
}

/// Where the status ends: at the bracket that closes it, quoted labels skipped.
fn status_end(rest: &[u8]) -> Option<usize> {
    let end = memchr(b']', rest);
    let quote = memchr(b'"', end.map_or(rest, |end| upto(rest, end)));
    if quote.is_some() {
        // Labels inside the brackets (Go 1.26) may themselves hold brackets.
        if let Some(end) = find(rest, b"}]") {
            return Some(end.saturating_add(1));
        }
    }
    if end.is_some() {
        return end;
    }
    let (_, tail) =
        take_while(rest, |byte| byte.is_ascii_alphanumeric() || b" ,.()-/".contains(&byte));
    tail.is_empty().then_some(rest.len())
}

/// ` {key: value}` as Go 1.27 prints labels.
fn labels_behind(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = after(rest, b" {")?;
    let end = find(upto(rest, LONGEST_STATUS), b"}:")?;
    Some((upto(rest, end), from(rest, end.saturating_add(1))))
}

/// What else begins with `goroutine `.
pub(super) fn parse_other(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    if let Some(rest) = after(rest, b"goroutine running on other thread; stack unavailable") {
        return Some((Token::Unavailable, rest));
    }
    let rest = after(rest, b"goroutine profile: total ")?;
    let (total, rest) = take_decimal(rest)?;
    Some((Token::ProfileTotal(total), rest))
}
