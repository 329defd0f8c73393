//! Prints a diagnosis in the format that was asked for.

use crate::args::Format;
use crate::error::{Error, Result};
use crate::tree::Tree;
use crate::{exit, output};
use finding::Diagnosis;
use go_source::SourceTree as _;
use report::{FullOptions, NoSource, SourceText, Styles};

/// Renders to standard output and returns the exit code; snippets come from the tree that was read.
///
/// Styles are always written: the output stream takes them out where they are not wanted.
pub(crate) fn print(diagnosis: &Diagnosis, tree: Option<&Tree>, format: Format) -> Result<u8> {
    let from_tree = |file: &str| tree.and_then(|tree| tree.files.read(file).ok());
    let source: &dyn SourceText = if tree.is_some() { &from_tree } else { &NoSource };
    let text = match format {
        Format::Full => {
            let options = FullOptions { styles: Styles::colored(), width: output::width() };
            report::full(diagnosis, source, &options)
        }
        Format::Concise => report::concise(diagnosis),
        Format::Json => report::json(diagnosis)
            .map_err(|error| Error::new("cannot write the report as JSON").because(&error))?,
        Format::Markdown => report::markdown(diagnosis, source),
        Format::Patch => {
            let Some(patch) = report::patch(diagnosis) else {
                output::say(
                    "nothing found: no patch could be written safely\n  hint: --format full says what to do by hand, and what is missing",
                );
                return Ok(exit::NOTHING_FOUND);
            };
            // A patch is data: not even colour may be taken out of it.
            output::bytes(patch.as_bytes())?;
            return Ok(exit::EXPLAINED);
        }
    };
    output::data(&text)?;
    Ok(exit::EXPLAINED)
}
