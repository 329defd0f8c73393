//! Finds the pieces of a crash text in one line, whatever stands around them.
//!
//! The runtime prints few shapes: `goroutine 7 [running]:`, `symbol(arguments)`,
//! `file.go:12 +0x45`, `created by symbol`. A log puts a timestamp, a pod name or half a JSON
//! object before them, a viewer joins lines with spaces. Instead of knowing those products, the
//! scanner anchors on the shapes: a line that has a shape from its first to its last byte is taken
//! at once; any other line is searched word by word, and may hold several pieces.

mod call;
mod heading;
mod message;
mod place;
mod profile;
mod race;

use crate::bytes::{
    after, contains, from, is_blank, take_decimal, take_hex, take_while, trim, upto,
};
use crate::token::{Heading, Place, Token};

/// Longest symbol that is looked for without its parentheses.
const LONGEST_NAME: usize = 1 << 10;

/// Hands every piece found in `line` to `emit`, in order.
///
/// Linear in the length of the line, but for lines with many opening parentheses, where each is
/// tried up to the end of its word.
pub(crate) fn scan<'a>(line: &'a [u8], emit: &mut impl FnMut(Token<'a>)) {
    if let Some(token) = plain(line) {
        return emit(token);
    }
    let content = trim(line);
    if let Some(token) = whole(content) {
        emit(token);
        if token == Token::Fence {
            // People begin a paste behind the fence that opens its block.
            search(take_while(content, |byte| byte == b'`' || byte == b'~').1, emit);
        }
        return;
    }
    let mut found = false;
    search(line, &mut |token| {
        found = true;
        emit(token);
    });
    match name_at_end(line) {
        Some((symbol, begins_field)) if begins_field || !found => emit(Token::Name(symbol)),
        _ => {}
    }
}

/// A function's symbol that ends a line, and whether it stands directly behind a quote, as the
/// first line of a field does.
fn name_at_end(line: &[u8]) -> Option<(&[u8], bool)> {
    let text = trim(line);
    let start =
        text.iter().rposition(|&byte| is_delimiter(byte)).map_or(0, |at| at.saturating_add(1));
    let word = from(text, start);
    if word.len() > LONGEST_NAME || word.last() == Some(&b')') {
        return None;
    }
    let (symbol, rest) = call::symbol(word)?;
    let is_function = contains(symbol, b"/")
        || contains(symbol, b"(*")
        || symbol.starts_with(b"runtime.")
        || symbol.starts_with(b"main.");
    let begins_field = before(text, start).last() == Some(&b'"');
    (rest.is_empty() && is_function).then_some((symbol, begins_field))
}

/// A line exactly as the runtime prints it.
fn plain(line: &[u8]) -> Option<Token<'_>> {
    let (&first, tail) = match line.split_first() {
        None => return Some(Token::Blank),
        Some(split) => split,
    };
    match first {
        b'\t' => place::whole(tail).map(Token::Place),
        b'g' => heading::whole(line).or_else(|| call::whole(line)),
        b'c' => created(line)
            .filter(|(_, rest)| rest.is_empty())
            .map(|(token, _)| token)
            .or_else(|| call::whole(line)),
        _ if line.last() == Some(&b')') => call::whole(line),
        _ => None,
    }
}

/// A line that means something only when it holds nothing else.
fn whole(content: &[u8]) -> Option<Token<'_>> {
    match content.first() {
        None => Some(Token::Blank),
        Some(b'=') => (content.len() >= 10 && content.iter().all(|&byte| byte == b'='))
            .then_some(Token::RaceRule),
        Some(b'`' | b'~') if content.starts_with(b"```") || content.starts_with(b"~~~") => {
            Some(Token::Fence)
        }
        Some(b'i') => {
            after(content, b"in ").filter(|name| is_bare_name(name)).map(|_| Token::BareName)
        }
        Some(b'+') => match take_hex(from(content, 1)) {
            Some((offset, b"")) => Some(Token::Offset(offset)),
            _ => None,
        },
        _ => None,
    }
}

