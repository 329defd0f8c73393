//! The set: a map whose values are nothing.

use crate::class::{ByType, Inline, Storage};
use crate::error::AllocError;
use crate::hasher::RandomState;
use crate::map::{self, HashMap, KeyRef, Keys};
use crate::stats::Stats;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

/// A concurrent hash set. Everything said of [`HashMap`] holds for it.
///
/// Sets of integers keep thirteen of them in a bucket of 128 bytes.
pub struct HashSet<T, S = RandomState, C: Storage<T, ()> = ByType> {
    map: HashMap<T, (), S, C>,
}

/// A set of [`Plain`](crate::Plain) elements of at most sixteen bytes, which lie in its buckets themselves: see
/// [`Inline`] and [`PlainMap`](crate::PlainMap).
///
/// ```
/// use tophash::PlainSet;
///
/// let addresses: PlainSet<[u8; 6]> = PlainSet::default();
/// assert!(addresses.insert([2, 0, 0, 0, 0, 1]) && addresses.contains(&[2, 0, 0, 0, 0, 1]));
///
/// let digests: PlainSet<[u64; 2]> = [[1, 2], [1, 3], [1, 2]].into_iter().collect();
/// assert_eq!(digests.len(), 2);
/// ```
pub type PlainSet<T, S = RandomState> = HashSet<T, S, Inline>;

/// The elements of a set that was given up.
pub struct IntoIter<T, C: Storage<T, ()> = ByType>(map::IntoIter<T, (), C>);

/// The elements taken out of a set: see [`HashSet::drain`].
pub struct Drain<'a, T, C: Storage<T, ()> = ByType>(map::Drain<'a, T, (), C>);

impl<T, C: Storage<T, ()>> Iterator for IntoIter<T, C> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next().map(|(element, ())| element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T, C: Storage<T, ()>> Iterator for Drain<'_, T, C> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next().map(|(element, ())| element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> HashSet<T> {
    /// An empty set. Allocates nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty set with room for about `capacity` elements.
    ///
    /// # Panics
    /// If no address space holds so many. If the allocator refuses, the program ends as for other collections.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self { map: HashMap::with_capacity(capacity) }
    }
}

impl<T, S> HashSet<T, S> {
    /// An empty set that hashes by `hasher`. Allocates nothing.
    pub const fn with_hasher(hasher: S) -> Self {
        Self::with_hasher_in(hasher, ByType)
    }

    /// An empty set with room for about `capacity` elements that hashes by `hasher`.
    ///
    /// # Panics
    /// As [`HashSet::with_capacity`].
    #[must_use]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self::with_capacity_and_hasher_in(capacity, hasher, ByType)
    }
}

impl<T, C: Storage<T, ()>> HashSet<T, RandomState, C> {
    /// Like [`HashSet::new`], in the storage `storage`.
    #[must_use]
    pub fn new_in(storage: C) -> Self {
        Self { map: HashMap::new_in(storage) }
    }

    /// Like [`HashSet::with_capacity`], in the storage `storage`.
    ///
    /// # Panics
    /// As [`HashSet::with_capacity`].
    #[must_use]
    pub fn with_capacity_in(capacity: usize, storage: C) -> Self {
        Self { map: HashMap::with_capacity_in(capacity, storage) }
    }
}

impl<T, S, C: Storage<T, ()>> HashSet<T, S, C> {
    /// Like [`HashSet::with_hasher`], in the storage `storage`.
    pub const fn with_hasher_in(hasher: S, storage: C) -> Self {
        Self { map: HashMap::with_hasher_in(hasher, storage) }
    }

    /// Like [`HashSet::with_capacity_and_hasher`], in the storage `storage`.
    ///
    /// # Panics
    /// As [`HashSet::with_capacity`].
    #[must_use]
    pub fn with_capacity_and_hasher_in(capacity: usize, hasher: S, storage: C) -> Self {
        Self { map: HashMap::with_capacity_and_hasher_in(capacity, hasher, storage) }
    }

    /// What the set hashes by.
    pub fn hasher(&self) -> &S {
        self.map.hasher()
    }

    /// How many elements there are: see [`HashMap::len`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether [`HashSet::len`] is zero.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// About how many elements the buckets hold before most of them grow.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.map.capacity()
    }

    /// What the set says about itself.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.map.stats()
    }

    /// The elements, one after the other: see [`HashMap::iter`].
    pub fn iter(&self) -> Keys<'_, T, (), S, C> {
        self.map.keys()
    }

    /// Takes all elements out at once: see [`HashMap::drain`].
    pub fn drain(&mut self) -> Drain<'_, T, C> {
        Drain(self.map.drain())
    }
}

