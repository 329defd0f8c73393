//! The walk itself.

mod instance;

use super::interface::Held;
use super::{Found, Gap, Reader, Root};
use crate::budget::Budget;
use crate::kinds::{Layout, atomic_pointee};
use crate::memory::{Memory, bytes, number, pointer};
use go_binary::{Form, GoKind, TypeId, Types};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// Structs of structs are followed so deep in one value.
const DEEPEST: u32 = 32;

/// A value that is to be looked into.
struct Task {
    address: u64,
    type_id: TypeId,
    path: String,
    declared: String,
    depth: u32,
}

/// A part of a value that is being looked into.
#[derive(Clone, Copy)]
struct Part<'a> {
    /// Where the value lies, all that was read of it, and where this part begins in it.
    address: u64,
    bytes: &'a [u8],
    offset: u64,
    type_id: TypeId,
    depth: u32,
    nesting: u32,
}

pub(super) struct Visit<'v, M: ?Sized> {
    reader: &'v Reader<'v>,
    memory: &'v M,
    budget: Budget,
    layouts: FxHashMap<TypeId, Option<Layout>>,
    seen: FxHashSet<(u64, TypeId)>,
    queue: VecDeque<Task>,
    values: u64,
    skipped: u64,
    /// What most of them are in.
    most_skipped: (u64, String),
    unreadable: (u64, u64),
    /// Interfaces whose values are not known, and the first of them.
    unknown: (u64, String),
    /// Objects that may still be looked at to estimate what entries lead to.
    weighed: u64,
    /// Parts of values that may still be looked into.
    steps: u64,
    found: Found,
}

impl<'v, M: Memory + ?Sized> Visit<'v, M> {
    pub(super) fn new(reader: &'v Reader<'v>, memory: &'v M, budget: &Budget) -> Self {
        Self {
            reader,
            memory,
            budget: *budget,
            layouts: FxHashMap::default(),
            seen: FxHashSet::default(),
            queue: VecDeque::new(),
            values: 0,
            skipped: 0,
            most_skipped: (0, String::new()),
            unreadable: (0, 0),
            unknown: (0, String::new()),
            weighed: budget.weighed,
            steps: budget.steps,
            found: Found::default(),
        }
    }

    pub(super) fn run(mut self) -> Found {
        let program = &self.reader.program;
        for variable in program.variables {
            let address = variable.address.wrapping_add(program.bias);
            let name = variable.name.to_owned();
            self.add(Task {
                address,
                type_id: variable.type_id,
                path: name.clone(),
                declared: name,
                depth: 0,
            });
        }
        self.follow();
        self.finish()
    }

    /// Looks into the entries of maps instead of variables; then reads those of the maps that none of the others led to.
    pub(super) fn run_from(mut self, roots: &[Root]) -> Found {
        for root in roots.iter().filter(|root| root.is_known) {
            let Some(layout) = self.layout(root.type_id) else { continue };
            let Ok(look) = layout.look(self.memory, root.address, &self.budget) else { continue };
            self.entries(&layout, root.address, look.entries, 0, &root.path, &root.declared);
        }
        self.follow();
        let reached: FxHashSet<u64> =
            self.found.maps.iter().map(|found| found.map.address).collect();
        for root in roots.iter().filter(|root| !reached.contains(&root.address)) {
            let Some(layout) = self.layout(root.type_id) else { continue };
            let Root { address, type_id, path, declared, is_known } = root;
            self.add_instance(&layout, *address, *type_id, path, declared, *is_known);
        }
        self.finish()
    }

    fn follow(&mut self) {
        while let Some(task) = self.queue.pop_front() {
            self.value(&task);
        }
    }

    fn finish(mut self) -> Found {
        let gaps = &mut self.found.gaps;
        if self.unreadable.0 > 0 {
            gaps.push(Gap::Unreadable { times: self.unreadable.0, first: self.unreadable.1 });
        }
        if self.skipped > 0 {
            let path = std::mem::take(&mut self.most_skipped.1);
            gaps.push(Gap::Budget { values: self.skipped, path });
        }
        let (interfaces, path) = self.unknown;
        if interfaces > 0 {
            gaps.push(Gap::UnknownTypes { interfaces, path });
        }
        self.found
    }

    fn types(&self) -> &'v Types<'v> {
        self.reader.program.types
    }

    /// Plans to look into a value, if it may lead to a map, and nobody did.
    fn add(&mut self, task: Task) {
        if task.address == 0 || !self.reader.reach.has(task.type_id) {
            return;
        }
        if !self.seen.insert((task.address, self.types().resolve(task.type_id))) {
            return;
        }
        if task.depth > self.budget.depth || self.values >= self.budget.values {
            return self.skip(1, &task.path);
        }
        self.values = self.values.saturating_add(1);
        self.queue.push_back(task);
    }

    /// Notes values that are not looked into.
    fn skip(&mut self, values: u64, path: &str) {
        self.skipped = self.skipped.saturating_add(values);
        if values > self.most_skipped.0 {
            self.most_skipped = (values, path.to_owned());
        }
    }

    fn unreadable(&mut self, address: u64) {
        if self.unreadable.0 == 0 {
            self.unreadable.1 = address;
        }
        self.unreadable.0 = self.unreadable.0.saturating_add(1);
    }

