//! A family: the pages that hold the entries of one prefix of the hash, and where each hash is at home.
//!
//! A family has 1, 2, 4 or 8 pages, so that its buckets are a power of two and home is a run of the hash's
//! bits: those behind the prefix. Everything a reader has to know is one word:
//!
//! ```text
//!  63            28 27       16   13     8  7 6 5      0
//! | version        | watermark |S| shift  |G|D| depth   |
//! ```
//!
//! - *depth*: how many upper bits of the hash are the family's prefix.
//! - *shift*: 64 less the logarithm of the buckets: what is left of the hash behind the prefix, shifted to the
//!   right by this, is home.
//! - `G` (growing): the family stretches to twice its buckets, which takes one bit more of the hash. Homes
//!   below the *watermark* are still where the old mapping puts them; all others are already where the
//!   new one puts them.
//!   A page that the new mapping has more is there from when the first of its homes is moved to.
//! - `S` (shrinking), of a growing family: it goes back to the fewer buckets. Nothing is different but that the watermark
//!   rises. Who searches does not look at this.
//! - `D` (dead): another family, or two, have taken this one's place; the directory knows which.
//! - *version* grows by one with every change, so that a search that found nothing can tell whether it
//!   looked in the right place all the time. A family changes a few thousand times in its life, never as
//!   often as would make its version wrap around.

use super::bucket::Word;
#[cfg(not(tophash_tsan))]
use crate::sync::fence;
use crate::sync::{AtomicPtr, AtomicU64, Ordering, spin};

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
    const DEPTH: u64 = 0x3f;
    const DEAD: u64 = 1 << 6;
    const GROWING: u64 = 1 << 7;
    const HOME_SHIFT: u32 = 8;
    const SHRINKING: u64 = 1 << 14;
    const WATERMARK_SHIFT: u32 = 16;
    const WATERMARK: u64 = 0xfff;
    const VERSION: u64 = 1 << 28;

    /// A family of `1 << bits` buckets that is not growing; of two at least.
    pub(super) const fn new(depth: u32, bits: u32) -> Self {
        Self(depth as u64 | ((64 - bits as u64) << Self::HOME_SHIFT))
    }

    #[inline]
    pub(super) fn depth(self) -> u32 {
        (self.0 & Self::DEPTH) as u32
    }

    /// How far to the right the hash behind the prefix is shifted to give home.
    #[inline]
    fn shift(self) -> u32 {
        (self.0 >> Self::HOME_SHIFT) as u32 & 0x3f
    }

    /// The logarithm of the buckets.
    pub(super) fn bits(self) -> u32 {
        64 - self.shift()
    }

    /// The buckets under the mapping that homes below the watermark still have.
    #[inline]
    pub(super) fn buckets(self) -> usize {
        1 << self.bits()
    }

    /// The buckets that hold entries now, whichever mapping they follow.
    #[inline]
    pub(super) fn all_buckets(self) -> usize {
        self.buckets() << u32::from(self.is_growing())
    }

    #[inline]
    pub(super) fn watermark(self) -> usize {
        ((self.0 >> Self::WATERMARK_SHIFT) & Self::WATERMARK) as usize
    }

    /// The logarithm of the buckets of one page.
    #[inline]
    pub(super) fn page_bits(self) -> u32 {
        self.bits().min(PAGE_BITS)
    }

    /// The pages that hold entries now, whichever mapping they follow.
    pub(super) fn pages(self) -> usize {
        self.all_buckets().div_ceil(1 << PAGE_BITS)
    }

    #[inline]
    pub(super) fn is_dead(self) -> bool {
        self.0 & Self::DEAD != 0
    }

    #[inline]
    pub(super) fn is_growing(self) -> bool {
        self.0 & Self::GROWING != 0
    }

    /// Whether the watermark rises, until nothing follows the new mapping any more.
    #[inline]
    pub(super) fn is_shrinking(self) -> bool {
        self.0 & Self::SHRINKING != 0
    }

    /// Which bucket of the family a position is at home in.
    #[inline(always)]
    pub(super) fn home(self, position: u64) -> usize {
        // Only the lowest six bits of the word count as a distance, and these are the depth.
        let home =
            position.wrapping_shl(self.0 as u32).wrapping_shr((self.0 >> Self::HOME_SHIFT) as u32);
        if self.is_growing() { self.home_in_growth(position) } else { home as usize }
    }

    /// Which bucket of a growing family a position is at home in.
    #[inline]
    fn home_in_growth(self, position: u64) -> usize {
        let (old, new) = self.homes(position);
        if old < self.watermark() { old } else { new }
    }

    /// Where a position is at home before and after a growth.
    #[inline]
    pub(super) fn homes(self, position: u64) -> (usize, usize) {
        let new = (position << self.depth()) >> (self.shift() - 1);
        ((new >> 1) as usize, new as usize)
    }

    pub(super) fn growing(self) -> Self {
        Self(self.0 | Self::GROWING).with_watermark(self.buckets())
    }

    pub(super) fn with_watermark(self, watermark: usize) -> Self {
        let cleared = self.0 & !(Self::WATERMARK << Self::WATERMARK_SHIFT);
        Self(cleared | ((watermark as u64) << Self::WATERMARK_SHIFT)).after(self)
    }

    pub(super) fn grown(self) -> Self {
        Self::new(self.depth(), self.bits() + 1).after(self)
    }

    /// The first shape on the way to half the buckets, which maps as this one does.
    pub(super) fn shrinking(self) -> Self {
        let fewer = Self::new(self.depth(), self.bits() - 1);
        Self(fewer.0 | Self::GROWING | Self::SHRINKING).after(self)
    }

    /// The same mapping, on the way to where it came from.
    pub(super) fn turned(self) -> Self {
        Self(self.0 ^ Self::SHRINKING).after(self)
    }

    pub(super) fn shrunk(self) -> Self {
        Self::new(self.depth(), self.bits()).after(self)
    }

    pub(super) fn dead(self) -> Self {
        Self(self.0 | Self::DEAD).after(self)
    }

    /// The same shape with the version that follows the one of `other`.
    fn after(self, other: Self) -> Self {
        let version = other.0.wrapping_add(Self::VERSION) & !(Self::VERSION - 1);
        Self((self.0 & (Self::VERSION - 1)) | version)
    }
}

