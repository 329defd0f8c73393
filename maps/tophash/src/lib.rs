//! Concurrent maps that never deadlock on a guard, never stall while they grow, and tell what they are doing.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod raw;
mod sync;
