//! Where the keys of new entries come from, and how many of them there may be.

use super::facts::VariableOrigin;
use super::walker::{LocalKind, Walker};
use crate::Span;
use crate::hir::{DeclKind, ExprId, ExprKind, UnaryOp};
use crate::key::{KeySource, NewEntry};
use crate::types::{Binding, Kind, Meaning, Ty};
use crate::world::{DeclRef, FileId, Object, PackageId, index};
use rustc_hash::{FxHashMap, FxHashSet};

/// Expressions inside of expressions that are followed, at most.
const MAX_DEPTH: u32 = 12;

/// The same for the arguments of calls.
const ARGUMENT_DEPTH: u32 = 5;

/// Where an entry is put into a map.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewEntryFact {
    pub(crate) file: FileId,
    /// Where the access stands.
    pub(crate) at: u32,
    pub(crate) entry: NewEntry,
}

/// What the value of a variable is taken from that is declared without an initialiser of its own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Derived {
    /// The first of several results.
    Result(ExprId),
    /// What a loop goes over.
    Element(ExprId),
    /// The keys of a map that a loop goes over.
    Key(ExprId),
}

/// The types of a package that are enumerated.
pub(super) type Enumerated<'w> = FxHashMap<PackageId, FxHashMap<&'w str, u32>>;

/// Functions that yield another value with each call, by what their names end with.
const NEW: &[&str] = &["time.Now", "uuid.New", "uuid.NewString", "uuid.NewRandom", "ulid.Make"];

impl<'w> Walker<'w> {
    /// Notes an entry that is put into a map.
    pub(super) fn note_new_entry(
        &mut self,
        map: ExprId,
        key_type: Ty,
        key: ExprId,
        value: Ty,
        at: u32,
    ) {
        let source = self.source_of(key, Some(map), 0);
        let own = self.types.get(&key).copied().unwrap_or(Ty::UNKNOWN);
        let few = self.has_few(key_type, 0) || self.has_few(own, 0);
        let under = self.r.under(value);
        let to_pointer = matches!(self.r.types.kind(under), Kind::Pointer(_));
        let looped = !self.loops.is_empty();
        let entry = NewEntry { source, few, to_pointer, looped, value: None };
        self.facts.new_entries.push(NewEntryFact { file: self.r.env.file, at, entry });
    }

    /// Notes what makes the value of the entry that was noted last, if that is the one at a place.
    pub(super) fn note_entry_value(&mut self, at: u32, value: ExprId) {
        let hir = self.r.hir();
        let mut value = hir.unparen(value);
        if hir.expr(value).kind == ExprKind::Name {
            let local = self.r.local(self.r.text(hir.expr(value).span));
            let init = local.and_then(|local| self.local(local)).and_then(|local| local.init);
            value = init.map_or(value, |init| hir.unparen(init));
        }
        let span = hir.expr(value).span;
        if let Some(fact) = self.facts.new_entries.last_mut().filter(|fact| fact.at == at) {
            fact.entry.value = Some(span);
        }
    }

    /// Notes what a variable that was just declared takes its value from.
    pub(super) fn derives(&mut self, name: Span, from: Derived) {
        if let Some(local) = self.r.local(self.r.text(name)) {
            self.derived.insert(local, from);
        }
    }

    /// Where the arguments of a call come from, by their places.
    pub(super) fn sources_of(&mut self, args: &[ExprId]) -> Vec<(u32, KeySource)> {
        let mut found = Vec::new();
        for (at, arg) in (0u32..).zip(args) {
            let source = self.source_of(*arg, None, MAX_DEPTH.saturating_sub(ARGUMENT_DEPTH));
            if source != KeySource::Unknown {
                found.push((at, source));
            }
        }
        found
    }

