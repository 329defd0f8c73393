//! Writing down declared maps and accesses to them.

use super::facts::{AccessFact, DeclFact, Key, Walk};
use super::map_place::MapPlace;
use super::walker::Walker;
use crate::hir::{ExprId, ExprKind};
use crate::types::{Def, Kind, Ty};
use crate::{Placement, Shape, Span};
use finding::{DeclKind, MapKind, Operation};

impl Walker<'_> {
    /// Which map a type is; pointers to one count.
    pub(super) fn map_kind(&mut self, ty: Ty) -> Option<MapKind> {
        let base = self.r.deref(ty);
        if self.r.is_named(base, "sync", "Map") {
            return Some(MapKind::SyncMap);
        }
        let under = self.r.under(base);
        matches!(self.r.types.kind(under), Kind::Map { .. }).then_some(MapKind::Builtin)
    }

    /// Enters a declaration if it is of a map, and the maps that are its elements.
    pub(super) fn declare_map(
        &mut self,
        def: Def,
        ty: Ty,
        kind: DeclKind,
        function: Option<u32>,
        written: Option<Span>,
    ) {
        let key = Self::key(def);
        if self.facts.decls.contains_key(&key) {
            return;
        }
        let Some(map) = self.map_kind(ty) else { return };
        let package = self.r.world.file(def.file).map_or(0, |file| file.package);
        let text = match written
            .and_then(|written| self.r.world.file(def.file).map(|file| file.slice(written)))
        {
            Some(text) if !text.is_empty() && text.len() <= 200 => text.to_owned(),
            _ => self.r.render(ty, package),
        };
        let (key_text, value_text) = self.parts(ty, package);
        let fact = DeclFact { kind, map, function, text, key: key_text, value: value_text };
        self.facts.decls.insert(key, fact);
    }

    /// Key and value type of a built-in map, as text.
    fn parts(&mut self, ty: Ty, package: u32) -> (String, String) {
        let base = self.r.deref(ty);
        let under = self.r.under(base);
        match self.r.types.kind(under) {
            Kind::Map { key, value } => {
                (self.r.render(key, package), self.r.render(value, package))
            }
            _ => (String::new(), String::new()),
        }
    }

    /// Enters a map that has no name of its own, below a variable or field that has.
    pub(super) fn declare_element(&mut self, key: Key, ty: Ty) {
        if self.facts.decls.contains_key(&key) {
            return;
        }
        let Some(map) = self.map_kind(ty) else { return };
        let package = self.r.package();
        let outer =
            self.locals.iter().find(|local| local.def == key.def).map(|local| local.function);
        let text = self.r.render(ty, package);
        let (key_text, value_text) = self.parts(ty, package);
        let fact = DeclFact {
            kind: DeclKind::Element,
            map,
            function: outer,
            text,
            key: key_text,
            value: value_text,
        };
        self.facts.decls.insert(key, fact);
    }

    /// Writes down an access to the map that an expression denotes, or counts it as unknown.
    pub(super) fn access(
        &mut self,
        map: ExprId,
        operation: Operation,
        shape: Shape,
        whole: Span,
        anchor: ExprId,
    ) {
        let Some(place) = self.map_place(map) else {
            self.facts.unknown = self.facts.unknown.saturating_add(1);
            return;
        };
        let span = self.r.hir().expr(map).span;
        let base = self.base_of(map);
        self.access_at(&place, operation, shape, span, whole, anchor);
        self.begins_with(base);
        self.belongs_to(map);
    }

    /// Writes down that the map of an expression is returned or sent: whoever gets it has the map itself.
    pub(super) fn hands_out(&mut self, value: ExprId) {
        let ty = self.types.get(&value).copied().unwrap_or(Ty::UNKNOWN);
        let pointer = matches!(self.r.types.kind(ty), Kind::Pointer(_));
        let hir = self.r.hir();
        let call = matches!(hir.expr(hir.unparen(value)).kind, ExprKind::Call { .. });
        if pointer || call || self.map_kind(ty) != Some(MapKind::Builtin) {
            return;
        }
        let aside = self.aside(value, Operation::Read);
        self.facts.handed_out.extend(aside);
    }

    /// What would be an access to the map of an expression, which is none yet.
    fn aside(&mut self, map: ExprId, operation: Operation) -> Option<AccessFact> {
        let place = self.map_place(map)?;
        let span = self.r.hir().expr(map).span;
        let base = self.base_of(map);
        let pending = self.pending.len();
        self.access_at(&place, operation, Shape::Value, span, span, map);
        self.begins_with(base);
        self.belongs_to(map);
        self.pending.truncate(pending);
        self.facts.accesses.pop()
    }

    /// Writes down that a `sync.Map` itself goes somewhere, rather than its address.
    pub(super) fn copies(&mut self, value: ExprId, ty: Ty) {
        let hir = self.r.hir();
        let kind = hir.expr(value).kind;
        let names = matches!(
            kind,
            ExprKind::Name | ExprKind::Selector { .. } | ExprKind::Star(_) | ExprKind::Index { .. }
        );
        if names
            && matches!(self.r.types.kind(ty), Kind::Named { .. })
            && self.r.is_named(ty, "sync", "Map")
        {
            let aside = self.aside(value, Operation::Clone);
            self.facts.copied.extend(aside);
        }
    }

    /// Notes the path of the value whose field the map of the access that was written down last is.
    pub(super) fn belongs_to(&mut self, map: ExprId) {
        let hir = self.r.hir();
        let ExprKind::Selector { base, name } = hir.expr(hir.unparen(map)).kind else { return };
        if self.qualified(base, name).is_some() {
            return;
        }
        let object = self.lock_path(base, &[]).map(|path| path.text);
        if let Some(access) = self.facts.accesses.last_mut() {
            access.object = object;
        }
    }

    /// Writes down an access to a known map.
    pub(super) fn access_at(
        &mut self,
        place: &MapPlace,
        operation: Operation,
        shape: Shape,
        map: Span,
        whole: Span,
        anchor: ExprId,
    ) {
        let function = self.function_at_hand();
        let initial = function.is_none() || self.in_init();
        self.facts.accesses.push(AccessFact {
            map: place.key,
            named: place.named,
            operation,
            through_pointer: false,
            function,
            file: self.r.env.file,
            anchor,
            placement: Placement {
                map,
                operation: whole,
                statement: self.place.statement,
                block: self.place.block,
                body: self.place.body,
                shape,
                context: self.place.context,
            },
            base: None,
            of_copy: false,
            of_other: false,
            owner: place.owner.and_then(|owner| self.local(owner)).map(|local| local.fact),
            value: super::facts::Assigned::Other,
            walk: Walk::Said,
            field: None,
            object: None,
            decisions: Vec::new(),
            value_type: None,
            stores_state: false,
            before_sharing: shape == Shape::Initialise,
            initial,
            own_field: place.own_field,
        });
        // The field of a struct that a variable itself is, no pointer between: whoever assigns to it changes his own copy,
        // and has the new map for himself.
        if let Some(owner) = place.owner {
            if operation == Operation::Replace {
                self.shared_fields.remove(&(owner, place.key));
                let fact = self.local(owner).map(|local| local.fact);
                if let Some(fact) =
                    fact.and_then(|fact| self.facts.variables.get_mut(crate::world::index(fact)))
                {
                    fact.renewed.push(place.key);
                }
            }
            let shared = self.shared_fields.contains(&(owner, place.key));
            if let Some(access) = self.facts.accesses.last_mut() {
                access.of_other = shared;
            }
        }
        if let Some(owner) = place.owner.filter(|owner| self.is_value(*owner)) {
            if operation == Operation::Replace {
                self.own_fields.insert((owner, place.key));
            }
            let own = self.own_fields.contains(&(owner, place.key));
            let copied = self.is_copy(owner);
            if let Some(access) = self.facts.accesses.last_mut() {
                access.before_sharing |= own;
                access.of_copy |= copied && !own;
            }
        }
        if let Some(owner) = place.owner {
            let own = self
                .local(owner)
                .is_some_and(|local| local.fresh && Some(local.function) == self.owner());
            if own {
                self.pending.push((self.facts.accesses.len().saturating_sub(1), owner));
            }
        }
    }

    /// Notes what the expression of the access that was written down last begins with.
    pub(super) fn begins_with(&mut self, base: Option<super::facts::BaseFact>) {
        if let Some(access) = self.facts.accesses.last_mut() {
            access.base = base;
        }
    }

    /// Whether a variable is a struct of the function at hand, rather than a pointer to one or a map.
    fn is_value(&mut self, local: u32) -> bool {
        let Some((ty, function)) = self.local(local).map(|local| (local.ty, local.function)) else {
            return false;
        };
        let under = self.r.under(ty);
        Some(function) == self.owner() && matches!(self.r.types.kind(under), Kind::Struct(_))
    }

    /// Whether a struct variable is a parameter or was copied from another variable; a receiver is meant to share.
    fn is_copy(&self, local: u32) -> bool {
        let Some(local) = self.local(local) else { return false };
        let fact = self.facts.variables.get(crate::world::index(local.fact));
        local.given || fact.is_some_and(|fact| fact.copied)
    }

    /// What a value is to a variable of map type.
    pub(super) fn assigned_value(&self, value: ExprId) -> super::facts::Assigned {
        use super::facts::Assigned;
        let hir = self.r.hir();
        let expr = hir.expr(hir.unparen(value));
        if expr.kind == ExprKind::Name && self.r.text(expr.span) == "nil" {
            Assigned::Nil
        } else if self.makes(value) {
            Assigned::Made
        } else {
            Assigned::Other
        }
    }

    /// Notes that a map is compared with nil or asked for its length.
    pub(super) fn nil_checked(&mut self, compared: ExprId) {
        let hir = self.r.hir();
        let compared = hir.unparen(compared);
        let map = match hir.expr(compared).kind {
            // `len(m) == 0`.
            ExprKind::Call { args, .. } => match hir.exprs(args) {
                [one] => hir.unparen(*one),
                _ => return,
            },
            _ => compared,
        };
        let ty = self.types.get(&map).copied().unwrap_or(Ty::UNKNOWN);
        if self.map_kind(ty) == Some(MapKind::Builtin) {
            if let Some(place) = self.map_place(map) {
                let function = self.owner();
                self.facts.nil_checks.insert((function, place.key));
                self.facts.nil_checks.insert((function, place.named));
                if map == compared {
                    let aside = self.aside(map, Operation::Read);
                    self.facts.compared.extend(aside);
                }
            }
        }
    }

    /// Inside an `init` function itself, not in a closure of it.
    fn in_init(&self) -> bool {
        let [frame] = self.frames.as_slice() else { return false };
        let function = self.facts.functions.get(crate::world::index(frame.function));
        function.is_some_and(|function| function.init)
    }

    /// Writes down that a declaration gave a map its first value.
    pub(super) fn initialised(&mut self, def: Def, ty: Ty, name: Span, value: ExprId) {
        if self.map_kind(ty) == Some(MapKind::Builtin)
            && !matches!(self.r.types.kind(ty), Kind::Pointer(_))
        {
            let key = Self::key(def);
            let place = MapPlace { key, named: key, owner: None, own_field: false };
            let whole = Span { start: name.start, end: self.r.hir().expr(value).span.end };
            self.access_at(&place, Operation::Replace, Shape::Initialise, name, whole, value);
            let assigned = self.assigned_value(value);
            if let Some(access) = self.facts.accesses.last_mut() {
                access.value = assigned;
            }
        }
    }
}
