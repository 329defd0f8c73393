//! Maps that are met: read, weighed, and looked into for further ones.

use super::{Part, Task, Visit};
use crate::kinds::Layout;
use crate::memory::Memory;
use crate::retained::Weigh;
use crate::walk::{FoundMap, Gap};
use finding::{MapInstance, Retained};
use go_binary::TypeId;

impl<M: Memory + ?Sized> Visit<'_, M> {
    /// Reads a map, and plans to look into its entries.
    pub(super) fn map(&mut self, address: u64, part: Part<'_>, path: &str, declared: &str) {
        let type_id = self.types().resolve(part.type_id);
        if address == 0 || !self.seen.insert((address, type_id)) {
            return;
        }
        if let Some(layout) = self.layout(type_id) {
            self.instance(&layout, address, part, path, declared);
        }
    }

    /// How maps of a type are laid out, if it is a type of maps.
    pub(super) fn layout(&mut self, type_id: TypeId) -> Option<Layout> {
        let reader = self.reader;
        self.layouts.entry(type_id).or_insert_with(|| reader.layout(type_id)).clone()
    }

    pub(super) fn instance(
        &mut self,
        layout: &Layout,
        address: u64,
        part: Part<'_>,
        path: &str,
        declared: &str,
    ) {
        let added = self.add_instance(layout, address, part.type_id, path, declared, true);
        if let Some(entries) = added {
            self.entries(layout, address, entries, part.depth, path, declared);
        }
    }

    /// Reads a map, of which the type may only be guessed; how many entries it has.
    pub(super) fn add_instance(
        &mut self,
        layout: &Layout,
        address: u64,
        type_id: TypeId,
        path: &str,
        declared: &str,
        is_known: bool,
    ) -> Option<u64> {
        let Ok(look) = layout.look(self.memory, address, &self.budget) else {
            self.found.gaps.push(Gap::Damaged { path: path.to_owned() });
            return None;
        };
        let entries = look.entries;
        let map = MapInstance {
            address,
            path: path.to_owned(),
            declared: declared.to_owned(),
            map_type: self.types().get(type_id).map_or("?", |kind| kind.name).to_owned(),
            entries,
            capacity: look.capacity,
            bytes: look.bytes,
            indirect: entries.saturating_mul(layout.indirect()),
            retained: if is_known { self.retained(layout, address, entries) } else { None },
            probes: look.probes,
            writing: look.writing,
            exactness: look.exactness,
            inside: look.inside,
            by_shape: None,
            detail: None,
        };
        self.found.maps.push(FoundMap { map, type_id });
        Some(entries)
    }

    /// Plans to look into the entries of a map.
    pub(super) fn entries(
        &mut self,
        layout: &Layout,
        address: u64,
        entries: u64,
        depth: u32,
        path: &str,
        declared: &str,
    ) {
        let (key, value) = layout.places();
        if !self.reader.reach.has(key) && !self.reader.reach.has(value) {
            return;
        }
        self.skip(entries.saturating_sub(self.budget.entries), path);
        for entry in layout.entries(self.memory, address, self.budget.entries.min(entries)) {
            for (address, type_id) in [(entry.key, key), (entry.value, value)] {
                self.add(Task {
                    address,
                    type_id,
                    path: format!("{path}[…]"),
                    declared: declared.to_owned(),
                    depth: depth.saturating_add(1),
                });
            }
        }
    }

    /// What the entries of a map lead to, while that is within the budget.
    fn retained(&mut self, layout: &Layout, address: u64, entries: u64) -> Option<Retained> {
        let sample = layout.entries(self.memory, address, self.budget.samples.min(entries));
        let mut weigh = Weigh::new(self.reader, self.memory, self.weighed);
        let retained = weigh.entries(layout, &sample, entries);
        self.weighed = weigh.left();
        retained
    }
}
