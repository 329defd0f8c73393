//! Iteration in the order of the hash, home by home.
//!
//! The hash of an entry never changes, and every mapping of hashes to homes is monotone. So a cursor that
//! remembers which part of the hash's range it has passed meets every entry that stays in the table exactly
//! once, whatever grows or splits meanwhile. An entry that comes or goes meanwhile may be met or not.

use super::bucket::{Bucket, State};
use super::header::{Header, Shape, start_of};
use super::layout::{Layout, SlotWords};
use super::page::Page;
use super::table::{Candidate, Home, Table};
use crate::sync::spin;
use alloc::vec::Vec;

/// How far an iteration has come.
pub(crate) struct Cursor<'t> {
    table: &'t Table,
    place: Place<'t>,
}

#[derive(Clone, Copy)]
enum Place<'t> {
    /// All hashes below this one have been passed.
    At(u64),
    /// All homes of this family below this one, and all families before it, have been passed.
    In(&'t Header, Shape, usize),
    End,
}

/// Where an entry lies.
#[derive(Clone, Copy, PartialEq)]
enum Lies {
    AtHome,
    Displaced,
    Listed,
}

impl<'t> Cursor<'t> {
    pub(crate) fn new(table: &'t Table) -> Self {
        Self { table, place: Place::At(0) }
    }

    /// Copies the words of all entries of the next page, if it is the cursor's place to begin one and its family does
    /// not grow meanwhile: how many are now at the front of `words`. None if [`Cursor::next_home`] has to go on.
    ///
    /// Entries change their bucket in growth alone. So where the shape stays, the buckets can be copied one after the
    /// other, whatever is at home in them: each entry that stays in the page is met once.
    pub(crate) fn copy_page<L: Layout>(&mut self, words: &mut Vec<SlotWords>) -> Option<usize> {
        let (home, index) = self.page_to_begin::<L>()?;
        let (header, shape, page) = (home.header, home.shape, home.page);
        let most = page.len() * L::SLOTS;
        if words.len() < most {
            words.resize(most, [0; 2]);
        }
        let behind = after(&home, index + page.len() - 1);
        let mut ahead = self.page_at::<L>(behind).map(Page::buckets::<L>).into_iter().flatten();
        let mut length = 0;
        let mut turn = 0;
        for place in mutant!("skip-next-home", 1, 0)..page.len() {
            let bucket = page.bucket::<L>(place);
            let before = length;
            // Pages lie anywhere, so that the processor does not foresee the next one by itself.
            if let Some(next) = ahead.next() {
                next.prefetch();
            }
            loop {
                let state = bucket.settled();
                if state.overflowed() {
                    return None;
                }
                // A slot is copied whether it holds an entry or not, and overwritten if not, which is quicker than to
                // ask. So each bucket writes to no more places than it has slots, and all of them to `most`.
                let entries = L::entries(bucket);
                let places = words.get_mut(length..)?.as_mut_ptr();
                let mut copied = 0;
                for slot in 0..L::SLOTS {
                    // SAFETY: as many places are left as the buckets from this one on have slots.
                    unsafe { *places.add(copied) = L::words(bucket, slot) };
                    copied += entries.has(slot);
                }
                length = before + copied;
                if bucket.unchanged(state) {
                    break;
                }
                length = before;
                spin(&mut turn);
            }
        }
        if !mutant!("walk-old-shape", true, header.unchanged(shape)) {
            return None;
        }
        self.place = behind;
        Some(length)
    }