/// `mapassign1`, `(*Router).Register`: a function without its package.
fn is_bare_name(name: &[u8]) -> bool {
    let known = |&byte: &u8| byte.is_ascii_alphanumeric() || b"_.()*-".contains(&byte);
    !name.is_empty() && name.len() <= LONGEST_NAME && name.iter().all(known)
}

/// The heading that `text` begins with, and what follows it.
pub(crate) fn heading_of(text: &[u8]) -> Option<(Heading<'_>, &[u8])> {
    match heading::parse(text)? {
        (Token::Heading(heading), rest) => Some((heading, rest)),
        _ => None,
    }
}

/// The length of the symbol of a line that is a call exactly as the runtime prints it.
pub(crate) fn symbol_length(line: &[u8]) -> Option<usize> {
    match call::parse(line)? {
        (Token::Call { symbol, .. }, b"") => Some(symbol.len()),
        _ => None,
    }
}

/// Searches a line word by word.
fn search<'a>(line: &'a [u8], emit: &mut impl FnMut(Token<'a>)) {
    let mut at = 0_usize;
    let mut quoted = message::quoted(line);
    // Where the last call ended: the place of an inlined call is sure only directly behind it.
    let mut call_end = None;
    let mut glued = false;
    while at < line.len() {
        let rest = from(line, at);
        let Some(skip) = rest.iter().position(|&byte| !is_delimiter(byte) || byte == b'<') else {
            break;
        };
        at = at.saturating_add(skip);
        glued &= skip == 0;
        if let Some((token, rest)) = anchored(line, at, glued) {
            let between = call_end.and_then(|end| line.get(end..at)).map(trim);
            at = line.len().saturating_sub(rest.len());
            if let Some((message, _)) = quoted.take_if(|(_, start)| *start < at) {
                // Announced messages speak for themselves.
                if !matches!(token, Token::Message(_)) {
                    emit(message);
                }
            }
            call_end = matches!(token, Token::Call { .. } | Token::Created { .. }).then_some(at);
            // A path with a space in it begins before the word that ends it.
            let doubtful = match token {
                Token::Place(place) if !place.is_certain() && !place.alone => {
                    !between.is_some_and(|between| place.file.starts_with(between))
                }
                _ => false,
            };
            if !doubtful {
                emit(token);
            }
            continue;
        }
        // A prefix may be glued to what it stands before: `shopd[4711]:main.main()`.
        let word = from(line, at);
        let end = word
            .iter()
            .position(|&byte| byte == b':' || byte == b']' || is_delimiter(byte) && byte != b'<')
            .unwrap_or(word.len());
        glued = word.get(end).is_some_and(|&byte| byte == b':' || byte == b']');
        at = at.saturating_add(end.saturating_add(usize::from(glued)).max(1));
    }
    if let Some((message, _)) = quoted {
        emit(message);
    }
}

/// A piece that begins exactly at `at`, and what follows it. Behind a glued prefix there is no
/// place: the place's own reader takes prefixes off.
fn anchored(line: &[u8], at: usize, glued: bool) -> Option<(Token<'_>, &[u8])> {
    let rest = from(line, at);
    let token = match rest.first()? {
        b'g' => heading::parse(rest).or_else(|| heading::parse_other(rest)),
        b'G' => race::created_at(rest),
        b'R' | b'W' | b'P' | b'D' | b'A' => {
            race::side(line, at).or_else(|| message::process_signal(line, at))
        }
        b'c' => created(rest),
        b'f' | b'p' => message::announced(line, at),
        b'S' => message::process_signal(line, at),
        b'[' => bracketed(rest),
        b'.' => elided(rest),
        b'r' => after(rest, b"runtime stack:").map(|rest| (Token::ThreadStack, rest)),
        b'#' => profile::commented(rest),
        b'<' => place::parse(line, at).map(|(place, rest)| (Token::Place(place), rest)),
        b'0'..=b'9' => profile::record(rest),
        _ => None,
    };
    token.or_else(|| if glued { call::parse(rest) } else { in_word(line, at) })
}

