//! Go's `sync.Map` as it was through Go 1.23, by its own rules: see [`SyncMap`].
//!
//! # Terms
//! - The **read map** is reached without a lock, by a pointer that is replaced whole (`raw::published`).
//! - The **dirty map** is reached under the lock. It has all entries of the read map that are not expunged, and others.
//! - An **entry** is shared by both: a key, and a slot that its value comes and goes in (`raw::slot`).
//! - The read map is **amended** while the dirty map has keys that it lacks.
//! - An entry is **expunged** when it had no value while a dirty map was made, which lacks it since.
//!
//! The rules were read from `src/sync/map.go` of Go 1.21.13, and those of `Clear` from that of Go 1.23.0.
//! `tests/sync_map_go.rs` holds results and inner state against a running Go program, step by step.
//!
//! # What is different
//! - A value is compared, and an entry found under the lock is changed by a comparison, when the lock has been given back.
//!   Entries that somebody else takes out of the dirty map meanwhile are changed too late to be seen, and so the change
//!   took place just before they were taken out.
//! - Keys are compared under the lock as in Go; but there only the language compares, and here a key's `Eq` may be
//!   anybody's code.

mod compare;
mod dirty;
mod state;
mod table;
mod traits;
mod walk;

pub use crate::raw::slot::Loaded;
pub use state::{Change, Event, Promotion, State};

use crate::hasher::{RandomState, hash_one};
use crate::raw::published::Published;
use crate::raw::slot::{Found, Slot, Values};
use crate::sync::Mutex;
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::hash::{BuildHasher, Hash};
use dirty::{After, Dirty};
use equivalent::Equivalent;
use std::sync::{MutexGuard, PoisonError};
use table::{Node, Table};

/// Go's `sync.Map`, as it was through Go 1.23, with its inner state there to look at.
///
/// A read map that is reached by an atomic pointer and never gets new keys; a dirty map under a lock that does; misses of
/// the first are counted, and after as many as the second has entries it becomes the first.
///
/// # When to take it
/// To study that map, to carry a program over from Go whose behaviour depends on it, or to see what a workload
/// would make it do: [`SyncMap::state`] and [`SyncMap::on_event`] tell what Go's map keeps to itself. It is at its best where
/// keys are written once and read many times, or where threads work on keys of their own.
///
/// # When not
/// Wherever the question is only which map to take: [`HashMap`](crate::HashMap) has no lock to wait for, no copy of all its
/// entries that a new key may have to wait for, and not two tables; it is ahead in reads (the row `get` of the benchmarks),
/// and more so where keys come and go (the rows `insert and remove`). Since Go 1.24 `sync.Map` is another map.
///
/// # Consistency
/// Operations on one key are linearizable. [`SyncMap::range`], `len` and [`SyncMap::clear`] are not one moment:
/// `range` meets every key that is in the map from its beginning to its end, once, with a value it had meanwhile.
///
/// # Progress
/// | operation | of a key that the read map has | of another key, while the read map is amended |
/// |---|---|---|
/// | [`load`](Self::load), [`compare_and_swap`](Self::compare_and_swap), [`compare_and_delete`](Self::compare_and_delete), [`load_and_delete`](Self::load_and_delete) | lock-free | waits for the lock |
/// | [`swap`](Self::swap), [`store`](Self::store), [`load_or_store`](Self::load_or_store) | lock-free, unless the entry is expunged | waits for the lock |
/// | [`range`](Self::range) | wait-free to begin | waits for the lock to begin |
///
/// The lock is held for a look-up and a few stores, and by the first new key after a promotion for copying a pointer to
/// every entry. Closures run, values are compared and dropped, and events are told when it has been given back; keys are
/// compared under it, so that a key's `Eq` must not use the map: it would wait for itself. Waits for it are told to nobody:
/// `ConcurrentMap::watch` is refused.
///
/// # Cost
/// Expected constant time, one locked instruction for the read map, one more for the value and two for giving both back;
/// a new key linear in the entries once after each promotion, which is constant in the mean; `range` and `len`
/// linear. Every entry is boxed, and its value once more. With the feature `locked`.
///
/// ```
/// use tophash::SyncMap;
///
/// let map = SyncMap::new();
/// map.store("a", 1);
/// assert_eq!(map.load("a").as_deref(), Some(&1)); // The first miss, and as many as the dirty map has entries.
/// assert_eq!((map.state().promotions, map.state().read, map.state().dirty), (1, 1, None));
/// ```
///
/// Values that may not be shared by threads make a map that may not either:
///
/// ```compile_fail,E0277
/// fn shared<T: Sync>() {}
/// shared::<tophash::SyncMap<u64, core::cell::Cell<u64>>>();
/// ```
pub struct SyncMap<K, V, S = RandomState> {
    read: Published<Read<K, V>>,
    dirty: Mutex<Dirty<K, V>>,
    on_event: Option<Tell>,
    hasher: S,
    /// Last, so that what entries hand over when they are dropped is freed by the map.
    values: Arc<Values<V>>,
}

