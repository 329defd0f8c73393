//! Whether what looks like the header of a map of tables is one: its directory and tables say the same things twice.
//!
//! A table says at which place of the directory it begins and how deep it is, from which follows at how many places it
//! stands; its capacity follows from its number of groups; and the entries of all tables are those of the map.
//!
//! Source: `src/internal/runtime/maps/map.go` and `table.go` of Go 1.24 to 1.27.

use super::shape::SwissHeader;
use super::spans::Spans;
use super::{Evidence, Groups};
use crate::memory::{Memory, bytes, number, pointer_at};
use go_runtime::{FieldPlace, Struct, layout};

const SLOTS: u64 = 8;
const EMPTY: u8 = 0x80;
const DELETED: u8 = 0xfe;
/// A table has no more places than these: `maxTableCapacity`.
const MOST_PLACES: u64 = 1024;
/// Tables of which the groups are kept, to try types on.
const SAMPLES: usize = 4;
/// Places of a directory that are read at once.
const CHUNK: u64 = 1 << 12;

/// Where a table's fields lie.
pub(super) struct Tables {
    size: u64,
    used: FieldPlace,
    capacity: FieldPlace,
    growth_left: FieldPlace,
    depth: FieldPlace,
    index: FieldPlace,
    groups: FieldPlace,
    mask: FieldPlace,
}

/// What a walk over a directory has met.
#[derive(Default)]
struct Met {
    used: u64,
    groups: Vec<Groups>,
}

impl Tables {
    pub(super) fn of(minor: u8) -> Option<Self> {
        let layout = layout(Struct::SwissTable, minor)?;
        Some(Self {
            size: layout.size.into(),
            used: layout.field("used")?,
            capacity: layout.field("capacity")?,
            growth_left: layout.field("growthLeft")?,
            depth: layout.field("localDepth")?,
            index: layout.field("index")?,
            groups: layout.field("groups.data")?,
            mask: layout.field("groups.lengthMask")?,
        })
    }

    /// What speaks for a header, if its parts are those of a map.
    pub(super) fn check(
        &self,
        memory: &(impl Memory + ?Sized),
        spans: Option<&Spans>,
        header: &SwissHeader,
        most_tables: u64,
    ) -> Option<Evidence> {
        if header.length == 0 {
            return small(memory, spans, header);
        }
        if header.length > most_tables || !is_object(memory, spans, header.directory, header.length)
        {
            return None;
        }
        let met = self.directory(memory, spans, header)?;
        if !met.groups.iter().all(|groups| begins_with_group(memory, groups)) {
            return None;
        }
        // A map that is being changed may have one entry more or less than its tables.
        let sums_up = met.used == header.used;
        (sums_up
            || spans.is_some()
                && met.used.abs_diff(header.used) <= header.length.saturating_mul(MOST_PLACES))
        .then_some(Evidence { in_tables: true, agrees: sums_up, groups: met.groups })
    }

    /// Walks over a directory; nothing if any of its tables is none.
    fn directory(
        &self,
        memory: &(impl Memory + ?Sized),
        spans: Option<&Spans>,
        header: &SwissHeader,
    ) -> Option<Met> {
        let mut met = Met::default();
        // The table that stands at the places from `first` up to `next`.
        let (mut table, mut next) = (0, 0_u64);
        let mut place = 0_u64;
        while place < header.length {
            let count = CHUNK.min(header.length.saturating_sub(place));
            let at = header.directory.checked_add(place.checked_mul(8)?)?;
            let words = bytes(memory, at, count.checked_mul(8)?).ok()?;
            for (word, place) in words.as_chunks::<8>().0.iter().zip(place..) {
                let address = u64::from_le_bytes(*word);
                if place < next {
                    if address != table {
                        return None;
                    }
                    continue;
                }
                let places = self.table(memory, spans, address, place, header.depth, &mut met)?;
                (table, next) = (address, place.checked_add(places)?);
            }
            place = place.checked_add(count)?;
        }
        (next == header.length).then_some(met)
    }

