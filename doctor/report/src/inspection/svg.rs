//! The parts of a map, drawn as SVG: a square each, the fuller the darker.

use super::amounts::{number, size};
use crate::text::{clean, count, grouped};
use finding::{InspectedMap, MapInstance, Picture, PictureCell, PictureUnit};
use std::fmt::Write as _;

/// Squares in a row.
const COLUMNS: usize = 32;
/// A square with the gap after it.
const STEP: usize = 16;
const SIDE: usize = 14;
const MARGIN: usize = 16;
/// The text above the squares, and the line of colours below them.
const HEAD: usize = 56;
const FOOT: usize = 40;

/// Draws the picture of an instance as one SVG file that needs nothing else; none if it was not read for that.
#[must_use]
pub fn picture_svg(map: &InspectedMap, instance: &MapInstance) -> Option<String> {
    let picture = instance.detail.as_ref()?.picture.as_ref()?;
    let rows = picture.cells.len().div_ceil(COLUMNS).max(1);
    let width = COLUMNS.saturating_mul(STEP).saturating_add(2 * MARGIN);
    let squares = rows.saturating_mul(STEP);
    let height = squares.saturating_add(HEAD + FOOT);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"ui-sans-serif, system-ui, sans-serif\" font-size=\"12\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let title = format!("{}  {}", map.declared, map.map_type);
    let facts = format!(
        "{}: {} entries in {}, {}",
        instance.path,
        number(instance.entries, instance.exactness),
        count(instance.capacity, "place", "places"),
        size(instance.bytes.saturating_add(instance.indirect))
    );
    text(&mut out, MARGIN, 24, "font-weight=\"bold\" fill=\"#1f2328\"", &title);
    text(&mut out, MARGIN, 42, "fill=\"#59636e\"", &facts);
    for (place, cell) in picture.cells.iter().enumerate() {
        let column = place.checked_rem(COLUMNS).unwrap_or_default();
        let row = place.checked_div(COLUMNS).unwrap_or_default();
        let x = column.saturating_mul(STEP).saturating_add(MARGIN);
        let y = row.saturating_mul(STEP).saturating_add(HEAD);
        square(&mut out, x, y, *cell, &words(picture, place, *cell));
    }
    legend(&mut out, squares.saturating_add(HEAD + 20));
    out.push_str("</svg>\n");
    Some(out)
}

fn square(out: &mut String, x: usize, y: usize, cell: PictureCell, words: &str) {
    let stroke = if cell.overflow > cell.parts || is_share(cell.tombstones, 4, cell.places) {
        " stroke=\"#cf222e\" stroke-width=\"2\""
    } else if cell.overflow > 0 || cell.tombstones > 0 {
        " stroke=\"#bf8700\" stroke-width=\"2\""
    } else {
        ""
    };
    let fill = if cell.unmoved.saturating_mul(2) > cell.parts { "#d8b9ff" } else { shade(cell) };
    // Writing to a text cannot fail.
    let _ = writeln!(
        out,
        "<rect x=\"{x}\" y=\"{y}\" width=\"{SIDE}\" height=\"{SIDE}\" rx=\"2\" fill=\"{fill}\"{stroke}><title>{}</title></rect>",
        escape(words)
    );
}

fn is_share(part: u64, share: u64, whole: u64) -> bool {
    part.saturating_mul(share) >= whole.max(1)
}

/// From light to dark.
const SHADES: [&str; 5] = ["#eaeef2", "#b6e3ff", "#54aeff", "#0969da", "#0a3069"];

fn shade(cell: PictureCell) -> &'static str {
    let quarters = cell.entries.min(cell.places).saturating_mul(4).div_ceil(cell.places.max(1));
    let level = usize::try_from(quarters).unwrap_or_default();
    SHADES.get(level).copied().unwrap_or("#0a3069")
}

fn legend(out: &mut String, y: usize) {
    let words = ["empty", "to a quarter", "to a half", "to three quarters", "full"];
    let mut x = MARGIN;
    for (shade, word) in SHADES.iter().zip(words) {
        let top = y.saturating_sub(11);
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{top}\" width=\"{SIDE}\" height=\"{SIDE}\" rx=\"2\" fill=\"{shade}\"/>"
        );
        text(out, x.saturating_add(STEP + 2), y, "fill=\"#59636e\" font-size=\"11\"", word);
        x = x.saturating_add(word.len().saturating_mul(6)).saturating_add(STEP + 14);
    }
}

fn words(picture: &Picture, place: usize, cell: PictureCell) -> String {
    let (one, many) = match picture.unit {
        PictureUnit::Bucket => ("bucket", "buckets"),
        PictureUnit::Group => ("group", "groups"),
        PictureUnit::Table => ("table", "tables"),
    };
    let each = picture.parts.div_ceil((picture.cells.len() as u64).max(1));
    let first = (place as u64).saturating_mul(each);
    let mut text = if each > 1 {
        let last = first.saturating_add(each).saturating_sub(1);
        format!("{many} {} to {}", grouped(first), grouped(last))
    } else {
        format!("{one} {}", grouped(first))
    };
    let _ = write!(
        text,
        ": {} entries in {}",
        grouped(cell.entries),
        count(cell.places, "place", "places")
    );
    if cell.tombstones > 0 {
        let _ = write!(text, ", {}", count(cell.tombstones, "tombstone", "tombstones"));
    }
    if cell.overflow > 0 {
        let _ = write!(text, ", {} overflow", grouped(cell.overflow));
    }
    if cell.unmoved > 0 {
        let _ = write!(text, ", {} not moved yet", grouped(cell.unmoved));
    }
    text
}

fn text(out: &mut String, x: usize, y: usize, attributes: &str, words: &str) {
    let _ = writeln!(out, "<text x=\"{x}\" y=\"{y}\" {attributes}>{}</text>", escape(words));
}

/// Text that came from outside, as XML takes it.
fn escape(words: &str) -> String {
    clean(words).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
