//! Eras: which objects of a list a reader may be looking at, told by one word that it publishes for a whole call.
//!
//! # Terms
//! - The **era** is a small box with a number. A list has one at a time, to which its word `now` leads; it is *closed* when
//!   another one, with the next number, takes its place.
//! - A reader **pins** the era that is now: a hazard pointer of the process protects the box (see
//!   [`hazard`](crate::raw::hazard)). That a pinned era is still now is seen by reading `now` again.
//! - An object is **born** in an era that was now before it was linked, and is **retired**, once nothing leads to it, in the
//!   era that its batch closes. Both numbers are its life.
//!
//! # Why an object that is read is never freed
//! A reader pins the era `t`, loads a pointer to an object, sees that `t` is still now, and only then follows the pointer.
//!
//! *It was born in `t` or before.* Its birth was read from `now` before it was linked, and the reader acquired the link
//! before it looked at `now` again; that word never goes back.
//!
//! *It is retired in `t` or later.* Suppose that its batch closed an era `r` below `t`. The closing is a
//! read-modify-write of `now` that releases, so that whoever reads a later era, as this reader did when it pinned, has
//! acquired it, and with it the change that unlinked the object; it could not have loaded the pointer after that.
//!
//! So `t` is in the object's life, and an object is freed only when no era of its life is pinned. A closed era is found
//! unpinned as any entry is that was retired: nothing leads to it, and no slot holds its address.
//!
//! # How much memory waits
//! A reader that stays away holds up what was alive when it pinned, and nothing that was born later: no more than the list
//! had then. Beside that there wait [`STRIPES`] batches that are not full, and those of the eras that were closed since
//! they were last looked at, which are no more than [`PATIENCE`] and one.

mod collect;

use super::bit::Bit;
use crate::raw::hazard::{Domain, Pin, thread};
use crate::sync::{AtomicPtr, AtomicUsize, Ordering};
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem;
use core::ptr::{self, NonNull};

/// Batches that are filled at a time.
pub(super) const STRIPES: usize = if cfg!(loom) { 1 } else { 16 };

/// Objects of a batch, unless they are large.
const BATCH: usize = if cfg!(loom) { 2 } else { 64 };

/// Closed eras before it is looked which of them are pinned.
const EAGER: usize = if cfg!(loom) { 1 } else { 4 };

/// Closed eras before a thread that is away is not waited for any longer.
pub(super) const PATIENCE: usize = if cfg!(loom) { 1 } else { 16 };

/// What kind of object it is that waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Entry,
    Leaf,
    Node,
}

/// An object that nothing leads to any more.
pub(super) struct Garbage {
    pub(super) at: NonNull<()>,
    pub(super) birth: u64,
    pub(super) kind: Kind,
}

// SAFETY: whoever retires it vouches that any thread may free it.
unsafe impl Send for Garbage {}

/// One era. Readers look at the number alone.
pub(super) struct Era {
    number: u64,
    /// What was retired in it, or in a later one that was not pinned. Changed by the one who collects.
    bag: Vec<Garbage>,
    /// The one closed before.
    before: *mut Era,
}

/// The closed eras, the newest first.
struct Closed {
    newest: *mut Era,
    count: usize,
    /// How many were closed before the era of the domain that has to be over: the oldest ones.
    sealed: usize,
    over: u64,
    /// How many were pinned when they were last looked at.
    pinned: usize,
}

// SAFETY: the eras are owned by the list, and changed under its bit or by the one who collects.
unsafe impl Send for Closed {}

#[repr(align(128))]
struct Now(AtomicPtr<Era>);

/// The eras of one list, and what waits for them.
pub(super) struct Eras {
    now: Now,
    stripes: [Bit<Vec<Garbage>>; STRIPES],
    closed: Bit<Closed>,
    /// Set while somebody finds out which eras are pinned.
    collecting: AtomicUsize,
    /// Objects of closed eras that were not freed, by kind.
    waiting: [AtomicUsize; 3],
    batch: usize,
    free: unsafe fn(&Garbage),
}

/// A pinned era: what was alive in it stays.
pub(super) struct Pinned<'d> {
    era: NonNull<Era>,
    /// Kept for what dropping it does.
    _pin: Pin<'d>,
}

// SAFETY: the era is only compared, and read for its number while the pin holds it; a pin may be dropped anywhere.
unsafe impl Send for Pinned<'_> {}
// SAFETY: as above.
unsafe impl Sync for Pinned<'_> {}

impl Pinned<'_> {
    /// Whether both are pins of the same era.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.era == other.era
    }

    /// The number of the era, for what is born in it.
    pub(super) fn number(&self) -> u64 {
        // SAFETY: the pin keeps the era alive, and its number never changes.
        unsafe { (*self.era.as_ptr()).number }
    }
}

