//! A hash map of shards under a lock each: its type, how it is made, and how a call gets the lock it needs.

mod concurrent;
mod entries;
mod place;
mod reshard;
#[cfg(feature = "serde")]
mod serialize;
mod traits;
mod whole;

pub use traits::IntoIter;

use crate::concurrent::Mode;
use crate::hasher::RandomState;
use crate::lock::{
    Ask, Beside, Changing, Frame, Growth, Lock, Room, Under, Watched, has_code, hasher_has_code,
    under_any,
};
use crate::raw::identity::is;
use core::hash::BuildHasher;
use core::panic::Location;
use parking_lot::{Mutex, RwLockReadGuard};
use place::{Entries, HIGHEST, Place, Shards, State, prefix};
use std::sync::OnceLock;

/// A hash map of a power of two of shards, each a table of hashbrown under a lock of its own: the known answer.
///
/// **Take it** where threads change values in place or where they lie ([`update`](Self::update)), values are large, and
/// calls must be easy to foresee; or where it is to take the place of another sharded map. It is a
/// [`Locked`](crate::Locked) that threads seldom meet in.
///
/// **Take another one** in most cases: [`HashMap`](crate::HashMap) is ahead where two threads read (`98 % reads`, `hits`),
/// since a lock is a store to memory that others read, and never runs code of yours under one. What concerns
/// several keys at one moment takes a [`Locked`](crate::Locked).
///
/// ```
/// use tophash::Sharded;
///
/// let words: Sharded<String, Vec<u32>> = Sharded::new();
/// std::thread::scope(|scope| {
///     for page in 0..4 {
///         let words = &words;
///         scope.spawn(move || {
///             for word in ["map", "lock", "shard"] {
///                 words.get_or_insert_with(word.to_owned(), Vec::new);
///                 words.update(word, |pages| pages.push(page));
///             }
///         });
///     }
/// });
/// assert_eq!(words.get_with("lock", |pages| pages.len()), Some(4));
/// ```
///
/// # Shards
/// There are sixty-four for every processor that the program may use when its first such map is made, rounded up to a power
/// of two, unless the number is chosen: [`with_shards`](Self::with_shards). Each takes 128 bytes beside its entries. The
/// number may be changed while the map is in use: [`set_shards`](Self::set_shards). Which shard a key is in, its hash
/// decides: [`shard_of`](Self::shard_of), [`shard_sizes`](Self::shard_sizes).
///
/// # Consistency
/// Every method that names one key takes effect at one moment. Those that meet all entries go shard by shard: a key that is
/// in the map all the while is met exactly once, also while `set_shards` moves it; one that comes or goes meanwhile is
/// met or not. Within one shard, all is of one moment. `len`, `is_empty` and `capacity` take no lock.
///
/// # Progress
/// A call waits for those that hold the lock of the same shard, as in [`Locked`](crate::Locked), and for nothing else.
/// `Hash` runs under no lock, except when a shard grows; `Eq` and `Clone` run under one, and closures.
///
/// | method | lock | under it |
/// |---|---|---|
/// | `get`, `get_with`, `contains_key` | reading, one shard | one look-up, the clone or the closure |
/// | `insert`, `try_insert`, `remove`, `remove_entry` | writing, one shard | one change; growth moves a shard's entries |
/// | `update`, `compute`, `remove_if` | writing, one shard | one change and the closure |
/// | `get_or_insert_with` | reading, then writing if there is no value | the clone or the closure |
/// | `for_each`, `clone`, `Debug`, serialisation | reading, one shard after the other | its entries |
/// | `retain`, `clear`, `reserve`, `shrink_to_fit` | writing, one shard after the other | its entries |
/// | `set_shards` | writing, one shard or two after the other | its entries |
/// | `len`, `is_empty`, `capacity`, `shard_sizes`, `summary` | none | |
///
/// # Re-entrance
/// Code that runs under the lock of a shard may read the map, whichever shard, if that lock is held for reading. All else
/// panics and names both sites, also where the key happens to be in another shard: two threads that did so might wait
/// for each other.
///
/// # Panics in your code, watching
/// As in [`Locked`](crate::Locked).
pub struct Sharded<K, V, S = RandomState> {
    shards: Shards<K, V>,
    hasher: S,
    /// Held by the one thread that moves entries between levels.
    mover: Mutex<()>,
    watched: Watched,
    growth: Growth,
}