    /// Where the value of an expression comes from; `map` is the one that it is a key of.
    fn source_of(&mut self, id: ExprId, map: Option<ExprId>, depth: u32) -> KeySource {
        if depth > MAX_DEPTH {
            return KeySource::Unknown;
        }
        let depth = depth.saturating_add(1);
        let hir = self.r.hir();
        let id = hir.unparen(id);
        let ty = self.types.get(&id).copied().unwrap_or(Ty::UNKNOWN);
        if self.is_of_request(ty) {
            return KeySource::Request;
        }
        match hir.expr(id).kind {
            ExprKind::Literal(_) | ExprKind::FuncLit(_) => KeySource::Fixed,
            ExprKind::Name => self.source_of_name(id, map, depth),
            ExprKind::Selector { base, name } => match self.qualified(base, name) {
                Some(Object::Const | Object::Func(_) | Object::Type(_)) => KeySource::Fixed,
                Some(Object::Var(..)) => KeySource::Kept,
                // `http.MethodGet` of a package that is not there.
                None if self.missing_import(base).is_some() => KeySource::Fixed,
                // A field of something new need not be new.
                None => match self.source_of(base, map, depth) {
                    KeySource::New => KeySource::Unknown,
                    source => source,
                },
            },
            ExprKind::Call { fun, args, .. } => {
                self.source_of_call(fun, hir.exprs(args), map, depth)
            }
            ExprKind::Binary { left, right, .. } => {
                self.source_of(left, map, depth).max(self.source_of(right, map, depth))
            }
            ExprKind::Composite { elements, .. } => {
                let mut most = KeySource::Fixed;
                for element in hir.elements(elements).to_vec() {
                    most = most.max(self.source_of(element.value, map, depth));
                }
                most
            }
            ExprKind::Unary { op: UnaryOp::Receive, x } => self.source_of_message(x, map, depth),
            ExprKind::Unary { op: UnaryOp::Address, x } => match hir.expr(hir.unparen(x)).kind {
                ExprKind::Composite { .. } => KeySource::New,
                _ => self.source_of(x, map, depth),
            },
            ExprKind::Index { base: x, .. }
            | ExprKind::Slice { base: x, .. }
            | ExprKind::Star(x)
            | ExprKind::Unary { x, .. }
            | ExprKind::Assert { base: x, .. } => self.source_of(x, map, depth),
            _ => KeySource::Unknown,
        }
    }

    fn source_of_name(&mut self, id: ExprId, map: Option<ExprId>, depth: u32) -> KeySource {
        let text = self.r.text(self.r.hir().expr(id).span);
        let number = match self.r.meaning(text) {
            Meaning::Bound(Binding::Local(number)) => number,
            Meaning::Bound(Binding::Const) | Meaning::Object(Object::Const) => {
                return KeySource::Fixed;
            }
            Meaning::Object(Object::Var(..)) => return KeySource::Kept,
            Meaning::Universe if matches!(text, "true" | "false" | "nil" | "iota") => {
                return KeySource::Fixed;
            }
            _ => return KeySource::Unknown,
        };
        let Some(local) = self.local(number).cloned() else { return KeySource::Unknown };
        if let Some(init) = local.init {
            return self.source_of(init, map, depth);
        }
        match self.derived.get(&number).copied() {
            Some(Derived::Result(of)) => return self.source_of(of, map, depth),
            Some(Derived::Element(of)) => return self.source_of_element(of, map, depth),
            Some(Derived::Key(of)) => {
                let hir = self.r.hir();
                let same = map.is_some_and(|map| {
                    self.r.text(hir.expr(map).span) == self.r.text(hir.expr(of).span)
                });
                return if same { KeySource::Own } else { self.source_of_element(of, map, depth) };
            }
            None => {}
        }
        let own = Some(local.function) == self.owner();
        let origin = self.facts.variables.get(index(local.fact)).map(|variable| variable.origin);
        match origin {
            Some(VariableOrigin::Receiver) => KeySource::Kept,
            Some(VariableOrigin::Parameter(place)) if own => KeySource::Parameter(place),
            _ if local.kind == LocalKind::Parameter && !local.given => KeySource::Kept,
            _ if self.is_decoded(text) => KeySource::Message,
            _ => KeySource::Unknown,
        }
    }

