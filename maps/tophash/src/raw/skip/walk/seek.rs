//! Where a walk begins, and how it goes on: in the era that is now.

use super::{Bound, Run};
use crate::class::Storage;
use crate::raw::skip::era::Pinned;
use crate::raw::skip::find::Sought;
use crate::raw::skip::leaf::{Changed, Leaf};
use crate::raw::skip::list::List;
use crate::sync::spin;
use core::ptr::NonNull;
use equivalent::Comparable;

impl<'l, K: Ord, V, C: Storage<K, V>> Run<'l, K, V, C> {
    /// Goes on to what comes after `last`, which was read last. Whether there is something.
    pub(crate) fn advance(&mut self, list: &'l List<K, V, C>) -> bool {
        let Some(last) = self.to.checked_sub(1).map(|last| self.words[last]) else { return false };
        let Some(next) = NonNull::new(self.next) else { return false };
        // SAFETY: the entry was there in the era that is pinned until the end of this.
        let last = unsafe { Self::key(&last[0]) };
        if list.eras.is_now(&self.pinned) {
            let pinned = list.pin();
            if pinned.is(&self.pinned) {
                if let Ok(found) = self.read_right(list, &pinned, next, |key| key <= last) {
                    return found;
                }
            }
        }
        self.seek(list, |run, pinned| {
            // SAFETY: bounds of an index that is alive are those of leaves which are.
            let at = list.leaf_of(pinned, |bound| unsafe { Self::key(bound) } <= last)?;
            run.read_right(list, pinned, at, |key| key <= last)
        })
    }

    /// Goes on to what comes before what was read first. Whether there is something.
    pub(crate) fn retreat(&mut self, list: &'l List<K, V, C>) -> bool {
        if self.count == 0 {
            return false;
        }
        let first = self.words[self.from];
        // SAFETY: the entry was there in the era that is pinned until the end of this.
        let first = unsafe { Self::key(&first[0]) };
        self.seek(list, |run, pinned| run.read_left(list, pinned, |key| key < first))
    }

    /// Reads again what is left, in the era that is now. Whether something is left.
    pub(crate) fn again(&mut self, list: &'l List<K, V, C>, last: bool) -> bool {
        let words = self.end(last).1;
        // SAFETY: as above.
        let key = unsafe { Self::key(&words[0]) };
        if last {
            return self
                .seek(list, |run, pinned| run.read_left(list, pinned, |other| other <= key));
        }
        self.seek(list, |run, pinned| {
            // SAFETY: as above.
            let at = list.leaf_of(pinned, |bound| unsafe { Self::key(bound) } <= key)?;
            run.read_right(list, pinned, at, |other| other < key)
        })
    }

    /// Reads in the era that is now, again and again until that goes through; what was read before stays alive meanwhile.
    fn seek(
        &mut self,
        list: &'l List<K, V, C>,
        mut read: impl FnMut(&mut Self, &Pinned<'_>) -> Result<bool, Changed>,
    ) -> bool {
        let mut turn = 0;
        loop {
            let pinned = list.pin();
            if let Ok(found) = read(self, &pinned) {
                self.pinned = pinned;
                return found;
            }
            spin(&mut turn);
        }
    }
}

impl<K: Ord, V, C: Storage<K, V>> List<K, V, C> {
    /// The leaf without a lower bound.
    pub(in crate::raw::skip) fn first(&self) -> &Leaf {
        // SAFETY: it lives as long as the list.
        unsafe { self.first.as_ref() }
    }

    /// The leaf of what `begins` tells the bounds of that are no later.
    fn leaf_of(
        &self,
        pinned: &Pinned<'_>,
        mut begins: impl FnMut(&u64) -> bool,
    ) -> Result<NonNull<Leaf>, Changed> {
        let mut at = self.descend(pinned, false, &mut begins)?;
        loop {
            // SAFETY: it was linked in the pinned era.
            let leaf = unsafe { at.as_ref() };
            let state = leaf.state();
            if state.is_dead() {
                at = self.left_of(pinned, leaf)?;
            } else if let Some(right) = self.right_of(pinned, leaf, state, &mut begins)? {
                at = right;
            } else {
                return Ok(at);
            }
        }
    }

    /// What comes first from a bound on; empty if nothing does.
    pub(crate) fn run_from<Q: Comparable<K> + ?Sized>(&self, from: Bound<&Q>) -> Run<'_, K, V, C> {
        let mut run = Run::new(self);
        run.seek(self, |run, pinned| {
            let (Bound::Included(key) | Bound::Excluded(key)) = from else {
                return run.read_right(self, pinned, self.first, |_| false);
            };
            let sought = Sought::<K, V, C, Q>::new(key);
            // SAFETY: bounds of an index that is alive are those of leaves which are.
            let at = self.leaf_of(pinned, |bound| unsafe { sought.compare(bound) }.is_le())?;
            let skips_equal = matches!(from, Bound::Excluded(_));
            run.read_right(self, pinned, at, |other| {
                let order = key.compare(other);
                order.is_gt() || (skips_equal && order.is_eq())
            })
        });
        run
    }

    /// What comes last up to a bound; empty if nothing does.
    pub(crate) fn run_until<Q: Comparable<K> + ?Sized>(&self, to: Bound<&Q>) -> Run<'_, K, V, C> {
        let mut run = Run::new(self);
        run.seek(self, |run, pinned| {
            run.read_left(self, pinned, |other| match to {
                Bound::Unbounded => true,
                Bound::Included(key) => key.compare(other).is_ge(),
                Bound::Excluded(key) => key.compare(other).is_gt(),
            })
        });
        run
    }
}