/// How much room a table has.
fn room<T>(table: &hashbrown::HashTable<T>) -> Room {
    Room { capacity: table.capacity(), bytes: table.allocation_size() }
}

/// The level with at least that many shards.
fn level_of(shards: usize) -> u32 {
    shards.clamp(1, 1 << HIGHEST).next_power_of_two().trailing_zeros()
}

/// How many shards a map has if nobody chooses.
fn shards_by_processors() -> usize {
    static SHARDS: OnceLock<usize> = OnceLock::new();
    *SHARDS.get_or_init(|| {
        std::thread::available_parallelism().map_or(1, core::num::NonZero::get).saturating_mul(64)
    })
}

impl<K, V> Sharded<K, V> {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map of at least that many shards: rounded up to a power of two, and 65,536 at most.
    #[must_use]
    pub fn with_shards(shards: usize) -> Self {
        Self::with_shards_and_hasher(shards, RandomState::default())
    }
}

impl<K, V, S> Sharded<K, V, S> {
    /// An empty map that hashes by `hasher`.
    pub fn with_hasher(hasher: S) -> Self {
        Self::with_shards_and_hasher(shards_by_processors(), hasher)
    }

    /// An empty map of at least that many shards, as [`Sharded::with_shards`], that hashes by `hasher`.
    pub fn with_shards_and_hasher(shards: usize, hasher: S) -> Self {
        Self {
            shards: Shards::new(level_of(shards)),
            hasher,
            mover: Mutex::new(()),
            watched: Watched::new(),
            growth: Growth::new(),
        }
    }

    /// What the map hashes by.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// How many shards there are. While [`Sharded::set_shards`] is at work, how many there were.
    #[must_use]
    pub fn shards(&self) -> usize {
        1 << self.shards.state().level()
    }

    /// How many entries there are: exact when nobody is changing the map. A load for each shard; never waits.
    #[must_use]
    pub fn len(&self) -> usize {
        self.shards.used().map(Lock::entries).sum()
    }

