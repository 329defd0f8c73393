//! `--escape`: the compiler's report of where values live.

use crate::cache::hash;
use crate::error::{Error, Result};
use go_lint::EscapeReport;
use std::path::Path;
use std::sync::Arc;

/// How the report is written.
const WRITTEN_BY: &str = "write it by: go build -gcflags=-m ./... 2> FILE";

/// A report that was read.
pub(crate) struct Escapes {
    /// What it says.
    pub(crate) report: Arc<EscapeReport>,
    /// The hash of its name and bytes, which decides findings.
    pub(crate) hash: String,
}

impl Escapes {
    /// Reads a report.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or says nothing of any value.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            Error::new(format!("cannot read the compiler's report {name}"))
                .because(&error)
                .hint(WRITTEN_BY)
        })?;
        let report = Arc::new(EscapeReport::read(&name, &bytes));
        if report.is_empty() {
            let error = Error::new(format!("{name} does not say where any value lives"));
            return Err(error.hint(WRITTEN_BY));
        }
        Ok(Self { report, hash: hash(&[name.as_bytes(), &bytes].concat()) })
    }
}
