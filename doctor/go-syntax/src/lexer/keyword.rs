//! Which words are keywords.
//!
//! Every second word is looked up, and whether it is a keyword cannot be predicted. So there is no
//! branch for it: a multiplication takes the word to the one keyword that it may be.

use super::token::Tok;

/// Takes the keywords of up to seven letters to different slots; found by trial.
const SPREAD: u64 = 0x9AD7_3290_E803_26D7;

/// The keywords of up to seven letters by the upper five bits of their product with [`SPREAD`], and
/// the tokens of other words and of this one.
const SLOTS: [(u64, [Tok; 2]); 32] = [
    slot(b"defer", Tok::Defer),
    slot(b"range", Tok::Range),
    FREE,
    slot(b"select", Tok::Select),
    slot(b"const", Tok::Const),
    slot(b"type", Tok::Type),
    FREE,
    FREE,
    slot(b"if", Tok::If),
    slot(b"case", Tok::Case),
    FREE,
    slot(b"goto", Tok::Goto),
    slot(b"default", Tok::Default),
    slot(b"var", Tok::Var),
    FREE,
    FREE,
    slot(b"for", Tok::For),
    FREE,
    slot(b"map", Tok::Map),
    slot(b"go", Tok::Go),
    FREE,
    slot(b"return", Tok::Return),
    FREE,
    slot(b"chan", Tok::Chan),
    slot(b"else", Tok::Else),
    slot(b"func", Tok::Func),
    slot(b"import", Tok::Import),
    FREE,
    slot(b"package", Tok::Package),
    slot(b"break", Tok::Break),
    slot(b"struct", Tok::Struct),
    slot(b"switch", Tok::Switch),
];

/// No word is zero.
const FREE: (u64, [Tok; 2]) = (0, [Tok::Ident; 2]);

const fn slot(word: &[u8], tok: Tok) -> (u64, [Tok; 2]) {
    (packed(word), [Tok::Ident, tok])
}

/// The first letter in the lowest byte.
const fn packed(word: &[u8]) -> u64 {
    match word {
        [] => 0,
        [first, rest @ ..] => packed(rest).wrapping_shl(8) | *first as u64,
    }
}

/// The keyword that a word of one to seven letters is, or [`Tok::Ident`]. `word` holds its first
/// letter in the lowest byte, and zeros behind its last.
#[inline]
pub(super) fn of_short(word: u64) -> Tok {
    let slot = word.wrapping_mul(SPREAD).wrapping_shr(59) as usize;
    let Some((keyword, toks)) = SLOTS.get(slot) else { return Tok::Ident };
    toks.get(usize::from(*keyword == word)).copied().unwrap_or(Tok::Ident)
}

impl Tok {
    /// The keyword that `word` is, or [`Tok::Ident`].
    pub(crate) fn of_word(word: &[u8]) -> Self {
        match word {
            b"continue" => Self::Continue,
            b"interface" => Self::Interface,
            b"fallthrough" => Self::Fallthrough,
            [] | [_, _, _, _, _, _, _, _, ..] => Self::Ident,
            short => of_short(packed(short)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tok;

    #[test]
    fn all_keywords_are_found_and_nothing_else() {
        let keywords = "break case chan const continue default defer else fallthrough for func go \
            goto if import interface map package range return select struct switch type var";
        let mut found: Vec<Tok> = Vec::new();
        for word in keywords.split(' ') {
            found.push(Tok::of_word(word.as_bytes()));
            for other in [word.replace('e', "E"), format!("{word}s"), format!("_{word}")] {
                let is_keyword = keywords.split(' ').any(|keyword| keyword == other);
                assert_eq!(Tok::of_word(other.as_bytes()) != Tok::Ident, is_keyword, "{other}");
            }
        }
        // They are declared in alphabetical order.
        assert!(found.is_sorted() && found.len() == 25);
        assert_eq!((found.first(), found.last()), (Some(&Tok::Break), Some(&Tok::Var)));
        found.dedup();
        assert_eq!(found.len(), 25);
    }
}
