//! Which types contain, or lead to, which others.

use crate::types::{Form, TypeId, Types};

impl Types<'_> {
    /// For each type, whether it is one of the `seeds`, or contains one: as a field, an element, or by another name;
    /// `through_pointers` says whether pointers lead on.
    ///
    /// Linear in the types and their fields.
    #[must_use]
    pub fn containing(&self, seeds: impl Fn(TypeId) -> bool, through_pointers: bool) -> Vec<bool> {
        let mut users: Vec<Vec<TypeId>> = vec![Vec::new(); self.len()];
        let mut used_by = |part: TypeId, user: TypeId| {
            if let Some(users) = users.get_mut(part.index()) {
                users.push(user);
            }
        };
        let mut contains = vec![false; self.len()];
        let mut queue = Vec::new();
        for (id, kind) in self.iter() {
            match &kind.form {
                Form::Pointer(Some(pointee)) if through_pointers => used_by(*pointee, id),
                Form::Array(of, count) if *count > 0 => used_by(*of, id),
                Form::Named(of) => used_by(*of, id),
                Form::Struct(range) => {
                    for field in self.in_range(range) {
                        used_by(field.type_id, id);
                    }
                }
                _ => {}
            }
            if seeds(id) {
                queue.push(id);
            }
        }
        while let Some(id) = queue.pop() {
            let Some(known) = contains.get_mut(id.index()) else { continue };
            if !std::mem::replace(known, true) {
                queue.extend(users.get(id.index()).into_iter().flatten());
            }
        }
        contains
    }
}
