//! Writing down declared maps and accesses to them.

use super::facts::{AccessFact, DeclFact, Key};
use super::map_place::MapPlace;
use super::walker::Walker;
use crate::hir::ExprId;
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
        self.access_at(&place, operation, shape, span, whole, anchor);
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
            before_sharing: shape == Shape::Initialise,
            initial,
        });
        if let Some(owner) = place.owner {
            let own = self
                .local(owner)
                .is_some_and(|local| local.fresh && Some(local.function) == self.owner());
            if own {
                self.pending.push((self.facts.accesses.len().saturating_sub(1), owner));
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
            let place = MapPlace { key, named: key, owner: None };
            let whole = Span { start: name.start, end: self.r.hir().expr(value).span.end };
            self.access_at(&place, Operation::Replace, Shape::Initialise, name, whole, value);
        }
    }
}
