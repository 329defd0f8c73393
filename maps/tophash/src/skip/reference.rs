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

crate::reference::is_an_entry!();
