//! The maps in the memory of a program, for a person and for programs.

use crate::json::SCHEMA_VERSION;
use crate::style::Styles;
use crate::table::{self, Cell};
use crate::text::{clean, count, grouped, hanging};
use anstyle::Style;
use finding::{Exactness, Inside, InspectedMap, Inspection, MapInstance, MapState};
use serde::Serialize;

/// How an inspection is laid out.
#[derive(Clone, Debug)]
pub struct InspectionOptions {
    /// Styles; plain by default.
    pub styles: Styles,
    /// Columns of the terminal, 100 by default; less than 60 is taken as 60.
    pub width: usize,
    /// Rows that are shown; `None`, the default, shows every map.
    pub limit: Option<usize>,
    /// The command that shows every map, said where some are left out.
    pub all: String,
}

impl Default for InspectionOptions {
    fn default() -> Self {
        Self { styles: Styles::plain(), width: 100, limit: None, all: String::new() }
    }
}

/// Renders an inspection: a line of sums, a table of maps by bytes, and what was left out.
#[must_use]
pub fn inspection_full(inspection: &Inspection, options: &InspectionOptions) -> String {
    let width = options.width.clamp(60, 200);
    let prose = width.min(100);
    let mut out = String::new();
    hanging(&mut out, "", 0, &summary(inspection), prose);
    let shown = options.limit.unwrap_or(usize::MAX).min(inspection.maps.len());
    if shown > 0 {
        out.push('\n');
        let rows = cells(inspection.maps.iter().take(shown), options.styles);
        out.push_str(&table::render(&rows, 0, width));
    }
    let left = inspection.maps.get(shown..).unwrap_or_default();
    if !left.is_empty() {
        let bytes = left.iter().fold(0_u64, |sum, map| sum.saturating_add(map.bytes));
        let more = format!("… and {} more of {} together.", left.len(), size(bytes));
        out.push('\n');
        hanging(&mut out, "", 0, &more, prose);
        out.push_str(&format!("    {}\n", clean(&options.all)));
    }
    let about = inspection.maps.iter().any(|map| map.exactness == Exactness::About);
    if about || !inspection.gaps.is_empty() {
        out.push('\n');
    }
    if about {
        hanging(&mut out, "", 0, ABOUT, prose);
    }
    for gap in &inspection.gaps {
        hanging(&mut out, "left out: ", 10, &clean(gap), prose);
    }
    out
}

const ABOUT: &str = "≈ the program was changing the map at each look, so that its numbers do not \
     agree with each other.";

/// Renders one map in full: its instances, and how each is built inside.
#[must_use]
pub fn inspected_map_full(map: &InspectedMap, options: &InspectionOptions) -> String {
    let width = options.width.clamp(60, 200);
    let mut out = format!("{} {}\n", clean(&map.declared), clean(&map.map_type));
    let title = |text| Cell::styled(text, options.styles.dim);
    let mut rows =
        vec![["reached as", "address", "entries", "places", "bytes", "inside"].map(title).into()];
    let shown = options.limit.unwrap_or(usize::MAX);
    for instance in map.instances.iter().take(shown) {
        rows.push(vec![
            Cell::place(&clean(&instance.path), options.styles.strong),
            Cell::new(format!("{:#x}", instance.address)),
            Cell::new(number(instance.entries, instance.exactness)),
            Cell::new(grouped(instance.capacity)),
            Cell::new(size(instance.bytes)),
            Cell::new(inside(instance)),
        ]);
    }
    out.push_str(&table::render(&rows, 0, width));
    let left = map.instances.len().saturating_sub(shown);
    if left > 0 {
        out.push_str(&format!("… and {left} more\n    {}\n", clean(&options.all)));
    }
    out
}

/// Renders an inspection as one JSON object under the schema version of [`json`](crate::json()); every map, always.
///
/// # Errors
/// Serialisation of these types cannot fail in itself; whatever `serde_json` reports is returned.
pub fn inspection_json(inspection: &Inspection) -> Result<String, serde_json::Error> {
    #[derive(Serialize)]
    struct Document<'a> {
        schema_version: u32,
        #[serde(flatten)]
        inspection: &'a Inspection,
    }
    let mut out =
        serde_json::to_string_pretty(&Document { schema_version: SCHEMA_VERSION, inspection })?;
    out.push('\n');
    Ok(out)
}

