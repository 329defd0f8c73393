//! Fields: of structs, and the parameter lists of functions and types.
//!
//! In `(a, b, c)` the names are types, in `(a, b, c int)` they are parameters: only the end of the
//! list tells. So each entry gets a field of its own while the list is read, and those of names that
//! share a type are joined at the end.

use super::Parser;
use crate::build::{Builder, Mark};
use crate::flag;
use crate::kind::Kind;
use crate::lexer::Tok;
use crate::span::Span;

/// An entry of a parameter list.
#[derive(Clone, Copy)]
pub(super) struct Param {
    /// Where its nodes start, and where its field stands.
    mark: Mark,
    field: Mark,
    start: u32,
    named: bool,
    typed: bool,
    /// Where the `...` of its type stands.
    ellipsis: Option<Span>,
}

/// What of the first parameter was parsed before it was known to be one.
#[derive(Clone, Copy)]
pub(super) enum First {
    Nothing,
    /// Its name, which stands at the mark.
    Name(Mark),
    /// Its name, and behind it its type.
    NameAndType(Mark),
}

impl Parser<'_> {
    /// A field of a struct.
    pub(super) fn field_decl(&mut self) {
        let mark = self.mark();
        let start = self.start();
        match self.tok() {
            Tok::Ident => self.named_or_embedded(mark, start),
            Tok::Mul => {
                self.bump();
                if self.at(Tok::LParen) {
                    self.error(self.span(), "embedded type must not be parenthesized");
                    self.bump();
                    self.qualified_type();
                    self.eat(Tok::RParen);
                } else {
                    self.qualified_type();
                }
                self.finish(mark, Kind::StarExpr, 0, start);
            }
            Tok::LParen => {
                self.error(self.span(), "embedded type must not be parenthesized");
                self.bump();
                let mark = self.mark();
                let start = self.start();
                if self.eat(Tok::Mul) {
                    self.qualified_type();
                    self.finish(mark, Kind::StarExpr, 0, start);
                } else {
                    self.qualified_type();
                }
                self.eat(Tok::RParen);
            }
            _ => {
                self.expected("a field name or embedded type");
                self.missing(Kind::BadExpr);
            }
        }
        let mut aux = 0;
        if self.at(Tok::String) {
            self.name_or_literal();
            aux = flag::TAGGED;
        }
        self.finish(mark, Kind::Field, aux, start);
    }

    fn named_or_embedded(&mut self, mark: Mark, start: u32) {
        self.ident();
        match self.tok() {
            Tok::Period => self.qualified_rest(mark, start),
            Tok::String | Tok::Semi | Tok::RBrace => {}
            Tok::LBrack => {
                self.array_or_instance(mark, start);
            }
            _ => {
                while self.eat(Tok::Comma) {
                    self.ident();
                }
                self.ty();
            }
        }
    }

    /// Behind the name at `mark`: an array type, of which the name is a field or parameter; or type
    /// arguments, with which the name is a type. Says whether it is the first.
    fn array_or_instance(&mut self, mark: Mark, start: u32) -> bool {
        let bracket = self.start();
        let inner = self.mark();
        self.bump();
        let mut count = 0u32;
        let mut trailing_comma = None;
        if !self.at(Tok::RBrack) {
            self.level = self.level.saturating_add(1);
            loop {
                self.right_side();
                count = count.saturating_add(1);
                let comma = self.span();
                let had_comma = self.at(Tok::Comma);
                if !self.next_in_list(Tok::RBrack) {
                    trailing_comma = had_comma.then_some(comma);
                    break;
                }
            }
            self.level = self.level.saturating_sub(1);
        }
        self.expect(Tok::RBrack);
        if count == 0 {
            self.ty();
            self.finish(inner, Kind::ArrayType, 0, bracket);
            return true;
        }
        if count == 1 && self.try_type() {
            if let Some(comma) = trailing_comma {
                self.error(comma, "unexpected comma, expected ']'");
            }
            self.finish(inner, Kind::ArrayType, flag::LENGTH, bracket);
            return true;
        }
        self.finish_index(mark, start, count);
        false
    }

    /// `(…)` of a function: its parameters, of which the last may be variadic, or its receiver.
    pub(super) fn params(&mut self, variadic: bool) {
        let mark = self.mark();
        let start = self.start();
        if self.expect(Tok::LParen) {
            if !self.at(Tok::RParen) {
                self.params_from(First::Nothing, Tok::RParen, variadic);
            }
            self.expect(Tok::RParen);
        }
        self.finish(mark, Kind::FieldList, flag::BRACKETED, start);
    }

    /// The results of a function, if it has any.
    pub(super) fn results(&mut self) -> bool {
        if self.at(Tok::LParen) {
            self.params(false);
            return true;
        }
        let mark = self.mark();
        let start = self.start();
        if !self.try_type() {
            return false;
        }
        self.finish(mark, Kind::Field, 0, start);
        self.finish(mark, Kind::FieldList, 0, start);
        true
    }

    /// `[…]` of a generic function.
    pub(super) fn type_params(&mut self) {
        let mark = self.mark();
        let start = self.start();
        self.expect(Tok::LBrack);
        if self.at(Tok::RBrack) {
            self.expected("a type parameter");
        } else {
            self.params_from(First::Nothing, Tok::RBrack, false);
        }
        self.expect(Tok::RBrack);
        self.finish(mark, Kind::FieldList, flag::BRACKETED, start);
    }

    /// The entries of a parameter list up to its closing bracket.
    pub(super) fn params_from(&mut self, first: First, closing: Tok, variadic: bool) {
        let base = self.params.len();
        let constraints = closing == Tok::RBrack;
        let mut first = first;
        loop {
            let param = self.param(first, constraints);
            first = First::Nothing;
            if param.named || param.typed {
                self.params.push(param);
            }
            if !self.next_in_list(closing) {
                break;
            }
        }
        self.join_params(base, closing, variadic);
    }

    /// One entry, with a field around it.
    fn param(&mut self, first: First, constraints: bool) -> Param {
        let at = match first {
            First::Nothing => None,
            First::Name(at) | First::NameAndType(at) => Some(at),
        };
        let mark = at.unwrap_or(self.mark());
        let start = self.nodes.get(mark).map_or(self.start(), |name| name.start);
        let mut param =
            Param { mark, field: mark, start, named: false, typed: false, ellipsis: None };
        if let First::NameAndType(_) = first {
            let ty_start = self.nodes.last().map_or(start, |ty| ty.start);
            let ty = self.nodes.top();
            let ty_mark = self.nodes.first_of(ty);
            self.union_rest(ty_mark, ty_start);
            (param.named, param.typed) = (true, true);
        } else {
            self.param_parts(&mut param, at.is_some(), constraints);
        }
        param.field = self.mark();
        if param.named || param.typed {
            self.finish(mark, Kind::Field, 0, start);
        }
        param
    }

    fn param_parts(&mut self, param: &mut Param, has_name: bool, constraints: bool) {
        let Param { mark, start, .. } = *param;
        let mut ty_mark = mark;
        let mut ty_start = start;
        match self.tok() {
            _ if has_name => param.named = true,
            Tok::Tilde if constraints => {
                self.embedded_elem();
                param.typed = true;
                return;
            }
            Tok::Ident => {
                self.ident();
                param.named = true;
            }
            Tok::Ellipsis => {
                self.variadic_type(param);
                return;
            }
            _ => {
                param.typed = self.try_type();
                if !param.typed {
                    self.expected("a parameter");
                    return;
                }
            }
        }
        if param.named {
            ty_mark = self.mark();
            ty_start = self.start();
            match self.tok() {
                Tok::LBrack => {
                    param.named = self.array_or_instance(mark, start);
                    param.typed = true;
                    if !param.named {
                        (ty_mark, ty_start) = (mark, start);
                    }
                }
                Tok::Ellipsis => {
                    self.variadic_type(param);
                    return;
                }
                Tok::Period => {
                    self.qualified_rest(mark, start);
                    (ty_mark, ty_start) = (mark, start);
                    (param.named, param.typed) = (false, true);
                }
                Tok::Tilde if constraints => {
                    self.embedded_elem();
                    param.typed = true;
                    return;
                }
                Tok::Or if constraints => {
                    self.union_rest(mark, start);
                    (param.named, param.typed) = (false, true);
                    return;
                }
                _ => param.typed = self.try_type(),
            }
        }
        if constraints && param.typed {
            self.union_rest(ty_mark, ty_start);
        }
    }

    fn variadic_type(&mut self, param: &mut Param) {
        let mark = self.mark();
        let span = self.span();
        self.bump();
        self.ty();
        self.finish(mark, Kind::Ellipsis, 0, span.start);
        param.typed = true;
        param.ellipsis = Some(span);
    }

    /// Gives names the type that follows them, and complains about a list that mixes both forms.
    fn join_params(&mut self, base: usize, closing: Tok, variadic: bool) {
        let list = self.params.split_off(base);
        let constraints = closing == Tok::RBrack;
        let named = list.iter().filter(|param| param.named && param.typed).count();
        if named > 0 {
            self.join_names(&list);
        }
        let incomplete = named != list.len() && (named > 0 || constraints) && !list.is_empty();
        let lacks_name = list.iter().find(|param| param.typed && !param.named);
        let ends_untyped = list.last().is_some_and(|param| !param.typed);
        match lacks_name {
            Some(param) if incomplete => {
                let at = Span::new(param.start, param.start);
                let message = if constraints {
                    "missing type parameter name"
                } else {
                    "missing parameter name"
                };
                self.error(at, message);
            }
            _ if incomplete && ends_untyped => {
                let message =
                    if constraints { "missing type constraint" } else { "missing parameter type" };
                self.error(self.span(), message);
            }
            _ => {}
        }
        self.check_variadic(&list, variadic);
        if base == 0 {
            if let Some(from) = self.emptied.take() {
                self.nodes.drop_empty(from);
            }
        }
    }

    /// Only the last parameter of a function may be variadic, and it must not share its type.
    fn check_variadic(&mut self, list: &[Param], variadic: bool) {
        for (place, param) in list.iter().enumerate() {
            let Some(ellipsis) = param.ellipsis else { continue };
            if !variadic {
                return self.error(ellipsis, "invalid use of '...'");
            }
            let before = place.checked_sub(1).and_then(|before| list.get(before));
            let shares = param.named && before.is_some_and(|before| !before.typed);
            if shares || place.saturating_add(1) < list.len() {
                return self.error(ellipsis, "only the final parameter can be variadic");
            }
        }
    }

    /// Joins the fields of names without a type into the field of the type behind them.
    ///
    /// The fields that are left over stay as nodes of size 0 until the outermost list ends: removing
    /// them moves all that stands behind, lists within this one included.
    fn join_names(&mut self, list: &[Param]) {
        let mut first: Option<&Param> = None;
        let behind_last_type =
            list.iter().rposition(|param| param.typed).map_or(0, |at| at.saturating_add(1));
        for param in list.iter().take(behind_last_type) {
            let Some(field) = self.nodes.get_mut(param.field) else { continue };
            if !param.typed {
                first = first.or(Some(param));
                field.size = 0;
                self.emptied = Some(self.emptied.map_or(param.field, |at| at.min(param.field)));
            } else if let Some(first) = first.take() {
                field.size = Builder::distance(first.mark, param.field).saturating_add(1);
                field.start = first.start;
            }
        }
    }
}
