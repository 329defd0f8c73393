//! Pictures of a run: times of reads and mixed work, percentiles of single calls, bytes an entry.

mod bars;
mod family;
mod latency;
mod lines;
mod memory;
mod scale;
mod svg;

use crate::ground::{Ground, Group};
use crate::report::Report;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};

/// Draws the figures of a table: the name of the file, and what is in it.
type Plot = fn(&Report, Ground) -> Option<(String, String)>;

/// Draws what the report has figures for and says which files that were.
pub(crate) fn draw(report: &Report, folder: &Path) -> Result<Vec<PathBuf>> {
    let mut grounds = Vec::new();
    for series in report.series() {
        let plot: Plot = match series.group {
            Group::Read | Group::Mixed => bars::draw,
            Group::Latency => latency::draw,
            Group::Memory => memory::draw,
            _ => continue,
        };
        let group = if series.group == Group::Mixed { Group::Read } else { series.group };
        if !grounds.iter().any(|(ground, other, _)| (*ground, *other) == (series.ground, group)) {
            grounds.push((series.ground, group, plot));
        }
    }
    let mut paths = Vec::new();
    for (ground, _, plot) in grounds {
        let Some((name, svg)) = plot(report, ground) else { continue };
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let path = folder.join(name).with_extension("svg");
        fs::write(&path, svg).with_context(|| format!("cannot write {}", path.display()))?;
        paths.push(path);
    }
    if paths.is_empty() {
        bail!("these runs hold nothing to draw: reads, mixed work, latency or memory");
    }
    Ok(paths)
}
