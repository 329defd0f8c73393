//! Maps of fixed room: see [`FixedMap`] and [`BoxedFixedMap`]. How they work is told in `raw::fixed`.

use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup, Summary};
use crate::error::AllocError;
use crate::map::Operation;
use crate::raw::fixed::word::{assert_fits, from_word, to_word};
use crate::raw::fixed::{Became, ENTRIES, Group, Header, MOST_GROUPS, Room, Want};
use crate::raw::plain::Plain;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

/// A map that never allocates: room for 64 × `N` entries, in the map itself.
///
/// # When to take it
/// Where allocating is out of the question: in a signal handler, in an interrupt, in a `static`, without `std`; or where memory
/// is shared by several processes ([`FixedMap::at`]). Where a limit is wanted: what does not fit is refused with [`Full`].
///
/// # When not
/// Where the number of entries is not known beforehand, keys or values are larger than eight bytes, or are not
/// [`Plain`]. Where memory is there to grow in, [`HashMap`](crate::HashMap) is ahead in reads (the row `hit`): here a look-up follows
/// a list of nodes, each a cache miss of its own.
///
/// # Keys
/// Keys are told apart by their bits, and hashed by them: no code of the user's runs. So of floating-point numbers `0.0` and
/// `-0.0` are two keys, and a NaN is one. The hash is always the same, as it must be in shared memory: who can choose
/// keys can have them all in one list.
///
/// # Consistency
/// Operations on one key are linearizable. [`for_each`](Self::for_each) and [`clear`](Self::clear) are not one moment: an entry that is
/// there all the while is met exactly once. `len` counts what is about to go in, too.
///
/// # Progress
/// Every operation is lock-free, `for_each` and `clear` step by step: a thread that is held up, or was interrupted by a
/// signal handler that uses the map, holds nobody up. Closures run under no lock. A replacement or removal takes a node for
/// its time, of which there are 16 × `N` beyond the entries: more calls than that at a time, on a full map, get [`Full`].
///
/// Nodes are used again, and told apart by tags of 32 bits: a call that is held up between two loads while the
/// word it looks at is changed 2³² times, or a multiple of that exactly, and leads to the same node again, may take one entry for
/// another. At a change every five nanoseconds that is twenty seconds, to a nanosecond.
///
/// # Cost
/// Expected constant time up to the last entries, when the search for a free node becomes linear in `N`; `for_each` and
/// `clear` linear. A group of 64 entries takes 2,496 bytes. Needs neither `std` nor an allocator.
///
/// ```
/// use tophash::{FixedMap, Full};
///
/// static SEEN: FixedMap<u32, u64, 2> = FixedMap::new();
///
/// assert_eq!(SEEN.insert(7, 1), Ok(None));
/// assert_eq!(SEEN.fetch_update(7, |count| Some(count? + 1)), Ok(Some(1)));
/// assert_eq!((SEEN.get(&7), SEEN.len(), SEEN.capacity()), (Some(2), 1, 128));
/// (0..128).for_each(|key| drop(SEEN.insert(key, 0)));
/// assert_eq!(SEEN.insert(128, 0), Err(Full));
/// ```
///
/// What is larger than a word does not compile:
///
/// ```compile_fail,E0080
/// tophash::FixedMap::<u128, u64, 1>::new();
/// ```
#[repr(C)]
pub struct FixedMap<K, V, const N: usize> {
    header: Header,
    groups: [Group; N],
    marker: PhantomData<(K, V)>,
}

/// A [`FixedMap`] whose room is chosen when the program runs, and allocated once.
///
/// All that is said of [`FixedMap`] holds of it, with `N` the capacity divided by 64; but that it is made by an allocator.
///
/// ```
/// use tophash::BoxedFixedMap;
///
/// let map: BoxedFixedMap<u64, f64> = BoxedFixedMap::with_capacity(1_000);
/// map.insert(1, 0.5).unwrap();
/// assert_eq!((map.get(&1), map.capacity()), (Some(0.5), 1_024));
/// ```
pub struct BoxedFixedMap<K, V> {
    header: Header,
    groups: Box<[Group]>,
    marker: PhantomData<(K, V)>,
}

impl<K: Plain, V: Plain, const N: usize> FixedMap<K, V, N> {
    /// An empty map.
    #[must_use]
    pub const fn new() -> Self {
        const {
            assert_fits::<K>();
            assert_fits::<V>();
            assert!(N > 0 && N <= MOST_GROUPS, "at least one group, and at most 2²⁴");
        }
        Self { header: Header::new(), groups: [const { Group::new() }; N], marker: PhantomData }
    }