    /// Whether the function at hand decodes something into a variable: `json.NewDecoder(r).Decode(&req)`.
    fn is_decoded(&mut self, name: &str) -> bool {
        let here = (self.r.env.file, self.place.body);
        if self.decoded.0 != here {
            self.decoded = (here, decoded(self.r.text(self.place.body)));
        }
        self.decoded.1.contains(name)
    }

    /// Of what a channel yields: what an object sends to itself may come from anywhere.
    fn source_of_message(&mut self, of: ExprId, map: Option<ExprId>, depth: u32) -> KeySource {
        match self.source_of(of, map, depth) {
            KeySource::Kept => KeySource::Unknown,
            _ => KeySource::Message,
        }
    }

    /// Of the elements of a list; a list that a package keeps is spelled out or filled by its configuration.
    fn source_of_element(&mut self, of: ExprId, map: Option<ExprId>, depth: u32) -> KeySource {
        let ty = self.types.get(&of).copied().unwrap_or(Ty::UNKNOWN);
        let under = self.r.under(ty);
        if matches!(self.r.types.kind(under), Kind::Chan(_)) {
            return self.source_of_message(of, map, depth);
        }
        let hir = self.r.hir();
        let name = hir.expr(hir.unparen(of)).kind == ExprKind::Name;
        match self.source_of(of, map, depth) {
            KeySource::Kept if name => KeySource::Fixed,
            source => source,
        }
    }

    fn source_of_call(
        &mut self,
        fun: ExprId,
        args: &[ExprId],
        map: Option<ExprId>,
        depth: u32,
    ) -> KeySource {
        let hir = self.r.hir();
        let fun = hir.unparen(fun);
        let text = self.r.text(hir.expr(fun).span);
        if text == "reflect.TypeOf" || text == "reflect.TypeFor" {
            return KeySource::Type;
        }
        if NEW.contains(&text) {
            return KeySource::New;
        }
        let mut most = match hir.expr(fun).kind {
            // `r.Header.Get("X")`, `time.Now().String()`.
            ExprKind::Selector { base, name } if self.qualified(base, name).is_none() => {
                match self.missing_import(base) {
                    Some(_) => KeySource::Fixed,
                    // What an object answers may be another thing each time.
                    None => self.source_of(base, map, depth).max(KeySource::Unknown),
                }
            }
            _ => KeySource::Fixed,
        };
        for arg in args {
            if !self.is_context(*arg) {
                most = most.max(self.source_of(*arg, map, depth));
            }
        }
        // What a function makes of nothing is another thing each time, or always the same.
        match most {
            KeySource::Fixed if args.is_empty() => KeySource::Unknown,
            // What is made of a new value need not be new: its type, its length.
            KeySource::New if !args.is_empty() && self.r.type_of_expr(fun).is_none() => {
                KeySource::Unknown
            }
            most => most,
        }
    }

    /// Whether an argument says how long a call may take, and not what it is about.
    fn is_context(&self, arg: ExprId) -> bool {
        let ty = self.types.get(&arg).copied().unwrap_or(Ty::UNKNOWN);
        match self.r.types.kind(ty) {
            Kind::Foreign(id) => self.r.types.foreign(id) == "context.Context",
            _ => self.r.is_named(ty, "context", "Context"),
        }
    }

    /// Whether values of a type come with each request.
    fn is_of_request(&mut self, ty: Ty) -> bool {
        let base = self.r.deref(ty);
        self.r.is_named(base, "net/http", "Request")
    }

