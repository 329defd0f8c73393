//! [`SkipMap`]: an ordered map, whose readers never wait.
//!
//! Keys and values are in a list of fat nodes, which the module `raw::skip` has and explains. Here are the operations, of a
//! search and of an attempt to act on what it found, again if that came too late.

mod alter;
mod range;
mod reference;
#[cfg(feature = "serde")]
mod serialize;
mod traits;

pub use range::{Iter, Keys, Range, Values};
pub use reference::Ref;

use crate::class::{ByType, Storage};
use crate::raw::skip::{Bound, List, Sought};
use crate::sync::spin;
use core::fmt;
use equivalent::Comparable;

/// An ordered map: its entries can be walked in the order of the keys, whole or in part, and the nearest ones to a key found,
/// while others change it. Readers never wait.
///
/// ```
/// use tophash::SkipMap;
///
/// let readings: SkipMap<u64, u64> = (0..100).map(|second| (second * 10, second)).collect();
/// std::thread::scope(|scope| {
///     scope.spawn(|| (0..100).for_each(|second| drop(readings.insert(second * 10 + 5, 0))));
///     scope.spawn(|| assert!(readings.range(200..300).count() >= 10));
/// });
/// assert_eq!(readings.floor(&104).map(|entry| *entry.key()), Some(100));
/// assert_eq!(readings.pop_first().map(|entry| *entry.key()), Some(0));
/// ```
///
/// # When to take it, and when not
/// Take it where order is needed: ranges, the first or the last entry, the entry before a point in time, a queue by
/// priority. Where keys are only looked up, take [`HashMap`](crate::HashMap): it is ahead in every row of the benchmark
/// (`hit`, `miss`, `98/2`, `50/50`, `churn`, growth, iteration), in most of them several times.
///
/// # How it is built
/// It is a skip list with fat nodes: the lowest level is a linked list of leaves of up to 31 entries, and above it
/// there are levels of up to 64 bounds in a node. The nodes of those levels are never changed but replaced, with their
/// root, by one atomic pointer, so that a reader goes down without looking back. Leaves are changed in place, in such a
/// way that a reader sees the entries as they were or as they are. Keys and values that the
/// [storage](crate::Storage) allows to be inline, of at most eight bytes each, lie in the leaves; other entries are boxed.
///
/// # Progress
/// *Readers are lock-free, and wait for nobody*: they store one word, of their own, and begin again only when others have
/// got on meanwhile: when the same leaf was changed, or a batch of what others removed or replaced, 64 at a time, was put
/// aside. Where comparing keys takes microseconds and many threads replace all the time, a reader may begin again often.
/// Writers lock a leaf for a few stores; writers of the
/// same leaf wait for that, or for as long as the thread that has it is preempted. No code of yours runs under a
/// lock.
///
/// # Consistency
/// Every operation that names one key is linearizable, and so are `first`, `last`, `floor`, `ceiling`, `lower`, `higher`,
/// `pop_first` and `pop_last`. `iter`, `range`, `keys`, `values`, `clear`, `clone`, `==` and `Debug` are not one moment: a
/// key that is in the map from their beginning to their end is met exactly once, one that comes or goes meanwhile is
/// met or not, and keys are always met in ascending order, each at most once. `len` is exact when nobody is changing the
/// map.
///
/// # Code of yours
/// `Ord`, closures, `Clone` and `Drop` run under no lock, may use the map, and may panic, which leaves it whole: the call
/// has been done or has not. `Ord` must be a total order, and must not change while a key is in the map; if it is not,
/// operations may give wrong answers, or not end.
///
/// # Memory
/// What is replaced or removed is freed by later changes, in batches. A reader that stays away keeps what was in the map
/// when it began, and nothing that came later. All is freed when the map is dropped, by the thread that drops it, so that
/// keys and values need not be `'static`. A leaf that removals leave empty is joined to its neighbour. The key that a leaf
/// begins with is kept as long as the leaf, even if its entry is removed: one for some twenty entries, without its value.
///
/// # Cost
/// Logarithmic in the entries, to a base of some 40 above and some 20 below: a million entries are three nodes and a leaf
/// away. Iterating is constant for each entry. A changed leaf is changed in a few words; some twenty insertions give a new
/// leaf and three new nodes.
pub struct SkipMap<K, V, C: Storage<K, V> = ByType> {
    list: List<K, V, C>,
}

/// An entry was there already: see [`SkipMap::try_insert`].
pub struct OccupiedError<'a, K, V, C: Storage<K, V> = ByType> {
    /// The entry that is there.
    pub current: Ref<'a, K, V, C>,
    /// The key that did not go in.
    pub key: K,
    /// The value that did not go in.
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

impl<K, V> SkipMap<K, V> {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::new_in(ByType)
    }
}

impl<K, V, C: Storage<K, V>> SkipMap<K, V, C> {
    /// An empty map in a storage.
    #[must_use]
    pub fn new_in(storage: C) -> Self {
        let _ = storage;
        Self { list: List::new() }
    }