    fn room(&self) -> Room<'_> {
        Room { header: &self.header, groups: &self.groups }
    }
}

impl<K: Plain, V: Plain> BoxedFixedMap<K, V> {
    /// An empty map with room for at least `capacity` entries, and for a multiple of 64.
    ///
    /// # Panics
    /// If that is more than 2³⁰ entries. If the allocator refuses, the program ends as for other collections.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        match Self::try_with_capacity(capacity) {
            Ok(map) => map,
            Err(error) => error.handle(),
        }
    }

    /// [`with_capacity`](Self::with_capacity), which tells when there is no memory.
    ///
    /// # Errors
    /// If the allocator refuses, or for more than 2³⁰ entries.
    pub fn try_with_capacity(capacity: usize) -> Result<Self, AllocError> {
        const {
            assert_fits::<K>();
            assert_fits::<V>();
        }
        let count = capacity.div_ceil(ENTRIES).max(1);
        if count > MOST_GROUPS {
            return Err(AllocError::overflow());
        }
        let mut groups = Vec::new();
        groups.try_reserve_exact(count).map_err(|_| AllocError::array::<Group>(count))?;
        groups.resize_with(count, Group::new);
        let groups = groups.into_boxed_slice();
        Ok(Self { header: Header::new(), groups, marker: PhantomData })
    }

    fn room(&self) -> Room<'_> {
        Room { header: &self.header, groups: &self.groups }
    }
}