fn summary(inspection: &Inspection) -> String {
    let instances = inspection.maps.iter().map(|map| map.instances.len()).sum::<usize>();
    let bytes = inspection.maps.iter().fold(0_u64, |sum, map| sum.saturating_add(map.bytes));
    let built = inspection.go_version.as_deref().map(|go| format!(", built by {go}"));
    format!(
        "{}: {}{}. {} of {} found, {} in all.",
        clean(&inspection.target),
        clean(&inspection.program),
        clean(&built.unwrap_or_default()),
        count(as_u64(instances), "map", "maps"),
        count(as_u64(inspection.maps.len()), "declaration", "declarations"),
        size(bytes),
    )
}

fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

fn cells<'a>(maps: impl Iterator<Item = &'a InspectedMap>, styles: Styles) -> Vec<Vec<Cell>> {
    let head = ["bytes", "entries", "full", "instances", "map", "type", "state"];
    let mut rows = vec![head.map(|title| Cell::styled(title, styles.dim)).into()];
    for map in maps {
        let states: Vec<_> = map.states.iter().map(|state| state.words()).collect();
        let pressing = map.states.first().is_some_and(|state| *state <= MapState::Growing);
        let instances = as_u64(map.instances.len());
        rows.push(vec![
            Cell::new(size(map.bytes)),
            Cell::new(number(map.entries, map.exactness)),
            Cell::new(share(map.entries, map.capacity)),
            Cell::new(grouped(instances)),
            Cell::styled(clean(&map.declared), styles.strong),
            Cell::new(clean(&map.map_type)),
            Cell::styled(states.join(", "), if pressing { styles.warning } else { Style::new() }),
        ]);
    }
    rows
}

/// A number, marked where it does not agree with others.
fn number(number: u64, exactness: Exactness) -> String {
    match exactness {
        Exactness::Exact => grouped(number),
        Exactness::About => format!("≈{}", grouped(number)),
    }
}

/// `61 %`: the entries in proportion to the places; a dash where there are none.
fn share(entries: u64, capacity: u64) -> String {
    let per_cent = entries.saturating_mul(100).checked_div(capacity);
    per_cent.map_or_else(|| "-".to_owned(), |per_cent| format!("{per_cent} %"))
}

/// `3.1 MiB`: bytes in the largest unit of which there is at least one.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    let mut tenths = u128::from(bytes).saturating_mul(10);
    let mut unit = "B";
    for next in UNITS {
        if tenths < 10_240 {
            break;
        }
        tenths = tenths.checked_div(1_024).unwrap_or_default();
        unit = next;
    }
    let (whole, tenth) =
        (tenths.checked_div(10).unwrap_or_default(), tenths.checked_rem(10).unwrap_or_default());
    if unit == "B" { format!("{whole} B") } else { format!("{whole}.{tenth} {unit}") }
}

/// How a map is built inside, in words.
fn inside(instance: &MapInstance) -> String {
    match instance.inside {
        Inside::Classic { log2_buckets, overflow, growth } => {
            let buckets = 1_u64.checked_shl(log2_buckets.into()).unwrap_or(u64::MAX);
            let mut text = count(buckets, "bucket", "buckets");
            if overflow > 0 {
                text.push_str(&format!(", {} overflow", grouped(overflow)));
            }
            if let Some(growth) = growth {
                let (moved, from) = (grouped(growth.moved), grouped(growth.from));
                text.push_str(&format!(", growing: {moved} of {from} moved"));
            }
            text
        }
        Inside::Swiss { tables: 0, .. } => "one group".to_owned(),
        Inside::Swiss { tables, tombstones, full_tables, .. } => {
            let mut text = count(tables, "table", "tables");
            if full_tables > 0 {
                text.push_str(&format!(", {} full", grouped(full_tables)));
            }
            if tombstones > 0 {
                let marks = count(tombstones, "tombstone", "tombstones");
                text.push_str(&format!(", {marks}"));
            }
            text
        }
        Inside::Split { read, dirty, misses, .. } => {
            format!("read {}, dirty {}, misses {}", grouped(read), grouped(dirty), grouped(misses))
        }
        Inside::Trie { nodes } => count(nodes, "node", "nodes"),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_have_the_largest_unit_that_fits() {
        assert_eq!(size(0), "0 B");
        assert_eq!(size(1_023), "1023 B");
        assert_eq!(size(1_024), "1.0 KiB");
        assert_eq!(size(3_281_968), "3.1 MiB");
        assert_eq!(size(u64::MAX), "16777216.0 TiB");
    }
}
