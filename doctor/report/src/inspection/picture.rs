//! The parts of a map, drawn in characters: how full each is.

use super::InspectionOptions;
use crate::style::paint;
use crate::text::{count, grouped, hanging};
use anstyle::Style;
use finding::{Picture, PictureCell, PictureUnit};

/// From empty to full.
const LEVELS: [char; 9] = ['·', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// Parts that are still in the old buckets of a growth.
const UNMOVED: char = '░';
/// The margin.
const INDENT: &str = "  ";

/// Draws the parts in rows, and says how to read them.
pub(super) fn draw(picture: &Picture, options: &InspectionOptions) -> String {
    let mut out = String::new();
    if let ([only], PictureUnit::Bucket | PictureUnit::Group) =
        (picture.cells.as_slice(), picture.unit)
    {
        out.push_str(&format!("\n{INDENT}{}\n", places(*only, options)));
        return out;
    }
    if picture.cells.is_empty() {
        return out;
    }
    out.push('\n');
    // A power of two, so that rows line up with the bits of hashes.
    let room = options.width().saturating_sub(INDENT.len()).max(16);
    let columns = room.checked_ilog2().and_then(|log2| 1_usize.checked_shl(log2)).unwrap_or(64);
    for row in picture.cells.chunks(columns) {
        out.push_str(INDENT);
        for cell in row {
            out.push_str(&paint(style(*cell, options), mark(*cell)));
        }
        out.push('\n');
    }
    hanging(&mut out, INDENT, INDENT.len(), &legend(picture), options.prose());
    out
}

/// The places of a map of one group: entries, removed ones, free ones.
fn places(cell: PictureCell, options: &InspectionOptions) -> String {
    let repeat = |mark: char, times: u64| -> String {
        std::iter::repeat_n(mark, usize::try_from(times.min(8)).unwrap_or(8)).collect()
    };
    let free = cell.places.saturating_sub(cell.entries).saturating_sub(cell.tombstones);
    format!(
        "[{}{}{}]  █ entry, × removed, · free",
        repeat('█', cell.entries),
        paint(options.styles.warning, repeat('×', cell.tombstones)),
        repeat('·', free)
    )
}

fn mark(cell: PictureCell) -> char {
    if cell.unmoved.saturating_mul(2) > cell.parts {
        return UNMOVED;
    }
    // Overflow buckets hold what is beyond the places: that is as full as can be.
    let entries = cell.entries.min(cell.places);
    let eighths = entries.saturating_mul(8);
    let level = eighths.div_ceil(cell.places.max(1));
    let level = usize::try_from(level).unwrap_or_default();
    LEVELS.get(level).copied().unwrap_or('█')
}

fn style(cell: PictureCell, options: &InspectionOptions) -> Style {
    let many = |part: u64, share: u64| part.saturating_mul(share) >= cell.places.max(1);
    if cell.overflow > cell.parts || many(cell.tombstones, 4) {
        options.styles.error
    } else if cell.overflow > 0 || cell.tombstones > 0 {
        options.styles.warning
    } else if many(cell.entries, 4) {
        Style::new()
    } else {
        options.styles.dim
    }
}

fn legend(picture: &Picture) -> String {
    let (one, many) = match picture.unit {
        PictureUnit::Bucket => ("bucket", "buckets"),
        PictureUnit::Group => ("group", "groups"),
        PictureUnit::Table => ("table", "tables"),
    };
    let sum = |of: fn(&PictureCell) -> u64| {
        picture.cells.iter().fold(0_u64, |sum, cell| sum.saturating_add(of(cell)))
    };
    let each = picture.parts.div_ceil((picture.cells.len() as u64).max(1));
    let mut text = if each > 1 {
        format!("Each mark is {} {many}, ", grouped(each))
    } else {
        format!("Each mark is a {one}, ")
    };
    text.push_str("from · empty to █ full.");
    let looked_at = sum(|cell| cell.parts);
    if looked_at < picture.parts {
        let (some, all) = (grouped(looked_at), grouped(picture.parts));
        text.push_str(&format!(" Of {all} {many} {some} were looked at."));
    }
    if sum(|cell| cell.unmoved) > 0 {
        text.push_str(" ░ still lies in the old buckets.");
    }
    let overflow = sum(|cell| cell.overflow);
    if overflow > 0 {
        let buckets = count(overflow, "overflow bucket", "overflow buckets");
        text.push_str(&format!(" Behind them {buckets}."));
    }
    let tombstones = sum(|cell| cell.tombstones);
    if tombstones > 0 {
        text.push_str(&format!(" Removed entries keep {} places.", grouped(tombstones)));
    }
    text
}
