//! Memory: pages, which are runs of buckets allocated zeroed, and the boxes of everything else, so that an
//! allocator that refuses is an error and not the end of the program.

use super::bucket::Bucket;
use crate::error::AllocError;
use alloc::alloc::Layout;
use alloc::boxed::Box;

/// Allocates a page of `1 << bits` empty buckets.
///
/// # Errors
/// When the allocator refuses.
pub(super) fn allocate(bits: u32) -> Result<*mut Bucket, AllocError> {
    let layout = layout(bits);
    #[cfg(not(loom))]
    {
        // SAFETY: a page has at least one bucket, so the layout is not of size zero.
        let page = unsafe { alloc::alloc::alloc_zeroed(layout) }.cast::<Bucket>();
        // All-zero words are empty buckets: atomics have the layout of their integers.
        if page.is_null() { Err(AllocError::new(layout)) } else { Ok(page) }
    }
    #[cfg(loom)]
    {
        // SAFETY: a page has at least one bucket, so the layout is not of size zero.
        let page = unsafe { alloc::alloc::alloc(layout) }.cast::<Bucket>();
        if page.is_null() {
            return Err(AllocError::new(layout));
        }
        for index in 0..1 << bits {
            // SAFETY: the page has `1 << bits` buckets' room; loom's atomics have to be constructed.
            unsafe { page.add(index).write(Bucket::empty()) };
        }
        Ok(page)
    }
}

/// Whether the allocator would give `pages` pages' worth of memory at all, asked before thousands of pages
/// are taken one by one.
///
/// # Errors
/// When the allocator refuses, or no address space holds so much.
pub(super) fn probe(pages: usize, bits: u32) -> Result<(), AllocError> {
    let size = pages.checked_mul(bytes(bits)).ok_or(AllocError::overflow())?;
    let layout =
        Layout::from_size_align(size, align_of::<Bucket>()).map_err(|_| AllocError::overflow())?;
    if size == 0 {
        return Ok(());
    }
    // Not seen through, because an allocation that nobody uses may be optimised away and taken to succeed.
    // SAFETY: the size is not zero.
    let memory = core::hint::black_box(unsafe { alloc::alloc::alloc(layout) });
    if memory.is_null() {
        return Err(AllocError::new(layout));
    }
    // SAFETY: allocated just now with this layout.
    unsafe { alloc::alloc::dealloc(memory, layout) };
    Ok(())
}

/// Frees a page.
///
/// # Safety
/// `page` came from [`allocate`] with the same `bits`, nobody reads it any more, and it is freed once.
pub(super) unsafe fn free(page: *mut Bucket, bits: u32) {
    #[cfg(loom)]
    for index in 0..1 << bits {
        // SAFETY: the page has `1 << bits` buckets, each constructed by `allocate`.
        unsafe { page.add(index).drop_in_place() };
    }
    // SAFETY: the caller gives back what `allocate` returned for this very layout.
    unsafe { alloc::alloc::dealloc(page.cast(), layout(bits)) };
}

/// Moves a value to the heap.
///
/// # Errors
/// When the allocator refuses; the value is dropped.
pub(super) fn boxed<T>(value: T) -> Result<Box<T>, AllocError> {
    let layout = Layout::new::<T>();
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
    page: *mut Bucket,
    bits: u32,
}

impl Fresh {
    /// # Errors
    /// When the allocator refuses.
    pub(super) fn new(bits: u32) -> Result<Self, AllocError> {
        Ok(Self { page: allocate(bits)?, bits })
    }

    pub(super) fn pointer(&self) -> *mut Bucket {
        self.page
    }

    /// The page, now somebody else's to free.
    pub(super) fn keep(self) -> *mut Bucket {
        core::mem::ManuallyDrop::new(self).page
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // SAFETY: allocated in `new` with these bits and not handed out by `keep`.
        unsafe { free(self.page, self.bits) };
    }
}

/// The bytes of a page of `1 << bits` buckets.
pub(super) fn bytes(bits: u32) -> usize {
    layout(bits).size()
}

fn layout(bits: u32) -> Layout {
    let size = size_of::<Bucket>() << bits;
    // SAFETY: the alignment of a type is a power of two, and `bits` is at most PAGE_BITS, so that the size
    // of a page is far from overflowing.
    unsafe { Layout::from_size_align_unchecked(size, align_of::<Bucket>()) }
}