/// Who is told of events.
type Tell = Box<dyn Fn(&Event) + Send + Sync>;

/// What readers find by one pointer.
struct Read<K, V> {
    entries: Arc<Table<K, V>>,
    amended: bool,
}

/// A key and a value that [`SyncMap::put`] did not put in, and the value that is there.
struct Refused<'m, K, V> {
    key: K,
    value: V,
    current: Loaded<'m, V>,
}

impl<K, V> SyncMap<K, V> {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<K, V, S> SyncMap<K, V, S> {
    /// An empty map that hashes by `hasher`.
    pub fn with_hasher(hasher: S) -> Self {
        let entries = Arc::new(Table::new());
        Self {
            read: Published::new(Read { entries: Arc::clone(&entries), amended: false }),
            dirty: Mutex::new(Dirty::new(entries)),
            on_event: None,
            hasher,
            values: Arc::new(Values::new()),
        }
    }

    /// Has `tell` called for whatever happens inside the map, by the thread that makes it happen, when that has given the
    /// lock back and before its call returns.
    ///
    /// `tell` may use the map. Two threads' events may be told in another order than they happened in:
    /// [`Event::number`] tells the true one. A panic in it comes through the operation, which has taken effect.
    #[must_use]
    pub fn on_event(mut self, tell: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.on_event = Some(Box::new(tell));
        self
    }

    /// The inner state at one moment. Constant time; takes the lock.
    pub fn state(&self) -> State {
        self.lock().state()
    }

    fn lock(&self) -> MutexGuard<'_, Dirty<K, V>> {
        // What may panic under the lock is the comparison of keys, and nothing is half done then.
        self.dirty.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something under the lock, and afterwards what must not be done there.
    fn slowly<R>(&self, work: impl FnOnce(&mut Dirty<K, V>, &mut After<K, V>) -> R) -> R {
        let mut after = After::default();
        let result = work(&mut self.lock(), &mut after);
        if let Some(tell) = &self.on_event {
            after.events().for_each(tell);
        }
        result
    }
}

impl<K: Hash + Eq, V, S: BuildHasher> SyncMap<K, V, S> {
    /// The value of a key.
    pub fn load<Q>(&self, key: &Q) -> Option<Loaded<'_, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = hash_one(&self.hasher, key);
        {
            let read = self.read.read();
            match read.entries.find(hash, key) {
                Some(node) => return node.slot.get(&self.values).value(),
                None if !read.amended => return None,
                None => {}
            }
        }
        let node = self.slowly(|dirty, after| {
            // Not a miss if the dirty map has become the read map meanwhile.
            if let Some(node) = dirty.read.find(hash, key) {
                return Some(Arc::clone(node));
            }
            if !dirty.amended {
                return None;
            }
            let node = dirty.entries.as_ref().and_then(|entries| entries.find(hash, key)).cloned();
            dirty.miss(self, after);
            node
        });
        node.and_then(|node| node.slot.get(&self.values).value())
    }

