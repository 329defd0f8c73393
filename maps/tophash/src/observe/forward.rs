//! The operations of an observed map: the map's own, counted.
//!
//! Each is written twice: in line, where it is counted alone, and aside, where it is sampled or recorded, may make a span, or the
//! thread is not one of the first eight. So most cost a look at how many are left until the next sample, and a count, both on a cache line of the
//! thread's own. All of them pass the place of the caller on, so that a lock's holder is found where it is in the program, and not
//! here.

mod aside;
mod outcome;
mod traits;

use super::calls::{Call, counted};
use super::key::ToKey;
use super::observed::Observed;
use super::policy::{PartsOf, Policy};
use super::trace::Recorder;
use crate::concurrent::{Altered, ConcurrentMap, Full, Lookup};
use crate::map::Operation;
use aside::{Aside, Whole};
use core::hash::Hash;
use outcome::{altered, inserted, inserted_new, looked, removed};

/// Operations by a key in any form that the map takes. Each is the map's own, counted.
impl<M: ConcurrentMap, P: Policy> Observed<M, P> {
    /// What `read` makes of the value of a key: see [`Lookup::get_with`].
    #[inline(always)]
    #[track_caller]
    pub fn get_with<Q, R>(
        &self,
        key: &Q,
        read: impl FnOnce(&<M as Lookup<Q>>::Value) -> R,
    ) -> Option<R>
    where
        M: Lookup<Q>,
        Q: Hash + ToKey<M::Key> + ?Sized,
    {
        let Some(parts) = self.parts() else { return self.inner.get_with(key, read) };
        let Some(lane) = parts.lanes.plain() else { return self.get_aside(parts, key, read) };
        let found = self.inner.get_with(key, read);
        lane.count(looked(found.as_ref()));
        found
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn get_aside<Q, R>(
        &self,
        parts: &PartsOf<M>,
        key: &Q,
        read: impl FnOnce(&<M as Lookup<Q>>::Value) -> R,
    ) -> Option<R>
    where
        M: Lookup<Q>,
        Q: Hash + ToKey<M::Key> + ?Sized,
    {
        let aside = Aside::begin(parts, Call::Get, key);
        let found = self.inner.get_with(key, read);
        aside.end(looked(found.as_ref()), Some(key));
        found
    }

    /// A clone of the value of a key: see [`Lookup::get`].
    #[inline(always)]
    #[track_caller]
    pub fn get<Q>(&self, key: &Q) -> Option<<M as Lookup<Q>>::Value>
    where
        M: Lookup<Q>,
        <M as Lookup<Q>>::Value: Clone,
        Q: Hash + ToKey<M::Key> + ?Sized,
    {
        self.get_with(key, Clone::clone)
    }

    /// Whether there is a value for a key: see [`Lookup::contains_key`].
    #[inline(always)]
    #[track_caller]
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        M: Lookup<Q>,
        Q: Hash + ToKey<M::Key> + ?Sized,
    {
        self.get_with(key, |_| ()).is_some()
    }

    /// Takes the entry of a key out; returns what `read` makes of its value: see [`Lookup::remove_with`].
    #[inline]
    #[track_caller]
    pub fn remove_with<Q, R>(
        &self,
        key: &Q,
        read: impl FnOnce(&<M as Lookup<Q>>::Value) -> R,
    ) -> Option<R>
    where
        M: Lookup<Q>,
        Q: Hash + ToKey<M::Key> + ?Sized,
    {
        let Some(parts) = self.parts() else { return self.inner.remove_with(key, read) };
        let Some(lane) = parts.lanes.plain() else { return self.remove_aside(parts, key, read) };
        let found = self.inner.remove_with(key, read);
        lane.count(removed(found.as_ref()));
        found
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn remove_aside<Q, R>(
        &self,
        parts: &PartsOf<M>,
        key: &Q,
        read: impl FnOnce(&<M as Lookup<Q>>::Value) -> R,
    ) -> Option<R>
    where
        M: Lookup<Q>,
        Q: Hash + ToKey<M::Key> + ?Sized,
    {
        let aside = Aside::begin(parts, Call::Remove, key);
        let found = self.inner.remove_with(key, read);
        aside.end(removed(found.as_ref()), Some(key));
        self.look(parts);
        found
    }

    /// Takes the entry of a key out; returns a clone of its value: see [`Lookup::remove`].
    #[inline]
    #[track_caller]
    pub fn remove<Q>(&self, key: &Q) -> Option<<M as Lookup<Q>>::Value>
    where
        M: Lookup<Q>,
        <M as Lookup<Q>>::Value: Clone,
        Q: Hash + ToKey<M::Key> + ?Sized,
    {
        self.remove_with(key, Clone::clone)
    }

    /// The number of entries; exact where nobody changes the map. Not counted.
    #[track_caller]
    pub fn len(&self) -> usize {
        self.inner.len()
    }

    /// Whether there are no entries. Not counted.
    #[track_caller]
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Meets every entry: see [`ConcurrentMap::for_each`].
    #[track_caller]
    pub fn for_each(&self, mut meet: impl FnMut(&M::Key, &M::Value)) {
        let Some(parts) = self.parts() else { return self.inner.for_each(meet) };
        let whole = Whole::begin(parts, Call::Iterate);
        let mut met = 0;
        self.inner.for_each(|key, value| {
            met += 1;
            meet(key, value);
        });
        whole.end(counted::ITERATED, met);
    }

    /// Takes every entry out: see [`ConcurrentMap::clear`].
    #[track_caller]
    pub fn clear(&self) {
        let Some(parts) = self.parts() else { return self.inner.clear() };
        let recorded = parts.recorder.as_ref().is_some_and(Recorder::is_on);
        let entries = if recorded { self.inner.len() as u64 } else { 0 };
        let whole = Whole::begin(parts, Call::Clear);
        self.inner.clear();
        whole.end(counted::CLEARED, entries);
    }
}

/// Operations that may put a key in. Each is the map's own, counted.
impl<M: ConcurrentMap, P: Policy> Observed<M, P>
where
    M::Key: Hash + Clone,
{
    /// Gives a key a value; returns what `replaced` makes of the value it had: see [`ConcurrentMap::insert_with`].
    ///
    /// # Errors
    /// [`Full`], from a map of fixed room alone.
    #[inline]
    #[track_caller]
    pub fn insert_with<R>(
        &self,
        key: M::Key,
        value: M::Value,
        replaced: impl FnOnce(Option<&M::Value>) -> R,
    ) -> Result<R, Full> {
        let Some(parts) = self.parts() else {
            return self.inner.insert_with(key, value, replaced);
        };
        let Some(lane) = parts.lanes.plain() else {
            return self.insert_aside(parts, key, value, replaced);
        };
        let mut had = false;
        let result = self.inner.insert_with(key, value, |old| {
            had = old.is_some();
            replaced(old)
        });
        lane.count(inserted(&result, had));
        result
    }

    #[cold]
    #[inline(never)]
    #[track_caller]
    fn insert_aside<R>(
        &self,
        parts: &PartsOf<M>,
        key: M::Key,
        value: M::Value,
        replaced: impl FnOnce(Option<&M::Value>) -> R,
    ) -> Result<R, Full> {
        let mut aside = Aside::begin(parts, Call::Insert, &key);
        aside.put(&value);
        let kept = aside.keep(&key);
        let mut had = false;
        let result = self.inner.insert_with(key, value, |old| {
            had = old.is_some();
            replaced(old)
        });
        aside.end(inserted(&result, had), kept.as_ref());
        self.look(parts);
        result
    }

    /// Gives a key a value; returns a clone of the value it had: see [`ConcurrentMap::insert`].
    ///
    /// # Errors
    /// [`Full`], from a map of fixed room alone.
    #[inline]
    #[track_caller]
    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method is of one lifetime, and the closure of all"
    )]
    pub fn insert(&self, key: M::Key, value: M::Value) -> Result<Option<M::Value>, Full>
    where
        M::Value: Clone,
    {
        self.insert_with(key, value, |old| old.cloned())
    }

