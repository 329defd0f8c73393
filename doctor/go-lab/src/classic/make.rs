//! New maps and new arrays of buckets.

use crate::fault::Stop;
use crate::memory::{Address, EXTRA_CELLS, HEADER_CELLS, Kind, field};
use crate::runner::Runner;
use go_runtime::classic::{Field, functions};

/// `makemap`: a map with room for `hint` entries.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(crate) fn makemap(r: &mut Runner<'_>, hint: u64) -> Result<Address, Stop> {
    r.within(functions::MAKEMAP, |r| {
        let h = r.allocate(Kind::Header, HEADER_CELLS);
        let mut b = 0u64;
        while r.map.over_load_factor(hint, b) {
            b = b.wrapping_add(1);
        }
        r.prepare(field(h, Field::Hash0), r.random)?;
        r.prepare(field(h, Field::B), b)?;
        if b != 0 {
            let (buckets, next_overflow) = make_bucket_array(r, b)?;
            r.prepare(field(h, Field::Buckets), buckets)?;
            if next_overflow != 0 {
                let extra = r.allocate(Kind::Extra, EXTRA_CELLS);
                r.prepare(next_overflow_of(extra), next_overflow)?;
                r.prepare(field(h, Field::Extra), extra)?;
            }
        }
        Ok(h)
    })
}

/// `makeBucketArray` without an array to use again: the array, and its first overflow bucket or nil.
///
/// Of the overflow buckets that come with an array all have a nil pointer but the last, whose pointer says that it is.
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn make_bucket_array(r: &mut Runner<'_>, b: u64) -> Result<(Address, Address), Stop> {
    r.within(functions::MAKE_BUCKET_ARRAY, |r| {
        let base = 1u64 << (b & 63);
        let total = r.map.array_buckets(b);
        let cells = r.map.bucket_cells().wrapping_mul(total);
        let buckets = r.allocate(Kind::Buckets, cells);
        if base == total {
            return Ok((buckets, 0));
        }
        let cells = r.map.bucket_cells();
        let last = buckets.wrapping_add(total.wrapping_sub(1).wrapping_mul(cells));
        r.prepare(last.wrapping_add(r.map.at_overflow()), buckets)?;
        Ok((buckets, buckets.wrapping_add(base.wrapping_mul(cells))))
    })
}

/// `makeBucketArray` with the array that is there, which is cleared word by word for all to see.
pub(super) fn clear_bucket_array(
    r: &mut Runner<'_>,
    b: u64,
    buckets: Address,
) -> Result<Address, Stop> {
    r.within(functions::MAKE_BUCKET_ARRAY, |r| {
        let base = 1u64 << (b & 63);
        let total = r.map.array_buckets(b);
        let cells = r.map.bucket_cells();
        for cell in 0..total.wrapping_mul(cells) {
            r.store(buckets.wrapping_add(cell), 0, "clears the array")?;
        }
        if base == total {
            return Ok(0);
        }
        let last = buckets.wrapping_add(total.wrapping_sub(1).wrapping_mul(cells));
        let at = last.wrapping_add(r.map.at_overflow());
        r.store(at, buckets, "marks the last overflow bucket")?;
        Ok(buckets.wrapping_add(base.wrapping_mul(cells)))
    })
}

pub(super) fn overflow_list_of(extra: Address) -> Address {
    extra
}

pub(super) fn oldoverflow_of(extra: Address) -> Address {
    extra.wrapping_add(1)
}

pub(super) fn next_overflow_of(extra: Address) -> Address {
    extra.wrapping_add(2)
}
