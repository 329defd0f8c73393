//! Headings of race reports.
//!
//! The text is printed by the race runtime, ThreadSanitizer's `tsan_report.cpp` in its Go form;
//! reports of Go 1.7 and older name no address.

use super::before;
use crate::bytes::{after, from, take_decimal, take_hex};
use crate::model::RaceActor;
use crate::token::Token;

/// `WARNING: DATA RACE`, and `Previous write at 0x00c000034030 by goroutine 7:`
pub(super) fn side(line: &[u8], at: usize) -> Option<(Token<'_>, &[u8])> {
    let rest = from(line, at);
    if let Some(rest) = after(rest, b"WARNING: DATA RACE").or_else(|| after(rest, b"DATA RACE")) {
        let prefix = before(line, at).trim_ascii();
        let quoted = prefix.ends_with(b"#") || prefix.ends_with(b"//") || prefix.ends_with(b"--");
        return Some((Token::RaceWarning { quoted }, rest));
    }
    let (previous, rest) = match after(rest, b"Previous ") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (atomic, rest) = match after(rest, b"atomic ").or_else(|| after(rest, b"Atomic ")) {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (write, rest) = match after(rest, b"Write").or_else(|| after(rest, b"write")) {
        Some(rest) => (true, rest),
        None => (false, after(rest, b"Read").or_else(|| after(rest, b"read"))?),
    };
    let (address, rest) = match after(rest, b" at ").and_then(take_hex) {
        Some((address, rest)) => (Some(address), rest),
        None => (None, rest),
    };
    let rest = after(rest, b" by ")?;
    let (by, rest) = match after(rest, b"main goroutine") {
        Some(rest) => (RaceActor::Main, rest),
        None => {
            let (id, rest) = take_decimal(after(rest, b"goroutine ")?)?;
            (RaceActor::Goroutine(id), rest)
        }
    };
    let rest = after(rest, b":").or_else(|| rest.is_empty().then_some(rest))?;
    Some((Token::RaceSide { write, atomic, previous, address, by }, rest))
}

/// `Goroutine 7 (running) created at:`
pub(super) fn created_at(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let (id, rest) = take_decimal(after(rest, b"Goroutine ")?)?;
    let (running, rest) = match after(rest, b" (running)") {
        Some(rest) => (Some(true), rest),
        None => match after(rest, b" (finished)") {
            Some(rest) => (Some(false), rest),
            None => (None, rest),
        },
    };
    let rest = after(rest, b" created at")?;
    Some((Token::RaceCreated { id, running }, after(rest, b":").unwrap_or(rest)))
}
