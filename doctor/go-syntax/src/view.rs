//! What all typed views share.

use std::iter::FusedIterator;
use std::marker::PhantomData;

use crate::node::{Children, Node};

/// A typed view of a node: [`crate::ast::CallExpr`], [`crate::ast::Expr`] and their like.
pub trait View<'a>: Copy {
    /// The view of `node`, if it is of the right kind.
    fn cast(node: Node<'a>) -> Option<Self>;

    /// The node under the view.
    fn node(self) -> Node<'a>;
}

impl<'a> Node<'a> {
    /// This node as the view `V`, if it is of its kind: `node.cast::<CallExpr>()`.
    #[must_use]
    pub fn cast<V: View<'a>>(self) -> Option<V> {
        V::cast(self)
    }
}

/// Those children of a node that are of one view, in source order.
#[derive(Clone, Copy, Debug)]
pub struct Views<'a, V> {
    children: Children<'a>,
    view: PhantomData<V>,
}

impl<'a, V> Views<'a, V> {
    pub(crate) fn new(children: Children<'a>) -> Self {
        Self { children, view: PhantomData }
    }
}

impl<'a, V: View<'a>> Iterator for Views<'a, V> {
    type Item = V;

    fn next(&mut self) -> Option<V> {
        self.children.find_map(V::cast)
    }
}

impl<'a, V: View<'a>> FusedIterator for Views<'a, V> {}

/// Declares the view of one kind of node, which has the kind's name.
macro_rules! view {
    ($($(#[$meta:meta])* $name:ident)*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $name<'a>(pub(crate) $crate::node::Node<'a>);

        impl<'a> $crate::view::View<'a> for $name<'a> {
            fn cast(node: $crate::node::Node<'a>) -> Option<Self> {
                (node.kind() == $crate::kind::Kind::$name).then_some(Self(node))
            }

            fn node(self) -> $crate::node::Node<'a> {
                self.0
            }
        }

        impl<'a> std::ops::Deref for $name<'a> {
            type Target = $crate::node::Node<'a>;

            fn deref(&self) -> &Self::Target {
                &self.0
            }
        }

        impl std::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}

/// Declares an enum over the views of a group of kinds.
macro_rules! group {
    ($(#[$meta:meta])* $name:ident: $($variant:ident($kind:ident) = $doc:literal,)* ; Bad = $bad:ident) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        pub enum $name<'a> {
            $(#[doc = $doc] $variant($kind<'a>),)*
            /// Source that could not be parsed, or a part that is missing.
            Bad($crate::node::Node<'a>),
        }

        impl<'a> $crate::view::View<'a> for $name<'a> {
            fn cast(node: $crate::node::Node<'a>) -> Option<Self> {
                match node.kind() {
                    $($crate::kind::Kind::$kind => Some(Self::$variant($kind(node))),)*
                    $crate::kind::Kind::$bad => Some(Self::Bad(node)),
                    _ => None,
                }
            }

            fn node(self) -> $crate::node::Node<'a> {
                match self {
                    $(Self::$variant(view) => view.0,)*
                    Self::Bad(node) => node,
                }
            }
        }

        impl<'a> std::ops::Deref for $name<'a> {
            type Target = $crate::node::Node<'a>;

            fn deref(&self) -> &Self::Target {
                match self {
                    $(Self::$variant(view) => &view.0,)*
                    Self::Bad(node) => node,
                }
            }
        }
    };
}

/// Lets views hand out a group's member where the grammar requires one.
macro_rules! required {
    ($($name:ident)*) => { $(
        impl<'a> $name<'a> {
            /// The view of a node, [`Self::Bad`] if it is of another group.
            pub(crate) fn of(node: $crate::node::Node<'a>) -> Self {
                <Self as $crate::view::View<'a>>::cast(node).unwrap_or(Self::Bad(node))
            }
        }
    )* };
}

pub(crate) use {group, required, view};
