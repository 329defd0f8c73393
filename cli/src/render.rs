//! Turns a diagnosis into the format that was asked for.

use crate::args::Format;
use crate::error::{Error, Result};
use crate::output;
use crate::tree::Tree;
use finding::Diagnosis;
use report::{FullOptions, NoSource, SourceText, Styles};

/// Renders; snippets come from the tree that was read.
///
/// Styles are always written: the output stream takes them out where they are not wanted.
pub(crate) fn render(diagnosis: &Diagnosis, tree: Option<&Tree>, format: Format) -> Result<String> {
    let from_tree = |file: &str| tree.and_then(|tree| tree.files.read(file).ok());
    let source: &dyn SourceText = if tree.is_some() { &from_tree } else { &NoSource };
    match format {
        Format::Full => {
            let options = FullOptions { styles: Styles::colored(), width: output::width() };
            Ok(report::full(diagnosis, source, &options))
        }
        Format::Concise => Ok(report::concise(diagnosis)),
        Format::Json => report::json(diagnosis)
            .map_err(|error| Error::new("cannot write the report as JSON").because(&error)),
        Format::Markdown => Ok(report::markdown(diagnosis, source)),
    }
}
