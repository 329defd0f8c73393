//! Tables that are given their buckets at once, and what a table holds.

use super::header::{Grown, MAX_PAGES, PAGE_BITS};
use super::layout::Layout;
use super::page;
use super::table::{Dead, Shared, Table};
use super::{bucket::Bucket, bucket::Word, directory::Directory, header::Header};
use crate::error::AllocError;
use crate::sync::Ordering;
use alloc::vec::Vec;

/// Entries that a table is given buckets for, in hundredths of what they could hold.
const FILL: usize = 70;

/// The logarithm of the buckets that a family begins with at most; it can stretch to twice as many.
const FIRST_BITS: u32 = PAGE_BITS + (MAX_PAGES / 2).ilog2();

/// What a table counts. See [`crate::Stats`].
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Counts {
    pub(crate) entries: usize,
    pub(crate) buckets: usize,
    pub(crate) bytes: usize,
    pub(crate) families: u64,
    pub(crate) growing: usize,
    pub(crate) retained_bytes: usize,
    pub(crate) steps: u64,
    pub(crate) steps_back: u64,
    pub(crate) moved: u64,
    pub(crate) most_moved: u64,
    pub(crate) splits: u64,
    pub(crate) overflowed: u64,
}

/// How many buckets searches look at, from a sample. See [`crate::Stats`].
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Probes {
    pub(crate) mean: f64,
    pub(crate) longest: usize,
}

/// The most buckets that are looked at to tell how long searches are.
const SAMPLE: usize = 256;

impl Table {
    /// A table with buckets for `entries` entries.
    ///
    /// # Errors
    /// When no address space holds them, or the allocator refuses.
    pub(crate) fn with_capacity<L: Layout>(entries: usize) -> Result<Self, AllocError> {
        let table = Self::new();
        if let Some(bits) = Self::bits_for::<L>(entries)? {
            table.begin_with_bits::<L>(bits)?;
        }
        Ok(table)
    }

    /// The logarithm of the buckets that `entries` entries ask for; none for none.
    ///
    /// # Errors
    /// When no address space holds them.
    pub(super) fn bits_for<L: Layout>(entries: usize) -> Result<Option<u32>, AllocError> {
        if entries == 0 {
            return Ok(None);
        }
        let buckets = entries.div_ceil(L::SLOTS).checked_mul(100).ok_or(AllocError::overflow())?;
        let buckets = buckets.div_ceil(FILL);
        let bytes = buckets.checked_mul(bytes_of_bucket::<L>());
        if bytes.is_none_or(|bytes| bytes > isize::MAX as usize / 2) {
            return Err(AllocError::overflow());
        }
        Ok(Some(buckets.next_power_of_two().ilog2().max(1)))
    }

    /// Gives an empty table `1 << bits` buckets, unless another thread just gave it some.
    ///
    /// # Errors
    /// When the allocator refuses.
    pub(super) fn begin_with_bits<L: Layout>(&self, bits: u32) -> Result<(), AllocError> {
        let depth = bits.saturating_sub(FIRST_BITS);
        page::probe((1usize << bits).checked_mul(bytes_of_bucket::<L>()))?;
        self.begin_with(L::GEOMETRY, depth, bits - depth)?;
        for header in self.headers() {
            header.asked.fetch_max(u64::from(bits), Ordering::Relaxed);
        }
        Ok(())
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

    pub(super) fn buckets(&self) -> usize {
        self.headers().map(|header| header.shape().all_buckets()).sum()
    }

    /// Every bucket of the table; all of them only if nobody is changing it.
    pub(super) fn all_buckets<L: Layout>(&self) -> Vec<Bucket<'_>> {
        let mut buckets = Vec::with_capacity(self.buckets());
        for header in self.headers() {
            let shape = header.shape();
            buckets.extend(
                (0..shape.all_buckets())
                    .filter_map(|index| Self::bucket_if_any::<L>(header, shape, index)),
            );
        }
        let nodes = self.shared().into_iter().flat_map(|shared| shared.overflow.nodes());
        buckets.extend(nodes.map(|node| node.bucket.bucket::<L>()));
        buckets
    }

    /// How many buckets searches for entries look at, told by the states of some buckets.
    pub(crate) fn probes<L: Layout>(&self) -> Probes {
        let apart = self.buckets().div_ceil(SAMPLE).max(1);
        let (mut entries, mut looks, mut longest) = (0, 0, 0);
        let mut passed = 0usize;
        for header in self.headers() {
            let shape = header.shape();
            let all = shape.all_buckets();
            for index in (passed.next_multiple_of(apart) - passed..all).step_by(apart) {
                let Some(bucket) = Self::bucket_if_any::<L>(header, shape, index) else { continue };
                let state = bucket.state();
                let at_home = L::entries(bucket).0 & !(state.foreign() as u32);
                let (here, away) = (at_home.count_ones() as usize, state.displaced());
                entries += here + away;
                looks += here + away * (1 + state.reach());
                if here + away > 0 {
                    longest = longest.max(1 + state.reach());
                }
            }
            passed += all;
        }
        Probes { mean: if entries == 0 { 0.0 } else { looks as f64 / entries as f64 }, longest }
    }

