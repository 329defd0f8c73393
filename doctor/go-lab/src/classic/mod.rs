//! Go's classic map, as `runtime/map.go` has it until Go 1.23, one file for each thing that is done to it.
//!
//! A map is an `hmap`: a count, flags, a seed, and an array of `1 << B` buckets. A bucket holds some entries, for each of them
//! one byte of its hash, the *tophash*, and a pointer to an overflow bucket. A growth makes a new array and moves buckets to
//! it, one or two with each assignment or deletion (`growWork`, `evacuate`); an evacuated bucket is marked in its tophashes.
//! A writer sets the flag `hashWriting`; whoever finds it set ends the program. That is the whole check: it is neither
//! atomic nor a lock, and it is looked at once, at the beginning.
//!
//! The order of loads and stores is that of the source. Two loads of a field with nothing between that could change it are one,
//! as in the machine code; `mapiternext`, `evacuate` and `mapassign` of Go 1.21.13 for amd64 were compared. Keys equal themselves
//! here, so what the runtime does for NaN is left out. Keys and values lie in the bucket, as those of up to 128 bytes do.
//!
//! Read from Go 1.21.13, 1.22.10 and 1.23.4; `tests/structure.rs` holds every function here but the messages against
//! running programs.

mod access;
mod assign;
mod clear;
mod clone;
mod delete;
mod evacuate;
mod grow;
mod iterate;
mod make;
mod overflow;
mod user;

pub(crate) use clone::mapclone2;
pub(crate) use make::makemap;
pub(crate) use user::{assign, clear, clone, delete, iterate, length, read};

use crate::fault::Stop;
use crate::memory::{Address, field};
use crate::runner::Runner;
use go_runtime::classic::{EMPTY_ONE, Field, MIN_TOP_HASH};

/// `isEmpty`.
fn is_empty(tophash: u64) -> bool {
    tophash <= EMPTY_ONE
}

/// `evacuated`: one load of a bucket's first tophash.
fn evacuated(r: &mut Runner<'_>, bucket: Address) -> Result<bool, Stop> {
    r.ask(bucket, "has this old bucket been moved already?", |top| {
        top > EMPTY_ONE && top < MIN_TOP_HASH
    })
}

/// `growing`: whether `oldbuckets` is not nil.
fn growing(r: &mut Runner<'_>, h: Address) -> Result<bool, Stop> {
    r.ask(field(h, Field::Oldbuckets), "is the map growing?", |old| old != 0)
}

/// `overflow`: the bucket that goes on where this one is full.
fn overflow_of(r: &mut Runner<'_>, bucket: Address) -> Result<Address, Stop> {
    let at = bucket.wrapping_add(r.map.at_overflow());
    r.load(at, "is there an overflow bucket?")
}

/// The bucket at an index of an array; may lie beyond its end, as in the runtime.
fn bucket_at(r: &Runner<'_>, buckets: Address, index: u64) -> Address {
    buckets.wrapping_add(index.wrapping_mul(r.map.bucket_cells()))
}
