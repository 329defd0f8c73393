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
        let look = match layout.look(self.memory, address, &self.budget) {
            Ok(look) => look,
            Err(_) => return self.found.gaps.push(Gap::Damaged { path: path.to_owned() }),
        };
        let entries = look.entries;
        let map = MapInstance {
            address,
            path: path.to_owned(),
            declared: declared.to_owned(),
            map_type: self.types().get(part.type_id).map_or("?", |kind| kind.name).to_owned(),
            entries,
            capacity: look.capacity,
            bytes: look.bytes,
            indirect: entries.saturating_mul(layout.indirect()),
            retained: self.retained(layout, address, entries),
            probes: look.probes,
            writing: look.writing,
            exactness: look.exactness,
            inside: look.inside,
            detail: None,
        };
        self.found.maps.push(FoundMap { map, type_id: part.type_id });
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
                    depth: part.depth.saturating_add(1),
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