/// A frame's call or place in the word that begins at `at`.
fn in_word(line: &[u8], at: usize) -> Option<(Token<'_>, &[u8])> {
    let rest = from(line, at);
    let end = rest.iter().position(|&byte| byte == b'(' || byte == b':' || is_delimiter(byte))?;
    match rest.get(end)? {
        b'(' => call::parse(rest),
        b':' => place::parse(line, at)
            .map(|(place, rest)| (Token::Place(place), rest))
            .or_else(|| call::parse(rest)),
        _ => None,
    }
}

/// `created by main.serve in goroutine 1`
fn created(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let rest = after(rest, b"created by ")?;
    let (symbol, mut rest) = call::symbol(rest)?;
    let mut parent = None;
    if let Some((id, tail)) = after(rest, b" in goroutine ").and_then(take_decimal) {
        parent = Some(id);
        rest = tail;
    }
    Some((Token::Created { symbol, parent }, rest))
}

/// `[signal …]`, `[originating from goroutine 24]:`, `[failed to restore the stack]`
fn bracketed(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    if let Some(rest) = after(rest, b"[originating from goroutine ") {
        let (id, rest) = take_decimal(rest)?;
        let rest = after(rest, b"]").unwrap_or(rest);
        return Some((Token::Origin(id), after(rest, b":").unwrap_or(rest)));
    }
    if let Some(rest) = after(rest, b"[failed to restore the stack") {
        return Some((Token::StackLost, after(rest, b"]").unwrap_or(rest)));
    }
    message::signal(rest)
}

/// `...23 frames elided...`, `...additional frames elided...`
fn elided(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let rest = after(rest, b"...")?;
    if let Some(rest) = after(rest, b"additional frames elided...") {
        return Some((Token::Elided(None), rest));
    }
    let (count, rest) = take_decimal(rest)?;
    let rest = after(rest, b" frames elided...")?;
    Some((Token::Elided(u32::try_from(count).ok()), rest))
}

/// Bytes that end a word: white space, quotes, and what logs and tables glue fields with.
const DELIMITERS: [u8; 15] =
    [b' ', b'\t', b'"', b'\'', b'`', b'<', b'>', b'|', b'=', b',', b';', b'{', b'}', b'\r', b'\n'];

/// Those bytes as a set of bits: this is asked of every byte of a log.
const DELIMITER_BITS: u128 = bits(&DELIMITERS);

const fn bits(bytes: &[u8]) -> u128 {
    match bytes {
        [first, rest @ ..] => 1_u128.wrapping_shl(*first as u32) | bits(rest),
        [] => 0,
    }
}

fn is_delimiter(byte: u8) -> bool {
    byte < 128 && DELIMITER_BITS.wrapping_shr(u32::from(byte)) & 1 == 1
}

/// True when nothing but a field's end follows.
fn ends_here(rest: &[u8]) -> bool {
    match rest.trim_ascii_start().first() {
        None => true,
        Some(b'"' | b'\'' | b'`' | b'<' | b'|' | b',' | b'}' | b'\\') => true,
        Some(_) => false,
    }
}

/// White space, then `key` and its hexadecimal value.
fn field<'a>(rest: &'a [u8], key: &[u8]) -> Option<(u64, &'a [u8])> {
    let blanks = rest.iter().take_while(|&&byte| is_blank(byte)).count();
    if blanks == 0 {
        return None;
    }
    take_hex(after(from(rest, blanks), key)?)
}

/// Shared by the places of frames and of profiles.
fn line_number(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(0)
}

/// The text before `at`, for judging what a piece stands behind.
fn before(line: &[u8], at: usize) -> &[u8] {
    upto(line, at)
}

/// An empty place in `file` at `line`.
fn place_at(file: &[u8], line: u32) -> Place<'_> {
    Place { file, line, ..Place::default() }
}
