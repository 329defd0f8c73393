//! The evacuation of a bucket: its entries are moved to one or two buckets of the new array.

use super::access::Slot;
use super::grow::{noldbuckets, same_size_grow};
use super::make::oldoverflow_of;
use super::overflow::newoverflow;
use super::{bucket_at, evacuated, is_empty, overflow_of};
use crate::fault::{BAD_MAP_STATE, Stop, fatal};
use crate::memory::{Address, field};
use crate::runner::Runner;
use go_runtime::classic::{
    EVACUATED_EMPTY, EVACUATED_X, Field, MIN_TOP_HASH, OLD_ITERATOR, SAME_SIZE_GROW, functions,
};

/// The most buckets that the mark advances over in one call.
const MOST_AT_ONCE: u64 = 1024;

/// The checkpoint before each entry.
const MOVING: u64 = 10;
/// The checkpoint after the last.
const MOVED: u64 = 11;

/// `evacuate`: moves an old bucket, unless it has been moved.
///
/// A tophash is written in the new bucket before the key and the value are, and the old tophash is overwritten before
/// either. Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn evacuate(r: &mut Runner<'_>, h: Address, oldbucket: u64) -> Result<(), Stop> {
    r.within(functions::EVACUATE, |r| {
        let old = r.load(field(h, Field::Oldbuckets), "the old array")?;
        let bucket = bucket_at(r, old, oldbucket);
        let newbit = noldbuckets(r, h)?;
        if !evacuated(r, bucket)? {
            move_entries(r, h, bucket, oldbucket, newbit)?;
            r.checkpoint(MOVED, &[oldbucket, newbit]);
            unlink(r, h, oldbucket)?;
        }
        if r.ask(field(h, Field::Nevacuate), "is it the next in turn?", |next| next == oldbucket)? {
            advance_evacuation_mark(r, h, newbit)?;
        }
        Ok(())
    })
}

/// `evacDst`: where the next entry of one half goes.
#[derive(Clone, Copy)]
struct Destination {
    bucket: Address,
    index: u64,
}

fn move_entries(
    r: &mut Runner<'_>,
    h: Address,
    first: Address,
    oldbucket: u64,
    newbit: u64,
) -> Result<(), Stop> {
    let buckets = r.load(field(h, Field::Buckets), "the new array")?;
    let mut x = Destination { bucket: bucket_at(r, buckets, oldbucket), index: 0 };
    // Where the growth turns out to be to the same size in between, the runtime goes on with a nil bucket.
    let mut y = Destination { bucket: 0, index: 0 };
    if !same_size_grow(r, h)? {
        let buckets = r.load(field(h, Field::Buckets), "the new array")?;
        y.bucket = bucket_at(r, buckets, oldbucket.wrapping_add(newbit));
    }
    let mut bucket = first;
    let mut turn = 0u64;
    while bucket != 0 {
        for index in 0..r.map.width {
            let from = Slot { bucket, index };
            // Turns are counted, so that a chain that is a circle never looks like a state that was there before.
            turn = turn.wrapping_add(1);
            let ends = [x.bucket, x.index, y.bucket, y.index];
            r.keeping(&ends, |r| {
                r.checkpoint(MOVING, &[oldbucket, newbit, bucket, turn]);
                Ok(())
            })?;
            let top = r.load(from.tophash(r), "is there an entry to move?")?;
            if is_empty(top) {
                r.store(from.tophash(r), EVACUATED_EMPTY, "nothing to move; marks the cell")?;
                continue;
            }
            if top < MIN_TOP_HASH {
                return fatal(BAD_MAP_STATE);
            }
            let to_y = goes_to_y(r, h, from, newbit)?;
            let mark = EVACUATED_X.wrapping_add(u64::from(to_y));
            r.store(from.tophash(r), mark, "marks the entry as moved, before it is")?;
            let to = if to_y { &mut y } else { &mut x };
            move_entry(r, h, from, top, to)?;
        }
        bucket = overflow_of(r, bucket)?;
    }
    Ok(())
}

/// Whether an entry goes to the second half of the new array.
fn goes_to_y(r: &mut Runner<'_>, h: Address, from: Slot, newbit: u64) -> Result<bool, Stop> {
    if same_size_grow(r, h)? {
        return Ok(false);
    }
    let key = r.load(from.key(r), "which half does the key belong to?")?;
    let seed = r.load(field(h, Field::Hash0), "the seed of the hash")?;
    Ok(r.hash(key, seed) & newbit != 0)
}

fn move_entry(
    r: &mut Runner<'_>,
    h: Address,
    from: Slot,
    top: u64,
    to: &mut Destination,
) -> Result<(), Stop> {
    if to.index == r.map.width {
        to.bucket = newoverflow(r, h, to.bucket)?;
        to.index = 0;
    }
    let slot = Slot { bucket: to.bucket, index: to.index };
    r.store(slot.tophash(r), top, "writes the tophash in the new bucket")?;
    let key = r.load(from.key(r), "copies the key")?;
    r.store(slot.key(r), key, "copies the key to the new bucket")?;
    for word in 0..r.map.words {
        let value = r.load(from.elem(r, word), "copies the value")?;
        r.store(slot.elem(r, word), value, "copies the value to the new bucket")?;
    }
    to.index = to.index.wrapping_add(1);
    Ok(())
}

/// The end of `evacuate`: what held pointers is cleared, so that the collector need not look at it; the tophashes stay.
fn unlink(r: &mut Runner<'_>, h: Address, oldbucket: u64) -> Result<(), Stop> {
    let flags = field(h, Field::Flags);
    if r.ask(flags, "does an iterator use the old array?", |f| f & OLD_ITERATOR != 0)?
        || !r.map.has_pointers()
    {
        return Ok(());
    }
    let old = r.load(field(h, Field::Oldbuckets), "the old array")?;
    let bucket = bucket_at(r, old, oldbucket);
    for cell in r.map.at_key(0)..r.map.bucket_cells() {
        r.store(bucket.wrapping_add(cell), 0, "clears the old bucket for the collector")?;
    }
    Ok(())
}

/// `advanceEvacuationMark`: notes that a bucket more is moved, and ends the growth after the last.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
fn advance_evacuation_mark(r: &mut Runner<'_>, h: Address, newbit: u64) -> Result<(), Stop> {
    r.within(functions::ADVANCE_EVACUATION_MARK, |r| {
        let at = field(h, Field::Nevacuate);
        let mut next = r.load(at, "how far is the growth?")?.wrapping_add(1);
        r.store(at, next, "one bucket further")?;
        let stop = next.wrapping_add(MOST_AT_ONCE).min(newbit);
        while next != stop {
            let old = r.load(field(h, Field::Oldbuckets), "the old array")?;
            if !evacuated(r, bucket_at(r, old, next))? {
                break;
            }
            next = next.wrapping_add(1);
            r.store(at, next, "one bucket further")?;
        }
        if next != newbit {
            return Ok(());
        }
        r.store(field(h, Field::Oldbuckets), 0, "the growth is done: no old array")?;
        let extra = r.load(field(h, Field::Extra), "is there a mapextra?")?;
        if extra != 0 {
            r.store(oldoverflow_of(extra), 0, "its overflow buckets may go")?;
        }
        let flags = field(h, Field::Flags);
        let found = r.load(flags, "loads the flags")?;
        r.store(flags, found & !SAME_SIZE_GROW, "the growth is done")
    })
}
