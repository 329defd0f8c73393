//! An entry that somebody keeps.

use super::trie::Pair;
use alloc::sync::Arc;
use core::fmt;
use core::ops::Deref;

/// An entry that is in a map, or was: alive as long as this is, and its map need not be.
///
/// It holds no lock. Cloning it takes constant time.
pub struct Held<K, V>(pub(super) Arc<Pair<K, V>>);

impl<K, V> Held<K, V> {
    /// The key.
    pub fn key(&self) -> &K {
        &self.0.key
    }

    /// The value.
    pub fn value(&self) -> &V {
        &self.0.value
    }
}

impl<K, V> Clone for Held<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> Deref for Held<K, V> {
    type Target = V;

    fn deref(&self) -> &V {
        &self.0.value
    }
}

impl<K: fmt::Debug, V: fmt::Debug> fmt::Debug for Held<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Held").field(self.key()).field(self.value()).finish()
    }
}
