//! Names, units and attributes by the conventions of OpenTelemetry, worked out from those of the table of metrics.

use std::borrow::Cow;
use tophash::observe::{Kind, Metric};

/// The name of a metric's instrument: `tophash.map.entries` for `tophash_map_entries`. Without the unit, and without `_total`. Names
/// that Go teams use are left as they are.
#[must_use]
pub fn name(metric: &Metric) -> String {
    let name = metric.name;
    let bare = name.strip_suffix("_total").unwrap_or(name);
    let (space, bare) = if let Some(bare) = bare.strip_prefix("tophash_map_") {
        ("tophash.map.", bare)
    } else if let Some(bare) = bare.strip_prefix("tophash_") {
        ("tophash.", bare)
    } else {
        return name.to_owned();
    };
    let without = bare.strip_suffix(metric.unit).and_then(|bare| bare.strip_suffix('_'));
    let bare = without.filter(|_| !metric.unit.is_empty()).unwrap_or(bare);
    let is_duration = metric.unit == "seconds" && !bare.ends_with("timestamp");
    format!("{space}{bare}{}", if is_duration { ".duration" } else { "" })
}

/// The unit of a metric's instrument, by the Unified Code for Units of Measure: `s`, `By`, `1` for shares, and `{entry}` for a
/// number of entries.
#[must_use]
pub fn unit(metric: &Metric) -> Cow<'static, str> {
    match metric.unit {
        "seconds" => "s".into(),
        "bytes" => "By".into(),
        "ratio" => "1".into(),
        _ if metric.kind == Kind::Info => "".into(),
        _ => {
            let name = metric.name.strip_suffix("_total").unwrap_or(metric.name);
            let many = name.rsplit('_').next().unwrap_or(name);
            match many.strip_suffix("ies") {
                Some(stem) => format!("{{{stem}y}}").into(),
                None => format!("{{{}}}", many.strip_suffix('s').unwrap_or(many)).into(),
            }
        }
    }
}

/// The attribute that a label is told as: `map.name` for `map`.
#[must_use]
pub fn attribute(label: &'static str) -> &'static str {
    match label {
        "map" => "map.name",
        "op" => "map.operation",
        "result" => "map.result",
        "mode" => "map.lock.mode",
        "rank" => "map.key.rank",
        "component" => "tophash.component",
        "version" => "tophash.version",
        label => label,
    }
}
