//! The set: a map whose values are nothing.

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
pub struct HashSet<T, S = RandomState> {
    map: HashMap<T, (), S>,
}

/// The elements of a set that was given up.
pub struct IntoIter<T>(map::IntoIter<T, ()>);

/// The elements taken out of a set: see [`HashSet::drain`].
pub struct Drain<'a, T>(map::Drain<'a, T, ()>);

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.next().map(|(element, ())| element)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> Iterator for Drain<'_, T> {
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
        Self { map: HashMap::with_hasher(hasher) }
    }

    /// An empty set with room for about `capacity` elements that hashes by `hasher`.
    ///
    /// # Panics
    /// As [`HashSet::with_capacity`].
    #[must_use]
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> Self {
        Self { map: HashMap::with_capacity_and_hasher(capacity, hasher) }
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
    pub fn iter(&self) -> Keys<'_, T, (), S> {
        self.map.keys()
    }

    /// Takes all elements out at once: see [`HashMap::drain`].
    pub fn drain(&mut self) -> Drain<'_, T> {
        Drain(self.map.drain())
    }
}

impl<T: Hash + Eq, S: BuildHasher> HashSet<T, S> {
    /// Whether the set has an element. Expected constant time. Linearizable.
    #[inline]
    pub fn contains<Q>(&self, element: &Q) -> bool
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.contains_key(element)
    }

    /// The element of the set that equals this one. Expected constant time. Linearizable.
    pub fn get<Q>(&self, element: &Q) -> Option<KeyRef<'_, T, ()>>
    where
        Q: Hash + Equivalent<T> + ?Sized,
    {
        self.map.held(element).map(KeyRef)
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
    pub fn take<Q>(&self, element: &Q) -> Option<KeyRef<'_, T, ()>>
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
    pub fn is_subset<R: BuildHasher>(&self, other: &HashSet<T, R>) -> bool {
        self.iter().all(|element| other.contains(&*element))
    }

    /// Whether every element of the other set is in this one.
    pub fn is_superset<R: BuildHasher>(&self, other: &HashSet<T, R>) -> bool {
        other.is_subset(self)
    }

    /// Whether no element is in both sets.
    pub fn is_disjoint<R: BuildHasher>(&self, other: &HashSet<T, R>) -> bool {
        !self.iter().any(|element| other.contains(&*element))
    }
}

impl<T, S: Default> Default for HashSet<T, S> {
    fn default() -> Self {
        Self { map: HashMap::default() }
    }
}

impl<T: Hash + Eq + Clone, S: BuildHasher + Clone> Clone for HashSet<T, S> {
    fn clone(&self) -> Self {
        Self { map: self.map.clone() }
    }
}

impl<T: Hash + fmt::Debug, S: BuildHasher> fmt::Debug for HashSet<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

impl<T, S, R> PartialEq<HashSet<T, R>> for HashSet<T, S>
where
    T: Hash + Eq,
    S: BuildHasher,
    R: BuildHasher,
{
    fn eq(&self, other: &HashSet<T, R>) -> bool {
        self.map == other.map
    }
}

impl<T: Hash + Eq, S: BuildHasher> Eq for HashSet<T, S> {}

impl<T: Hash + Eq, S: BuildHasher> Extend<T> for &HashSet<T, S> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        for element in elements {
            self.insert(element);
        }
    }
}

impl<T: Hash + Eq, S: BuildHasher> Extend<T> for HashSet<T, S> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, elements: I) {
        (&*self).extend(elements);
    }
}

impl<T: Hash + Eq, S: BuildHasher + Default> FromIterator<T> for HashSet<T, S> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Self {
        Self { map: elements.into_iter().map(|element| (element, ())).collect() }
    }
}

impl<T: Hash + Eq, const N: usize> From<[T; N]> for HashSet<T> {
    fn from(elements: [T; N]) -> Self {
        elements.into_iter().collect()
    }
}

impl<'a, T: Hash, S: BuildHasher> IntoIterator for &'a HashSet<T, S> {
    type Item = KeyRef<'a, T, ()>;
    type IntoIter = Keys<'a, T, (), S>;

    fn into_iter(self) -> Keys<'a, T, (), S> {
        self.iter()
    }
}

impl<T, S> IntoIterator for HashSet<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter(self.map.into_iter())
    }
}
