//! Walking the map in order, from both ends.

use super::{Ref, SkipMap};
use crate::class::{ByType, Storage};
use crate::raw::skip::{List, Run};
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use core::ops::{Bound, RangeBounds, RangeFull};
use equivalent::Comparable;

/// The entries of a range of keys, in ascending order: see [`SkipMap::range`].
pub struct Range<'a, K, V, Q: ?Sized, R, C: Storage<K, V> = ByType> {
    list: &'a List<K, V, C>,
    range: R,
    front: Option<Run<'a, K, V, C>>,
    back: Option<Run<'a, K, V, C>>,
    done: bool,
    marker: PhantomData<fn(&Q)>,
}

/// All entries, in ascending order: see [`SkipMap::iter`].
pub struct Iter<'a, K, V, C: Storage<K, V> = ByType>(Range<'a, K, V, K, RangeFull, C>);

/// Clones of all keys, in ascending order: see [`SkipMap::keys`].
pub struct Keys<'a, K, V, C: Storage<K, V> = ByType>(Iter<'a, K, V, C>);

/// Clones of all values, in the order of their keys: see [`SkipMap::values`].
pub struct Values<'a, K, V, C: Storage<K, V> = ByType>(Iter<'a, K, V, C>);

fn is_before<K, Q: Comparable<K> + ?Sized>(key: &K, end: Bound<&Q>) -> bool {
    match end {
        Bound::Unbounded => true,
        Bound::Included(end) => end.compare(key).is_ge(),
        Bound::Excluded(end) => end.compare(key).is_gt(),
    }
}

fn is_behind<K, Q: Comparable<K> + ?Sized>(key: &K, start: Bound<&Q>) -> bool {
    match start {
        Bound::Unbounded => true,
        Bound::Included(start) => start.compare(key).is_le(),
        Bound::Excluded(start) => start.compare(key).is_lt(),
    }
}

impl<K: Ord, V, C: Storage<K, V>> SkipMap<K, V, C> {
    /// The entries of a range of keys, in ascending order; from its end, in descending order. None if the range ends before
    /// it begins.
    ///
    /// A key that is in the map all the while is met exactly once; one that comes or goes meanwhile is met or not. The map
    /// may be used, and changed, meanwhile.
    ///
    /// ```
    /// let map = tophash::SkipMap::from([(1, "a"), (3, "b"), (5, "c")]);
    /// let met: Vec<_> = map.range(2..).map(|entry| *entry.key()).collect();
    /// assert_eq!(met, [3, 5]);
    /// assert_eq!(map.range(..=3).next_back().map(|entry| *entry), Some("b"));
    /// ```
    pub fn range<Q, R>(&self, range: R) -> Range<'_, K, V, Q, R, C>
    where
        Q: Comparable<K> + ?Sized,
        R: RangeBounds<Q>,
    {
        Range { list: &self.list, range, front: None, back: None, done: false, marker: PhantomData }
    }

    /// All entries, in ascending order; from the end, in descending order. As [`SkipMap::range`].
    pub fn iter(&self) -> Iter<'_, K, V, C> {
        Iter(self.range(..))
    }

    /// Clones of all keys, in ascending order. As [`SkipMap::iter`].
    pub fn keys(&self) -> Keys<'_, K, V, C>
    where
        K: Clone,
    {
        Keys(self.iter())
    }

    /// Clones of all values, in the order of their keys. As [`SkipMap::iter`].
    pub fn values(&self) -> Values<'_, K, V, C>
    where
        V: Clone,
    {
        Values(self.iter())
    }

    /// Meets every entry, in ascending order: quicker than [`SkipMap::iter`], since nothing is handed out.
    ///
    /// `meet` runs under no lock and may use the map.
    pub fn for_each(&self, meet: impl FnMut(&K, &V)) {
        self.for_each_in::<K>(.., meet);
    }

    /// Meets the entries of a range of keys, in ascending order: quicker than [`SkipMap::range`], since nothing is handed
    /// out.
    ///
    /// `meet` runs under no lock and may use the map.
    pub fn for_each_in<Q: Comparable<K> + ?Sized>(
        &self,
        range: impl RangeBounds<Q>,
        mut meet: impl FnMut(&K, &V),
    ) {
        let mut run = self.list.run_from(range.start_bound());
        loop {
            let cut = run.keep_until(|key| is_before(key, range.end_bound()));
            run.each(&mut meet);
            if cut || !run.advance(&self.list) {
                return;
            }
        }
    }
}

