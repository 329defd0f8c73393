//! The lock of the maps that have one: readers together, a writer alone, around a table.
//!
//! It is `parking_lot`'s, and where nobody watches it, taking it is one look at whether somebody does, and its fast
//! path. What is added is this:
//!
//! 1. *It never waits for its own thread.* Code of the user's that runs under the lock is noted in a list of the
//!    thread's ([`frames`]). Where the lock is not free at once, the list is asked: a second lock for reading is
//!    granted past all writers that wait, and everything else that would wait for ever panics and names both sites.
//! 2. *Waits are told while they last* ([`wait`]), if the map is watched: who waits parks with a timeout, and after each
//!    one tells the [`Watch`] where it waits, how long, and for whom.
//! 3. *Holders are noted* ([`notes`]) while the map is watched: thread, site and mode.
//! 4. *The size of the table is told without the lock*: who writes leaves it beside the lock when done, so that whoever
//!    looks at numbers never waits.
//!
//! No lock is poisoned: a table is whole between any two lines of code that may panic.

mod frames;
mod growth;
mod names;
mod notes;
mod users;
mod wait;

pub(crate) use frames::{Frame, Under, any as under_any, find as under};
pub(crate) use growth::Growth;
pub(crate) use users::{has_code, hasher_has_code};

use crate::concurrent::{Mode, Watch};
use core::ops::{Deref, DerefMut};
use core::panic::Location;
use core::sync::atomic::{AtomicUsize, Ordering};
use core::time::Duration;
use notes::{Noted, Notes};
use parking_lot::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::sync::{Arc, OnceLock};
use wait::Held;
pub(crate) use wait::reenters;

/// Whoever watches a map, if somebody does. The first one stays.
pub(crate) struct Watched(OnceLock<Arc<dyn Watch>>);

impl Watched {
    pub(crate) const fn new() -> Self {
        Self(OnceLock::new())
    }

    pub(crate) fn set(&self, watch: Arc<dyn Watch>) {
        let _ = self.0.set(watch);
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<&dyn Watch> {
        self.0.get().map(|watch| &**watch)
    }
}

/// What a lock is around.
pub(crate) trait Table {
    /// Entries in it.
    fn entries(&self) -> usize;
}

/// How much room a table has.
#[derive(Clone, Copy, Default)]
pub(crate) struct Room {
    /// Entries it holds before it grows.
    pub(crate) capacity: usize,
    /// Bytes it has from the allocator.
    pub(crate) bytes: usize,
}

/// Who asks for a lock.
#[derive(Clone, Copy)]
pub(crate) struct Ask<'w> {
    /// The address of the map, all of whose locks are one where a thread is to wait for itself.
    pub(crate) map: usize,
    pub(crate) site: &'static Location<'static>,
    pub(crate) watch: Option<&'w dyn Watch>,
}

/// A table and its lock.
// What every call needs comes first, on one cache line.
#[repr(C)]
pub(crate) struct Lock<T> {
    inner: RwLock<T>,
    entries: AtomicUsize,
    capacity: AtomicUsize,
    bytes: AtomicUsize,
    notes: Notes,
}

/// A lock held alone: the number of entries is left beside it in the end.
pub(crate) struct Changing<'a, T: Table> {
    lock: &'a Lock<T>,
    guard: RwLockWriteGuard<'a, T>,
}

/// What was noted of a lock that is watched, and ends when the lock is free again.
///
/// Where nobody watches it is nothing, and its end one look at that.
pub(crate) struct Beside<'a>(Option<Noting<'a>>);

#[derive(Clone, Copy)]
struct Noting<'a> {
    noted: Option<Noted<'a>>,
    depth: usize,
    held: Option<Held<'a>>,
}

impl Beside<'_> {
    pub(crate) const fn nothing() -> Self {
        Self(None)
    }

    /// Ends what was noted, if anything was.
    #[inline]
    pub(crate) fn end(&mut self) {
        if let Some(noting) = self.0.take() {
            noting.end();
        }
    }
}

impl Drop for Beside<'_> {
    #[inline]
    fn drop(&mut self) {
        self.end();
    }
}

impl Noting<'_> {
    #[cold]
    #[inline(never)]
    fn end(self) {
        if let Some(noted) = self.noted {
            noted.strike_out();
        }
        frames::leave(self.depth);
        if let Some(held) = self.held {
            held.end();
        }
    }
}

impl<T: Table> Lock<T> {
    pub(crate) fn new(table: T, room: Room) -> Self {
        Self {
            entries: table.entries().into(),
            capacity: room.capacity.into(),
            bytes: room.bytes.into(),
            notes: Notes::new(),
            inner: RwLock::new(table),
        }
    }

