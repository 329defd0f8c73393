//! Operations that ask a closure what becomes of an entry.
//!
//! The closure sees an entry, or that there is none, under no lock. Its result is put in if the entry is still the
//! same: a change of other entries of the same leaf does not make the closure run again.

use super::{Ref, SkipMap};
use crate::class::Storage;
use crate::concurrent::Altered;
use crate::map::Operation;
use crate::raw::skip::{Fresh, Sought, Spot};
use crate::sync::spin;
use equivalent::Comparable;

impl<K: Ord, V, C: Storage<K, V>> SkipMap<K, V, C> {
    /// Inserts, replaces or removes in one atomic step, by what is there.
    ///
    /// `decide` runs under no lock, and once more whenever the entry has changed meanwhile; a value that comes too late is
    /// dropped. It may use the map; if it changes the entry of this key each time, this does not end.
    pub fn compute<T>(
        &self,
        key: K,
        mut decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Altered<T> {
        let mut key = key;
        let mut turn = 0;
        loop {
            let spot = self.list.find(&Sought::new(&key));
            let was_there = spot.is_there();
            match decide(spot.pair().map(|(_, value)| value)) {
                Operation::Abort(value) => return Altered::Aborted(value),
                Operation::Remove if was_there => {
                    if self.take_if_same(&key, spot) {
                        return Altered::Removed;
                    }
                }
                Operation::Remove => return Altered::Absent,
                Operation::Insert(value) => {
                    let fresh = self.list.fresh(key, value);
                    match self.put_if_same(fresh, spot) {
                        Ok(()) if was_there => return Altered::Replaced,
                        Ok(()) => return Altered::Inserted,
                        Err(fresh) => key = fresh.into_parts().0,
                    }
                }
            }
            spin(&mut turn);
        }
    }

    /// Puts what `update` makes of a key's value in its place; returns the entry that was replaced. `None`, and `update` does
    /// not run, if there is no value.
    ///
    /// `update` runs under no lock, and once more whenever the entry has changed meanwhile; a value that comes too late is
    /// dropped. It may use the map; if it changes the entry of this key each time, this does not end.
    pub fn update<Q>(&self, key: &Q, mut update: impl FnMut(&V) -> V) -> Option<Ref<'_, K, V, C>>
    where
        Q: Comparable<K> + ?Sized,
        K: Clone,
    {
        let mut turn = 0;
        loop {
            let spot = self.list.find(&Sought::new(key));
            let (own, value) = spot.pair()?;
            let value = update(value);
            let mut fresh = self.list.fresh(own.clone(), value);
            let mut next = spot;
            loop {
                let late = match self.list.put(next, fresh) {
                    Ok(old) => return old.map(Ref),
                    Err(late) => late,
                };
                fresh = late.fresh;
                spin(&mut turn);
                next = self.list.find(&Sought::new(fresh.key()));
                if !next.is(&late.spot) {
                    break;
                }
            }
        }
    }

    /// Takes the entry of a key out if `unwanted` says so, and returns it.
    ///
    /// `unwanted` runs under no lock, and once more whenever the entry has changed meanwhile.
    pub fn remove_if<Q>(
        &self,
        key: &Q,
        mut unwanted: impl FnMut(&K, &V) -> bool,
    ) -> Option<Ref<'_, K, V, C>>
    where
        Q: Comparable<K> + ?Sized,
    {
        let sought = Sought::new(key);
        let mut turn = 0;
        loop {
            let mut spot = self.list.find_there(&sought);
            let (own, value) = spot.pair()?;
            if !unwanted(own, value) {
                return None;
            }
            loop {
                let seen = match self.list.take(spot) {
                    Ok(old) => return old.map(Ref),
                    Err(seen) => seen,
                };
                spin(&mut turn);
                spot = self.list.find_there(&sought);
                if !spot.is(&seen) {
                    break;
                }
            }
        }
    }

    /// What `read` makes of the value of a key; if it has none, the value that `make` makes goes in first.
    ///
    /// `make` runs at most once, under no lock. If another value comes meanwhile, that is what is read, and the one that was
    /// made is dropped.
    pub fn get_or_insert_with<R>(
        &self,
        key: K,
        make: impl FnOnce() -> V,
        read: impl FnOnce(&V) -> R,
    ) -> R {
        if let Some((_, value)) = self.list.find_there(&Sought::new(&key)).pair() {
            return read(value);
        }
        let mut fresh = self.list.fresh(key, make());
        let mut turn = 0;
        loop {
            let spot = self.list.find(&Sought::new(fresh.key()));
            if let Some((_, value)) = spot.pair() {
                return read(value);
            }
            match self.list.put_and(spot, fresh) {
                Ok(held) => return read(held.value()),
                Err(late) => fresh = late.fresh,
            }
            spin(&mut turn);
        }
    }

    fn take_if_same<'m>(&'m self, key: &K, mut spot: Spot<'m, K, V, C>) -> bool {
        let mut turn = 0;
        loop {
            let seen = match self.list.take(spot) {
                Ok(_) => return true,
                Err(seen) => seen,
            };
            spin(&mut turn);
            spot = self.list.find(&Sought::new(key));
            if !spot.is(&seen) {
                return false;
            }
        }
    }

    fn put_if_same<'m>(
        &'m self,
        mut fresh: Fresh<K, V, C>,
        mut spot: Spot<'m, K, V, C>,
    ) -> Result<(), Fresh<K, V, C>> {
        let mut turn = 0;
        loop {
            let late = match self.list.put(spot, fresh) {
                Ok(_) => return Ok(()),
                Err(late) => late,
            };
            fresh = late.fresh;
            spin(&mut turn);
            spot = self.list.find(&Sought::new(fresh.key()));
            if !spot.is(&late.spot) {
                return Err(fresh);
            }
        }
    }
}
