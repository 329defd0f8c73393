//! The doubling of a short page, all at once.

use super::position_of;
use super::split::SplitLock;
use crate::error::AllocError;
use crate::raw::bucket::{Bucket, Locked, MOST_REACH};
use crate::raw::header::{Growing, Header, Shape};
use crate::raw::layout::{Layout, SlotWords};
use crate::raw::page::{self, Page};
use crate::raw::table::{Candidate, Dead, Grave, Table};
use crate::sync::{Ordering, spin};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// A page whose buckets are all locked, and of each entry its bucket, its slot and its position.
type LockedPage<'t> = (Vec<Locked<'t>>, Vec<(usize, usize, u64)>);

impl Table {
    /// Moves the entries of a short page into one of twice its size, which has a header of its own.
    pub(super) fn double<L: Layout>(
        &self,
        growing: &Growing<'_>,
        shape: Shape,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<(), AllocError> {
        let (Some(shared), header) = (self.shared(), growing.header) else { return Ok(()) };
        let old = Self::bucket_of::<L>(header, shape, 0).page;
        let doubled = Shape::new(shape.depth(), shape.bits() + 1);
        let fresh = page::Fresh::new(L::GEOMETRY, doubled.bits())?;
        let successor = page::boxed(Header::new(doubled, header.prefix, &[fresh.pointer()]))?;
        successor.asked.store(header.asked.load(Ordering::Relaxed), Ordering::Relaxed);
        let graves = (Grave::dig()?, Grave::dig()?);
        // SAFETY: just allocated with twice the buckets; what is made of it is dropped before the page can be, and if the
        // page is kept it is freed only with the table.
        let new = unsafe { Page::new(fresh.pointer(), doubled.bits()) };
        let mut filled: Vec<Locked<'_>> = room(new.len())?;
        filled.extend(new.buckets::<L>().map(Bucket::lock));
        let (mut locked, positions) = Self::lock_page::<L>(old, rehash)?;
        let mut moved = 0;
        for (bucket, slot, position) in positions {
            let home = doubled.home(position);
            Self::fill::<L>(&mut filled, home, old.bucket::<L>(bucket).words_of::<L>(slot));
            moved += 1;
        }
        for (index, bucket) in locked.iter().enumerate() {
            if bucket.state().overflowed() {
                for home in [2 * index, 2 * index + 1] {
                    let state = filled[home].state().with_overflowed();
                    filled[home].set_state(state);
                }
            }
        }
        filled.iter_mut().for_each(Locked::settle);
        let mut dead = Dead::Nothing;
        {
            let _one = SplitLock::of(shared);
            if let Some(directory) = self.directory() {
                // As it was made: what is borrowed of it here gives no right to free it.
                dead = Dead::Header(directory.family(header.prefix));
                fresh.keep();
                let successor = Box::into_raw(successor);
                directory.set(header.prefix, shape.depth(), successor);
                header.publish(shape.dead());
                // SAFETY: published just now and freed only with the table.
                directory.set_pages(unsafe { &*successor });
            }
        }
        delicate!();
        // Old copies go before new ones can change, so that nobody can read a value that was replaced.
        for bucket in &mut locked {
            for slot in 0..mutant!("double-keeps-old", 0, L::SLOTS) {
                L::take(bucket, slot);
            }
            let state = bucket.state().emptied();
            bucket.set_state(state);
        }
        drop(locked);
        drop(filled);
        self.bury(graves.0, Dead::Page(header.page(0), shape.bits()));
        self.bury(graves.1, dead);
        growing.count(1, 0, moved);
        shared.past.take_over(&header.grown);
        Ok(())
    }

    /// Locks all buckets of a page as they were when the hashes of their entries were computed.
    fn lock_page<'t, L: Layout>(
        page: Page<'t>,
        rehash: &dyn Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<LockedPage<'t>, AllocError> {
        let mut turn = 0;
        loop {
            let mut positions = room(page.len() * L::SLOTS)?;
            let mut locked = room(page.len())?;
            let mut states = room(page.len())?;
            for (index, bucket) in page.buckets::<L>().enumerate() {
                let state = bucket.settled();
                for slot in (0..L::SLOTS).filter(|slot| L::tag_at(bucket, *slot) != 0) {
                    let words = L::words(bucket, slot);
                    if bucket.unchanged(state) {
                        // What has changed since cannot be locked below.
                        let position = position_of::<L>(bucket, slot, words, rehash);
                        positions.extend(position.map(|position| (index, slot, position)));
                    }
                }
                states.push(state);
            }
            for (bucket, state) in page.buckets::<L>().zip(states) {
                match mutant!("double-unseen", Some(bucket.lock()), bucket.lock_from(state)) {
                    Some(lock) => locked.push(lock),
                    None => break,
                }
            }
            if locked.len() == page.len() {
                return Ok((locked, positions));
            }
            drop(locked);
            spin(&mut turn);
        }
    }

    /// Puts an entry into a page that nobody else sees yet.
    fn fill<L: Layout>(page: &mut [Locked<'_>], home: usize, (tag, words): (u64, SlotWords)) {
        for distance in 0..page.len().min(MOST_REACH + 1) {
            let index = (home ^ distance) & (page.len() - 1);
            let empty = L::empty(page[index].bucket());
            if empty.is_empty() {
                continue;
            }
            let slot = empty.first();
            L::put(&mut page[index], slot, tag, words);
            let state = page[index].state().with_foreign(slot, distance > 0);
            page[index].set_state(state);
            if distance > 0 {
                let state = page[home].state().with_displaced(distance, tag);
                page[home].set_state(state);
            }
            return;
        }
    }
}

/// An empty vector with room for `length` elements.
fn room<T>(length: usize) -> Result<Vec<T>, AllocError> {
    let mut vector = Vec::new();
    vector.try_reserve_exact(length).map_err(|_| AllocError::array::<T>(length))?;
    Ok(vector)
}
