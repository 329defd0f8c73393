//! A family: the pages that hold the entries of one prefix of the hash, and where each hash is at home.
//!
//! Everything a reader has to know is one word:
//!
//! ```text
//!  63           32 31              16 15 14   12 11    8 7 6         0
//! | version       | watermark        | D | bits | pages | G | depth   |
//! ```
//!
//! - *depth*: how many upper bits of the hash are the family's prefix.
//! - *pages*, each of `1 << bits` buckets.
//! - `G` (growing): the family stretches from *pages* to one more. Homes below the *watermark* are still
//!   where *pages* puts them; all others are already where one more page puts them.
//! - `D` (dead): the family was split in two; the directory knows where to go.
//! - *version* grows by one with every change, so that a search that found nothing can tell whether it
//!   looked in the right place all the time.

use super::bucket::Bucket;
use crate::sync::{AtomicPtr, AtomicU64, Ordering, fence, spin};

/// The most pages of a family.
pub(super) const MAX_PAGES: usize = 8;

/// The logarithm of the buckets of a full page.
#[cfg(not(any(loom, tophash_small)))]
pub(super) const PAGE_BITS: u32 = 6;
/// Small pages force growth, splits and displacement in models and under sanitizers.
#[cfg(any(loom, tophash_small))]
pub(super) const PAGE_BITS: u32 = 1;

/// How a family maps hashes to buckets. See the head of this file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Shape(u64);

impl Shape {
    const GROWING: u64 = 1 << 7;
    const PAGES_SHIFT: u32 = 8;
    const BITS_SHIFT: u32 = 12;
    const DEAD: u64 = 1 << 15;
    const WATERMARK_SHIFT: u32 = 16;
    const VERSION: u64 = 1 << 32;

    /// A family of `pages` pages of `1 << bits` buckets that is not growing.
    pub(super) fn new(depth: u32, pages: usize, bits: u32) -> Self {
        let watermark = (pages as u64) << bits;
        Self(
            u64::from(depth)
                | ((pages as u64) << Self::PAGES_SHIFT)
                | (u64::from(bits) << Self::BITS_SHIFT)
                | (watermark << Self::WATERMARK_SHIFT),
        )
    }

    #[inline]
    pub(super) fn depth(self) -> u32 {
        (self.0 & 0x7f) as u32
    }

    #[inline]
    pub(super) fn pages(self) -> usize {
        ((self.0 >> Self::PAGES_SHIFT) & 0xf) as usize
    }

    #[inline]
    pub(super) fn bits(self) -> u32 {
        ((self.0 >> Self::BITS_SHIFT) & 0x7) as u32
    }

    #[inline]
    pub(super) fn is_dead(self) -> bool {
        self.0 & Self::DEAD != 0
    }

    #[inline]
    pub(super) fn is_growing(self) -> bool {
        self.0 & Self::GROWING != 0
    }

    #[inline]
    pub(super) fn watermark(self) -> usize {
        ((self.0 >> Self::WATERMARK_SHIFT) & 0xffff) as usize
    }

    /// The buckets under the mapping that homes below the watermark still have.
    #[inline]
    pub(super) fn buckets(self) -> usize {
        self.pages() << self.bits()
    }

    /// The buckets under the mapping that the family grows to.
    #[inline]
    pub(super) fn next_buckets(self) -> usize {
        (self.pages() + 1) << self.bits()
    }

    /// The buckets that hold entries now, whichever mapping they follow.
    pub(super) fn all_buckets(self) -> usize {
        if self.is_growing() { self.next_buckets() } else { self.buckets() }
    }

    /// Which bucket of the family a position is at home in.
    #[inline]
    pub(super) fn home(self, position: u64) -> usize {
        let within = position << self.depth();
        let home = scale(within, self.buckets());
        if home < self.watermark() { home } else { scale(within, self.next_buckets()) }
    }

    /// Where a position is at home before and after this growth.
    #[inline]
    pub(super) fn homes(self, position: u64) -> (usize, usize) {
        let within = position << self.depth();
        (scale(within, self.buckets()), scale(within, self.next_buckets()))
    }

    pub(super) fn growing(self) -> Self {
        Self(self.0 | Self::GROWING).changed()
    }

    pub(super) fn with_watermark(self, watermark: usize) -> Self {
        let cleared = self.0 & !(0xffff << Self::WATERMARK_SHIFT);
        Self(cleared | ((watermark as u64) << Self::WATERMARK_SHIFT)).changed()
    }

    pub(super) fn grown(self) -> Self {
        Self::new(self.depth(), self.pages() + 1, self.bits()).after(self)
    }

    pub(super) fn doubled(self) -> Self {
        Self::new(self.depth(), 1, self.bits() + 1).after(self)
    }

    pub(super) fn dead(self) -> Self {
        Self(self.0 | Self::DEAD).changed()
    }

    /// The same shape with a version later than that of `other`.
    fn after(self, other: Self) -> Self {
        Self((self.0 & (Self::VERSION - 1)) | (other.0 & !(Self::VERSION - 1))).changed()
    }

    fn changed(self) -> Self {
        Self(self.0.wrapping_add(Self::VERSION))
    }
}

/// The bucket of `of` that a fraction `within` of 2⁶⁴ falls into. Monotone in `within`.
#[inline]
pub(super) fn scale(within: u64, of: usize) -> usize {
    ((u128::from(within) * of as u128) >> 64) as usize
}

