//! Hazard pointers on real threads: entries poisoned when freed, parked pins, panics and nesting in `Drop`.
//!
//! What depends on the memory model alone is in `model.rs`, for loom; these run under Miri and ASan too.

#[cfg(not(feature = "std"))]
extern crate std;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ptr::{self, NonNull};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;
use std::{mem, thread};

use super::retired::{BUDGET, PATIENCE, STRIPES};
use super::rows::{OWN, ROWS};
use super::{Domain, GLOBAL, Pin, Retired, SLOTS, thread as threads};
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};

const LIVE: u64 = 0x11FE_11FE_11FE_11FE;
const FREED: u64 = 0xDEAD_DEAD_DEAD_DEAD;

/// What happens when entries are freed.
#[derive(Default)]
struct Ledger {
    freed: AtomicUsize,
    /// Every so many frees one panics; zero for never.
    panic_every: usize,
    /// Every so many frees one sleeps; zero for never.
    sleep_every: usize,
    /// Further entries that each freed entry makes and retires, on whose behalf, until `freed` reaches `until`.
    heirs: usize,
    until: usize,
    estate: AtomicPtr<Estate>,
}

/// A domain and the lists of one map.
struct Estate {
    domain: &'static Domain,
    retired: Retired,
}

struct Entry {
    seal: AtomicU64Pair,
    ledger: Arc<Ledger>,
}

/// Two words that must agree, whose poisoning the optimiser must not drop.
struct AtomicU64Pair(core::sync::atomic::AtomicU64, core::sync::atomic::AtomicU64);

impl Entry {
    fn boxed(ledger: &Arc<Ledger>) -> NonNull<Self> {
        let seal = AtomicU64Pair(LIVE.into(), LIVE.into());
        NonNull::from(Box::leak(Box::new(Self { seal, ledger: ledger.clone() })))
    }

    fn check(&self) {
        assert_eq!(self.seal.0.load(Ordering::Relaxed), LIVE, "used after it was freed");
        assert_eq!(self.seal.1.load(Ordering::Relaxed), LIVE, "used after it was freed");
    }
}

unsafe fn free(entry: *mut ()) {
    // SAFETY: all entries of these tests come from `Entry::boxed`.
    drop(unsafe { Box::from_raw(entry.cast::<Entry>()) });
}

impl Drop for Entry {
    fn drop(&mut self) {
        assert_eq!(self.seal.0.swap(FREED, Ordering::Relaxed), LIVE, "freed twice");
        self.seal.1.store(FREED, Ordering::Relaxed);
        let ledger = &self.ledger;
        let freed = ledger.freed.fetch_add(1, Ordering::Relaxed) + 1;
        // SAFETY: the estate that a ledger names outlives the entries that are freed through it.
        if let Some(estate) = unsafe { ledger.estate.load(Ordering::Acquire).as_ref() } {
            for _ in 0..ledger.heirs {
                if freed < ledger.until {
                    estate.retire(Entry::boxed(ledger));
                }
            }
        }
        if ledger.sleep_every > 0 && freed % ledger.sleep_every == 0 {
            thread::sleep(Duration::from_millis(20));
        }
        if ledger.panic_every > 0 && freed % ledger.panic_every == 0 {
            std::panic::resume_unwind(Box::new("dropped with a panic"));
        }
    }
}

impl Estate {
    fn new(domain: &'static Domain) -> Self {
        Self { domain, retired: Retired::new(size_of::<Entry>(), free) }
    }

    fn retire(&self, entry: NonNull<Entry>) {
        // SAFETY: callers hand over entries that no source leads to, once, and entries are `Send`.
        unsafe { self.retired.retire(self.domain, entry.cast()) };
    }

    fn retire_new(&self, ledger: &Arc<Ledger>) {
        self.retire(Entry::boxed(ledger));
    }

    fn flush(&self) {
        self.retired.flush(self.domain);
    }
}

/// A domain for one test, for as long as the process lasts: others would see its pins in the global one.
fn domain() -> &'static Domain {
    static ALL: std::sync::Mutex<Vec<&'static Domain>> = std::sync::Mutex::new(Vec::new());
    let domain: &Domain = Box::leak(Box::new(Domain::new()));
    // Kept in sight of leak checkers.
    ALL.lock().expect("nobody panics here").push(domain);
    domain
}

