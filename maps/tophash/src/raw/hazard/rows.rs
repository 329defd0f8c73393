//! Rows: slots that one thread alone claims, without a locked instruction and without a fence.
//!
//! # Terms
//! - A **row** is a line of slots that belongs to one thread at a time: see [`own_row`](super::thread::own_row). Only
//!   that thread claims them; any thread may release them.
//! - The **era** is a number that grows when a list of retired entries asks for it.
//! - A row's **acknowledgement** is the era that its thread has seen, and zero while the row is nobody's.
//! - The **proven** era is the newest one that began before a [heavy barrier](super::barrier) that has ended.
//!
//! # Why an entry that is read is never freed
//! The reader (P1) stores the address in a free slot of its row, (P2) loads the era, (P3) stores it as its
//! acknowledgement if it was another one, with a sequentially consistent fence behind that, and (P4) reads the source
//! again; it uses the entry only if the source still leads to it. P1 and P2 stay in the order of the program, as far
//! as the compiler is concerned, and nothing else orders them.
//!
//! The writer (W1) changes the source; what follows happens after that, on whatever thread: (W2) it begins a new era
//! `e`, (W3) runs a sequentially consistent fence, (W4) loads the proven era `p` and each row's acknowledgement, and
//! goes on only if each is at least `e`, or else below `p`; then (W5) it loads the slots, and frees the entry only if
//! none has its address.
//!
//! Suppose P4 saw the source as it was before W1, and W5 did not see the slot as P1 left it. Then P2 loaded an era
//! below `e`: a later one is read from W2 or what follows it, so that W1 would happen before P4.
//!
//! *The acknowledgement that W4 saw was `e` or later.* Eras that a thread loads only grow, so it was stored after P1,
//! and releases it. W5 sees the slot as P1 left it, or what was stored there later.
//!
//! *It was below `p`.* The heavy barrier that proved `p` ran after `p` had begun, and ended before W5. Where it met the
//! thread after P1, W5 sees the slot as P1 left it, or what was stored later. Where it met it before P1, P2 loaded `p` or a
//! later era, and so the thread's acknowledgement was stored, here or earlier, as `p` or later, before a fence F that
//! stands before P4. Of F and W3 one is first in the single total order of fences: if F, W4 sees that acknowledgement or a
//! later one, which is not below `p`; if W3, W1 comes before P4.
//!
//! An acknowledgement that goes back to zero is stored when the thread gives its row up, and releases all that it
//! did. Its next thread has acquired that, so both are one thread to what is said here.
//!
//! Freeing happens after the last use of the entry, because releasing a slot is a release store and W5 an acquire
//! load, and whoever claims the slot next has acquired what was released.
//!
//! # What it costs
//! Threads that read or write now and then acknowledge by themselves, with one fence an era, and no barrier is ever
//! run on their behalf. A thread that stays away after an acknowledgement holds entries up, whatever they are, until a
//! heavy barrier proves that it is away: one for each time that a thread goes away, and not even that if nobody
//! retires much meanwhile.

#[cfg(all(feature = "std", not(loom)))]
use super::GLOBAL;
use super::{barrier, thread};
use crate::sync::{AtomicU64, AtomicUsize, Ordering, fence};

/// Rows there are: one for each thread that has a hint of its own.
pub(super) const ROWS: usize = if cfg!(loom) { 2 } else { 64 };

/// Slots of a row.
pub(super) const OWN: usize = if cfg!(loom) { 2 } else { 15 };

/// What one thread publishes: two lines, of which it writes to one in most cases.
#[repr(align(128))]
pub(super) struct Row {
    acknowledged: AtomicU64,
    slots: [AtomicUsize; OWN],
    /// The barrier that the thread has run last, where loom plays it.
    #[cfg(loom)]
    served: AtomicUsize,
}

/// On lines of their own, since every pin reads the era.
#[repr(align(128))]
struct Eras {
    now: AtomicU64,
    proven: AtomicU64,
    /// How many barriers were asked for, where loom plays them.
    #[cfg(loom)]
    asked: AtomicUsize,
}

