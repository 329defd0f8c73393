//! A hash map under one lock: its type, how it is made, and what it holds.

mod concurrent;
mod entries;
#[cfg(feature = "serde")]
mod serialize;
mod traits;
mod whole;

use crate::concurrent::Mode;
use crate::error::AllocError;
use crate::hasher::RandomState;
use crate::lock::{
    Ask, Beside, Changing, Frame, Growth, Lock, Room, Table, Under, Watched, has_code,
    hasher_has_code,
};
use core::hash::{BuildHasher, Hash};
use core::panic::Location;
use parking_lot::RwLockReadGuard;

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
/// Readers wait for writers, and writers for everybody; a writer that waits keeps new readers out. A lock that is given
/// back goes to whoever is quickest, and about every half millisecond to who has waited longest. Nothing but code that runs under the lock holds it: closures, and the `Hash`, `Eq`, `Clone` and `Drop` of
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
/// for itself panics instead, and names both sites. For that every closure is noted in a list of the thread's own, which
/// costs some two nanoseconds, and the list is read where a lock is not free at once. Calls without a closure on
/// primitive types, strings and vectors of bytes, with a hasher of `std`, `foldhash` or this crate, do without.
///
/// # Panics in your code
/// The lock is free again and is never poisoned. A value that a closure was changing is as the closure left it, and
/// whatever `with_mut` and `retain` did before they panicked stays done. A `Hash` that panics while the table
/// tidies up after many removals loses entries, as in every map of hashbrown.
///
/// # Watching
/// [`ConcurrentMap::watch`](crate::ConcurrentMap::watch) has every wait told while it lasts: see [`Watch`](crate::Watch).
/// The first watch stays; later ones are not called. Who has told of its wait stands at the end of the line again.
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

    /// The address by which a thread knows the map.
    #[inline]
    fn address(&self) -> usize {
        core::ptr::from_ref(&self.lock).addr()
    }

    fn ask(&self, site: &'static Location<'static>) -> Ask<'_> {
        Ask { map: self.address(), site, watch: self.watched.get() }
    }

    /// Notes that code of the user's runs under the lock.
    #[inline]
    fn enter(&self, site: &'static Location<'static>, mode: Mode) -> Frame {
        Frame::enter(Under { map: self.address(), site, mode })
    }

    /// What `read` makes of the table, under the lock; `users` says whether code of the user's may run there.
    #[inline]
    #[track_caller]
    fn reading<R>(&self, users: bool, read: impl FnOnce(&Inner<K, V, S>) -> R) -> R {
        let site = Location::caller();
        let mut beside = Beside::nothing();
        let at_once = if self.watched.get().is_none() { self.lock.try_read() } else { None };
        let table = match at_once {
            Some(table) => table,
            None => self.read_slowly(site, &mut beside),
        };
        let _frame = users.then(|| self.enter(site, Mode::Read));
        read(&table)
    }

    #[cold]
    #[inline(never)]
    fn read_slowly<'a>(
        &'a self,
        site: &'static Location<'static>,
        beside: &mut Beside<'a>,
    ) -> RwLockReadGuard<'a, Inner<K, V, S>> {
        self.lock.read_slowly(self.ask(site), beside)
    }

    /// What `change` makes of the table, under the lock; `users` says whether code of the user's may run there.
    #[inline]
    #[track_caller]
    fn writing<R>(&self, users: bool, change: impl FnOnce(&mut Inner<K, V, S>) -> R) -> R {
        let site = Location::caller();
        let mut beside = Beside::nothing();
        let at_once = if self.watched.get().is_none() { self.lock.try_write() } else { None };
        let mut table = match at_once {
            Some(table) => table,
            None => self.write_slowly(site, &mut beside),
        };
        let _frame = users.then(|| self.enter(site, Mode::Write));
        change(&mut table)
    }

    #[cold]
    #[inline(never)]
    fn write_slowly<'a>(
        &'a self,
        site: &'static Location<'static>,
        beside: &mut Beside<'a>,
    ) -> Changing<'a, Inner<K, V, S>> {
        self.lock.write_slowly(self.ask(site), beside)
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
            table: &'a mut Inner<K, V, S>,
        }
        impl<K: Hash + Eq, V, S: BuildHasher> Drop for Reshaped<'_, K, V, S> {
            fn drop(&mut self) {
                self.map.growth.note(&self.map.lock, room(self.table), self.before);
            }
        }
        self.writing(true, |table| {
            let reshaped = Reshaped { map: self, before: table.len(), table };
            change(reshaped.table)
        })
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
