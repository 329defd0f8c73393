//! Calls of the methods of `sync.Map`: what they do, and what they store.

use super::callee::Receiver;
use super::walker::Walker;
use crate::Shape;
use crate::hir::ExprId;
use crate::types::{Kind, Ty};
use finding::Operation;

/// Methods of `sync.Map`.
const SYNC_MAP: &[(&str, Operation)] = &[
    ("Clear", Operation::Clear),
    ("CompareAndDelete", Operation::Delete),
    ("CompareAndSwap", Operation::Write),
    ("Delete", Operation::Delete),
    ("Load", Operation::Read),
    ("LoadAndDelete", Operation::Delete),
    ("LoadOrStore", Operation::Write),
    ("Range", Operation::Iterate),
    ("Store", Operation::Write),
    ("Swap", Operation::Write),
];

impl<'w> Walker<'w> {
    /// Notes what a method of `sync.Map` does.
    pub(super) fn sync_map_call(
        &mut self,
        call: ExprId,
        receiver: &Receiver<'w>,
        name: &str,
        args: &[ExprId],
    ) {
        let Some((_, operation)) = SYNC_MAP.iter().find(|known| known.0 == name) else { return };
        let hir = self.r.hir();
        let whole = hir.expr(call).span;
        let span = hir.expr(receiver.base).span;
        let place = match receiver.path.last() {
            None => self.map_place(receiver.base),
            Some(field) => {
                self.declare_map(
                    field.def,
                    field.ty,
                    finding::DeclKind::Field,
                    None,
                    Some(field.written),
                );
                let key = Self::key(field.def);
                Some(super::map_place::MapPlace { key, named: key, owner: None, own_field: false })
            }
        };
        match place {
            Some(place) => {
                self.access_at(&place, *operation, Shape::Call, span, whole, call);
                let base = self.base_of(receiver.base);
                self.begins_with(base);
                self.stores_type(name, args);
                if let ("Store" | "LoadOrStore" | "Swap", [key, value]) = (name, args) {
                    let ty = self.types.get(value).copied().unwrap_or(Ty::UNKNOWN);
                    self.note_new_entry(receiver.base, Ty::UNKNOWN, *key, ty, whole.start);
                    self.note_entry_value(whole.start, *value);
                }
            }
            None => self.facts.unknown = self.facts.unknown.saturating_add(1),
        }
    }

    /// Notes the type of what a `sync.Map` is given, unless it is an interface or not known.
    fn stores_type(&mut self, name: &str, args: &[ExprId]) {
        let (true, [_, value]) = (matches!(name, "Store" | "LoadOrStore" | "Swap"), args) else {
            return;
        };
        let ty = self.types.get(value).copied().unwrap_or(Ty::UNKNOWN);
        let text = self.concrete(ty);
        let state = self.is_state(ty, 0);
        if let Some(access) = self.facts.accesses.last_mut() {
            access.value_type = text;
            access.stores_state = state;
        }
    }

    /// Whether values of a type are changed or waited on by who has them: locks, channels, maps, what holds some.
    fn is_state(&mut self, ty: Ty, depth: u32) -> bool {
        let base = self.r.deref(ty);
        if matches!(self.r.named(base), Some(("sync" | "sync/atomic", _))) {
            return true;
        }
        let under = self.r.under(base);
        match self.r.types.kind(under) {
            Kind::Chan(_) | Kind::Map { .. } => true,
            // A struct that is stored itself is copied when it is loaded.
            Kind::Struct(fields) if depth > 0 || base != ty => {
                let fields = self.r.types.fields(fields).to_vec();
                depth < 2
                    && fields.iter().any(|field| {
                        let of_sync = {
                            let base = self.r.deref(field.ty);
                            matches!(self.r.named(base), Some(("sync" | "sync/atomic", _)))
                        };
                        let under = self.r.under(field.ty);
                        let direct = matches!(self.r.types.kind(under), Kind::Struct(_));
                        of_sync || (direct && self.is_state(field.ty, depth.saturating_add(1)))
                    })
            }
            _ => false,
        }
    }

    /// A type that is no interface and no type parameter, as text.
    pub(super) fn concrete(&mut self, ty: Ty) -> Option<String> {
        let under = self.r.under(ty);
        let open = matches!(
            self.r.types.kind(under),
            Kind::Unknown
                | Kind::Interface(_)
                | Kind::Basic("error")
                | Kind::Param(_)
                | Kind::Tuple(_)
                | Kind::Foreign(_)
        );
        (!open && !self.r.types.is_generic(ty)).then(|| self.r.render(ty, self.r.package()))
    }
}
