//! Number literals: where they end, of which kind they are, and what is wrong with them.

use super::{Lexer, Tok, class};

/// The prefix of a number and what it allows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Base {
    Decimal,
    /// A leading `0` without a letter: octal, unless the number turns out not to be an integer.
    LeadingZero,
    Binary,
    Octal,
    Hex,
}

impl Base {
    fn accepts(self, byte: u8) -> bool {
        match self {
            Self::Hex => byte.is_ascii_hexdigit(),
            _ => byte.is_ascii_digit(),
        }
    }

    /// Whether `byte`, a digit that is part of the number, has too high a value.
    fn is_too_high(self, byte: u8) -> bool {
        match self {
            Self::Binary => byte > b'1',
            Self::Octal | Self::LeadingZero => byte > b'7',
            Self::Decimal | Self::Hex => false,
        }
    }
}

/// A run of digits and underscores.
#[derive(Clone, Copy, Default)]
struct Digits {
    any: bool,
    separators: bool,
    /// The first digit that the base does not have.
    too_high: Option<usize>,
}

/// The length of a decimal or hexadecimal integer without anything special: most numbers are that.
#[inline]
fn plain_integer_len(bytes: &[u8]) -> Option<usize> {
    let len = class::word_len(bytes);
    let (word, behind) = bytes.split_at_checked(len)?;
    let is_plain = match word {
        [b'0', b'x', _, ..] => word.iter().skip(2).all(u8::is_ascii_hexdigit),
        [b'1'..=b'9', ..] => word.iter().all(u8::is_ascii_digit),
        _ => word == b"0",
    };
    (is_plain && behind.first() != Some(&b'.')).then_some(len)
}

impl Lexer<'_> {
    /// Reads a number; `at` is at its first digit, or at a dot followed by one.
    pub(super) fn number(&mut self) -> Tok {
        let start = self.at;
        if let Some(len) = plain_integer_len(self.rest(start)) {
            return self.take(len, Tok::Int);
        }
        let mut tok = Tok::Int;
        let mut base = Base::Decimal;
        let mut digits = Digits::default();
        if self.byte(start) != b'.' {
            base = self.base_prefix();
            digits = self.digits(base);
            digits.any |= base == Base::LeadingZero;
        }
        if self.ahead(0) == b'.' {
            tok = Tok::Float;
            if matches!(base, Base::Binary | Base::Octal) {
                self.error(self.at, self.at.saturating_add(1), "invalid radix point");
            }
            self.take(1, tok);
            let fraction = self.digits(base);
            digits.any |= fraction.any;
            digits.separators |= fraction.separators;
        }
        if !digits.any {
            self.error(start, self.at, "number has no digits");
        }
        let exponent = self.ahead(0).to_ascii_lowercase();
        if exponent == b'e' || exponent == b'p' {
            let fits = match exponent {
                b'e' => matches!(base, Base::Decimal | Base::LeadingZero),
                _ => base == Base::Hex,
            };
            if !fits {
                self.error(start, self.at, "exponent does not go with this base");
            }
            tok = Tok::Float;
            self.take(1, tok);
            if matches!(self.ahead(0), b'+' | b'-') {
                self.take(1, tok);
            }
            let power = self.digits(Base::Decimal);
            digits.separators |= power.separators;
            if !power.any {
                self.error(start, self.at, "exponent has no digits");
            }
        } else if base == Base::Hex && tok == Tok::Float {
            self.error(start, self.at, "hexadecimal mantissa requires a 'p' exponent");
        }
        if self.ahead(0) == b'i' {
            tok = Tok::Imag;
            self.take(1, tok);
        }
        if let (Tok::Int, Some(at)) = (tok, digits.too_high) {
            self.error(at, at.saturating_add(1), "digit is too high for this base");
        }
        if digits.separators {
            self.check_separators(start);
        }
        tok
    }

    fn base_prefix(&mut self) -> Base {
        let (base, len) = match (self.ahead(0), self.ahead(1)) {
            (b'0', b'x' | b'X') => (Base::Hex, 2),
            (b'0', b'o' | b'O') => (Base::Octal, 2),
            (b'0', b'b' | b'B') => (Base::Binary, 2),
            (b'0', _) => (Base::LeadingZero, 1),
            _ => (Base::Decimal, 0),
        };
        self.at = self.at.saturating_add(len);
        base
    }

    fn digits(&mut self, base: Base) -> Digits {
        let mut digits = Digits::default();
        loop {
            let byte = self.ahead(0);
            if byte == b'_' {
                digits.separators = true;
            } else if base.accepts(byte) {
                digits.any = true;
                if base.is_too_high(byte) && digits.too_high.is_none() {
                    digits.too_high = Some(self.at);
                }
            } else {
                return digits;
            }
            self.at = self.at.saturating_add(1);
        }
    }

    /// An underscore must stand between two digits, or between a base prefix and a digit.
    fn check_separators(&mut self, start: usize) {
        let text = self.src().get(start..self.at).unwrap_or_default();
        let is_hex = matches!(text, [b'0', b'x' | b'X', ..]);
        let has_prefix = matches!(text, [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B', ..]);
        let is_digit = |byte: u8| byte.is_ascii_digit() || is_hex && byte.is_ascii_hexdigit();
        let mut before_is_digit = has_prefix;
        let mut bytes = text.iter().copied().skip(if has_prefix { 2 } else { 0 }).peekable();
        while let Some(byte) = bytes.next() {
            let after_is_digit = bytes.peek().is_some_and(|&after| is_digit(after));
            if byte == b'_' && !(before_is_digit && after_is_digit) {
                self.error(start, self.at, "'_' must separate successive digits");
                return;
            }
            before_is_digit = is_digit(byte);
        }
    }
}
