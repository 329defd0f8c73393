//! The trait a map implements to be verified: three methods, and others where the map offers them.

use std::fmt;

/// A map does not offer an optional method of [`Map`]; what would have used it is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported;

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the map does not offer this operation")
    }
}

impl std::error::Error for Unsupported {}

/// A concurrent map under test.
///
/// Three methods are enough: [`get`](Self::get), [`insert`](Self::insert) and [`remove`](Self::remove). Every other
/// one is provided and says [`Unsupported`]; a map that implements it has it verified too. Each operation on one key
/// returns the value the key had **before** it, which is all the checkers need to know about it.
///
/// `K` and `V` are `u64` for [`battery`](crate::battery()), and [`Key`](crate::Key) and [`Value`](crate::Value) for
/// [`battery_owned`](crate::battery_owned), which follows every value from its making to its drop. A map that is
/// generic implements the trait once for both. The trait is object-safe.
#[expect(
    clippy::len_without_is_empty,
    reason = "an implementer should not have to write what len says already"
)]
pub trait Map<K = u64, V = u64>: Sync {
    /// The value of `key`.
    fn get(&self, key: &K) -> Option<V>;

    /// Gives `key` the value `value`; returns the value it had.
    fn insert(&self, key: K, value: V) -> Option<V>;

    /// Removes `key`; returns the value it had.
    fn remove(&self, key: &K) -> Option<V>;

    /// Inserts only where the key is absent. Returns the value found: `Ok(None)` means that `value` went in.
    fn try_insert(&self, key: K, value: V) -> Result<Option<V>, Unsupported> {
        let _ = (key, value);
        Err(Unsupported)
    }

    /// Replaces the value by `new` if it equals `expected`, in one atomic step. Returns the value found, so the
    /// exchange took place exactly if that equals `expected`.
    fn compare_exchange(&self, key: &K, expected: &V, new: V) -> Result<Option<V>, Unsupported> {
        let _ = (key, expected, new);
        Err(Unsupported)
    }

    /// Adds `delta`, wrapping, to the value if there is one, in one atomic step. Returns the value found; an absent
    /// key stays absent.
    fn fetch_add(&self, key: &K, delta: u64) -> Result<Option<V>, Unsupported> {
        let _ = (key, delta);
        Err(Unsupported)
    }

    /// Shows the value in place; returns whether there was one. A map that lends references while it keeps them alive
    /// implements this one, for here the value is looked at for long while others remove it.
    fn read(&self, key: &K, see: &mut dyn FnMut(&V)) -> bool {
        match self.get(key) {
            Some(value) => {
                see(&value);
                true
            }
            None => false,
        }
    }

    /// Meets every entry.
    fn iterate(&self, meet: &mut dyn FnMut(&K, &V)) -> Result<(), Unsupported> {
        let _ = meet;
        Err(Unsupported)
    }

    /// Removes every entry.
    fn clear(&self) -> Result<(), Unsupported> {
        Err(Unsupported)
    }

    /// The number of entries; exact where no other operation runs.
    fn len(&self) -> Result<usize, Unsupported> {
        Err(Unsupported)
    }

    /// Gives memory back if there is some to spare (`shrink_to_fit`).
    fn compact(&self) -> Result<(), Unsupported> {
        Err(Unsupported)
    }
}

macro_rules! forward {
    ($holder:ty) => {
        impl<K, V, M: Map<K, V> + ?Sized + Send> Map<K, V> for $holder {
            fn get(&self, key: &K) -> Option<V> {
                (**self).get(key)
            }
            fn insert(&self, key: K, value: V) -> Option<V> {
                (**self).insert(key, value)
            }
            fn remove(&self, key: &K) -> Option<V> {
                (**self).remove(key)
            }
            fn try_insert(&self, key: K, value: V) -> Result<Option<V>, Unsupported> {
                (**self).try_insert(key, value)
            }
            fn compare_exchange(
                &self,
                key: &K,
                expected: &V,
                new: V,
            ) -> Result<Option<V>, Unsupported> {
                (**self).compare_exchange(key, expected, new)
            }
            fn fetch_add(&self, key: &K, delta: u64) -> Result<Option<V>, Unsupported> {
                (**self).fetch_add(key, delta)
            }
            fn read(&self, key: &K, see: &mut dyn FnMut(&V)) -> bool {
                (**self).read(key, see)
            }
            fn iterate(&self, meet: &mut dyn FnMut(&K, &V)) -> Result<(), Unsupported> {
                (**self).iterate(meet)
            }
            fn clear(&self) -> Result<(), Unsupported> {
                (**self).clear()
            }
            fn len(&self) -> Result<usize, Unsupported> {
                (**self).len()
            }
            fn compact(&self) -> Result<(), Unsupported> {
                (**self).compact()
            }
        }
    };
}

forward!(Box<M>);
forward!(std::sync::Arc<M>);
