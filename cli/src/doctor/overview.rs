//! A source tree without a crash text: its maps, those that are locked unevenly first.

use crate::args::{Build, Doctor, Format};
use crate::error::{Error, Result};
use crate::tree::{self, Tree};
use crate::{exit, explain, output};
use report::{OverviewOptions, Styles};
use std::path::Path;

/// Rows on the first screen; with what stands around them they fit a terminal of 40 lines.
const FIRST_SCREEN: usize = 25;

/// Prints the maps that are changed after they are shared, the riskiest first.
pub(crate) fn run(root: &Path, tree: &Tree, arguments: &Doctor) -> Result<u8> {
    let program = tree::load(tree, &Build::default(), false, Vec::new());
    for note in &tree.notes {
        output::say(format_args!("note: {note}"));
    }
    for note in program.notes() {
        output::say(format_args!("note: {note}"));
    }
    let overview = diagnosis::overview(&program);
    let options = OverviewOptions {
        styles: Styles::colored(),
        // A file or a pipe has room for whole paths.
        width: output::terminal_width().unwrap_or(usize::MAX),
        limit: (!arguments.all).then_some(FIRST_SCREEN),
        all: format!("tophash doctor {} --all", explain::name_of(root)),
    };
    let text = match arguments.format {
        Format::Full => report::overview_full(&overview, &options),
        Format::Concise => report::overview_concise(&overview),
        Format::Markdown => report::overview_markdown(&overview, &options),
        Format::Json => report::overview_json(&overview)
            .map_err(|error| Error::new("cannot write JSON").because(&error))?,
        Format::Patch => {
            return Err(Error::new("a patch is written for a crash, and no crash text was given")
                .hint("tophash doctor CRASH SOURCE --format patch"));
        }
    };
    output::data(&text)?;
    output::say(format_args!(
        "next: tophash doctor CRASH {} joins a crash text or a goroutine dump with this source",
        explain::name_of(root)
    ));
    Ok(if overview.maps.is_empty() { exit::NOTHING_FOUND } else { exit::EXPLAINED })
}