impl<T: Hash + Eq, S: BuildHasher, C: Storage<T, ()>> HashSet<T, S, C> {
    /// Whether the set has an element. Expected constant time. Linearizable.
    #[inline]
    pub fn contains<Q>(&self, element: &Q) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.contains_key(element)
    }

    /// The element of the set that equals this one. Expected constant time. Linearizable.
    pub fn get<Q>(&self, element: &Q) -> Option<KeyRef<'_, T, (), C>>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.look(element, KeyRef)
    }

    /// Puts an element in. False, and nothing changes, if the set has it. Expected constant time. Linearizable.
    #[inline]
    pub fn insert(&self, element: T) -> bool {
        self.map.try_insert(element, ()).is_ok()
    }

    /// Takes an element out, and tells whether the set had it. Expected constant time. Linearizable.
    #[inline]
    pub fn remove<Q>(&self, element: &Q) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.remove(element).is_some()
    }

    /// Takes an element out, and hands it out. Expected constant time. Linearizable.
    pub fn take<Q>(&self, element: &Q) -> Option<KeyRef<'_, T, (), C>>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.remove(element).map(|entry| KeyRef(entry.0))
    }

    /// Takes out every element that `keep` does not want: see [`HashMap::retain`].
    pub fn retain(&self, mut keep: impl FnMut(&T) -> bool) {
        self.map.retain(|element, ()| keep(element));
    }

    /// Takes out every element that is in the set when its turn comes.
    pub fn clear(&self) {
        self.map.clear();
    }

    /// Makes room for `additional` elements more: see [`HashMap::reserve`].
    ///
    /// # Panics
    /// If no address space holds so many. If the allocator refuses, the program ends as for other collections.
    pub fn reserve(&self, additional: usize) {
        self.map.reserve(additional);
    }

    /// Makes room for `additional` elements more: see [`HashMap::try_reserve`].
    ///
    /// # Errors
    /// If no address space holds so many, or the allocator refuses. The set holds what it held.
    pub fn try_reserve(&self, additional: usize) -> Result<(), AllocError> {
        self.map.try_reserve(additional)
    }

    /// Moves all elements to as few buckets as hold them well, in small steps: see [`HashMap::shrink_to_fit`].
    pub fn shrink_to_fit(&self) {
        self.map.shrink_to_fit();
    }

    /// Moves all elements to as few buckets as hold them well, and frees all others: see [`HashMap::compact`].
    pub fn compact(&mut self) {
        self.map.compact();
    }

    /// Whether every element of this set is in the other one.
    pub fn is_subset<R, D>(&self, other: &HashSet<T, R, D>) -> bool
    where
        R: BuildHasher,
        D: Storage<T, ()>,
    {
        self.iter().all(|element| other.contains(&*element))
    }

    /// Whether every element of the other set is in this one.
    pub fn is_superset<R, D>(&self, other: &HashSet<T, R, D>) -> bool
    where
        R: BuildHasher,
        D: Storage<T, ()>,
    {
        other.is_subset(self)
    }

    /// Whether no element is in both sets.
    pub fn is_disjoint<R, D>(&self, other: &HashSet<T, R, D>) -> bool
    where
        R: BuildHasher,
        D: Storage<T, ()>,
    {
        !self.iter().any(|element| other.contains(&*element))
    }
}

impl<T, S: Default, C: Storage<T, ()>> Default for HashSet<T, S, C> {
    fn default() -> Self {
        Self { map: HashMap::default() }
    }
}

impl<T: Hash + Eq + Clone, S: BuildHasher + Clone, C: Storage<T, ()>> Clone for HashSet<T, S, C> {
    fn clone(&self) -> Self {
        Self { map: self.map.clone() }
    }
}

impl<T: Hash + fmt::Debug, S: BuildHasher, C: Storage<T, ()>> fmt::Debug for HashSet<T, S, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T, S, R, C, D> PartialEq<HashSet<T, R, D>> for HashSet<T, S, C>
where
    T: Hash + Eq,
    S: BuildHasher,
    R: BuildHasher,
    C: Storage<T, ()>,
    D: Storage<T, ()>,
{
    fn eq(&self, other: &HashSet<T, R, D>) -> bool {
        self.map == other.map
    }
}

impl<T: Hash + Eq, S: BuildHasher, C: Storage<T, ()>> Eq for HashSet<T, S, C> {}

impl<T: Hash + Eq, S: BuildHasher, C: Storage<T, ()>> Extend<T> for &HashSet<T, S, C> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        for element in elements {
            self.insert(element);
        }
    }
}

impl<T: Hash + Eq, S: BuildHasher, C: Storage<T, ()>> Extend<T> for HashSet<T, S, C> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        (&*self).extend(elements);
    }
}

impl<T: Hash + Eq, S: BuildHasher + Default, C: Storage<T, ()>> FromIterator<T>
    for HashSet<T, S, C>
{
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self { map: elements.into_iter().map(|element| (element, ())).collect() }
    }
}

impl<T: Hash + Eq, const N: usize> From<[T; N]> for HashSet<T> {
    fn from(elements: [T; N]) -> Self {
        elements.into_iter().collect()
    }
}

impl<'a, T: Hash, S: BuildHasher, C: Storage<T, ()>> IntoIterator for &'a HashSet<T, S, C> {
    type Item = KeyRef<'a, T, (), C>;
    type IntoIter = Keys<'a, T, (), S, C>;

    fn into_iter(self) -> Keys<'a, T, (), S, C> {
        self.iter()
    }
}

impl<T, S, C: Storage<T, ()>> IntoIterator for HashSet<T, S, C> {
    type Item = T;
    type IntoIter = IntoIter<T, C>;

    fn into_iter(self) -> IntoIter<T, C> {
        IntoIter(self.map.into_iter())
    }
}
