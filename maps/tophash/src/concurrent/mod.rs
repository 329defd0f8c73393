//! What all maps of the crate have in common: the trait that generic code, the verifier's tests, the benchmarks and
//! the observer are written against.
//!
//! [`ConcurrentMap`] changes a map and walks it, [`Lookup`] reads and removes by a key in any form that the map takes.
//! Values are lent to closures rather than returned, so that no map has to clone what nobody keeps. The maps have
//! methods of their own under shorter names, which say more: these traits are for code that does not know the map.

mod hash_map;
#[cfg(feature = "locked")]
mod own_methods;
mod summary;
mod watch;

#[cfg(feature = "locked")]
pub(crate) use own_methods::by_own_methods;
pub use summary::Summary;
pub use watch::{Holder, Mode, NeverWaits, Wait, Watch};

use crate::map::Operation;
use alloc::sync::Arc;
use core::fmt;

/// A concurrent map, whichever it is.
///
/// Every operation that names one key is linearizable. Closures run under no lock in maps that hold none, and under the
/// map's lock in those that do, as the maps' own documentation says.
///
/// The methods are `#[track_caller]`, so that a lock knows where it was taken: whoever wraps a map calls it from methods
/// that are so too, and not from closures, which never are.
pub trait ConcurrentMap: Lookup<Self::Key> {
    /// What finds values.
    type Key;

    /// Gives a key a value; returns what `replaced` makes of the value it had.
    ///
    /// # Errors
    /// [`Full`], from a map of fixed room alone.
    #[track_caller]
    fn insert_with<R>(
        &self,
        key: Self::Key,
        value: Self::Value,
        replaced: impl FnOnce(Option<&Self::Value>) -> R,
    ) -> Result<R, Full>;

    /// Gives a key a value if it has none; returns whether it had none.
    ///
    /// # Errors
    /// [`Full`], from a map of fixed room alone.
    #[track_caller]
    fn insert_new(&self, key: Self::Key, value: Self::Value) -> Result<bool, Full>;

    /// Inserts, replaces or removes in one atomic step, by what is there.
    ///
    /// `decide` may run again if the entry has changed meanwhile.
    ///
    /// # Errors
    /// [`Full`], from a map of fixed room alone.
    #[track_caller]
    fn alter<T>(
        &self,
        key: Self::Key,
        decide: impl FnMut(Option<&Self::Value>) -> Operation<Self::Value, T>,
    ) -> Result<Altered<T>, Full>;

    /// Meets every entry: one that is in the map all the while exactly once.
    #[track_caller]
    fn for_each(&self, meet: impl FnMut(&Self::Key, &Self::Value));

    /// Takes every entry out.
    #[track_caller]
    fn clear(&self);

    /// The number of entries; exact where nobody changes the map.
    fn len(&self) -> usize;

    /// Whether there are no entries.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the map says about its size, growth and memory, as far as it knows them.
    fn summary(&self) -> Summary;

    /// The same, unless that would mean to wait for a lock that others may hold for long: `None` then.
    fn try_summary(&self) -> Option<Summary> {
        Some(self.summary())
    }

    /// Has the map's locks tell `watch` of every wait.
    ///
    /// # Errors
    /// [`NeverWaits`], from a map that has no lock to wait for.
    fn watch(&self, watch: Arc<dyn Watch>) -> Result<(), NeverWaits> {
        let _ = watch;
        Err(NeverWaits)
    }

    /// Gives a key a value; returns a clone of the value it had.
    ///
    /// # Errors
    /// [`Full`], from a map of fixed room alone.
    #[track_caller]
    fn insert(&self, key: Self::Key, value: Self::Value) -> Result<Option<Self::Value>, Full>
    where
        Self::Value: Clone,
    {
        #[expect(
            clippy::redundant_closure_for_method_calls,
            reason = "the method is of one lifetime, and the closure of all"
        )]
        self.insert_with(key, value, |old| old.cloned())
    }
}

/// Finds and removes by keys in the form `Q`: the key itself, or what is equivalent to it.
pub trait Lookup<Q: ?Sized> {
    /// What keys lead to.
    type Value;

    /// What `read` makes of the value of a key.
    #[track_caller]
    fn get_with<R>(&self, key: &Q, read: impl FnOnce(&Self::Value) -> R) -> Option<R>;

    /// Takes the entry of a key out; returns what `read` makes of its value.
    #[track_caller]
    fn remove_with<R>(&self, key: &Q, read: impl FnOnce(&Self::Value) -> R) -> Option<R>;

    /// A clone of the value of a key.
    #[track_caller]
    fn get(&self, key: &Q) -> Option<Self::Value>
    where
        Self::Value: Clone,
    {
        self.get_with(key, Clone::clone)
    }

    /// Takes the entry of a key out; returns a clone of its value.
    #[track_caller]
    fn remove(&self, key: &Q) -> Option<Self::Value>
    where
        Self::Value: Clone,
    {
        self.remove_with(key, Clone::clone)
    }

    /// Whether there is a value for a key.
    #[track_caller]
    fn contains_key(&self, key: &Q) -> bool {
        self.get_with(key, |_| ()).is_some()
    }
}

/// What [`ConcurrentMap::alter`] did.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Altered<T> {
    /// The key had no value, and has one now.
    Inserted,
    /// The key had a value, and has another one now.
    Replaced,
    /// The key had a value, and has none now.
    Removed,
    /// The key was to be taken out, and had no value.
    Absent,
    /// All is as it was.
    Aborted(T),
}

/// A map of fixed room has none left; the entry did not go in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Full;

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the map is full; remove entries, or make it with more room")
    }
}

impl core::error::Error for Full {}
