//! Hazard pointers: what a reader of a boxed entry publishes so that nobody frees the entry under it.
//!
//! # Terms
//! - A **slot** is one word: zero, or the address of an entry that somebody reads. There are two kinds: those in
//!   [`rows`], which one thread claims without a locked instruction, and *shared* ones, which anybody claims by one.
//! - A **domain** is a set of slots: the rows, and shared ones in blocks of [`SLOTS`]. The first block is part of the
//!   domain; a further one is allocated when every slot is taken, and stays. [`GLOBAL`] serves the whole process.
//! - A **pin** owns one slot that holds one address. Whoever drops it releases the slot, on whatever thread.
//! - A **source** is the shared word through which readers find an entry.
//! - An entry is **retired** once no source leads to it, and freed when no slot holds its address: see [`Retired`].
//!
//! # Why an entry that is read in a shared slot is never freed
//! This is for threads without a row, and for pins that find their row full; [`rows`] argues for itself. This is Michael's scheme ("Hazard Pointers: Safe Memory Reclamation for Lock-Free Objects", 2004),
//! with claiming a slot and publishing the address in it made one instruction.
//!
//! The reader (R1) stores the address by a sequentially consistent compare-and-swap of the slot, then
//! (R2) reads the source again by a *sequentially consistent* load, and uses the entry only if the source
//! still leads to it. The writer (W1) changes the source; what follows happens after that, be it on another
//! thread, since a retired entry travels under a stripe's lock: (W2) a sequentially consistent fence,
//! then (W3) a load of the slot; the entry is freed only if the slot holds another value.
//!
//! Suppose R2 saw the source as it was before W1 and W3 saw the slot as it was before R1: the one outcome
//! that would free an entry in use. Since W3 follows the fence and reads what R1 overwrote, the fence comes
//! before R1 in the single total order of sequentially consistent operations. Since W1 happens before the
//! fence and R2 read what W1 overwrote, R2 comes before the fence in that order. But R1 comes before R2,
//! being earlier in the same thread: a circle, so that outcome cannot be.
//!
//! **R2 must be `SeqCst`.** A compare-and-swap is not a fence in the language's model, nor on AArch64, where
//! an acquire load may pass it. On x86-64 every load is strong enough and a `SeqCst` one costs nothing more.
//! (loom models `SeqCst` accesses as acquire-release ones, and fences exactly; under loom a fence stands
//! between R1 and R2.)
//!
//! A slot in a block that was linked in meanwhile is seen likewise: the reader met the link before R1 and the
//! writer looks for it after W2, and all accesses by which readers and writers get to
//! further blocks are sequentially consistent.
//!
//! Freeing happens after the last use of the entry because releasing a slot is a release store and W3 is
//! an acquire load: what W3 reads, zero or the next claim of the same slot, is in that store's release
//! sequence or follows one that is.
//!
//! # What does not hold
//! A pin cannot be duplicated by copying its address into a second slot: a scan may pass the second slot
//! before the copy and the first one after its release. Each pin needs its own R2.
//! A pin that is forgotten keeps its slot, and the entry until its map is dropped: a leak, but a sound one.

#![expect(
    unsafe_code,
    reason = "links to blocks are raw pointers, and freeing is for the owner of the entries to vouch for"
)]

mod barrier;
#[cfg(all(test, loom))]
mod model;
mod retired;
mod rows;
#[cfg(all(test, not(loom)))]
mod tests;
pub(crate) mod thread;

use alloc::boxed::Box;
use core::ptr::{self, NonNull};

pub(crate) use retired::Retired;
use rows::Rows;

use crate::sync::{AtomicPtr, AtomicUsize, Ordering, fence};

/// Slots in a block. The model checker gets few, so that it meets further blocks.
pub(crate) const SLOTS: usize = if cfg!(loom) { 2 } else { 64 };

/// How many slots of the first block a thread tries before it looks where there was room lately.
const NEAR: usize = if SLOTS < 8 { SLOTS } else { 8 };

/// The slots of the process.
#[cfg(not(loom))]
pub(crate) static GLOBAL: Domain = Domain::new();

/// A shared slot. Two lines, because processors fetch lines in pairs.
#[repr(align(128))]
struct Slot(AtomicUsize);

impl Slot {
    /// Publishes `address` here if the slot is free: R1 of the module's argument.
    #[inline]
    fn claim(&self, address: usize) -> bool {
        self.0.compare_exchange(0, address, Ordering::SeqCst, Ordering::Relaxed).is_ok()
    }

