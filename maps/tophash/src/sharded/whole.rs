//! Operations on all entries: a walk over all windows, shard by shard.
//!
//! A walk asks for the shard that the first window is in, then for that of the first window behind it, and so on. If
//! entries were moved meanwhile, the shard may hold windows that the walk has met already: these are passed over.

use super::{Sharded, Span, room};
use crate::concurrent::Mode;
use crate::error::AllocError;
use crate::lock::{Beside, Lock};
use crate::sharded::place::Entries;
use core::hash::{BuildHasher, Hash};
use core::panic::Location;

impl<K: Hash, V, S: BuildHasher> Sharded<K, V, S> {
    /// Meets every entry, shard by shard, each under its lock: linear in the capacity.
    #[track_caller]
    pub fn for_each(&self, mut meet: impl FnMut(&K, &V)) {
        self.walk(Location::caller(), |table, span| {
            for (key, value) in table.iter().filter(|entry| self.is_ahead(&span, entry)) {
                meet(key, value);
            }
        });
    }

    /// Takes out every entry that `keep` does not want, and lets it change the others, shard by shard. `keep` runs under
    /// the shard's lock.
    ///
    /// If `keep` panics, what it had not wanted is out, and the rest stays.
    #[track_caller]
    pub fn retain(&self, mut keep: impl FnMut(&K, &mut V) -> bool) {
        self.walk_mut(Location::caller(), |table, _, span| {
            table.retain(|entry| !self.is_ahead(&span, entry) || keep(&entry.0, &mut entry.1));
        });
    }

    /// Takes every entry out, shard by shard. The room stays; entries are dropped under the shard's lock.
    #[track_caller]
    pub fn clear(&self) {
        self.walk_mut(Location::caller(), |table, _, span| match span.from {
            None => table.clear(),
            Some(_) => table.retain(|entry| !self.is_ahead(&span, entry)),
        });
    }

    /// Makes room in every shard for its share of at least `additional` more entries.
    ///
    /// # Panics
    /// If no address space holds so many. If the allocator refuses, the program ends as for other collections.
    #[track_caller]
    pub fn reserve(&self, additional: usize) {
        if let Err(error) = self.try_reserve(additional) {
            error.handle();
        }
    }

    /// Like [`Sharded::reserve`], without a panic.
    ///
    /// # Errors
    /// If no address space holds so many, or the allocator refuses. Shards that had their room already keep it.
    #[track_caller]
    pub fn try_reserve(&self, additional: usize) -> Result<(), AllocError> {
        // Each shard's part might fit into an address space that the whole does not.
        let bytes = additional.checked_mul(size_of::<(K, V)>());
        if bytes.is_none_or(|bytes| isize::try_from(bytes).is_err()) {
            return Err(AllocError::overflow());
        }
        let share = additional.div_ceil(self.shards());
        let mut result = Ok(());
        self.walk_mut(Location::caller(), |table, lock, _| {
            if result.is_ok() {
                let before = table.len();
                result = table.try_reserve(share, |(key, _)| self.hasher.hash_one(key));
                self.growth.note(lock, room(table), before);
            }
        });
        result.map_err(AllocError::from)
    }

    /// Gives back the memory that the entries do not need, shard by shard.
    #[track_caller]
    pub fn shrink_to_fit(&self) {
        self.walk_mut(Location::caller(), |table, lock, _| {
            table.shrink_to_fit(|(key, _)| self.hasher.hash_one(key));
            lock.note_room(room(table));
        });
    }

    /// Whether a walk has not met the window of this entry yet.
    #[inline]
    pub(super) fn is_ahead(&self, span: &Span, (key, _): &(K, V)) -> bool {
        span.from.is_none_or(|from| Self::window(self.hasher.hash_one(key)) >= from)
    }

    /// Meets every shard that holds entries, for reading.
    pub(super) fn walk(
        &self,
        site: &'static Location<'static>,
        mut visit: impl FnMut(&Entries<K, V>, Span),
    ) {
        let mut window = Some(0);
        while let Some(from) = window {
            let mut beside = Beside::nothing();
            let (table, span) = self.read_slowly(from, site, &mut beside);
            let _frame = self.enter(site, Mode::Read);
            window = span.behind;
            visit(&table, span);
        }
    }

    /// Meets every shard that holds entries, for writing.
    fn walk_mut(
        &self,
        site: &'static Location<'static>,
        mut visit: impl FnMut(&mut Entries<K, V>, &Lock<Entries<K, V>>, Span),
    ) {
        let mut window = Some(0);
        while let Some(from) = window {
            let mut beside = Beside::nothing();
            let (mut table, span) = self.write_slowly(from, site, &mut beside);
            let _frame = self.enter(site, Mode::Write);
            window = span.behind;
            let lock = table.lock();
            visit(&mut table, lock, span);
        }
    }
}
