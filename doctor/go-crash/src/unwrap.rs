//! Undoes what logs and viewers do to the bytes of a line: escapes, entities, colours.
//!
//! No product's format is parsed. A JSON string, a logfmt value or a syslog message shows itself by
//! its escapes (`\n`, `\t`, `\"`, `#012`); undoing them and splitting at the line ends they stood
//! for leaves lines with some punctuation around them, which the scanner looks past.

use crate::bytes::{find, from, hex_value, upto};

/// Escapes may be nested: JSON inside a JSON string. Deeper than this nobody goes.
const DEEPEST: u32 = 4;

/// Most bytes of a Windows path: its own limit where long paths are not asked for.
const LONGEST_PATH: usize = 260;

/// Hands each line that `line` stands for to `emit`: the line itself, or those inside it.
pub(crate) fn unwrap(line: &[u8], emit: &mut impl FnMut(&[u8])) {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
    if memchr::memchr3(b'\\', b'&', 0x1b, line).is_none()
        && memchr::memchr3(b'#', b'\r', 0xc2, line).is_none()
    {
        return emit(line);
    }
    let mut text = line.to_vec();
    let mut changed = replace_hard_spaces(&mut text)
        | strip_colour(&mut text)
        | replace_entities(&mut text)
        | replace_octal(&mut text);
    for _ in 0..DEEPEST {
        if !replace_escapes(&mut text) {
            break;
        }
        changed = true;
        replace_entities(&mut text);
    }
    if !changed {
        return emit(line);
    }
    for piece in text.split(|&byte| byte == b'\n') {
        emit(piece.strip_suffix(b"\r").unwrap_or(piece));
    }
}

