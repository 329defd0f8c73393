//! An observed map as one of the maps: the traits, by the methods of the same names.

use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup, NeverWaits, Summary, Watch};
use crate::map::Operation;
use crate::observe::{Observed, Policy, ToKey};
use alloc::sync::Arc;
use core::hash::Hash;

impl<M, P, Q> Lookup<Q> for Observed<M, P>
where
    M: ConcurrentMap + Lookup<Q>,
    P: Policy,
    Q: Hash + ToKey<M::Key> + ?Sized,
{
    type Value = <M as Lookup<Q>>::Value;

    #[inline(always)]
    #[track_caller]
    fn get_with<R>(&self, key: &Q, read: impl FnOnce(&Self::Value) -> R) -> Option<R> {
        self.get_with(key, read)
    }

    #[inline]
    #[track_caller]
    fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&Self::Value) -> R) -> Option<R> {
        self.remove_with(key, read)
    }
}

impl<M: ConcurrentMap, P: Policy> ConcurrentMap for Observed<M, P>
where
    M::Key: Hash + Clone,
{
    type Key = M::Key;

    #[inline]
    #[track_caller]
    fn insert_with<R>(
        &self,
        key: Self::Key,
        value: Self::Value,
        replaced: impl FnOnce(Option<&Self::Value>) -> R,
    ) -> Result<R, Full> {
        self.insert_with(key, value, replaced)
    }

    #[inline]
    #[track_caller]
    fn insert_new(&self, key: Self::Key, value: Self::Value) -> Result<bool, Full> {
        self.insert_new(key, value)
    }

    #[track_caller]
    fn alter<T>(
        &self,
        key: Self::Key,
        decide: impl FnMut(Option<&Self::Value>) -> Operation<Self::Value, T>,
    ) -> Result<Altered<T>, Full> {
        self.alter(key, decide)
    }

    #[track_caller]
    fn for_each(&self, meet: impl FnMut(&Self::Key, &Self::Value)) {
        self.for_each(meet);
    }

    #[track_caller]
    fn clear(&self) {
        self.clear();
    }

    #[track_caller]
    fn len(&self) -> usize {
        self.len()
    }

    fn summary(&self) -> Summary {
        self.inner.summary()
    }

    fn try_summary(&self) -> Option<Summary> {
        self.inner.try_summary()
    }

    fn watch(&self, watch: Arc<dyn Watch>) -> Result<(), NeverWaits> {
        self.inner.watch(watch)
    }
}
