//! `fatal error: …`, `panic: …`, and the ways in which programs log a panic they recovered.
//!
//! The runtime's own lines are told from quotations by what stands before and after them: nothing
//! or a log's prefix, and nothing more. A quotation is handed on too, marked: a stack that follows
//! makes it a crash all the same.

use super::{before, is_delimiter};
use crate::bytes::{after, contains, find, from, take_hex, take_while, trim, upto};
use crate::token::{Message, Token};
use go_runtime::fault::{self, Channel};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// How much of a line is looked at before and behind a message. Lines may be as long as a whole
/// text, and messages many, so both are bounded.
const LONGEST_PREFIX: usize = 1 << 10;
const LONGEST_MESSAGE: usize = 16 << 10;

/// What concerns maps, looked for in every line that is not the runtime's own.
static ABOUT_MAPS: LazyLock<[(Channel, Finder<'static>); 4]> = LazyLock::new(|| {
    [
        (Channel::Panic, Finder::new("assignment to entry in nil map")),
        (Channel::Panic, Finder::new("hash of unhashable type")),
        (Channel::Fatal, Finder::new("concurrent map ")),
        // What a corrupted map ends in, too.
        (Channel::Panic, Finder::new("invalid memory address or nil pointer dereference")),
    ]
});

/// `fatal error: …` or `panic: …` exactly at `at`, and what follows the message.
pub(super) fn announced(line: &[u8], at: usize) -> Option<(Token<'_>, &[u8])> {
    let rest = from(line, at);
    let (channel, rest) = match after(rest, b"fatal error: ") {
        Some(rest) => (Channel::Fatal, rest),
        None => match after(rest, b"panic: ") {
            Some(rest) => (Channel::Panic, rest),
            None => return served(line, at),
        },
    };
    let prefix = prefix_of(line, at);
    // Threads that die at once print into each other: `fatal error: fatal error: concurrent …`.
    let announcement: &[u8] = if channel == Channel::Fatal { b"fatal error: " } else { b"panic: " };
    let rest = without_repeats(rest, announcement);
    // People write `panic: fatal error: …` where the runtime prints the second half only.
    let (channel, rest) = match after(rest, b"fatal error: ") {
        Some(rest) if channel == Channel::Panic && is_known(Channel::Fatal, rest) => {
            (Channel::Fatal, rest)
        }
        _ => (channel, rest),
    };
    let (text, rest) = match twice_printed(rest) {
        Some(value) => value,
        None => message_text(channel, prefix, rest),
    };
    let (text, recovered) = without_recovered(text);
    if text.is_empty() {
        return None;
    }
    let printed = looks_printed(prefix) && looks_ended(without_repeats(rest, text));
    let bare = trim(prefix).is_empty();
    let nested = bare && prefix.first().is_some_and(|&byte| byte == b'\t' || byte == b' ');
    let logged = channel == Channel::Panic
        && (contains(prefix, b"ecover") || contains(prefix, b"bserved a "));
    Some((
        Token::Message(Message { channel, text, recovered, logged, printed, nested, bare }),
        rest,
    ))
}

fn is_known(channel: Channel, text: &[u8]) -> bool {
    let text = upto(text, LONGEST_MESSAGE);
    std::str::from_utf8(text).is_ok_and(|text| fault::find(channel, text).is_some())
}

/// `"assignment to entry in nil map" (assignment to entry in nil map)`: Kubernetes' handler logs the
/// value as Go source and as text (apimachinery, util/runtime/runtime.go).
fn twice_printed(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = rest.strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', upto(rest, LONGEST_MESSAGE))?;
    let again = after(from(rest, end), b"\" (")?;
    let close = memchr::memchr(b')', upto(again, LONGEST_MESSAGE))?;
    let text = upto(again, close);
    text.ends_with(upto(rest, end)).then_some((text, from(again, close.saturating_add(1))))
}

/// Skips what several threads printed before they came to print more; few die at once.
fn without_repeats<'a>(text: &'a [u8], repeated: &[u8]) -> &'a [u8] {
    let mut rest = text;
    for _ in 0..8 {
        match after(rest, repeated) {
            Some(tail) => rest = tail,
            None => break,
        }
    }
    rest
}

/// `http: panic serving 10.0.0.1:4711: …`, as net/http logs it (net/http/server.go).
fn served(line: &[u8], at: usize) -> Option<(Token<'_>, &[u8])> {
    let rest = after(from(line, at), b"panic serving ")?;
    let (_, rest) = take_while(rest, |byte| byte != b' ');
    let (text, rest) = message_text(Channel::Panic, prefix_of(line, at), rest.trim_ascii_start());
    Some((
        Token::Message(Message {
            channel: Channel::Panic,
            text,
            recovered: false,
            logged: true,
            printed: true,
            nested: false,
            bare: false,
        }),
        rest,
    ))
}