    /// Entries in the table, as the last writer left it.
    pub(crate) fn entries(&self) -> usize {
        self.entries.load(Ordering::Relaxed)
    }

    /// How much room the table has, as it was last noted.
    pub(crate) fn room(&self) -> Room {
        Room {
            capacity: self.capacity.load(Ordering::Relaxed).max(self.entries()),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    /// Whether a table of so many bytes is another one than that whose room was noted.
    #[inline]
    pub(crate) fn has_grown(&self, bytes: usize) -> bool {
        self.bytes.load(Ordering::Relaxed) != bytes
    }

    /// Leaves beside the lock how much room its table has, and tells whether that has become more.
    ///
    /// A table of hashbrown says of its capacity only what is not taken by entries that were removed, until it is built
    /// anew. So what is believed is what it says when it has become another one.
    pub(crate) fn note_room(&self, room: Room) -> bool {
        let before = self.bytes.swap(room.bytes, Ordering::Relaxed);
        if before != room.bytes {
            self.capacity.store(room.capacity, Ordering::Relaxed);
        }
        before < room.bytes
    }

    pub(crate) fn into_inner(self) -> T {
        self.inner.into_inner()
    }

    /// The lock for reading, if it is free. Nothing is noted.
    #[inline]
    pub(crate) fn try_read(&self) -> Option<RwLockReadGuard<'_, T>> {
        self.inner.try_read()
    }

    /// The lock for writing, if it is free. Nothing is noted.
    #[inline]
    pub(crate) fn try_write(&self) -> Option<Changing<'_, T>> {
        Some(Changing { guard: self.inner.try_write()?, lock: self })
    }

    /// The lock for writing, for whoever has another lock of the map already and knows that this wait ends. Nothing is
    /// noted.
    pub(crate) fn write(&self) -> Changing<'_, T> {
        Changing { guard: self.inner.write(), lock: self }
    }

    /// The lock for reading, where it is watched or not free. Leaves in `beside` what is dropped after it.
    ///
    /// # Panics
    /// If this thread is under the lock for writing.
    pub(crate) fn read_slowly<'a>(
        &'a self,
        ask: Ask<'a>,
        beside: &mut Beside<'a>,
    ) -> RwLockReadGuard<'a, T> {
        let under = frames::find(ask.map);
        if let Some(under) = under.filter(|under| under.mode == Mode::Write) {
            reenters(Mode::Read, ask.site, under);
        }
        // A writer that waits must not come between a reader and itself.
        let again = under.is_some();
        let Some(watch) = ask.watch else {
            return if again { self.inner.read_recursive() } else { self.inner.read() };
        };
        let at_once = if again { self.inner.try_read_recursive() } else { self.inner.try_read() };
        let (guard, waited) = self.wait(at_once, watch, Mode::Read, ask.site, |patience| {
            if again {
                self.inner.try_read_recursive_for(patience)
            } else {
                self.inner.try_read_for(patience)
            }
        });
        self.note(ask, watch, Mode::Read, waited, beside);
        guard
    }

    /// The lock for writing, where it is watched or not free. Leaves in `beside` what is dropped after it.
    ///
    /// # Panics
    /// If this thread is under the lock.
    pub(crate) fn write_slowly<'a>(
        &'a self,
        ask: Ask<'a>,
        beside: &mut Beside<'a>,
    ) -> Changing<'a, T> {
        if let Some(under) = frames::find(ask.map) {
            reenters(Mode::Write, ask.site, under);
        }
        let Some(watch) = ask.watch else { return self.write() };
        let wait = |patience| self.inner.try_write_for(patience);
        let (guard, waited) = self.wait(self.inner.try_write(), watch, Mode::Write, ask.site, wait);
        let guard = Changing { guard, lock: self };
        self.note(ask, watch, Mode::Write, waited, beside);
        guard
    }

    /// Notes who has the lock that was just taken, and tells whoever watches of the wait.
    fn note<'a>(
        &'a self,
        ask: Ask<'a>,
        watch: &'a dyn Watch,
        mode: Mode,
        waited: Option<Duration>,
        beside: &mut Beside<'a>,
    ) {
        let noting = beside.0.insert(Noting {
            noted: self.notes.note(ask.site, mode),
            depth: frames::enter(Under { map: ask.map, site: ask.site, mode }),
            held: None,
        });
        noting.held = Held::begin(watch, mode, waited);
    }
}

impl<'a, T: Table> Changing<'a, T> {
    /// The lock that is held.
    #[inline]
    pub(crate) fn lock(&self) -> &'a Lock<T> {
        self.lock
    }
}

impl<T: Table> Deref for Changing<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T: Table> DerefMut for Changing<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T: Table> Drop for Changing<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.entries.store(self.guard.entries(), Ordering::Relaxed);
    }
}
