//! Operations that ask a closure what becomes of an entry.
//!
//! The closure sees an entry, or that there is none, under no lock. Its result is put in if the entry is still
//! the same: a change of other entries in the same bucket does not make the closure run again.

use super::{HashMap, Ref};
use crate::class::{ByType, Storage};
use crate::raw::entries::{Fresh, Held, Hit, Lookup};
use crate::reentry::Closure;
use crate::sync::spin;
use core::hash::{BuildHasher, Hash};
use equivalent::Equivalent;

/// What the closure of [`HashMap::compute`] wants to be done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operation<V, T> {
    /// Give the key this value, whether it has one or not.
    Insert(V),
    /// Take the entry out, if there is one.
    Remove,
    /// Leave all as it is.
    Abort(T),
}

/// What [`HashMap::compute`] did.
#[derive(Debug)]
pub enum Compute<'a, K, V, T, C: Storage<K, V> = ByType> {
    /// The key had no value, and has this one now.
    Inserted(Ref<'a, K, V, C>),
    /// The key had a value, and has another one now.
    Updated {
        /// The entry that was replaced.
        old: Ref<'a, K, V, C>,
        /// The entry that took its place.
        new: Ref<'a, K, V, C>,
    },
    /// The entry was taken out; none if the key had no value.
    Removed(Option<Ref<'a, K, V, C>>),
    /// All is as it was.
    Aborted(T),
}

/// Whether two searches have found the same.
fn same<K, V, C: Storage<K, V>>(
    seen: Option<&Held<'_, K, V, C>>,
    now: &Lookup<'_, K, V, C>,
) -> bool {
    match (seen, now) {
        (None, Lookup::Gap(_)) => true,
        (Some(seen), Lookup::Hit(hit)) => seen.is(hit.held()),
        _ => false,
    }
}

impl<K: Hash + Eq, V, S: BuildHasher, C: Storage<K, V>> HashMap<K, V, S, C> {
    /// Puts what `update` makes of a key's value in its place, and hands out the entry that was replaced. None,
    /// and `update` does not run, if there is no value.
    ///
    /// `update` runs under no lock, and once more whenever the entry has changed meanwhile; a value that
    /// comes too late is dropped. Linearizable: the value put in was made of the one it replaces.
    ///
    /// # Panics
    /// If `update` itself changes the entry of this key. Other keys it may write to.
    pub fn update<Q>(&self, key: &Q, mut update: impl FnMut(&V) -> V) -> Option<Ref<'_, K, V, C>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
        K: Clone,
    {
        let hash = self.hash(key);
        let mut closure = Closure::new(self.address(), hash);
        let mut now = self.find(hash, key);
        let mut turn = 0;
        loop {
            let Lookup::Hit(mut hit) = now else { return None };
            let (value, wrote) = closure.call(|| update(hit.held().value()));
            let mut fresh = Fresh::new(hit.held().key().clone(), value);
            now = loop {
                let seen = match self.replace(hash, hit, fresh) {
                    Ok(old) => return Some(Ref(old)),
                    Err((refused, seen)) => {
                        fresh = refused;
                        seen
                    }
                };
                spin(&mut turn);
                match self.find(hash, key) {
                    Lookup::Hit(next) if seen.is(next.held()) => hit = next,
                    changed => break changed,
                }
            };
            if wrote {
                closure.changed_its_own_entry();
            }
        }
    }

    /// Takes the entry of a key out if `unwanted` says so, and hands it out.
    ///
    /// `unwanted` runs under no lock, and once more whenever the entry has changed meanwhile. Linearizable:
    /// the entry taken out is the one that `unwanted` saw last.
    ///
    /// # Panics
    /// If `unwanted` itself changes the entry of this key. Other keys it may write to.
    pub fn remove_if<Q>(
        &self,
        key: &Q,
        mut unwanted: impl FnMut(&K, &V) -> bool,
    ) -> Option<Ref<'_, K, V, C>>
    where
        Q: Hash + Equivalent<K> + ?Sized,
    {
        let hash = self.hash(key);
        let mut closure = Closure::new(self.address(), hash);
        let mut now = self.find(hash, key);
        let mut turn = 0;
        loop {
            let Lookup::Hit(mut hit) = now else { return None };
            let (unwanted, wrote) = closure.call(|| unwanted(hit.held().key(), hit.held().value()));
            if !unwanted {
                return None;
            }
            now = loop {
                let seen = match self.take(hash, hit) {
                    Ok(old) => return Some(Ref(old)),
                    Err(seen) => seen,
                };
                spin(&mut turn);
                match self.find(hash, key) {
                    Lookup::Hit(next) if seen.is(next.held()) => hit = next,
                    changed => break changed,
                }
            };
            if wrote {
                closure.changed_its_own_entry();
            }
        }
    }

    /// Inserts, changes or removes the entry of a key, in one atomic step, as `decide` says.
    ///
    /// `decide` sees the value, if there is one. It runs under no lock, and once more whenever the entry has
    /// changed meanwhile; a value that comes too late is dropped. Linearizable: what is done was decided on
    /// the entry that it is done to.
    ///
    /// # Panics
    /// If `decide` itself changes the entry of this key. Other keys it may write to.
    pub fn compute<T>(
        &self,
        key: K,
        mut decide: impl FnMut(Option<&V>) -> Operation<V, T>,
    ) -> Compute<'_, K, V, T, C> {
        let hash = self.hash(&key);
        let mut closure = Closure::new(self.address(), hash);
        let mut key = key;
        let mut now = self.find(hash, &key);
        let mut turn = 0;
        loop {
            let value = match &now {
                Lookup::Hit(hit) => Some(hit.held().value()),
                Lookup::Gap(_) => None,
            };
            let (operation, wrote) = closure.call(|| decide(value));
            now = match (operation, now) {
                (Operation::Abort(result), _) => return Compute::Aborted(result),
                (Operation::Remove, Lookup::Gap(_)) => return Compute::Removed(None),
                (Operation::Remove, Lookup::Hit(mut hit)) => loop {
                    let seen = match self.take(hash, hit) {
                        Ok(old) => return Compute::Removed(Some(Ref(old))),
                        Err(seen) => seen,
                    };
                    spin(&mut turn);
                    match self.find(hash, &key) {
                        Lookup::Hit(next) if seen.is(next.held()) => hit = next,
                        changed => break changed,
                    }
                },
                (Operation::Insert(value), mut now) => {
                    let mut fresh = Fresh::new(key, value);
                    loop {
                        let seen = match now {
                            Lookup::Hit(hit) => match self.replace_held(hash, hit, fresh) {
                                Ok((old, new)) => {
                                    return Compute::Updated { old: Ref(old), new: Ref(new) };
                                }
                                Err((refused, seen)) => {
                                    fresh = refused;
                                    Some(seen)
                                }
                            },
                            Lookup::Gap(gap) => match self.put_held(hash, gap, fresh) {
                                Ok(new) => return Compute::Inserted(Ref(new)),
                                Err(refused) => {
                                    fresh = refused;
                                    None
                                }
                            },
                        };
                        spin(&mut turn);
                        let next = self.find(hash, fresh.key());
                        if !same(seen.as_ref(), &next) {
                            key = fresh.into_parts().0;
                            break next;
                        }
                        now = next;
                    }
                }
            };
            if wrote {
                closure.changed_its_own_entry();
            }
        }
    }

    /// The entry of a key, which is given the value that `make` returns if it has none.
    ///
    /// `make` runs at most once in each call, and only if the key had no value; it runs under no lock, so two threads
    /// may both run theirs. Then the first one's value stays, both get that one, and the other value is
    /// dropped. `make` may use the map freely; what it puts in for the same key counts as the first.
    /// Linearizable.
    pub fn get_or_insert_with(&self, key: K, make: impl FnOnce() -> V) -> Ref<'_, K, V, C> {
        let hash = self.hash(&key);
        let mut now = self.find(hash, &key);
        if let Lookup::Hit(hit) = now {
            return Ref(hit.into_held());
        }
        let mut fresh = Fresh::new(key, make());
        let mut turn = 0;
        loop {
            match now {
                Lookup::Hit(hit) => return Ref(hit.into_held()),
                Lookup::Gap(gap) => match self.put_held(hash, gap, fresh) {
                    Ok(held) => return Ref(held),
                    Err(refused) => fresh = refused,
                },
            }
            spin(&mut turn);
            now = self.find(hash, fresh.key());
        }
    }

    /// The entry of a key, which is given `value` if it has none; otherwise `value` is dropped. Linearizable.
    pub fn get_or_insert(&self, key: K, value: V) -> Ref<'_, K, V, C> {
        self.get_or_insert_with(key, || value)
    }

    /// Takes out every entry that `keep` does not want.
    ///
    /// `keep` runs under no lock, at least once for every entry that stays in the map during the call, and once
    /// more for one that has changed meanwhile. Each entry is taken out atomically, but not all of them at
    /// one moment. `keep` may read the map, and write to other keys.
    ///
    /// # Panics
    /// If `keep` itself changes the entry it was called for, and then does not want it.
    pub fn retain(&self, mut keep: impl FnMut(&K, &V) -> bool) {
        for entry in self {
            let hash = self.hash(entry.key());
            let mut closure = Closure::new(self.address(), hash);
            let mut seen = entry.0;
            let mut turn = 0;
            'asked: loop {
                let (wanted, wrote) = closure.call(|| keep(seen.key(), seen.value()));
                if wanted {
                    break;
                }
                seen = loop {
                    let Lookup::Hit(hit) = self.find(hash, seen.key()) else { break 'asked };
                    if !seen.is(hit.held()) {
                        break hit.into_held();
                    }
                    if self.take(hash, hit).is_ok() {
                        break 'asked;
                    }
                    spin(&mut turn);
                };
                if wrote {
                    closure.changed_its_own_entry();
                }
            }
        }
    }

    /// Takes out every entry that is in the map when its turn comes: one after the other, not at one moment.
    ///
    /// Linear in the entries. The buckets stay.
    pub fn clear(&self) {
        for entry in self {
            let _ = self.remove(entry.key());
        }
    }

    #[expect(clippy::type_complexity, reason = "what goes in comes out")]
    fn replace_held<'t>(
        &'t self,
        hash: u64,
        hit: Hit<'t, K, V, C>,
        fresh: Fresh<K, V, C>,
    ) -> Result<(Held<'t, K, V, C>, Held<'t, K, V, C>), (Fresh<K, V, C>, Held<'t, K, V, C>)> {
        let both = hit.replace_held(fresh)?;
        crate::reentry::note(self.address(), hash);
        Ok(both)
    }
}
