//! A hash map under one lock: its type, how it is made, and what it holds.

mod concurrent;
mod entries;
#[cfg(feature = "serde")]
mod serialize;
mod traits;
mod whole;

use crate::error::AllocError;
use crate::hasher::RandomState;
use crate::lock::{
    Ask, Growth, Lock, Reading, Room, Table, Watched, Writing, has_code, hasher_has_code,
};
use core::hash::{BuildHasher, Hash};
use core::panic::Location;

/// What lies under the lock.
type Inner<K, V, S> = hashbrown::HashMap<K, V, S>;

/// A [`hashbrown::HashMap`] under a lock for readers and writers: the plain answer.
///
/// **Take it** where a map is small or rarely changed and one thread at a time is enough; where several entries
/// have to be read or changed as one ([`with`](Self::with), [`with_mut`](Self::with_mut)); where values are large and are
/// to be changed in place; or to begin with, since every method of it is easy to foresee.
///
/// **Take another one** where threads work at once: [`HashMap`](crate::HashMap) is ahead in every row of two threads
/// (`98 % reads`, `50 % reads`, `insert and remove`), and never runs code of yours under a lock. [`Sharded`](crate::Sharded)
/// is a set of such maps.
///
/// ```
/// use tophash::Locked;
///
/// let stock: Locked<&str, u32> = [("apples", 3), ("pears", 0)].into_iter().collect();
/// stock.update("apples", |count| *count -= 1);
/// let moved = stock.with_mut(|stock| {
///     let apples = std::mem::take(stock.get_mut("apples")?);
///     *stock.get_mut("pears")? += apples;
///     Some(apples)
/// });
/// assert_eq!((moved, stock.get("apples"), stock.get("pears")), (Some(2), Some(0), Some(2)));
/// ```
///
/// # Consistency
/// Every method takes effect at one moment, those that meet all entries among them: while `for_each` or `clone` runs, no
/// entry changes. `len`, `is_empty` and `capacity` take no lock, and tell what the last writer left that is done.
///
/// # Progress
/// Readers wait for writers, and writers for everybody; who comes later does not overtake who waits, up to half a
/// millisecond. Nothing but code that runs under the lock holds it: closures, and the `Hash`, `Eq`, `Clone` and `Drop` of
/// keys and values. If such code waits for another thread that wants the map, both wait for ever.
///
/// | method | lock | under it |
/// |---|---|---|
/// | `get`, `get_with`, `contains_key` | reading | one look-up, the clone or the closure |
/// | `with`, `for_each`, `clone`, `Debug`, serialisation | reading | the closure; all entries |
/// | `insert`, `try_insert`, `remove`, `remove_entry` | writing | one change; growth moves all entries |
/// | `update`, `compute`, `remove_if` | writing | one change and the closure |
/// | `get_or_insert_with` | reading, then writing if there is no value | the clone or the closure |
/// | `with_mut`, `retain`, `clear`, `reserve`, `shrink_to_fit` | writing | the closure; all entries |
/// | `len`, `is_empty`, `capacity`, `summary` | none | |
///
/// Values that are replaced or removed are dropped when the lock is free again, but for `clear` and `retain`.
///
/// # Re-entrance
/// Code that runs under the lock may read the map if the lock is held for reading. Whatever else would make a thread wait
/// for itself panics instead, and names both sites. It costs next to nothing: the list of locks that a thread is
/// under is only read where a lock is not free at once.
///
/// # Panics in your code
/// The lock is free again and is never poisoned. A value that a closure was changing is as the closure left it, and
/// whatever `with_mut` and `retain` did before they panicked stays done. A `Hash` that panics while the table
/// tidies up after many removals loses entries, as in every map of hashbrown.
///
/// # Watching
/// [`ConcurrentMap::watch`](crate::ConcurrentMap::watch) has every wait told while it lasts: see [`Watch`](crate::Watch).
/// The first watch stays; later ones are not called.
pub struct Locked<K, V, S = RandomState> {
    lock: Lock<Inner<K, V, S>>,
    watched: Watched,
    growth: Growth,
}

impl<K, V, S> Table for Inner<K, V, S> {
    #[inline]
    fn entries(&self) -> usize {
        self.len()
    }
}

