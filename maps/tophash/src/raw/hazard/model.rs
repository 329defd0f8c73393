//! The protocols of hazard pointers under loom, which runs every schedule and every allowed memory order.
//!
//! An entry's value is a cell that loom watches: freeing writes it, so that a use which is not ordered before
//! is reported, whatever it reads. The mutants leave out one half of the argument each, and must be caught.

#[cfg(not(feature = "std"))]
extern crate std;

use core::ptr::{self, NonNull};
use std::boxed::Box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::string::String;

use loom::cell::UnsafeCell;
use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

use super::rows::ROWS;
use super::{Domain, Pin, Retired, SLOTS};
use crate::sync::{AtomicPtr, Ordering};

const LIVE: u32 = 1;
const FREED: u32 = 2;

struct Entry(UnsafeCell<u32>);

unsafe fn free(entry: *mut ()) {
    // SAFETY: what is retired here are entries of a `Shared`, which frees them last.
    let entry = unsafe { &*entry.cast::<Entry>() };
    entry.0.with_mut(|value| {
        // SAFETY: loom reports any other access that is not ordered before this one or after it.
        unsafe { *value = FREED };
    });
}

struct Shared {
    domain: Domain,
    retired: Retired,
    source: AtomicPtr<Entry>,
    entries: Box<[Entry; 3]>,
}

// SAFETY: loom watches the cells, and all else of it is shared in the crate too.
unsafe impl Sync for Shared {}
// SAFETY: as above.
unsafe impl Send for Shared {}

impl Shared {
    /// Nobody has a row.
    fn new() -> Arc<Self> {
        let shared = Self::with_rows();
        (0..ROWS).for_each(|row| shared.go_away(row));
        shared
    }

    fn with_rows() -> Arc<Self> {
        let entries = Box::new(core::array::from_fn(|_| Entry(UnsafeCell::new(LIVE))));
        let source = AtomicPtr::new(ptr::from_ref(&entries[0]).cast_mut());
        Arc::new(Self { domain: Domain::new(), retired: Retired::new(8, free), source, entries })
    }

    fn go_away(&self, row: usize) {
        self.domain.rows.go_away(self.domain.rows.row(row));
    }

    /// Pins the entry that the source leads to, unless it changes meanwhile.
    fn pin<const REREAD: bool>(&self) -> Option<(Pin<'_>, &Entry)> {
        let entry = NonNull::new(self.source.load(Ordering::Acquire))?;
        let still = || !REREAD || self.source.load(Ordering::SeqCst) == entry.as_ptr();
        let pin = self.domain.protect(entry, still)?;
        // SAFETY: entries are never really freed in the model.
        Some((pin, unsafe { entry.as_ref() }))
    }

    fn read<const REREAD: bool>(&self) {
        if let Some((_pin, entry)) = self.pin::<REREAD>() {
            entry.check();
        }
    }

    fn replace<const FENCED: bool>(&self, by: usize) {
        let new = ptr::from_ref(&self.entries[by]).cast_mut();
        let old = self.source.swap(new, Ordering::AcqRel);
        let old = NonNull::new(old).expect("the source always leads somewhere");
        // SAFETY: the swap took it from the source; each entry is linked once.
        unsafe { self.retired.retire(&self.domain, old.cast()) };
        self.retired.flush_as::<FENCED>(&self.domain);
    }
}

impl Entry {
    fn check(&self) {
        self.0.with(|value| {
            // SAFETY: loom reports a write that is not ordered before this read or after it.
            assert_eq!(unsafe { *value }, LIVE, "freed under its pin");
        });
    }
}

fn read_while_replaced<const FENCED: bool, const REREAD: bool>() {
    loom::model(|| {
        let shared = Shared::new();
        let reader = thread::spawn({
            let shared = shared.clone();
            move || shared.read::<REREAD>()
        });
        shared.replace::<FENCED>(1);
        reader.join().expect("the reader ends");
        shared.retired.flush(&shared.domain);
        assert_eq!(shared.retired.retired_count(), 0, "nobody holds anything any more");
    });
}

fn complaint(model: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(model)).expect_err("the mutant was not caught");
    panic.downcast_ref::<String>().cloned().unwrap_or_default()
}

