//! Which types may lead to a map.

use crate::kinds::is_map;
use go_binary::{Form, GoKind, TypeId, Types};

/// For each type, whether a value of it may be a map or lead to one.
pub(super) struct Reach(Vec<bool>);

impl Reach {
    /// Linear in the types and their fields.
    pub(super) fn of(types: &Types<'_>) -> Self {
        let is_seed = |id| {
            types.get(id).is_some_and(|kind| {
                // An interface holds whatever there is.
                kind.kind == Some(GoKind::INTERFACE)
                    || matches!(kind.form, Form::Map { .. })
                    || matches!(kind.form, Form::Struct(_)) && is_map(kind.name)
            })
        };
        Self(types.containing(is_seed, true))
    }

    /// Whether a value of a type may be a map or lead to one.
    pub(super) fn has(&self, id: TypeId) -> bool {
        self.0.get(id.index()).copied().unwrap_or(false)
    }
}
