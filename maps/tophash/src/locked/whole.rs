//! Operations on all entries, as one.

use super::{Inner, Locked};
use core::hash::{BuildHasher, Hash};

impl<K, V, S> Locked<K, V, S> {
    /// What `read` makes of the whole map, under the lock.
    ///
    /// ```
    /// let map = tophash::Locked::from([(1, "one"), (2, "two")]);
    /// let longest = map.with(|map| map.values().map(|name| name.len()).max());
    /// assert_eq!(longest, Some(3));
    /// ```
    #[track_caller]
    pub fn with<R>(&self, read: impl FnOnce(&hashbrown::HashMap<K, V, S>) -> R) -> R {
        self.reading(true, read)
    }

    /// Meets every entry, under the lock: linear in the capacity.
    #[track_caller]
    pub fn for_each(&self, mut meet: impl FnMut(&K, &V)) {
        self.reading(true, |map| map.iter().for_each(|(key, value)| meet(key, value)));
    }

    /// Takes out every entry that `keep` does not want, and lets it change the others. `keep` runs under the lock.
    ///
    /// If `keep` panics, what it had not wanted is out, and the rest stays.
    #[track_caller]
    pub fn retain(&self, keep: impl FnMut(&K, &mut V) -> bool) {
        self.writing(true, |map| map.retain(keep));
    }

    /// Takes every entry out. The room stays; entries are dropped under the lock.
    #[track_caller]
    pub fn clear(&self) {
        self.writing(true, Inner::clear);
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Locked<K, V, S> {
    /// What `change` makes of the whole map, under the lock.
    ///
    /// If `change` panics, what it has done stays done.
    #[track_caller]
    pub fn with_mut<R>(&self, change: impl FnOnce(&mut hashbrown::HashMap<K, V, S>) -> R) -> R {
        self.reshape(change)
    }
}
