//! Structs that are made without a map of theirs: it is nil there until somebody gives it one.

use super::walker::Walker;
use crate::hir::List;
use crate::types::{Kind, Ty};
use finding::MapKind;

/// Structs in structs are looked into so deep.
const MAX_DEPTH: u32 = 3;

impl Walker<'_> {
    /// Notes which maps a struct lacks that is made here: those that its literal does not name, or all where there is none.
    pub(super) fn made_without(&mut self, ty: Ty, literal: Option<List>) {
        let hir = self.r.hir();
        let mut given: Vec<&str> = Vec::new();
        for element in literal.into_iter().flat_map(|elements| hir.elements(elements)) {
            // Without names, all fields are given.
            let Some(key) = element.key else { return };
            given.push(self.r.text(hir.expr(key).span));
        }
        self.lacks(ty, &given, 0);
    }

    fn lacks(&mut self, ty: Ty, given: &[&str], depth: u32) {
        let under = self.r.under(ty);
        let Kind::Struct(id) = self.r.types.kind(under) else { return };
        let function = self.function_at_hand();
        for field in self.r.types.fields(id).to_vec() {
            if given.contains(&field.name)
                || matches!(self.r.types.kind(field.ty), Kind::Pointer(_))
            {
                continue;
            }
            if self.map_kind(field.ty) == Some(MapKind::Builtin) {
                self.facts.lacking.push((function, Self::key(field.def)));
            } else if depth < MAX_DEPTH {
                self.lacks(field.ty, &[], depth.saturating_add(1));
            }
        }
    }
}
