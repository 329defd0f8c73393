//! A declaration, as the order of initialisation sees it: what refers and is referred to.

use crate::world::{DeclRef, FuncRef};

/// A declaration that others may depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Node {
    Variables(DeclRef),
    Function(FuncRef),
}