    /// The page of a place, if that is easy to tell.
    fn page_at<L: Layout>(&self, place: Place<'t>) -> Option<Page<'t>> {
        match place {
            Place::In(header, shape, index) => {
                Some(Table::bucket_of::<L>(header, shape, index).page)
            }
            Place::At(position) => Some(self.table.home::<L>(position)?.page),
            Place::End => None,
        }
    }

    /// The first home of the page that comes next, and its number, if nothing of that page was passed yet.
    fn page_to_begin<L: Layout>(&self) -> Option<(Home<'t>, usize)> {
        let (home, index) = match self.place {
            Place::End => return None,
            Place::In(header, shape, index) => (Table::bucket_of::<L>(header, shape, index), index),
            Place::At(position) => {
                let home = self.table.home::<L>(position)?;
                let index = home.shape.home(position);
                let start = start_of(index, home.shape.bits())? >> home.shape.depth();
                if home.header.prefix | start != position {
                    return None;
                }
                (home, index)
            }
        };
        (home.index::<L>() == 0 && !home.shape.is_growing()).then_some((home, index))
    }

    /// Appends to `batch` what `make` makes of the entries of the next home. False at the end.
    ///
    /// `make` runs without any lock and may be called again for an entry whose bucket changed; then what it
    /// had made is dropped. If it makes nothing of an entry, the home is looked at again.
    pub(crate) fn next_home<L: Layout, T>(
        &mut self,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
        batch: &mut Vec<T>,
        mut make: impl FnMut(&Candidate<'_>) -> Option<T>,
    ) -> bool {
        let before = batch.len();
        let mut turn = 0;
        loop {
            let (home, index, from) = match self.place {
                Place::End => return false,
                Place::In(header, shape, index)
                    if mutant!("walk-old-shape", true, header.shape() == shape) =>
                {
                    (Table::bucket_of::<L>(header, shape, index), index, None)
                }
                Place::In(header, shape, index) => {
                    self.place = position_in(header, shape, index, shape.bits());
                    continue;
                }
                Place::At(position) => {
                    let Some(home) = self.table.home::<L>(position) else {
                        self.place = Place::End;
                        return false;
                    };
                    (home, home.shape.home(position), Some(position))
                }
            };
            if L::POINTS {
                fetch_ahead::<L>(home.page, home.index::<L>());
            }
            let state = home.bucket.settled();
            if self.gather::<L, T>(&home, index, state, from, rehash, batch, &mut make).is_some()
                && home.bucket.unchanged(state)
                && home.header.unchanged(home.shape)
            {
                self.place =
                    mutant!("skip-next-home", after(&home, index + 1), after(&home, index));
                return true;
            }
            batch.truncate(before);
            spin(&mut turn);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one step of a loop, taken apart for reading")]
    fn gather<L: Layout, T>(
        &self,
        home: &Home<'_>,
        index: usize,
        state: State,
        from: Option<u64>,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
        batch: &mut Vec<T>,
        make: &mut impl FnMut(&Candidate<'_>) -> Option<T>,
    ) -> Option<()> {
        let wanted = |position: u64, everywhere: bool| {
            from.is_none_or(|from| position >= from)
                && (!everywhere
                    || (home.header.covers(position, home.shape)
                        && home.shape.home(position) == index))
        };
        let mut entries_of = |bucket: Bucket<'_>, seen: State, lies: Lies| {
            let displaced = lies != Lies::AtHome;
            for slot in 0..L::SLOTS {
                let tag = L::tag_at(bucket, slot);
                if tag == 0 || (lies != Lies::Listed && seen.is_foreign(slot) != displaced) {
                    continue;
                }
                let words = L::words(bucket, slot);
                if !bucket.unchanged(seen) {
                    return None;
                }
                let candidate = Candidate::new::<L>(bucket, slot, words);
                if (displaced || from.is_some())
                    && !wanted(L::position(rehash(&candidate)?), displaced)
                {
                    continue;
                }
                batch.push(make(&candidate)?);
            }
            Some(())
        };
        entries_of(home.bucket, state, Lies::AtHome)?;
        for distance in 1..=mutant!("walk-home-only", 0, state.reach()) {
            let bucket = home.neighbour::<L>(distance);
            entries_of(bucket, bucket.settled(), Lies::Displaced)?;
        }
        if state.overflowed() {
            for node in self.table.shared().into_iter().flat_map(|shared| shared.overflow.nodes()) {
                let bucket = node.bucket.bucket::<L>();
                entries_of(bucket, bucket.settled(), Lies::Listed)?;
            }
        }
        Some(())
    }
}

/// Asks the processor to fetch what the next homes' searches will look at: the entries of one, and a bucket behind it.
#[inline]
fn fetch_ahead<L: Layout>(page: Page<'_>, index: usize) {
    const BUCKETS: usize = 4;
    if index + BUCKETS < page.len() {
        page.bucket::<L>(index + BUCKETS).prefetch();
    }
    if index + 1 < page.len() {
        let next = page.bucket::<L>(index + 1);
        L::entries(next).for_each(|slot| next.prefetch_from(L::FIRST + slot));
    }
}

/// The place behind home `index`.
#[inline]
fn after<'t>(home: &Home<'t>, index: usize) -> Place<'t> {
    let (header, shape) = (home.header, home.shape);
    if !shape.is_growing() {
        return if index + 1 < shape.buckets() {
            Place::In(header, shape, index + 1)
        } else {
            position_in(header, shape, shape.buckets(), shape.bits())
        };
    }
    // Below the watermark homes follow the old mapping, and above it the new one.
    let old = mutant!("walk-old-mapping", true, index < shape.watermark());
    position_in(header, shape, index + 1, shape.bits() + u32::from(!old))
}

/// The smallest position of home `index` of `1 << bits`, or of the next family.
fn position_in<'t>(header: &Header, shape: Shape, index: usize, bits: u32) -> Place<'t> {
    let depth = shape.depth();
    let offset = match start_of(index, bits) {
        Some(start) => start >> depth,
        // Past the last family there is none; a shift by all bits, of the only family there is, is none either.
        None => match 1u64.checked_shl(64 - depth) {
            Some(offset) => offset,
            None => return Place::End,
        },
    };
    header.prefix.checked_add(offset).map_or(Place::End, Place::At)
}
