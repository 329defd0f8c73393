//! `cargo xtask dashboard`: writes Grafana's dashboard of maps from its table in `monitoring/src/table`.

use anyhow::{Context, Result};
use std::fs;
use std::path::Path;
use tophash_monitoring::{FILE, dashboard};

/// Writes it beside its place and renames it.
pub(crate) fn run() -> Result<()> {
    let file = Path::new(FILE);
    let beside = file.with_extension("new");
    fs::write(&beside, dashboard())
        .with_context(|| format!("cannot write {}", beside.display()))?;
    fs::rename(&beside, file)?;
    eprintln!("wrote {FILE}");
    Ok(())
}