    /// Gives a key a value.
    pub fn store(&self, key: K, value: V) {
        drop(self.swap(key, value));
    }

    /// Gives a key a value; returns the one it had.
    pub fn swap(&self, key: K, value: V) -> Option<Loaded<'_, V>> {
        let hash = hash_one(&self.hasher, &key);
        let mut value = value;
        {
            let read = self.read.read();
            if let Some(node) = read.entries.find(hash, &key) {
                match node.slot.swap(value, &self.values) {
                    Ok(old) => return old,
                    Err(refused) => value = refused,
                }
            }
        }
        self.slowly(|dirty, after| {
            let node = match dirty.read.find(hash, &key).cloned() {
                Some(node) => {
                    dirty.recall(after, &node);
                    Some(node)
                }
                None => dirty.entries.as_ref().and_then(|dirty| dirty.find(hash, &key)).cloned(),
            };
            match node {
                // Entries are expunged under the lock, and this one is not.
                Some(node) => node.slot.swap(value, &self.values).ok().flatten(),
                None => {
                    let slot = Slot::new(value, Arc::clone(&self.values));
                    dirty.add(self, after, Node { hash, key, slot });
                    None
                }
            }
        })
    }

    /// Gives a key a value if it has none; returns the one it has, and drops the other.
    pub fn load_or_store(&self, key: K, value: V) -> Option<Loaded<'_, V>> {
        self.put(hash_one(&self.hasher, &key), key, value).err().map(|refused| refused.current)
    }

    /// [`SyncMap::load_or_store`], which gives back what did not go in.
    fn put(&self, hash: u64, key: K, value: V) -> Result<(), Refused<'_, K, V>> {
        let mut value = value;
        {
            let read = self.read.read();
            if let Some(node) = read.entries.find(hash, &key) {
                match node.slot.fill(value, &self.values) {
                    Ok(()) => return Ok(()),
                    Err((value, Found::Value(current))) => {
                        return Err(Refused { key, value, current });
                    }
                    Err((refused, _)) => value = refused,
                }
            }
        }
        self.slowly(|dirty, after| {
            let (node, missed) = match dirty.read.find(hash, &key).cloned() {
                Some(node) => {
                    dirty.recall(after, &node);
                    (Some(node), false)
                }
                None => {
                    let dirty = dirty.entries.as_ref();
                    (dirty.and_then(|dirty| dirty.find(hash, &key)).cloned(), true)
                }
            };
            let Some(node) = node else {
                let slot = Slot::new(value, Arc::clone(&self.values));
                dirty.add(self, after, Node { hash, key, slot });
                return Ok(());
            };
            let filled = node.slot.fill(value, &self.values);
            if missed {
                dirty.miss(self, after);
            }
            match filled {
                Err((value, Found::Value(current))) => Err(Refused { key, value, current }),
                // Entries are expunged under the lock, and this one is not.
                Ok(()) | Err(_) => Ok(()),
            }
        })
    }

    /// Takes the value of a key out.
    pub fn load_and_delete<Q>(&self, key: &Q) -> Option<Loaded<'_, V>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = hash_one(&self.hasher, key);
        {
            let read = self.read.read();
            match read.entries.find(hash, key) {
                Some(node) => return node.slot.take(&self.values),
                None if !read.amended => return None,
                None => {}
            }
        }
        let node = self.slowly(|dirty, after| {
            if let Some(node) = dirty.read.find(hash, key) {
                return Some(Arc::clone(node));
            }
            if !dirty.amended {
                return None;
            }
            let node = dirty.entries.as_mut().and_then(|entries| entries.remove(hash, key));
            dirty.miss(self, after);
            node
        });
        node.and_then(|node| node.slot.take(&self.values))
    }

    /// Takes the value of a key out, if there is one.
    pub fn delete<Q>(&self, key: &Q)
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        drop(self.load_and_delete(key));
    }
}