/// Rewrites `text` piece by piece: `step` looks at what is left and gives the bytes to put and how
/// many were read, or `None` to copy one byte.
fn rewrite(
    text: &mut Vec<u8>,
    marks: impl Fn(u8) -> bool,
    step: impl Fn(&[u8], &[u8]) -> Option<(Replacement, usize)>,
) -> bool {
    if !text.iter().any(|&byte| marks(byte)) {
        return false;
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_slice();
    let mut changed = false;
    while !rest.is_empty() {
        let next = rest.iter().position(|&byte| marks(byte)).unwrap_or(rest.len());
        out.extend_from_slice(upto(rest, next));
        rest = from(rest, next);
        if rest.is_empty() {
            break;
        }
        match step(&out, rest) {
            Some((replacement, length)) => {
                replacement.put(&mut out);
                rest = from(rest, length.max(1));
                changed = true;
            }
            None => {
                out.extend_from_slice(upto(rest, 1));
                rest = from(rest, 1);
            }
        }
    }
    if changed {
        *text = out;
    }
    changed
}

enum Replacement {
    Nothing,
    Byte(u8),
    Char(char),
}

impl Replacement {
    fn put(self, out: &mut Vec<u8>) {
        match self {
            Self::Nothing => {}
            Self::Byte(byte) => out.push(byte),
            Self::Char(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
}

/// Web pages keep indentation with spaces that do not break.
const HARD_SPACE: [u8; 2] = [0xc2, 0xa0];

fn replace_hard_spaces(text: &mut Vec<u8>) -> bool {
    rewrite(
        text,
        |byte| byte == 0xc2,
        |_, rest| rest.starts_with(&HARD_SPACE).then_some((Replacement::Byte(b' '), 2)),
    )
}

/// `ESC [ … letter`
fn strip_colour(text: &mut Vec<u8>) -> bool {
    rewrite(
        text,
        |byte| byte == 0x1b,
        |_, rest| {
            let body = rest.strip_prefix(b"\x1b[")?;
            let parameters = body.iter().position(|byte| !matches!(byte, b'0'..=b'?'))?;
            Some((Replacement::Nothing, parameters.saturating_add(3)))
        },
    )
}

/// `&lt;` and the other entities that HTML needs inside text.
fn replace_entities(text: &mut Vec<u8>) -> bool {
    const ENTITIES: [(&[u8], u8); 9] = [
        (b"&lt;", b'<'),
        (b"&gt;", b'>'),
        (b"&amp;", b'&'),
        (b"&quot;", b'"'),
        (b"&#34;", b'"'),
        (b"&#39;", b'\''),
        (b"&#x27;", b'\''),
        (b"&nbsp;", b' '),
        (b"&#9;", b'\t'),
    ];
    rewrite(
        text,
        |byte| byte == b'&',
        |_, rest| {
            let (entity, byte) = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity))?;
            Some((Replacement::Byte(*byte), entity.len()))
        },
    )
}

/// `#011` and `#012`, as syslog daemons write control bytes.
fn replace_octal(text: &mut Vec<u8>) -> bool {
    rewrite(
        text,
        |byte| byte == b'#' || byte == b'\r',
        |_, rest| {
            if rest.starts_with(b"\r") {
                return Some((Replacement::Byte(b'\n'), 1));
            }
            match rest.get(1..4)? {
                b"011" => Some((Replacement::Byte(b'\t'), 4)),
                b"012" => Some((Replacement::Byte(b'\n'), 4)),
                b"015" => Some((Replacement::Nothing, 4)),
                b"033" => {
                    let body = from(rest, 4).strip_prefix(b"[")?;
                    let parameters = body.iter().position(|byte| !matches!(byte, b'0'..=b'?'))?;
                    Some((Replacement::Nothing, parameters.saturating_add(6)))
                }
                _ => None,
            }
        },
    )
}

/// Backslash escapes of JSON, Go, Python and shells; a Windows path keeps its backslashes.
fn replace_escapes(text: &mut Vec<u8>) -> bool {
    if !has_line_escape(text) {
        return false;
    }
    rewrite(
        text,
        |byte| byte == b'\\',
        |before, rest| {
            if in_windows_path(before) && rest.get(1) != Some(&b'\\') {
                return None;
            }
            let replacement = match rest.get(1)? {
                b'n' => Replacement::Byte(b'\n'),
                b't' => Replacement::Byte(b'\t'),
                b'r' => Replacement::Nothing,
                byte @ (b'"' | b'\\' | b'/' | b'\'') => Replacement::Byte(*byte),
                b'u' => {
                    let digits =
                        rest.get(2..6).filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
                    let code = digits
                        .iter()
                        .fold(0_u32, |code, &digit| (code << 4) | u32::from(hex_value(digit)));
                    return match char::from_u32(code)? {
                        '\u{1b}' => {
                            let body = rest.get(6..)?.strip_prefix(b"[")?;
                            let parameters =
                                body.iter().position(|byte| !matches!(byte, b'0'..=b'?'))?;
                            Some((Replacement::Nothing, parameters.saturating_add(8)))
                        }
                        c => Some((Replacement::Char(c), 6)),
                    };
                }
                _ => return None,
            };
            Some((replacement, 2))
        },
    )
}

/// True when the text holds escapes that stand for the bytes a crash text is laid out with.
fn has_line_escape(text: &[u8]) -> bool {
    find(text, b"\\n").is_some()
        || find(text, b"\\t").is_some()
        || find(text, b"\\u00").is_some()
        || find(text, b"\\\"").is_some()
}

/// True when the word that ends `before` begins with a drive: `C:\new` has no line end in it.
fn in_windows_path(before: &[u8]) -> bool {
    let before = from(before, before.len().saturating_sub(LONGEST_PATH));
    let start = before
        .iter()
        .rposition(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\n' | b'(' | b'='))
        .map_or(0, |at| at.saturating_add(1));
    match from(before, start) {
        [drive, b':', rest @ ..] => {
            drive.is_ascii_alphabetic() && (rest.is_empty() || rest.starts_with(b"\\"))
        }
        _ => false,
    }
}
