//! Deletions, which also tidy the tail of a chain.

use super::access::{Looked, Slot};
use super::assign::{begin_writing, end_writing, toggle_writing};
use super::grow::grow_work;
use super::{bucket_at, growing, overflow_of};
use crate::fault::{Stop, WRITES};
use crate::memory::{Address, field};
use crate::runner::Runner;
use crate::shape::bucket_mask;
use go_runtime::classic::{EMPTY_ONE, EMPTY_REST, Field, functions, tophash};

/// The checkpoint after the work on a growth.
const GROWN: u64 = 4;
/// What a deletion keeps while it works on a growth.
const DELETING: u64 = 9;
/// The checkpoint where the entry is gone or was not there.
const GONE: u64 = 5;

/// `mapdelete`.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn mapdelete(r: &mut Runner<'_>, h: Address, key: u64) -> Result<(), Stop> {
    r.within(functions::MAPDELETE, |r| {
        if h == 0 || r.ask(field(h, Field::Count), "is the map empty?", |count| count == 0)? {
            return Ok(());
        }
        begin_writing(r, h, WRITES)?;
        let seed = r.load(field(h, Field::Hash0), "the seed of the hash")?;
        let hash = r.hash(key, seed);
        toggle_writing(r, h)?;
        let b = r.load(field(h, Field::B), "how many buckets are there?")?;
        let index = hash & bucket_mask(b);
        if growing(r, h)? {
            r.keeping(&[DELETING, hash, index], |r| grow_work(r, h, index))?;
        }
        r.checkpoint(GROWN, &[hash, index]);
        let buckets = r.load(field(h, Field::Buckets), "the array of buckets")?;
        let first = bucket_at(r, buckets, index);
        if let Some(slot) = find(r, first, key, tophash(hash))? {
            remove(r, h, first, slot)?;
        }
        r.checkpoint(GONE, &[]);
        end_writing(r, h)
    })
}

fn find(r: &mut Runner<'_>, first: Address, key: u64, top: u64) -> Result<Option<Slot>, Stop> {
    let mut bucket = first;
    while bucket != 0 {
        for index in 0..r.map.width {
            let slot = Slot { bucket, index };
            match slot.look(r, top)? {
                Looked::Same => {
                    if r.ask(slot.key(r), "is this the key?", |found| found == key)? {
                        return Ok(Some(slot));
                    }
                }
                Looked::Rest => return Ok(None),
                Looked::Empty | Looked::Other => {}
            }
        }
        bucket = overflow_of(r, bucket)?;
    }
    Ok(None)
}

fn remove(r: &mut Runner<'_>, h: Address, first: Address, slot: Slot) -> Result<(), Stop> {
    if r.map.key_pointers {
        r.store(slot.key(r), 0, "clears the key")?;
    }
    for word in 0..r.map.words {
        r.store(slot.elem(r, word), 0, "clears the value")?;
    }
    r.store(slot.tophash(r), EMPTY_ONE, "the cell is empty now")?;
    if is_last(r, slot)? {
        shorten(r, first, slot)?;
    }
    let count = field(h, Field::Count);
    let left = r.load(count, "loads the count")?.wrapping_sub(1);
    r.store(count, left, "counts one less")?;
    if left == 0 {
        let seed = r.random;
        r.store(field(h, Field::Hash0), seed, "a new seed for an empty map")?;
    }
    Ok(())
}

/// Whether nothing comes after the cell.
fn is_last(r: &mut Runner<'_>, slot: Slot) -> Result<bool, Stop> {
    let why = "does anything come after it?";
    let next = slot.index.wrapping_add(1);
    if next < r.map.width {
        let next = Slot { index: next, ..slot };
        return r.ask(next.tophash(r), why, |top| top == EMPTY_REST);
    }
    let bucket = overflow_of(r, slot.bucket)?;
    if bucket == 0 {
        return Ok(true);
    }
    r.ask(bucket, why, |top| top == EMPTY_REST)
}

/// Marks the empty cells at the end of a chain, backwards.
fn shorten(r: &mut Runner<'_>, first: Address, from: Slot) -> Result<(), Stop> {
    let mut slot = from;
    loop {
        r.store(slot.tophash(r), EMPTY_REST, "nothing comes after it")?;
        if slot.index == 0 {
            if slot.bucket == first {
                return Ok(());
            }
            let mut before = first;
            loop {
                let next = overflow_of(r, before)?;
                if next == slot.bucket {
                    break;
                }
                before = next;
            }
            slot = Slot { bucket: before, index: r.map.width.wrapping_sub(1) };
        } else {
            slot.index = slot.index.wrapping_sub(1);
        }
        if !r.ask(slot.tophash(r), "is the cell before it empty?", |top| top == EMPTY_ONE)? {
            return Ok(());
        }
    }
}
