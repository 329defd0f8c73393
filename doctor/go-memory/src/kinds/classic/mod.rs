//! The maps of Go up to 1.23: buckets of eight places, in chains.
//!
//! Source: `src/runtime/map.go` of Go 1.21 to 1.23. While a map grows, a bucket of the old array that is not moved yet
//! holds the entries of its two halves in the new one.

mod bucket;
mod parts;

use super::{Allocation, Entry, Heap, Look, Number};
use crate::budget::Budget;
use crate::memory::{Memory, Unmapped, bytes, pointer};
use bucket::{Bucket, SLOTS};
use finding::{Exactness, Growth, Inside};
use go_binary::{TypeId, Types};

/// Where the fields lie.
#[derive(Clone, Debug)]
pub(crate) struct Classic {
    header_size: u64,
    count: Number,
    flags: Number,
    log2_buckets: Number,
    overflow: Number,
    buckets: u64,
    old_buckets: u64,
    moved: Number,
    /// The field that points to the lists of overflow buckets, and the bytes of these lists.
    extra: Option<(u64, u64)>,
    bucket: Bucket,
    heap: Heap,
}

/// The flag of somebody who changes the map: `hashWriting`.
const WRITING: u64 = 4;
/// The flag of a growth to as many buckets: `sameSizeGrow`.
const SAME_SIZE: u64 = 8;
/// A map of more buckets does not fit into any memory.
const TOO_MANY: u64 = 48;
/// Buckets that are walked through at most.
const MOST_WALKED: u64 = 1 << 24;
/// The runtime makes overflow buckets beforehand from this many buckets on, two to the power of it: `makeBucketArray`.
const MADE_BEFORE: u64 = 4;
/// From this many buckets on, two to the power of it, the runtime counts one overflow bucket of several: `incrnoverflow`.
const COUNTS_SOME: u64 = 16;

impl Classic {
    pub(super) fn of(
        types: &Types<'_>,
        header: TypeId,
        allocation: Allocation<'_>,
    ) -> Option<Self> {
        let buckets = types.field(header, "buckets")?;
        let bucket = types.pointee(buckets.type_id)?;
        Some(Self {
            header_size: types.size(header),
            count: Number::of(types, header, "count")?,
            flags: Number::of(types, header, "flags")?,
            log2_buckets: Number::of(types, header, "B")?,
            overflow: Number::of(types, header, "noverflow")?,
            buckets: buckets.offset,
            old_buckets: types.field(header, "oldbuckets")?.offset,
            moved: Number::of(types, header, "nevacuate")?,
            extra: types
                .field(header, "extra")
                .and_then(|field| Some((field.offset, types.size(types.pointee(field.type_id)?)))),
            heap: allocation.heap,
            bucket: Bucket::of(types, bucket, allocation.pointers)?,
        })
    }

    /// Two looks must agree, since nothing in a map of this kind is there twice.
    pub(super) fn look(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        budget: &Budget,
    ) -> Result<Look, Unmapped> {
        let mut last = self.header(memory, address)?;
        for _ in 0..budget.retries.max(1) {
            let next = self.header(memory, address)?;
            // While it is being written, its growth may be begun by half.
            let written = self.flags.get(&next).is_some_and(|flags| flags & WRITING != 0);
            if next == last && !written {
                return self.say(&next, Exactness::Exact).ok_or(Unmapped { address });
            }
            last = next;
        }
        self.say(&last, Exactness::About).ok_or(Unmapped { address })
    }

    fn header(&self, memory: &(impl Memory + ?Sized), address: u64) -> Result<Vec<u8>, Unmapped> {
        bytes(memory, address, self.header_size)
    }

