//! Types other than names and pointers, which are expressions as well.

use super::{Expr, FieldList};
use crate::flag;
use crate::kind::ChanDir;
use crate::view::view;

view! {
    /// An array or slice type.
    ArrayType
    /// A struct type.
    StructType
    /// A function type or signature.
    FuncType
    /// An interface type.
    InterfaceType
    /// A map type.
    MapType
    /// A channel type.
    ChanType
}

impl<'a> ArrayType<'a> {
    /// The length, an [`super::Ellipsis`] for `[...]T`; none for a slice.
    #[must_use]
    pub fn len(self) -> Option<Expr<'a>> {
        self.0.child_if(flag::LENGTH, 0).map(Expr::of)
    }

    /// Whether it is a slice type.
    #[must_use]
    pub fn is_slice(self) -> bool {
        !self.0.has(flag::LENGTH)
    }

    /// The type of the elements.
    #[must_use]
    pub fn elem(self) -> Expr<'a> {
        Expr::of(self.0.child(usize::from(self.0.has(flag::LENGTH))))
    }
}

impl<'a> StructType<'a> {
    /// Its fields.
    #[must_use]
    pub fn fields(self) -> FieldList<'a> {
        FieldList(self.0.child(0))
    }
}

impl<'a> FuncType<'a> {
    /// The type parameters of a generic function or method.
    #[must_use]
    pub fn type_params(self) -> Option<FieldList<'a>> {
        self.0.child_if(flag::TYPE_PARAMS, 0).map(FieldList)
    }

    /// The parameters.
    #[must_use]
    pub fn params(self) -> FieldList<'a> {
        FieldList(self.0.child(self.params_place()))
    }

    /// The results, in parentheses or a single type.
    #[must_use]
    pub fn results(self) -> Option<FieldList<'a>> {
        self.0.child_if(flag::RESULTS, self.params_place().saturating_add(1)).map(FieldList)
    }

    /// Whether it starts with `func`: those of declarations and interface methods do not.
    #[must_use]
    pub fn has_func_keyword(self) -> bool {
        self.0.has(flag::FUNC_KEYWORD)
    }

    fn params_place(self) -> usize {
        usize::from(self.0.has(flag::TYPE_PARAMS))
    }
}

impl<'a> InterfaceType<'a> {
    /// Its elements: a [`super::Field`] with a name is a method, whose type is a [`FuncType`]; one
    /// without is an embedded interface or a union of terms.
    #[must_use]
    pub fn elements(self) -> FieldList<'a> {
        FieldList(self.0.child(0))
    }
}

impl<'a> MapType<'a> {
    /// The type of the keys.
    #[must_use]
    pub fn key(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }

    /// The type of the values.
    #[must_use]
    pub fn value(self) -> Expr<'a> {
        Expr::of(self.0.child(1))
    }
}

impl<'a> ChanType<'a> {
    /// Which way values flow.
    #[must_use]
    pub fn dir(self) -> ChanDir {
        ChanDir::from_code(self.0.aux())
    }

    /// The type of the elements.
    #[must_use]
    pub fn elem(self) -> Expr<'a> {
        Expr::of(self.0.child(0))
    }
}
