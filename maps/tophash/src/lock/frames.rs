//! Which locks a thread is under, so that it never waits for itself.
//!
//! Every thread keeps a list of the maps under whose lock code of the user's runs just now, and where that lock was
//! taken. It is asked when a lock is not free at once. The list is a few words of the thread's own: to enter
//! and to leave costs some stores.

use crate::concurrent::Mode;
use core::cell::{Cell, RefCell};
use core::marker::PhantomData;
use core::panic::Location;
use std::vec::Vec;

/// A lock that a thread is under.
#[derive(Clone, Copy)]
pub(crate) struct Under {
    /// The address of the map.
    pub(crate) map: usize,
    pub(crate) site: &'static Location<'static>,
    pub(crate) mode: Mode,
}

/// Nested calls that cost no allocation.
const NEAR: usize = 8;

std::thread_local! {
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    // Apart from those below, because what has no destructor can be had without asking whether it was run.
    static FRAMES: [Cell<Option<Under>>; NEAR] = const { [const { Cell::new(None) }; NEAR] };
    static DEEP: RefCell<Vec<Under>> = const { RefCell::new(Vec::new()) };
}

/// Whether this thread is under any lock at all.
#[inline]
pub(crate) fn any() -> bool {
    DEPTH.get() > 0
}

/// The innermost lock of that map that this thread is under.
pub(crate) fn find(map: usize) -> Option<Under> {
    let near = DEPTH.get().min(NEAR);
    let deep = DEEP
        .try_with(|deep| deep.borrow().iter().rfind(|under| under.map == map).copied())
        .ok()
        .flatten();
    deep.or_else(|| {
        FRAMES.with(|frames| {
            frames[..near].iter().rev().filter_map(Cell::get).find(|under| under.map == map)
        })
    })
}

/// That this thread is under a lock, for as long as this lives.
pub(crate) struct Frame {
    depth: usize,
    /// The list is the thread's.
    _of_the_thread: PhantomData<*const ()>,
}

impl Frame {
    #[inline]
    pub(crate) fn enter(under: Under) -> Self {
        Self { depth: enter(under), _of_the_thread: PhantomData }
    }
}

impl Drop for Frame {
    #[inline]
    fn drop(&mut self) {
        leave(self.depth);
    }
}

/// Puts a lock on the list; returns the depth that it is taken off by.
#[inline]
pub(super) fn enter(under: Under) -> usize {
    let depth = DEPTH.get();
    FRAMES.with(|frames| match frames.get(depth) {
        Some(frame) => frame.set(Some(under)),
        None => enter_deep(under),
    });
    DEPTH.set(depth + 1);
    depth
}

/// Takes the lock off the list that was put there at this depth.
#[inline]
pub(super) fn leave(depth: usize) {
    DEPTH.set(depth);
    if depth >= NEAR {
        leave_deep();
    }
}

/// A thread that is being torn down has no such list any more, and does without.
#[cold]
fn enter_deep(under: Under) {
    let _ = DEEP.try_with(|deep| deep.borrow_mut().push(under));
}

#[cold]
fn leave_deep() {
    let _ = DEEP.try_with(|deep| deep.borrow_mut().pop());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec;

    #[test]
    fn the_innermost_lock_of_a_map_is_found_however_deep_it_lies() {
        let sites: Vec<_> = (0..3).map(|_| Location::caller()).collect();
        let under = |map, mode| Under { map, site: sites[0], mode };
        assert!(!any() && find(1).is_none());
        let mut frames = vec![Frame::enter(under(1, Mode::Write))];
        for map in 2..20 {
            frames.push(Frame::enter(under(map, Mode::Read)));
            assert!((1..=map).all(|map| find(map).is_some()) && find(map + 1).is_none());
        }
        assert_eq!(find(1).map(|under| under.mode), Some(Mode::Write));
        while let Some(frame) = frames.pop() {
            drop(frame);
            assert!((1..20).all(|map| find(map).is_some() == (map <= frames.len())));
        }
        assert!(!any());
    }
}
