//! The map: its type, how it is made, and the operations on one key that call no closure.

mod alter;
mod batch;
mod bounds;
mod entry;
mod exclusive;
mod integer;
pub(crate) mod iter;
mod reference;
mod room;
mod traits;

pub use alter::{Compute, Operation};
pub use entry::{Changed, Entry, OccupiedEntry, VacantEntry};
pub use exclusive::{Drain, IntoIter, IterMut};
pub use integer::Integer;
pub use iter::{Iter, Keys, Values};
pub use reference::{KeyRef, Ref};

use crate::class::{ByType, Inline, Storage};
use crate::error::AllocError;
use crate::hasher::{RandomState, hash_one};
use crate::raw::entries::{Entries, Fresh, Gap, Held, Hit, Lookup, NotAtOnce};
use crate::reentry;
use crate::stats::Stats;
use crate::sync::spin;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

/// A concurrent hash map. See the [crate's documentation](crate) for what it promises.
///
/// All operations but those that say otherwise take `&self`. Wherever a key is looked up by `&Q`, `Q` is a
/// type that hashes and compares as `K` does: `&str` for `String`, or any [`Equivalent`].
///
/// `Hash` and `Eq` of the keys run without any lock and may read the map, but must not change it.
///
/// `C` is where entries lie: leave it out, unless you want small types of your own to lie in the buckets, for which
/// [`PlainMap`] is the short name.
pub struct HashMap<K, V, S = RandomState, C: Storage<K, V> = ByType> {
    pub(crate) entries: Entries<K, V, C>,
    pub(crate) hasher: S,
}

/// A map of [`Plain`](crate::Plain) keys and values, which lie in its buckets themselves: see [`Inline`].
///
/// It has every method of [`HashMap`]. It is made by `PlainMap::default()`, by `collect`, or by the constructors that are
/// told the storage, such as [`HashMap::new_in`] and [`HashMap::with_capacity_in`]: those that are not, `new` among
/// them, make maps of the default storage.
///
/// ```
/// use tophash::{HashMap, Inline, PlainMap};
///
/// let corners: PlainMap<[u16; 4], f32> = [([0, 0, 1, 1], 0.5), ([0, 1, 1, 1], 1.5)].into_iter().collect();
/// let others = HashMap::new_in(Inline);
/// for corner in &corners {
///     others.insert(*corner.key(), corner.value() + 1.0);
/// }
/// assert_eq!(others.get(&[0, 1, 1, 1]), Some(2.5));
/// ```
pub type PlainMap<K, V, S = RandomState> = HashMap<K, V, S, Inline>;

/// An entry that [`HashMap::try_insert`] did not put in, and the one that was there.
pub struct OccupiedError<'a, K, V, C: Storage<K, V> = ByType> {
    /// The entry that is in the map.
    pub current: Ref<'a, K, V, C>,
    /// The key that was to be put in.
    pub key: K,
    /// The value that was to be put in.
    pub value: V,
}

impl<K: fmt::Debug, V: fmt::Debug, C: Storage<K, V>> fmt::Debug for OccupiedError<'_, K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OccupiedError")
            .field("current", &self.current)
            .field("key", &self.key)
            .field("value", &self.value)
            .finish()
    }
}

impl<K, V, C: Storage<K, V>> fmt::Display for OccupiedError<'_, K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key has a value already")
    }
}

impl<K: fmt::Debug, V: fmt::Debug, C: Storage<K, V>> core::error::Error
    for OccupiedError<'_, K, V, C>
{
}

impl<K, V> HashMap<K, V> {
    /// An empty map. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map with room for about `capacity` entries.
    ///
    /// # Panics
    /// If no address space holds so many. If the allocator refuses, the program ends as for other collections.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self::with_capacity_and_hasher(capacity, RandomState::default())
    }
}

impl<K, V, S> HashMap<K, V, S> {
    /// An empty map that hashes by `hasher`. Allocates nothing.
    pub const fn with_hasher(hasher: S) -> Self {
        Self::with_hasher_in(hasher, ByType)
    }

    /// An empty map with room for about `capacity` entries that hashes by `hasher`.
    ///
    /// # Panics
    /// As [`HashMap::with_capacity`].
    #[must_use]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self::with_capacity_and_hasher_in(capacity, hasher, ByType)
    }

    /// Like [`HashMap::with_capacity_and_hasher`], without a panic.
    ///
    /// # Errors
    /// If no address space holds so many, or the allocator refuses.
    pub fn try_with_capacity_and_hasher(capacity: usize, hasher: S) -> Result<Self, AllocError> {
        Self::try_with_capacity_and_hasher_in(capacity, hasher, ByType)
    }
}

impl<K, V, C: Storage<K, V>> HashMap<K, V, RandomState, C> {
    /// Like [`HashMap::new`], in the storage `storage`.
    #[must_use]
    pub fn new_in(storage: C) -> Self {
        Self::with_hasher_in(RandomState::default(), storage)
    }

