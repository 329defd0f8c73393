//! A map of versions: see [`SnapshotMap`]; and one of two copies, `DoubleBuffered`, for reads that cannot afford a trie.
//!
//! # Terms
//! - A **version** is a persistent trie (`trie`): it is never changed, and shares with others what does not differ.
//! - The **newest** version is reached by an atomic pointer that is replaced whole (`raw::published`).
//! - A **snapshot** is a version that somebody owns beside the map.
//!
//! Who writes makes a new version of the newest, with the writers' lock held, and publishes it.

mod alter;
#[cfg(feature = "locked")]
mod double;
mod edit;
mod entry;
mod held;
mod owner;
mod picture;
mod traits;
mod trie;
mod version;

#[cfg(feature = "locked")]
pub use double::{DoubleBuffered, View};
pub use edit::Edit;
pub use entry::Held;
pub use held::Memory;
pub use picture::{Iter, Snapshot};

use crate::hasher::{RandomState, hash_one};
use crate::raw::published::Published;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;
use held::Outlives;
use owner::Owner;
use trie::Pair;
use version::Version;

/// A map of which a picture can be had at any moment, in constant time, consistent over all keys.
///
/// The map is an immutable trie behind an atomic pointer. Writers make a new version, which shares all but a few branches
/// with the one before, and swap it in whole; so several changes can be published [at once](Self::batch), and a
/// [`Snapshot`] is no more than a version that is kept.
///
/// # When to take it
/// Where many keys must be read as they were at *one* moment: configuration, routes, prices, whatever is written to a disk
/// or sent to another machine while the map goes on being changed. Where readers must never wait, whatever writers do.
///
/// # When not
/// Where single keys are all that is asked for: a look-up takes a cache miss for each six bits of the number of entries, and
/// a change copies the branches on its way, a few kilobytes, under a lock; [`HashMap`](crate::HashMap) is ahead in every row
/// of reads and of changes. Without the snapshots, and with few writes, `DoubleBuffered`, of the feature `locked`, reads faster.
///
/// # Consistency
/// Every operation is linearizable, those on all keys too: [`snapshot`](Self::snapshot), [`len`](Self::len),
/// [`batch`](Self::batch), [`clear`](Self::clear) and iteration are each one moment. A snapshot never changes.
///
/// # Progress
/// Reads and snapshots are wait-free: they take a bounded number of steps, whatever other threads do. Writers wait for each
/// other, never for readers. The closures of `get_with`, `update` and `alter` run under no lock. That of `batch` runs under
/// the writers' lock, and so do comparisons of keys that writers make: reading is fine there, and a write to
/// the same map panics instead of waiting for itself. Waits for that lock are told to nobody: `ConcurrentMap::watch` is
/// refused.
///
/// # Memory
/// A snapshot may outlive the map, and the next million writes, and keeps alive what the map has given up since:
/// [`memory`](Self::memory) tells how much that is. What is superseded is dropped by later writers, once no read that was under way
/// when it was superseded still is: a closure of `get_with` that does not return has all of it kept.
///
/// # Cost
/// Reads: logarithmic to the base 64, and one locked instruction. Changes: logarithmic, with up to 64 pointers copied for each
/// branch on the way; a batch copies each branch once. `snapshot` and `len`: constant. With the feature `std`.
///
/// ```
/// use tophash::SnapshotMap;
///
/// let prices: SnapshotMap<&str, u32> = [("tea", 3), ("coffee", 4)].into_iter().collect();
/// let yesterday = prices.snapshot();
/// prices.batch(|edit| {
///     edit.insert("tea", 5);
///     edit.remove("coffee");
/// });
/// assert_eq!((prices.get("tea"), prices.get("coffee")), (Some(5), None));
/// assert_eq!((yesterday.get("tea"), yesterday.get("coffee")), (Some(&3), Some(&4)));
/// assert_eq!((prices.memory().snapshots, prices.memory().held_entries), (1, 2));
/// ```
///
/// What the keys and values borrow must outlive the snapshots:
///
/// ```compile_fail,E0597
/// let snapshot = {
///     let word = String::from("gone");
///     let map: tophash::SnapshotMap<&str, ()> = [(word.as_str(), ())].into_iter().collect();
///     map.snapshot()
/// };
/// assert!(snapshot.contains_key("gone"));
/// ```
pub struct SnapshotMap<K, V, S = RandomState> {
    newest: Published<Version<K, V>>,
    writer: Owner<Outlives<K, V>>,
    hasher: Arc<S>,
}