impl Eras {
    /// Eras of a list whose largest object has so many bytes.
    pub(super) fn new(largest: usize, free: unsafe fn(&Garbage)) -> Self {
        let first = Era { number: 1, bag: Vec::new(), before: ptr::null_mut() };
        let closed = Closed { newest: ptr::null_mut(), count: 0, sealed: 0, over: 0, pinned: 0 };
        Self {
            now: Now(AtomicPtr::new(Box::into_raw(Box::new(first)))),
            stripes: core::array::from_fn(|_| Bit::new(Vec::new())),
            closed: Bit::new(closed),
            collecting: AtomicUsize::new(0),
            waiting: core::array::from_fn(|_| AtomicUsize::new(0)),
            batch: BATCH.min((64 << 10) / largest.max(1)).max(2),
            free,
        }
    }

    /// Pins the era that is now. Lock-free: begins again if it is closed just then.
    #[inline(always)]
    pub(super) fn pin<'d>(&self, domain: &'d Domain) -> Pinned<'d> {
        loop {
            let mut era = self.now.0.load(Ordering::Acquire);
            let Some(wanted) = NonNull::new(era) else { continue };
            let still = || {
                era = self.now.0.load(Ordering::SeqCst);
                era == wanted.as_ptr()
            };
            if let Some(pin) = domain.protect(wanted, still) {
                // SAFETY: `now` is never null; and the pointer is the one that was read last, to what is pinned.
                return Pinned { era: unsafe { NonNull::new_unchecked(era) }, _pin: pin };
            }
        }
    }

    /// Whether a pinned era is still now, so that what was loaded before this may be followed.
    #[inline(always)]
    pub(super) fn is_now(&self, pinned: &Pinned<'_>) -> bool {
        self.now.0.load(Ordering::Acquire) == pinned.era.as_ptr()
    }

    /// Hands over an object, to be freed when no era of its life is pinned; may free others now. Amortised constant.
    ///
    /// A panic of what is freed comes through; what was to follow is freed all the same.
    ///
    /// # Safety
    /// - Nothing leads to the object any more, and it was not retired before.
    /// - Its birth is the number of an era that was now before it was linked.
    /// - Whoever reads it got at it as the module says, and is done with it before `self` is dropped.
    /// - `free` is sound for it once nobody reads it, on any thread that uses `self`.
    pub(super) unsafe fn retire(&self, domain: &Domain, garbage: Garbage) {
        let stripe = &self.stripes[thread::assigned_hint() % STRIPES];
        let mut list = stripe.have();
        if list.len() < list.capacity() {
            return list.push(garbage);
        }
        drop(list);
        let mut fresh = Vec::with_capacity(self.batch);
        fresh.push(garbage);
        let mut list = stripe.have();
        mem::swap(&mut *list, &mut fresh);
        drop(list);
        if !fresh.is_empty() {
            self.close(fresh);
            self.collect(domain, false);
        }
    }

    /// Closes the era that is now, with what was retired in it.
    pub(super) fn close(&self, bag: Vec<Garbage>) {
        for garbage in &bag {
            self.waiting[garbage.kind as usize].fetch_add(1, Ordering::Relaxed);
        }
        let next =
            Box::into_raw(Box::new(Era { number: 0, bag: Vec::new(), before: ptr::null_mut() }));
        let mut closed = self.closed.have();
        let now = self.now.0.load(Ordering::Relaxed);
        // SAFETY: eras are closed under this bit alone, and only closed ones are freed. The next one is this thread's until
        // it is put in.
        unsafe { (*next).number = (*now).number + 1 };
        self.now.0.swap(next, Ordering::AcqRel);
        // SAFETY: as above; nobody else changes an era, and readers look at the number alone.
        unsafe {
            (*now).bag = bag;
            (*now).before = closed.newest;
        }
        closed.newest = now;
        closed.count += 1;
    }

    /// Objects of a kind that wait.
    pub(super) fn waiting(&self, kind: Kind) -> usize {
        let filling = |stripe: &Bit<Vec<Garbage>>| {
            stripe.have().iter().filter(|garbage| garbage.kind == kind).count()
        };
        let filling: usize = self.stripes.iter().map(filling).sum();
        filling + self.waiting[kind as usize].load(Ordering::Relaxed)
    }
}

/// What is to be freed, all of it even if freeing some of it panics.
struct Rest {
    free: unsafe fn(&Garbage),
    list: Vec<Garbage>,
}

impl Rest {
    fn free_all(&mut self) {
        while let Some(garbage) = self.list.pop() {
            // SAFETY: no era of its life is pinned, or nobody reads the list any more; it has just left the list of what waits.
            unsafe { (self.free)(&garbage) };
        }
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        self.free_all();
    }
}

impl Drop for Eras {
    fn drop(&mut self) {
        let mut rest = Rest { free: self.free, list: Vec::new() };
        for stripe in &mut self.stripes {
            rest.list.append(stripe.get_mut());
        }
        let now = self.now.0.load(Ordering::Relaxed);
        // SAFETY: nobody has the list but this, so that all eras are its own; each came from a box and is met once.
        unsafe {
            (*now).before = self.closed.get_mut().newest;
            let mut at = now;
            while !at.is_null() {
                let mut era = Box::from_raw(at);
                rest.list.append(&mut era.bag);
                at = era.before;
            }
        }
        rest.free_all();
    }
}
