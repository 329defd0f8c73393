//! What a map has unlinked and not freed yet.
//!
//! Lists under spin bits, one list for each of [`STRIPES`], so that writers seldom meet. A list that reached
//! its limit is *sealed*: its entries wait for the era that begins then to be over. When it has reached its limit
//! again and that era is over, the list is taken out by the thread that filled it, which frees what was sealed and no
//! pin protects, holding nothing, and puts the rest back, sealed. No allocator and no user code runs while a spin bit
//! is set.
//!
//! # How much memory waits
//! With `base` the smaller of the domain's shared slots (64, unless more pins were ever held at a time) and
//! half of [`BUDGET`] bytes' worth of entries: after a scan that found `k` entries protected and left `n` to the next one, a
//! list is scanned again when it holds `k + n + max(k, base)`; `n` is what came since the scan before, no more than
//! `max(k, base)` of that one. So no more than `STRIPES × 2 base` entries wait, plus thrice those that
//! were protected when last looked at, plus the batches that threads are freeing right now: each such batch
//! raises its list's limit by `base` meanwhile, so that a `Drop` that retires further entries nests seldom,
//! and a thread that sleeps in a `Drop` delays nobody. Each scan meets at least `base` entries that
//! are new, which pays for reading the slots.
//!
//! If the era is not over because some thread is away, the list waits for it until it holds [`PATIENCE`] times 64 entries,
//! if that is more, and has it proven then. So no more than that waits, and `base`, for threads that go away.
//!
//! The bytes are those of the entries; what keys and values own elsewhere is known to nobody.
//!
//! Nothing is freed in the background: an entry waits for the next scan of its list, that is for further
//! retirements, for [`Retired::flush`], or for the end of the map.

use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::mem;
use core::ops::{Deref, DerefMut};
use core::ptr::NonNull;

use super::{Domain, SLOTS, thread};
use crate::sync::{AtomicUsize, Ordering, spin};

/// Lists of a map.
pub(crate) const STRIPES: usize = if cfg!(loom) { 1 } else { 16 };

/// Bytes of entries that a list may hold, beside protected ones, before it is scanned: half of them sealed.
pub(crate) const BUDGET: usize = 64 << 10;

/// How many times [`SLOTS`] entries a list may hold, beside protected ones, for a thread that does not acknowledge its era.
pub(crate) const PATIENCE: usize = if cfg!(any(loom, tophash_mutants)) { 1 } else { 8 };

/// `base` as it is: where mutations are looked for, lists are short, so that entries are freed soon.
const fn shortened(base: usize) -> usize {
    if cfg!(tophash_mutants) && base > 8 { 8 } else { base }
}

/// Room that a list starts with.
const ROOM: usize = 16;

/// The entries that a map has retired: see the module.
pub(crate) struct Retired {
    free: unsafe fn(*mut ()),
    entry_bytes: usize,
    /// Entries that make up half of [`BUDGET`].
    budget: usize,
    stripes: [Stripe; STRIPES],
    forgotten: AtomicUsize,
}

// SAFETY: the lists are reached under their spin bits only, and what they hold may be freed by whichever
// thread scans them: `retire` makes its caller vouch for that.
unsafe impl Send for Retired {}
// SAFETY: as above.
unsafe impl Sync for Retired {}

#[repr(align(128))]
struct Stripe {
    locked: AtomicUsize,
    list: UnsafeCell<List>,
}

struct List {
    entries: Vec<NonNull<()>>,
    /// How many entries make a scan due.
    limit: usize,
    /// How many of the entries were protected when they were last looked at.
    kept: usize,
    /// How many were too young to be looked at then.
    young: usize,
    /// How many wait for [`List::era`] to be over: those at the front.
    sealed: usize,
    era: u64,
    /// Batches of this list that threads are freeing now.
    batches: usize,
    /// Entries in those batches.
    out: usize,
}

impl List {
    fn take(&mut self, base: usize) -> Vec<NonNull<()>> {
        (self.kept, self.young, self.sealed) = (0, 0, 0);
        self.batches += 1;
        self.out += self.entries.len();
        self.set_limit(base);
        mem::take(&mut self.entries)
    }

    fn set_limit(&mut self, base: usize) {
        self.limit = self.kept + self.young + self.kept.max(base) + self.batches * base;
    }

    /// Has all entries wait for an era that begins now: they were unlinked before.
    fn seal(&mut self, domain: &Domain) {
        self.sealed = self.entries.len();
        self.era = domain.begin_era();
    }

    fn has_room(&self, more: usize) -> bool {
        self.entries.capacity() - self.entries.len() >= more
    }

    /// Goes over to the larger of two buffers, and leaves the other one, empty, for the caller to free unlocked.
    fn adopt(&mut self, spare: &mut Vec<NonNull<()>>) {
        if spare.capacity() > self.entries.capacity() {
            mem::swap(&mut self.entries, spare);
            self.entries.append(spare);
        }
    }
}