fn assert_use_after_free(complaint: &str) {
    assert!(
        complaint.contains("ausality violation") || complaint.contains("freed under its pin"),
        "{complaint}"
    );
}

#[test]
fn loom_what_is_pinned_is_not_freed() {
    read_while_replaced::<true, true>();
}

#[test]
fn loom_catches_a_scan_without_its_fence() {
    assert_use_after_free(&complaint(read_while_replaced::<false, true>));
}

#[test]
fn loom_catches_a_pin_without_its_second_read() {
    assert_use_after_free(&complaint(read_while_replaced::<true, false>));
}

#[test]
fn loom_two_writers_free_each_entry_once() {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(2);
    builder.check(|| {
        let shared = Shared::new();
        let other = thread::spawn({
            let shared = shared.clone();
            move || {
                shared.read::<true>();
                shared.replace::<true>(1);
            }
        });
        shared.replace::<true>(2);
        shared.read::<true>();
        other.join().expect("the other writer ends");
        shared.retired.flush(&shared.domain);
        assert_eq!(shared.retired.retired_count(), 0);
    });
}

#[test]
fn loom_two_readers_and_a_writer() {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(|| {
        let shared = Shared::new();
        let readers = [(); 2].map(|()| {
            let shared = shared.clone();
            thread::spawn(move || shared.read::<true>())
        });
        shared.replace::<true>(1);
        for reader in readers {
            reader.join().expect("the reader ends");
        }
    });
}

#[test]
fn loom_a_pin_in_a_new_block_is_seen() {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(|| {
        let shared = Shared::new();
        let elsewhere = &shared.entries[2];
        let full = [(); SLOTS].map(|()| shared.domain.protect(NonNull::from(elsewhere), || true));
        let reader = thread::spawn({
            let shared = shared.clone();
            move || shared.read::<true>()
        });
        shared.replace::<true>(1);
        reader.join().expect("the reader ends");
        drop(full);
    });
}

#[test]
fn loom_a_pin_released_by_another_thread() {
    loom::model(|| {
        let shared = Shared::new();
        // The pin borrows the domain for as long as the model lasts: it is released before `shared` goes.
        let lasting: &'static Shared = {
            let place: *const Shared = &raw const *shared;
            // SAFETY: the thread that holds the pin is joined before `shared` is dropped.
            unsafe { &*place }
        };
        let (pin, entry) = lasting.pin::<true>().expect("nobody else is there yet");
        let other = thread::spawn(move || {
            entry.check();
            drop(pin);
        });
        shared.replace::<true>(1);
        other.join().expect("the other thread ends");
        shared.retired.flush(&shared.domain);
        assert_eq!(shared.retired.retired_count(), 0);
    });
}

/// Pins in rows: what a thread does that has one.
mod rows {
    use super::*;

    impl Shared {
        /// Reads what the source leads to, pinned in the row of this number.
        fn read_in<const REREAD: bool>(&self, row: usize) {
            let rows = &self.domain.rows;
            let Some(entry) = NonNull::new(self.source.load(Ordering::Acquire)) else { return };
            let slot = rows.claim_in(rows.row(row), entry.addr().get()).expect("the row is empty");
            let pin = Pin { slot };
            if !REREAD || self.source.load(Ordering::Acquire) == entry.as_ptr() {
                rows.interrupt(rows.row(row));
                // SAFETY: entries are never really freed in the model.
                unsafe { entry.as_ref() }.check();
                rows.interrupt(rows.row(row));
            }
            drop(pin);
        }

        /// Takes the entry out and gives `next` its place.
        fn unlink(&self, next: usize) -> NonNull<Entry> {
            let new = ptr::from_ref(&self.entries[next]).cast_mut();
            let old = self.source.swap(new, Ordering::AcqRel);
            NonNull::new(old).expect("the source always leads somewhere")
        }

        /// Frees an entry that was unlinked, if no slot has it.
        fn free_unless_held(&self, entry: NonNull<Entry>) {
            if self.domain.sift::<true>(&mut [entry.cast()]) == 0 {
                // SAFETY: entries of the model are freed by being written to.
                unsafe { free(entry.as_ptr().cast()) };
            }
        }
    }

