//! How the entries lie in buckets, and what a look-up costs.

use super::super::Parts;
use super::super::parts::parts_a_cell;
use super::{Classic, SAME_SIZE, TOO_MANY};
use crate::memory::{Memory, Unmapped, pointer};
use finding::{Picture, PictureCell, PictureUnit, Probes};

/// Buckets that are looked at for one cell; where there are more, these stand for them.
const LOOKED_AT: u64 = 64;

/// Chains that have more buckets in all are damaged.
const MOST_STEPS: u64 = 1 << 20;

impl Classic {
    /// The buckets of a map, each with its overflow buckets.
    pub(in super::super) fn parts(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
    ) -> Result<Parts, Unmapped> {
        let unmapped = Unmapped { address };
        let header = self.header(memory, address)?;
        let log2 = self.log2_buckets.get(&header).filter(|log2| *log2 <= TOO_MANY);
        let all = 1_u64.checked_shl(log2.ok_or(unmapped)? as u32).ok_or(unmapped)?;
        let new = pointer(&header, self.buckets).ok_or(unmapped)?;
        let old = pointer(&header, self.old_buckets).filter(|old| *old != 0);
        let flags = self.flags.get(&header).ok_or(unmapped)?;
        let halves = if flags & SAME_SIZE == 0 { 2 } else { 1 };
        let olds = all.checked_div(halves).unwrap_or(1).max(1);
        let mut chains = Chains::default();
        let mut cells = Vec::new();
        let each = parts_a_cell(all);
        for first in (0..all).step_by(usize::try_from(each).unwrap_or(usize::MAX)) {
            if new == 0 {
                break;
            }
            let mut cell = PictureCell::default();
            for place in first..first.saturating_add(each.min(LOOKED_AT)).min(all) {
                let at = |array: u64, place: u64| {
                    array.saturating_add(place.saturating_mul(self.bucket.size))
                };
                // What is not moved yet lies in the bucket of the old array, for both its halves.
                let source = old.map(|old| at(old, place.checked_rem(olds).unwrap_or(place)));
                let unmoved = match source {
                    Some(source) => !self.bucket.is_moved(memory, source)?,
                    None => false,
                };
                let from = if unmoved { source.unwrap_or(new) } else { at(new, place) };
                let (entries, overflow) = self.bucket.count(memory, from)?;
                let shared = if unmoved { halves } else { 1 };
                cell.parts = cell.parts.saturating_add(1);
                cell.places = cell.places.saturating_add(super::SLOTS);
                let share = entries.div_ceil(shared);
                cell.entries = cell.entries.saturating_add(share);
                cell.overflow = cell.overflow.saturating_add(overflow);
                cell.unmoved = cell.unmoved.saturating_add(u64::from(unmoved));
                chains.add(overflow.saturating_add(1));
                if chains.steps > MOST_STEPS {
                    return Err(unmapped);
                }
            }
            cells.push(cell);
        }
        Ok(Parts {
            picture: Picture { unit: PictureUnit::Bucket, parts: all, cells },
            probes: chains.probes(),
        })
    }
}

/// Lengths of chains of buckets.
#[derive(Default)]
struct Chains {
    steps: u64,
    chains: u64,
    longest: u64,
}

impl Chains {
    fn add(&mut self, length: u64) {
        self.steps = self.steps.saturating_add(length);
        self.chains = self.chains.saturating_add(1);
        self.longest = self.longest.max(length);
    }

    fn probes(&self) -> Option<Probes> {
        Some(Probes {
            mean_hundredths: self.steps.saturating_mul(100).checked_div(self.chains)?,
            longest: self.longest,
            sampled: self.chains,
        })
    }
}