impl Retired {
    /// An empty set for entries of `entry_bytes` each, which `free` frees.
    ///
    /// `free` may panic, and may come back to the map that retires here.
    pub(crate) fn new(entry_bytes: usize, free: unsafe fn(*mut ())) -> Self {
        let budget = BUDGET / 2 / entry_bytes.max(1);
        let limit = shortened(SLOTS.min(budget).max(1));
        let list = || List {
            entries: Vec::new(),
            limit,
            kept: 0,
            young: 0,
            sealed: 0,
            era: 0,
            batches: 0,
            out: 0,
        };
        let stripe = |_| Stripe { locked: AtomicUsize::new(0), list: UnsafeCell::new(list()) };
        let stripes = core::array::from_fn(stripe);
        Self { free, entry_bytes, budget, stripes, forgotten: AtomicUsize::new(0) }
    }

    /// Hands over an entry, to be freed when no pin of `domain` protects it; may free this one and others now.
    ///
    /// Amortised constant time. Never waits for another thread for longer than a few stores of a list take.
    ///
    /// A panic of `free` comes through; the entries that were to follow stay retired.
    ///
    /// If there is no memory for a longer list and all of it is protected, the entry is leaked, and counted.
    ///
    /// # Safety
    /// - No source leads to `entry` any more, and it has not been retired before.
    /// - Whoever reads it got it through [`Domain::protect`] of this `domain`, by this very address and with
    ///   a `still` that reads as is said there, and is done with it before `self` is drained or dropped.
    /// - `free(entry)` is sound once nobody uses it, on any thread that uses `self`.
    pub(crate) unsafe fn retire(&self, domain: &Domain, entry: NonNull<()>) {
        let start = thread::assigned_hint();
        let mut list = match self.stripes[start % STRIPES].try_lock() {
            Some(list) => list,
            None => self.lock_any(start),
        };
        if !list.has_room(1) {
            drop(list);
            return self.retire_with_room(domain, entry, start);
        }
        list.entries.push(entry);
        if list.entries.len() >= list.limit {
            self.look_after(domain, list);
        }
    }

    /// Makes room first, the bit being free meanwhile, so that no allocator runs under it.
    #[cold]
    #[inline(never)]
    fn retire_with_room(&self, domain: &Domain, entry: NonNull<()>, start: usize) {
        let mut spare = Vec::new();
        loop {
            let mut list = self.lock_any(start);
            list.adopt(&mut spare);
            if list.has_room(1) {
                list.entries.push(entry);
                if list.entries.len() >= list.limit {
                    self.look_after(domain, list);
                }
                return;
            }
            let room = ROOM.max(list.entries.capacity().saturating_mul(2));
            drop(list);
            if spare.try_reserve_exact(room).is_err() {
                return self.free_or_forget(domain, entry);
            }
        }
    }

    /// Frees what waits and is not protected, whatever the limits.
    pub(crate) fn flush(&self, domain: &Domain) {
        self.flush_as::<true>(domain);
    }

    /// `FENCED` is false only where a test shows what the fence of the scan is for.
    pub(super) fn flush_as<const FENCED: bool>(&self, domain: &Domain) {
        for stripe in &self.stripes {
            let list = stripe.lock();
            if !list.entries.is_empty() {
                self.reclaim_list::<FENCED>(domain, list, true);
            }
        }
    }

    /// Does what is due for a list that has reached its limit.
    #[inline(never)]
    fn look_after(&self, domain: &Domain, mut list: Locked<'_>) {
        let base = self.base(domain);
        let waits = list.entries.len().saturating_sub(list.kept);
        if list.sealed == 0 {
            list.seal(domain);
            list.young = waits;
            list.set_limit(base);
        } else if domain.is_over(list.era) {
            self.reclaim_list::<true>(domain, list, false);
        } else if waits < list.kept.max(base).max(SLOTS.min(base) * PATIENCE) {
            list.limit = list.entries.len() + base;
        } else {
            self.reclaim_list::<true>(domain, list, true);
        }
    }