    /// Bytes that the table holds, its graveyard included. For whoever has the table to himself or does not
    /// mind that it changes meanwhile.
    pub(crate) fn bytes(&self) -> usize {
        let Some(shared) = self.shared() else { return 0 };
        let nodes = shared.overflow.nodes().count() * size_of::<super::overflow::Node>();
        let mut bytes = size_of::<Shared>() + nodes;
        for header in self.headers() {
            let pages = (0..MAX_PAGES).filter(|index| !header.page(*index).is_null()).count();
            bytes += size_of::<Header>()
                + pages * page::bytes(shared.geometry, header.shape().page_bits());
        }
        bytes + self.directory().map_or(0, Directory::bytes) + self.buried_bytes(shared)
    }

    /// Those of [`Table::bytes`] that hold nothing: pages that wait for their family's next growth, and what is kept
    /// because somebody may still be reading it.
    fn retained_bytes(&self, shared: &Shared) -> usize {
        let mut bytes = self.buried_bytes(shared);
        for header in self.headers() {
            let shape = header.shape();
            let kept = shape.pages()..MAX_PAGES;
            let pages = kept.filter(|index| !header.page(*index).is_null()).count();
            bytes += pages * page::bytes(shared.geometry, shape.page_bits());
        }
        bytes
    }

    /// Frees what [`Table::bytes`] counts and holds nothing.
    pub(crate) fn release(&mut self) {
        self.empty_graveyard();
        let Some(geometry) = self.shared().map(|shared| shared.geometry) else { return };
        for header in self.headers() {
            let shape = header.shape();
            for index in shape.pages()..MAX_PAGES {
                let page = header.page(index);
                if !page.is_null() {
                    header.set_page(index, core::ptr::null_mut());
                    // SAFETY: the family's own page, of the size its shape says, in which its shape has no home; and
                    // the table is borrowed exclusively, so that nobody reads it.
                    unsafe { page::free(page, geometry, shape.page_bits()) };
                }
            }
        }
    }

    /// Forgets which room was asked for.
    pub(crate) fn ask_for_nothing(&self) {
        self.headers().for_each(|header| header.asked.store(0, Ordering::Relaxed));
    }

    fn buried_bytes(&self, shared: &Shared) -> usize {
        let mut bytes = 0;
        let mut grave = shared.graveyard.load(Ordering::Acquire);
        // SAFETY: graves are published whole and freed only with the table.
        while let Some(buried) = unsafe { grave.as_ref() } {
            bytes += match buried.what {
                Dead::Nothing => 0,
                Dead::Header(_) => size_of::<Header>(),
                // SAFETY: buried directories stay readable until the table is dropped.
                Dead::Directory(directory) => unsafe { Directory::of(directory) }.bytes(),
                Dead::Page(_, bits) => page::bytes(shared.geometry, bits),
            };
            grave = buried.next;
        }
        bytes
    }

    /// What the table counts. Walks the directory, and touches no bucket.
    pub(crate) fn counts(&self) -> Counts {
        let Some(shared) = self.shared() else { return Counts::default() };
        let growing = self.headers().filter(|header| header.shape().is_growing()).count();
        let grown = Grown::nothing();
        grown.take_over(&shared.past);
        self.headers().for_each(|header| grown.take_over(&header.grown));
        Counts {
            entries: self.len(),
            buckets: self.buckets(),
            bytes: self.bytes(),
            families: shared.families.load(Ordering::Relaxed),
            growing,
            retained_bytes: self.retained_bytes(shared),
            steps_back: grown.steps_back.load(Ordering::Relaxed),
            steps: grown.steps.load(Ordering::Relaxed),
            moved: grown.moved.load(Ordering::Relaxed),
            most_moved: grown.most_moved.load(Ordering::Relaxed),
            splits: shared.splits.load(Ordering::Relaxed),
            overflowed: shared.overflowed.load(Ordering::Relaxed),
        }
    }

    /// Asks the processor to fetch the bucket that a hash is at home in.
    #[inline]
    pub(crate) fn prefetch<L: Layout>(&self, hash: u64) {
        let page = self.entrance().page(L::position(hash));
        if !page.asks() {
            // SAFETY: the entry does not ask, and is of this table.
            unsafe { page.bucket::<L>(L::position(hash)) }.prefetch();
        }
    }

    /// Asks the processor to fetch what the first slot of that bucket points to whose tag fits.
    #[inline]
    pub(crate) fn prefetch_entry<L: Layout>(&self, hash: u64) {
        let page = self.entrance().page(L::position(hash));
        if !page.asks() {
            // SAFETY: as above.
            let bucket = unsafe { page.bucket::<L>(L::position(hash)) };
            let matches = L::matching(bucket, L::tag(hash));
            if !matches.is_empty() {
                bucket.prefetch_from(L::FIRST + matches.first());
            }
        }
    }
}

/// The bytes of a bucket in a page of many.
pub(super) const fn bytes_of_bucket<L: Layout>() -> usize {
    (L::GEOMETRY.head + L::GEOMETRY.body) * size_of::<Word>()
}
