//! The double-buffered map: see [`DoubleBuffered`].
//!
//! Two tables hold the same (`raw::twins`). A writer makes its change in the one that is hidden, has the two change
//! places, and leaves the change in a log; the next writer first makes it in the other one, which is hidden now.

mod table;
mod traits;

use crate::concurrent::Altered;
use crate::hasher::{RandomState, hash_one};
use crate::map::Operation;
use crate::raw::twins::{Shown, Twins};
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;
use table::{Change, Log, Row, Table};

/// A map for few writes and reads that nothing may hold up: two copies, of which readers see one while the other is changed.
///
/// # When to take it
/// Where a look-up must cost no more than in a plain table, and must never wait: a reader counts itself, on a line
/// of its own, and looks in a flat table. [`view`](Self::view) sees all entries at one moment.
///
/// # When not
/// Where writes are many: each is made twice, clones its key and value, and waits until those have done who were reading
/// when the last write was over. Where a reading may take long: it holds writers up, who may be many. There
/// [`SnapshotMap`](super::SnapshotMap) and [`HashMap`](crate::HashMap) are right; the latter is ahead in every row that has
/// writes, and in reads (the row `hit`) where entries are inline. Where memory matters: everything is there twice.
///
/// # Consistency
/// Every operation is linearizable, those on all keys too.
///
/// # Progress
/// Reads are wait-free. Writers wait for each other and for readers. The closures of `get_with` and `view` run while the writers
/// wait: they may read the map, and a write to it panics instead of waiting for itself; a write in another thread that they
/// wait for is not noticed, and waits for ever. Those of `alter` run under no
/// lock. Keys are compared, and cloned, under the writers' lock. Waits are told to nobody: `ConcurrentMap::watch` is refused.
///
/// # Cost
/// Reads: expected constant time, and one locked instruction. Writes: expected constant time, twice. `clear`: linear, twice. A
/// replaced key or value is dropped by the next two writers, or with the map. With the feature `locked`.
///
/// ```
/// use tophash::DoubleBuffered;
///
/// let routes: DoubleBuffered<&str, u32> = [("home", 1), ("away", 2)].into_iter().collect();
/// assert_eq!(routes.get_with("home", |hop| hop + 1), Some(2));
/// routes.insert("home", 3);
/// assert_eq!(routes.view(|view| view.iter().map(|(_, hop)| hop).sum::<u32>()), 5);
/// ```
pub struct DoubleBuffered<K, V, S = RandomState> {
    twins: Twins<Table<K, V>, Log<K, V>>,
    hasher: S,
}

/// All entries of a [`DoubleBuffered`] map at one moment: see [`DoubleBuffered::view`].
pub struct View<'v, K, V, S> {
    table: Shown<'v, Table<K, V>>,
    hasher: &'v S,
}

impl<K, V> DoubleBuffered<K, V> {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K, V, S> DoubleBuffered<K, V, S> {
    /// An empty map that hashes by `hasher`.
    pub fn with_hasher(hasher: S) -> Self {
        Self { twins: Twins::new([Table::new(), Table::new()], Log::new()), hasher }
    }

    /// What `look` makes of all entries at one moment. Wait-free to begin.
    ///
    /// Writers wait until `look` returns. It may read the map, and must not write to it: that panics.
    pub fn view<R>(&self, look: impl FnOnce(&View<'_, K, V, S>) -> R) -> R {
        look(&View { table: self.twins.read(), hasher: &self.hasher })
    }

    /// The number of entries. Constant time.
    pub fn len(&self) -> usize {
        self.twins.read().len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> DoubleBuffered<K, V, S> {
    /// A clone of the value of a key.
    #[inline]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        self.get_with(key, V::clone)
    }

    /// What `read` makes of the value of a key, where it lies.
    ///
    /// Writers wait until `read` returns. It may read the map, and must not write to it: that panics.
    #[inline]
    pub fn get_with<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = hash_one(&self.hasher, key);
        self.twins.read().find(hash, key).map(|row| read(&row.value))
    }

    /// Whether there is a value for a key.
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.get_with(key, |_| ()).is_some()
    }
}

impl<K: Hash + Eq + Clone, V: Clone, S: BuildHasher> DoubleBuffered<K, V, S> {
    /// Makes a change in the hidden table, which has had all those before, and shows that; unless there is none to make, or
    /// something panics. What `change` leaves of the user's is dropped when the lock has been given back.
    fn write<R>(
        &self,
        change: impl FnOnce(&mut Table<K, V>, &mut Log<K, V>, &mut Vec<Row<K, V>>) -> (bool, R),
    ) -> R {
        let mut gone = Vec::new();
        let mut writing = self.twins.write();
        let (table, log) = writing.hidden();
        table.catch_up(log, &mut gone);
        let (changed, result) = change(table, log, &mut gone);
        if changed {
            writing.show();
        }
        result
    }

