//! Overflow buckets: where they come from and how they are counted.

use super::make::{next_overflow_of, overflow_list_of};
use super::overflow_of;
use crate::fault::Stop;
use crate::memory::{Address, EXTRA_CELLS, Kind, field};
use crate::runner::Runner;
use go_runtime::classic::{Field, functions};

/// `newoverflow`: a bucket that goes on behind `bucket`.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4; `incrnoverflow` counts exactly here, as it does below 65,536 buckets.
pub(super) fn newoverflow(
    r: &mut Runner<'_>,
    h: Address,
    bucket: Address,
) -> Result<Address, Stop> {
    r.within(functions::NEWOVERFLOW, |r| {
        let extra = r.load(field(h, Field::Extra), "are overflow buckets kept ready?")?;
        let ready = if extra == 0 {
            0
        } else {
            r.load(next_overflow_of(extra), "are overflow buckets kept ready?")?
        };
        let ovf = if ready == 0 {
            let cells = r.map.bucket_cells();
            r.allocate(Kind::Buckets, cells)
        } else {
            let next = next_overflow_of(extra);
            if overflow_of(r, ready)? == 0 {
                let following = ready.wrapping_add(r.map.bucket_cells());
                r.store(next, following, "takes the bucket that is kept ready")?;
            } else {
                r.store(ready.wrapping_add(r.map.at_overflow()), 0, "takes the last one")?;
                r.store(next, 0, "none is left")?;
            }
            ready
        };
        let noverflow = field(h, Field::Noverflow);
        let count = r.load(noverflow, "counts the overflow buckets")?;
        r.store(noverflow, count.wrapping_add(1) & 0xffff, "counts one more")?;
        if !r.map.has_pointers() {
            let list = create_overflow(r, h)?;
            let length = r.load(list, "the list that keeps overflow buckets alive")?;
            r.store(list, length.wrapping_add(1), "puts the bucket on the list")?;
        }
        let at = bucket.wrapping_add(r.map.at_overflow());
        r.store(at, ovf, "hangs the overflow bucket in")?;
        Ok(ovf)
    })
}

/// `createOverflow`: the list that keeps the overflow buckets of a map without pointers alive; returns it.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn create_overflow(r: &mut Runner<'_>, h: Address) -> Result<Address, Stop> {
    r.within(functions::CREATE_OVERFLOW, |r| {
        let at = field(h, Field::Extra);
        let mut extra = r.load(at, "is there a mapextra?")?;
        if extra == 0 {
            extra = r.allocate(Kind::Extra, EXTRA_CELLS);
            r.store(at, extra, "makes the mapextra")?;
        }
        let list = r.load(overflow_list_of(extra), "is there a list?")?;
        if list != 0 {
            return Ok(list);
        }
        let list = r.allocate(Kind::List, 1);
        r.store(overflow_list_of(extra), list, "makes the list")?;
        Ok(list)
    })
}
