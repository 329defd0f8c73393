//! A barrier that one thread runs on behalf of all: the dear half of a fence whose cheap half costs nothing.
//!
//! [`light`] keeps the compiler from moving accesses over it, and the processor may still do so. When [`heavy`] has
//! returned true, every other thread of the process has been at some point between two of its instructions since the
//! call, and has run a full fence there. So whatever stood before a thread's `light` is visible to the caller, or what
//! stands behind it comes after all that the caller did before.
//!
//! Linux has it, as `membarrier`. Elsewhere, and where the kernel refuses, [`is_available`] says no.

#[cfg(not(loom))]
pub(super) use imp::heavy;
#[cfg(all(feature = "std", not(loom)))]
pub(super) use imp::is_available;

/// Keeps the compiler from moving accesses over this place.
#[inline(always)]
pub(super) fn light() {
    #[cfg(not(loom))]
    core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
}

#[cfg(all(
    feature = "std",
    target_os = "linux",
    any(
        all(target_arch = "x86_64", target_pointer_width = "64"),
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "x86",
        target_arch = "arm",
    ),
    not(any(loom, miri)),
))]
mod imp {
    use core::ffi::{c_int, c_long};
    use std::sync::OnceLock;

    unsafe extern "C" {
        /// Of the C library, which the standard library links to.
        fn syscall(number: c_long, ...) -> c_long;
    }

    /// The number of `membarrier` among the calls of the kernel, from its tables for each processor.
    const MEMBARRIER: c_long = if cfg!(target_arch = "x86_64") {
        324
    } else if cfg!(target_arch = "x86") {
        375
    } else if cfg!(target_arch = "arm") {
        389
    } else {
        283
    };

    // From `linux/membarrier.h`.
    const GLOBAL: c_int = 1;
    const PRIVATE_EXPEDITED: c_int = 1 << 3;
    const REGISTER_PRIVATE_EXPEDITED: c_int = 1 << 4;

    fn call(command: c_int) -> bool {
        let (flags, processor): (c_int, c_int) = (0, 0);
        // SAFETY: the call takes three numbers and touches no memory of the process.
        unsafe { syscall(MEMBARRIER, command, flags, processor) == 0 }
    }

    /// Whether there is a barrier. The first call asks the kernel; the answer stays.
    pub(crate) fn is_available() -> bool {
        static REGISTERED: OnceLock<bool> = OnceLock::new();
        *REGISTERED.get_or_init(|| call(REGISTER_PRIVATE_EXPEDITED) && call(PRIVATE_EXPEDITED))
    }

    /// Runs a full fence on every thread of the process. A few microseconds; false if the kernel refused.
    #[cold]
    pub(crate) fn heavy() -> bool {
        // A filter that was set up meanwhile may refuse what it granted before; the last resort takes milliseconds.
        call(PRIVATE_EXPEDITED)
            || (call(REGISTER_PRIVATE_EXPEDITED) && call(PRIVATE_EXPEDITED))
            || call(GLOBAL)
    }
}

#[cfg(not(all(
    feature = "std",
    target_os = "linux",
    any(
        all(target_arch = "x86_64", target_pointer_width = "64"),
        target_arch = "aarch64",
        target_arch = "riscv64",
        target_arch = "x86",
        target_arch = "arm",
    ),
    not(any(loom, miri)),
)))]
mod imp {
    #[cfg(all(feature = "std", not(loom)))]
    pub(crate) fn is_available() -> bool {
        false
    }

    #[cfg(not(loom))]
    pub(crate) fn heavy() -> bool {
        false
    }
}
