//! The step back: the entries of two homes move to the one that a family of half the buckets has for them.

use super::locks::Locks;
use super::single::{Copied, MOST, Moving};
use crate::raw::bucket::State;
use crate::raw::header::{Header, Shape};
use crate::raw::layout::Layout;
use crate::raw::table::{Candidate, Home, Table};
use crate::sync::spin;

/// The homes whose entries move to one.
const SOURCES: usize = 2;

impl Table {
    /// Moves the entries of the two homes behind the watermark to the one that they have in half the buckets: how many.
    /// None if they find no room there, or are too many; then nothing was done.
    #[cold]
    #[inline(never)]
    pub(super) fn step_back<L: Layout>(
        header: &Header,
        shape: Shape,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Option<usize> {
        let into = shape.watermark();
        // The first home of all stays where it is, with all that belongs to it.
        let sources = if into == 0 { 1..SOURCES } else { SOURCES * into..SOURCES * (into + 1) };
        let target = Self::bucket_of::<L>(header, shape, into);
        let mut homes = [const { None }; SOURCES];
        for (source, home) in sources.zip(&mut homes) {
            *home = Some((source, Self::bucket_of::<L>(header, shape, source)));
        }
        let mut moving = [const { None }; MOST];
        let (length, overflowed, mut locks) =
            Self::lock_homes::<L>(&homes, shape, rehash, &mut moving)?;
        let home = locks.place_of(target.bucket)?;
        let mut copied = [const { None }; MOST];
        for (entry, copied) in moving[..length].iter().flatten().zip(&mut copied) {
            let from = locks.find(entry.bucket);
            *copied = from.and_then(|from| {
                let (to, slot) = Self::copy_one::<L>(entry, &target, home, &mut locks)?;
                Some(Copied { from, home, to, slot })
            });
            if copied.is_none() {
                break;
            }
        }
        if copied.iter().flatten().count() < length {
            for copy in copied.iter().flatten() {
                Self::withdraw::<L>(copy, &mut locks);
            }
            return None;
        }
        // The home has a new version even if nothing came.
        locks.change(home, |state| if overflowed { state.with_overflowed() } else { state });
        locks.settle();
        delicate!();
        // From here on, searches look for these entries where they have been copied to.
        header.publish(shape.with_watermark(into + 1));
        delicate!();
        for (entry, copy) in moving[..length].iter().flatten().zip(copied.iter().flatten()) {
            if let Some(source) = locks.at(copy.from) {
                L::take(source, entry.slot);
                source.set_state(source.state().with_foreign(entry.slot, false));
            }
        }
        // Whoever found one of these homes empty of a key must look again, even if nothing lay there.
        for (_, source) in homes.iter().flatten() {
            if let Some(place) = locks.find(source.bucket) {
                locks.change(place, State::left);
            }
        }
        Some(length)
    }

    /// Finds the entries of some homes and locks these and the buckets that the entries lie in: how many entries there are,
    /// and whether there may be more in the overflow list. None if they are too many, or in too many buckets.
    fn lock_homes<'t, L: Layout>(
        homes: &[Option<(usize, Home<'t>)>; SOURCES],
        shape: Shape,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
        moving: &mut [Option<Moving<'t>>; MOST],
    ) -> Option<(usize, bool, Locks<'t>)> {
        let mut turn = 0;
        'again: loop {
            spin(&mut turn);
            let (mut length, mut overflowed) = (0, false);
            let mut seen = [State::EMPTY; SOURCES];
            for ((source, home), seen) in homes.iter().flatten().zip(&mut seen) {
                *seen = home.bucket.settled();
                overflowed |= seen.overflowed();
                let is = |position| shape.homes(position).1 == *source;
                let rest = moving.get_mut(length..)?;
                match Self::entries_of::<L>(home, is, *seen, rehash, rest) {
                    Some((more, true)) => length += more,
                    Some((_, false)) => return None,
                    None => continue 'again,
                }
            }
            let mut locks = Locks::new();
            for ((_, home), seen) in homes.iter().flatten().zip(seen) {
                let locked =
                    mutant!("shrink-unseen", Some(home.bucket.lock()), home.bucket.lock_from(seen));
                match locked {
                    Some(locked) => locks.add(locked)?,
                    None => continue 'again,
                };
            }
            // An entry that was displaced neither comes nor goes without its home.
            for entry in moving[..length].iter().flatten() {
                locks.place_of(entry.bucket)?;
            }
            return Some((length, overflowed, locks));
        }
    }
}
