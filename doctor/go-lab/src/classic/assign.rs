//! Assignments, up to the place of the value: the value itself is stored by the caller, after the flag is cleared.

use super::access::{Looked, Slot};
use super::grow::{grow_work, hash_grow};
use super::overflow::newoverflow;
use super::{bucket_at, growing, overflow_of};
use crate::fault::{Fault, NIL_MAP, Stop, WRITES, fatal};
use crate::memory::{Address, Kind, field};
use crate::runner::Runner;
use crate::shape::{bucket_mask, too_many_overflow_buckets};
use go_runtime::classic::{Field, HASH_WRITING, functions, tophash};

/// The checkpoint after the work on a growth.
const GROWN: u64 = 2;
/// The checkpoint after the beginning of a growth.
const GROWS: u64 = 7;
/// What an assignment keeps while it works on a growth.
const ASSIGNING: u64 = 8;
/// The checkpoint where the place of the value is known.
const PLACED: u64 = 3;

/// `mapassign`: the place of the value of a key.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn mapassign(r: &mut Runner<'_>, h: Address, key: u64) -> Result<Slot, Stop> {
    r.within(functions::MAPASSIGN, |r| {
        if h == 0 {
            return Err(Stop::Fault(Fault::Panic(NIL_MAP)));
        }
        begin_writing(r, h, WRITES)?;
        let seed = r.load(field(h, Field::Hash0), "the seed of the hash")?;
        let hash = r.hash(key, seed);
        toggle_writing(r, h)?;
        let buckets = field(h, Field::Buckets);
        if r.ask(buckets, "is there a bucket at all?", |buckets| buckets == 0)? {
            let cells = r.map.bucket_cells();
            let bucket = r.allocate(Kind::Buckets, cells);
            r.store(buckets, bucket, "makes the first bucket")?;
        }
        let slot = place(r, h, key, hash)?;
        r.checkpoint(PLACED, &[slot.bucket, slot.index]);
        end_writing(r, h)?;
        Ok(slot)
    })
}

/// Looks whether somebody writes.
pub(super) fn begin_writing(
    r: &mut Runner<'_>,
    h: Address,
    message: &'static str,
) -> Result<(), Stop> {
    let flags = field(h, Field::Flags);
    if r.ask(flags, "is somebody else writing?", |f| f & HASH_WRITING != 0)? {
        return fatal(message);
    }
    Ok(())
}

/// Toggles the flag, in a load and a store.
pub(super) fn toggle_writing(r: &mut Runner<'_>, h: Address) -> Result<(), Stop> {
    let flags = field(h, Field::Flags);
    let found = r.load(flags, "loads the flags to toggle hashWriting")?;
    r.store(flags, found ^ HASH_WRITING, "toggles hashWriting: I am writing")
}

/// Looks whether the flag is still there, and clears it, in a load and a store.
pub(super) fn end_writing(r: &mut Runner<'_>, h: Address) -> Result<(), Stop> {
    let flags = field(h, Field::Flags);
    if r.ask(flags, "is hashWriting still set?", |f| f & HASH_WRITING == 0)? {
        return fatal(WRITES);
    }
    let found = r.load(flags, "loads the flags to clear hashWriting")?;
    r.store(flags, found & !HASH_WRITING, "clears hashWriting: I am done")
}

/// Finds the entry of the key or makes one, growing the map where it is full.
fn place(r: &mut Runner<'_>, h: Address, key: u64, hash: u64) -> Result<Slot, Stop> {
    let top = tophash(hash);
    let mut round = 0u64;
    loop {
        let b = r.load(field(h, Field::B), "how many buckets are there?")?;
        let index = hash & bucket_mask(b);
        if growing(r, h)? {
            r.keeping(&[ASSIGNING, hash, index, round], |r| grow_work(r, h, index))?;
        }
        r.checkpoint(GROWN, &[hash, index, round]);
        let buckets = r.load(field(h, Field::Buckets), "the array of buckets")?;
        let probe = probe(r, bucket_at(r, buckets, index), key, top)?;
        let (free, last) = match probe {
            Probe::Found(slot) => return Ok(slot),
            Probe::Absent { free, last } => (free, last),
        };
        if !growing(r, h)? && is_full(r, h)? {
            hash_grow(r, h)?;
            round = round.wrapping_add(1);
            r.checkpoint(GROWS, &[hash, round]);
            continue;
        }
        let slot = match free {
            Some(slot) => slot,
            None => Slot { bucket: newoverflow(r, h, last)?, index: 0 },
        };
        r.store(slot.key(r), key, "writes the key")?;
        r.store(slot.tophash(r), top, "writes its tophash: now it can be found")?;
        let count = field(h, Field::Count);
        let found = r.load(count, "loads the count")?;
        r.store(count, found.wrapping_add(1), "counts one more")?;
        return Ok(slot);
    }
}

/// Whether one entry more makes the map grow.
fn is_full(r: &mut Runner<'_>, h: Address) -> Result<bool, Stop> {
    let count = r.load(field(h, Field::Count), "is the map too full for one more?")?;
    let b = r.load(field(h, Field::B), "how many buckets are there?")?;
    if r.map.over_load_factor(count.wrapping_add(1), b) {
        return Ok(true);
    }
    let noverflow = field(h, Field::Noverflow);
    r.ask(noverflow, "are there too many overflow buckets?", |noverflow| {
        too_many_overflow_buckets(noverflow, b)
    })
}

/// What a probe for a key found.
enum Probe {
    /// Its entry.
    Found(Slot),
    /// None; the first free cell, and the last bucket of the chain.
    Absent { free: Option<Slot>, last: Address },
}

fn probe(r: &mut Runner<'_>, first: Address, key: u64, top: u64) -> Result<Probe, Stop> {
    let mut bucket = first;
    let mut free = None;
    loop {
        for index in 0..r.map.width {
            let slot = Slot { bucket, index };
            match slot.look(r, top)? {
                Looked::Same => {
                    if r.ask(slot.key(r), "is this the key?", |found| found == key)? {
                        return Ok(Probe::Found(slot));
                    }
                }
                Looked::Rest => {
                    return Ok(Probe::Absent { free: free.or(Some(slot)), last: bucket });
                }
                Looked::Empty => free = free.or(Some(slot)),
                Looked::Other => {}
            }
        }
        let next = overflow_of(r, bucket)?;
        if next == 0 {
            return Ok(Probe::Absent { free, last: bucket });
        }
        bucket = next;
    }
}
