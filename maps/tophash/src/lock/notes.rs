//! Who has a lock, where that is noted: a few slots that holders fill and clear, and that waiters read.
//!
//! Slots are filled where the lock is watched alone. A holder takes a slot that is free and never one of another's, so
//! that a reader who stays is not forgotten over those who come and go. If there is none, it goes unnoted.

use super::names;
use crate::concurrent::{Holder, Mode};
use crate::raw::site::AtomicSite;
use core::panic::Location;
use core::sync::atomic::{AtomicU64, Ordering};

/// Readers that can be noted at once.
const SLOTS: usize = 4;

/// A slot that nobody has.
const FREE: u64 = 0;
/// A slot that somebody is filling. A holder's word is larger.
const FILLING: u64 = 1;

/// The holders of a lock.
pub(crate) struct Notes([Slot; SLOTS]);

struct Slot {
    /// The thread's number, times two, and one more for a writer; times two.
    who: AtomicU64,
    site: AtomicSite,
}

/// A holder as a slot has it.
#[derive(Clone, Copy)]
pub(super) struct Seen {
    who: u64,
    site: &'static Location<'static>,
}

impl Seen {
    fn is(self, other: Self) -> bool {
        self.who == other.who && core::ptr::eq(self.site, other.site)
    }

    fn holder(self) -> Holder {
        let mode = if self.who & 2 == 0 { Mode::Read } else { Mode::Write };
        Holder::new(names::name(self.who >> 2), self.site, mode)
    }
}

impl Slot {
    const fn new() -> Self {
        Self { who: AtomicU64::new(FREE), site: AtomicSite::new() }
    }

    /// The holder, unless it is changing just now.
    fn seen(&self) -> Option<Seen> {
        let who = self.who.load(Ordering::Acquire);
        let site = self.site.load()?;
        // A site of the next holder's was stored after this word was changed.
        (who > FILLING && self.who.load(Ordering::Acquire) == who).then_some(Seen { who, site })
    }
}

impl Notes {
    pub(crate) const fn new() -> Self {
        Self([const { Slot::new() }; SLOTS])
    }

    /// Notes that this thread has the lock, until that is struck out.
    pub(super) fn note(&self, site: &'static Location<'static>, mode: Mode) -> Option<Noted<'_>> {
        let number = names::number();
        let free =
            (0..SLOTS).map(|turn| &self.0[(number as usize + turn) % SLOTS]).find(|slot| {
                slot.who.load(Ordering::Relaxed) == FREE
                    && slot
                        .who
                        .compare_exchange(FREE, FILLING, Ordering::Acquire, Ordering::Relaxed)
                        .is_ok()
            })?;
        free.site.store(site);
        let writes = u64::from(mode == Mode::Write);
        free.who.store(number << 2 | writes << 1, Ordering::Release);
        Some(Noted(free))
    }

    /// Who has the lock just now.
    pub(super) fn all(&self) -> [Option<Seen>; SLOTS] {
        core::array::from_fn(|slot| self.0[slot].seen())
    }

    /// Somebody who has the lock: one who had it at `then` already if there is such a one.
    pub(super) fn holder(&self, then: &[Option<Seen>; SLOTS]) -> Option<Holder> {
        let now = self.all();
        let both = now.iter().zip(then).filter_map(|(now, then)| Some(((*now)?, (*then)?)));
        let stayed = both.filter(|(now, then)| now.is(*then)).map(|(now, _)| now).next();
        stayed.or_else(|| now.into_iter().flatten().next()).map(Seen::holder)
    }
}

/// A note, until it is struck out.
#[derive(Clone, Copy)]
pub(super) struct Noted<'a>(&'a Slot);

impl Noted<'_> {
    pub(super) fn strike_out(self) {
        self.0.who.store(FREE, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;
    use std::vec::Vec;

    #[test]
    fn who_stays_is_told_before_who_comes_and_goes() {
        let notes = Notes::new();
        let (here, there) = (Location::caller(), stays());
        assert!(notes.holder(&notes.all()).is_none());
        let stayed = notes.note(there, Mode::Read);
        let then = notes.all();
        for _ in 0..10 {
            let other = thread::scope(|scope| {
                let other = scope.spawn(|| notes.note(here, Mode::Read));
                other.join().unwrap()
            });
            let holder = notes.holder(&then).unwrap();
            assert_eq!((holder.site.line(), holder.mode), (there.line(), Mode::Read));
            other.unwrap().strike_out();
        }
        let more: Vec<_> = (0..3).map(|_| notes.note(here, Mode::Read)).collect();
        assert!(more.iter().all(Option::is_some) && notes.note(here, Mode::Read).is_none());
        more.into_iter().chain([stayed]).flatten().for_each(Noted::strike_out);
        assert!(notes.holder(&then).is_none());
        let writer = notes.note(here, Mode::Write);
        assert_eq!(notes.holder(&then).unwrap().mode, Mode::Write);
        writer.unwrap().strike_out();
        assert!(notes.holder(&then).is_none());
    }

    #[track_caller]
    fn stays() -> &'static Location<'static> {
        Location::caller()
    }
}