pub(super) struct Rows {
    rows: [Row; ROWS],
    eras: Eras,
    /// Set where a model shows what the fence of an acknowledgement is for.
    #[cfg(loom)]
    pub(super) unfenced: core::sync::atomic::AtomicBool,
}

/// The row of threads that have none: nobody finds a free slot there.
#[cfg(all(feature = "std", not(loom)))]
pub(super) static NOBODYS: Row = Row::filled_with(usize::MAX);

#[cfg(not(loom))]
impl Row {
    const fn new() -> Self {
        Self::filled_with(0)
    }

    const fn filled_with(address: usize) -> Self {
        let mut slots = [const { AtomicUsize::new(0) }; OWN];
        let mut nth = 0;
        while nth < OWN {
            slots[nth] = AtomicUsize::new(address);
            nth += 1;
        }
        Self { acknowledged: AtomicU64::new(0), slots }
    }
}

#[cfg(loom)]
impl Row {
    fn new() -> Self {
        Self {
            acknowledged: AtomicU64::new(0),
            slots: core::array::from_fn(|_| AtomicUsize::new(0)),
            served: AtomicUsize::new(0),
        }
    }
}

impl Rows {
    #[cfg(not(loom))]
    pub(super) const fn new() -> Self {
        let eras = Eras { now: AtomicU64::new(1), proven: AtomicU64::new(1) };
        Self { rows: [const { Row::new() }; ROWS], eras }
    }

    #[cfg(loom)]
    pub(super) fn new() -> Self {
        let (now, proven) = (AtomicU64::new(1), AtomicU64::new(1));
        let eras = Eras { now, proven, asked: AtomicUsize::new(0) };
        let unfenced = core::sync::atomic::AtomicBool::new(false);
        Self { rows: core::array::from_fn(|_| Row::new()), eras, unfenced }
    }

    /// This thread's row. If it has none, perhaps one whose slots are all taken, which [`Rows::has`] tells.
    #[inline(always)]
    fn own(&self) -> Option<&Row> {
        #[cfg(all(feature = "std", not(loom)))]
        if core::ptr::eq(self, &raw const GLOBAL.rows) {
            return Some(thread::own_row_of_all());
        }
        self.rows.get(thread::own_row())
    }

    fn has(&self, row: &Row) -> bool {
        self.rows.as_ptr_range().contains(&core::ptr::from_ref(row))
    }

    /// The row of this number; a thread's own, if that is its hint.
    #[cfg(any(loom, feature = "std"))]
    pub(super) fn row(&self, index: usize) -> &Row {
        &self.rows[index]
    }

    /// Publishes `address` in the slot numbered `nth` of this thread's row: P1 to P3. None if it has none, or that is taken.
    #[inline(always)]
    pub(super) fn claim(&self, nth: usize, address: usize) -> Option<&AtomicUsize> {
        let row = self.own()?;
        let slot = row.slots.get(nth)?;
        is_free(slot).then(|| self.publish(row, slot, address))
    }

    /// [`Rows::claim`] for whichever slot of the row is free.
    pub(super) fn claim_any(&self, address: usize) -> Option<&AtomicUsize> {
        self.claim_in(self.own()?, address)
    }

    /// `row` must be this thread's.
    pub(super) fn claim_in<'d>(&'d self, row: &'d Row, address: usize) -> Option<&'d AtomicUsize> {
        row.slots.iter().find(|slot| is_free(slot)).map(|slot| self.publish(row, slot, address))
    }