/// A message about maps somewhere in a line, and where, though nothing announces it: middleware
/// has formats of its own (`[Macaron] PANIC: …`), trackers make a title of the message.
pub(super) fn quoted(line: &[u8]) -> Option<(Token<'_>, usize)> {
    let (channel, at, length) = ABOUT_MAPS.iter().find_map(|(channel, finder)| {
        finder.find(line).map(|at| (*channel, at, finder.needle().len()))
    })?;
    let prefix = prefix_of(line, at);
    let rest = from(line, at);
    let (text, tail) = message_text(channel, prefix, rest);
    let (text, tail) =
        if text.len() < length { (upto(rest, length), from(rest, length)) } else { (text, tail) };
    if channel == Channel::Fatal {
        // `concurrent map ` begins other things too.
        std::str::from_utf8(text).ok().and_then(|text| fault::find(channel, text))?;
    }
    let says_panic = [&b"anic"[..], b"PANIC", b"ecover"].iter().any(|word| contains(prefix, word));
    let logged = channel == Channel::Panic;
    let printed = logged && looks_ended(tail) && looks_printed(prefix) && says_panic;
    let message = Message {
        channel,
        text,
        recovered: false,
        logged,
        printed,
        nested: false,
        bare: trim(prefix).is_empty(),
    };
    Some((Token::Message(message), at))
}

/// Splits the message from what a viewer or a log put behind it.
///
/// A message of the table ends where the table says; `hash of unhashable type` and its like take a
/// type with them. Any other runs to the end of the line or of the field that holds it.
fn message_text<'a>(channel: Channel, prefix: &[u8], line: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let rest = upto(line, LONGEST_MESSAGE);
    let field = match prefix.last() {
        Some(&quote @ (b'"' | b'\'' | b'`')) => memchr::memchr(quote, rest).unwrap_or(rest.len()),
        // The message stands further inside a quoted field.
        _ if memchr::memchr_iter(b'"', prefix).count() % 2 == 1 => {
            memchr::memchr(b'"', rest).unwrap_or(rest.len())
        }
        _ => rest.len(),
    };
    // Two threads that die at once print their messages into each other.
    let doubled = find(rest, b"fatal error: ").filter(|&at| at > 0).unwrap_or(rest.len());
    let limit = field.min(doubled);
    let text = upto(rest, limit);
    let known = std::str::from_utf8(text).ok().and_then(|text| fault::find(channel, text));
    let end = match known {
        Some(message) => {
            let lead =
                if text.starts_with(b"runtime error: ") { b"runtime error: ".len() } else { 0 };
            let end = lead.saturating_add(message.text.len());
            let tail = from(text, end);
            if message.is_whole() {
                let marks = marks_length(tail);
                end.saturating_add(marks)
            } else {
                let stop = |mark: &[u8]| find(tail, mark).unwrap_or(tail.len());
                end.saturating_add(stop(b" goroutine ").min(stop(b" [signal ")))
            }
        }
        None => {
            let heading =
                find(text, b" goroutine ").filter(|&at| continues_with_heading(from(text, at)));
            heading.unwrap_or(text.len()).min(find(text, b" [signal ").unwrap_or(text.len()))
        }
    };
    (upto(rest, end).trim_ascii_end(), from(line, end))
}

/// What stands before a message, as far as it can tell a log's prefix from a sentence.
fn prefix_of(line: &[u8], at: usize) -> &[u8] {
    let prefix = before(line, at);
    from(prefix, prefix.len().saturating_sub(LONGEST_PREFIX))
}

fn continues_with_heading(rest: &[u8]) -> bool {
    super::heading::parse(rest.trim_ascii_start()).is_some()
}

/// The length of `[recovered]` and `[recovered, repanicked]` behind a message.
fn marks_length(tail: &[u8]) -> usize {
    [&b" [recovered, repanicked]"[..], b" [recovered]"]
        .iter()
        .find(|mark| tail.starts_with(mark))
        .map_or(0, |mark| mark.len())
}

fn without_recovered(text: &[u8]) -> (&[u8], bool) {
    for mark in [&b" [recovered, repanicked]"[..], b" [recovered]"] {
        if let Some(text) = text.strip_suffix(mark) {
            return (text, true);
        }
    }
    (text, false)
}