    /// Reads a value, and looks into it.
    fn value(&mut self, task: &Task) {
        match bytes(self.memory, task.address, self.types().size(task.type_id)) {
            Ok(bytes) => {
                let part = Part {
                    address: task.address,
                    bytes: &bytes,
                    offset: 0,
                    type_id: task.type_id,
                    depth: task.depth,
                    nesting: 0,
                };
                self.part(part, &task.path, &task.declared);
            }
            Err(unmapped) => self.unreadable(unmapped.address),
        }
    }

    /// Looks into a part of a value.
    fn part(&mut self, part: Part<'_>, path: &str, declared: &str) {
        let types = self.types();
        if part.nesting > DEEPEST || !self.reader.reach.has(part.type_id) {
            return;
        }
        let Some(left) = self.steps.checked_sub(1) else { return self.skip(1, path) };
        self.steps = left;
        match types.kind(part.type_id) {
            Some(GoKind::INTERFACE) => return self.interface(part, path, declared),
            Some(GoKind::SLICE) => return self.slice(part, path, declared),
            _ => {}
        }
        let Some(form) = types.form(part.type_id) else { return };
        match *form {
            Form::Map { .. } => {
                if let Some(header) = pointer(part.bytes, part.offset) {
                    self.map(header, part, path, declared);
                }
            }
            Form::Pointer(Some(pointee)) => {
                if let Some(address) = pointer(part.bytes, part.offset) {
                    self.add(Task {
                        address,
                        type_id: pointee,
                        path: path.to_owned(),
                        declared: declared.to_owned(),
                        depth: part.depth.saturating_add(1),
                    });
                }
            }
            Form::Struct(_) => {
                if let Some(pointee) = atomic_pointee(types, part.type_id) {
                    let address = pointer(part.bytes, part.offset).unwrap_or_default();
                    return self.add(Task {
                        address,
                        type_id: pointee,
                        path: path.to_owned(),
                        declared: declared.to_owned(),
                        depth: part.depth.saturating_add(1),
                    });
                }
                if let Some(layout) = self.layout(types.resolve(part.type_id)) {
                    let address = part.address.saturating_add(part.offset);
                    return self.instance(&layout, address, part, path, declared);
                }
                let name = types.get(types.resolve(part.type_id)).map_or("", |kind| kind.name);
                for field in types.fields(part.type_id) {
                    if !self.reader.reach.has(field.type_id) {
                        continue;
                    }
                    let inner = Part {
                        offset: part.offset.saturating_add(field.offset),
                        type_id: field.type_id,
                        nesting: part.nesting.saturating_add(1),
                        ..part
                    };
                    let path = format!("{path}.{}", field.name);
                    // A field of a type without a name belongs to what the type is a part of.
                    let owner = if name.starts_with("struct {") { declared } else { name };
                    self.part(inner, &path, &format!("{owner}.{}", field.name));
                }
            }
            Form::Array(of, count) => {
                let size = types.size(of);
                for place in 0..count.min(self.budget.elements) {
                    let inner = Part {
                        offset: part.offset.saturating_add(place.saturating_mul(size)),
                        type_id: of,
                        nesting: part.nesting.saturating_add(1),
                        ..part
                    };
                    self.part(inner, &format!("{path}[{place}]"), declared);
                }
                self.skip(count.saturating_sub(self.budget.elements), path);
            }
            _ => {}
        }
    }

    fn slice(&mut self, part: Part<'_>, path: &str, declared: &str) {
        let types = self.types();
        let field = |name| types.field(part.type_id, name);
        let (Some(array), Some(length)) = (field("array"), field("len")) else { return };
        let Some(of) = types.pointee(array.type_id) else { return };
        let at = |offset: u64| part.offset.saturating_add(offset);
        let first = pointer(part.bytes, at(array.offset)).unwrap_or_default();
        let length = number(part.bytes, at(length.offset), 8).unwrap_or_default();
        let size = types.size(of);
        if first == 0 || size == 0 || !self.reader.reach.has(of) {
            return;
        }
        for place in 0..length.min(self.budget.elements) {
            self.add(Task {
                address: first.saturating_add(place.saturating_mul(size)),
                type_id: of,
                path: format!("{path}[{place}]"),
                declared: declared.to_owned(),
                depth: part.depth.saturating_add(1),
            });
        }
        self.skip(length.saturating_sub(self.budget.elements), path);
    }

    /// Follows an interface by the type that it says it holds.
    fn interface(&mut self, part: Part<'_>, path: &str, declared: &str) {
        let interfaces = &self.reader.interfaces;
        let (types, memory) = (self.types(), self.memory);
        match interfaces.held(types, memory, part.type_id, part.bytes, part.offset) {
            Held::Nothing => {}
            Held::Unknown => {
                if self.unknown.0 == 0 {
                    path.clone_into(&mut self.unknown.1);
                }
                self.unknown.0 = self.unknown.0.saturating_add(1);
            }
            Held::Itself(word, type_id) => {
                let bytes = word.to_le_bytes();
                let inner = Part {
                    // It lies nowhere but in the interface, as far as its own bytes go.
                    address: 0,
                    bytes: &bytes,
                    offset: 0,
                    type_id,
                    nesting: part.nesting.saturating_add(1),
                    ..part
                };
                self.part(inner, path, declared);
            }
            Held::At(address, type_id) => self.add(Task {
                address,
                type_id,
                path: path.to_owned(),
                declared: declared.to_owned(),
                depth: part.depth.saturating_add(1),
            }),
        }
    }
}
