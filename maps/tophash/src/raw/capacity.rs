//! Tables that are given their buckets at once, and what a table holds.

use super::header::PAGE_BITS;
use super::layout::Layout;
use super::page;
use super::table::Table;
use super::{bucket::Bucket, directory::Directory, header::Header};
use crate::error::AllocError;
use crate::sync::Ordering;
use alloc::vec::Vec;

/// Entries that a table is given buckets for, in hundredths of what they could hold.
const FILL: usize = 78;

/// Pages that a family begins with at most; it can stretch to twice as many.
const FIRST_PAGES: usize = 4;

/// What a table counts. See [`crate::Stats`].
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Counts {
    pub(crate) entries: usize,
    pub(crate) buckets: usize,
    pub(crate) bytes: usize,
    pub(crate) families: u64,
    pub(crate) growing: usize,
    pub(crate) steps: u64,
    pub(crate) moved: u64,
    pub(crate) most_moved: u64,
    pub(crate) splits: u64,
    pub(crate) overflowed: u64,
}

impl Table {
    /// A table with buckets for `entries` entries.
    ///
    /// # Errors
    /// When no address space holds them, or the allocator refuses.
    pub(crate) fn with_capacity<L: Layout>(entries: usize) -> Result<Self, AllocError> {
        let table = Self::new();
        if entries == 0 {
            return Ok(table);
        }
        let buckets = entries.div_ceil(L::SLOTS).checked_mul(100).ok_or(AllocError::overflow())?;
        let buckets = buckets.div_ceil(FILL);
        let bytes = buckets.checked_mul(size_of::<Bucket>());
        if bytes.is_none_or(|bytes| bytes > isize::MAX as usize / 2) {
            return Err(AllocError::overflow());
        }
        if buckets <= 1 << PAGE_BITS {
            // The last bucket of a short page is as likely to be full as the first, so small tables get more.
            table.begin_with(0, 1, buckets.next_power_of_two().ilog2())?;
            return Ok(table);
        }
        let pages = buckets.div_ceil(1 << PAGE_BITS);
        let depth = pages.div_ceil(FIRST_PAGES).next_power_of_two().ilog2();
        page::probe(pages, PAGE_BITS)?;
        table.begin_with(depth, pages.div_ceil(1 << depth), PAGE_BITS)?;
        Ok(table)
    }

    /// Entries that the table's buckets hold before most families grow.
    pub(crate) fn capacity<L: Layout>(&self) -> usize {
        // In 64 bits, because on 32 the product may be too large where its hundredth is not.
        (self.buckets() as u64 * (L::SLOTS * FILL) as u64 / 100) as usize
    }

    fn headers(&self) -> impl Iterator<Item = &Header> {
        // SAFETY: directories name headers that live as long as the table.
        self.directory().into_iter().flat_map(Directory::distinct).map(|header| unsafe { &*header })
    }

    fn buckets(&self) -> usize {
        self.headers().map(|header| header.shape().all_buckets()).sum()
    }

    /// Every bucket of the table; all of them only if nobody is changing it.
    pub(super) fn all_buckets(&self) -> Vec<&Bucket> {
        let mut buckets = Vec::with_capacity(self.buckets());
        for header in self.headers() {
            let shape = header.shape();
            buckets.extend(
                (0..shape.all_buckets())
                    .map(|index| Self::bucket_of(header, shape, index).bucket()),
            );
        }
        let nodes = self.shared().into_iter().flat_map(|shared| shared.overflow.nodes());
        buckets.extend(nodes.map(|node| &node.bucket));
        buckets
    }

    /// What the table counts. Walks the directory, and touches no bucket.
    pub(crate) fn counts(&self) -> Counts {
        let Some(shared) = self.shared() else { return Counts::default() };
        let growing = self.headers().filter(|header| header.shape().is_growing()).count();
        Counts {
            entries: self.len(),
            buckets: self.buckets(),
            bytes: self.bytes(),
            families: shared.families.load(Ordering::Relaxed),
            growing,
            steps: shared.steps.load(Ordering::Relaxed),
            moved: shared.moved.load(Ordering::Relaxed),
            most_moved: shared.most_moved.load(Ordering::Relaxed),
            splits: shared.splits.load(Ordering::Relaxed),
            overflowed: shared.overflowed.load(Ordering::Relaxed),
        }
    }

    /// Asks the processor to fetch the bucket that a hash is at home in.
    #[inline]
    pub(crate) fn prefetch<L: Layout>(&self, hash: u64) {
        let Some(home) = self.home(L::position(hash)) else { return };
        let bucket = core::ptr::from_ref(home.bucket()).cast::<i8>();
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        // SAFETY: prefetching reads nothing, and every x86-64 processor can; the bucket has 128 bytes.
        unsafe {
            use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T0>(bucket);
            _mm_prefetch::<_MM_HINT_T0>(bucket.add(64));
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let _ = bucket;
    }
}