    /// Reads a table that begins at a place of a directory; at how many places it stands, if it is one.
    fn table(
        &self,
        memory: &(impl Memory + ?Sized),
        spans: Option<&Spans>,
        address: u64,
        place: u64,
        directory_depth: u64,
        met: &mut Met,
    ) -> Option<u64> {
        if address == 0 || address & 7 != 0 {
            return None;
        }
        if let Some(spans) = spans {
            let object = spans.object(address)?;
            if object.start != address || object.span.object != self.size {
                return None;
            }
        }
        let table = bytes(memory, address, self.size).ok()?;
        let get = |field: FieldPlace| number(&table, field.offset.into(), field.size.into());
        let (used, capacity, left) = (get(self.used)?, get(self.capacity)?, get(self.growth_left)?);
        let (depth, groups, mask) = (get(self.depth)?, get(self.groups)?, get(self.mask)?);
        let most = match capacity {
            SLOTS => SLOTS.saturating_sub(1),
            _ => capacity.saturating_mul(7) >> 3,
        };
        let agrees = capacity.is_power_of_two()
            && (SLOTS..=MOST_PLACES).contains(&capacity)
            && mask.checked_add(1)?.checked_mul(SLOTS) == Some(capacity)
            && used.checked_add(left)? <= most
            && get(self.index)? == place
            && groups != 0
            && groups & 7 == 0;
        let places = 1_u64.checked_shl(directory_depth.checked_sub(depth)? as u32)?;
        if !agrees || place.checked_rem(places) != Some(0) {
            return None;
        }
        met.used = met.used.checked_add(used)?;
        // The fullest tables tell most about the entries.
        let sample = Groups { address: groups, count: mask.checked_add(1)?, entries: used };
        if met.groups.len() < SAMPLES {
            met.groups.push(sample);
        } else if let Some(least) = met.groups.iter_mut().min_by_key(|groups| groups.entries)
            && least.entries < used
        {
            *least = sample;
        }
        Some(places)
    }
}

/// A map of a single group.
fn small(
    memory: &(impl Memory + ?Sized),
    spans: Option<&Spans>,
    header: &SwissHeader,
) -> Option<Evidence> {
    if let Some(spans) = spans {
        let object = spans.object(header.directory)?;
        if object.start != header.directory || !object.is_taken(memory) {
            return None;
        }
    }
    let groups = Groups { address: header.directory, count: 1, entries: header.used };
    let control = pointer_at(memory, header.directory).ok()?.to_le_bytes();
    // Nothing is marked as deleted in a map of a single group.
    let agrees = control.iter().all(|byte| *byte <= EMPTY) && entries(control)? == header.used;
    agrees.then_some(Evidence { in_tables: false, agrees: true, groups: vec![groups] })
}

/// Whether an array begins with a group that has no more entries than its table.
fn begins_with_group(memory: &(impl Memory + ?Sized), groups: &Groups) -> bool {
    let control = pointer_at(memory, groups.address).ok();
    let Some(met) = control.and_then(|control| entries(control.to_le_bytes())) else {
        return false;
    };
    met == groups.entries || groups.count > 1 && met < groups.entries
}

/// The entries of a group by its control bytes; none if these are not of a group.
fn entries(control: [u8; 8]) -> Option<u64> {
    let mut entries = 0_u64;
    for byte in control {
        match byte {
            EMPTY | DELETED => {}
            byte if byte < EMPTY => entries = entries.saturating_add(1),
            _ => return None,
        }
    }
    Some(entries)
}

/// Whether groups of so many bytes have just the entries that their table says.
pub(super) fn have_size(memory: &(impl Memory + ?Sized), groups: &Groups, size: u64) -> bool {
    let Some(length) = groups.count.checked_mul(size) else { return false };
    let Ok(held) = bytes(memory, groups.address, length) else { return false };
    let Ok(size) = usize::try_from(size) else { return false };
    let mut sum = 0_u64;
    for group in held.chunks_exact(size.max(1)) {
        let Some(met) = group.first_chunk().and_then(|control| entries(*control)) else {
            return false;
        };
        sum = sum.saturating_add(met);
    }
    sum == groups.entries
}

/// Whether an array of so many pointers begins there, as far as the allocator knows.
fn is_object(memory: &(impl Memory + ?Sized), spans: Option<&Spans>, at: u64, words: u64) -> bool {
    let Some(spans) = spans else { return true };
    let Some(object) = spans.object(at) else { return false };
    let inside = at.saturating_sub(object.start);
    let room = object.span.object.saturating_sub(inside);
    // Before larger arrays lies a word about their type.
    (inside == 0 || inside == 8) && room >= words.saturating_mul(8) && object.is_taken(memory)
}
