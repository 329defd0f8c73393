//! How the entries lie in groups and tables, and what a look-up costs.

use super::super::Parts;
use super::group::{DELETED, EMPTY, Group, is_entry};
use super::table::State;
use super::{MOST_TABLES, Swiss};
use crate::memory::{Memory, Unmapped, bytes, number, pointer};
use finding::{PictureCell, PictureUnit, Probes};

impl Swiss {
    /// The groups of a map that has one table at most, the tables of a larger one.
    pub(in super::super) fn parts(
        &self,
        memory: &(impl Memory + ?Sized),
        address: u64,
    ) -> Result<Parts, Unmapped> {
        let unmapped = Unmapped { address };
        let header = bytes(memory, address, self.header_size)?;
        let directory = pointer(&header, self.directory).ok_or(unmapped)?;
        let length = self.directory_length.get(&header).ok_or(unmapped)?;
        if length == 0 {
            let groups = if directory == 0 { 0 } else { 1 };
            let controls = self.group.controls(memory, directory, groups)?;
            return Ok(Parts::new(PictureUnit::Group, controls.iter().map(group)));
        }
        let tables = self.addresses(memory, directory, length.min(MOST_TABLES));
        let states = tables.iter().map(|table| self.table.read(memory, *table));
        if let [only] = tables.as_slice() {
            let table = self.table.read(memory, *only).ok_or(unmapped)?;
            let controls = self.group.controls(memory, table.first, table.groups)?;
            return Ok(Parts::new(PictureUnit::Group, controls.iter().map(group)));
        }
        Ok(Parts::new(PictureUnit::Table, states.map(|state| state.map_or_else(nothing, table))))
    }

    /// What a look-up of a missing key costs in these tables.
    pub(super) fn probes(
        &self,
        memory: &(impl Memory + ?Sized),
        tables: &[State],
    ) -> Option<Probes> {
        let (mut steps, mut starts, mut longest) = (0_u64, 0_u64, 0_u64);
        for table in tables {
            let controls = self.group.controls(memory, table.first, table.groups).ok()?;
            let free: Vec<bool> = controls.iter().map(|control| has_empty(*control)).collect();
            for start in 0..free.len() {
                let length = probe(&free, start);
                steps = steps.saturating_add(length);
                starts = starts.saturating_add(1);
                longest = longest.max(length);
            }
        }
        Some(Probes {
            mean_hundredths: steps.saturating_mul(100).checked_div(starts)?,
            longest,
            sampled: starts,
        })
    }
}

impl Group {
    /// The control bytes of so many groups that lie one after the other.
    fn controls(
        &self,
        memory: &(impl Memory + ?Sized),
        first: u64,
        groups: u64,
    ) -> Result<Vec<[u8; 8]>, Unmapped> {
        let all = bytes(memory, first, groups.saturating_mul(self.size))?;
        let size = usize::try_from(self.size).ok().filter(|size| *size > 0);
        let size = size.ok_or(Unmapped { address: first })?;
        Ok(all
            .chunks_exact(size)
            .filter_map(|group| number(group, self.control, 8))
            .map(u64::to_le_bytes)
            .collect())
    }
}

/// Groups that a look-up visits, from one on, until it meets an empty place: steps of one, two, three and so on, round the
/// table (`probeSeq` of `table.go`).
fn probe(free: &[bool], start: usize) -> u64 {
    let mut at = start;
    let mut length = 1_u64;
    while length <= free.len() as u64 {
        if free.get(at).copied().unwrap_or(true) {
            break;
        }
        let step = usize::try_from(length).unwrap_or(usize::MAX);
        at = at.wrapping_add(step).checked_rem(free.len()).unwrap_or_default();
        length = length.saturating_add(1);
    }
    length.min(free.len() as u64)
}

fn has_empty(control: [u8; 8]) -> bool {
    control.contains(&EMPTY)
}

fn group(control: &[u8; 8]) -> PictureCell {
    let count = |is: fn(&u8) -> bool| control.iter().filter(|byte| is(byte)).count() as u64;
    PictureCell {
        parts: 1,
        places: 8,
        entries: count(|byte| is_entry(*byte)),
        tombstones: count(|byte| *byte == DELETED),
        ..PictureCell::default()
    }
}

fn table(state: State) -> PictureCell {
    PictureCell {
        parts: 1,
        places: state.capacity,
        entries: state.used,
        tombstones: state.tombstones().unwrap_or_default(),
        ..PictureCell::default()
    }
}

/// A table that could not be read.
fn nothing() -> PictureCell {
    PictureCell { parts: 1, ..PictureCell::default() }
}