    /// Gives a key a value if it has none; returns whether it had none: see [`ConcurrentMap::insert_new`].
    ///
    /// # Errors
    /// [`Full`], from a map of fixed room alone.
    #[inline]
    #[track_caller]
    pub fn insert_new(&self, key: M::Key, value: M::Value) -> Result<bool, Full> {
        let Some(parts) = self.parts() else { return self.inner.insert_new(key, value) };
        let Some(lane) = parts.lanes.plain() else {
            let mut aside = Aside::begin(parts, Call::Insert, &key);
            aside.put(&value);
            let kept = aside.keep(&key);
            let result = self.inner.insert_new(key, value);
            aside.end(inserted_new(result), kept.as_ref());
            self.look(parts);
            return result;
        };
        let result = self.inner.insert_new(key, value);
        lane.count(inserted_new(result));
        result
    }

    /// Inserts, replaces or removes in one atomic step, by what is there: see [`ConcurrentMap::alter`].
    ///
    /// # Errors
    /// [`Full`], from a map of fixed room alone.
    #[track_caller]
    pub fn alter<T>(
        &self,
        key: M::Key,
        mut decide: impl FnMut(Option<&M::Value>) -> Operation<M::Value, T>,
    ) -> Result<Altered<T>, Full> {
        let Some(parts) = self.parts() else { return self.inner.alter(key, decide) };
        let Some(lane) = parts.lanes.plain() else {
            let mut aside = Aside::begin(parts, Call::Update, &key);
            let kept = aside.keep(&key);
            let result = self.inner.alter(key, |old| {
                let decided = decide(old);
                if let Operation::Insert(value) = &decided {
                    aside.put(value);
                }
                decided
            });
            aside.end(altered(&result), kept.as_ref());
            self.look(parts);
            return result;
        };
        let result = self.inner.alter(key, decide);
        lane.count(altered(&result));
        result
    }
}