/// The methods of both forms.
macro_rules! implement {
    ($map:ty, $kind:literal, [$($generics:tt)*]) => {
        impl<$($generics)*> $map {
            /// Entries that there is room for.
            #[must_use]
            pub fn capacity(&self) -> usize {
                self.room().capacity()
            }

            /// The number of entries, with those that are about to go in; exact where nobody changes the map. Constant time.
            pub fn len(&self) -> usize {
                self.room().len()
            }

            /// Whether there are no entries.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// The value of a key.
            pub fn get(&self, key: &K) -> Option<V> {
                self.room().get(to_word(*key)).map(from_word)
            }

            /// Whether there is a value for a key.
            pub fn contains_key(&self, key: &K) -> bool {
                self.get(key).is_some()
            }

            /// Gives a key a value; returns the one it had.
            ///
            /// # Errors
            /// [`Full`] if there is no room.
            pub fn insert(&self, key: K, value: V) -> Result<Option<V>, Full> {
                let became = self.change(key, |_| Want::<()>::Put(to_word(value)))?;
                Ok(match became {
                    Became::Replaced(old) => Some(from_word(old)),
                    _ => None,
                })
            }

            /// Gives a key a value if it has none; returns the one it has.
            ///
            /// # Errors
            /// [`Full`] if there is no room.
            pub fn try_insert(&self, key: K, value: V) -> Result<Option<V>, Full> {
                let became = self.change(key, |there| match there {
                    None => Want::Put(to_word(value)),
                    Some(there) => Want::Leave(there),
                })?;
                Ok(match became {
                    Became::Left(there) => Some(from_word(there)),
                    _ => None,
                })
            }

            /// Takes the value of a key out.
            pub fn remove(&self, key: &K) -> Option<V> {
                match self.change(*key, |_| Want::<()>::Cut) {
                    Ok(Became::Removed(old)) => old.map(from_word),
                    // Taking out takes no room.
                    _ => None,
                }
            }

            /// Gives a key the value that `update` makes of the one it has, or none if that is `None`; returns the one it
            /// had.
            ///
            /// `update` runs again whenever the value has changed meanwhile.
            ///
            /// # Errors
            /// [`Full`] if there is no room.
            pub fn fetch_update(
                &self,
                key: K,
                mut update: impl FnMut(Option<V>) -> Option<V>,
            ) -> Result<Option<V>, Full> {
                let became = self.change(key, |there| match update(there.map(from_word)) {
                    Some(value) => Want::<()>::Put(to_word(value)),
                    None => Want::Cut,
                })?;
                Ok(match became {
                    Became::Replaced(old) | Became::Removed(Some(old)) => Some(from_word(old)),
                    _ => None,
                })
            }

            /// Gives a key a new value if it has the old one, bit by bit; otherwise returns what it has.
            ///
            /// # Errors
            /// What the key has instead; or [`Full`] if there is no node to replace the value with.
            pub fn compare_exchange(
                &self,
                key: K,
                old: V,
                new: V,
            ) -> Result<Result<V, Option<V>>, Full> {
                let became = self.change(key, |there| match there {
                    Some(there) if there == to_word(old) => Want::Put(to_word(new)),
                    there => Want::Leave(there),
                })?;
                Ok(match became {
                    Became::Left(there) => Err(there.map(from_word)),
                    _ => Ok(old),
                })
            }

            /// Meets every entry: one that is there all the while exactly once.
            pub fn for_each(&self, mut meet: impl FnMut(K, V)) {
                self.room().for_each(|key, value| meet(from_word(key), from_word(value)));
            }

            /// Takes every entry out, one by one.
            pub fn clear(&self) {
                self.for_each(|key, _| {
                    self.remove(&key);
                });
            }

            fn change<T>(
                &self,
                key: K,
                decide: impl FnMut(Option<u64>) -> Want<T>,
            ) -> Result<Became<T>, Full> {
                self.room().change(to_word(key), decide).map_err(|_| Full)
            }
        }

        impl<$($generics)*> fmt::Debug for $map
        where
            K: fmt::Debug,
            V: fmt::Debug,
        {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut map = f.debug_map();
                self.for_each(|key, value| {
                    map.entry(&key, &value);
                });
                map.finish()
            }
        }

        impl<$($generics)*> Lookup<K> for $map {
            type Value = V;

            fn get_with<R>(&self, key: &K, read: impl FnOnce(&V) -> R) -> Option<R> {
                self.get(key).map(|value| read(&value))
            }

            fn remove_with<R>(&self, key: &K, read: impl FnOnce(&V) -> R) -> Option<R> {
                self.remove(key).map(|value| read(&value))
            }
        }

        impl<$($generics)*> ConcurrentMap for $map {
            type Key = K;

            fn insert_with<R>(
                &self,
                key: K,
                value: V,
                replaced: impl FnOnce(Option<&V>) -> R,
            ) -> Result<R, Full> {
                self.insert(key, value).map(|old| replaced(old.as_ref()))
            }

            fn insert_new(&self, key: K, value: V) -> Result<bool, Full> {
                self.try_insert(key, value).map(|there| there.is_none())
            }

            fn alter<T>(
                &self,
                key: K,
                mut decide: impl FnMut(Option<&V>) -> Operation<V, T>,
            ) -> Result<Altered<T>, Full> {
                let became = self.change(key, |there| {
                    match decide(there.map(from_word).as_ref()) {
                        Operation::Insert(value) => Want::Put(to_word(value)),
                        Operation::Remove => Want::Cut,
                        Operation::Abort(result) => Want::Leave(result),
                    }
                })?;
                Ok(match became {
                    Became::Inserted => Altered::Inserted,
                    Became::Replaced(_) => Altered::Replaced,
                    Became::Removed(Some(_)) => Altered::Removed,
                    Became::Removed(None) => Altered::Absent,
                    Became::Left(result) => Altered::Aborted(result),
                })
            }

            fn for_each(&self, mut meet: impl FnMut(&K, &V)) {
                self.for_each(|key, value| meet(&key, &value));
            }

            fn clear(&self) {
                self.clear();
            }

            fn len(&self) -> usize {
                self.len()
            }

            fn summary(&self) -> Summary {
                let room = self.room();
                Summary {
                    capacity: Some(room.capacity()),
                    bytes: Some(size_of_val(self) + Self::boxed_bytes(room)),
                    growths: Some(0),
                    moved: Some(0),
                    retired_bytes: Some(0),
                    ..Summary::new($kind, room.len())
                }
            }
        }
    };
}

implement!(FixedMap<K, V, N>, "FixedMap", [K: Plain, V: Plain, const N: usize]);
implement!(BoxedFixedMap<K, V>, "BoxedFixedMap", [K: Plain, V: Plain]);

impl<K: Plain, V: Plain, const N: usize> FixedMap<K, V, N> {
    /// Bytes of the groups, where they lie elsewhere.
    fn boxed_bytes(_: Room<'_>) -> usize {
        0
    }
}

impl<K: Plain, V: Plain> BoxedFixedMap<K, V> {
    /// Bytes of the groups, which lie elsewhere.
    fn boxed_bytes(room: Room<'_>) -> usize {
        size_of_val(room.groups)
    }
}

impl<K: Plain, V: Plain, const N: usize> Default for FixedMap<K, V, N> {
    fn default() -> Self {
        Self::new()
    }
}
