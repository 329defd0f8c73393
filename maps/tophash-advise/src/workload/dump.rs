//! Stats dumps: the JSON that `Registry::dump` and `Report::to_json` of `tophash::observe` write.

use super::Workload;
use super::told::Told;
use serde::Deserialize;
use std::fmt;

/// A file that is no stats dump.
#[derive(Debug)]
pub struct DumpError {
    kind: DumpErrorKind,
    source: Option<serde_json::Error>,
}

/// What is wrong with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum DumpErrorKind {
    /// It is no JSON.
    Syntax,
    /// It is JSON, but not what a dump is.
    Shape,
    /// It is text, but not what a report prints.
    Text,
}

impl DumpError {
    /// What is wrong with it.
    #[must_use]
    pub fn kind(&self) -> DumpErrorKind {
        self.kind
    }

    pub(super) fn text() -> Self {
        Self { kind: DumpErrorKind::Text, source: None }
    }
}

impl fmt::Display for DumpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            DumpErrorKind::Syntax => "it begins like JSON and is none",
            DumpErrorKind::Shape => "it is JSON, and neither a dump nor a report",
            DumpErrorKind::Text => "it is neither a trace nor what an observed map tells",
        })
    }
}

impl std::error::Error for DumpError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|source| source as _)
    }
}

/// A dump, with the fields that are read of it.
#[derive(Deserialize)]
struct Dump {
    maps: Vec<Report>,
}

#[derive(Deserialize)]
struct Report {
    map: String,
    summary: Option<Summary>,
    operations: Vec<Operation>,
    locks: Option<Locks>,
    #[serde(default)]
    samples: u64,
    #[serde(default)]
    hot_keys: Vec<HotKey>,
    most_entries: Option<u64>,
    capacity_hint: Option<u64>,
}

#[derive(Deserialize)]
struct Summary {
    kind: String,
    entries: u64,
    bytes: Option<u64>,
    growths: Option<u64>,
}

#[derive(Deserialize)]
struct Operation {
    op: String,
    result: String,
    count: u64,
}

#[derive(Deserialize)]
struct Locks {
    waits: Vec<Waits>,
}

#[derive(Deserialize)]
struct Waits {
    count: u64,
}

#[derive(Deserialize)]
struct HotKey {
    share: f64,
}

/// What the maps of a dump, or the map of a report, say of their use.
///
/// # Errors
/// If it is neither.
pub fn from_dump(text: &str) -> Result<Vec<Workload>, DumpError> {
    let fail = |kind| move |source| DumpError { kind, source: Some(source) };
    let json: serde_json::Value =
        serde_json::from_str(text).map_err(fail(DumpErrorKind::Syntax))?;
    let reports = if json.get("maps").is_some() {
        serde_json::from_value::<Dump>(json).map(|dump| dump.maps)
    } else {
        serde_json::from_value(json).map(|report| vec![report])
    };
    let reports = reports.map_err(fail(DumpErrorKind::Shape))?;
    Ok(reports.into_iter().map(|report| Told::from(report).workload()).collect())
}

impl From<Report> for Told {
    fn from(report: Report) -> Self {
        let waits = report.locks.map(|locks| {
            locks.waits.iter().fold(0, |sum: u64, waits| sum.saturating_add(waits.count))
        });
        let operations = report.operations.into_iter();
        let summary = report.summary;
        let of = |field: fn(&Summary) -> Option<u64>| summary.as_ref().and_then(field);
        Self {
            map: report.map,
            entries: of(|summary| Some(summary.entries)),
            bytes: of(|summary| summary.bytes),
            growths: of(|summary| summary.growths),
            most_entries: report.most_entries,
            capacity_hint: report.capacity_hint,
            operations: operations.map(|each| (each.op, each.result, each.count)).collect(),
            samples: report.samples,
            hot: report.hot_keys.iter().map(|hot| hot.share).collect(),
            waits,
            kind: summary.map_or_else(String::new, |summary| summary.kind),
        }
    }
}