    /// A thread that reads `reads` times in a row of its own.
    fn reader<const REREAD: bool>(
        shared: &Arc<Shared>,
        row: usize,
        reads: usize,
    ) -> thread::JoinHandle<()> {
        let shared = shared.clone();
        thread::spawn(move || {
            for _ in 0..reads {
                shared.read_in::<REREAD>(row);
            }
            shared.go_away(row);
        })
    }

    /// `ASKED` is false where what was unlinked is freed without asking whether its era is over.
    fn freed_when_acknowledged<const ASKED: bool, const REREAD: bool>() {
        loom::model(|| {
            let shared = Shared::with_rows();
            let reading = reader::<REREAD>(&shared, 0, 2);
            let old = shared.unlink(1);
            let era = shared.domain.begin_era();
            if !ASKED || shared.domain.is_over(era) {
                shared.free_unless_held(old);
            }
            reading.join().expect("the reader ends");
        });
    }

    #[test]
    fn loom_what_is_pinned_in_a_row_is_not_freed() {
        freed_when_acknowledged::<true, true>();
    }

    #[test]
    fn loom_catches_freeing_before_eras_are_over() {
        assert_use_after_free(&complaint(freed_when_acknowledged::<false, true>));
    }

    #[test]
    fn loom_catches_a_pin_in_a_row_without_its_second_read() {
        assert_use_after_free(&complaint(freed_when_acknowledged::<true, false>));
    }

    /// Two entries, so that the reader's second pin finds its era acknowledged and runs no fence.
    #[test]
    fn loom_eras_one_after_the_other() {
        loom::model(|| {
            let shared = Shared::with_rows();
            let reading = reader::<true>(&shared, 0, 2);
            for next in 1..3 {
                let old = shared.unlink(next);
                let era = shared.domain.begin_era();
                if shared.domain.is_over(era) {
                    shared.free_unless_held(old);
                }
            }
            reading.join().expect("the reader ends");
        });
    }

    /// A barrier proves an era, and then a thread that has been away is passed over without one. `PROVEN` is false where
    /// the barrier is left out, and `FENCED` where acknowledgements have no fence.
    fn freed_when_proven<const PROVEN: bool, const FENCED: bool>() {
        let mut builder = Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(|| {
            let shared = Shared::with_rows();
            shared.domain.rows.unfenced.store(!FENCED, Ordering::Relaxed);
            shared.go_away(1);
            let reading = reader::<true>(&shared, 0, 2);
            let first = shared.unlink(1);
            if !PROVEN || shared.domain.prove() {
                shared.free_unless_held(first);
            }
            let second = shared.unlink(2);
            let era = shared.domain.begin_era();
            if shared.domain.is_over(era) {
                shared.free_unless_held(second);
            }
            reading.join().expect("the reader ends");
        });
    }

    #[test]
    fn loom_what_is_pinned_in_a_row_is_not_freed_behind_a_barrier() {
        freed_when_proven::<true, true>();
    }

    #[test]
    fn loom_catches_a_barrier_that_was_left_out() {
        assert_use_after_free(&complaint(freed_when_proven::<false, true>));
    }

    #[test]
    fn loom_catches_an_acknowledgement_without_its_fence() {
        assert_use_after_free(&complaint(freed_when_proven::<true, false>));
    }

    /// A row changes hands while an era is waited for.
    #[test]
    fn loom_a_row_that_is_given_up_is_the_next_threads() {
        let mut builder = Builder::new();
        builder.preemption_bound = Some(3);
        builder.check(|| {
            let shared = Shared::with_rows();
            let first = thread::spawn({
                let shared = shared.clone();
                move || {
                    shared.read_in::<true>(0);
                    shared.domain.rows.give_up(0);
                    // As the lease does, joining orders the threads of one row.
                    thread::spawn(move || shared.read_in::<true>(0)).join().expect("it ends");
                }
            });
            let old = shared.unlink(1);
            let era = shared.domain.begin_era();
            if shared.domain.is_over(era) {
                shared.free_unless_held(old);
            }
            first.join().expect("the readers end");
        });
    }
}
