//! A small number for each thread, by which threads spread over slots and stripes: a hint, never a name.
//!
//! With `std` the first 64 threads alive at a time have a number each, the smallest that is free, given back
//! when they end; further ones share. Without `std` the number is a hash of where the thread's stack is.
//!
//! Where there is a [barrier](super::barrier), the hint of a thread that has it for itself is also the number of its
//! row.

#[cfg(all(not(loom), feature = "std"))]
pub(crate) use imp::own_or_more;
#[cfg(all(not(loom), feature = "std"))]
pub(super) use imp::own_row_of_all;
pub(crate) use imp::{assigned_hint, own_hint};
pub(super) use imp::{own_row, rows_used};

/// One more than the largest hint.
#[cfg(not(loom))]
pub(crate) const HINTS: usize = 64;

/// A number below [`HINTS`] from the place of the stack: threads are apart by more than 64 KiB, most of them.
#[cfg(not(loom))]
fn stack_hint() -> usize {
    const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;
    let here = 0u8;
    let place = (&raw const here).addr() as u64 >> 16;
    (place.wrapping_mul(GOLDEN) >> (u64::BITS - HINTS.trailing_zeros())) as usize
}

/// The model checker runs the same schedule twice, so nothing may depend on addresses; all threads meet in one slot.
#[cfg(loom)]
mod imp {
    pub(crate) fn assigned_hint() -> usize {
        0
    }

    /// Models name the rows of their threads themselves.
    pub(crate) fn own_row() -> usize {
        usize::MAX
    }

    pub(crate) fn rows_used() -> usize {
        usize::MAX
    }

    pub(crate) fn own_hint() -> Option<usize> {
        None
    }
}

#[cfg(all(not(loom), not(feature = "std")))]
mod imp {
    pub(crate) fn own_row() -> usize {
        usize::MAX
    }

    pub(crate) fn rows_used() -> usize {
        0
    }

    pub(crate) fn assigned_hint() -> usize {
        super::stack_hint()
    }

    pub(crate) fn own_hint() -> Option<usize> {
        None
    }
}

#[cfg(all(not(loom), feature = "std"))]
mod imp {
    use core::cell::Cell;
    use std::thread_local;

    use super::super::rows::{NOBODYS, Row};
    use super::super::{GLOBAL, barrier};
    use super::HINTS;
    use crate::sync::{AtomicU64, AtomicUsize, Ordering};

    /// Bit `i` is set while a thread has hint `i` for itself.
    static LEASED: AtomicU64 = AtomicU64::new(0);

    /// One more than the largest hint that was ever leased, where there are rows.
    static ROWS_USED: AtomicUsize = AtomicUsize::new(0);

    const UNSET: usize = usize::MAX;

    /// Marks a hint that the thread shares with others.
    const SHARED: usize = HINTS;

    /// Marks a hint to which no row belongs.
    const NO_ROW: usize = 2 * HINTS;

    thread_local! {
        // Apart from the lease, because what has no destructor is read without asking whether it ran.
        static HINT: Cell<usize> = const { Cell::new(UNSET) };
        // Of the domain of the whole process; the address of a static.
        static ROW: Cell<*const Row> = const { Cell::new(&raw const NOBODYS) };
        static LEASE: Lease = const { Lease(Cell::new(0)) };
    }

    /// The bit of [`LEASED`] that this thread gives back when it ends.
    struct Lease(Cell<u64>);

    impl Drop for Lease {
        fn drop(&mut self) {
            // From here on the thread shares the hint, with whoever gets the lease next.
            let hint = HINT.get();
            HINT.set(hint | SHARED);
            ROW.set(&raw const NOBODYS);
            GLOBAL.rows.give_up(hint % HINTS);
            // Releases what the thread did as the only one with this hint: see `own_hint`.
            LEASED.fetch_and(!self.0.get(), Ordering::Release);
        }
    }

    /// The thread's row, or a number that is no row if it has none, or none yet.
    #[inline(always)]
    pub(crate) fn own_row() -> usize {
        HINT.get()
    }

    /// The thread's row in the domain of the whole process, or [`NOBODYS`].
    #[inline(always)]
    pub(crate) fn own_row_of_all() -> &'static Row {
        let row = ROW.get();
        // SAFETY: it is the address of a static or of a part of one.
        unsafe {
            core::hint::assert_unchecked(!row.is_null());
            &*row
        }
    }

    /// One more than the largest number of a row that some thread ever had.
    #[inline]
    pub(crate) fn rows_used() -> usize {
        ROWS_USED.load(Ordering::Acquire)
    }

    /// The thread's hint, given to it now if it had none.
    #[inline]
    pub(crate) fn assigned_hint() -> usize {
        let hint = match HINT.get() {
            UNSET => assign(),
            hint => hint,
        };
        hint % HINTS
    }

    /// The thread's hint if no other thread that is alive has it. All that the thread does happens after all that
    /// threads before it did with this hint of their own.
    #[inline]
    pub(crate) fn own_hint() -> Option<usize> {
        let hint = match HINT.get() {
            UNSET => assign(),
            hint => hint,
        };
        (hint & SHARED == 0).then_some(hint % HINTS)
    }

    /// What [`own_hint`] gives, where that is known without a call, or a number that is no hint.
    #[inline(always)]
    pub(crate) fn own_or_more() -> usize {
        HINT.get() & !NO_ROW
    }

    #[cold]
    fn assign() -> usize {
        let lowest_free = |leased: u64| leased.checked_add(1).map(|next| leased | next);
        let hint = match LEASED.fetch_update(Ordering::Acquire, Ordering::Relaxed, lowest_free) {
            Ok(before) => {
                let hint = before.trailing_ones() as usize;
                let bit = 1 << hint;
                // A thread that is being torn down holds no lease any more; it shares the hint for its last steps.
                if LEASE.try_with(|lease| lease.0.set(bit)).is_err() {
                    LEASED.fetch_and(!bit, Ordering::Relaxed);
                    hint | SHARED
                } else if barrier::is_available() {
                    // Before the thread's first pin, whose fence lets scans see it.
                    ROWS_USED.fetch_max(hint + 1, Ordering::AcqRel);
                    ROW.set(GLOBAL.rows.row(hint));
                    hint
                } else {
                    hint | NO_ROW
                }
            }
            Err(_) => super::stack_hint() | SHARED,
        };
        HINT.set(hint);
        hint
    }

    const _: () = assert!(HINTS == u64::BITS as usize);
}
