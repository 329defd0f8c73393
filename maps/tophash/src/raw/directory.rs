//! The directory: upper bits of the hash to families, and to pages.
//!
//! Writers ask for the family of a hash, which knows all. Readers ask for its page, and find the bucket with one load
//! less: an entry of the list of pages is a page's address, and in its seven lowest bits, which are zero in any such
//! address, how many bits of the hash the page stands for. Where that is not so simple, because a page is short or
//! its family is growing, the entry says that the family is to be asked.
//!
//! A directory is never changed in size: a larger one takes its place, and the old one stays readable in
//! the graveyard. Both name the same families, so a writer who reads an old one errs only where a family was
//! split since, and there it finds a dead header, which sends it to the new directory. A reader who finds nothing
//! looks whether the directory and its entry are still the same.

use super::bucket::{Bucket, Word};
#[cfg(loom)]
use super::header::Shape;
use super::header::{Header, MAX_PAGES, PAGE_BITS};
use super::layout::Layout;
use super::page;
use crate::error::AllocError;
#[cfg(not(tophash_tsan))]
use crate::sync::fence;
use crate::sync::{AtomicPtr, Ordering};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// The entries of the list of pages for each one of the list of families.
const PAGES: usize = MAX_PAGES;

/// In an entry of the list of pages: the family is to be asked.
const ASK: usize = 1 << 6;

/// Families and pages by the upper bits of the hash.
pub(super) struct Directory {
    /// How far the upper bits of a position lie from its lowest one; 63 at most.
    shift: u32,
    /// The same for the list of pages.
    page_shift: u32,
    /// Entries; none if the directory is that of all tables without entries.
    length: usize,
    families: *const AtomicPtr<Header>,
    /// Where the page of every prefix is, [`PAGES`] for each entry of the families.
    pages: *const AtomicPtr<Word>,
}

/// An entry of the list of pages, as it was read.
#[derive(Clone, Copy)]
pub(super) struct PageEntry<'t> {
    entry: &'t AtomicPtr<Word>,
    seen: *mut Word,
}

impl<'t> PageEntry<'t> {
    /// Whether the family is to be asked.
    #[inline(always)]
    pub(super) fn asks(&self) -> bool {
        self.seen.addr() & ASK != 0
    }

    /// The bucket that a position of the entry is at home in.
    ///
    /// # Safety
    /// The entry does not ask, and the table it is of lives for `'t`.
    #[inline(always)]
    pub(super) unsafe fn bucket<L: Layout>(&self, position: u64) -> Bucket<'t> {
        // Only the lowest six bits count as a distance, and these are the page's depth.
        let home = position.wrapping_shl(self.seen.addr() as u32) >> (64 - PAGE_BITS);
        // SAFETY: pages are published after they were made, and freed only with the table; those that may be
        // found without their family have this many buckets.
        unsafe { self.page().bucket_unchecked::<L>(home as usize) }
    }

    /// The bucket of the same page whose number differs from this one's in the bits of `distance`.
    ///
    /// # Safety
    /// As [`PageEntry::bucket`]; and the bucket is of this page.
    #[inline]
    pub(super) unsafe fn neighbour<L: Layout>(
        &self,
        bucket: Bucket<'t>,
        distance: usize,
    ) -> Bucket<'t> {
        // SAFETY: as in `bucket`.
        let page = unsafe { self.page() };
        page.bucket::<L>(page.index_of::<L>(bucket) ^ distance)
    }

    /// # Safety
    /// As [`PageEntry::bucket`].
    #[inline(always)]
    unsafe fn page(&self) -> page::Page<'t> {
        let start = self.seen.map_addr(|page| page & !(page::ALIGN - 1));
        // SAFETY: as in `bucket`.
        unsafe { page::Page::new(start, PAGE_BITS) }
    }

    /// Whether the entry is still what it was, after all that was read so far.
    #[inline]
    pub(super) fn is_unchanged(&self) -> bool {
        #[cfg(not(tophash_tsan))]
        {
            fence(Ordering::Acquire);
            self.entry.load(Ordering::Relaxed) == self.seen
        }
        // A read-modify-write that changes nothing stands in for the fence that the sanitizer cannot see.
        #[cfg(tophash_tsan)]
        self.entry
            .compare_exchange(self.seen, self.seen, Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
    }
}

// SAFETY: what the pointers lead to is shared as atomics are, and lives as long as this.
unsafe impl Sync for Directory {}

#[cfg(not(loom))]
struct Nothing {
    /// Words for two buckets of any layout.
    buckets: [page::Alone; 2],
    header: Header,
    families: [AtomicPtr<Header>; 2],
    pages: [AtomicPtr<Word>; 2 * PAGES],
    directory: Directory,
}

