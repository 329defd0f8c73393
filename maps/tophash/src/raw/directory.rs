//! The directory: upper bits of the hash to families.
//!
//! A directory is never changed in size: a larger one takes its place, and the old one stays readable in
//! the graveyard. Both name the same families, so a reader of an old one errs only where a family was
//! split since, and there it finds a dead header, which sends it to the new directory.

use super::header::Header;
use crate::error::AllocError;
use crate::sync::{AtomicPtr, Ordering};
use alloc::vec::Vec;

/// Families by the upper bits of the hash.
pub(super) struct Directory {
    depth: u32,
    families: Vec<AtomicPtr<Header>>,
}

impl Directory {
    /// A directory of `1 << depth` entries, entry `index` naming `family(index)`.
    ///
    /// # Errors
    /// When the allocator refuses.
    pub(super) fn new(
        depth: u32,
        family: impl Fn(usize) -> *mut Header,
    ) -> Result<Self, AllocError> {
        let mut families = Vec::new();
        let entries = 1usize << depth;
        families
            .try_reserve_exact(entries)
            .map_err(|_| AllocError::array::<AtomicPtr<Header>>(entries))?;
        families.extend((0..entries).map(|index| AtomicPtr::new(family(index))));
        Ok(Self { depth, families })
    }

    /// The same families under twice as many entries.
    pub(super) fn doubled(&self) -> Result<Self, AllocError> {
        Self::new(self.depth + 1, |index| self.at(index / 2))
    }

    pub(super) fn depth(&self) -> u32 {
        self.depth
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.families.len() * size_of::<AtomicPtr<Header>>()
    }

    /// Which entry a position belongs to.
    #[inline]
    fn index(&self, position: u64) -> usize {
        // A shift by 64 is none: a directory of depth 0 has one entry.
        ((position >> 1) >> (63 - self.depth)) as usize
    }

    /// The family of a position.
    #[inline]
    pub(super) fn family(&self, position: u64) -> *mut Header {
        // SAFETY: the index is the upper `depth` bits of the position, and there are `1 << depth` entries.
        unsafe { self.families.get_unchecked(self.index(position)) }.load(Ordering::Acquire)
    }

    fn at(&self, index: usize) -> *mut Header {
        self.families[index].load(Ordering::Acquire)
    }

    /// Names `family` for every position that begins with the upper `depth` bits of `prefix`.
    pub(super) fn set(&self, prefix: u64, depth: u32, family: *mut Header) {
        let first = self.index(prefix);
        for entry in &self.families[first..first + (1 << (self.depth - depth))] {
            entry.store(family, Ordering::Release);
        }
    }

    /// Every family once, in the order of the hash. For whoever has the table to himself.
    pub(super) fn distinct(&self) -> impl Iterator<Item = *mut Header> + '_ {
        let mut last = core::ptr::null_mut();
        (0..self.families.len()).map(|index| self.at(index)).filter(move |header| {
            let new = *header != last;
            last = *header;
            new
        })
    }
}
