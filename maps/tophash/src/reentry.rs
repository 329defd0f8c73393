//! Closures that write to the very key they were called for.
//!
//! `update` and its kin call a closure with an entry and put its result in if the entry is still the same. A closure
//! that itself changes that entry would be called for ever. So every thread keeps a list of the closures it
//! is in, and each write of the thread marks those that are for the key written to; one that was marked, and
//! whose entry has changed, is an error of the program's, which is told so by a panic.
//!
//! Without `std` there are no thread-local lists. Then a closure that is called `MOST` times is taken for one.

#[cfg(feature = "std")]
use core::cell::{Cell, RefCell};

/// How often a closure is called before it is taken for one that changes its own entry, without `std`.
#[cfg(not(feature = "std"))]
const MOST: u32 = 1 << 20;

#[cfg(feature = "std")]
struct Frame {
    map: usize,
    hash: u64,
    marked: bool,
}

#[cfg(feature = "std")]
std::thread_local! {
    // Apart from the list, because what has no destructor costs writers one load.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    static FRAMES: RefCell<std::vec::Vec<Frame>> = const { RefCell::new(std::vec::Vec::new()) };
}

/// The calls of one operation's closure.
pub(crate) struct Closure {
    map: usize,
    hash: u64,
    #[cfg(not(feature = "std"))]
    calls: u32,
}

impl Closure {
    /// The closure of an operation on the key of `hash` in the map at address `map`.
    pub(crate) fn new(map: usize, hash: u64) -> Self {
        Self {
            map,
            hash,
            #[cfg(not(feature = "std"))]
            calls: 0,
        }
    }

    /// Calls the closure. Also tells whether it wrote to a key of this hash in this map.
    #[cfg(feature = "std")]
    pub(crate) fn call<R>(&mut self, closure: impl FnOnce() -> R) -> (R, bool) {
        struct Pop(bool);
        impl Drop for Pop {
            fn drop(&mut self) {
                if self.0 {
                    DEPTH.set(DEPTH.get() - 1);
                    let _ = FRAMES.try_with(|frames| frames.borrow_mut().pop());
                }
            }
        }
        let frame = Frame { map: self.map, hash: self.hash, marked: false };
        // A thread that is being torn down has no list any more, and does without.
        let pushed = FRAMES.try_with(|frames| frames.borrow_mut().push(frame)).is_ok();
        if pushed {
            DEPTH.set(DEPTH.get() + 1);
        }
        let _pop = Pop(pushed);
        let result = closure();
        let marked =
            FRAMES.try_with(|frames| frames.borrow().last().is_some_and(|frame| frame.marked));
        (result, pushed && marked.unwrap_or(false))
    }

    /// Calls the closure. Also tells whether it was called so often that it must be changing its own entry.
    #[cfg(not(feature = "std"))]
    pub(crate) fn call<R>(&mut self, closure: impl FnOnce() -> R) -> (R, bool) {
        let _ = (self.map, self.hash);
        self.calls += 1;
        (closure(), self.calls >= MOST)
    }

    /// The panic of an operation whose closure changed the entry it was called for.
    #[cold]
    pub(crate) fn changed_its_own_entry(&self) -> ! {
        panic!(
            "the closure changed the very entry it was called for; \
             only its result may do that (writes to other keys are fine)"
        )
    }
}

/// Notes that this thread has written to a key of `hash` in the map at address `map`.
#[inline]
pub(crate) fn note(map: usize, hash: u64) {
    #[cfg(feature = "std")]
    if DEPTH.get() > 0 {
        note_in_frames(map, hash);
    }
    #[cfg(not(feature = "std"))]
    let _ = (map, hash);
}

#[cfg(feature = "std")]
#[cold]
fn note_in_frames(map: usize, hash: u64) {
    let _ = FRAMES.try_with(|frames| {
        for frame in frames.borrow_mut().iter_mut() {
            frame.marked |= frame.map == map && frame.hash == hash;
        }
    });
}