fn freed(ledger: &Ledger) -> usize {
    ledger.freed.load(Ordering::Relaxed)
}

/// Slots that this thread has for itself.
fn own_slots() -> usize {
    threads::assigned_hint();
    if threads::own_row() < ROWS { OWN } else { 0 }
}

/// A source, read and replaced as a map would.
struct Source(AtomicPtr<Entry>);

impl Source {
    fn new(ledger: &Arc<Ledger>) -> Self {
        Self(AtomicPtr::new(Entry::boxed(ledger).as_ptr()))
    }

    fn pin<'d>(&self, domain: &'d Domain) -> (Pin<'d>, NonNull<Entry>) {
        loop {
            let seen =
                NonNull::new(self.0.load(Ordering::Relaxed)).expect("a source is never null");
            let mut again = ptr::null_mut();
            let pin = domain.protect(seen, || {
                again = self.0.load(Ordering::SeqCst);
                again == seen.as_ptr()
            });
            if let Some(pin) = pin {
                return (pin, NonNull::new(again).expect("a source is never null"));
            }
        }
    }

    fn replace(&self, estate: &Estate, ledger: &Arc<Ledger>) {
        let old = self.0.swap(Entry::boxed(ledger).as_ptr(), Ordering::AcqRel);
        estate.retire(NonNull::new(old).expect("a source is never null"));
    }

    fn end(self) {
        // SAFETY: exclusive, and the entry that is linked was never retired.
        unsafe { free(self.0.into_inner().cast()) };
    }
}

/// Readers pin, hold, nest and hand over pins while writers replace everything.
fn stress(domain: &'static Domain, readers: usize, writers: usize, rounds: usize) {
    let ledger = Arc::new(Ledger::default());
    let estate = Estate::new(domain);
    let sources = [(); 4].map(|()| Source::new(&ledger));
    let running = AtomicUsize::new(writers);
    let reads = AtomicUsize::new(0);
    thread::scope(|scope| {
        for writer in 0..writers {
            let (ledger, estate, sources, running) = (&ledger, &estate, &sources, &running);
            scope.spawn(move || {
                for round in 0..rounds {
                    sources[(round + writer) % 4].replace(estate, ledger);
                }
                running.fetch_sub(1, Ordering::Release);
            });
        }
        for reader in 0..readers {
            let (sources, running, reads) = (&sources, &running, &reads);
            scope.spawn(move || {
                let mut held = Vec::new();
                let mut round = reader;
                while running.load(Ordering::Acquire) > 0 {
                    let (pin, entry) = sources[round % 4].pin(domain);
                    // SAFETY: `pin` holds the entry.
                    unsafe { entry.as_ref() }.check();
                    held.push((pin, entry));
                    if held.len() > round % 7 {
                        for (pin, entry) in held.drain(..) {
                            // SAFETY: as above; it has been held over some replacements by now.
                            unsafe { entry.as_ref() }.check();
                            drop(pin);
                        }
                    }
                    round += 1;
                }
                reads.fetch_add(round - reader, Ordering::Relaxed);
            });
        }
    });
    estate.flush();
    assert_eq!(estate.retired.retired_count(), 0, "all pins are released");
    assert_eq!(freed(&ledger), writers * rounds);
    assert!(reads.into_inner() > 0 || cfg!(miri), "the readers never ran");
    sources.into_iter().for_each(Source::end);
    assert_eq!(Arc::strong_count(&ledger), 1, "every entry was dropped");
}

const ROUNDS: usize = if cfg!(miri) { 150 } else { 300_000 };

#[test]
fn readers_and_a_writer() {
    stress(&GLOBAL, 2, 1, ROUNDS);
}

#[test]
fn readers_and_writers_in_a_domain_of_their_own() {
    stress(domain(), 3, 3, ROUNDS / 3);
}

