//! What the map hands out: an entry as it was at one moment.

use crate::class::{ByType, Storage};
use crate::raw::skip::Held;
use core::fmt;
use core::ops::Deref;

/// An entry of a [`SkipMap`](super::SkipMap) as it was when it was found. Dereferences to the value.
///
/// It holds no lock, and nothing that waits for it: it may be kept as long as the map is borrowed, across `.await` too,
/// while anybody changes or removes the entry; this one stays as it is. An inline entry is a copy. A boxed one keeps what
/// was in the map when it was found, and nothing that came later, from being freed.
#[must_use = "an entry that is not looked at need not be kept"]
pub struct Ref<'a, K, V, C: Storage<K, V> = ByType>(pub(super) Held<'a, K, V, C>);

impl<K, V, C: Storage<K, V>> Ref<'_, K, V, C> {
    /// The key.
    #[inline]
    pub fn key(&self) -> &K {
        self.0.key()
    }

    /// The value.
    #[inline]
    pub fn value(&self) -> &V {
        self.0.value()
    }

    /// Key and value.
    #[inline]
    pub fn pair(&self) -> (&K, &V) {
        (self.key(), self.value())
    }

    /// A clone of the value.
    #[inline]
    #[must_use]
    pub fn cloned(&self) -> V
    where
        V: Clone,
    {
        self.value().clone()
    }
}

impl<K, V, C: Storage<K, V>> Deref for Ref<'_, K, V, C> {
    type Target = V;

    #[inline]
    fn deref(&self) -> &V {
        self.value()
    }
}

impl<K: fmt::Debug, V: fmt::Debug, C: Storage<K, V>> fmt::Debug for Ref<'_, K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Ref").field(self.key()).field(self.value()).finish()
    }
}

impl<V: fmt::Display, K, C: Storage<K, V>> fmt::Display for Ref<'_, K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl<V: PartialEq, K, C: Storage<K, V>> PartialEq<V> for Ref<'_, K, V, C> {
    fn eq(&self, other: &V) -> bool {
        self.value() == other
    }
}
