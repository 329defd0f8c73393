//! Which types may lead to a map.

use crate::kinds::is_map;
use go_binary::{Form, GoKind, TypeId, Types};

/// For each type, whether a value of it may be a map or lead to one.
pub(super) struct Reach(Vec<bool>);

impl Reach {
    /// Goes over the types again and again, until none is added; types refer to each other in circles.
    pub(super) fn of(types: &Types<'_>) -> Self {
        let mut reach = Self(vec![false; types.len()]);
        loop {
            let mut added = false;
            for (place, (id, _)) in types.iter().enumerate() {
                if !reach.contains(place)
                    && reach.leads(types, id)
                    && let Some(known) = reach.0.get_mut(place)
                {
                    *known = true;
                    added = true;
                }
            }
            if !added {
                return reach;
            }
        }
    }

    fn contains(&self, place: usize) -> bool {
        self.0.get(place).copied().unwrap_or(false)
    }

    /// Whether a value of a type may be a map or lead to one.
    pub(super) fn has(&self, id: TypeId) -> bool {
        self.contains(id.index())
    }

    fn leads(&self, types: &Types<'_>, id: TypeId) -> bool {
        let Some(kind) = types.get(id) else { return false };
        // Whatever an interface holds.
        if kind.kind == Some(GoKind::INTERFACE) {
            return true;
        }
        match &kind.form {
            Form::Plain | Form::Pointer(None) => false,
            Form::Map { .. } => true,
            Form::Pointer(Some(next)) | Form::Array(next, _) | Form::Named(next) => self.has(*next),
            Form::Struct(_) if is_map(kind.name) => true,
            Form::Struct(_) => types.fields(id).iter().any(|field| self.has(field.type_id)),
        }
    }
}