    fn looks_free(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

struct Block {
    slots: [Slot; SLOTS],
    next: AtomicPtr<Block>,
}

impl Block {
    #[cfg(not(loom))]
    const fn new() -> Self {
        Self {
            slots: [const { Slot(AtomicUsize::new(0)) }; SLOTS],
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    #[cfg(loom)]
    fn new() -> Self {
        Self {
            slots: core::array::from_fn(|_| Slot(AtomicUsize::new(0))),
            next: AtomicPtr::new(ptr::null_mut()),
        }
    }

    fn next(&self) -> Option<&Self> {
        // SAFETY: a link is null or a block leaked from a box, which lives as long as the domain that
        // `self` belongs to: only the domain's `Drop` frees blocks.
        unsafe { self.next.load(Ordering::SeqCst).as_ref() }
    }

    /// Takes a free slot, trying `tries` of them from `start` on.
    fn claim(&self, start: usize, tries: usize, address: usize) -> Option<&AtomicUsize> {
        let (before, after) = self.slots.split_at(start % SLOTS);
        let mut slots = after.iter().chain(before).take(tries);
        slots.find(|slot| slot.looks_free() && slot.claim(address)).map(|slot| &slot.0)
    }
}

/// A set of hazard slots, shared by all maps that name it.
pub(crate) struct Domain {
    rows: Rows,
    first: Block,
    /// Where a slot was found lately when those near the thread's own were taken; null means the first block.
    roomy: AtomicPtr<Block>,
    /// Blocks there are, the first one included.
    blocks: AtomicUsize,
}

impl Domain {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self {
            rows: Rows::new(),
            first: Block::new(),
            roomy: AtomicPtr::new(ptr::null_mut()),
            blocks: AtomicUsize::new(1),
        }
    }

    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self {
            rows: Rows::new(),
            first: Block::new(),
            roomy: AtomicPtr::new(ptr::null_mut()),
            blocks: AtomicUsize::new(1),
        }
    }

    /// Says that no thread of a model has a row.
    #[cfg(loom)]
    pub(in crate::raw) fn all_are_away(&self) {
        (0..rows::ROWS).for_each(|row| self.rows.go_away(self.rows.row(row)));
    }

    /// Pins the entry at `entry`, if `still` finds afterwards that a source still leads to it.
    ///
    /// `still` must read the source with `SeqCst` ordering (or after a `SeqCst` fence), as the module's
    /// argument says; the entry may be used, until the pin is dropped, if it was linked at that moment.
    /// `still` may panic; nothing stays published then.
    ///
    /// An entry may have been freed and another one put at its address and in its place between the two
    /// reads of the source. The pin then holds the new one, so a pointer should be made from what `still` read.
    ///
    /// No locked instruction and no fence where the thread has a row with a free slot. Otherwise one of each, unless the
    /// shared slot that the thread begins with is taken; lock-free then.
    /// Allocates, and aborts the process if that fails, when every shared slot of the domain is taken.
    #[inline(always)]
    pub(crate) fn protect<T>(
        &self,
        entry: NonNull<T>,
        still: impl FnOnce() -> bool,
    ) -> Option<Pin<'_>> {
        self.protect_nth(0, entry, still)
    }

    /// [`Domain::protect`] for a thread that holds some pins already and will hold more: `nth` numbers them, and the slot
    /// that is tried first goes by that.
    #[inline(always)]
    pub(crate) fn protect_nth<T>(
        &self,
        nth: usize,
        entry: NonNull<T>,
        still: impl FnOnce() -> bool,
    ) -> Option<Pin<'_>> {
        let address = entry.addr().get();
        delicate!();
        // Nothing else is handed to what is not inlined, so that all else can stay in registers.
        let slot = match self.rows.claim(nth, address) {
            Some(slot) => slot,
            None => self.claim_elsewhere(nth, address),
        };
        let pin = Pin { slot };
        delicate!();
        if mutant!("pin-unread", true, still()) { Some(pin) } else { None }
    }

    /// Publishes `address` in another slot of the thread's row, or in a shared one.
    #[cold]
    #[inline(never)]
    fn claim_elsewhere(&self, nth: usize, address: usize) -> &AtomicUsize {
        if let Some(slot) = self.rows.claim_any(address) {
            return slot;
        }
        let start = thread::assigned_hint().wrapping_add(nth) % SLOTS;
        let slot = match self.first.slots.get(start) {
            Some(slot) if slot.claim(address) => &slot.0,
            _ => self.claim_slowly(start, address),
        };
        #[cfg(loom)]
        fence(Ordering::SeqCst);
        slot
    }

    /// Shared slots there are, taken or not. The memory they use, in bytes, is 128 times that; it never shrinks.
    pub(crate) fn slots(&self) -> usize {
        self.blocks.load(Ordering::Relaxed).saturating_mul(SLOTS)
    }

    #[cfg(test)]
    /// Pins held at some moment during the call. Reads every slot.
    pub(crate) fn pins(&self) -> usize {
        self.each_slot().filter(|slot| slot.load(Ordering::Relaxed) != 0).count()
    }