impl<K, V> SnapshotMap<K, V> {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K, V, S> SnapshotMap<K, V, S> {
    /// An empty map that hashes by `hasher`.
    pub fn with_hasher(hasher: S) -> Self {
        Self {
            newest: Published::new(Version::empty()),
            writer: Owner::new(Outlives::new()),
            hasher: Arc::new(hasher),
        }
    }

    /// All entries as they are at this moment. Constant time; wait-free.
    pub fn snapshot(&self) -> Snapshot<K, V, S> {
        Snapshot { version: self.newest.read().clone(), hasher: Arc::clone(&self.hasher) }
    }

    /// The number of entries. Constant time.
    pub fn len(&self) -> usize {
        self.newest.read().tally.entries
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the map takes, and what snapshots keep alive beside it.
    ///
    /// Linear in what snapshots keep alive. Takes the writers' lock, which readers do not.
    pub fn memory(&self) -> Memory {
        // Dropped when the lock has been given back.
        let superseded;
        let mut outlives = self.writer.lock();
        superseded = self.newest.tidy();
        superseded.iter().for_each(|version| outlives.note(version));
        let newest = self.newest.read().clone();
        let mut waiting = Vec::new();
        self.newest.each_waiting(|version| waiting.push(version.clone()));
        outlives.memory(&newest, &waiting)
    }

    /// Takes every entry out, in one moment.
    ///
    /// # Panics
    /// In the closure of [`SnapshotMap::batch`] of this map.
    pub fn clear(&self) {
        self.write(|version| *version = Version::empty());
    }

    /// Makes a new version with the writers' lock held, and publishes it unless `change` panics.
    fn write<R>(&self, change: impl FnOnce(&mut Version<K, V>) -> R) -> R {
        self.try_write(|version| (true, change(version)))
    }

    /// [`SnapshotMap::write`], which publishes if `change` says so.
    fn try_write<R>(&self, change: impl FnOnce(&mut Version<K, V>) -> (bool, R)) -> R {
        // What calls code of the user's when it is dropped is dropped when the lock has been given back.
        let superseded;
        let mut version;
        let mut outlives = self.writer.lock();
        version = self.newest.read().clone();
        let (changed, result) = change(&mut version);
        if changed {
            superseded = self.newest.publish(version);
            superseded.iter().for_each(|version| outlives.note(version));
        }
        result
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> SnapshotMap<K, V, S> {
    /// A clone of the value of a key. `Clone` runs under no lock.
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        self.get_with(key, V::clone)
    }

    /// What `read` makes of the value of a key.
    ///
    /// `read` runs under no lock and may use the map. What is superseded meanwhile is kept until it returns.
    #[inline]
    pub fn get_with<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = hash_one(&*self.hasher, key);
        self.newest.read().find(hash, key).map(|pair| read(&pair.value))
    }

    /// The entry of a key, to be kept as long as one likes.
    pub fn get_held<Q>(&self, key: &Q) -> Option<Held<K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = hash_one(&*self.hasher, key);
        self.newest.read().find(hash, key).cloned().map(Held)
    }

    /// Whether there is a value for a key.
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.get_with(key, |_| ()).is_some()
    }

    /// Gives a key a value; returns the entry that was replaced.
    ///
    /// # Panics
    /// In the closure of [`SnapshotMap::batch`] of this map, as all writes do.
    pub fn insert(&self, key: K, value: V) -> Option<Held<K, V>> {
        let hash = hash_one(&*self.hasher, &key);
        let pair = Arc::new(Pair { hash, key, value });
        self.write(|version| version.insert(pair)).map(Held)
    }

    /// Takes the entry of a key out, and returns it.
    ///
    /// # Panics
    /// In the closure of [`SnapshotMap::batch`] of this map, as all writes do.
    pub fn remove<Q>(&self, key: &Q) -> Option<Held<K, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = hash_one(&*self.hasher, key);
        self.try_write(|version| {
            let removed = version.remove(hash, key);
            (removed.is_some(), removed)
        })
        .map(Held)
    }

    /// Changes as much as one likes, and publishes it in one moment: others see all of it or nothing.
    ///
    /// `change` runs under the writers' lock. If it panics nothing is published. It may read the map, which is what it was
    /// before; only [`Edit`] shows what was changed.
    ///
    /// # Panics
    /// If `change` writes to this map by other means than the [`Edit`].
    pub fn batch<R>(&self, change: impl FnOnce(&mut Edit<'_, K, V, S>) -> R) -> R {
        self.try_write(|version| {
            let mut edit = Edit { version, hasher: &*self.hasher, changed: false };
            let result = change(&mut edit);
            (edit.changed, result)
        })
    }
}
