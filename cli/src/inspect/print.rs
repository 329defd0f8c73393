//! What was found, for a person or a program, on standard output.

use super::{Inspect, ends_in};
use crate::error::{Error, Result};
use crate::{exit, output};
use finding::{InspectedMap, Inspection};
use report::{InspectionOptions, Styles};
use std::io::Write;
use std::path::Path;

/// Rows on the first screen.
const FIRST_SCREEN: usize = 25;

/// Prints what was found; the exit code.
pub(super) fn print(inspection: &Inspection, arguments: &Inspect, target: &str) -> Result<u8> {
    let code = if inspection.maps.is_empty() { exit::NOTHING_FOUND } else { exit::EXPLAINED };
    let mut options = InspectionOptions {
        styles: Styles::colored(),
        width: output::terminal_width().unwrap_or(usize::MAX),
        limit: (!arguments.all).then_some(FIRST_SCREEN),
        all: format!("tophash inspect {target} --all"),
    };
    let Some(name) = &arguments.map else {
        if arguments.json {
            return json(inspection, code);
        }
        output::data(&report::inspection_full(inspection, &options))?;
        if let Some(next) = inspection.maps.first() {
            output::say(format_args!(
                "next: tophash inspect {target} --map {} shows one map in full",
                next.declared
            ));
        }
        return Ok(code);
    };
    let maps: Vec<_> =
        inspection.maps.iter().filter(|map| ends_in(&map.declared, name)).cloned().collect();
    if maps.is_empty() {
        return Err(Error::new(format!("no map that was found is called {name}"))
            .hint(format!("tophash inspect {target} --all lists them")));
    }
    if let Some(file) = &arguments.svg {
        svg(&maps, file)?;
    }
    if arguments.json {
        return json(&Inspection { maps, ..inspection.clone() }, code);
    }
    options.all = format!("tophash inspect {target} --map {name} --all");
    let texts: Vec<_> = maps.iter().map(|map| report::inspected_map_full(map, &options)).collect();
    output::data(&texts.join("\n"))?;
    Ok(code)
}

fn json(inspection: &Inspection, code: u8) -> Result<u8> {
    let text = report::inspection_json(inspection)
        .map_err(|error| Error::new("cannot write JSON").because(&error))?;
    output::data(&text)?;
    Ok(code)
}

/// Draws the largest instance of the first of these maps that has a picture.
fn svg(maps: &[InspectedMap], file: &Path) -> Result<()> {
    let drawn = maps.iter().find_map(|map| {
        map.instances.iter().find_map(|instance| report::picture_svg(map, instance))
    });
    let Some(drawn) = drawn else {
        return Err(Error::new("there is nothing to draw: a sync.Map has no buckets or tables")
            .hint("leave --svg out"));
    };
    let failed = |error: &std::io::Error| {
        Error::new(format!("cannot write {}", file.display())).because(error)
    };
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut beside = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .map_err(|error| failed(&error))?;
    beside.write_all(drawn.as_bytes()).map_err(|error| failed(&error))?;
    beside.persist(file).map_err(|error| failed(&error.error))?;
    output::say(format_args!("drew {}", file.display()));
    Ok(())
}
