//! Whether what looks like the header of a map of buckets is one, and how large its buckets are: those of the right size hold
//! just as many entries as the header says.
//!
//! Source: `src/runtime/map.go` of Go 1.21 to 1.23. The marks of a bucket's places are 0 where this place and all behind it
//! are empty, 1 where this one is, 2 to 4 where an entry was moved to the new array, and more where there is one.

use super::Groups;
use super::shape::ClassicHeader;
use crate::memory::{Memory, bytes, number};

const SLOTS: usize = 8;
/// `emptyRest`, `evacuatedX` to `evacuatedEmpty`, and `minTopHash`.
const EMPTY_REST: u8 = 0;
const MOVED: std::ops::RangeInclusive<u8> = 2..=4;
const LEAST_MARK: u8 = 5;
/// The marks and the pointer to the next bucket.
const LEAST_BUCKET: u64 = 16;
/// How much of an array is read at once.
const CHUNK: u64 = 1 << 18;
/// A chain of more buckets is none.
const LONGEST: u32 = 1 << 12;
/// Marks of so many buckets are looked at before all are.
const FIRST: u64 = 64;

/// What buckets of some size say.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Verdict {
    /// They hold as many entries as the header says.
    Agrees,
    /// They look like buckets; there are more than were looked at, or the map is being changed.
    Plausible,
    /// These are no buckets.
    No,
}

/// How much may still be read of a map.
struct Purse {
    bytes: u64,
    cut: bool,
}

/// Whether buckets of `size` bytes hold the entries of a map; reads up to `most` bytes.
pub(super) fn have_size(
    memory: &(impl Memory + ?Sized),
    header: &ClassicHeader,
    size: u64,
    most: u64,
) -> Verdict {
    if size < LEAST_BUCKET {
        return Verdict::No;
    }
    let (buckets, old) = header.sizes();
    let mut first = Purse { bytes: most, cut: false };
    if count(memory, header.buckets, buckets.min(FIRST), size, false, &mut first).is_none() {
        return Verdict::No;
    }
    let mut purse = Purse { bytes: most, cut: false };
    let Some(mut sum) = count(memory, header.buckets, buckets, size, false, &mut purse) else {
        return Verdict::No;
    };
    if old > 0 {
        let Some(left) = count(memory, header.old_buckets, old, size, true, &mut purse) else {
            return Verdict::No;
        };
        sum = sum.saturating_add(left);
    }
    match sum {
        sum if sum == header.count && !purse.cut => Verdict::Agrees,
        // As many as fit to what was not looked at, or to a change meanwhile.
        sum if purse.cut && sum <= header.count => Verdict::Plausible,
        sum if !purse.cut
            && sum.abs_diff(header.count) <= (header.count >> 6)
            && sum > SLOTS as u64 =>
        {
            Verdict::Plausible
        }
        _ => Verdict::No,
    }
}

/// The bytes of an array of so many buckets of a size: from sixteen on, some overflow buckets lie behind them.
pub(super) fn array_length(buckets: u64, size: u64) -> u64 {
    let behind = if buckets >= 16 { buckets >> 4 } else { 0 };
    buckets.saturating_add(behind).saturating_mul(size)
}

/// The array that types can be tried on.
pub(super) fn groups(header: &ClassicHeader) -> Groups {
    let (buckets, _) = header.sizes();
    Groups { address: header.buckets, count: buckets, entries: header.count }
}

/// The entries of an array of buckets and of what hangs on them; none if these are no buckets.
fn count(
    memory: &(impl Memory + ?Sized),
    array: u64,
    buckets: u64,
    size: u64,
    is_old: bool,
    purse: &mut Purse,
) -> Option<u64> {
    let together = CHUNK.checked_div(size)?.max(1);
    let (mut sum, mut done) = (0_u64, 0_u64);
    while done < buckets {
        let now = together.min(buckets.saturating_sub(done));
        let length = now.checked_mul(size)?;
        let Some(left) = purse.bytes.checked_sub(length) else {
            purse.cut = true;
            break;
        };
        purse.bytes = left;
        let held = bytes(memory, array.checked_add(done.checked_mul(size)?)?, length).ok()?;
        for bucket in held.chunks_exact(usize::try_from(size).ok()?) {
            let (entries, mut next) = bucket_entries(bucket, is_old)?;
            sum = sum.saturating_add(entries);
            let mut chain = 0_u32;
            while next != 0 && !purse.cut {
                chain = chain.checked_add(1).filter(|chain| *chain <= LONGEST)?;
                match purse.bytes.checked_sub(size) {
                    Some(left) => purse.bytes = left,
                    None => purse.cut = true,
                }
                let bucket = bytes(memory, next, size).ok()?;
                let (entries, after) = bucket_entries(&bucket, is_old)?;
                sum = sum.saturating_add(entries);
                next = after;
            }
        }
        done = done.saturating_add(now);
    }
    Some(sum)
}

/// The entries of a bucket, and the next one of its chain; none if it is no bucket.
fn bucket_entries(bucket: &[u8], is_old: bool) -> Option<(u64, u64)> {
    let marks = bucket.first_chunk::<SLOTS>()?;
    let next =
        number(bucket, (bucket.len() as u64).checked_sub(8)?, 8).filter(|next| next & 7 == 0)?;
    if marks.first().is_some_and(|mark| MOVED.contains(mark)) {
        // Its entries are in the new array; all its places say so.
        return (is_old && marks.iter().all(|mark| MOVED.contains(mark))).then_some((0, 0));
    }
    let (mut entries, mut over) = (0_u64, false);
    for mark in marks {
        match *mark {
            EMPTY_REST => over = true,
            _ if over => return None,
            mark if MOVED.contains(&mark) => return None,
            mark if mark >= LEAST_MARK => entries = entries.saturating_add(1),
            _ => {}
        }
    }
    Some((entries, next))
}
