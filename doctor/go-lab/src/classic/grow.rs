//! Growth: how it begins, and the piece of it that each writer does.

use super::evacuate::evacuate;
use super::growing;
use super::make::{make_bucket_array, next_overflow_of, oldoverflow_of, overflow_list_of};
use crate::fault::{OLDOVERFLOW, Stop, fatal};
use crate::memory::{Address, EXTRA_CELLS, Kind, field};
use crate::runner::Runner;
use go_runtime::classic::{Field, ITERATOR, OLD_ITERATOR, SAME_SIZE_GROW, functions};

/// `hashGrow`: makes the new array; nothing is moved yet.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn hash_grow(r: &mut Runner<'_>, h: Address) -> Result<(), Stop> {
    r.within(functions::HASH_GROW, |r| {
        let flags = field(h, Field::Flags);
        let count = r.load(field(h, Field::Count), "greater, or only tidier?")?;
        let b = r.load(field(h, Field::B), "how many buckets are there?")?;
        let bigger = u64::from(r.map.over_load_factor(count.wrapping_add(1), b));
        if bigger == 0 {
            let found = r.load(flags, "loads the flags")?;
            r.store(flags, found | SAME_SIZE_GROW, "the growth is to the same size")?;
        }
        let oldbuckets = r.load(field(h, Field::Buckets), "the array that becomes the old one")?;
        let at = field(h, Field::B);
        let b = r.load(at, "how many buckets are there?")?;
        let (newbuckets, next_overflow) = make_bucket_array(r, b.wrapping_add(bigger) & 0xff)?;
        // One load serves for both uses of the flags: the code between stores nothing.
        let found = r.load(flags, "who iterates over the array?")?;
        let mut kept = found & !(ITERATOR | OLD_ITERATOR);
        if found & ITERATOR != 0 {
            kept |= OLD_ITERATOR;
        }
        let b = r.load(at, "loads B")?;
        r.store(at, b.wrapping_add(bigger) & 0xff, "doubles the number of buckets")?;
        r.store(flags, kept, "iterators are of the old array now")?;
        r.store(field(h, Field::Oldbuckets), oldbuckets, "the array is the old one now")?;
        r.store(field(h, Field::Buckets), newbuckets, "the new array is the map's, all empty")?;
        r.store(field(h, Field::Nevacuate), 0, "nothing is evacuated")?;
        r.store(field(h, Field::Noverflow), 0, "no overflow buckets")?;
        promote_overflow(r, h, next_overflow)
    })
}

/// The end of `hashGrow`: the lists of overflow buckets become those of the old array.
fn promote_overflow(r: &mut Runner<'_>, h: Address, next_overflow: Address) -> Result<(), Stop> {
    let at = field(h, Field::Extra);
    let mut extra = r.load(at, "is there a mapextra?")?;
    if extra != 0 {
        let list = r.load(overflow_list_of(extra), "is there a list of overflow buckets?")?;
        if list != 0 {
            let old = oldoverflow_of(extra);
            if r.ask(old, "is one growth still under way?", |old| old != 0)? {
                return fatal(OLDOVERFLOW);
            }
            r.store(old, list, "the list is the old array's now")?;
            r.store(overflow_list_of(extra), 0, "the new array has none")?;
        }
    }
    if next_overflow != 0 {
        if extra == 0 {
            extra = r.allocate(Kind::Extra, EXTRA_CELLS);
            r.store(at, extra, "makes the mapextra")?;
        }
        r.store(next_overflow_of(extra), next_overflow, "keeps overflow buckets ready")?;
    }
    Ok(())
}

/// `noldbuckets`: how many buckets the old array has.
pub(super) fn noldbuckets(r: &mut Runner<'_>, h: Address) -> Result<u64, Stop> {
    let b = r.load(field(h, Field::B), "how many buckets are there?")?;
    let same = same_size_grow(r, h)?;
    let b = if same { b } else { b.wrapping_sub(1) };
    // A shift of the machine is taken modulo its width, and B is one byte.
    Ok(1u64 << (b & 63))
}

/// `sameSizeGrow`.
pub(super) fn same_size_grow(r: &mut Runner<'_>, h: Address) -> Result<bool, Stop> {
    r.ask(field(h, Field::Flags), "does it grow to the same size?", |f| f & SAME_SIZE_GROW != 0)
}

/// `growWork`: evacuates the old bucket that is about to be used, and one more.
///
/// Read from `runtime/map.go` of Go 1.21.13 and 1.23.4.
pub(super) fn grow_work(r: &mut Runner<'_>, h: Address, bucket: u64) -> Result<(), Stop> {
    r.within(functions::GROW_WORK, |r| {
        let mask = noldbuckets(r, h)?.wrapping_sub(1);
        r.keeping(&[0], |r| evacuate(r, h, bucket & mask))?;
        if growing(r, h)? {
            let next = r.load(field(h, Field::Nevacuate), "which bucket is the next to move?")?;
            r.keeping(&[1], |r| evacuate(r, h, next))?;
        }
        Ok(())
    })
}