    /// Whether [`Sharded::len`] is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries the shards hold before they grow, if each gets its share of them. Never waits.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.shards.used().map(|shard| shard.room().capacity).sum()
    }

    /// The entries in each shard. While [`Sharded::set_shards`] is at work, in those there were. Never waits.
    #[must_use]
    pub fn shard_sizes(&self) -> alloc::vec::Vec<usize> {
        let level = self.shards.state().level();
        self.shards.level(level).iter().map(|shard| shard.0.entries()).collect()
    }

    /// What is made of a hash to choose a shard. hashbrown takes the uppermost seven bits and the lowest ones.
    #[inline(always)]
    fn window(hash: u64) -> u64 {
        let spread = is::<S, RandomState>()
            || is::<S, std::hash::RandomState>()
            || is::<S, foldhash::quality::RandomState>()
            || is::<S, foldhash::quality::FixedState>()
            || is::<S, foldhash::fast::RandomState>()
            || is::<S, foldhash::fast::FixedState>();
        // Of other hashers it is not known that these bits are any good.
        if spread { hash << 7 } else { hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) }
    }

    /// Whether calls on keys of these types may run code of the user's under a lock, if they are given no closure.
    #[inline(always)]
    fn has_code<Q: ?Sized>() -> bool {
        has_code::<K>() || has_code::<V>() || has_code::<Q>() || hasher_has_code::<S>()
    }

    /// The address by which a thread knows the map.
    #[inline]
    fn address(&self) -> usize {
        core::ptr::from_ref(&self.shards).addr()
    }

    fn ask(&self, site: &'static Location<'static>) -> Ask<'_> {
        Ask { map: self.address(), site, watch: self.watched.get() }
    }

    /// Notes that code of the user's runs under a lock of the map.
    #[inline]
    fn enter(&self, site: &'static Location<'static>, mode: Mode) -> Frame {
        Frame::enter(Under { map: self.address(), site, mode })
    }

    /// What `read` makes of the shard that a window's entries are in, under its lock; `users` says whether code of the
    /// user's may run there.
    #[inline]
    #[track_caller]
    fn reading<R>(&self, window: u64, users: bool, read: impl FnOnce(&Entries<K, V>) -> R) -> R {
        let site = Location::caller();
        let mut beside = Beside::nothing();
        let table = match self.read_at_once(window) {
            Some(table) => table,
            None => self.read_slowly(window, site, &mut beside).0,
        };
        let _frame = users.then(|| self.enter(site, Mode::Read));
        read(&table)
    }

    /// The lock for reading, if it is free, nobody watches, no entries are moving and this thread is under no lock.
    #[inline]
    fn read_at_once(&self, window: u64) -> Option<RwLockReadGuard<'_, Entries<K, V>>> {
        let state = self.shards.state();
        if !state.is_plain() || under_any() {
            return None;
        }
        let table = self.shards.at(state.plain_place(window)).try_read()?;
        (self.shards.state() == state).then_some(table)
    }

    /// The lock for reading of the shard that a window's entries are in; also which windows are in it.
    #[cold]
    #[inline(never)]
    fn read_slowly<'a>(
        &'a self,
        window: u64,
        site: &'static Location<'static>,
        beside: &mut Beside<'a>,
    ) -> (RwLockReadGuard<'a, Entries<K, V>>, Span) {
        loop {
            let place = self.shards.state().place(window);
            let table = self.shards.at(place).read_slowly(self.ask(site), beside);
            let state = self.shards.state();
            if state.place(window) == place {
                return (table, Span::new(state, place, window));
            }
            drop(table);
            beside.end();
        }
    }

    /// What `change` makes of the shard that a window's entries are in, under its lock; `users` says whether code of the
    /// user's may run there.
    #[inline]
    #[track_caller]
    fn writing<R>(
        &self,
        window: u64,
        users: bool,
        change: impl FnOnce(&mut Entries<K, V>, &Lock<Entries<K, V>>) -> R,
    ) -> R {
        let site = Location::caller();
        let mut beside = Beside::nothing();
        let mut table = self.write(window, site, &mut beside);
        let lock = table.lock();
        let _frame = users.then(|| self.enter(site, Mode::Write));
        change(&mut table, lock)
    }

    /// The lock for writing of the shard that a window's entries are in.
    #[inline]
    fn write<'a>(
        &'a self,
        window: u64,
        site: &'static Location<'static>,
        beside: &mut Beside<'a>,
    ) -> Changing<'a, Entries<K, V>> {
        match self.write_at_once(window) {
            Some(table) => table,
            None => self.write_slowly(window, site, beside).0,
        }
    }

    /// The lock for writing, if it is free, nobody watches, no entries are moving and this thread is under no lock.
    #[inline]
    fn write_at_once(&self, window: u64) -> Option<Changing<'_, Entries<K, V>>> {
        let state = self.shards.state();
        if !state.is_plain() || under_any() {
            return None;
        }
        let table = self.shards.at(state.plain_place(window)).try_write()?;
        (self.shards.state() == state).then_some(table)
    }

    /// The lock for writing of the shard that a window's entries are in; also which windows are in it.
    #[cold]
    #[inline(never)]
    fn write_slowly<'a>(
        &'a self,
        window: u64,
        site: &'static Location<'static>,
        beside: &mut Beside<'a>,
    ) -> (Changing<'a, Entries<K, V>>, Span) {
        loop {
            let place = self.shards.state().place(window);
            let table = self.shards.at(place).write_slowly(self.ask(site), beside);
            let state = self.shards.state();
            if state.place(window) == place {
                return (table, Span::new(state, place, window));
            }
            drop(table);
            beside.end();
        }
    }
}

/// What a walk over all windows meets in a shard.
struct Span {
    /// The windows that the walk has met already lie below this one, if there are any in the shard.
    from: Option<u64>,
    /// The first window behind the shard.
    behind: Option<u64>,
}

impl Span {
    fn new(state: State, place: Place, window: u64) -> Self {
        let (first, behind) = state.span(place, window);
        Self { from: (first < window).then_some(window), behind }
    }
}

impl<K: core::hash::Hash, V, S: BuildHasher> Sharded<K, V, S> {
    /// Which shard a key is in: its number, below [`Sharded::shards`].
    pub fn shard_of<Q>(&self, key: &Q) -> usize
    where
        Q: core::hash::Hash + equivalent::Equivalent<K> + ?Sized,
    {
        let window = Self::window(self.hasher.hash_one(key));
        self.shards.state().place(window).index
    }
}