/// The smallest position within a family's range that is at home in bucket `bucket` of `1 << bits`; none past the
/// last bucket.
pub(super) fn start_of(bucket: usize, bits: u32) -> Option<u64> {
    (bucket >> bits == 0).then_some((bucket as u64) << (64 - bits))
}

/// A family of pages. Headers live as long as their table, the dead ones too.
#[repr(C, align(128))]
pub(crate) struct Header {
    shape: AtomicU64,
    pages: [AtomicPtr<Word>; MAX_PAGES],
    busy: AtomicU64,
    /// Entries that went to the overflow list since the family's load was last looked at.
    pub(super) refused: AtomicU64,
    /// How often removals pass the family by before they look again whether it is to shrink.
    pub(super) spared: AtomicU64,
    /// How often a step back was tried in vain.
    pub(super) tries: AtomicU64,
    /// The logarithm of the buckets that the whole table was asked to have, below which removals do not shrink it.
    pub(super) asked: AtomicU64,
    /// The first position of the family.
    pub(super) prefix: u64,
    pub(super) grown: Grown,
}

/// What growth and shrinking have done.
#[derive(Debug)]
pub(super) struct Grown {
    pub(super) steps: AtomicU64,
    /// Steps back, to fewer buckets.
    pub(super) steps_back: AtomicU64,
    /// Entries that were moved.
    pub(super) moved: AtomicU64,
    /// The most entries that one operation moved.
    pub(super) most_moved: AtomicU64,
}

impl Grown {
    #[cfg(not(loom))]
    pub(super) const fn nothing() -> Self {
        Self {
            steps: AtomicU64::new(0),
            steps_back: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            most_moved: AtomicU64::new(0),
        }
    }

    /// Loom's atomics cannot be made in constants.
    #[cfg(loom)]
    pub(super) fn nothing() -> Self {
        Self {
            steps: AtomicU64::new(0),
            steps_back: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            most_moved: AtomicU64::new(0),
        }
    }

