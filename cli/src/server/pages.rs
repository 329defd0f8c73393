//! The pages of the rules as files, so that an editor can open them: it knows what is printed by `tophash rule` by a link.
//!
//! They lie in a folder beside the results of the cache, and are written when a rule is first met. Where that cannot be
//! done, diagnostics go without a link.

use super::uri;
use crate::cache::Cache;
use lsp_types::Uri;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

/// The pages that were met so far.
#[derive(Default)]
pub(super) struct Pages {
    known: BTreeMap<String, Option<Uri>>,
}

impl Pages {
    /// Where the page of a rule lies.
    pub(super) fn of(&mut self, code: &str) -> Option<Uri> {
        if let Some(known) = self.known.get(code) {
            return known.clone();
        }
        let page = written(code);
        self.known.insert(code.to_owned(), page.clone());
        page
    }
}

fn written(code: &str) -> Option<Uri> {
    let text = go_lint::page(code)?;
    let folder = Cache::of_user()?.folder().join("rules");
    let folder = std::path::absolute(folder).ok()?;
    let path = folder.join(format!("{code}.md"));
    if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
        write(&folder, &path, &text).ok()?;
    }
    uri::of_path(&path)
}

/// Writes a page beside its place, and renames it.
fn write(folder: &Path, path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut beside = tempfile::NamedTempFile::new_in(folder)?;
    beside.write_all(text.as_bytes())?;
    beside.persist(path).map_err(|error| error.error)?;
    Ok(())
}
