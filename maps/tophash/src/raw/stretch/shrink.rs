//! When a family shrinks: growth run backwards, to half the buckets, by the threads that take entries out.
//!
//! A family that came to hold less than a quarter of what starts its growth has its buckets halved, so that it must lose
//! half of its entries, or double them, before anything moves again. What removals do is asked of one in sixteen of
//! them, by its hash. A family never has less than a full page, nor less than what room was asked for ahead.
//!
//! Pages that are no longer used stay with their family, empty, since readers that come late may still look there:
//! the next growth takes them again, and whoever has the table to himself may free them.

use super::policy;
use super::reserve::{PATIENCE, end_of};
use crate::raw::header::{Growing, Header, PAGE_BITS, Shape};
use crate::raw::layout::Layout;
use crate::raw::table::{Candidate, Table};
use crate::sync::{Ordering, spin};

/// A family emptier than this many sixty-fourths shrinks by itself.
const LOW: usize = 13;

/// A family that is asked to shrink does so if it will not be fuller than this many sixty-fourths.
const TIGHT: usize = 45;

/// The homes that one removal in sixteen moves in a family that shrinks.
const STEPS: usize = 32;

/// How many buckets of a page are looked at to tell how empty its family is.
const SAMPLE: usize = 8;

/// How many removals that were asked pass a family by at least that was found to be full enough.
const SPARED: u64 = 8;

/// How often a step is tried again, by as many removals, before what does not fit goes back to more buckets.
const TRIES: u64 = 32;

/// How many removals that were asked pass a family by that could not shrink.
const TURNED: u64 = 64;

impl Table {
    /// Whether a removal is one of those that look after their family.
    #[inline]
    pub(crate) fn looks_after(hash: u64) -> bool {
        (hash >> 8) & 15 == 0
    }

    /// Looks after the family of an entry that was just taken out.
    #[cold]
    #[inline(never)]
    pub(crate) fn tend_removal<L: Layout>(
        &self,
        hash: u64,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) {
        let Some(home) = self.home::<L>(L::position(hash)) else { return };
        let (header, shape) = (home.header, home.shape);
        if !shape.is_growing() {
            let spared = header.spared.load(Ordering::Relaxed);
            if spared > 0 {
                header.spared.store(spared - 1, Ordering::Relaxed);
                return;
            }
            if !Self::may_shrink(header, shape) {
                return;
            }
        }
        let Some(growing) = header.try_grow() else { return };
        let shape = header.shape();
        if shape.is_growing() {
            let most = if shape.is_shrinking() { STEPS } else { policy::STEPS };
            let went_on = self.steps::<L>(&growing, most, rehash);
            if shape.is_shrinking() {
                // What does not fit yet may do so soon, where entries are taken out in the order of their hashes.
                let tries =
                    if went_on == Ok(false) { header.tries.load(Ordering::Relaxed) + 1 } else { 0 };
                header.tries.store(tries, Ordering::Relaxed);
                if tries > TRIES {
                    growing.turn();
                    header.spared.store(TURNED, Ordering::Relaxed);
                }
            }
        } else if !shape.is_dead() && Self::may_shrink(header, shape) {
            let (buckets, occupied) = Self::occupied_of::<L>(header, shape, SAMPLE);
            if occupied * 64 < buckets * L::SLOTS * LOW {
                self.start_back(&growing, shape);
            } else {
                // So many have to be taken out first, of which one in sixteen asks; half of them, as this is an estimate.
                let above = occupied - buckets * L::SLOTS * LOW / 64;
                let above = above * shape.buckets() / buckets;
                header.spared.store(SPARED.max(above as u64 / 32), Ordering::Relaxed);
            }
        }
    }

    fn may_shrink(header: &Header, shape: Shape) -> bool {
        let asked = header.asked.load(Ordering::Relaxed);
        shape.bits() > PAGE_BITS && u64::from(shape.depth() + shape.bits()) > asked
    }

    /// How many buckets of a family were looked at, at most so many of each page, and the entries in them.
    fn occupied_of<L: Layout>(header: &Header, shape: Shape, of_page: usize) -> (usize, usize) {
        let apart = ((1 << shape.page_bits()) / of_page).max(1);
        let looked_at = (0..shape.buckets()).step_by(apart);
        looked_at.fold((0, 0), |(buckets, occupied), index| {
            let bucket = Self::bucket_of::<L>(header, shape, index).bucket;
            (buckets + 1, occupied + L::occupied(bucket))
        })
    }

    /// Begins to shrink a family.
    fn start_back(&self, growing: &Growing<'_>, shape: Shape) {
        growing.header.publish(shape.shrinking());
        mutant!("shrink-untold", {}, self.tell_readers(growing));
    }

    /// Shrinks every family as far as its entries allow, while others use the table. Each step is done for itself, so
    /// that nobody waits for more than one.
    pub(crate) fn shrink<L: Layout>(&self, rehash: &impl Fn(&Candidate<'_>) -> Option<u64>) {
        let mut position = Some(0);
        while let Some(home) = position.and_then(|position| self.home::<L>(position)) {
            if self.tighten::<L>(home.header, rehash) {
                position = end_of(home.header, home.shape);
            }
        }
    }

    /// Shrinks a family as far as its entries allow. False if it is no more.
    fn tighten<L: Layout>(
        &self,
        header: &Header,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> bool {
        header.asked.store(0, Ordering::Relaxed);
        let (mut patience, mut turn, mut fewest) = (PATIENCE, 0, u32::MAX);
        loop {
            let shape = header.shape();
            if shape.is_dead() {
                return false;
            }
            if !shape.is_growing() {
                // What came back from a size once will not fit into it now.
                if shape.bits() <= PAGE_BITS || shape.bits() > fewest {
                    return true;
                }
                let (buckets, occupied) = Self::occupied_of::<L>(header, shape, usize::MAX);
                if occupied * 64 * 2 > buckets * L::SLOTS * TIGHT {
                    return true;
                }
            }
            let growing = header.grow_patiently().filter(|_| header.shape() == shape);
            let Some(growing) = growing else {
                let Some(left) = patience.checked_sub(1) else { return true };
                patience = left;
                continue;
            };
            if !shape.is_growing() {
                fewest = shape.bits() - 1;
                self.start_back(&growing, shape);
            } else if self.steps::<L>(&growing, 1, rehash) != Ok(true) {
                let Some(left) = patience.checked_sub(1) else { return true };
                if shape.is_shrinking() {
                    growing.turn();
                }
                patience = left;
            }
            drop(growing);
            // Who waits for this family is to have it before the next step.
            spin(&mut turn);
        }
    }
}
