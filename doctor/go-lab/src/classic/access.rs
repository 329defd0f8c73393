//! Lookups.

use super::{bucket_at, evacuated, is_empty, overflow_of};
use crate::fault::{READ_AND_WRITE, Stop, fatal};
use crate::memory::{Address, field};
use crate::runner::Runner;
use crate::shape::bucket_mask;
use go_runtime::classic::{
    EMPTY_REST, Field, Function, HASH_WRITING, SAME_SIZE_GROW, functions, tophash,
};

/// A cell of a bucket, and the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) bucket: Address,
    pub(super) index: u64,
}

impl Slot {
    pub(super) fn tophash(self, r: &Runner<'_>) -> Address {
        self.bucket.wrapping_add(r.map.at_tophash(self.index))
    }

    pub(super) fn key(self, r: &Runner<'_>) -> Address {
        self.bucket.wrapping_add(r.map.at_key(self.index))
    }

    pub(super) fn elem(self, r: &Runner<'_>, word: u64) -> Address {
        self.bucket.wrapping_add(r.map.at_elem(self.index, word))
    }
}

/// `mapaccess2`: where the entry of a key is; the caller loads its value.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn mapaccess2(r: &mut Runner<'_>, h: Address, key: u64) -> Result<Option<Slot>, Stop> {
    r.within(functions::MAPACCESS2, |r| {
        if h == 0 || r.ask(field(h, Field::Count), "is the map empty?", |count| count == 0)? {
            return Ok(None);
        }
        if r.ask(field(h, Field::Flags), "is somebody writing?", |f| f & HASH_WRITING != 0)? {
            return fatal(READ_AND_WRITE);
        }
        search(r, h, key)
    })
}

/// `mapaccessK`: as an iterator looks up a key, without a look at the flags.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn mapaccess_k(r: &mut Runner<'_>, h: Address, key: u64) -> Result<Option<Slot>, Stop> {
    lookup(r, functions::MAPACCESS_K, h, key)
}

fn lookup(
    r: &mut Runner<'_>,
    function: Function,
    h: Address,
    key: u64,
) -> Result<Option<Slot>, Stop> {
    r.within(function, |r| {
        if r.ask(field(h, Field::Count), "is the map empty?", |count| count == 0)? {
            return Ok(None);
        }
        search(r, h, key)
    })
}

/// The part that all lookups share: the bucket, the old one while it is not evacuated, then the probe.
fn search(r: &mut Runner<'_>, h: Address, key: u64) -> Result<Option<Slot>, Stop> {
    let seed = r.load(field(h, Field::Hash0), "the seed of the hash")?;
    let hash = r.hash(key, seed);
    let mut mask = bucket_mask(r.load(field(h, Field::B), "how many buckets are there?")?);
    let buckets = r.load(field(h, Field::Buckets), "the array of buckets")?;
    let mut bucket = bucket_at(r, buckets, hash & mask);
    let old = r.load(field(h, Field::Oldbuckets), "is the map growing?")?;
    if old != 0 {
        let flags = field(h, Field::Flags);
        if !r.ask(flags, "does it grow to the same size?", |f| f & SAME_SIZE_GROW != 0)? {
            mask >>= 1;
        }
        let old = bucket_at(r, old, hash & mask);
        if !evacuated(r, old)? {
            bucket = old;
        }
    }
    let top = tophash(hash);
    r.checkpoint(ACCESS, &[bucket, hash]);
    while bucket != 0 {
        for index in 0..r.map.width {
            let slot = Slot { bucket, index };
            match slot.look(r, top)? {
                Looked::Same => {}
                Looked::Rest => return Ok(None),
                Looked::Empty | Looked::Other => continue,
            }
            if r.ask(slot.key(r), "is this the key?", |found| found == key)? {
                return Ok(Some(slot));
            }
        }
        bucket = overflow_of(r, bucket)?;
    }
    Ok(None)
}

/// What a probe makes of a tophash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Looked {
    /// It is the one that is looked for.
    Same,
    /// Nothing is here, and nothing comes after it.
    Rest,
    /// Nothing is here.
    Empty,
    /// Another entry is here, or was.
    Other,
}

impl Slot {
    /// Loads the tophash, once: the compiler makes one load of the two that the source has.
    pub(super) fn look(self, r: &mut Runner<'_>, top: u64) -> Result<Looked, Stop> {
        let found = r.load_as(self.tophash(r), "is this the tophash of the key?", |found| {
            if found == top {
                0
            } else if found == EMPTY_REST {
                1
            } else if is_empty(found) {
                2
            } else {
                3
            }
        })?;
        Ok(match found {
            0 => Looked::Same,
            1 => Looked::Rest,
            2 => Looked::Empty,
            _ => Looked::Other,
        })
    }
}

/// The checkpoint at the beginning of a probe.
const ACCESS: u64 = 1;
