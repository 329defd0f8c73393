//! Entries that have left their map and belong to whoever has this.

use super::fresh::take;
use super::layout::SlotWords;
use crate::class::Storage;
use alloc::vec;
use core::marker::PhantomData;

/// Entries to be taken or dropped.
pub(crate) struct Owned<K, V, C: Storage<K, V>> {
    words: vec::IntoIter<SlotWords>,
    marker: PhantomData<(K, V, C)>,
}

impl<K, V, C: Storage<K, V>> Owned<K, V, C> {
    /// # Safety
    /// The words are those of distinct entries of these types that the caller owns and gives up.
    pub(super) unsafe fn new(words: vec::Vec<SlotWords>) -> Self {
        Self { words: words.into_iter(), marker: PhantomData }
    }
}

impl<K, V, C: Storage<K, V>> Iterator for Owned<K, V, C> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        // SAFETY: the words are an entry's that this owns, and have just left the list.
        self.words.next().map(|words| unsafe { take::<K, V, C>(words) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.words.size_hint()
    }
}

impl<K, V, C: Storage<K, V>> ExactSizeIterator for Owned<K, V, C> {}

impl<K, V, C: Storage<K, V>> Drop for Owned<K, V, C> {
    /// Drops what was not taken, further entries also if dropping one of them panics.
    fn drop(&mut self) {
        struct Rest<'a, K, V, C: Storage<K, V>>(&'a mut Owned<K, V, C>);
        impl<K, V, C: Storage<K, V>> Drop for Rest<'_, K, V, C> {
            fn drop(&mut self) {
                self.0.by_ref().for_each(drop);
            }
        }
        if core::mem::needs_drop::<(K, V)>() || super::held::boxed::<K, V, C>() {
            let rest = Rest(self);
            rest.0.by_ref().for_each(drop);
        }
    }
}
