//! The table: its families, and where a hash is at home in them.
//!
//! [`search`] finds entries, [`change`] and [`insert`] do the three changes that a search prepares; [`begin`] makes the first
//! families and frees them all, and [`graveyard`] keeps what may still be read.

mod begin;
mod change;
mod found;
mod graveyard;
mod insert;
mod search;

pub(crate) use found::{AtOnce, Candidate, Search, Spot, Step, Vacancy};
pub(super) use graveyard::{Dead, Grave};
pub(crate) use insert::Refusal;

use super::bucket::Bucket;
use super::counter::Counter;
use super::directory::{Directory, Entrance, Tagged};
use super::header::{Grown, Header, PAGE_BITS, Shape};
use super::layout::{Geometry, Layout, SlotWords};
use super::overflow::Overflow;
use super::page::Page;
use crate::sync::{AtomicPtr, AtomicU64, Ordering, spin};

/// Buckets, their directory, and what they count.
///
/// The table knows words only; which layout they have is told to every call, and must be the same one for
/// the table's whole life.
pub(crate) struct Table {
    directory: AtomicPtr<Directory>,
    shared: AtomicPtr<Shared>,
}

/// What a table needs beside its directory as soon as it has an entry.
pub(super) struct Shared {
    /// How the table's pages are laid out.
    pub(super) geometry: Geometry,
    pub(super) count: Counter,
    pub(super) overflow: Overflow,
    /// Entries in the overflow list.
    pub(super) overflowed: AtomicU64,
    /// Whether somebody is changing the directory.
    pub(super) splitting: AtomicU64,
    /// Headers, directories and pages that are no longer used but may still be read.
    pub(super) graveyard: AtomicPtr<Grave>,
    pub(super) families: AtomicU64,
    /// What growth has done in families that are dead.
    pub(super) past: Grown,
    pub(super) splits: AtomicU64,
}

/// The home of a hash, by the shape its family had.
#[derive(Clone, Copy)]
pub(super) struct Home<'t> {
    pub(super) header: &'t Header,
    pub(super) shape: Shape,
    pub(super) bucket: Bucket<'t>,
    /// The page that the bucket lies in.
    pub(super) page: Page<'t>,
}

impl<'t> Home<'t> {
    /// Which bucket of its page it is.
    #[inline]
    pub(super) fn index<L: Layout>(&self) -> usize {
        self.page.index_of::<L>(self.bucket)
    }

    /// The bucket of the same page whose number differs from this one's in the bits of `distance`.
    #[inline]
    pub(super) fn neighbour<L: Layout>(&self, distance: usize) -> Bucket<'t> {
        self.page.bucket::<L>(self.index::<L>() ^ distance)
    }
}

impl Table {
    #[cfg(not(loom))]
    pub(crate) const fn new() -> Self {
        Self {
            directory: AtomicPtr::new(Directory::none()),
            shared: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    /// An empty table; loom's atomics cannot be made in constants.
    #[cfg(loom)]
    pub(crate) fn new() -> Self {
        Self {
            directory: AtomicPtr::new(Directory::none()),
            shared: AtomicPtr::new(core::ptr::null_mut()),
        }
    }

    /// The table's shared part; none before the first entry.
    #[inline]
    pub(super) fn shared(&self) -> Option<&Shared> {
        // SAFETY: it is published whole, once, and freed only with the table.
        unsafe { self.shared.load(Ordering::Acquire).as_ref() }
    }

    /// The directory that searches begin with.
    #[inline]
    pub(super) fn current(&self) -> &Directory {
        self.entrance().directory()
    }

    /// The readers' way into the directory.
    #[inline(always)]
    pub(super) fn entrance(&self) -> Entrance<'_> {
        // SAFETY: there always is a directory, and each is freed only with the table.
        unsafe { Entrance::of(&self.directory) }
    }

    /// The directory; none before the first entry.
    #[inline]
    pub(super) fn directory(&self) -> Option<&Directory> {
        Some(self.current()).filter(|directory| !directory.is_none())
    }

    pub(super) fn replace_directory(&self, directory: Tagged) -> Tagged {
        self.directory.swap(directory, Ordering::AcqRel)
    }

    /// Where a position is at home just now; none in a table that never had an entry.
    #[inline]
    pub(super) fn home<L: Layout>(&self, position: u64) -> Option<Home<'_>> {
        let home = self.home_at_once::<L>(position);
        if home.shape.is_dead() { self.home_anew::<L>(position) } else { Some(home) }
    }

