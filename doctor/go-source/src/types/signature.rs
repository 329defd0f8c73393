//! The type of a function, with what its receiver and its type parameters are called.

use super::Ty;

/// The type of a function, seen from inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signature {
    /// The function's type, without its receiver.
    pub(crate) ty: Ty,
    /// Its own type parameters.
    pub(crate) params: Vec<Ty>,
    /// The receiver's type, unknown for a function.
    pub(crate) receiver: Ty,
}
