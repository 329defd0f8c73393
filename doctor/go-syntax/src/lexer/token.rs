//! Tokens.

use crate::kind::{AssignOp, BinaryOp, UnaryOp};

/// What a token is. The binary operators stand in the order of [`BinaryOp`], the assignment
/// operators in that of [`AssignOp`], so that one converts to the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Tok {
    Eof,
    /// Bytes that start no token.
    Illegal,
    Ident,
    Int,
    Float,
    Imag,
    Char,
    String,

    Add,
    Sub,
    Mul,
    Quo,
    Rem,
    And,
    Or,
    Xor,
    Shl,
    Shr,
    AndNot,
    LogicalAnd,
    LogicalOr,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,

    Assign,
    Define,
    AddAssign,
    SubAssign,
    MulAssign,
    QuoAssign,
    RemAssign,
    AndAssign,
    OrAssign,
    XorAssign,
    ShlAssign,
    ShrAssign,
    AndNotAssign,

    Not,
    Tilde,
    Arrow,
    Increment,
    Decrement,
    LParen,
    RParen,
    LBrack,
    RBrack,
    LBrace,
    RBrace,
    Comma,
    Semi,
    Colon,
    Period,
    Ellipsis,

    Break,
    Case,
    Chan,
    Const,
    Continue,
    Default,
    Defer,
    Else,
    Fallthrough,
    For,
    Func,
    Go,
    Goto,
    If,
    Import,
    Interface,
    Map,
    Package,
    Range,
    Return,
    Select,
    Struct,
    Switch,
    Type,
    Var,
}

/// The letters that keywords of each length start with, from `a` at the lowest bit.
const INITIALS: [u32; 12] =
    [0x0, 0x0, 0x140, 0x201020, 0x80074, 0x2000e, 0x60100, 0x8008, 0x4, 0x100, 0x0, 0x20];

impl Tok {
    /// Whether a keyword of this length starts with this letter.
    #[inline]
    pub(crate) fn may_be_keyword(first: u8, len: usize) -> bool {
        let initials = INITIALS.get(len).copied().unwrap_or(0);
        let letter = u32::from(first.wrapping_sub(b'a'));
        letter < 26 && initials.wrapping_shr(letter) & 1 != 0
    }

    /// The keyword that `word` is, or [`Tok::Ident`].
    pub(crate) fn of_word(word: &[u8]) -> Self {
        let Some(&first) = word.first() else { return Self::Ident };
        match (word.len(), first) {
            (2, b'g') if word == b"go" => Self::Go,
            (2, b'i') if word == b"if" => Self::If,
            (3, b'f') if word == b"for" => Self::For,
            (3, b'm') if word == b"map" => Self::Map,
            (3, b'v') if word == b"var" => Self::Var,
            (4, b'c') if word == b"case" => Self::Case,
            (4, b'c') if word == b"chan" => Self::Chan,
            (4, b'e') if word == b"else" => Self::Else,
            (4, b'f') if word == b"func" => Self::Func,
            (4, b'g') if word == b"goto" => Self::Goto,
            (4, b't') if word == b"type" => Self::Type,
            (5, b'b') if word == b"break" => Self::Break,
            (5, b'c') if word == b"const" => Self::Const,
            (5, b'd') if word == b"defer" => Self::Defer,
            (5, b'r') if word == b"range" => Self::Range,
            (6, b'i') if word == b"import" => Self::Import,
            (6, b'r') if word == b"return" => Self::Return,
            (6, b's') if word == b"select" => Self::Select,
            (6, b's') if word == b"struct" => Self::Struct,
            (6, b's') if word == b"switch" => Self::Switch,
            (7, b'd') if word == b"default" => Self::Default,
            (7, b'p') if word == b"package" => Self::Package,
            (8, b'c') if word == b"continue" => Self::Continue,
            (9, b'i') if word == b"interface" => Self::Interface,
            (11, b'f') if word == b"fallthrough" => Self::Fallthrough,
            _ => Self::Ident,
        }
    }

    /// Whether a line break behind this token ends a statement.
    #[inline]
    pub(crate) fn ends_statement(self) -> bool {
        matches!(
            self,
            Self::Ident
                | Self::Int
                | Self::Float
                | Self::Imag
                | Self::Char
                | Self::String
                | Self::Increment
                | Self::Decrement
                | Self::RParen
                | Self::RBrack
                | Self::RBrace
                | Self::Break
                | Self::Continue
                | Self::Fallthrough
                | Self::Return
        )
    }

    /// Whether this token behind an operand may be part of the same expression.
    #[inline]
    pub(crate) fn goes_on_expr(self) -> bool {
        (Self::Add..=Self::Assign).contains(&self)
            || matches!(self, Self::Period | Self::LParen | Self::LBrack | Self::LBrace)
    }

    pub(crate) fn is_literal(self) -> bool {
        (Self::Int..=Self::String).contains(&self)
    }

    /// How tightly a binary operator binds, from 1; 0 for other tokens.
    #[inline]
    pub(crate) fn precedence(self) -> u8 {
        match self {
            Self::LogicalOr => 1,
            Self::LogicalAnd => 2,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::LessEqual
            | Self::Greater
            | Self::GreaterEqual => 3,
            Self::Add | Self::Sub | Self::Or | Self::Xor => 4,
            Self::Mul
            | Self::Quo
            | Self::Rem
            | Self::Shl
            | Self::Shr
            | Self::And
            | Self::AndNot => 5,
            _ => 0,
        }
    }

    pub(crate) fn binary_op(self) -> BinaryOp {
        BinaryOp::from_code((self as u8).wrapping_sub(Self::Add as u8), BinaryOp::Equal)
    }

    pub(crate) fn assign_op(self) -> Option<AssignOp> {
        if !(Self::Assign..=Self::AndNotAssign).contains(&self) {
            return None;
        }
        Some(AssignOp::from_code((self as u8).wrapping_sub(Self::Assign as u8), AssignOp::Assign))
    }

    pub(crate) fn unary_op(self) -> Option<UnaryOp> {
        Some(match self {
            Self::Add => UnaryOp::Plus,
            Self::Sub => UnaryOp::Minus,
            Self::Not => UnaryOp::Not,
            Self::Xor => UnaryOp::Complement,
            Self::And => UnaryOp::Address,
            Self::Tilde => UnaryOp::Tilde,
            _ => return None,
        })
    }

    /// What an error message calls it.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Eof => "the end of the file",
            Self::Illegal => "an illegal character",
            Self::Ident => "a name",
            Self::Int | Self::Float | Self::Imag => "a number",
            Self::Char => "a rune literal",
            Self::String => "a string literal",
            Self::LParen => "'('",
            Self::RParen => "')'",
            Self::LBrack => "'['",
            Self::RBrack => "']'",
            Self::LBrace => "'{'",
            Self::RBrace => "'}'",
            Self::Comma => "','",
            Self::Semi => "';' or a line break",
            Self::Colon => "':'",
            Self::Period => "'.'",
            Self::Ellipsis => "'...'",
            Self::Arrow => "'<-'",
            Self::Assign => "'='",
            Self::Define => "':='",
            Self::Func => "'func'",
            Self::Chan => "'chan'",
            Self::Default => "'default'",
            Self::Range => "'range'",
            Self::Type => "'type'",
            Self::Package => "'package'",
            Self::Import => "'import'",
            _ if self >= Self::Break => "a keyword",
            _ => "an operator",
        }
    }
}
