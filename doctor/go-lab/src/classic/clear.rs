//! `clear`.

use super::assign::{begin_writing, end_writing, toggle_writing};
use super::grow::noldbuckets;
use super::make::{clear_bucket_array, next_overflow_of};
use super::{bucket_at, overflow_of};
use crate::fault::{Stop, WRITES};
use crate::memory::{Address, EXTRA_CELLS, field};
use crate::runner::Runner;
use crate::shape::bucket_mask;
use go_runtime::classic::{EMPTY_REST, Field, SAME_SIZE_GROW, functions};

/// `mapclear`.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn mapclear(r: &mut Runner<'_>, h: Address) -> Result<(), Stop> {
    r.within(functions::MAPCLEAR, |r| {
        if h == 0 || r.ask(field(h, Field::Count), "is the map empty?", |count| count == 0)? {
            return Ok(());
        }
        begin_writing(r, h, WRITES)?;
        toggle_writing(r, h)?;
        let buckets = r.load(field(h, Field::Buckets), "the array of buckets")?;
        let b = r.load(field(h, Field::B), "how many buckets are there?")?;
        mark_buckets_empty(r, buckets, bucket_mask(b))?;
        let old = r.load(field(h, Field::Oldbuckets), "is the map growing?")?;
        if old != 0 {
            let mask = noldbuckets(r, h)?.wrapping_sub(1);
            mark_buckets_empty(r, old, mask)?;
        }
        let flags = field(h, Field::Flags);
        let found = r.load(flags, "loads the flags")?;
        r.store(flags, found & !SAME_SIZE_GROW, "no growth any more")?;
        r.store(field(h, Field::Oldbuckets), 0, "no old array any more")?;
        r.store(field(h, Field::Nevacuate), 0, "nothing to move")?;
        r.store(field(h, Field::Noverflow), 0, "no overflow buckets")?;
        r.store(field(h, Field::Count), 0, "no entries")?;
        let seed = r.random;
        r.store(field(h, Field::Hash0), seed, "a new seed")?;
        let extra = r.load(field(h, Field::Extra), "is there a mapextra?")?;
        if extra != 0 {
            for cell in 0..EXTRA_CELLS {
                r.store(extra.wrapping_add(cell), 0, "forgets the overflow buckets")?;
            }
        }
        let b = r.load(field(h, Field::B), "how many buckets are there?")?;
        let buckets = r.load(field(h, Field::Buckets), "the array of buckets")?;
        let next_overflow = clear_bucket_array(r, b, buckets)?;
        if next_overflow != 0 {
            let extra = r.load(field(h, Field::Extra), "the mapextra")?;
            r.store(next_overflow_of(extra), next_overflow, "keeps overflow buckets ready")?;
        }
        end_writing(r, h)
    })
}

/// `markBucketsEmpty`, so that iterators that are under way end.
fn mark_buckets_empty(r: &mut Runner<'_>, buckets: Address, mask: u64) -> Result<(), Stop> {
    for index in 0..=mask {
        let mut bucket = bucket_at(r, buckets, index);
        while bucket != 0 {
            for entry in 0..r.map.width {
                r.store(bucket.wrapping_add(entry), EMPTY_REST, "marks the cell as empty")?;
            }
            bucket = overflow_of(r, bucket)?;
        }
    }
    Ok(())
}
