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
use alloc::alloc::Layout as Memory;
use alloc::boxed::Box;
use alloc::vec::Vec;
use core::marker::PhantomData;

/// The entries of the list of pages for each one of the list of families.
const PAGES: usize = MAX_PAGES;

/// In an entry of the list of pages: the family is to be asked.
const ASK: usize = 1 << 6;

/// Families and pages by the upper bits of the hash.
///
/// The list of pages follows behind it in the same memory. A table names its directory by an address whose six lowest
/// bits, which are zero in any such address, are the shift for that list, so that a reader gets there by one load.
#[repr(C, align(64))]
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

const TAG: usize = align_of::<Directory>() - 1;
const _: () = assert!(TAG == 63 && size_of::<Directory>() == 64);

/// The address of a directory, with the shift of its list of pages, as a table keeps it.
pub(super) type Tagged = *mut Directory;

/// A table's directory as a reader comes to it.
#[derive(Clone, Copy)]
pub(super) struct Entrance<'t> {
    tagged: Tagged,
    table: PhantomData<&'t AtomicPtr<Directory>>,
}

impl<'t> Entrance<'t> {
    /// # Safety
    /// `place` names a directory, and those that it ever names are freed only with the table, which lives for `'t`.
    #[inline(always)]
    pub(super) unsafe fn of(place: &'t AtomicPtr<Directory>) -> Self {
        Self { tagged: place.load(Ordering::Acquire), table: PhantomData }
    }

    #[inline(always)]
    pub(super) fn directory(self) -> &'t Directory {
        // SAFETY: directories are published whole and freed only with the table.
        unsafe { &*untagged(self.tagged) }
    }

    /// The entry of a position in the list of pages.
    #[inline(always)]
    pub(super) fn page(self, position: u64) -> PageEntry<'t> {
        // Only the lowest six bits count as a distance, and these are the shift.
        let index = position.wrapping_shr(self.tagged.addr() as u32) as usize;
        // SAFETY: the list follows behind the directory, and the index is the upper bits of the position, as many as
        // number the entries.
        let entry = unsafe { &*untagged(self.tagged).add(1).cast::<AtomicPtr<Word>>().add(index) };
        PageEntry { entry, seen: entry.load(Ordering::Acquire) }
    }

    /// Whether a place still names this directory.
    #[inline(always)]
    pub(super) fn is_at(self, place: &AtomicPtr<Directory>) -> bool {
        place.load(Ordering::Acquire) == self.tagged
    }
}

#[inline(always)]
fn untagged(tagged: Tagged) -> *mut Directory {
    tagged.map_addr(|address| address & !TAG)
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
    /// As many words as a page of two buckets has, of any layout.
    buckets: [page::Alone; 3],
    header: Header,
    families: [AtomicPtr<Header>; 2],
    directory: WithPages,
}

/// A directory of two entries, and its list of pages behind it.
#[repr(C)]
struct WithPages {
    directory: Directory,
    pages: [AtomicPtr<Word>; 2 * PAGES],
}

/// The shift for the list of pages of a directory of two entries.
const NONE_SHIFT: u32 = 63 - PAGES.ilog2();

/// The directory of a table without entries, and what it names. Nobody ever writes to it.
#[cfg(not(loom))]
static NONE: Nothing = Nothing {
    buckets: [const { page::Alone::empty() }; 3],
    header: Header::none((&raw const NONE.buckets).cast_mut().cast()),
    families: [const { AtomicPtr::new((&raw const NONE.header).cast_mut()) }; 2],
    directory: WithPages {
        directory: Directory {
            shift: 63,
            page_shift: NONE_SHIFT,
            length: 0,
            families: (&raw const NONE.families).cast(),
            pages: (&raw const NONE.directory.pages).cast(),
        },
        pages: [const { AtomicPtr::new(core::ptr::without_provenance_mut(ASK)) }; 2 * PAGES],
    },
};

impl Directory {
    /// A directory of a table without entries, the same one for all.
    #[cfg(not(loom))]
    pub(super) const fn none() -> Tagged {
        (&raw const NONE.directory).cast_mut().wrapping_byte_add(NONE_SHIFT as usize).cast()
    }