/// The directory of a table without entries, and what it names. Nobody ever writes to it.
#[cfg(not(loom))]
static NONE: Nothing = Nothing {
    buckets: [const { page::Alone::empty() }; 2],
    header: Header::none((&raw const NONE.buckets).cast_mut().cast()),
    families: [const { AtomicPtr::new((&raw const NONE.header).cast_mut()) }; 2],
    pages: [const { AtomicPtr::new(core::ptr::without_provenance_mut(ASK)) }; 2 * PAGES],
    directory: Directory {
        shift: 63,
        page_shift: 63 - PAGES.ilog2(),
        length: 0,
        families: (&raw const NONE.families).cast(),
        pages: (&raw const NONE.pages).cast(),
    },
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
        let buckets = Box::leak(Box::new(core::array::from_fn::<_, 2, _>(|_| page::Alone::empty())));
        let header = Box::into_raw(Box::new(Header::new(
            Shape::new(0, 1).dead(),
            0,
            &[buckets.as_mut_ptr().cast()],
        )));
        let families = Box::leak(Box::new([AtomicPtr::new(header), AtomicPtr::new(header)]));
        let ask = || AtomicPtr::new(core::ptr::without_provenance_mut(ASK));
        let pages = Box::leak((0..2 * PAGES).map(|_| ask()).collect::<Vec<_>>().into_boxed_slice());
        let (families, pages) = (families.as_ptr(), pages.as_ptr());
        let page_shift = 63 - PAGES.ilog2();
        Box::into_raw(Box::new(Self { shift: 63, page_shift, length: 0, families, pages }))
    }

    /// Whether this is the directory of a table without entries, which is not the table's own.
    pub(super) fn is_none(&self) -> bool {
        self.length == 0
    }

    /// A directory of `1 << depth` entries, or two if that is more, which name nothing yet.
    ///
    /// # Errors
    /// When the allocator refuses.
    pub(super) fn with_depth(depth: u32) -> Result<Self, AllocError> {
        let ask = core::ptr::without_provenance_mut(ASK);
        // With one entry, the shift would be by all 64 bits, which is no shift at all.
        Self::new(depth.max(1), |_| core::ptr::null_mut(), |_| ask)
    }

    /// # Errors
    /// When the allocator refuses.
    fn new(
        depth: u32,
        family: impl Fn(usize) -> *mut Header,
        page: impl Fn(usize) -> *mut Word,
    ) -> Result<Self, AllocError> {
        let length = 1usize << depth;
        let families = list(length, family)?;
        let pages = list(length * PAGES, page)?;
        let (families, pages) = (Box::into_raw(families).cast(), Box::into_raw(pages).cast());
        let shift = 64 - depth;
        Ok(Self { shift, page_shift: shift - PAGES.ilog2(), length, families, pages })
    }

    /// The same families under twice as many entries.
    pub(super) fn doubled(&self) -> Result<Self, AllocError> {
        let page = |index: usize| self.pages()[index / 2].load(Ordering::Acquire);
        Self::new(self.depth() + 1, |index| self.at(index / 2), page)
    }

    pub(super) fn depth(&self) -> u32 {
        64 - self.shift
    }

    pub(super) fn bytes(&self) -> usize {
        let pages = PAGES * size_of::<AtomicPtr<Word>>();
        size_of::<Self>() + self.length * (size_of::<AtomicPtr<Header>>() + pages)
    }

    fn pages(&self) -> &[AtomicPtr<Word>] {
        // SAFETY: the pointer is of a slice of this length, which lives as long as this.
        unsafe { core::slice::from_raw_parts(self.pages, self.length * PAGES) }
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

    /// The entry of a position in the list of pages.
    #[inline(always)]
    pub(super) fn page(&self, position: u64) -> PageEntry<'_> {
        let index = position.wrapping_shr(self.page_shift) as usize;
        // SAFETY: the index is the upper bits of the position, as many as number the entries.
        let entry = unsafe { &*self.pages.add(index) };
        PageEntry { entry, seen: entry.load(Ordering::Acquire) }
    }

    /// Names the pages of a family for readers, or has them ask the family as long as it grows or its page is short.
    ///
    /// To be called while nobody else may change the family's shape or the directory.
    pub(super) fn set_pages(&self, header: &Header) {
        let shape = header.shape();
        let first = self.index(header.prefix) * PAGES;
        let all = PAGES << (self.depth() - shape.depth());
        let ask = shape.is_growing() || shape.bits() < PAGE_BITS;
        let pages = shape.pages();
        let depth = shape.depth() + pages.ilog2();
        for (place, entry) in self.pages()[first..first + all].iter().enumerate() {
            let page = header.page(place * pages / all);
            let tagged = page.map_addr(|page| page | depth as usize);
            entry.store(
                if ask { core::ptr::without_provenance_mut(ASK) } else { tagged },
                Ordering::Release,
            );
        }
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
        let pages = core::ptr::slice_from_raw_parts_mut(self.pages.cast_mut(), self.length * PAGES);
        // SAFETY: both were made by `Box::into_raw` in `new`, the only place where directories are made that are
        // dropped.
        unsafe {
            drop(Box::from_raw(families));
            drop(Box::from_raw(pages));
        }
    }
}

/// A list of pointers.
fn list<T>(length: usize, at: impl Fn(usize) -> *mut T) -> Result<Box<[AtomicPtr<T>]>, AllocError> {
    let mut list = Vec::new();
    list.try_reserve_exact(length).map_err(|_| AllocError::array::<AtomicPtr<T>>(length))?;
    list.extend((0..length).map(|index| AtomicPtr::new(at(index))));
    Ok(list.into_boxed_slice())
}
