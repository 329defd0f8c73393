//! The atomics of the crate, in one place: `core`'s, or loom's when the protocols are model-checked.
//!
//! ThreadSanitizer does not understand fences, so under `cfg(tophash_tsan)` what is validated behind an
//! acquire fence elsewhere is validated by a read-modify-write that changes nothing.

#[cfg(not(loom))]
pub(crate) use core::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence};
#[cfg(loom)]
pub(crate) use loom::sync::Mutex;
#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicPtr, AtomicU64, AtomicUsize, Ordering, fence};
#[cfg(all(not(loom), feature = "std"))]
pub(crate) use std::sync::Mutex;

/// One turn of a short wait for another thread's few stores.
///
/// Gives the processor away now and then, so that a preempted holder can finish.
#[inline]
pub(crate) fn spin(turn: &mut u32) {
    *turn = turn.saturating_add(1);
    #[cfg(loom)]
    loom::thread::yield_now();
    #[cfg(not(loom))]
    {
        #[cfg(feature = "std")]
        if *turn % 64 == 0 {
            std::thread::yield_now();
            return;
        }
        core::hint::spin_loop();
    }
}