#[test]
fn a_parked_pin_keeps_one_entry_and_the_bound() {
    let updates = if cfg!(miri) { 400 } else { 1_000_000 };
    let domain = domain();
    let ledger = Arc::new(Ledger::default());
    let estate = Estate::new(domain);
    let source = Source::new(&ledger);
    let (pin, entry) = source.pin(domain);
    let mut most = 0;
    for update in 0..updates {
        source.replace(&estate, &ledger);
        if update % 101 == 0 {
            most = most.max(estate.retired.retired_count());
        }
    }
    // One thread fills one list: what is sealed, what came since, and the pinned entry.
    assert!(most <= 2 * SLOTS + 1, "{most} entries waited");
    assert!(most > SLOTS / 2, "{most} entries: the lists should fill before they are scanned");
    assert_eq!(freed(&ledger) + estate.retired.retired_count(), updates);
    assert_eq!(estate.retired.retired_bytes(), estate.retired.retired_count() * size_of::<Entry>());
    // SAFETY: `pin` holds the entry.
    unsafe { entry.as_ref() }.check();
    estate.flush();
    assert_eq!(estate.retired.retired_count(), 1, "the pinned entry alone");
    // Another thread may release the pin.
    thread::spawn(move || drop(pin)).join().expect("it only drops");
    estate.flush();
    assert_eq!(estate.retired.retired_count(), 0);
    source.end();
}