/// True when a message behind `prefix` was printed and not quoted: the prefix is empty, or that of
/// a log, or the beginning of a field.
fn looks_printed(prefix: &[u8]) -> bool {
    let text = trim(prefix);
    if text.is_empty() {
        return true;
    }
    match prefix.last() {
        Some(b'"' | b'\'') => {
            let field = prefix.len().checked_sub(2).and_then(|at| prefix.get(at));
            return matches!(field, None | Some(b':' | b',' | b'=' | b'\t' | b';'))
                || is_json_field(prefix) && !is_source_field(text);
        }
        Some(b'`') => return false,
        _ => {}
    }
    let comment = contains(text, b"//") && !contains(text, b"://")
        || text.starts_with(b"*")
        || text.starts_with(b"- ")
        || text.starts_with(b"#") && is_heading(text)
        || [&b"#"[..], b"--", b"/*"].iter().any(|mark| text.ends_with(mark))
        || is_number_of_list(text);
    if comment || text.contains(&b'`') {
        return false;
    }
    // Sentences in other scripts hold no words to count below.
    let foreign = |c: char| !c.is_ascii() && c.is_alphabetic();
    if !text.ends_with(b"]:") && String::from_utf8_lossy(text).contains(foreign) {
        return false;
    }
    let is_word = |word: &&[u8]| word.len() > 1 && word.iter().all(u8::is_ascii_lowercase);
    let words = text.split(|&byte| byte == b' ').filter(is_word).count();
    let ends_in_word =
        text.split(|&byte| byte == b' ').next_back().is_some_and(|word| is_word(&word));
    let log_like = text.iter().any(|byte| byte.is_ascii_digit() || b"|[]>".contains(byte))
        || text.ends_with(b":");
    log_like && words <= 3 && !(ends_in_word && words > 1)
}

/// `"message": "…`
fn is_json_field(prefix: &[u8]) -> bool {
    upto(prefix, prefix.len().saturating_sub(1)).trim_ascii_end().ends_with(b":")
}

/// `want:   "…`, a field of a composite literal: source names it without quotes.
fn is_source_field(prefix: &[u8]) -> bool {
    let (name, rest) = take_while(prefix, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
    !name.is_empty() && after(rest, b":").is_some_and(|rest| trim(rest) == b"\"")
}

/// `2.` or `2)`: an item of a list.
fn is_number_of_list(prefix: &[u8]) -> bool {
    let (digits, rest) = take_while(prefix, |byte| byte.is_ascii_digit());
    !digits.is_empty() && matches!(rest, b"." | b")")
}

/// `## `: a heading of Markdown, or a comment.
fn is_heading(prefix: &[u8]) -> bool {
    let (_, rest) = take_while(prefix, |byte| byte == b'#');
    rest.is_empty() || rest.starts_with(b" ")
}

/// True when a message is not continued as a sentence.
fn looks_ended(rest: &[u8]) -> bool {
    let tail = rest.trim_ascii_start();
    if tail.starts_with(b"</") && !tail.starts_with(b"</pre") {
        // An item or a title of a page; a log there is preformatted, or has its stack.
        return false;
    }
    match tail.first() {
        None => true,
        Some(b'"' | b'\'') => !tail.starts_with(b"\")") && !tail.starts_with(b"\" "),
        Some(b',' | b'|' | b'<' | b'\\' | b'[' | b'}' | b'f' | b'g' | b'p')
            if !rest.starts_with(b" ") =>
        {
            true
        }
        Some(_) => {
            super::heading::parse(tail).is_some()
                // gocheck tells where (gopkg.in/check.v1, check.go).
                || tail.starts_with(b"(PC=0x")
                || tail.iter().next().is_some_and(u8::is_ascii_digit)
        }
    }
}

/// `[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x64b570]`
pub(super) fn signal(rest: &[u8]) -> Option<(Token<'_>, &[u8])> {
    let line = after(rest, b"[signal ")?;
    let rest = upto(line, LONGEST_PREFIX);
    let (name, _) = take_while(rest, |byte| byte != b':' && !is_delimiter(byte) && byte != b']');
    let end = memchr::memchr(b']', rest).map_or(rest.len(), |end| end.saturating_add(1));
    let value = |key: &[u8]| {
        find(upto(rest, end), key).and_then(|at| take_hex(from(rest, at.saturating_add(key.len()))))
    };
    let address = value(b"addr=").map(|(value, _)| value);
    let pc = value(b"pc=").map(|(value, _)| value);
    Some((Token::Signal { name, address, pc }, from(line, end)))
}

/// `SIGSEGV: segmentation violation` and the `PC=0x…` line that follows it, as printed for signals
/// outside of Go code and for `SIGQUIT` (runtime/signal_unix.go).
pub(super) fn process_signal(line: &[u8], at: usize) -> Option<(Token<'_>, &[u8])> {
    let rest = from(line, at);
    if let Some(tail) = after(rest, b"PC=") {
        let (pc, tail) = take_hex(tail)?;
        return contains(tail, b"sigcode=").then_some((Token::SignalCounter(pc), tail));
    }
    let (name, tail) = take_while(rest, |byte| byte.is_ascii_uppercase());
    let described = name.starts_with(b"SIG") && name.len() > 4 && tail.starts_with(b": ");
    described.then_some((Token::ProcessSignal(name), tail))
}
