//! What a map hands out: an entry as it was at one moment.

use crate::class::{ByType, Storage};
use crate::raw::entries::Held;
use core::fmt;
use core::ops::Deref;

/// An entry of a map as it was when it was found. Dereferences to the value.
///
/// It holds no lock, and nothing that waits for it: it may be kept as long as the map is borrowed, across
/// `.await` too, while anybody changes or removes the entry; this one stays as it is. An inline entry is a copy.
/// A boxed one is pinned: this entry alone is not freed as long as this exists.
#[must_use = "an entry that is not looked at need not be pinned"]
pub struct Ref<'a, K, V, C: Storage<K, V> = ByType>(pub(crate) Held<'a, K, V, C>);

crate::reference::is_an_entry!();

/// The key of an entry of a map. Dereferences to it. Like [`Ref`], it holds no lock.
#[must_use = "a key that is not looked at need not be pinned"]
pub struct KeyRef<'a, K, V, C: Storage<K, V> = ByType>(pub(crate) Held<'a, K, V, C>);

impl<K, V, C: Storage<K, V>> Deref for KeyRef<'_, K, V, C> {
    type Target = K;

    #[inline]
    fn deref(&self) -> &K {
        self.0.key()
    }
}

impl<K: fmt::Debug, V, C: Storage<K, V>> fmt::Debug for KeyRef<'_, K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.key().fmt(f)
    }
}

impl<K: fmt::Display, V, C: Storage<K, V>> fmt::Display for KeyRef<'_, K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.key().fmt(f)
    }
}

impl<K: PartialEq, V, C: Storage<K, V>> PartialEq<K> for KeyRef<'_, K, V, C> {
    fn eq(&self, other: &K) -> bool {
        self.0.key() == other
    }
}
