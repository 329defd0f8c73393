//! What is changed under a spin bit, for a few stores at a time.

use crate::sync::{AtomicUsize, Ordering, spin};
use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};

/// Something under a spin bit.
#[repr(align(128))]
pub(super) struct Bit<T> {
    set: AtomicUsize,
    what: UnsafeCell<T>,
}

// SAFETY: what it has is reached under the bit alone.
unsafe impl<T: Send> Sync for Bit<T> {}

/// It, under its bit. Nothing that may panic, allocate or wait is done while one of these is alive.
pub(super) struct Had<'b, T>(&'b Bit<T>);

impl<T> Bit<T> {
    pub(super) fn new(what: T) -> Self {
        Self { set: AtomicUsize::new(0), what: UnsafeCell::new(what) }
    }

    pub(super) fn try_have(&self) -> Option<Had<'_, T>> {
        let free = self.set.load(Ordering::Relaxed) == 0;
        (free && self.set.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok())
            .then(|| Had(self))
    }

    pub(super) fn have(&self) -> Had<'_, T> {
        let mut turn = 0;
        loop {
            if let Some(had) = self.try_have() {
                return had;
            }
            spin(&mut turn);
        }
    }

    pub(super) fn get_mut(&mut self) -> &mut T {
        self.what.get_mut()
    }
}

impl<T> Deref for Had<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the bit is ours, and whoever else reaches it takes the bit first.
        unsafe { &*self.0.what.get() }
    }
}

impl<T> DerefMut for Had<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { &mut *self.0.what.get() }
    }
}

impl<T> Drop for Had<'_, T> {
    fn drop(&mut self) {
        self.0.set.store(0, Ordering::Release);
    }
}