#[test]
fn every_thread_stays_within_the_bound() {
    let rounds = if cfg!(miri) { 200 } else { 100_000 };
    let (domain, writers) = (domain(), 4);
    let ledger = Arc::new(Ledger::default());
    let estate = Estate::new(domain);
    let sources = [(); 8].map(|()| Source::new(&ledger));
    let pins: Vec<_> = sources.iter().map(|source| source.pin(domain)).collect();
    let most = AtomicUsize::new(0);
    thread::scope(|scope| {
        for writer in 0..writers {
            let (ledger, estate, sources, most) = (&ledger, &estate, &sources, &most);
            scope.spawn(move || {
                for round in 0..rounds {
                    sources[(round + writer) % 8].replace(estate, ledger);
                    if round % 64 == 0 {
                        most.fetch_max(estate.retired.retired_count(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    // Lists, the batches under way with the room they give, and what is pinned, seen by each list.
    let bound = 2 * STRIPES * SLOTS + 2 * writers * SLOTS + 3 * pins.len();
    assert!(most.into_inner() <= bound);
    drop(pins);
    estate.flush();
    assert_eq!(freed(&ledger), writers * rounds);
    sources.into_iter().for_each(Source::end);
}

#[test]
fn nested_pins_take_further_blocks_and_give_them_back() {
    let pins = 3 * SLOTS + 5;
    let domain = domain();
    let ledger = Arc::new(Ledger::default());
    let estate = Estate::new(domain);
    let nest = || -> Vec<_> {
        let pin = |_| {
            let source = Source::new(&ledger);
            let (pin, entry) = source.pin(domain);
            estate.retire(entry);
            pin
        };
        (0..pins).map(pin).collect()
    };
    for _ in 0..3 {
        let held = nest();
        assert_eq!(domain.pins(), pins);
        estate.flush();
        assert_eq!(estate.retired.retired_count(), pins, "all of them are pinned");
        drop(held);
        assert_eq!(domain.pins(), 0);
        estate.flush();
        assert_eq!(estate.retired.retired_count(), 0);
    }
    let shared = pins - own_slots();
    assert_eq!(domain.slots(), shared.next_multiple_of(SLOTS), "the blocks are used again");
    assert_eq!(freed(&ledger), 3 * pins);
}

#[test]
fn many_threads_claim_new_blocks_at_once() {
    let (threads, each) = (4, if cfg!(miri) { 40 } else { 400 });
    let domain = Domain::new();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let entry = NonNull::<u64>::dangling();
                let held: Vec<_> =
                    (0..each).filter_map(|_| domain.protect(entry, || true)).collect();
                assert!(domain.pins() >= held.len());
            });
        }
    });
    assert_eq!(domain.pins(), 0);
    assert!(domain.slots() + OWN >= each);
    assert!(
        domain.slots() <= threads * (each + SLOTS),
        "a block each that was taken in a race, at most"
    );
}

#[test]
fn a_source_that_changed_or_panicked_leaves_no_pin() {
    let domain = Domain::new();
    let entry = NonNull::<u64>::dangling();
    assert!(domain.protect(entry, || false).is_none());
    assert_eq!(domain.pins(), 0);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        domain.protect(entry, || {
            assert_eq!(domain.pins(), 1, "published before the source is read again");
            std::panic::resume_unwind(Box::new("still"))
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(domain.pins(), 0);
}

#[test]
fn a_pin_is_one_pointer() {
    assert_eq!(size_of::<Option<Pin<'_>>>(), size_of::<usize>());
    fn is_send<T: Send + Sync>() {}
    is_send::<Pin<'static>>();
    is_send::<Retired>();
}

#[test]
fn a_drop_that_panics_loses_nothing() {
    let total = 1_000;
    let ledger = Arc::new(Ledger { panic_every: 3, ..Ledger::default() });
    let estate = Estate::new(domain());
    let mut panics = 0;
    for _ in 0..total {
        let entry = Entry::boxed(&ledger);
        panics += usize::from(catch_unwind(AssertUnwindSafe(|| estate.retire(entry))).is_err());
        assert!(estate.retired.retired_count() <= 2 * SLOTS + 1, "panics do not raise the limit");
    }
    assert_eq!(freed(&ledger) + estate.retired.retired_count(), total);
    while estate.retired.retired_count() > 0 {
        panics += usize::from(catch_unwind(AssertUnwindSafe(|| estate.flush())).is_err());
    }
    assert_eq!((freed(&ledger), panics), (total, total / 3));
    assert_eq!(Arc::strong_count(&ledger), 1);
}

#[test]
fn draining_goes_on_after_a_panic() {
    let ledger = Arc::new(Ledger { panic_every: 17, ..Ledger::default() });
    let estate = Estate::new(domain());
    for _ in 0..30 {
        estate.retire_new(&ledger);
    }
    let mut estate = estate;
    assert!(catch_unwind(AssertUnwindSafe(|| estate.retired.drain())).is_err());
    assert_eq!((freed(&ledger), estate.retired.retired_count()), (30, 0));
}

#[test]
fn a_drop_may_retire_further_entries() {
    // A chain, where each entry leaves one more behind, and a tree of two each.
    for (heirs, until) in [(1, 5_000), (2, 5_000)] {
        let ledger = Arc::new(Ledger { heirs, until, ..Ledger::default() });
        let mut estate = Estate::new(domain());
        ledger.estate.store(&raw mut estate, Ordering::Release);
        for _ in 0..100 {
            estate.retire_new(&ledger);
        }
        let mut flushes = 0;
        while estate.retired.retired_count() > 0 {
            estate.flush();
            flushes += 1;
            assert!(flushes < 2 * until, "the chain ends");
        }
        assert!(freed(&ledger) >= until);
        assert_eq!(Arc::strong_count(&ledger), 1);
    }
}

#[test]
fn a_drop_that_sleeps_delays_nobody() {
    let rounds = if cfg!(miri) { 200 } else { 20_000 };
    let ledger = Arc::new(Ledger { sleep_every: rounds / 4, ..Ledger::default() });
    let estate = Estate::new(domain());
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                for _ in 0..rounds {
                    estate.retire_new(&ledger);
                    let bound = 2 * STRIPES * SLOTS + 3 * 2 * SLOTS;
                    assert!(estate.retired.retired_count() <= bound);
                }
            });
        }
    });
    estate.flush();
    assert_eq!(freed(&ledger), 3 * rounds);
}

#[test]
fn an_idle_map_is_emptied_by_flush_or_by_its_end() {
    let ledger = Arc::new(Ledger::default());
    let estate = Estate::new(domain());
    for _ in 0..5 {
        estate.retire_new(&ledger);
    }
    assert_eq!((freed(&ledger), estate.retired.retired_count()), (0, 5));
    estate.flush();
    assert_eq!((freed(&ledger), estate.retired.retired_count()), (5, 0));
    estate.retire_new(&ledger);
    drop(estate);
    assert_eq!(freed(&ledger), 6);
}

#[test]
fn large_entries_are_bounded_in_bytes() {
    let bytes = 10 << 10;
    let ledger = Arc::new(Ledger::default());
    let estate = Estate { domain: domain(), retired: Retired::new(bytes, free) };
    for _ in 0..500 {
        estate.retire_new(&ledger);
        assert!(estate.retired.retired_bytes() <= BUDGET);
    }
    let huge = Retired::new(usize::MAX, free);
    assert_eq!((huge.base(estate.domain), Retired::new(0, free).base(estate.domain)), (1, SLOTS));
}

#[test]
fn without_memory_for_a_list_what_is_free_is_freed_and_the_rest_counted() {
    let ledger = Arc::new(Ledger::default());
    let estate = Estate::new(domain());
    estate.retired.free_or_forget(estate.domain, Entry::boxed(&ledger).cast());
    assert_eq!((freed(&ledger), estate.retired.forgotten()), (1, 0));
    let source = Source::new(&ledger);
    let (pin, entry) = source.pin(estate.domain);
    estate.retired.free_or_forget(estate.domain, entry.cast());
    assert_eq!((freed(&ledger), estate.retired.forgotten()), (1, 1));
    drop(pin);
    source.end();
}

#[test]
fn a_forgotten_pin_keeps_its_entry_until_the_end() {
    let ledger = Arc::new(Ledger::default());
    let estate = Estate::new(domain());
    let (pin, entry) = Source::new(&ledger).pin(estate.domain);
    mem::forget(pin);
    estate.retire(entry);
    estate.flush();
    assert_eq!(estate.retired.retired_count(), 1);
    drop(estate);
    assert_eq!(freed(&ledger), 1);
}

#[cfg(feature = "std")]
#[test]
fn threads_alive_together_have_hints_of_their_own() {
    let together = 8;
    let meet = std::sync::Barrier::new(together);
    for _ in 0..20 {
        let hints: std::collections::BTreeSet<_> = thread::scope(|scope| {
            let hint = || {
                let hint = threads::assigned_hint();
                meet.wait();
                assert_eq!(threads::assigned_hint(), hint, "it stays");
                hint
            };
            let threads = [(); 8].map(|()| scope.spawn(hint));
            threads.into_iter().map(|thread| thread.join().expect("it only waits")).collect()
        });
        // 160 threads pass here: if hints were not given back, the later threads would soon share some.
        assert_eq!(hints.len(), together);
    }
}

/// Has another thread read and then do nothing until `work` is done.
#[cfg(feature = "std")]
fn with_somebody_away(
    domain: &'static Domain,
    source: &Source,
    work: impl FnOnce(&mut dyn FnMut()),
) {
    let (ask, asked) = std::sync::mpsc::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    thread::scope(|scope| {
        scope.spawn(move || {
            threads::assigned_hint();
            while asked.recv().is_ok() {
                let (pin, entry) = source.pin(domain);
                // SAFETY: `pin` holds the entry.
                unsafe { entry.as_ref() }.check();
                drop(pin);
                tell.send(()).expect("somebody waits");
            }
        });
        work(&mut || {
            ask.send(()).expect("the thread is there");
            told.recv().expect("the thread has read");
        });
        drop(ask);
    });
}

#[cfg(feature = "std")]
#[test]
fn a_thread_that_is_away_is_waited_for_as_long_as_is_said() {
    let updates = if cfg!(miri) { 300 } else { 100_000 };
    let ledger = Arc::new(Ledger::default());
    let (domain, source) = (domain(), Source::new(&ledger));
    let estate = Estate::new(domain);
    with_somebody_away(domain, &source, |read| {
        let mut most = 0;
        for update in 0..updates {
            if update % 10_000 == 0 {
                read();
            }
            source.replace(&estate, &ledger);
            most = most.max(estate.retired.retired_count());
        }
        assert!(most <= (PATIENCE + 2) * SLOTS, "{most} entries waited");
        assert!(own_slots() == 0 || most > (PATIENCE - 1) * SLOTS, "{most}: nobody waited");
    });
    estate.flush();
    assert_eq!((freed(&ledger), estate.retired.retired_count()), (updates, 0));
    source.end();
}

#[cfg(feature = "std")]
#[test]
fn a_thread_that_stays_away_is_waited_for_once() {
    let ledger = Arc::new(Ledger::default());
    let (domain, source) = (domain(), Source::new(&ledger));
    let estate = Estate::new(domain);
    with_somebody_away(domain, &source, |read| {
        read();
        let fill = || {
            let mut most = 0;
            for _ in 0..3 * PATIENCE * SLOTS {
                source.replace(&estate, &ledger);
                most = most.max(estate.retired.retired_count());
            }
            most
        };
        fill();
        assert!(fill() <= 2 * SLOTS, "it is known to be away");
        read();
        assert!(own_slots() == 0 || fill() > 2 * SLOTS, "it came back, and may come back again");
    });
    source.end();
}
