//! `maps.Clone`. The new map is nobody else's yet, so that touching it is no step.

use super::access::Slot;
use super::assign::mapassign;
use super::grow::same_size_grow;
use super::make::makemap;
use super::overflow::newoverflow;
use super::{bucket_at, evacuated, is_empty, overflow_of};
use crate::fault::{CLONE_AND_WRITE, Stop, fatal};
use crate::memory::{Address, Kind, field};
use crate::runner::Runner;
use crate::shape::bucket_mask;
use go_runtime::classic::{Field, HASH_WRITING, functions};

/// `mapclone2`.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(crate) fn mapclone2(r: &mut Runner<'_>, src: Address) -> Result<Address, Stop> {
    r.within(functions::MAPCLONE2, |r| {
        let count = r.load(field(src, Field::Count), "how many entries are there?")?;
        let dst = makemap(r, count)?;
        r.begin_private(dst);
        let seed = r.load(field(src, Field::Hash0), "the seed of the hash")?;
        r.store(field(dst, Field::Hash0), seed, "the clone has the same seed")?;
        let count = r.load(field(src, Field::Count), "is the map empty?")?;
        if count == 0 {
            return Ok(dst);
        }
        refuse_writer(r, src)?;
        let cells = r.map.bucket_cells();
        if r.ask(field(src, Field::B), "is there one bucket alone?", |b| b == 0)? {
            let to = r.allocate(Kind::Buckets, cells);
            r.store(field(dst, Field::Buckets), to, "the bucket of the clone")?;
            let count = r.load(field(src, Field::Count), "how many entries are there?")?;
            r.store(field(dst, Field::Count), count, "the count of the clone")?;
            let from = r.load(field(src, Field::Buckets), "the bucket")?;
            // With its pointer to the overflow bucket, which the two maps share from then on.
            for cell in 0..cells {
                let word = r.load(from.wrapping_add(cell), "copies the bucket")?;
                r.store(to.wrapping_add(cell), word, "copies the bucket")?;
            }
            return Ok(dst);
        }
        if r.ask(field(dst, Field::B), "how many buckets has the clone?", |b| b == 0)? {
            let to = r.allocate(Kind::Buckets, cells);
            r.store(field(dst, Field::Buckets), to, "the bucket of the clone")?;
        }
        copy_buckets(r, src, dst)?;
        if r.ask(field(src, Field::Oldbuckets), "is the map growing?", |old| old == 0)? {
            return Ok(dst);
        }
        copy_oldbuckets(r, src, dst)?;
        Ok(dst)
    })
}

fn refuse_writer(r: &mut Runner<'_>, src: Address) -> Result<(), Stop> {
    if r.ask(field(src, Field::Flags), "is somebody writing?", |f| f & HASH_WRITING != 0)? {
        return fatal(CLONE_AND_WRITE);
    }
    Ok(())
}

fn copy_buckets(r: &mut Runner<'_>, src: Address, dst: Address) -> Result<(), Stop> {
    let dst_b = r.load(field(dst, Field::B), "how many buckets has the clone?")?;
    let src_b = r.load(field(src, Field::B), "how many buckets are there?")?;
    let (dst_size, src_size) = (bucket_mask(dst_b).wrapping_add(1), bucket_mask(src_b));
    for i in 0..dst_size {
        let buckets = r.load(field(dst, Field::Buckets), "the buckets of the clone")?;
        let mut to = Slot { bucket: bucket_at(r, buckets, i), index: 0 };
        let mut j = 0;
        while j <= src_size {
            let buckets = r.load(field(src, Field::Buckets), "the array of buckets")?;
            let mut from = bucket_at(r, buckets, i.wrapping_add(j));
            while from != 0 {
                to = move_to_bmap(r, dst, to, from)?;
                from = overflow_of(r, from)?;
            }
            j = j.wrapping_add(dst_size);
        }
    }
    Ok(())
}

fn copy_oldbuckets(r: &mut Runner<'_>, src: Address, dst: Address) -> Result<(), Stop> {
    let src_b = r.load(field(src, Field::B), "how many buckets are there?")?;
    let old = r.load(field(src, Field::Oldbuckets), "the old array")?;
    let old_b = if same_size_grow(r, src)? { src_b } else { src_b.wrapping_sub(1) };
    let dst_b = r.load(field(dst, Field::B), "how many buckets has the clone?")?;
    for i in 0..=bucket_mask(old_b) {
        let mut from = bucket_at(r, old, i);
        if evacuated(r, from)? {
            continue;
        }
        if old_b >= dst_b {
            let buckets = r.load(field(dst, Field::Buckets), "the buckets of the clone")?;
            let mut to = bucket_at(r, buckets, i & bucket_mask(dst_b));
            loop {
                let next = overflow_of(r, to)?;
                if next == 0 {
                    break;
                }
                to = next;
            }
            let mut to = Slot { bucket: to, index: 0 };
            while from != 0 {
                to = move_to_bmap(r, dst, to, from)?;
                from = overflow_of(r, from)?;
            }
            continue;
        }
        while from != 0 {
            assign_all(r, src, dst, from)?;
            from = overflow_of(r, from)?;
        }
    }
    Ok(())
}

/// Assigns the entries of an old bucket one by one, where they may belong to several buckets of the clone.
fn assign_all(r: &mut Runner<'_>, src: Address, dst: Address, from: Address) -> Result<(), Stop> {
    for index in 0..r.map.width {
        let slot = Slot { bucket: from, index };
        if r.ask(slot.tophash(r), "is there an entry?", is_empty)? {
            continue;
        }
        refuse_writer(r, src)?;
        let key = r.load(slot.key(r), "copies the key")?;
        let to = mapassign(r, dst, key)?;
        copy_elem(r, slot, to)?;
    }
    Ok(())
}

/// `moveToBmap`: copies the entries of a bucket; returns where the next one goes.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
fn move_to_bmap(r: &mut Runner<'_>, h: Address, to: Slot, src: Address) -> Result<Slot, Stop> {
    r.within(functions::MOVE_TO_BMAP, |r| {
        let mut to = to;
        for index in 0..r.map.width {
            let from = Slot { bucket: src, index };
            if r.ask(from.tophash(r), "is there an entry?", is_empty)? {
                continue;
            }
            while to.index < r.map.width && !r.ask(to.tophash(r), "is it free?", is_empty)? {
                to.index = to.index.wrapping_add(1);
            }
            if to.index == r.map.width {
                to = Slot { bucket: newoverflow(r, h, to.bucket)?, index: 0 };
            }
            let top = r.load(from.tophash(r), "copies the tophash")?;
            r.store(to.tophash(r), top, "copies the tophash")?;
            let key = r.load(from.key(r), "copies the key")?;
            r.store(to.key(r), key, "copies the key")?;
            copy_elem(r, from, to)?;
            to.index = to.index.wrapping_add(1);
            let count = r.load(field(h, Field::Count), "counts")?;
            r.store(field(h, Field::Count), count.wrapping_add(1), "counts")?;
        }
        Ok(to)
    })
}

fn copy_elem(r: &mut Runner<'_>, from: Slot, to: Slot) -> Result<(), Stop> {
    for word in 0..r.map.words {
        let value = r.load(from.elem(r, word), "copies the value")?;
        r.store(to.elem(r, word), value, "copies the value")?;
    }
    Ok(())
}
