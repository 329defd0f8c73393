//! Memory: pages, which are runs of buckets allocated zeroed, and the boxes of everything else, so that an
//! allocator that refuses is an error and not the end of the program.

use super::bucket::{Bucket, WORDS, Word};
use super::layout::{Geometry, Layout};
use crate::error::AllocError;
#[cfg(loom)]
use crate::sync::AtomicU64;
use alloc::alloc::Layout as Memory;
use alloc::boxed::Box;
use core::marker::PhantomData;

/// The alignment of pages, whose addresses have so many bits to spare.
pub(super) const ALIGN: usize = 128;

/// A run of `1 << bits` buckets.
#[derive(Clone, Copy)]
pub(super) struct Page<'t> {
    start: *const Word,
    bits: u32,
    page: PhantomData<&'t Word>,
}

impl<'t> Page<'t> {
    /// # Safety
    /// `start` is a page of `1 << bits` buckets, of the layout that it is asked by, and alive for `'t`.
    #[inline(always)]
    pub(super) unsafe fn new(start: *const Word, bits: u32) -> Self {
        Self { start, bits, page: PhantomData }
    }

    /// How many buckets there are.
    #[inline]
    pub(super) fn len(self) -> usize {
        1 << self.bits
    }

    /// Bucket `index` of the page, or what is that of a page's length more or less.
    #[inline(always)]
    pub(super) fn bucket<L: Layout>(self, index: usize) -> Bucket<'t> {
        // SAFETY: the index is masked by one less than the buckets, which whoever made this vouched for.
        unsafe { self.bucket_unchecked::<L>(index & (self.len() - 1)) }
    }

    /// # Safety
    /// `index` is below [`Page::len`].
    #[inline(always)]
    pub(super) unsafe fn bucket_unchecked<L: Layout>(self, index: usize) -> Bucket<'t> {
        // SAFETY: the page has the words of this many buckets, and is alive for `'t`.
        unsafe {
            let head = self.start.add(index * L::GEOMETRY.head);
            let body = match L::GEOMETRY.body {
                0 => head,
                body => self.start.add(heads(L::GEOMETRY, self.bits) + index * body),
            };
            Bucket::new(head, body)
        }
    }

    /// Which bucket of the page one of its buckets is.
    #[inline]
    pub(super) fn index_of<L: Layout>(self, bucket: Bucket<'_>) -> usize {
        (bucket.head().addr() - self.start.addr()) / (L::GEOMETRY.head * size_of::<Word>())
    }

    /// All buckets.
    pub(super) fn buckets<L: Layout>(self) -> impl ExactSizeIterator<Item = Bucket<'t>> {
        (0..self.len()).map(move |index| self.bucket::<L>(index))
    }
}

/// The words before the first body of a page, if slots are apart.
#[inline(always)]
const fn heads(geometry: Geometry, bits: u32) -> usize {
    (geometry.head << bits).next_multiple_of(WORDS)
}

/// The words of a page.
const fn words(geometry: Geometry, bits: u32) -> usize {
    heads(geometry, bits) + (geometry.body << bits)
}

/// The words of a bucket that lies in no page.
const ALONE: usize = WORDS + 2;

/// A bucket that lies in no page.
pub(super) struct Alone([Word; ALONE]);

impl Alone {
    #[cfg(not(loom))]
    pub(super) const fn empty() -> Self {
        Self([const { Word::new(0) }; ALONE])
    }

    /// Loom's atomics cannot be made in constants.
    #[cfg(loom)]
    pub(super) fn empty() -> Self {
        Self(core::array::from_fn(|_| Word::new(0)))
    }

    /// The bucket, always by the same layout.
    #[inline]
    pub(super) fn bucket<L: Layout>(&self) -> Bucket<'_> {
        const { assert!(L::GEOMETRY.head + L::GEOMETRY.body <= ALONE) };
        let head = self.0.as_ptr();
        // SAFETY: there are as many words as the head and the body have.
        unsafe {
            let body = if L::GEOMETRY.body == 0 { head } else { head.add(L::GEOMETRY.head) };
            Bucket::new(head, body)
        }
    }
}

/// Allocates a page of `1 << bits` empty buckets.
///
/// # Errors
/// When the allocator refuses.
pub(super) fn allocate(geometry: Geometry, bits: u32) -> Result<*mut Word, AllocError> {
    let memory = memory(geometry, bits);
    #[cfg(not(loom))]
    {
        // SAFETY: a page has at least one bucket, so the layout is not of size zero.
        let page = unsafe { alloc::alloc::alloc_zeroed(memory) }.cast::<Word>();
        // All-zero words are empty buckets: atomics have the layout of their integers.
        if page.is_null() { Err(AllocError::new(memory)) } else { Ok(page) }
    }
    #[cfg(loom)]
    {
        // SAFETY: a page has at least one bucket, so the layout is not of size zero.
        let page = unsafe { alloc::alloc::alloc(memory) }.cast::<Word>();
        if page.is_null() {
            return Err(AllocError::new(memory));
        }
        for index in 0..words(geometry, bits) {
            // SAFETY: the page has room for this many words; loom's atomics have to be constructed.
            unsafe { page.add(index).write(AtomicU64::new(0)) };
        }
        Ok(page)
    }
}