    /// Moves the entries of `batch` that some slot holds to its front, and says how many they are.
    ///
    /// The entries behind them may be freed if no source led to them before the call, and before an era that is over or a
    /// proof.
    /// Allocates nothing. `FENCED` is false only where a test shows what the fence is for.
    #[inline(never)]
    pub(in crate::raw) fn sift<const FENCED: bool>(&self, batch: &mut [NonNull<()>]) -> usize {
        if FENCED {
            fence(Ordering::SeqCst);
        }
        let mut held = [0; SLOTS];
        let mut kept = 0;
        let mut slots = self.each_slot();
        loop {
            let mut count = 0;
            let addresses = slots
                .by_ref()
                .map(|slot| slot.load(Ordering::SeqCst))
                .filter(|&address| address != 0);
            for (place, address) in held.iter_mut().zip(addresses) {
                *place = address;
                count += 1;
            }
            let held = &mut held[..count];
            held.sort_unstable();
            if count > 0 {
                let first = kept;
                for i in first..batch.len() {
                    if held.binary_search(&batch[i].addr().get()).is_ok() {
                        batch.swap(i, kept);
                        kept += 1;
                    }
                }
            }
            if count < SLOTS {
                return mutant!("free-held", 0, kept);
            }
        }
    }

    fn each_slot(&self) -> impl Iterator<Item = &AtomicUsize> {
        let shared = core::iter::successors(Some(&self.first), |block| block.next())
            .flat_map(|block| block.slots.iter());
        self.rows.each_slot().chain(shared.map(|slot| &slot.0))
    }

    /// Begins an era: what was unlinked before is behind it.
    pub(in crate::raw) fn begin_era(&self) -> u64 {
        self.rows.begin_era()
    }

    /// Whether what was unlinked before `era` began may be sifted.
    pub(in crate::raw) fn is_over(&self, era: u64) -> bool {
        self.rows.is_over(era)
    }

    /// Sees to it that all that was unlinked before the call may be sifted. False if the machine refuses.
    pub(in crate::raw) fn prove(&self) -> bool {
        self.rows.prove()
    }

    fn claim_slowly(&self, start: usize, address: usize) -> &AtomicUsize {
        if let Some(slot) = self.first.claim(start, NEAR, address) {
            return slot;
        }
        // SAFETY: null, or a block of this domain, none of which is freed before it.
        let roomy = unsafe { self.roomy.load(Ordering::SeqCst).as_ref() }.unwrap_or(&self.first);
        self.claim_from(roomy, start, address)
            .or_else(|| self.claim_from(&self.first, start, address))
            .unwrap_or_else(|| self.claim_in_new_block(start, address))
    }

    /// Takes a free slot of `block` or of one behind it.
    fn claim_from<'d>(
        &'d self,
        mut block: &'d Block,
        start: usize,
        address: usize,
    ) -> Option<&'d AtomicUsize> {
        loop {
            if let Some(slot) = block.claim(start, SLOTS, address) {
                let here = ptr::from_ref(block).cast_mut();
                if self.roomy.load(Ordering::Relaxed) != here {
                    self.roomy.store(here, Ordering::SeqCst);
                }
                return Some(slot);
            }
            block = block.next()?;
        }
    }

    /// Links blocks in at the end until a slot is had: another thread may fill a whole block meanwhile.
    fn claim_in_new_block(&self, start: usize, address: usize) -> &AtomicUsize {
        let mut last = &self.first;
        loop {
            while let Some(next) = last.next() {
                last = next;
            }
            let made = Box::into_raw(Box::new(Block::new()));
            match last.next.compare_exchange(
                ptr::null_mut(),
                made,
                Ordering::SeqCst,
                Ordering::SeqCst,
            ) {
                Ok(_) => {
                    self.blocks.fetch_add(1, Ordering::Relaxed);
                }
                // SAFETY: another thread linked its block first, so this one was shown to nobody.
                Err(_) => drop(unsafe { Box::from_raw(made) }),
            }
            if let Some(slot) = self.claim_from(last, start, address) {
                return slot;
            }
        }
    }
}

impl Drop for Domain {
    fn drop(&mut self) {
        let mut at = self.first.next.load(Ordering::Relaxed);
        while !at.is_null() {
            // SAFETY: `at` came from `Box::into_raw` and is met once, and no pin is left to borrow it.
            let block = unsafe { Box::from_raw(at) };
            at = block.next.load(Ordering::Relaxed);
        }
    }
}

/// Holds one entry alive, whatever happens to its map's sources; free to move to another thread.
///
/// Says nothing of the map itself: whoever holds a pin also borrows the map whose entry it is.
#[must_use = "an unused pin protects nothing"]
pub(crate) struct Pin<'d> {
    slot: &'d AtomicUsize,
}

impl Drop for Pin<'_> {
    #[inline]
    fn drop(&mut self) {
        self.slot.store(0, Ordering::Release);
    }
}
