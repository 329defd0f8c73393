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

    // From here to the plain assignment: what may follow an operand within an expression.
    Period,
    LParen,
    LBrack,
    LBrace,

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
    RParen,
    RBrack,
    RBrace,
    Comma,
    Semi,
    Colon,
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

impl Tok {
    /// Whether a line break behind this token ends a statement.
    #[inline]
    pub(crate) fn ends_statement(self) -> bool {
        self.is_in(
            const {
                Self::set(&[
                    Self::Ident,
                    Self::Int,
                    Self::Float,
                    Self::Imag,
                    Self::Char,
                    Self::String,
                    Self::Increment,
                    Self::Decrement,
                    Self::RParen,
                    Self::RBrack,
                    Self::RBrace,
                    Self::Break,
                    Self::Continue,
                    Self::Fallthrough,
                    Self::Return,
                ])
            },
        )
    }

    /// A bit for each of these tokens; there are fewer than 128.
    const fn set(toks: &[Self]) -> u128 {
        match toks {
            [] => 0,
            [first, rest @ ..] => Self::set(rest) | 1_u128.wrapping_shl(*first as u32),
        }
    }

    /// Whether the set holds this token: where the next token cannot be predicted, a test of a bit
    /// is faster than a jump.
    #[inline]
    fn is_in(self, set: u128) -> bool {
        set.wrapping_shr(self as u32) & 1 != 0
    }

    /// Whether this token behind an operand may be part of the same expression.
    #[inline]
    pub(crate) fn goes_on_expr(self) -> bool {
        (Self::Period..=Self::Assign).contains(&self)
    }

    /// Whether this is a binary operator, or `=`, which is often mistyped for one.
    #[inline]
    pub(crate) fn is_operator(self) -> bool {
        (Self::Add..=Self::Assign).contains(&self)
    }

    #[inline]
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
