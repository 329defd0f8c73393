//! Iteration: `hiter` is the goroutine's own, so its fields are locals here.

use super::access::{Slot, mapaccess_k};
use super::grow::{noldbuckets, same_size_grow};
use super::make::{oldoverflow_of, overflow_list_of};
use super::overflow::create_overflow;
use super::{bucket_at, evacuated, is_empty, overflow_of};
use crate::fault::{ITERATION_AND_WRITE, Stop, fatal};
use crate::memory::{Address, field};
use crate::runner::Runner;
use crate::shape::bucket_mask;
use go_runtime::classic::{
    EVACUATED_EMPTY, EVACUATED_X, EVACUATED_Y, Field, HASH_WRITING, ITERATOR, OLD_ITERATOR,
    functions,
};

/// The checkpoint between two entries.
const TURN: u64 = 6;

/// `hiter`, as far as it decides something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Iterator {
    h: Address,
    b: u64,
    buckets: Address,
    start_bucket: u64,
    offset: u64,
    wrapped: bool,
    bucket: u64,
    bptr: Address,
    index: u64,
    /// `checkBucket`; none is `noCheck`.
    check_bucket: Option<u64>,
    turns: u64,
}

/// `mapiterinit` without its last call, of [`mapiternext`]; none where there is nothing to iterate over.
///
/// Where it begins is drawn at random by the runtime: bucket and cell `start` here. Read from `runtime/map.go` of Go 1.21.13
/// and 1.23.4.
pub(super) fn mapiterinit(
    r: &mut Runner<'_>,
    h: Address,
    start: u64,
) -> Result<Option<Iterator>, Stop> {
    r.within(functions::MAPITERINIT, |r| {
        if h == 0 || r.ask(field(h, Field::Count), "is the map empty?", |count| count == 0)? {
            return Ok(None);
        }
        let b = r.load(field(h, Field::B), "how many buckets are there?")?;
        let buckets = r.load(field(h, Field::Buckets), "the array of buckets")?;
        if !r.map.has_pointers() {
            create_overflow(r, h)?;
            // The iterator keeps both lists alive.
            let extra = r.load(field(h, Field::Extra), "the mapextra")?;
            r.ask(overflow_list_of(extra), "keeps the list alive", |_| true)?;
            let extra = r.load(field(h, Field::Extra), "the mapextra")?;
            r.ask(oldoverflow_of(extra), "keeps the old list alive", |_| true)?;
        }
        let again = r.load(field(h, Field::B), "how many buckets are there?")?;
        let start_bucket = start & bucket_mask(again);
        let offset = (start >> (again & 63)) & r.map.width.wrapping_sub(1);
        let flags = field(h, Field::Flags);
        let both = ITERATOR | OLD_ITERATOR;
        if r.ask(flags, "is it known that somebody iterates?", |f| f & both != both)? {
            r.update(flags, "says that somebody iterates, atomically", |f| f | both)?;
        }
        Ok(Some(Iterator {
            h,
            b,
            buckets,
            start_bucket,
            offset,
            wrapped: false,
            bucket: start_bucket,
            bptr: 0,
            index: 0,
            check_bucket: None,
            turns: 0,
        }))
    })
}

/// `mapiternext`: the next entry; the caller loads its key and value.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn mapiternext(r: &mut Runner<'_>, it: &mut Iterator) -> Result<Option<Slot>, Stop> {
    r.within(functions::MAPITERNEXT, |r| {
        let flags = field(it.h, Field::Flags);
        if r.ask(flags, "is somebody writing?", |f| f & HASH_WRITING != 0)? {
            return fatal(ITERATION_AND_WRITE);
        }
        let mut bucket = it.bptr;
        let mut index = it.index;
        loop {
            if bucket == 0 {
                if it.bucket == it.start_bucket && it.wrapped {
                    return Ok(None);
                }
                bucket = next_bucket(r, it)?;
                index = 0;
            }
            while index < r.map.width {
                let entry = index.wrapping_add(it.offset) & r.map.width.wrapping_sub(1);
                index = index.wrapping_add(1);
                let slot = Slot { bucket, index: entry };
                let locals = [it.locals().as_slice(), &[bucket, index]].concat();
                if let Some(slot) = r.keeping(&locals, |r| look(r, it, slot))? {
                    it.bptr = bucket;
                    it.index = index;
                    return Ok(Some(slot));
                }
            }
            bucket = overflow_of(r, bucket)?;
            index = 0;
        }
    })
}

/// Goes to the next bucket: the old one, where it is not evacuated yet.
fn next_bucket(r: &mut Runner<'_>, it: &mut Iterator) -> Result<Address, Stop> {
    let mut bucket = bucket_at(r, it.buckets, it.bucket);
    // One load for the question and the answer, as in the machine code of Go 1.21.13.
    let old = r.load(field(it.h, Field::Oldbuckets), "is the map growing?")?;
    let same =
        old != 0 && r.ask(field(it.h, Field::B), "has it grown since I began?", |b| b == it.b)?;
    it.check_bucket = None;
    if same {
        let mask = noldbuckets(r, it.h)?.wrapping_sub(1);
        let old = bucket_at(r, old, it.bucket & mask);
        if !evacuated(r, old)? {
            bucket = old;
            it.check_bucket = Some(it.bucket);
        }
    }
    it.bucket = it.bucket.wrapping_add(1);
    if it.bucket == bucket_mask(it.b).wrapping_add(1) {
        it.bucket = 0;
        it.wrapped = true;
    }
    Ok(bucket)
}

/// The entry of a cell, if it is to be handed out.
fn look(r: &mut Runner<'_>, it: &Iterator, slot: Slot) -> Result<Option<Slot>, Stop> {
    let top = r.load_as(slot.tophash(r), "is there an entry?", |top| {
        if is_empty(top) || top == EVACUATED_EMPTY {
            0
        } else if top == EVACUATED_X || top == EVACUATED_Y {
            1
        } else {
            2
        }
    })?;
    if top == 0 {
        return Ok(None);
    }
    if let Some(check) = it.check_bucket {
        if !same_size_grow(r, it.h)? {
            let key = r.load(slot.key(r), "will the key go to my bucket?")?;
            let seed = r.load(field(it.h, Field::Hash0), "the seed of the hash")?;
            if r.hash(key, seed) & bucket_mask(it.b) != check {
                return Ok(None);
            }
        }
    }
    // The tophash is loaded again after the call of the hasher.
    let top = match it.check_bucket {
        None => top,
        Some(_) => r.load_as(slot.tophash(r), "has the entry moved?", |top| {
            if top == EVACUATED_X || top == EVACUATED_Y { 1 } else { 2 }
        })?,
    };
    if top == 2 {
        return Ok(Some(slot));
    }
    let key = r.load(slot.key(r), "the entry has moved: looks its key up")?;
    mapaccess_k(r, it.h, key)
}

impl Iterator {
    fn locals(&self) -> [u64; 10] {
        let check = self.check_bucket.map_or(0, |check| check.wrapping_add(1));
        [
            self.b,
            self.buckets,
            self.start_bucket,
            self.offset,
            u64::from(self.wrapped),
            self.bucket,
            self.bptr,
            self.index,
            check,
            self.turns,
        ]
    }
}

/// What still matters between two entries, besides what was handed out.
pub(super) fn between(r: &mut Runner<'_>, it: &mut Iterator, handed_out: &[u64]) {
    it.turns = it.turns.wrapping_add(1);
    let locals = [it.locals().as_slice(), handed_out].concat();
    r.checkpoint(TURN, &locals);
}
