//! String and rune literals, and the numbers in `//line` comments.

use super::{Lexer, Tok};

impl Lexer<'_> {
    /// A string in double quotes, which ends at the line break at the latest.
    pub(super) fn string(&mut self) -> Tok {
        let start = self.at;
        self.at = start.saturating_add(1);
        loop {
            let rest = self.rest(self.at);
            let len = memchr::memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len());
            self.at = self.at.saturating_add(len);
            match self.ahead(0) {
                b'"' => return self.take(1, Tok::String),
                b'\\' => {
                    self.escape(b'"');
                }
                _ => {
                    self.error(start, self.at, "string literal not terminated");
                    return Tok::String;
                }
            }
        }
    }

    /// A string in back quotes.
    pub(super) fn raw_string(&mut self) -> Tok {
        let start = self.at;
        self.at = start.saturating_add(1);
        let rest = self.rest(self.at);
        if let Some(len) = memchr::memchr(b'`', rest) {
            self.at = self.at.saturating_add(len).saturating_add(1);
        } else {
            self.at = self.src().len();
            self.error(start, self.at, "raw string literal not terminated");
        }
        self.note_lines(start);
        Tok::String
    }

    /// A rune in single quotes.
    pub(super) fn rune(&mut self) -> Tok {
        let start = self.at;
        self.at = start.saturating_add(1);
        let mut count = 0usize;
        let mut valid = true;
        loop {
            match self.ahead(0) {
                b'\'' => {
                    self.take(1, Tok::Char);
                    break;
                }
                b'\\' => {
                    valid &= self.escape(b'\'');
                    count = count.saturating_add(1);
                }
                b'\n' => {
                    valid = false;
                    self.error(start, self.at, "rune literal not terminated");
                    break;
                }
                _ if self.at >= self.src().len() => {
                    valid = false;
                    self.error(start, self.at, "rune literal not terminated");
                    break;
                }
                byte => {
                    let continues = byte & 0xC0 == 0x80;
                    count = count.saturating_add(usize::from(!continues));
                    self.take(1, Tok::Char);
                }
            }
        }
        if valid && count != 1 {
            self.error(start, self.at, "rune literal must hold one character");
        }
        Tok::Char
    }

    /// An escape in a literal within `quote`s; `at` is at the backslash. Says whether it is valid;
    /// if not, `at` is where it breaks off, and at least behind the backslash.
    fn escape(&mut self, quote: u8) -> bool {
        let start = self.at;
        let escape = self.ahead(1);
        let (skip, len, radix, max) = match escape {
            b'a' | b'b' | b'f' | b'n' | b'r' | b't' | b'v' | b'\\' => {
                self.at = start.saturating_add(2);
                return true;
            }
            _ if escape == quote => {
                self.at = start.saturating_add(2);
                return true;
            }
            b'0'..=b'7' => (1, 3, 8, 255),
            b'x' => (2, 2, 16, 255),
            b'u' => (2, 4, 16, 0x10_FFFF),
            b'U' => (2, 8, 16, 0x10_FFFF),
            _ => {
                self.at = start.saturating_add(1);
                self.error(start, self.at, "unknown escape sequence");
                return false;
            }
        };
        self.at = start.saturating_add(skip);
        let mut value = 0u32;
        for _ in 0..len {
            let Some(digit) = char::from(self.ahead(0)).to_digit(radix) else {
                self.error(start, self.at, "escape sequence is too short");
                return false;
            };
            value = value.wrapping_mul(radix).wrapping_add(digit);
            self.at = self.at.saturating_add(1);
        }
        let valid = value <= max && !(0xD800..0xE000).contains(&value);
        if !valid {
            self.error(start, self.at, "escape sequence is no Unicode code point");
        }
        valid
    }
}

/// Whether what follows `//line ` names a line or column that is no number from 1 to 2³⁰.
/// Without a colon it is an ordinary comment.
pub(super) fn has_bad_line_number(text: &[u8]) -> bool {
    const MAX: u64 = 1 << 30;
    let Some((file, last)) = split_at_last_colon(text) else { return false };
    let Some(last) = number(last) else { return true };
    let line = match split_at_last_colon(file).and_then(|(_, line)| number(line)) {
        Some(_) if last == 0 || last > MAX => return true,
        Some(line) => line,
        None => last,
    };
    line == 0 || line > MAX
}

fn split_at_last_colon(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = memchr::memrchr(b':', text)?;
    Some((text.get(..at)?, text.get(at.saturating_add(1)..)?))
}

fn number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || !text.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}
