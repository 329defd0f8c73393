//! The place of a map: the declaration that an expression reaches, and the name it reaches it by.

use super::facts::Key;
use crate::types::Def;

/// A declared map, as one expression reaches it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MapPlace {
    /// The map, with aliases followed.
    pub(crate) key: Key,
    /// What the expression names.
    pub(crate) named: Key,
    /// The local variable that is the map or whose own field it is.
    pub(crate) owner: Option<u32>,
    /// Whether it is a field of the owner, and of nothing that is embedded there.
    pub(crate) own_field: bool,
}

impl MapPlace {
    /// The maps that are the elements of a container.
    pub(super) fn deeper(container: Self) -> Self {
        let deeper = |key: Key| Key { depth: key.depth.saturating_add(1), ..key };
        Self {
            key: deeper(container.key),
            named: deeper(container.named),
            owner: None,
            own_field: false,
        }
    }

    pub(super) fn of(def: Def, owner: Option<u32>) -> Self {
        let key = Key { def, depth: 0 };
        Self { key, named: key, owner, own_field: false }
    }
}