impl<'a, K: Ord, V, Q, R, C: Storage<K, V>> Iterator for Range<'a, K, V, Q, R, C>
where
    Q: Comparable<K> + ?Sized,
    R: RangeBounds<Q>,
{
    type Item = Ref<'a, K, V, C>;

    fn next(&mut self) -> Option<Ref<'a, K, V, C>> {
        if self.done {
            return None;
        }
        let end = self.range.end_bound();
        let run = self.front.get_or_insert_with(|| self.list.run_from(self.range.start_bound()));
        loop {
            self.done = run.is_empty() && !run.advance(self.list);
            let (key, _) = run.first()?;
            let met = self.back.as_ref().is_some_and(|back| !back.leaves_before(key));
            self.done |= met || !is_before(key, end);
            if self.done {
                return None;
            }
            if let Some(held) = run.hold(self.list, false) {
                run.drop_first();
                return Some(Ref(held));
            }
            self.done = !run.again(self.list, false);
        }
    }
}

impl<K: Ord, V, Q, R, C: Storage<K, V>> DoubleEndedIterator for Range<'_, K, V, Q, R, C>
where
    Q: Comparable<K> + ?Sized,
    R: RangeBounds<Q>,
{
    fn next_back(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let start = self.range.start_bound();
        let run = self.back.get_or_insert_with(|| self.list.run_until(self.range.end_bound()));
        loop {
            self.done = run.is_empty() && !run.retreat(self.list);
            let (key, _) = run.last()?;
            let met = self.front.as_ref().is_some_and(|front| !front.leaves_behind(key));
            self.done |= met || !is_behind(key, start);
            if self.done {
                return None;
            }
            if let Some(held) = run.hold(self.list, true) {
                run.drop_last();
                return Some(Ref(held));
            }
            self.done = !run.again(self.list, true);
        }
    }
}

impl<K: Ord, V, Q, R, C: Storage<K, V>> FusedIterator for Range<'_, K, V, Q, R, C>
where
    Q: Comparable<K> + ?Sized,
    R: RangeBounds<Q>,
{
}

impl<K, V, Q: ?Sized, R: fmt::Debug, C: Storage<K, V>> fmt::Debug for Range<'_, K, V, Q, R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Range").field("range", &self.range).finish_non_exhaustive()
    }
}

macro_rules! of_iter {
    ($iter:ident, $item:ty, $bound:ident: $($trait:ident)?, $map:expr) => {
        impl<'a, K: Ord, V, C: Storage<K, V>> Iterator for $iter<'a, K, V, C>
        where
            $($bound: $trait,)?
        {
            type Item = $item;

            #[inline]
            fn next(&mut self) -> Option<$item> {
                self.0.next().map($map)
            }
        }

        impl<'a, K: Ord, V, C: Storage<K, V>> DoubleEndedIterator for $iter<'a, K, V, C>
        where
            $($bound: $trait,)?
        {
            #[inline]
            fn next_back(&mut self) -> Option<$item> {
                self.0.next_back().map($map)
            }
        }

        impl<'a, K: Ord, V, C: Storage<K, V>> FusedIterator for $iter<'a, K, V, C> where
            $($bound: $trait,)?
        {
        }

        impl<K, V, C: Storage<K, V>> fmt::Debug for $iter<'_, K, V, C> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($iter)).finish_non_exhaustive()
            }
        }
    };
}

of_iter!(Iter, Ref<'a, K, V, C>, K:, |entry| entry);
of_iter!(Keys, K, K: Clone, |entry| entry.key().clone());
of_iter!(Values, V, V: Clone, |entry| entry.value().clone());

impl<'a, K: Ord, V, C: Storage<K, V>> IntoIterator for &'a SkipMap<K, V, C> {
    type Item = Ref<'a, K, V, C>;
    type IntoIter = Iter<'a, K, V, C>;

    fn into_iter(self) -> Iter<'a, K, V, C> {
        self.iter()
    }
}