    /// Frees everything. A second panic of `free`, while the first one unwinds, aborts, as in `Vec`.
    ///
    /// Whoever read an entry is done with it: [`Retired::retire`] made the map promise that.
    pub(crate) fn drain(&mut self) {
        struct Rest<'a>(&'a mut Retired);
        impl Rest<'_> {
            fn free_all(&mut self) {
                while let Some(entry) =
                    self.0.stripes.iter_mut().find_map(|stripe| stripe.list.get_mut().entries.pop())
                {
                    // SAFETY: the entry was retired, left its list just now, and nobody uses it any more.
                    unsafe { (self.0.free)(entry.as_ptr()) };
                }
            }
        }
        impl Drop for Rest<'_> {
            fn drop(&mut self) {
                self.free_all();
            }
        }
        Rest(self).free_all();
    }

    /// Entries that wait, those being freed at this moment included. Locks each list for a moment.
    pub(crate) fn retired_count(&self) -> usize {
        self.stripes
            .iter()
            .map(|stripe| stripe.lock())
            .map(|list| list.entries.len() + list.out)
            .sum()
    }

    /// Bytes of [`Retired::retired_count`] entries, without what their keys and values own elsewhere.
    pub(crate) fn retired_bytes(&self) -> usize {
        self.retired_count().saturating_mul(self.entry_bytes)
    }

    /// Entries leaked because there was no memory to list them.
    pub(crate) fn forgotten(&self) -> usize {
        self.forgotten.load(Ordering::Relaxed)
    }

    /// Entries beside the protected ones that a list may hold.
    pub(super) fn base(&self, domain: &Domain) -> usize {
        shortened(domain.slots().min(self.budget).max(1))
    }

    /// Locks the list at `start`, or the next one that nobody has locked.
    fn lock_any(&self, start: usize) -> Locked<'_> {
        let (before, after) = self.stripes.split_at(start % STRIPES);
        let mut turn = 0;
        loop {
            if let Some(list) = after.iter().chain(before).find_map(Stripe::try_lock) {
                return list;
            }
            spin(&mut turn);
        }
    }

    /// Takes a list out, frees what no slot holds of it, with nothing locked, and puts the rest back.
    ///
    /// Of what is sealed, whose era is over; of all entries if that is `proven` first.
    #[inline(never)]
    fn reclaim_list<const FENCED: bool>(
        &self,
        domain: &Domain,
        mut list: Locked<'_>,
        proven: bool,
    ) {
        let base = self.base(domain);
        let stripe = list.stripe;
        let mut sealed = list.sealed;
        let mut batch = list.take(base);
        drop(list);
        let taken = batch.len();
        if proven {
            sealed = if !FENCED || domain.prove() { taken } else { 0 };
        }
        let kept = domain.sift::<FENCED>(&mut batch[..sealed]);
        // What may be freed comes last.
        let young = taken - sealed;
        batch[kept..].rotate_left(sealed - kept);
        let mut rest = Rest { retired: self, domain, stripe, batch, base, taken, kept, young };
        while rest.batch.len() > kept + young {
            if let Some(entry) = rest.batch.pop() {
                // SAFETY: `retire`'s caller vouched that no source leads to the entry, so what `sift` left
                // unprotected stays so. It was in one list once, and has just been taken out.
                unsafe { (self.free)(entry.as_ptr()) };
            }
        }
    }

    /// Does without a list, for want of memory.
    #[cold]
    pub(super) fn free_or_forget(&self, domain: &Domain, entry: NonNull<()>) {
        if domain.prove() && domain.sift::<true>(&mut [entry]) == 0 {
            // SAFETY: as in `reclaim_list`; the entry was never in a list.
            unsafe { (self.free)(entry.as_ptr()) };
        } else {
            self.forgotten.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Drop for Retired {
    fn drop(&mut self) {
        self.drain();
    }
}

/// What is left of a batch, which goes back to its stripe even if freeing an entry panics.
struct Rest<'a> {
    retired: &'a Retired,
    domain: &'a Domain,
    stripe: &'a Stripe,
    batch: Vec<NonNull<()>>,
    base: usize,
    /// Entries the batch had.
    taken: usize,
    /// Entries of it that are protected, at its front.
    kept: usize,
    /// Entries behind those that were not sealed.
    young: usize,
}

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        let mut batch = mem::take(&mut self.batch);
        let mut starved = false;
        loop {
            let mut list = self.stripe.lock();
            if batch.capacity() > list.entries.capacity() {
                mem::swap(&mut batch, &mut list.entries);
            }
            if list.has_room(batch.len()) || starved {
                let room = list.entries.capacity() - list.entries.len();
                let fits = batch.len().min(room);
                let lost = batch.len() - fits;
                list.entries.extend(batch.drain(lost..));
                list.kept += self.kept;
                list.young += self.young;
                list.batches -= 1;
                list.out -= self.taken;
                list.set_limit(self.base);
                list.seal(self.domain);
                drop(list);
                self.retired.forgotten.fetch_add(lost, Ordering::Relaxed);
                return;
            }
            let room = (list.entries.len() + batch.len()).saturating_mul(2);
            drop(list);
            let mut larger = Vec::new();
            starved = larger.try_reserve_exact(room).is_err();
            if !starved {
                larger.append(&mut batch);
                batch = larger;
            }
        }
    }
}

impl Stripe {
    fn try_lock(&self) -> Option<Locked<'_>> {
        let free = self.locked.load(Ordering::Relaxed) == 0;
        let taken = free
            && self.locked.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok();
        taken.then(|| Locked { stripe: self })
    }

    fn lock(&self) -> Locked<'_> {
        let mut turn = 0;
        loop {
            if let Some(list) = self.try_lock() {
                return list;
            }
            spin(&mut turn);
        }
    }
}

/// A list under its spin bit. Nothing that may panic, allocate or wait is done while one of these is alive.
struct Locked<'a> {
    stripe: &'a Stripe,
}

impl Deref for Locked<'_> {
    type Target = List;

    fn deref(&self) -> &List {
        // SAFETY: the spin bit is ours, and whoever else reaches the list takes it first.
        unsafe { &*self.stripe.list.get() }
    }
}

impl DerefMut for Locked<'_> {
    fn deref_mut(&mut self) -> &mut List {
        // SAFETY: as above, and `self` is borrowed exclusively.
        unsafe { &mut *self.stripe.list.get() }
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        self.stripe.locked.store(0, Ordering::Release);
    }
}