/// How much room a table has.
fn room<K: Hash + Eq, V, S: BuildHasher>(table: &Inner<K, V, S>) -> Room {
    Room { capacity: table.capacity(), bytes: table.allocation_size() }
}

/// How many entries a table holds, if one more may make it grow.
#[inline]
fn full<K, V, S>(table: &Inner<K, V, S>) -> Option<usize> {
    (table.len() == table.capacity()).then(|| table.len())
}

impl<K, V> Locked<K, V> {
    /// An empty map. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K: Hash + Eq, V> Locked<K, V> {
    /// An empty map with room for at least `capacity` entries.
    ///
    /// # Panics
    /// If no address space holds so many. If the allocator refuses, the program ends as for other collections.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::default())
    }
}

impl<K, V, S> Locked<K, V, S> {
    /// An empty map that hashes by `hasher`. Allocates nothing.
    pub fn with_hasher(hasher: S) -> Self {
        Self::around(Inner::with_hasher(hasher), Room::default())
    }

    fn around(map: Inner<K, V, S>, room: Room) -> Self {
        Self { lock: Lock::new(map, room), watched: Watched::new(), growth: Growth::new() }
    }

    /// How many entries there are, as the last writer left it that is done. One load; never waits.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock.entries()
    }

    /// Whether [`Locked::len`] is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries the map holds before it grows. One load; never waits.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.lock.room().capacity
    }

    /// The map without its lock.
    #[must_use]
    pub fn into_inner(self) -> hashbrown::HashMap<K, V, S> {
        self.lock.into_inner()
    }

    /// Whether calls on keys of these types may run code of the user's, if they are given no closure.
    #[inline(always)]
    fn has_code<Q: ?Sized>() -> bool {
        has_code::<K>() || has_code::<V>() || has_code::<Q>() || hasher_has_code::<S>()
    }

    #[inline]
    fn ask(&self, users: bool, site: &'static Location<'static>) -> Ask<'_> {
        let map = core::ptr::from_ref(&self.lock).addr();
        Ask { map, site, users, watch: self.watched.get() }
    }

    #[inline]
    #[track_caller]
    fn read(&self, users: bool) -> Reading<'_, Inner<K, V, S>> {
        self.lock.read(self.ask(users, Location::caller()))
    }

    #[inline]
    #[track_caller]
    fn write(&self, users: bool) -> Writing<'_, Inner<K, V, S>> {
        self.lock.write(self.ask(users, Location::caller()))
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> Locked<K, V, S> {
    /// An empty map with room for at least `capacity` entries that hashes by `hasher`.
    ///
    /// # Panics
    /// As [`Locked::with_capacity`].
    #[must_use]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self::from(Inner::with_capacity_and_hasher(capacity, hasher))
    }

    /// Calls `change`, which may give the table more room or less.
    #[track_caller]
    pub(super) fn reshape<R>(&self, change: impl FnOnce(&mut Inner<K, V, S>) -> R) -> R {
        /// Notes the new room, also after a panic.
        struct Reshaped<'a, K: Hash + Eq, V, S: BuildHasher> {
            map: &'a Locked<K, V, S>,
            before: usize,
            table: Writing<'a, Inner<K, V, S>>,
        }
        impl<K: Hash + Eq, V, S: BuildHasher> Drop for Reshaped<'_, K, V, S> {
            fn drop(&mut self) {
                self.map.growth.note(&self.map.lock, room(&self.table), self.before);
            }
        }
        let table = self.write(true);
        let mut reshaped = Reshaped { map: self, before: table.len(), table };
        change(&mut reshaped.table)
    }

    /// Makes room for at least `additional` more entries.
    ///
    /// # Panics
    /// As [`Locked::with_capacity`].
    #[track_caller]
    pub fn reserve(&self, additional: usize) {
        self.reshape(|map| map.reserve(additional));
    }

    /// Like [`Locked::reserve`], without a panic.
    ///
    /// # Errors
    /// If no address space holds so many, or the allocator refuses.
    #[track_caller]
    pub fn try_reserve(&self, additional: usize) -> Result<(), AllocError> {
        self.reshape(|map| map.try_reserve(additional)).map_err(AllocError::from)
    }

    /// Gives back the memory that the entries do not need.
    #[track_caller]
    pub fn shrink_to_fit(&self) {
        self.reshape(Inner::shrink_to_fit);
    }
}