/// Whether the allocator would give `bytes` bytes at all, asked before thousands of pages are taken one by one.
///
/// # Errors
/// When the allocator refuses, or no address space holds so much.
pub(super) fn probe(bytes: Option<usize>) -> Result<(), AllocError> {
    let size = bytes.ok_or(AllocError::overflow())?;
    let memory = Memory::from_size_align(size, ALIGN).map_err(|_| AllocError::overflow())?;
    if size == 0 {
        return Ok(());
    }
    // Not seen through, because an allocation that nobody uses may be optimised away and taken to succeed.
    // SAFETY: the size is not zero.
    let place = core::hint::black_box(unsafe { alloc::alloc::alloc(memory) });
    if place.is_null() {
        return Err(AllocError::new(memory));
    }
    // SAFETY: allocated just now with this layout.
    unsafe { alloc::alloc::dealloc(place, memory) };
    Ok(())
}

/// Frees a page.
///
/// # Safety
/// `page` came from [`allocate`] with the same arguments, nobody reads it any more, and it is freed once.
pub(super) unsafe fn free(page: *mut Word, geometry: Geometry, bits: u32) {
    #[cfg(loom)]
    for index in 0..words(geometry, bits) {
        // SAFETY: the page has so many words, each constructed by `allocate`.
        unsafe { page.add(index).drop_in_place() };
    }
    // SAFETY: the caller gives back what `allocate` returned for this very layout.
    unsafe { alloc::alloc::dealloc(page.cast(), memory(geometry, bits)) };
}

/// Moves a value to the heap.
///
/// # Errors
/// When the allocator refuses; the value is dropped.
pub(super) fn boxed<T>(value: T) -> Result<Box<T>, AllocError> {
    let layout = Memory::new::<T>();
    const { assert!(size_of::<T>() > 0) };
    // SAFETY: the layout is not of size zero.
    let place = unsafe { alloc::alloc::alloc(layout) }.cast::<T>();
    if place.is_null() {
        return Err(AllocError::new(layout));
    }
    // SAFETY: the memory is fresh and of the layout of `T`, as `Box` asks for.
    unsafe {
        place.write(value);
        Ok(Box::from_raw(place))
    }
}

/// A page that is freed if growth does not come to use it.
pub(super) struct Fresh {
    page: *mut Word,
    geometry: Geometry,
    bits: u32,
}

impl Fresh {
    /// # Errors
    /// When the allocator refuses.
    pub(super) fn new(geometry: Geometry, bits: u32) -> Result<Self, AllocError> {
        Ok(Self { page: allocate(geometry, bits)?, geometry, bits })
    }

    pub(super) fn pointer(&self) -> *mut Word {
        self.page
    }

    /// The page, now somebody else's to free.
    pub(super) fn keep(self) -> *mut Word {
        core::mem::ManuallyDrop::new(self).page
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with these arguments and not handed out by `keep`.
        unsafe { free(self.page, self.geometry, self.bits) };
    }
}

/// The bytes of a page of `1 << bits` buckets.
pub(super) const fn bytes(geometry: Geometry, bits: u32) -> usize {
    words(geometry, bits) * size_of::<Word>()
}

fn memory(geometry: Geometry, bits: u32) -> Memory {
    // SAFETY: the alignment is a power of two, and `bits` is at most PAGE_BITS, so that the size of a page is far from
    // overflowing. Where loom's words are larger, they are aligned to less.
    unsafe { Memory::from_size_align_unchecked(bytes(geometry, bits), ALIGN) }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::layout::{Boxed, Pair, Single};
    use super::*;
    use alloc::vec::Vec;

    /// Where the words of a page's buckets lie, in bytes from its start.
    fn words_of<L: Layout>(page: Page<'_>) -> Vec<usize> {
        let start = page.start.addr();
        let mut places = Vec::new();
        for bucket in page.buckets::<L>() {
            let head = bucket.head().addr() - start;
            places.extend((0..L::GEOMETRY.head).map(|word| head + word * size_of::<Word>()));
            let slots = bucket.slot_pointer(0).addr() - start;
            places.extend((0..L::GEOMETRY.body).map(|word| slots + word * size_of::<Word>()));
        }
        places
    }

    fn lie_apart<L: Layout>() {
        for bits in 0..=super::super::header::PAGE_BITS {
            let fresh = Fresh::new(L::GEOMETRY, bits).unwrap();
            // SAFETY: just allocated with these bits, and freed last.
            let page = unsafe { Page::new(fresh.pointer(), bits) };
            let mut places = words_of::<L>(page);
            let all = places.len();
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), all, "words of two buckets lie in one place");
            assert!(
                places.iter().all(|place| place + size_of::<Word>() <= bytes(L::GEOMETRY, bits))
            );
            for index in 0..page.len() {
                let bucket = page.bucket::<L>(index);
                assert_eq!(page.index_of::<L>(bucket), index);
                assert_eq!(
                    bucket.slot_pointer(0).addr() % 64,
                    if L::GEOMETRY.body == 0 { bucket.head().addr() % 64 } else { 0 }
                );
                // SAFETY: the page has this bucket.
                let behind = unsafe { page.bucket::<L>(0).behind::<L>(index) };
                assert_eq!(behind.slot_pointer(0), bucket.slot_pointer(0));
                assert!(behind == bucket);
            }
        }
    }

    #[test]
    fn buckets_of_a_page_lie_apart_and_within_it() {
        lie_apart::<Pair>();
        lie_apart::<Single>();
        lie_apart::<Boxed>();
    }
}
