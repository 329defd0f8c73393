//! The maps in the memory of a program: all of them, for a person and for programs.

mod amounts;
mod map;
mod picture;
mod svg;

pub use map::inspected_map_full;
pub use svg::picture_svg;

use crate::json::SCHEMA_VERSION;
use crate::style::{Styles, paint};
use crate::table::{self, Cell};
use crate::text::{clean, count, grouped, hanging};
use amounts::{number, share, signed, size};
use anstyle::Style;
use finding::{Change, Exactness, InspectedMap, Inspection, MapState};
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

impl InspectionOptions {
    fn width(&self) -> usize {
        self.width.clamp(60, 200)
    }

    /// Columns of prose.
    fn prose(&self) -> usize {
        self.width().min(100)
    }
}

/// Renders an inspection: a line of sums, the maps that were being written when the process died, a table of maps by
/// bytes, and what was left out.
#[must_use]
pub fn inspection_full(inspection: &Inspection, options: &InspectionOptions) -> String {
    let mut out = String::new();
    hanging(&mut out, "", 0, &summary(inspection), options.prose());
    death(&mut out, inspection, options);
    let shown = options.limit.unwrap_or(usize::MAX).min(inspection.maps.len());
    if shown > 0 {
        out.push('\n');
        let rows = cells(inspection.maps.iter().take(shown), options.styles);
        out.push_str(&table::render(&rows, 0, options.width()));
    }
    let left = inspection.maps.get(shown..).unwrap_or_default();
    if !left.is_empty() {
        let bytes = left.iter().fold(0_u64, |sum, map| sum.saturating_add(map.bytes));
        let more = format!("… and {} more of {} together.", left.len(), size(bytes));
        out.push('\n');
        hanging(&mut out, "", 0, &more, options.prose());
        out.push_str(&format!("    {}\n", clean(&options.all)));
    }
    notes(&mut out, inspection, shown, options.prose());
    out
}

/// What is to be known beside the table: what its marks mean, and what was left out.
fn notes(out: &mut String, inspection: &Inspection, shown: usize, prose: usize) {
    let maps = inspection.maps.get(..shown).unwrap_or_default();
    let about = maps.iter().any(|map| map.exactness == Exactness::About);
    let meanings = MapState::ALL
        .into_iter()
        .filter(|state| state.is_unexpected() && maps.iter().any(|map| map.states.contains(state)));
    let mut lines: Vec<(String, String)> = meanings
        .map(|state| (format!("{}: ", state.words()), state.meaning().to_owned()))
        .collect();
    if about {
        lines.push(("≈ ".to_owned(), ABOUT.to_owned()));
    }
    lines.extend(inspection.gaps.iter().map(|gap| ("left out: ".to_owned(), clean(gap))));
    if !lines.is_empty() {
        out.push('\n');
    }
    for (first, text) in lines {
        hanging(out, &first, first.chars().count(), &text, prose);
    }
}

const ABOUT: &str = "the program was changing the map at each look, so that its numbers do not agree with each other.";

/// Of a process that died: the maps that were being written then, in full.
fn death(out: &mut String, inspection: &Inspection, options: &InspectionOptions) {
    let Some(signal) = inspection.signal else { return };
    let at_fault = inspection.maps.iter().filter(|map| map.is_being_written());
    let at_fault: Vec<&InspectedMap> = at_fault.collect();
    out.push('\n');
    let died = format!("It died of {}", signal_words(signal));
    let text = match at_fault.as_slice() {
        [] => format!(
            "{died}. No map that was found is marked as being written; the text of the crash may say which it was: \
             tophash explain."
        ),
        [one] => format!("{died} while {} was being written:", clean(&one.declared)),
        several => format!("{died} while {} maps were being written:", several.len()),
    };
    hanging(out, "", 0, &text, options.prose());
    for map in at_fault {
        out.push('\n');
        out.push_str(&map::written(map, options));
    }
}

/// The name that a person knows a signal by.
fn signal_words(signal: u32) -> String {
    let name = match signal {
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        _ => return format!("signal {signal}"),
    };
    name.to_owned()
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
    let head = ["bytes", "+ content", "entries", "growth", "full", "maps", "name", "type", "state"];
    let mut rows = vec![head.map(|title| Cell::styled(title, styles.dim)).into()];
    let mut compared = false;
    for map in maps {
        compared |= map.change.is_some();
        let states: Vec<_> = map.states.iter().map(|state| state.words()).collect();
        let pressing = map.states.first().is_some_and(|state| *state <= MapState::Leaking);
        let content =
            if map.retained > 0 { format!("≈{}", size(map.retained)) } else { String::new() };
        rows.push(vec![
            Cell::new(size(map.bytes)),
            Cell::new(content),
            Cell::new(number(map.entries, map.exactness)),
            Cell::new(map.change.as_ref().map(growth).unwrap_or_default()),
            Cell::new(share(map.entries, map.capacity)),
            Cell::new(grouped(as_u64(map.instances.len()))),
            Cell::styled(clean(&map.declared), styles.strong),
            Cell::new(clean(&map.map_type)),
            Cell::styled(states.join(", "), if pressing { styles.warning } else { Style::new() }),
        ]);
    }
    if !compared {
        // Without a second look there is no such column.
        rows.iter_mut().for_each(|row| drop(row.remove(3)));
    }
    rows
}

/// `+300/s`: how the entries changed between the looks.
fn growth(change: &Change) -> String {
    match change.grown() {
        0 => "0".to_owned(),
        grown => match change.grown_a_second() {
            0 => signed(grown),
            a_second => format!("{}/s", signed(a_second)),
        },
    }
}

/// A title that is set apart.
fn title(text: &str, styles: Styles) -> String {
    paint(styles.strong, clean(text))
}
