//! Operations on all entries.

use super::table::Table;
use super::{Found, Promotion, SyncMap};
use alloc::sync::Arc;

impl<K, V, S> SyncMap<K, V, S> {
    /// Meets every entry, until `meet` returns `false`.
    ///
    /// If the read map is amended the dirty map takes its place first, since walking costs as much as the misses would.
    /// `meet` runs under no lock and may use the map. A key that is in the map all the while is met once.
    pub fn range(&self, mut meet: impl FnMut(&K, &V) -> bool) {
        let read = {
            let read = self.read.read();
            (!read.amended).then(|| Arc::clone(&read.entries))
        };
        let entries = read.unwrap_or_else(|| {
            self.slowly(|dirty, after| {
                if dirty.amended {
                    dirty.promote(self, after, Promotion::Range);
                }
                Arc::clone(&dirty.read)
            })
        });
        for node in entries.iter() {
            if let Found::Value(value) = node.slot.get(&self.values) {
                if !meet(&node.key, &value) {
                    return;
                }
            }
        }
    }

    /// Takes every entry out.
    ///
    /// A dirty map stays, and is empty, so that the next new key has nothing to copy; misses begin anew. An entry
    /// that is changed meanwhile is taken out as it was before the change or after it.
    pub fn clear(&self) {
        {
            let read = self.read.read();
            if read.entries.len() == 0 && !read.amended {
                return;
            }
        }
        let entries = self.slowly(|dirty, after| dirty.clear(self, after));
        drop(entries);
    }

    /// The number of entries; exact where nobody changes the map. Linear: they are not counted as they come and go.
    pub fn len(&self) -> usize {
        {
            let read = self.read.read();
            if !read.amended {
                return read.entries.count();
            }
        }
        let dirty = self.lock();
        dirty.entries.as_ref().map_or_else(|| dirty.read.count(), Table::count)
    }

    /// Whether there are no entries. Linear, as [`SyncMap::len`] is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
