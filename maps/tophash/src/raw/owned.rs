//! Entries that have left their map and belong to whoever has this.

use super::fresh::take;
use super::layout::SlotWords;
use alloc::vec;
use core::marker::PhantomData;

/// Entries to be taken or dropped.
pub(crate) struct Owned<K, V> {
    words: vec::IntoIter<SlotWords>,
    marker: PhantomData<(K, V)>,
}

impl<K, V> Owned<K, V> {
    /// # Safety
    /// The words are those of distinct entries of these types that the caller owns and gives up.
    pub(super) unsafe fn new(words: vec::Vec<SlotWords>) -> Self {
        Self { words: words.into_iter(), marker: PhantomData }
    }
}

impl<K, V> Iterator for Owned<K, V> {
    type Item = (K, V);

    fn next(&mut self) -> Option<(K, V)> {
        // SAFETY: the words are an entry's that this owns, and have just left the list.
        self.words.next().map(|words| unsafe { take(words) })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.words.size_hint()
    }
}

impl<K, V> ExactSizeIterator for Owned<K, V> {}

impl<K, V> Drop for Owned<K, V> {
    /// Drops what was not taken, further entries also if dropping one of them panics.
    fn drop(&mut self) {
        struct Rest<'a, K, V>(&'a mut Owned<K, V>);
        impl<K, V> Drop for Rest<'_, K, V> {
            fn drop(&mut self) {
                self.0.by_ref().for_each(drop);
            }
        }
        if core::mem::needs_drop::<(K, V)>() || super::held::boxed::<K, V>() {
            let rest = Rest(self);
            rest.0.by_ref().for_each(drop);
        }
    }
}