    /// Adds what another one counted.
    pub(super) fn take_over(&self, other: &Self) {
        self.steps.fetch_add(other.steps.load(Ordering::Relaxed), Ordering::Relaxed);
        self.steps_back.fetch_add(other.steps_back.load(Ordering::Relaxed), Ordering::Relaxed);
        self.moved.fetch_add(other.moved.load(Ordering::Relaxed), Ordering::Relaxed);
        self.most_moved.fetch_max(other.most_moved.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl Header {
    pub(super) fn new(shape: Shape, prefix: u64, pages: &[*mut Word]) -> Self {
        let page = |index| pages.get(index).copied().unwrap_or(core::ptr::null_mut());
        Self {
            shape: AtomicU64::new(shape.0),
            pages: core::array::from_fn(|index| AtomicPtr::new(page(index))),
            busy: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            spared: AtomicU64::new(0),
            tries: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            prefix,
            grown: Grown::nothing(),
        }
    }

    /// What a table without entries has for a family: one that is dead, with a bucket to look into.
    #[cfg(not(loom))]
    pub(super) const fn none(bucket: *mut Word) -> Self {
        let mut pages = [const { AtomicPtr::new(core::ptr::null_mut()) }; MAX_PAGES];
        pages[0] = AtomicPtr::new(bucket);
        Self {
            shape: AtomicU64::new(Shape::new(0, 1).0 | Shape::DEAD),
            pages,
            busy: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            spared: AtomicU64::new(0),
            tries: AtomicU64::new(0),
            asked: AtomicU64::new(0),
            prefix: 0,
            grown: Grown::nothing(),
        }
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

    /// A page; null if the family never had it.
    #[inline]
    pub(super) fn page(&self, index: usize) -> *mut Word {
        // A shape never names more than MAX_PAGES pages; the mask says so to the compiler.
        self.pages[index & (MAX_PAGES - 1)].load(Ordering::Relaxed)
    }

    /// A page that the shape need not lead to yet, or null: what was stored to it before it was named happens before.
    pub(super) fn page_if_any(&self, index: usize) -> *mut Word {
        self.pages[index & (MAX_PAGES - 1)].load(Ordering::Acquire)
    }

    pub(super) fn set_page(&self, index: usize, page: *mut Word) {
        self.pages[index & (MAX_PAGES - 1)].store(page, Ordering::Release);
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

/// The right to change a family's shape. Dropping it gives it back.
pub(super) struct Growing<'t> {
    pub(super) header: &'t Header,
}

impl Growing<'_> {
    /// Has a family that shrinks grow again, from where it is.
    pub(super) fn turn(&self) {
        self.header.publish(self.header.shape().turned());
    }

    /// Counts steps and what they moved. Plain loads and stores do, since nobody else grows this family now.
    pub(super) fn count(&self, steps: u64, back: u64, moved: u64) {
        let grown = &self.header.grown;
        let add =
            |to: &AtomicU64, more| to.store(to.load(Ordering::Relaxed) + more, Ordering::Relaxed);
        add(&grown.steps, steps);
        add(&grown.steps_back, back);
        add(&grown.moved, moved);
        if moved > grown.most_moved.load(Ordering::Relaxed) {
            grown.most_moved.store(moved, Ordering::Relaxed);
        }
    }
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
        for bits in PAGE_BITS..PAGE_BITS + 3 {
            let mut shape = Shape::new(3, bits).growing();
            for watermark in (0..=shape.buckets()).rev() {
                shape = shape.with_watermark(watermark);
                let homes: alloc::vec::Vec<usize> = (0..4096u64)
                    .map(|step| shape.home(0x2000_0000_0000_0000 | (step << 49)))
                    .collect();
                assert!(homes.is_sorted(), "{bits} bits, watermark {watermark}");
                assert!(homes.iter().all(|home| *home < shape.all_buckets()));
            }
        }
    }

    #[test]
    fn homes_follow_the_hash_while_shrinking() {
        for bits in PAGE_BITS..PAGE_BITS + 3 {
            let grown = Shape::new(3, bits + 1);
            let mut shape = grown.shrinking();
            let positions = || (0..4096u64).map(|step| 0x2000_0000_0000_0000 | (step << 49));
            assert!(positions().all(|position| shape.home(position) == grown.home(position)));
            for watermark in 0..=shape.buckets() {
                shape = shape.with_watermark(watermark);
                assert!(shape.is_growing() && shape.is_shrinking());
                assert!(positions().is_sorted_by_key(|position| shape.home(position)));
                assert!(positions().all(|position| {
                    let (fewer, more) = shape.homes(position);
                    shape.home(position) == if fewer < watermark { fewer } else { more }
                }));
                let turned = shape.turned();
                assert!(turned.is_growing() && !turned.is_shrinking() && turned != shape);
                assert!(positions().all(|position| shape.home(position) == turned.home(position)));
            }
            let shrunk = shape.shrunk();
            assert!(!shrunk.is_growing() && !shrunk.is_shrinking());
            assert!(positions().all(|position| shape.home(position) == shrunk.home(position)));
        }
    }

    #[test]
    fn the_start_of_a_bucket_is_its_smallest_position() {
        for bits in [1, 2, 6, 9] {
            let shape = Shape::new(0, bits);
            for bucket in 0..1 << bits {
                let start = start_of(bucket, bits).unwrap();
                assert_eq!(shape.home(start), bucket);
                assert!(start == 0 || shape.home(start - 1) < bucket);
            }
            assert_eq!(start_of(1 << bits, bits), None);
        }
    }

    #[test]
    fn a_shape_tells_what_it_was_made_of() {
        let shape = Shape::new(5, PAGE_BITS + 1);
        let growing = shape.growing().with_watermark(1);
        let page = 1 << PAGE_BITS;
        assert_eq!((shape.depth(), shape.buckets(), shape.pages()), (5, 2 * page, 2));
        assert_eq!((growing.depth(), growing.buckets(), growing.pages()), (5, 2 * page, 4));
        assert_eq!((growing.watermark(), growing.all_buckets()), (1, 4 * page));
        assert!(growing.is_growing() && !shape.is_growing() && !growing.grown().is_growing());
        assert!(growing.dead().is_dead() && !growing.is_dead());
        assert_eq!((growing.grown().buckets(), growing.grown().depth()), (4 * page, 5));
    }

    #[test]
    fn versions_differ_after_every_change() {
        let shape = Shape::new(0, PAGE_BITS);
        let growing = shape.growing();
        assert_ne!(shape, growing);
        assert_ne!(growing, growing.with_watermark(growing.watermark()));
        assert_ne!(shape.dead(), shape.dead().dead());
    }
}
