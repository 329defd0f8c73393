//! Lists of fields: of structs, interfaces, parameters, results and type parameters.

use super::{BasicLit, Expr, Ident};
use crate::flag;
use crate::node::Node;
use crate::view::{Views, view};

view! {
    /// Fields with the brackets around them.
    FieldList
    /// Names that share a type.
    Field
}

impl<'a> FieldList<'a> {
    /// The fields: `(a, b int, c string)` has two.
    #[must_use]
    pub fn fields(self) -> Views<'a, Field<'a>> {
        Views::new(self.0.children())
    }

    /// Whether it stands in brackets: a lone result type does not.
    #[must_use]
    pub fn is_bracketed(self) -> bool {
        self.0.has(flag::BRACKETED)
    }
}

impl<'a> Field<'a> {
    /// The names; none for an embedded type and for unnamed parameters.
    #[must_use]
    pub fn names(self) -> Views<'a, Ident<'a>> {
        Views::new(self.0.children().before(self.type_node()))
    }

    /// The type; that of an interface method is a [`super::FuncType`].
    #[must_use]
    pub fn ty(self) -> Expr<'a> {
        Expr::of(self.type_node())
    }

    /// The tag of a struct field.
    #[must_use]
    pub fn tag(self) -> Option<BasicLit<'a>> {
        if self.0.has(flag::TAGGED) { self.0.last_child().map(BasicLit) } else { None }
    }

    /// Whether it has a type but no name: an embedded field, an unnamed parameter.
    #[must_use]
    pub fn is_embedded(self) -> bool {
        self.names().next().is_none()
    }

    fn type_node(self) -> Node<'a> {
        let behind = usize::from(self.0.has(flag::TAGGED)).saturating_add(1);
        let place = self.0.children().count().saturating_sub(behind);
        self.0.child(place)
    }
}
