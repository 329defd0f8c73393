//! The writers' lock, which notices when a thread that has it asks for it again.

use crate::sync::{AtomicUsize, Ordering};
use core::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

std::thread_local! {
    /// Its address is a name for the thread, as long as that lives.
    static NAME: u8 = const { 0 };
}

/// What writers have in turn.
pub(super) struct Owner<T> {
    /// The name of the thread that has the lock, or 0.
    thread: AtomicUsize,
    lock: Mutex<T>,
}

/// The lock, had.
pub(super) struct Owned<'o, T> {
    thread: &'o AtomicUsize,
    guard: MutexGuard<'o, T>,
}

impl<T> Owner<T> {
    pub(super) const fn new(what: T) -> Self {
        Self { thread: AtomicUsize::new(0), lock: Mutex::new(what) }
    }

    /// Waits for the lock.
    ///
    /// # Panics
    /// If this thread has it.
    pub(super) fn lock(&self) -> Owned<'_, T> {
        let name = NAME.with(|name| core::ptr::from_ref(name).addr());
        // Only this thread stores its own name, and takes it away before it gives the lock back.
        assert!(
            self.thread.load(Ordering::Relaxed) != name,
            "a write to a map from code that a write to it has called, under the writers' lock; \
             in a batch, write to the edit that it was given"
        );
        // What is changed under the lock is published whole, or not at all.
        let guard = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        self.thread.store(name, Ordering::Relaxed);
        Owned { thread: &self.thread, guard }
    }
}

impl<T> Deref for Owned<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for Owned<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> Drop for Owned<'_, T> {
    fn drop(&mut self) {
        // Before the guard is dropped, which happens next.
        self.thread.store(0, Ordering::Relaxed);
    }
}