    /// Gives a key a value; returns the one it had.
    ///
    /// # Panics
    /// In a closure that reads this map, as all writes do.
    pub fn insert(&self, key: K, value: V) -> Option<V> {
        let hash = hash_one(&self.hasher, &key);
        let other = Row { hash, stamp: 0, key: key.clone(), value: value.clone() };
        let mut rows = [Row { hash, stamp: 0, key, value }, other];
        let old = self.write(|table, log, _| {
            let stamp = log.stamp();
            rows.iter_mut().for_each(|row| row.stamp = stamp);
            let [row, other] = rows;
            let old = table.put(row);
            log.changes.push_back(Change::Put(other));
            (true, old)
        });
        old.map(|old| old.value)
    }

    /// Takes the value of a key out, and returns it.
    ///
    /// # Panics
    /// In a closure that reads this map, as all writes do.
    pub fn remove<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = hash_one(&self.hasher, key);
        let old = self.write(|table, log, _| {
            let Some(there) = table.find(hash, key) else { return (false, None) };
            let (hash, key) = (there.hash, there.key.clone());
            let old = table.cut(hash, &key);
            log.changes.push_back(Change::Cut { hash, key });
            (true, old)
        });
        old.map(|old| old.value)
    }

    /// Takes every entry out, in one moment.
    ///
    /// # Panics
    /// In a closure that reads this map, as all writes do.
    pub fn clear(&self) {
        self.write(|table, log, gone| {
            table.clear(gone);
            log.changes.push_back(Change::Clear);
            (true, ())
        });
    }

    /// Inserts, replaces or removes in one atomic step, as `decide` says of a clone of the value.
    ///
    /// `decide` runs under no lock, and again whenever the entry has changed meanwhile.
    pub fn alter<T>(
        &self,
        key: K,
        mut decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Altered<T> {
        let hash = hash_one(&self.hasher, &key);
        loop {
            let seen = self.twins.read().find(hash, &key).cloned();
            let stamp = seen.as_ref().map(|row| row.stamp);
            let next = match decide(seen.as_ref().map(|row| &row.value)) {
                Operation::Abort(result) => return Altered::Aborted(result),
                Operation::Remove if seen.is_none() => return Altered::Absent,
                Operation::Remove => None,
                Operation::Insert(value) => Some(value),
            };
            let altered = match (&seen, &next) {
                (_, None) => Altered::Removed,
                (None, Some(_)) => Altered::Inserted,
                (Some(_), Some(_)) => Altered::Replaced,
            };
            // All cloning is done before the lock is had.
            let twice = |value: V| {
                let row = |value| Row { hash, stamp: 0, key: key.clone(), value };
                [row(value.clone()), row(value)]
            };
            let mut rows = next.map(twice);
            let cut = rows.is_none().then(|| key.clone());
            let late = self.write(|table, log, gone| {
                if table.find(hash, &key).map(|row| row.stamp) != stamp {
                    return (false, Some((rows, cut)));
                }
                let new = log.stamp();
                rows.iter_mut().flatten().for_each(|row| row.stamp = new);
                if let Some([row, other]) = rows {
                    gone.extend(table.put(row));
                    log.changes.push_back(Change::Put(other));
                } else if let Some(key) = cut {
                    gone.extend(table.cut(hash, &key));
                    log.changes.push_back(Change::Cut { hash, key });
                }
                (true, None)
            });
            if late.is_none() {
                return altered;
            }
        }
    }
}

impl<'v, K, V, S> View<'v, K, V, S> {
    /// The number of entries.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entries, in no order that means anything.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&K, &V)> {
        self.table.iter().map(|row| (&row.key, &row.value))
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> View<'_, K, V, S> {
    /// The value of a key.
    pub fn get<Q>(&self, key: &Q) -> Option<&V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.table.find(hash_one(self.hasher, key), key).map(|row| &row.value)
    }
}
