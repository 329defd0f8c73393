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
    fn new() -> Arc<Self> {
        let entries = Box::new(core::array::from_fn(|_| Entry(UnsafeCell::new(LIVE))));
        let source = AtomicPtr::new(ptr::from_ref(&entries[0]).cast_mut());
        Arc::new(Self { domain: Domain::new(), retired: Retired::new(8, free), source, entries })
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
