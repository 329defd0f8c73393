//! The split of a full family in two, and how others learn what a family has become.

use crate::error::AllocError;
use crate::raw::bucket::Word;
use crate::raw::directory::Directory;
use crate::raw::header::{Growing, Header, MAX_PAGES, Shape};
use crate::raw::page;
use crate::raw::table::{Dead, Grave, Shared, Table};
use crate::sync::{Ordering, spin};
use alloc::boxed::Box;

impl Table {
    /// Brings the directory's list of pages up to what a family has become.
    pub(super) fn tell_readers(&self, growing: &Growing<'_>) {
        let Some(shared) = self.shared() else { return };
        let _one = SplitLock::of(shared);
        if let Some(directory) = self.directory() {
            mutant!("readers-untold", {}, directory.set_pages(growing.header));
        }
    }

    /// Gives the upper half of a family's pages to a family of their own. False if that would separate
    /// nothing.
    pub(super) fn split(&self, growing: &Growing<'_>, shape: Shape) -> Result<bool, AllocError> {
        let (Some(shared), Some(directory)) = (self.shared(), self.directory()) else {
            return Ok(false);
        };
        let depth = shape.depth() + 1;
        // Hashes that share a long prefix would double the directory for one family's sake.
        if u64::from(depth) > u64::from(shared.families.load(Ordering::Relaxed).max(1).ilog2()) + 6
        {
            return Ok(false);
        }
        let header = growing.header;
        let half = MAX_PAGES / 2;
        let pages: [*mut Word; MAX_PAGES] = core::array::from_fn(|index| header.page(index));
        let smaller = Shape::new(depth, shape.bits() - 1);
        let upper_prefix = header.prefix | (1 << (64 - depth));
        // All memory is had before anything changes.
        let graves = (Grave::dig()?, Grave::dig()?);
        let lower = page::boxed(Header::new(smaller, header.prefix, &pages[..half]))?;
        let upper = page::boxed(Header::new(smaller, upper_prefix, &pages[half..]))?;
        for successor in [&lower, &upper] {
            successor.asked.store(header.asked.load(Ordering::Relaxed), Ordering::Relaxed);
        }
        let _one = SplitLock::of(shared);
        let mut current = self.directory().unwrap_or(directory);
        if current.depth() < depth {
            let doubled = current.doubled()?;
            self.bury(graves.0, Dead::Directory(self.replace_directory(doubled)));
            // SAFETY: published just now and freed only with the table.
            current = unsafe { Directory::of(doubled) };
        }
        // As it was made: what is borrowed of it here gives no right to free it.
        let dead = Dead::Header(current.family(header.prefix));
        current.set(header.prefix, depth, Box::into_raw(lower));
        current.set(upper_prefix, depth, Box::into_raw(upper));
        header.publish(shape.dead());
        shared.past.take_over(&header.grown);
        self.bury(graves.1, dead);
        shared.families.fetch_add(1, Ordering::Relaxed);
        shared.splits.fetch_add(1, Ordering::Relaxed);
        Ok(true)
    }
}

/// The right to change the directory.
pub(super) struct SplitLock<'t>(&'t Shared);

impl<'t> SplitLock<'t> {
    pub(super) fn of(shared: &'t Shared) -> Self {
        let mut turn = 0;
        while shared.splitting.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_err()
        {
            spin(&mut turn);
        }
        Self(shared)
    }
}

impl Drop for SplitLock<'_> {
    fn drop(&mut self) {
        self.0.splitting.store(0, Ordering::Release);
    }
}
