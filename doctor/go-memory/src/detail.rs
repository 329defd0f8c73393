//! One map in full: its picture, what a look-up costs in all of it, and some of its entries.

use crate::memory::Memory;
use crate::values::Show;
use crate::walk::{FoundMap, Reader};
use finding::{Detail, EntrySample};

/// What is wanted of one map.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct DetailOptions {
    /// How many entries are shown.
    pub samples: u64,
    /// Whether keys and values are shown as they are; otherwise letters are `x` and digits `9`.
    pub unmasked: bool,
}

impl DetailOptions {
    /// So many entries, with letters and digits hidden unless that is not wanted.
    #[must_use]
    pub fn new(samples: u64, unmasked: bool) -> Self {
        Self { samples, unmasked }
    }
}

impl Reader<'_> {
    /// Reads a map that was found again, for what is shown of one map alone, and puts that into it.
    ///
    /// Linear in the tables or buckets of the map, of which it looks at 65,536 at most.
    pub fn detail(
        &self,
        memory: &(impl Memory + ?Sized),
        found: &mut FoundMap,
        options: DetailOptions,
    ) {
        let type_id = self.program.types.resolve(found.type_id);
        let Some(layout) = self.layout(type_id) else { return };
        let mut detail = Detail::default();
        if let Some(parts) = layout.parts(memory, found.map.address) {
            detail.picture = Some(parts.picture);
            found.map.probes = parts.probes.or(found.map.probes);
        }
        let show = Show { reader: self, memory, masked: !options.unmasked };
        let (key, value) = layout.places();
        let entries = layout.entries(memory, found.map.address, options.samples);
        detail.samples = entries
            .iter()
            .map(|entry| EntrySample {
                key: show.value(entry.key, key),
                value: show.value(entry.value, value),
            })
            .collect();
        found.map.detail = Some(Box::new(detail));
    }
}
