//! Classes of ASCII bytes, as tables: what comes next cannot be predicted, so nothing jumps on it that need not.

use super::token::Tok;

/// What is part of a word.
const WORD: u8 = 1;
/// What starts a word.
const LETTER: u8 = 2;

/// By byte, sixteen in a row. What is outside ASCII is looked at elsewhere.
#[rustfmt::skip]
const CLASS: [u8; 256] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0,
    0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 3,
    0, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3,
    3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
];

/// The token that a byte is by itself, whatever follows; [`Tok::Illegal`] for all other bytes.
#[inline]
pub(super) fn single(byte: u8) -> Tok {
    // A table, as what comes next cannot be predicted; it starts at `(`.
    const FIRST: u8 = b'(';
    #[rustfmt::skip]
    const SINGLE: [Tok; 88] = {
        use Tok::{Comma, Illegal as X, LBrace, LBrack, LParen, RBrace, RBrack, RParen, Semi, Tilde};
        [
            LParen, RParen, X, X, Comma, X, X, X,
            X, X, X, X, X, X, X, X,
            X, X, X, Semi, X, X, X, X,
            X, X, X, X, X, X, X, X,
            X, X, X, X, X, X, X, X,
            X, X, X, X, X, X, X, X,
            X, X, X, LBrack, X, RBrack, X, X,
            X, X, X, X, X, X, X, X,
            X, X, X, X, X, X, X, X,
            X, X, X, X, X, X, X, X,
            X, X, X, LBrace, X, RBrace, Tilde, X,
        ]
    };
    SINGLE.get(usize::from(byte.wrapping_sub(FIRST))).copied().unwrap_or(Tok::Illegal)
}

#[inline]
fn is(byte: u8, class: u8) -> bool {
    CLASS.get(usize::from(byte)).is_some_and(|found| found & class != 0)
}

/// Whether a word can start with this byte.
#[inline]
pub(super) fn is_letter(byte: u8) -> bool {
    is(byte, LETTER)
}

/// Whether a word can go on with this byte.
#[inline]
pub(crate) fn is_word_byte(byte: u8) -> bool {
    is(byte, WORD)
}

/// How many bytes of a word `bytes` start with.
///
/// Eight bytes at a time, without a branch for each: how long the next name is cannot be predicted.
#[inline]
pub(super) fn word_len(bytes: &[u8]) -> usize {
    let mut len = 0usize;
    let mut rest = bytes;
    while let Some((chunk, behind)) = rest.split_first_chunk::<8>() {
        let others = others_in(u64::from_le_bytes(*chunk));
        if others != 0 {
            return len.wrapping_add((others.trailing_zeros() / 8) as usize);
        }
        len = len.wrapping_add(8);
        rest = behind;
    }
    len.wrapping_add(rest.iter().position(|&byte| !is_word_byte(byte)).unwrap_or(rest.len()))
}

/// A word of one to seven bytes.
#[derive(Clone, Copy)]
pub(super) struct ShortWord {
    pub(super) len: usize,
    /// Its first byte in the lowest, and zeros behind its last.
    pub(super) packed: u64,
}

/// The word that `bytes` start with, if that is shorter than eight bytes, a byte of ASCII follows,
/// and they are long enough to tell at one glance. The first byte must be a word's.
#[inline]
pub(super) fn short_word(bytes: &[u8]) -> Option<ShortWord> {
    let chunk = u64::from_le_bytes(*bytes.first_chunk::<8>()?);
    let others = others_in(chunk);
    // The highest bit of the byte behind the word; none if all eight are part of it.
    let end = others & others.wrapping_neg();
    if end == 0 || chunk & end != 0 {
        return None;
    }
    let len = (end.trailing_zeros() / 8) as usize;
    Some(ShortWord { len, packed: chunk & (end >> 7).wrapping_sub(1) })
}

/// How many tabs `bytes` start with, eight at most: the indentation of a line, mostly.
#[inline]
pub(super) fn tabs(bytes: &[u8]) -> usize {
    const TABS: u64 = u64::from_le_bytes([b'\t'; 8]);
    let chunk = bytes.first_chunk::<8>().map_or(0, |chunk| u64::from_le_bytes(*chunk));
    ((chunk ^ TABS).trailing_zeros() / 8) as usize
}

/// The high bit of each byte that is no part of a word.
///
/// In seven bits, `x + (0x80 - low)` reaches the high bit if `x >= low`, and no carry leaves the byte.
#[inline]
fn others_in(bytes: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let ascii = bytes & !HIGH;
    let within = |x: u64, low: u8, high: u8| {
        let from_low = x.wrapping_add(EACH.wrapping_mul(0x80_u64.wrapping_sub(u64::from(low))));
        let above = x.wrapping_add(EACH.wrapping_mul(0x7F_u64.wrapping_sub(u64::from(high))));
        from_low & !above
    };
    let letters = within(ascii | (0x20 * EACH), b'a', b'z');
    let word = letters | within(ascii, b'0', b'9') | within(ascii, b'_', b'_');
    (!word | bytes) & HIGH
}

#[cfg(test)]
mod tests {
    use super::{Tok, is_word_byte, single, word_len};

    #[test]
    fn single_bytes_are_the_tokens_that_they_look_like() {
        for byte in 0..=u8::MAX {
            let expected = match byte {
                b'(' => Tok::LParen,
                b')' => Tok::RParen,
                b'[' => Tok::LBrack,
                b']' => Tok::RBrack,
                b'{' => Tok::LBrace,
                b'}' => Tok::RBrace,
                b',' => Tok::Comma,
                b';' => Tok::Semi,
                b'~' => Tok::Tilde,
                _ => Tok::Illegal,
            };
            assert_eq!(single(byte), expected, "byte {byte}");
        }
    }

    #[test]
    fn words_end_where_the_table_says() {
        for byte in 0..=u8::MAX {
            for place in 0..20 {
                let mut bytes = [b'x'; 20];
                bytes[place] = byte;
                let expected = if is_word_byte(byte) { 20 } else { place };
                assert_eq!(word_len(&bytes), expected, "byte {byte} at {place}");
            }
        }
    }
}