    /// Like [`HashMap::with_capacity`], in the storage `storage`.
    ///
    /// # Panics
    /// As [`HashMap::with_capacity`].
    #[must_use]
    pub fn with_capacity_in(capacity: usize, storage: C) -> Self {
        Self::with_capacity_and_hasher_in(capacity, RandomState::default(), storage)
    }
}

impl<K, V, S, C: Storage<K, V>> HashMap<K, V, S, C> {
    /// Like [`HashMap::with_hasher`], in the storage `storage`.
    pub const fn with_hasher_in(hasher: S, storage: C) -> Self {
        let _ = storage;
        Self { entries: Entries::new(), hasher }
    }

    /// Like [`HashMap::with_capacity_and_hasher`], in the storage `storage`.
    ///
    /// # Panics
    /// As [`HashMap::with_capacity`].
    #[must_use]
    pub fn with_capacity_and_hasher_in(capacity: usize, hasher: S, storage: C) -> Self {
        match Self::try_with_capacity_and_hasher_in(capacity, hasher, storage) {
            Ok(map) => map,
            Err(error) => error.handle(),
        }
    }

    /// Like [`HashMap::try_with_capacity_and_hasher`], in the storage `storage`.
    ///
    /// # Errors
    /// If no address space holds so many, or the allocator refuses.
    pub fn try_with_capacity_and_hasher_in(
        capacity: usize,
        hasher: S,
        storage: C,
    ) -> Result<Self, AllocError> {
        let _ = storage;
        Ok(Self { entries: Entries::with_capacity(capacity)?, hasher })
    }

    /// What the map hashes by.
    pub fn hasher(&self) -> &S {
        &self.hasher
    }

    /// How many entries there are: exact when nobody is changing the map, and otherwise some number of entries
    /// that changes since the last quiet moment lead to. A few loads.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether [`HashMap::len`] is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// About how many entries the buckets hold before most of them grow. Walks the directory.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.entries.capacity()
    }

    /// What the map says about itself. Readers and writers pay nothing for it; the call walks the directory
    /// and the lists of what waits to be freed, looks at the states of a few hundred buckets, and touches no entry.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let entries = &self.entries;
        Stats::new(entries.counts(), entries.capacity(), entries.probes(), entries.waiting())
    }

    /// What tells this map from others while it is borrowed.
    pub(crate) fn address(&self) -> usize {
        core::ptr::from_ref(&self.entries).addr()
    }
}

impl<K: Hash, V, S: BuildHasher, C: Storage<K, V>> HashMap<K, V, S, C> {
    #[inline(always)]
    pub(crate) fn hash<Q: Hash + ?Sized>(&self, key: &Q) -> u64 {
        hash_one(&self.hasher, key)
    }
}

