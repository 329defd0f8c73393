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

pub(crate) use frames::{any as under_any, find as under};
pub(crate) use growth::Growth;
pub(crate) use users::{has_code, hasher_has_code};

use crate::concurrent::{Mode, Watch};
use core::ops::{Deref, DerefMut};
use core::panic::Location;
use core::sync::atomic::{AtomicUsize, Ordering};
use frames::{Frame, Under};
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
    /// Whether code of the user's may run under the lock.
    pub(crate) users: bool,
    pub(crate) watch: Option<&'w dyn Watch>,
}

impl Ask<'_> {
    #[inline]
    fn frame(&self, mode: Mode) -> Option<Frame> {
        self.users.then(|| Frame::enter(Under { map: self.map, site: self.site, mode }))
    }
}

/// A table and its lock.
pub(crate) struct Lock<T> {
    inner: RwLock<T>,
    entries: AtomicUsize,
    capacity: AtomicUsize,
    bytes: AtomicUsize,
    notes: Notes,
}

/// A lock held together with other readers.
pub(crate) struct Reading<'a, T> {
    // In this order they are dropped: the note is struck out before the lock is free, and the watch hears of it after.
    _noted: Option<Noted<'a>>,
    guard: RwLockReadGuard<'a, T>,
    _frame: Option<Frame>,
    _held: Option<Held<'a>>,
}

/// A lock held alone.
pub(crate) struct Writing<'a, T: Table> {
    entries: &'a AtomicUsize,
    _noted: Option<Noted<'a>>,
    guard: RwLockWriteGuard<'a, T>,
    _frame: Option<Frame>,
    _held: Option<Held<'a>>,
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
            capacity: self.capacity.load(Ordering::Relaxed),
            bytes: self.bytes.load(Ordering::Relaxed),
        }
    }

    /// Leaves beside the lock how much room its table has, and tells whether that has become more.
    pub(crate) fn note_room(&self, room: Room) -> bool {
        self.capacity.store(room.capacity, Ordering::Relaxed);
        self.bytes.swap(room.bytes, Ordering::Relaxed) < room.bytes
    }

    pub(crate) fn into_inner(self) -> T {
        self.inner.into_inner()
    }

    /// The lock for writing, for whoever has another lock of the map already and knows that this ends; no code of the
    /// user's may run under it.
    pub(crate) fn write_unnoted(&self) -> Writing<'_, T> {
        self.hold(self.inner.write(), None)
    }

    /// Like [`write_unnoted`](Self::write_unnoted), if the lock is free.
    pub(crate) fn try_write_unnoted(&self) -> Option<Writing<'_, T>> {
        self.inner.try_write().map(|guard| self.hold(guard, None))
    }

    #[inline]
    fn hold<'a>(&'a self, guard: RwLockWriteGuard<'a, T>, frame: Option<Frame>) -> Writing<'a, T> {
        Writing { entries: &self.entries, _noted: None, guard, _frame: frame, _held: None }
    }

    /// The lock for reading, if it is free and not watched.
    #[inline]
    pub(crate) fn read_at_once<'a>(&'a self, ask: Ask<'a>) -> Option<Reading<'a, T>> {
        if ask.watch.is_some() {
            return None;
        }
        let guard = self.inner.try_read()?;
        Some(Reading { _noted: None, guard, _frame: ask.frame(Mode::Read), _held: None })
    }

    /// The lock for writing, if it is free and not watched.
    #[inline]
    pub(crate) fn write_at_once<'a>(&'a self, ask: Ask<'a>) -> Option<Writing<'a, T>> {
        if ask.watch.is_some() {
            return None;
        }
        let guard = self.inner.try_write()?;
        Some(self.hold(guard, ask.frame(Mode::Write)))
    }

    /// The lock for reading.
    ///
    /// # Panics
    /// If this thread is under the lock for writing.
    #[inline]
    pub(crate) fn read<'a>(&'a self, ask: Ask<'a>) -> Reading<'a, T> {
        match self.read_at_once(ask) {
            Some(reading) => reading,
            None => self.read_slowly(ask),
        }
    }

    /// The lock for writing.
    ///
    /// # Panics
    /// If this thread is under the lock.
    #[inline]
    pub(crate) fn write<'a>(&'a self, ask: Ask<'a>) -> Writing<'a, T> {
        match self.write_at_once(ask) {
            Some(writing) => writing,
            None => self.write_slowly(ask),
        }
    }

    /// The lock for reading, where it is watched or not free.
    #[cold]
    pub(crate) fn read_slowly<'a>(&'a self, ask: Ask<'a>) -> Reading<'a, T> {
        let under = frames::find(ask.map);
        if let Some(under) = under.filter(|under| under.mode == Mode::Write) {
            reenters(Mode::Read, ask.site, under);
        }
        // A writer that waits must not come between a reader and itself.
        let again = under.is_some();
        let Some(watch) = ask.watch else {
            let guard = if again { self.inner.read_recursive() } else { self.inner.read() };
            return Reading { _noted: None, guard, _frame: ask.frame(Mode::Read), _held: None };
        };
        let at_once = if again { self.inner.try_read_recursive() } else { self.inner.try_read() };
        let (guard, waited) = self.wait(at_once, watch, Mode::Read, ask.site, |patience| {
            if again {
                self.inner.try_read_recursive_for(patience)
            } else {
                self.inner.try_read_for(patience)
            }
        });
        let mut reading = Reading {
            _noted: self.notes.note(ask.site, Mode::Read),
            guard,
            _frame: Ask { users: true, ..ask }.frame(Mode::Read),
            _held: None,
        };
        reading._held = Held::begin(watch, Mode::Read, waited);
        reading
    }

    /// The lock for writing, where it is watched or not free.
    #[cold]
    pub(crate) fn write_slowly<'a>(&'a self, ask: Ask<'a>) -> Writing<'a, T> {
        if let Some(under) = frames::find(ask.map) {
            reenters(Mode::Write, ask.site, under);
        }
        let Some(watch) = ask.watch else {
            return self.hold(self.inner.write(), ask.frame(Mode::Write));
        };
        let wait = |patience| self.inner.try_write_for(patience);
        let (guard, waited) = self.wait(self.inner.try_write(), watch, Mode::Write, ask.site, wait);
        let mut writing = self.hold(guard, Ask { users: true, ..ask }.frame(Mode::Write));
        writing._noted = self.notes.note(ask.site, Mode::Write);
        writing._held = Held::begin(watch, Mode::Write, waited);
        writing
    }
}

impl<T> Deref for Reading<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T: Table> Deref for Writing<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T: Table> DerefMut for Writing<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T: Table> Drop for Writing<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.entries.store(self.guard.entries(), Ordering::Relaxed);
    }
}
