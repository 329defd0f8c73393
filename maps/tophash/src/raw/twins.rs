//! Two copies of one thing: readers are shown the one while the writer changes the other, and then they change places.
//!
//! This is Left-Right (Ramalhete and Correia, "Left-Right: A Concurrency Control Technique with Wait-Free Population
//! Oblivious Reads", 2014), with the wait for readers put off to the next writer, who seldom finds any left.
//!
//! # Why nobody reads what is changed
//! Readers are counted by [`super::readings`]. A writer, with the writers' lock held, has seen every count at nought since the
//! copies last changed places: first those of the side on which no readings begin, then, the sides having changed
//! places, those of the other. So whoever was shown the copy that is hidden now has done with it; and whoever begins a
//! reading now is shown the other one. What a reader did happens before the change, as is said there; and a reader sees the
//! whole change, since it is stored before the copies change places, which readers load.
//!
//! # Progress
//! A reading begins and ends in a bounded number of steps, whatever other threads do. A writer waits for other writers, and
//! for every reading that began before the last write was over. A thread that writes while it reads would wait for
//! itself: it panics.

#[cfg(all(test, loom))]
mod model;

use super::hazard::thread;
use super::readings::{self, Readings, fence_of_the_model};
use crate::sync::{AtomicUsize, Mutex, Ordering, spin};
use core::cell::UnsafeCell;
use core::marker::PhantomData;
use core::ops::Deref;

#[cfg(loom)]
type Guard<'t, L> = loom::sync::MutexGuard<'t, L>;
#[cfg(not(loom))]
type Guard<'t, L> = std::sync::MutexGuard<'t, L>;

/// Two copies, and what writers keep beside them. See the module.
pub(crate) struct Twins<T, L> {
    copies: [UnsafeCell<T>; 2],
    /// The copy that readers are shown.
    shown: AtomicUsize,
    /// The side on which readings begin.
    side: AtomicUsize,
    readings: Readings,
    writers: Mutex<L>,
}

// SAFETY: the copies are dropped with this, by whoever has it.
unsafe impl<T: Send, L: Send> Send for Twins<T, L> {}
// SAFETY: one copy is lent to many readers, the other to one writer at a time: see the module.
unsafe impl<T: Send + Sync, L: Send> Sync for Twins<T, L> {}

/// The copy that is shown, until this is dropped.
pub(crate) struct Shown<'t, T> {
    value: &'t T,
    _reading: readings::Reading<'t>,
    _noted: noted::Noted,
}

/// The right to write, until this is dropped.
pub(crate) struct Writing<'t, T, L> {
    twins: &'t Twins<T, L>,
    /// What writers keep.
    pub(crate) kept: Guard<'t, L>,
    /// Neither to be lent to other threads.
    marker: PhantomData<*const T>,
}

impl<T, L> Twins<T, L> {
    /// Two copies that are the same.
    pub(crate) fn new(copies: [T; 2], kept: L) -> Self {
        Self {
            copies: copies.map(UnsafeCell::new),
            shown: AtomicUsize::new(0),
            side: AtomicUsize::new(0),
            readings: Readings::new(),
            writers: Mutex::new(kept),
        }
    }

    fn name(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    /// Begins a reading: wait-free, with the cost of [`Readings::begin`].
    #[inline]
    pub(crate) fn read(&self) -> Shown<'_, T> {
        self.read_as(thread::own_hint())
    }

    #[inline]
    fn read_as(&self, own: Option<usize>) -> Shown<'_, T> {
        let noted = if self.readings.is_own(own) {
            noted::Noted::default()
        } else {
            noted::Noted::new(self.name())
        };
        let reading = self.readings.begin(self.side.load(Ordering::Relaxed), own);
        let shown = self.shown.load(Ordering::SeqCst) & 1;
        delicate!();
        // SAFETY: nobody changes the copy that is shown, nor the one that was shown when this reading began, before the
        // reading is dropped: see the module.
        let value = unsafe { &*self.copies[shown].get() };
        Shown { value, _reading: reading, _noted: noted }
    }

    /// Waits for the right to write, and for those who are still reading the hidden copy.
    ///
    /// # Panics
    /// If this thread is reading.
    pub(crate) fn write(&self) -> Writing<'_, T, L> {
        assert!(
            !self.readings.is_reading(thread::own_hint()) && !noted::is_noted(self.name()),
            "a write to a double-buffered map from a closure that reads it, which would wait for itself; \
             write when the closure has returned"
        );
        // What writers keep is whole whenever something could panic, which is theirs to see to.
        let kept = self.writers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut turn = 0;
        for _ in 0..2 {
            let side = self.side.load(Ordering::Relaxed);
            while !mutant!("hidden-at-once", true, self.readings.have_ended(side + 1)) {
                spin(&mut turn);
            }
            self.side.store((side + 1) & 1, Ordering::Relaxed);
            fence_of_the_model();
        }
        Writing { twins: self, kept, marker: PhantomData }
    }
}

impl<T, L> Writing<'_, T, L> {
    /// The copy that nobody is shown, and what writers keep.
    pub(crate) fn hidden(&mut self) -> (&mut T, &mut L) {
        let hidden = (self.twins.shown.load(Ordering::Relaxed) + 1) & 1;
        // SAFETY: the writers' lock is held, and every reading of this copy has ended: see the module. It is lent as long
        // as `self` is, so that it cannot be shown meanwhile.
        (unsafe { &mut *self.twins.copies[hidden].get() }, &mut self.kept)
    }

    /// Shows the hidden copy.
    pub(crate) fn show(self) {
        let hidden = (self.twins.shown.load(Ordering::Relaxed) + 1) & 1;
        delicate!();
        self.twins.shown.store(hidden, Ordering::SeqCst);
    }
}

impl<T> Deref for Shown<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        self.value
    }
}

/// Which twins a thread is reading that has no stripe of its own: what would tell otherwise whether it is.
#[cfg(not(loom))]
mod noted {
    use alloc::vec::Vec;
    use core::cell::RefCell;

    std::thread_local! {
        static READING: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    }

    /// Has a name taken off the list when it is dropped, if there is one.
    #[derive(Default)]
    pub(super) struct Noted(Option<usize>);

    impl Noted {
        #[cold]
        pub(super) fn new(name: usize) -> Self {
            // A thread that is being torn down has no list any more, and does without.
            let _ = READING.try_with(|reading| reading.borrow_mut().push(name));
            Self(Some(name))
        }
    }

    impl Drop for Noted {
        #[inline]
        fn drop(&mut self) {
            if let Some(name) = self.0 {
                let _ = READING.try_with(|reading| {
                    let mut reading = reading.borrow_mut();
                    if let Some(place) = reading.iter().rposition(|noted| *noted == name) {
                        reading.remove(place);
                    }
                });
            }
        }
    }

    pub(super) fn is_noted(name: usize) -> bool {
        READING.try_with(|reading| reading.borrow().contains(&name)).unwrap_or(false)
    }
}

/// The models' threads are none of the system's, and do not write while they read.
#[cfg(loom)]
mod noted {
    #[derive(Default)]
    pub(super) struct Noted;

    impl Noted {
        pub(super) fn new(_: usize) -> Self {
            Self
        }
    }

    pub(super) fn is_noted(_: usize) -> bool {
        false
    }
}