impl<K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> HashMap<K, V, S, C> {
    #[inline(always)]
    pub(crate) fn find<Q>(&self, hash: u64, key: &Q) -> Lookup<'_, K, V, C>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.entries.find(hash, |candidate| key.equivalent(candidate))
    }

    #[inline(always)]
    pub(crate) fn look<'t, Q, R>(
        &'t self,
        key: &Q,
        make: impl FnOnce(Held<'t, K, V, C>) -> R,
    ) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.entries.look(self.hash(key), |candidate| key.equivalent(candidate), make)
    }

    /// A clone of the value of a key.
    ///
    /// Expected constant time. The clone is made of a pinned value, under no lock. Linearizable: see the
    /// [contract](crate#consistency).
    #[inline(always)]
    pub fn get<Q>(&self, key: &Q) -> Option<V>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        V: Clone,
    {
        self.look(key, |held| held.value().clone())
    }

    /// What `read` makes of the value of a key. `read` runs once if there is one, under no lock.
    ///
    /// Expected constant time. Linearizable.
    #[inline(always)]
    pub fn get_with<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.look(key, |held| read(held.value()))
    }

    /// The entry of a key, as it is now.
    ///
    /// Expected constant time. Linearizable. The [`Ref`] holds no lock.
    #[inline(always)]
    pub fn get_ref<Q>(&self, key: &Q) -> Option<Ref<'_, K, V, C>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.look(key, Ref)
    }

    /// Whether there is a value for a key.
    ///
    /// Expected constant time. Linearizable.
    #[inline(always)]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        self.look(key, |_| ()).is_some()
    }

    /// Gives a key a value, and hands out the entry that was replaced, if there was one.
    ///
    /// Unlike in `std`, the key is replaced with the value, since readers may still have the old entry.
    ///
    /// Expected constant time; growth adds a bounded piece of work. Linearizable.
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<Ref<'_, K, V, C>> {
        let hash = self.hash(&key);
        let fresh = Fresh::new(key, value);
        match self.entries.insert_at_once(hash, fresh, |key, candidate| key == candidate) {
            Ok(old) => {
                reentry::note(self.address(), hash);
                old.map(Ref)
            }
            Err(fresh) => self.insert_patiently(hash, fresh),
        }
    }

    #[cold]
    #[inline(never)]
    fn insert_patiently(&self, hash: u64, mut fresh: Fresh<K, V, C>) -> Option<Ref<'_, K, V, C>> {
        let mut turn = 0;
        loop {
            let refused = match self.find(hash, fresh.key()) {
                Lookup::Hit(hit) => match self.replace(hash, hit, fresh) {
                    Ok(old) => return Some(Ref(old)),
                    Err((fresh, _)) => fresh,
                },
                Lookup::Gap(gap) => match self.put(hash, gap, fresh) {
                    Ok(()) => return None,
                    Err(fresh) => fresh,
                },
            };
            fresh = refused;
            spin(&mut turn);
        }
    }

    /// Gives a key a value if it has none, and hands out the new entry.
    ///
    /// Expected constant time; growth adds a bounded piece of work. Linearizable.
    ///
    /// # Errors
    /// If the key has a value: that entry, and the key and the value that were to be put in.
    pub fn try_insert(
        &self,
        key: K,
        value: V,
    ) -> Result<Ref<'_, K, V, C>, OccupiedError<'_, K, V, C>> {
        let hash = self.hash(&key);
        let mut fresh = Fresh::new(key, value);
        let mut turn = 0;
        loop {
            match self.find(hash, fresh.key()) {
                Lookup::Hit(hit) => {
                    let (key, value) = fresh.into_parts();
                    return Err(OccupiedError { current: Ref(hit.into_held()), key, value });
                }
                Lookup::Gap(gap) => match self.put_held(hash, gap, fresh) {
                    Ok(held) => return Ok(Ref(held)),
                    Err(refused) => fresh = refused,
                },
            }
            spin(&mut turn);
        }
    }

    /// Takes the entry of a key out, if there is one, and hands it out.
    ///
    /// Expected constant time. Linearizable.
    #[inline]
    pub fn remove<Q>(&self, key: &Q) -> Option<Ref<'_, K, V, C>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hash(key);
        match self.entries.remove_at_once(hash, |candidate| key.equivalent(candidate)) {
            Ok(old) => {
                if old.is_some() {
                    reentry::note(self.address(), hash);
                    self.entries.after_removal(hash, &|key| self.hash(key));
                }
                old.map(Ref)
            }
            Err(NotAtOnce) => self.remove_patiently(hash, key),
        }
    }

    #[cold]
    #[inline(never)]
    fn remove_patiently<Q>(&self, hash: u64, key: &Q) -> Option<Ref<'_, K, V, C>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let mut turn = 0;
        loop {
            match self.find(hash, key) {
                Lookup::Gap(_) => return None,
                Lookup::Hit(hit) => {
                    if let Ok(held) = self.take(hash, hit) {
                        return Some(Ref(held));
                    }
                }
            }
            spin(&mut turn);
        }
    }

    /// Takes the entry of a key out, if there is one, and hands out clones of its key and value.
    ///
    /// Expected constant time. Linearizable.
    pub fn remove_entry<Q>(&self, key: &Q) -> Option<(K, V)>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: Clone,
        V: Clone,
    {
        self.remove(key).map(|entry| (entry.key().clone(), entry.value().clone()))
    }

    #[inline]
    pub(crate) fn put(
        &self,
        hash: u64,
        gap: Gap<'_, K, V, C>,
        fresh: Fresh<K, V, C>,
    ) -> Result<(), Fresh<K, V, C>> {
        match gap.insert(fresh, &|key| self.hash(key)) {
            Ok(()) => {
                reentry::note(self.address(), hash);
                Ok(())
            }
            Err(refused) => match refused.error {
                None => Err(refused.fresh),
                Some(error) => error.handle(),
            },
        }
    }

    pub(crate) fn put_held<'t>(
        &'t self,
        hash: u64,
        gap: Gap<'t, K, V, C>,
        fresh: Fresh<K, V, C>,
    ) -> Result<Held<'t, K, V, C>, Fresh<K, V, C>> {
        match gap.insert_held(fresh, &|key| self.hash(key)) {
            Ok(held) => {
                reentry::note(self.address(), hash);
                Ok(held)
            }
            Err(refused) => match refused.error {
                None => Err(refused.fresh),
                Some(error) => error.handle(),
            },
        }
    }

    #[inline]
    #[expect(clippy::type_complexity, reason = "what goes in comes out")]
    pub(crate) fn replace<'t>(
        &'t self,
        hash: u64,
        hit: Hit<'t, K, V, C>,
        fresh: Fresh<K, V, C>,
    ) -> Result<Held<'t, K, V, C>, (Fresh<K, V, C>, Held<'t, K, V, C>)> {
        let old = hit.replace(fresh)?;
        reentry::note(self.address(), hash);
        Ok(old)
    }

    #[inline]
    pub(crate) fn take<'t>(
        &'t self,
        hash: u64,
        hit: Hit<'t, K, V, C>,
    ) -> Result<Held<'t, K, V, C>, Held<'t, K, V, C>> {
        let old = hit.remove()?;
        reentry::note(self.address(), hash);
        self.entries.after_removal(hash, &|key| self.hash(key));
        Ok(old)
    }
}