    /// Whether a type has few values.
    fn has_few(&mut self, ty: Ty, depth: u32) -> bool {
        if depth > 3 {
            return false;
        }
        let depth = depth.saturating_add(1);
        match self.r.types.kind(ty) {
            Kind::Basic(name) => matches!(name, "bool" | "uint8" | "int8" | "byte"),
            Kind::Named { decl, .. } => {
                if self.is_type(ty) || self.r.is_named(ty, "reflect", "Kind") {
                    return true;
                }
                if self.is_enumerated(decl) {
                    return true;
                }
                let under = self.r.under(ty);
                under != ty && self.has_few(under, depth)
            }
            Kind::Pointer(_) | Kind::Foreign(_) => self.is_type(ty),
            Kind::Struct(id) => {
                let fields: Vec<Ty> =
                    self.r.types.fields(id).iter().map(|field| field.ty).collect();
                // A type in the key bounds what else is in it, as in caches of what types have in common.
                fields.iter().any(|ty| self.is_type(*ty))
                    || fields.into_iter().all(|ty| self.has_few(ty, depth))
            }
            _ => false,
        }
    }

    /// Whether values of a type are themselves types of Go.
    fn is_type(&self, ty: Ty) -> bool {
        match self.r.types.kind(ty) {
            Kind::Foreign(id) => self.r.types.foreign(id) == "reflect.Type",
            Kind::Pointer(to) => {
                matches!(self.r.named(to), Some(("reflect", "rtype") | ("internal/abi", "Type")))
            }
            _ => self.r.is_named(ty, "reflect", "Type"),
        }
    }

    /// Whether the source lists the values of a declared type: at least two constants of it.
    fn is_enumerated(&mut self, decl: DeclRef) -> bool {
        let Some((package, name)) = self.r.type_name(decl) else { return false };
        let world = self.r.world;
        let known = self.enumerated.entry(package).or_insert_with(|| {
            let mut found: FxHashMap<&str, u32> = FxHashMap::default();
            let files = world.package(package).map(|package| package.files.as_slice());
            for file in files.unwrap_or_default().iter().filter_map(|file| world.file(*file)) {
                for decl in &file.hir.top {
                    let decl = file.hir.decl(*decl);
                    if let (DeclKind::Const { .. }, Some((ty, constants))) =
                        (decl.kind, constant_type(file.slice(decl.span)))
                    {
                        let count = found.entry(ty).or_default();
                        *count = count.saturating_add(constants);
                    }
                }
            }
            found
        });
        known.get(name).is_some_and(|constants| *constants >= 2)
    }
}

/// The type that `A T = 1` or `A = T(1)` gives its constants, and how many there are at least: one that counts with `iota`
/// is followed by others.
fn constant_type(text: &str) -> Option<(&str, u32)> {
    let text = text.strip_prefix("const").unwrap_or(text);
    let (names, value) = text.split_once('=')?;
    let constants = if value.contains("iota") { 2 } else { 1 };
    let is_name = |name: &&str| name.starts_with(|first: char| first.is_alphabetic());
    let last = names.rsplit(',').next()?;
    let written = last.split_whitespace().nth(1).filter(is_name);
    let converted = || value.trim_start().split_once('(').map(|(ty, _)| ty).filter(is_name);
    Some((written.or_else(converted)?, constants))
}

/// The names whose addresses are the last arguments of calls that decode, by the lines of a body.
fn decoded(body: &str) -> FxHashSet<&str> {
    const CALLS: [&str; 4] = ["Decode(", "Unmarshal(", "ReadJSON(", "Bind("];
    let mut found = FxHashSet::default();
    for line in body.lines() {
        let after = |call: &&str| Some(line.find(call)?.saturating_add(call.len()));
        let Some(first) = CALLS.iter().filter_map(after).min() else { continue };
        for argument in line.get(first..).unwrap_or_default().split('&').skip(1) {
            let name = argument.split(')').next().filter(|name| name.len() < argument.len());
            found.extend(name);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::constant_type;

    #[test]
    fn the_types_of_constants() {
        assert_eq!(constant_type("A State = iota"), Some(("State", 2)));
        assert_eq!(constant_type("A, B State = 1, 2"), Some(("State", 1)));
        assert_eq!(constant_type("A = State(\"a\")"), Some(("State", 1)));
        assert_eq!(constant_type("a = 1"), None);
        assert_eq!(constant_type("a"), None);
    }
}
