//! Room ahead: families are made to grow before they are full, by the thread that asks for it.

use crate::error::AllocError;
use crate::raw::capacity::bytes_of_bucket;
use crate::raw::header::{Header, Shape};
use crate::raw::layout::Layout;
use crate::raw::page;
use crate::raw::table::{Candidate, Table};
use crate::sync::{Ordering, spin};

/// How often a family is asked for again that another thread is at, before it is left to that thread.
pub(super) const PATIENCE: usize = 64;

/// What became of a family that was to grow.
enum Grown {
    /// It has what was asked for, or as much as it can have.
    Enough,
    /// It has split, or has a new header.
    Otherwise,
}

impl Table {
    /// Gives the table buckets for `entries` entries in all, while others use it.
    ///
    /// Each step of growth is done for itself, so that nobody waits for more than one. A family that another thread
    /// holds all the time, or that growth would not help, is left as it is.
    ///
    /// # Errors
    /// When no address space holds so many, or the allocator refuses: the table is whole, and has some of the room.
    pub(crate) fn reserve<L: Layout>(
        &self,
        entries: usize,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<(), AllocError> {
        let Some(bits) = Self::bits_for::<L>(entries)? else { return Ok(()) };
        if self.directory().is_none() {
            self.begin_with_bits::<L>(bits)?;
        }
        let more = (1usize << bits).saturating_sub(self.buckets());
        page::probe(more.checked_mul(bytes_of_bucket::<L>()))?;
        let mut position = Some(0);
        while let Some(home) = position.and_then(|position| self.home::<L>(position)) {
            match self.enlarge::<L>(home.header, bits, rehash)? {
                Grown::Enough => position = end_of(home.header, home.shape),
                Grown::Otherwise => {}
            }
        }
        Ok(())
    }

    /// Makes a family grow until it has its share of `1 << bits` buckets.
    fn enlarge<L: Layout>(
        &self,
        header: &Header,
        bits: u32,
        rehash: &impl Fn(&Candidate<'_>) -> Option<u64>,
    ) -> Result<Grown, AllocError> {
        let mut patience = PATIENCE;
        let mut turn = 0;
        loop {
            let shape = header.shape();
            if shape.is_dead() {
                return Ok(Grown::Otherwise);
            }
            header.asked.fetch_max(u64::from(bits), Ordering::Relaxed);
            let enough = shape.depth() + shape.bits() >= bits;
            if !shape.is_growing() && enough {
                return Ok(Grown::Enough);
            }
            let Some(growing) = header.grow_patiently() else {
                let Some(left) = patience.checked_sub(1) else { return Ok(Grown::Enough) };
                patience = left;
                continue;
            };
            if header.shape() != shape {
                continue;
            }
            let went_on = if shape.is_shrinking() && !enough {
                growing.turn();
                true
            } else if shape.is_growing() {
                self.steps::<L>(&growing, 1, rehash)?
            } else {
                self.start::<L>(&growing, shape, rehash)?
            };
            if !went_on && shape.is_shrinking() {
                growing.turn();
            }
            drop(growing);
            if !went_on {
                // A step may be barred by a writer of the overflow list, a start is by hashes that are too much alike.
                if !shape.is_growing() || patience == 0 {
                    return Ok(Grown::Enough);
                }
                patience -= 1;
            }
            // Who waits for this family is to have it before the next step.
            spin(&mut turn);
        }
    }
}

/// The first position behind a family; none behind the last one.
pub(super) fn end_of(header: &Header, shape: Shape) -> Option<u64> {
    1u64.checked_shl(64 - shape.depth()).and_then(|length| header.prefix.checked_add(length))
}