/// The smallest fraction of 2⁶⁴ that [`scale`] puts into bucket `bucket` of `of`; none past the last.
pub(super) fn start_of(bucket: usize, of: usize) -> Option<u64> {
    u64::try_from(((bucket as u128) << 64).div_ceil(of as u128)).ok()
}

/// A family of pages. Headers live as long as their table, the dead ones too.
#[repr(C, align(128))]
pub(crate) struct Header {
    shape: AtomicU64,
    pages: [AtomicPtr<Bucket>; MAX_PAGES],
    busy: AtomicU64,
    /// Entries that went to the overflow list since the family's load was last looked at.
    pub(super) refused: AtomicU64,
    /// The first position of the family.
    pub(super) prefix: u64,
}

impl Header {
    pub(super) fn new(shape: Shape, prefix: u64, pages: &[*mut Bucket]) -> Self {
        let header = Self {
            shape: AtomicU64::new(shape.0),
            pages: core::array::from_fn(|_| AtomicPtr::new(core::ptr::null_mut())),
            busy: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            prefix,
        };
        for (index, page) in pages.iter().enumerate() {
            header.set_page(index, shape.bits(), *page);
        }
        header
    }

    /// The shape, before which nothing that is read afterwards can have been read.
    #[inline]
    pub(super) fn shape(&self) -> Shape {
        Shape(self.shape.load(Ordering::Acquire))
    }

    /// Whether the shape is still `shape`, after all that was read so far.
    #[inline]
    pub(super) fn unchanged(&self, shape: Shape) -> bool {
        delicate!();
        #[cfg(not(tophash_tsan))]
        let now = {
            fence(Ordering::Acquire);
            self.shape.load(Ordering::Relaxed)
        };
        #[cfg(tophash_tsan)]
        let now = self.shape.fetch_add(0, Ordering::AcqRel);
        mutant!("miss-ignores-shape", true, now == shape.0)
    }

    /// Makes a shape that was prepared under [`Header::try_grow`] visible.
    pub(super) fn publish(&self, shape: Shape) {
        self.shape.store(shape.0, Ordering::Release);
    }

    /// Whether a position is the family's.
    pub(super) fn covers(&self, position: u64, shape: Shape) -> bool {
        ((position ^ self.prefix) >> 1) >> (63 - shape.depth()) == 0
    }

    #[inline]
    pub(super) fn page_pointer(&self, index: usize, bits: u32) -> *mut Bucket {
        self.pages[place_of(index, bits)].load(Ordering::Relaxed)
    }

    pub(super) fn set_page(&self, index: usize, bits: u32, page: *mut Bucket) {
        self.pages[place_of(index, bits)].store(page, Ordering::Release);
    }

    /// The right to change the family's shape, if nobody else has it.
    pub(super) fn try_grow(&self) -> Option<Growing<'_>> {
        (self.busy.load(Ordering::Relaxed) == 0
            && self.busy.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed).is_ok())
        .then(|| Growing { header: self })
    }

    /// The right to change the family's shape, after at most a few thousand turns of waiting.
    pub(super) fn grow_patiently(&self) -> Option<Growing<'_>> {
        let mut turn = 0;
        while turn < 4096 {
            if let Some(growing) = self.try_grow() {
                return Some(growing);
            }
            spin(&mut turn);
        }
        None
    }
}

/// Where the pointer to page `index` lies. A short page has a place of its own for each of its sizes, so
/// that a search by the shape before cannot be led into the page after.
#[inline]
fn place_of(index: usize, bits: u32) -> usize {
    // A shape never names more than MAX_PAGES pages; the mask says so to the compiler.
    (if bits == PAGE_BITS { index } else { 1 + bits as usize }) & (MAX_PAGES - 1)
}

/// The right to change a family's shape. Dropping it gives it back.
pub(super) struct Growing<'t> {
    pub(super) header: &'t Header,
}

impl Drop for Growing<'_> {
    fn drop(&mut self) {
        self.header.busy.store(0, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_follow_the_hash_at_every_watermark() {
        for pages in 1..=7 {
            let mut shape = Shape::new(3, pages, PAGE_BITS).growing();
            for watermark in (0..=shape.buckets()).rev() {
                shape = shape.with_watermark(watermark);
                let homes: alloc::vec::Vec<usize> = (0..4096u64)
                    .map(|step| shape.home(0x2000_0000_0000_0000 | (step << 49)))
                    .collect();
                assert!(homes.is_sorted(), "{pages} pages, watermark {watermark}");
                assert!(homes.iter().all(|home| *home < shape.next_buckets()));
            }
        }
    }

    #[test]
    fn the_start_of_a_bucket_is_its_smallest_position() {
        for of in [1, 2, 3, 64, 320, 448, 512] {
            for bucket in 0..of {
                let start = start_of(bucket, of).unwrap();
                assert_eq!(scale(start, of), bucket);
                assert!(start == 0 || scale(start - 1, of) < bucket);
            }
            assert_eq!(start_of(of, of), None);
        }
    }

    #[test]
    fn versions_differ_after_every_change() {
        let shape = Shape::new(0, 1, 0);
        assert_ne!(shape, shape.growing().grown());
        assert_ne!(shape.doubled(), Shape::new(0, 1, 1));
    }
}