    /// A directory of a table without entries.
    #[cfg(loom)]
    pub(super) fn none() -> Tagged {
        let buckets =
            Box::leak(Box::new(core::array::from_fn::<_, 3, _>(|_| page::Alone::empty())));
        let shape = Shape::new(0, 1).dead();
        let header = Box::into_raw(Box::new(Header::new(shape, 0, &[buckets.as_mut_ptr().cast()])));
        let families = Box::leak(Box::new([AtomicPtr::new(header), AtomicPtr::new(header)]));
        let families = families.as_ptr();
        let ask = || AtomicPtr::new(core::ptr::without_provenance_mut(ASK));
        let (shift, page_shift, pages) = (63, NONE_SHIFT, core::ptr::null());
        let directory = Self { shift, page_shift, length: 0, families, pages };
        let whole = WithPages { directory, pages: core::array::from_fn(|_| ask()) };
        Box::into_raw(Box::new(whole)).cast::<Self>().wrapping_byte_add(NONE_SHIFT as usize)
    }

    /// The directory of an address that a table keeps.
    ///
    /// # Safety
    /// It was made by [`Directory::with_depth`] or [`Directory::doubled`], and is not freed while `'t` lasts.
    pub(super) unsafe fn of<'t>(tagged: Tagged) -> &'t Self {
        // SAFETY: the caller vouches for it.
        unsafe { &*untagged(tagged) }
    }

    /// Whether this is the directory of a table without entries, which is not the table's own.
    pub(super) fn is_none(&self) -> bool {
        self.length == 0
    }

    /// A directory of `1 << depth` entries, or two if that is more, which name nothing yet.
    ///
    /// # Errors
    /// When the allocator refuses.
    pub(super) fn with_depth(depth: u32) -> Result<Tagged, AllocError> {
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
    ) -> Result<Tagged, AllocError> {
        let length = 1usize << depth;
        let families = list(length, family)?;
        let memory = Self::memory(length)?;
        // SAFETY: there is a directory in it, so that its size is not zero.
        let place = unsafe { alloc::alloc::alloc(memory) }.cast::<Self>();
        if place.is_null() {
            return Err(AllocError::new(memory));
        }
        let shift = 64 - depth;
        let page_shift = shift - PAGES.ilog2();
        // SAFETY: the memory is fresh, has room for a directory and this many pages behind it, and is this thread's alone.
        unsafe {
            let pages = place.add(1).cast::<AtomicPtr<Word>>();
            for index in 0..length * PAGES {
                pages.add(index).write(AtomicPtr::new(page(index)));
            }
            let families = Box::into_raw(families).cast();
            place.write(Self { shift, page_shift, length, families, pages });
        }
        Ok(place.map_addr(|address| address | page_shift as usize))
    }

    /// The memory of a directory and its list of pages.
    fn memory(length: usize) -> Result<Memory, AllocError> {
        let pages = Memory::array::<AtomicPtr<Word>>(length * PAGES);
        let whole = pages.and_then(|pages| Memory::new::<Self>().extend(pages));
        whole.map(|(whole, _)| whole).map_err(|_| AllocError::overflow())
    }

    /// Frees a directory and its lists, not what they name.
    ///
    /// # Safety
    /// It was made by [`Directory::with_depth`] or [`Directory::doubled`], nobody uses it any more, and it is freed once.
    pub(super) unsafe fn free(tagged: Tagged) {
        let place = untagged(tagged);
        // SAFETY: the caller vouches for it; the lists were made in `new`, with this length.
        unsafe {
            let length = (*place).length;
            let families = (*place).families.cast_mut();
            drop(Box::from_raw(core::ptr::slice_from_raw_parts_mut(families, length)));
            #[cfg(loom)]
            for index in 0..length * PAGES {
                place.add(1).cast::<AtomicPtr<Word>>().add(index).drop_in_place();
            }
            if let Ok(memory) = Self::memory(length) {
                alloc::alloc::dealloc(place.cast(), memory);
            }
        }
    }

    /// The same families under twice as many entries.
    pub(super) fn doubled(&self) -> Result<Tagged, AllocError> {
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

/// A list of pointers.
fn list<T>(length: usize, at: impl Fn(usize) -> *mut T) -> Result<Box<[AtomicPtr<T>]>, AllocError> {
    let mut list = Vec::new();
    list.try_reserve_exact(length).map_err(|_| AllocError::array::<AtomicPtr<T>>(length))?;
    list.extend((0..length).map(|index| AtomicPtr::new(at(index))));
    Ok(list.into_boxed_slice())
}
