//! The step that moves the entries of one home, wherever they lie; and to the overflow list what finds no room.

use super::locks::{HOME, Locks};
use super::position_of;
use crate::error::AllocError;
use crate::raw::bucket::{Bucket, MOST_REACH, State};
use crate::raw::layout::Layout;
use crate::raw::table::{Candidate, Home, Table};
use crate::sync::{Ordering, spin};

/// The most entries of one home that a step moves; of more, some go to the overflow list first.
pub(super) const MOST: usize = 48;

/// The homes that the entries of one home go to.
const TARGETS: usize = 2;

/// An entry of the home that a step moves.
#[derive(Clone, Copy)]
pub(super) struct Moving<'t> {
    pub(super) bucket: Bucket<'t>,
    pub(super) slot: usize,
    position: u64,
}

/// Where an entry was copied to.
#[derive(Clone, Copy)]
pub(super) struct Copied {
    /// Which of the locked buckets it came from.
    pub(super) from: usize,
    /// Which one is its new home.
    pub(super) home: usize,
    /// Which one it lies in.
    pub(super) to: usize,
    pub(super) slot: usize,
}

impl Table {
    /// Moves the entries of home `old`, the last one that has not been moved yet; or, if they do not fit where they
    /// belong, some of them to the overflow list. How many were moved to their new homes; none if that is not possible now.
    ///
    /// # Errors
    /// When the allocator refuses a bucket of the overflow list.
    #[cold]
    #[inline(never)]
    pub(super) fn step<L: Layout>(
        &self,
        home: &Home<'_>,
        old: usize,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<Option<usize>, AllocError> {
        let (header, shape) = (home.header, home.shape);
        let mut moving = [const { None }; MOST];
        let mut locks = Locks::new();
        let Some((length, all)) = Self::lock_home::<L>(home, old, rehash, &mut moving, &mut locks)
        else {
            return Ok(None);
        };
        let mut copied = [const { None }; MOST];
        if !all || !Self::copy::<L>(home, old, &moving[..length], &mut copied, &mut locks) {
            for copy in copied.iter().flatten() {
                Self::withdraw::<L>(copy, &mut locks);
            }
            return self.relieve::<L>(&moving[..length], locks);
        }
        locks.settle();
        delicate!();
        // From here on, searches look for these entries where they have been copied to.
        let published = shape.with_watermark(old);
        mutant!("grow-late", {}, header.publish(published));
        delicate!();
        let mut moved = 0;
        for (entry, copy) in moving[..length].iter().zip(&copied) {
            let (Some(entry), Some(copy)) = (entry, copy) else { continue };
            moved += 1;
            if let Some(source) = locks.at(copy.from) {
                mutant!("leave-moved-entry", {}, L::take(source, entry.slot));
                source.set_state(source.state().with_foreign(entry.slot, false));
            }
            if copy.from != HOME {
                locks.change(HOME, State::without_displaced);
            }
        }
        // Whoever found this home empty of a key must look again, even if nothing lay here.
        locks.change(HOME, |state| state);
        mutant!("grow-late", drop(core::mem::replace(&mut locks, Locks::new())));
        delicate!();
        mutant!("grow-late", header.publish(published));
        Ok(Some(moved))
    }

    /// Moves entries of a home to the overflow list. None if that is not possible now.
    ///
    /// # Errors
    /// When the allocator refuses a bucket of the list, and there was room for none.
    #[cold]
    fn relieve<'t, L: Layout>(
        &'t self,
        moving: &[Option<Moving<'t>>],
        mut locks: Locks<'t>,
    ) -> Result<Option<usize>, AllocError> {
        let Some(shared) = self.shared() else { return Ok(None) };
        let (mut listed, mut refused) = (0, None);
        for entry in moving.iter().flatten() {
            let free = shared.overflow.nodes().find_map(|node| {
                (!L::empty(node.bucket.bucket::<L>()).is_empty()).then_some(())?;
                let place = locks.place_if_free(node.bucket.bucket::<L>())?;
                (!L::empty(node.bucket.bucket::<L>()).is_empty()).then_some(place)
            });
            let place = match free {
                Some(place) => Some(place),
                None => match shared.overflow.grow() {
                    Ok(node) => locks.place_if_free(node.bucket.bucket::<L>()),
                    Err(error) => {
                        refused = Some(error);
                        None
                    }
                },
            };
            let Some(node) = place.and_then(|place| locks.at(place)) else { break };
            let (tag, words) = entry.bucket.words_of::<L>(entry.slot);
            L::put(node, L::empty(node.bucket()).first(), tag, words);
            listed += 1;
        }
        if listed == 0 {
            return refused.map_or(Ok(None), Err);
        }
        // From here on, searches look for these entries in the list too; both copies are still locked.
        locks.change(HOME, State::with_overflowed);
        locks.settle();
        delicate!();
        let (mut from, mut source) = (HOME, None);
        for entry in moving.iter().flatten().take(listed) {
            if source.is_some_and(|source| entry.bucket != source) {
                from += 1;
            } else if source.is_none() && !locks.is_at(HOME, entry.bucket) {
                from = HOME + 1;
            }
            source = Some(entry.bucket);
            if let Some(source) = locks.at(from) {
                L::take(source, entry.slot);
                source.set_state(source.state().with_foreign(entry.slot, false));
            }
            if from != HOME {
                locks.change(HOME, State::without_displaced);
            }
        }
        shared.overflowed.fetch_add(listed as u64, Ordering::Relaxed);
        Ok(Some(0))
    }

    /// Finds the entries that are at home in bucket `old`, and locks that bucket, at [`HOME`], and those they
    /// lie in. How many there are, and whether these are all. None if they lie in too many buckets.
    fn lock_home<'t, L: Layout>(
        home: &Home<'t>,
        old: usize,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
        moving: &mut [Option<Moving<'t>>; MOST],
        locks: &mut Locks<'t>,
    ) -> Option<(usize, bool)> {
        let mut turn = 0;
        loop {
            let state = home.bucket.settled();
            let is = |position| home.shape.homes(position).0 == old;
            if let Some((length, all)) = Self::entries_of::<L>(home, is, state, rehash, moving) {
                if let Some(locked) =
                    mutant!("grow-unseen", Some(home.bucket.lock()), home.bucket.lock_from(state))
                {
                    locks.add(locked)?;
                    let mut last = home.bucket;
                    for entry in moving[..length].iter().flatten() {
                        // The entries of a bucket come one after the other.
                        if entry.bucket != last {
                            last = entry.bucket;
                            locks.add(last.lock())?;
                        }
                    }
                    return Some((length, all));
                }
            }
            spin(&mut turn);
        }
    }

    /// The entries that are at home in a bucket, where displaced ones have a position that `is` says so of: how many, and
    /// whether these are all. None if they changed.
    ///
    /// No lock is held while the user's hasher runs.
    pub(super) fn entries_of<'t, L: Layout>(
        home: &Home<'t>,
        is: impl Fn(u64) -> bool,
        state: State,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
        moving: &mut [Option<Moving<'t>>],
    ) -> Option<(usize, bool)> {
        let mut length = 0;
        for distance in 0..=mutant!("grow-home-only", 0, state.reach()) {
            let bucket = home.neighbour::<L>(distance);
            let displaced = distance > 0;
            let seen = if displaced { bucket.settled() } else { state };
            let foreign = seen.foreign();
            let mut wanted = if displaced { foreign } else { !foreign & ((1 << L::SLOTS) - 1) };
            while wanted != 0 {
                let slot = wanted.trailing_zeros() as usize;
                wanted &= wanted - 1;
                if L::tag_at(bucket, slot) == 0 {
                    continue;
                }
                let words = L::words(bucket, slot);
                if !bucket.unchanged(seen) {
                    return None;
                }
                let position = position_of::<L>(bucket, slot, words, rehash)?;
                if displaced && !is(position) {
                    continue;
                }
                let Some(place) = moving.get_mut(length) else { return Some((length, false)) };
                *place = Some(Moving { bucket, slot, position });
                length += 1;
            }
            if !bucket.unchanged(seen) {
                return None;
            }
        }
        Some((length, true))
    }

    /// Copies entries to where they are at home in the grown family, or near there. False if there is no room.
    fn copy<'t, L: Layout>(
        home: &Home<'t>,
        old: usize,
        moving: &[Option<Moving<'t>>],
        copied: &mut [Option<Copied>; MOST],
        locks: &mut Locks<'t>,
    ) -> bool {
        let (first, last) = (2 * old, 2 * old + 1);
        let overflowed = home.bucket.state().overflowed();
        let mut homes = [const { None }; TARGETS];
        for (target, place) in (first..=last).zip(&mut homes) {
            if target == old && !overflowed {
                continue;
            }
            let target = Self::bucket_of::<L>(home.header, home.shape, target);
            let Some(locked) = locks.place_of(target.bucket) else { return false };
            if overflowed {
                locks.change(locked, State::with_overflowed);
            }
            *place = Some((target, locked));
        }
        let (mut from, mut source) = (HOME, home.bucket);
        for (entry, copied) in moving.iter().flatten().zip(copied) {
            if entry.bucket != source {
                (from, source) = (from + 1, entry.bucket);
            }
            // A hasher that gives another hash than before must not lead outside of what this home maps to.
            let new = home.shape.homes(entry.position).1.clamp(first, last);
            if new == old {
                continue;
            }
            let Some(Some((target, home))) = homes.get(new - first) else { return false };
            let Some((to, slot)) = Self::copy_one::<L>(entry, target, *home, locks) else {
                return false;
            };
            *copied = Some(Copied { from, home: *home, to, slot });
        }
        true
    }

    /// Copies an entry to its new home, or near there: to which of the locked buckets, and to which slot.
    pub(super) fn copy_one<'t, L: Layout>(
        entry: &Moving<'_>,
        target: &Home<'t>,
        home: usize,
        locks: &mut Locks<'t>,
    ) -> Option<(usize, usize)> {
        for distance in 0..target.page.len().min(MOST_REACH + 1) {
            let bucket = target.neighbour::<L>(distance);
            if L::empty(bucket).is_empty() {
                continue;
            }
            let place = if distance == 0 { home } else { locks.place_of(bucket)? };
            let locked = locks.at(place)?;
            let empty = L::empty(bucket);
            if empty.is_empty() {
                continue;
            }
            let slot = empty.first();
            let (tag, found) = entry.bucket.words_of::<L>(entry.slot);
            let words = mutant!("copy-first-word", [found[0], 0], found);
            L::put(locked, slot, tag, words);
            if distance > 0 {
                locked.set_state(locked.state().with_foreign(slot, true));
                locks.change(home, |state| state.with_displaced(distance, tag));
            }
            return Some((place, slot));
        }
        None
    }

    /// Takes back a copy that was made in vain.
    pub(super) fn withdraw<L: Layout>(copy: &Copied, locks: &mut Locks<'_>) {
        if let Some(locked) = locks.at(copy.to) {
            L::take(locked, copy.slot);
            locked.set_state(locked.state().with_foreign(copy.slot, false));
        }
        if copy.to != copy.home {
            locks.change(copy.home, State::without_displaced);
        }
    }
}