    /// Where a position is at home by the family that is found first, which may be dead.
    #[inline]
    pub(super) fn home_at_once<L: Layout>(&self, position: u64) -> Home<'_> {
        // SAFETY: directories name headers that live as long as the table.
        let header = unsafe { &*self.current().family(position) };
        let shape = header.shape();
        Self::bucket_of::<L>(header, shape, shape.home(position))
    }

    #[cold]
    fn home_anew<L: Layout>(&self, position: u64) -> Option<Home<'_>> {
        let mut turn = 0;
        loop {
            self.directory()?;
            let home = self.home_at_once::<L>(position);
            if !home.shape.is_dead() {
                return Some(home);
            }
            spin(&mut turn);
        }
    }

    /// Bucket `home` of a family.
    #[inline]
    pub(super) fn bucket_of<L: Layout>(header: &Header, shape: Shape, home: usize) -> Home<'_> {
        let page = header.page(home >> PAGE_BITS);
        // SAFETY: a shape is published after the pages that its mapping leads to, each of `1 << Shape::page_bits` buckets;
        // whoever asks for a bucket that it does not lead to has seen to it that the page is there; and pages that
        // shapes lead to are freed only with the table.
        let page = unsafe { Page::new(page, shape.page_bits()) };
        Home { header, shape, bucket: page.bucket::<L>(home), page }
    }

    /// Bucket `index` of a family; none if growth has not come to its page yet.
    pub(super) fn bucket_if_any<L: Layout>(
        header: &Header,
        shape: Shape,
        index: usize,
    ) -> Option<Bucket<'_>> {
        let page = header.page_if_any(index >> PAGE_BITS);
        (!page.is_null()).then(|| Self::bucket_of::<L>(header, shape, index).bucket)
    }

    #[inline(always)]
    fn count(&self, change: i64) {
        if let Some(shared) = self.shared() {
            shared.count.add(change);
        }
    }

    /// The entries of the table; exact when nobody is changing it.
    pub(crate) fn len(&self) -> usize {
        self.shared().map_or(0, |shared| shared.count.sum())
    }

    /// Every entry, for whoever has the table to himself.
    pub(crate) fn for_each_mut<L: Layout>(&mut self, mut entry: impl FnMut(SlotWords)) {
        let mut visit = |bucket: Bucket<'_>| {
            for slot in 0..L::SLOTS {
                if L::tag_at(bucket, slot) != 0 {
                    entry(L::words(bucket, slot));
                }
            }
        };
        for header in self.directory().into_iter().flat_map(Directory::distinct) {
            // SAFETY: directories name headers that live as long as the table.
            let header = unsafe { &*header };
            let shape = header.shape();
            (0..shape.all_buckets())
                .filter_map(|index| Self::bucket_if_any::<L>(header, shape, index))
                .for_each(&mut visit);
        }
        for node in self.shared().into_iter().flat_map(|shared| shared.overflow.nodes()) {
            visit(node.bucket.bucket::<L>());
        }
    }
}

impl Shared {
    fn new(geometry: Geometry) -> Self {
        Self {
            geometry,
            count: Counter::new(),
            overflow: Overflow::new(),
            overflowed: AtomicU64::new(0),
            splitting: AtomicU64::new(0),
            graveyard: AtomicPtr::new(core::ptr::null_mut()),
            families: AtomicU64::new(0),
            past: Grown::nothing(),
            splits: AtomicU64::new(0),
        }
    }
}

impl Drop for Table {
    fn drop(&mut self) {
        self.reset();
    }
}