    /// What a header says; none if it is none.
    fn say(&self, header: &[u8], mut exactness: Exactness) -> Option<Look> {
        let entries = self.count.get(header)?;
        let log2 = self.log2_buckets.get(header)?;
        let flags = self.flags.get(header)?;
        if log2 > TOO_MANY {
            return None;
        }
        let counted = self.overflow.get(header)?;
        let overflow = match log2.checked_sub(COUNTS_SOME) {
            Some(more) => {
                counted.saturating_mul(2_u64.saturating_pow(more as u32).saturating_mul(2))
            }
            None => counted,
        };
        let buckets = 1_u64.checked_shl(log2 as u32)?;
        let made = pointer(header, self.buckets)? != 0;
        let growing = pointer(header, self.old_buckets)? != 0;
        let old = if flags & SAME_SIZE == 0 { buckets.checked_div(2)? } else { buckets };
        let growth = growing
            .then(|| Growth { from: old, moved: self.moved.get(header).unwrap_or_default() });
        let extra = self.extra.and_then(|(at, size)| {
            pointer(header, at).filter(|to| *to != 0).map(|_| self.heap.takes(size, true))
        });
        let mut bytes = self.heap.takes(self.header_size, true);
        bytes = bytes.saturating_add(extra.unwrap_or_default());
        if made {
            bytes = bytes.saturating_add(self.array(buckets, overflow));
        }
        if growing {
            bytes = bytes.saturating_add(self.array(old, 0));
        }
        if !made && entries != 0 {
            exactness = Exactness::About;
        }
        Some(Look {
            entries,
            capacity: if made { buckets.saturating_mul(SLOTS) } else { 0 },
            bytes,
            writing: flags & WRITING != 0,
            exactness,
            probes: None,
            inside: Inside::Classic {
                log2_buckets: u8::try_from(log2).ok()?,
                overflow,
                growth,
                grows_beyond: self.grows_beyond(buckets),
            },
        })
    }

    /// The most entries that so many buckets have before they grow: `overLoadFactor`.
    fn grows_beyond(&self, buckets: u64) -> u64 {
        if buckets == 1 {
            return SLOTS;
        }
        buckets.saturating_mul(self.heap.load_in_halves()).checked_div(2).unwrap_or(u64::MAX)
    }

    /// The bytes of an array of so many buckets, and of so many overflow buckets.
    fn array(&self, buckets: u64, overflow: u64) -> u64 {
        let Bucket { size, pointers, .. } = self.bucket;
        let mut all = buckets;
        if buckets >= 1 << MADE_BEFORE {
            all = all.saturating_add(buckets.checked_div(1 << MADE_BEFORE).unwrap_or_default());
            let given = self.heap.gives(all.saturating_mul(size), pointers);
            all = given.checked_div(size).unwrap_or(all);
        }
        let beyond = overflow.saturating_sub(all.saturating_sub(buckets));
        let single = self.heap.takes(size, pointers);
        let array = self.heap.takes(all.saturating_mul(size), pointers);
        array.saturating_add(beyond.saturating_mul(single))
    }

    /// The types of what lies in the places.
    pub(super) fn places(&self) -> (TypeId, TypeId) {
        self.bucket.types
    }

    /// Meets entries until `meet` has enough: those of the old array that are not moved yet, then those of the new one.
    pub(super) fn walk(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
        meet: &mut impl FnMut(Entry) -> bool,
    ) -> Result<(), Unmapped> {
        let unmapped = Unmapped { address };
        let header = self.header(memory, address)?;
        let log2 = self.log2_buckets.get(&header).filter(|log2| *log2 <= TOO_MANY);
        let buckets = 1_u64.checked_shl(log2.ok_or(unmapped)? as u32).ok_or(unmapped)?;
        let flags = self.flags.get(&header).ok_or(unmapped)?;
        let old = if flags & SAME_SIZE == 0 { buckets.checked_div(2) } else { Some(buckets) };
        let mut left = MOST_WALKED;
        let arrays = [
            (pointer(&header, self.old_buckets), old.unwrap_or_default()),
            (pointer(&header, self.buckets), buckets),
        ];
        for (array, length) in arrays {
            let Some(array) = array.filter(|array| *array != 0) else { continue };
            for bucket in 0..length {
                let at = array.saturating_add(bucket.saturating_mul(self.bucket.size));
                if !self.bucket.walk(memory, at, &mut left, meet)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}
