//! Putting an entry in where a search found none: at its home, near it, or in the overflow list.

use super::found::{Candidate, Vacancy};
use super::{Home, Table};
use crate::error::AllocError;
use crate::raw::bucket::{Locked, MOST_REACH, State};
use crate::raw::layout::{Layout, SlotWords};
use crate::raw::stretch::{Room, SIGNAL};
use crate::sync::Ordering;

/// Why an entry was not put in.
#[derive(Debug)]
pub(crate) enum Refusal {
    Conflict,
    Alloc(AllocError),
}

/// Whether an entry found room away from its home.
enum Displaced {
    /// In the bucket this far away.
    By(usize),
    /// Other threads were at the buckets that had room.
    Busy,
    /// The page is full.
    Full,
}

impl Table {
    /// Puts an entry in where a search found none.
    ///
    /// `words` gives the entry's words, and is called once, when it goes in; `rehash` gives the hash of an entry that is in
    /// already: growth calls it, without any bucket locked, and it may panic before or after the entry went in.
    ///
    /// # Errors
    /// A conflict asks for another search. When the allocator refuses, the table is as it was.
    #[inline]
    pub(crate) fn insert<L: Layout>(
        &self,
        vacancy: &Vacancy<'_>,
        hash: u64,
        words: &mut impl FnMut() -> SlotWords,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<(), Refusal> {
        let Some((bucket, seen)) = vacancy.place else {
            self.begin::<L>().map_err(Refusal::Alloc)?;
            return Err(Refusal::Conflict);
        };
        let empty = L::empty(bucket);
        if empty.is_empty() {
            return self.insert_elsewhere::<L>(vacancy, hash, words, rehash);
        }
        let from = mutant!("insert-any-version", bucket.settled(), seen);
        let mut locked = bucket.open_from(from).ok_or(Refusal::Conflict)?;
        let slot =
            mutant!("insert-any-version", L::empty(bucket).first() % L::SLOTS, empty.first());
        L::put(&mut locked, slot, L::tag(hash), words());
        drop(locked);
        self.count(1);
        if let Some(home) = vacancy.home.filter(|home| home.shape.is_growing()) {
            self.tend::<L>(&home, 0, rehash);
        }
        Ok(())
    }

    /// Puts an entry in whose home is full.
    #[cold]
    #[inline(never)]
    fn insert_elsewhere<L: Layout>(
        &self,
        vacancy: &Vacancy<'_>,
        hash: u64,
        words: &mut impl FnMut() -> SlotWords,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<(), Refusal> {
        let Some((bucket, seen)) = vacancy.place else { return Err(Refusal::Conflict) };
        let home = vacancy.home.or_else(|| self.home::<L>(L::position(hash)));
        // The bucket still is the home if it can be locked as it was seen: growth would have changed it.
        let home = home.filter(|home| home.bucket == bucket).ok_or(Refusal::Conflict)?;
        let from = mutant!("insert-any-version", bucket.settled(), seen);
        let mut locked = bucket.lock_from(from).ok_or(Refusal::Conflict)?;
        match self.displace::<L>(&home, &mut locked, hash, words) {
            Displaced::By(distance) => {
                drop(locked);
                self.count(1);
                let signal = SIGNAL.min(1 << (home.shape.page_bits() - 1));
                if home.shape.is_growing() || distance >= signal {
                    self.tend::<L>(&home, distance, rehash);
                }
                Ok(())
            }
            Displaced::Busy => Err(Refusal::Conflict),
            Displaced::Full => {
                drop(locked);
                self.insert_when_full::<L>(&home, seen, hash, words, rehash)
            }
        }
    }

    /// Puts an entry into another bucket of its home's page.
    #[cold]
    fn displace<L: Layout>(
        &self,
        home: &Home<'_>,
        at_home: &mut Locked<'_>,
        hash: u64,
        words: &mut impl FnMut() -> SlotWords,
    ) -> Displaced {
        let mut busy = false;
        for distance in 1..home.page.len().min(MOST_REACH + 1) {
            let bucket = home.neighbour::<L>(distance);
            if L::empty(bucket).is_empty() {
                continue;
            }
            let Some(mut locked) = bucket.try_lock() else {
                busy = true;
                continue;
            };
            let empty = L::empty(bucket);
            if empty.is_empty() {
                continue;
            }
            let slot = empty.first();
            L::put(&mut locked, slot, L::tag(hash), words());
            let state = locked.state().with_foreign(slot, true);
            locked.set_state(state);
            // From the moment that the home is unlocked, searches look as far as this.
            let state = at_home.state().with_displaced(distance, L::tag(hash));
            at_home.set_state(mutant!("displace-silently", at_home.state(), state));
            return Displaced::By(distance);
        }
        if busy { Displaced::Busy } else { Displaced::Full }
    }

    /// Makes room in a full page, or uses the overflow list where growth would not help.
    #[cold]
    fn insert_when_full<L: Layout>(
        &self,
        home: &Home<'_>,
        seen: State,
        hash: u64,
        words: &mut impl FnMut() -> SlotWords,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<(), Refusal> {
        let Some(shared) = self.shared() else { return Err(Refusal::Conflict) };
        match self.make_room::<L>(home, rehash) {
            Ok(Room::Made) => return Err(Refusal::Conflict),
            Ok(Room::None) => {}
            Err(error) => return Err(Refusal::Alloc(error)),
        }
        let mut locked = home.bucket.lock_from(seen).ok_or(Refusal::Conflict)?;
        let mut fresh = None;
        let mut nodes = shared.overflow.nodes();
        loop {
            let bucket = match nodes.next() {
                Some(node) => node.bucket.bucket::<L>(),
                None if fresh.is_some() => return Err(Refusal::Conflict),
                None => {
                    let node = shared.overflow.grow().map_err(Refusal::Alloc)?;
                    fresh.insert(node).bucket.bucket::<L>()
                }
            };
            let Some(mut other) = bucket.try_lock() else { continue };
            let empty = L::empty(bucket);
            if empty.is_empty() {
                continue;
            }
            L::put(&mut other, empty.first(), L::tag(hash), words());
            let state = locked.state().with_overflowed();
            locked.set_state(state);
            drop((other, locked));
            shared.count.add(1);
            shared.overflowed.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
    }
}