    #[inline(always)]
    fn publish<'d>(&self, row: &Row, slot: &'d AtomicUsize, address: usize) -> &'d AtomicUsize {
        self.interrupt(row);
        // P1. It is released as what it overwrites was, so that a scan which reads it has acquired both.
        slot.store(address, Ordering::Release);
        barrier::light();
        self.interrupt(row);
        delicate!();
        // P2, P3.
        let era = self.eras.now.load(Ordering::Acquire);
        if era != row.acknowledged.load(Ordering::Relaxed) {
            self.acknowledge(row, era);
        }
        self.interrupt(row);
        slot
    }

    #[cold]
    #[inline(never)]
    fn acknowledge(&self, row: &Row, era: u64) {
        row.acknowledged.store(era, Ordering::Release);
        #[cfg(loom)]
        if self.unfenced.load(Ordering::Relaxed) {
            return;
        }
        fence(Ordering::SeqCst);
    }

    /// Begins an era, whose number it says: W2.
    pub(super) fn begin_era(&self) -> u64 {
        self.eras.now.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Whether what was unlinked before `era` began may be looked for in the slots, and freed if it is not there: W3 and W4.
    pub(super) fn is_over(&self, era: u64) -> bool {
        if let Some(row) = self.own().filter(|row| self.has(row)) {
            row.acknowledged.store(self.eras.now.load(Ordering::Acquire), Ordering::Release);
        }
        fence(Ordering::SeqCst);
        let proven = self.eras.proven.load(Ordering::Acquire);
        self.used().iter().all(|row| {
            let acknowledged = row.acknowledged.load(Ordering::Acquire);
            acknowledged >= era || acknowledged < proven
        })
    }

    /// Does for everybody what acknowledgements would say, if there is a barrier: true then.
    ///
    /// What was unlinked before the call may be looked for in the slots, and freed if it is not there.
    #[cold]
    pub(super) fn prove(&self) -> bool {
        // Nobody has a row where there is no barrier. A thread that gets its first one meanwhile has its fence still before
        // it, or is seen.
        fence(Ordering::SeqCst);
        if self.used().is_empty() {
            return true;
        }
        let era = self.begin_era();
        let proven = self.bar();
        if proven {
            self.eras.proven.fetch_max(era, Ordering::AcqRel);
        }
        proven
    }

    /// The slots of all rows.
    pub(super) fn each_slot(&self) -> impl Iterator<Item = &AtomicUsize> {
        self.used().iter().flat_map(|row| row.slots[mutant!("scan-skips-rows", 1, 0)..].iter())
    }

    /// The rows that some thread had. A thread whose row is not among them has its fence still before it.
    fn used(&self) -> &[Row] {
        self.rows.get(..thread::rows_used()).unwrap_or(&self.rows)
    }

    #[cfg(any(loom, feature = "std"))]
    /// Gives a row up: the thread claims no slot of it any more.
    pub(super) fn give_up(&self, row: usize) {
        self.row(row).acknowledged.store(0, Ordering::Release);
    }
}

/// Acquires what the slot's last claim was released with, by whatever thread.
#[inline(always)]
fn is_free(slot: &AtomicUsize) -> bool {
    slot.load(Ordering::Acquire) == 0
}

#[cfg(not(loom))]
impl Rows {
    fn bar(&self) -> bool {
        barrier::heavy()
    }

    #[inline(always)]
    fn interrupt(&self, _row: &Row) {}
}

/// The heavy barrier as loom plays it: threads run the fence themselves, at any point between two accesses of a pin.
#[cfg(loom)]
impl Rows {
    fn bar(&self) -> bool {
        fence(Ordering::SeqCst);
        let number = self.eras.asked.fetch_add(1, Ordering::Relaxed) + 1;
        for row in &self.rows {
            let mut turn = 0;
            while row.served.load(Ordering::Acquire) < number {
                crate::sync::spin(&mut turn);
            }
        }
        fence(Ordering::SeqCst);
        true
    }

    pub(super) fn interrupt(&self, row: &Row) {
        let asked = self.eras.asked.load(Ordering::Relaxed);
        if asked != row.served.load(Ordering::Relaxed) {
            fence(Ordering::SeqCst);
            row.served.store(asked, Ordering::Release);
        }
    }

    /// Says that the thread of a row is away: where a barrier meets it makes no difference from now on.
    pub(super) fn go_away(&self, row: &Row) {
        fence(Ordering::SeqCst);
        row.served.store(usize::MAX, Ordering::Release);
    }
}
