//! The parts of a map, neighbouring ones together.

use finding::{Picture, PictureCell, PictureUnit, Probes};

/// A picture has no more cells than these.
const MOST_CELLS: u64 = 1024;

/// The parts of a map, and what a look-up costs where the parts tell.
pub(crate) struct Parts {
    pub(crate) picture: Picture,
    pub(crate) probes: Option<Probes>,
}

impl Parts {
    /// Of all parts, in their order.
    pub(super) fn new(unit: PictureUnit, parts: impl Iterator<Item = PictureCell>) -> Self {
        let mut cells: Vec<PictureCell> = parts.collect();
        let parts = cells.len() as u64;
        while cells.len() as u64 > MOST_CELLS {
            cells = cells.chunks(2).map(together).collect();
        }
        Self { picture: Picture { unit, parts, cells }, probes: None }
    }
}

/// How many of so many parts go into one cell: a power of two.
pub(super) fn parts_a_cell(parts: u64) -> u64 {
    parts.div_ceil(MOST_CELLS).checked_next_power_of_two().unwrap_or(1 << 63)
}

fn together(cells: &[PictureCell]) -> PictureCell {
    cells.iter().fold(PictureCell::default(), |sum, cell| PictureCell {
        parts: sum.parts.saturating_add(cell.parts),
        places: sum.places.saturating_add(cell.places),
        entries: sum.entries.saturating_add(cell.entries),
        tombstones: sum.tombstones.saturating_add(cell.tombstones),
        overflow: sum.overflow.saturating_add(cell.overflow),
        unmoved: sum.unmoved.saturating_add(cell.unmoved),
    })
}
