//! `type T[P any] …` against `type T [n]E`: which of the two the bracket opens.
//!
//! Behind `T[` a name may start an array length or be a type parameter, and `P *E` may be
//! a product or a parameter with a pointer as its constraint. So the text is parsed as an
//! expression, and where it can only be a parameter its nodes are turned into a name and a type.

use super::Parser;
use super::field::First;
use crate::build::Mark;
use crate::flag;
use crate::kind::{BinaryOp, Kind, UnaryOp};
use crate::lexer::Tok;
use crate::trivia;

impl Parser<'_> {
    /// One line of a `type` declaration.
    pub(super) fn type_spec(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.ident();
        let mut aux = 0;
        if self.at(Tok::LBrack) {
            let bracket = self.start();
            let list = self.mark();
            self.bump();
            if self.at(Tok::Ident) && self.name_starts_params(list) {
                self.finish(list, Kind::FieldList, flag::BRACKETED, bracket);
                aux |= flag::TYPE_PARAMS;
                if self.eat(Tok::Assign) {
                    aux |= flag::ALIAS;
                }
                self.ty();
            } else {
                let has_length = self.mark() != list;
                self.array_type(list, bracket, has_length);
            }
        } else {
            if self.eat(Tok::Assign) {
                aux = flag::ALIAS;
            }
            self.ty();
        }
        self.finish(mark, Kind::TypeSpec, aux, start);
    }

    /// Reads what follows `[`, whose first token is a name. If these are type parameters, reads the
    /// whole list with its bracket and says so; else leaves the array length on top.
    fn name_starts_params(&mut self, mark: Mark) -> bool {
        let start = self.start();
        self.ident();
        // An index expression is no constant, so `P[` can only be a name before a slice or array type.
        if !self.at(Tok::LBrack) {
            self.level = self.level.saturating_add(1);
            self.primary_rest(mark, start);
            self.binary_rest(mark, start, 1);
            self.level = self.level.saturating_sub(1);
        }
        let top = self.nodes.top();
        let first = match self.split_name(mark, top, self.at(Tok::Comma)) {
            Some(true) => First::NameAndType(mark),
            Some(false) if !self.at(Tok::RBrack) => First::Name(mark),
            _ => return false,
        };
        self.params_from(first, Tok::RBrack, false);
        self.expect(Tok::RBrack);
        true
    }

    /// Turns the expression at `top` into a name at `mark` and a type behind it, if it can be both
    /// or, with `force`, either. Returns whether there is a type, or nothing if it is not a name and
    /// a type.
    fn split_name(&mut self, mark: Mark, top: Mark, force: bool) -> Option<bool> {
        let mut force = force;
        let mut unions = Vec::new();
        let mut at = top;
        loop {
            self.looks = self.looks.saturating_add(1);
            let node = self.nodes.get(at)?;
            if at == mark {
                return (node.kind == Kind::Ident && unions.is_empty()).then_some(false);
            }
            let last = self.nodes.last_child(at)?;
            let left = self.nodes.before(last)?;
            let is_binary = |op: BinaryOp| node.kind == Kind::BinaryExpr && node.aux == op as u8;
            force = force || self.is_type_elem(last);
            if is_binary(BinaryOp::Or) {
                unions.push(at);
                at = left;
                continue;
            }
            let has_one_argument = node.kind == Kind::CallExpr && node.aux & flag::SPREAD == 0;
            let splits = is_binary(BinaryOp::Mul) || has_one_argument;
            let name = self.nodes.get(mark)?;
            if !(splits && left == mark && name.kind == Kind::Ident && force) {
                return None;
            }
            let start = trivia::skip(self.lexer.src(), name.end);
            let kind = if has_one_argument { Kind::ParenExpr } else { Kind::StarExpr };
            if let Some(node) = self.nodes.get_mut(at) {
                (node.kind, node.aux, node.start) = (kind, 0, start);
            }
            unions.push(at);
            for at in unions {
                if let Some(node) = self.nodes.get_mut(at) {
                    node.size = node.size.saturating_sub(1);
                    node.start = start;
                }
            }
            return Some(true);
        }
    }

    /// Whether the expression at a place can only be a constraint.
    fn is_type_elem(&mut self, at: Mark) -> bool {
        let mut pending = vec![at];
        while let Some(at) = pending.pop() {
            self.looks = self.looks.saturating_add(1);
            let Some(node) = self.nodes.get(at) else { continue };
            match node.kind {
                Kind::ArrayType
                | Kind::StructType
                | Kind::FuncType
                | Kind::InterfaceType
                | Kind::MapType
                | Kind::ChanType => return true,
                Kind::UnaryExpr if node.aux == UnaryOp::Tilde as u8 => return true,
                Kind::ParenExpr => pending.extend(self.nodes.last_child(at)),
                Kind::BinaryExpr => {
                    let right = self.nodes.last_child(at);
                    pending.extend(right);
                    pending.extend(right.and_then(|right| self.nodes.before(right)));
                }
                _ => {}
            }
        }
        false
    }
}
