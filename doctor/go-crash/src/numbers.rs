//! Takes off the line numbers of a text copied from a page that shows them.
//!
//! ```text
//! 1fatal error: concurrent map writes
//! 2
//! 3goroutine 7 [running]:
//! 4main.put(0xc000012345)
//! ```
//!
//! A number glued to what the runtime prints is such a number, and so is the next one on the next
//! line. No other digits are touched: symbols, hosts and times begin with some.

use crate::bytes::take_decimal;

/// What a numbered text begins with.
const BEGINNINGS: [&[u8]; 4] = [b"fatal error: ", b"panic: ", b"goroutine ", b"WARNING: DATA RACE"];

/// The numbering of a text.
#[derive(Debug, Default)]
pub(crate) struct Numbers {
    next: Option<u64>,
}

impl Numbers {
    /// A line without a number was passed over.
    pub(crate) fn end(&mut self) {
        self.next = None;
    }

    /// The line without its number.
    pub(crate) fn strip<'a>(&mut self, line: &'a [u8]) -> &'a [u8] {
        let numbered = match line.first() {
            Some(byte) if byte.is_ascii_digit() => take_decimal(line),
            _ => None,
        };
        let Some((number, rest)) = numbered else {
            self.next = None;
            return line;
        };
        let begins = || BEGINNINGS.iter().any(|beginning| rest.starts_with(beginning));
        if self.next == Some(number) || begins() {
            self.next = number.checked_add(1);
            return rest;
        }
        self.next = None;
        line
    }
}

#[cfg(test)]
mod tests {
    use super::Numbers;

    #[test]
    fn consecutive_numbers_come_off_and_others_stay() {
        let mut numbers = Numbers::default();
        for (line, rest) in [
            ("7 bottles", "7 bottles"),
            ("8fatal error: x", "fatal error: x"),
            ("9", ""),
            ("10main.f()", "main.f()"),
            ("12main.g()", "12main.g()"),
            ("13main.g()", "13main.g()"),
            ("3goroutine 7 [running]:", "goroutine 7 [running]:"),
            ("4 C:/main.go:3 +0x4", " C:/main.go:3 +0x4"),
            ("", ""),
            ("5main.f()", "5main.f()"),
            ("2024-03-09 panic: x", "2024-03-09 panic: x"),
        ] {
            assert_eq!(numbers.strip(line.as_bytes()), rest.as_bytes(), "{line}");
        }
    }
}
