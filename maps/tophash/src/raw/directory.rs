//! The directory: upper bits of the hash to families.
//!
//! A directory is never changed in size: a larger one takes its place, and the old one stays readable in
//! the graveyard. Both name the same families, so a reader of an old one errs only where a family was
//! split since, and there it finds a dead header, which sends it to the new directory.

use super::bucket::Bucket;
use super::header::Header;
#[cfg(loom)]
use super::header::Shape;
use crate::error::AllocError;
use crate::sync::{AtomicPtr, Ordering};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Families by the upper bits of the hash.
pub(super) struct Directory {
    /// How far the upper bits of a position lie from its lowest one; 63 at most.
    shift: u32,
    /// Entries; none if the directory is that of all tables without entries.
    length: usize,
    families: *const AtomicPtr<Header>,
}

// SAFETY: what the pointer leads to is shared as atomics are, and lives as long as this.
unsafe impl Sync for Directory {}

#[cfg(not(loom))]
struct Nothing {
    buckets: [Bucket; 2],
    header: Header,
    families: [AtomicPtr<Header>; 2],
    directory: Directory,
}

/// The directory of a table without entries, and what it names. Nobody ever writes to it.
#[cfg(not(loom))]
static NONE: Nothing = Nothing {
    buckets: [const { Bucket::empty() }; 2],
    header: Header::none((&raw const NONE.buckets).cast_mut().cast()),
    families: [const { AtomicPtr::new((&raw const NONE.header).cast_mut()) }; 2],
    directory: Directory { shift: 63, length: 0, families: (&raw const NONE.families).cast() },
};

impl Directory {
    /// A directory of a table without entries, the same one for all.
    #[cfg(not(loom))]
    pub(super) const fn none() -> *mut Self {
        (&raw const NONE.directory).cast_mut()
    }

    /// A directory of a table without entries.
    #[cfg(loom)]
    pub(super) fn none() -> *mut Self {
        let buckets = Box::leak(Box::new([Bucket::empty(), Bucket::empty()]));
        let header = Box::into_raw(Box::new(Header::new(
            Shape::new(0, 1).dead(),
            0,
            &[buckets.as_mut_ptr()],
        )));
        let families = Box::leak(Box::new([AtomicPtr::new(header), AtomicPtr::new(header)]));
        Box::into_raw(Box::new(Self { shift: 63, length: 0, families: families.as_ptr() }))
    }

    /// Whether this is the directory of a table without entries, which is not the table's own.
    pub(super) fn is_none(&self) -> bool {
        self.length == 0
    }

    /// A directory of `1 << depth` entries, or two if that is more, entry `index` naming `family(index)`.
    ///
    /// # Errors
    /// When the allocator refuses.
    pub(super) fn new(
        depth: u32,
        family: impl Fn(usize) -> *mut Header,
    ) -> Result<Self, AllocError> {
        // With one entry, the shift would be by all 64 bits, which is no shift at all.
        let depth = depth.max(1);
        let mut families = Vec::new();
        let length = 1usize << depth;
        families
            .try_reserve_exact(length)
            .map_err(|_| AllocError::array::<AtomicPtr<Header>>(length))?;
        families.extend((0..length).map(|index| AtomicPtr::new(family(index))));
        let families = Box::into_raw(families.into_boxed_slice());
        Ok(Self { shift: 64 - depth, length, families: families.cast() })
    }

    /// The same families under twice as many entries.
    pub(super) fn doubled(&self) -> Result<Self, AllocError> {
        Self::new(self.depth() + 1, |index| self.at(index / 2))
    }

    pub(super) fn depth(&self) -> u32 {
        64 - self.shift
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.length * size_of::<AtomicPtr<Header>>()
    }

    fn families(&self) -> &[AtomicPtr<Header>] {
        // SAFETY: the pointer is of a slice of this length, which lives as long as this.
        unsafe { core::slice::from_raw_parts(self.families, self.length) }
    }

    /// Which entry a position belongs to.
    #[inline]
    fn index(&self, position: u64) -> usize {
        position.wrapping_shr(self.shift) as usize
    }

    /// The family of a position.
    #[inline]
    pub(super) fn family(&self, position: u64) -> *mut Header {
        // SAFETY: the index is the upper bits of the position, as many as number the entries.
        unsafe { &*self.families.add(self.index(position)) }.load(Ordering::Acquire)
    }

    fn at(&self, index: usize) -> *mut Header {
        self.families()[index].load(Ordering::Acquire)
    }

    /// Names `family` for every position that begins with the upper `depth` bits of `prefix`.
    pub(super) fn set(&self, prefix: u64, depth: u32, family: *mut Header) {
        let first = self.index(prefix);
        for entry in &self.families()[first..first + (1 << (self.depth() - depth))] {
            entry.store(family, Ordering::Release);
        }
    }

    /// Every family once, in the order of the hash. For whoever has the table to himself.
    pub(super) fn distinct(&self) -> impl Iterator<Item = *mut Header> + '_ {
        let mut last = core::ptr::null_mut();
        (0..self.length).map(|index| self.at(index)).filter(move |header| {
            let new = *header != last;
            last = *header;
            new
        })
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let families = core::ptr::slice_from_raw_parts_mut(self.families.cast_mut(), self.length);
        // SAFETY: made by `Box::into_raw` in `new`, the only place where directories are made that are dropped.
        drop(unsafe { Box::from_raw(families) });
    }
}