    /// The number of entries; exact when nobody is changing the map.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are no entries; exact when nobody is changing the map.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Ord, V, C: Storage<K, V>> SkipMap<K, V, C> {
    /// A clone of the value of a key.
    #[inline]
    pub fn get<Q: Comparable<K> + ?Sized>(&self, key: &Q) -> Option<V>
    where
        V: Clone,
    {
        self.get_with(key, V::clone)
    }

    /// What `read` makes of the value of a key. `read` runs under no lock and may use the map.
    #[inline]
    pub fn get_with<Q, R>(&self, key: &Q, read: impl FnOnce(&V) -> R) -> Option<R>
    where
        Q: Comparable<K> + ?Sized,
    {
        self.list.find_there(&Sought::new(key)).pair().map(|(_, value)| read(value))
    }

    /// The entry of a key.
    #[inline]
    pub fn get_ref<Q: Comparable<K> + ?Sized>(&self, key: &Q) -> Option<Ref<'_, K, V, C>> {
        self.list.find_there(&Sought::new(key)).held().map(Ref)
    }

    /// Whether there is a value for a key.
    #[inline]
    pub fn contains_key<Q: Comparable<K> + ?Sized>(&self, key: &Q) -> bool {
        self.list.find_there(&Sought::new(key)).is_there()
    }

    /// Gives a key a value; returns the entry that was replaced.
    #[inline]
    pub fn insert(&self, key: K, value: V) -> Option<Ref<'_, K, V, C>> {
        let mut fresh = self.list.fresh(key, value);
        let mut turn = 0;
        loop {
            let spot = self.list.find(&Sought::new(fresh.key()));
            match self.list.put(spot, fresh) {
                Ok(old) => return old.map(Ref),
                Err(late) => fresh = late.fresh,
            }
            spin(&mut turn);
        }
    }

    /// Gives a key a value if it has none.
    ///
    /// # Errors
    /// If there is an entry already: hands it out, and the key and the value back.
    pub fn try_insert(&self, key: K, value: V) -> Result<(), OccupiedError<'_, K, V, C>> {
        let mut fresh = self.list.fresh(key, value);
        let mut turn = 0;
        loop {
            let spot = self.list.find(&Sought::new(fresh.key()));
            if spot.is_there() {
                let Some(current) = spot.held().map(Ref) else { continue };
                let (key, value) = fresh.into_parts();
                return Err(OccupiedError { current, key, value });
            }
            match self.list.put(spot, fresh) {
                Ok(_) => return Ok(()),
                Err(late) => fresh = late.fresh,
            }
            spin(&mut turn);
        }
    }

    /// Takes the entry of a key out, and returns it.
    #[inline]
    pub fn remove<Q: Comparable<K> + ?Sized>(&self, key: &Q) -> Option<Ref<'_, K, V, C>> {
        let sought = Sought::new(key);
        let mut turn = 0;
        loop {
            match self.list.take(self.list.find_there(&sought)) {
                Ok(old) => return old.map(Ref),
                Err(_) => spin(&mut turn),
            }
        }
    }

    /// The entry with the smallest key.
    pub fn first(&self) -> Option<Ref<'_, K, V, C>> {
        self.list.first_from::<K>(Bound::Unbounded).map(Ref)
    }

    /// The entry with the largest key.
    pub fn last(&self) -> Option<Ref<'_, K, V, C>> {
        self.list.last_until::<K>(Bound::Unbounded).map(Ref)
    }

    /// The entry with the largest key that is not above this one.
    pub fn floor<Q: Comparable<K> + ?Sized>(&self, key: &Q) -> Option<Ref<'_, K, V, C>> {
        self.list.last_until(Bound::Included(key)).map(Ref)
    }

    /// The entry with the smallest key that is not below this one.
    pub fn ceiling<Q: Comparable<K> + ?Sized>(&self, key: &Q) -> Option<Ref<'_, K, V, C>> {
        self.list.first_from(Bound::Included(key)).map(Ref)
    }

    /// The entry with the largest key below this one.
    pub fn lower<Q: Comparable<K> + ?Sized>(&self, key: &Q) -> Option<Ref<'_, K, V, C>> {
        self.list.last_until(Bound::Excluded(key)).map(Ref)
    }

    /// The entry with the smallest key above this one.
    pub fn higher<Q: Comparable<K> + ?Sized>(&self, key: &Q) -> Option<Ref<'_, K, V, C>> {
        self.list.first_from(Bound::Excluded(key)).map(Ref)
    }

    /// Takes the entry with the smallest key out, and returns it. Each is handed to one caller.
    pub fn pop_first(&self) -> Option<Ref<'_, K, V, C>> {
        self.list.pop(false).map(Ref)
    }

    /// Takes the entry with the largest key out, and returns it. Each is handed to one caller.
    pub fn pop_last(&self) -> Option<Ref<'_, K, V, C>> {
        self.list.pop(true).map(Ref)
    }

    /// Takes all entries out, in ascending order; what comes in meanwhile may stay.
    pub fn clear(&self) {
        self.list.clear();
    }
}
