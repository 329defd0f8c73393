//! Metrics as Prometheus reads them: the text format 0.0.4, and OpenMetrics 1.0.0.
//!
//! ```
//! use std::sync::Arc;
//! use tophash::observe::{Observed, Registry, prometheus};
//!
//! let sessions = Arc::new(Observed::new("sessions", tophash::HashMap::<u64, String>::new()));
//! let registry = Registry::new();
//! registry.add(&sessions);
//! sessions.insert(7, "seven".into())?;
//!
//! // For the request: what its header `Accept` says.
//! let format = prometheus::accept("application/openmetrics-text;version=1.0.0,text/plain;q=0.5");
//! let body = prometheus::encode(&registry, format);
//! assert_eq!(format.content_type(), "application/openmetrics-text; version=1.0.0; charset=utf-8");
//! assert!(body.contains("tophash_map_entries{map=\"sessions\"} 1\n"));
//! # Ok::<(), tophash::Full>(())
//! ```

use super::metrics::{Family, Kind, Metric, Sample, Value};
use super::registry::Registry;
use alloc::string::String;
use core::fmt::{self, Write};

/// In which form metrics are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub enum Format {
    /// Prometheus' own text format, version 0.0.4, which everything reads.
    #[default]
    Text,
    /// OpenMetrics 1.0.0, which also says units.
    OpenMetrics,
}

impl Format {
    /// The value of the header `Content-Type`.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Text => "text/plain; version=0.0.4; charset=utf-8",
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
        }
    }
}

/// The form that a scraper likes best, by its header `Accept`; the text format for one that names neither.
#[must_use]
pub fn accept(header: &str) -> Format {
    let mut best = (Format::Text, 0.0);
    for range in header.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let format = match parts.next().unwrap_or("") {
            name if name.eq_ignore_ascii_case("application/openmetrics-text") => {
                Format::OpenMetrics
            }
            name if name.eq_ignore_ascii_case("text/plain") => Format::Text,
            _ => continue,
        };
        let (mut quality, mut understood) = (1.0, true);
        for (name, value) in parts.filter_map(|part| part.split_once('=')) {
            let value = value.trim().trim_matches('"');
            match name.trim() {
                "q" => quality = value.parse().unwrap_or(0.0),
                "version" => {
                    understood = match format {
                        Format::Text => value == "0.0.4",
                        Format::OpenMetrics => matches!(value, "1.0.0" | "0.0.1"),
                    }
                }
                _ => {}
            }
        }
        if understood && quality > best.1 {
            best = (format, quality);
        }
    }
    best.0
}

/// Everything that the maps of a registry tell, as text.
///
/// Linear in the maps. Locks of maps are not waited for.
#[must_use]
pub fn encode(registry: &Registry, format: Format) -> String {
    let mut text = String::new();
    encode_into(registry, format, &mut text);
    text
}

/// The same, behind what is in `text`.
pub fn encode_into(registry: &Registry, format: Format, text: &mut String) {
    let result = write_all(&registry.families(), format, text);
    debug_assert!(result.is_ok(), "a string takes whatever is written");
}

fn write_all(families: &[Family], format: Format, text: &mut String) -> fmt::Result {
    for family in families {
        write_family(family, format, text)?;
    }
    if format == Format::OpenMetrics {
        text.write_str("# EOF\n")?;
    }
    Ok(())
}

fn write_family(
    Family { metric, samples }: &Family,
    format: Format,
    text: &mut String,
) -> fmt::Result {
    let open = format == Format::OpenMetrics;
    // OpenMetrics names a family without the suffix of its samples.
    let family = match metric.kind {
        Kind::Counter if open => metric.name.strip_suffix("_total").unwrap_or(metric.name),
        Kind::Info if open => metric.name.strip_suffix("_info").unwrap_or(metric.name),
        _ => metric.name,
    };
    let kind = match metric.kind {
        Kind::Counter => "counter",
        Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
        Kind::Info if open => "info",
        Kind::Info => "gauge",
    };
    writeln!(text, "# HELP {family} {}", metric.help)?;
    writeln!(text, "# TYPE {family} {kind}")?;
    if open && !metric.unit.is_empty() {
        writeln!(text, "# UNIT {family} {}", metric.unit)?;
    }
    for sample in samples {
        write_sample(metric, sample, text)?;
    }
    Ok(())
}

fn write_sample(metric: &Metric, sample: &Sample, text: &mut String) -> fmt::Result {
    let Metric { name, labels, .. } = metric;
    let mut pairs = String::new();
    for (label, value) in labels.iter().zip(&sample.labels) {
        if !pairs.is_empty() {
            pairs.write_char(',')?;
        }
        write!(pairs, "{label}=\"{}\"", Escaped(value))?;
    }
    let braced = |text: &mut String| match pairs.as_str() {
        "" => Ok(()),
        pairs => write!(text, "{{{pairs}}}"),
    };
    match &sample.value {
        Value::Durations(durations) => {
            let comma = if pairs.is_empty() { "" } else { "," };
            let mut all = 0;
            for (bound, count) in durations.cumulative() {
                writeln!(text, "{name}_bucket{{{pairs}{comma}le=\"{bound}\"}} {count}")?;
                all = count;
            }
            write!(text, "{name}_sum")?;
            braced(text)?;
            writeln!(text, " {}", durations.total().as_secs_f64())?;
            write!(text, "{name}_count")?;
            braced(text)?;
            writeln!(text, " {all}")
        }
        Value::Count(count) => {
            text.write_str(name)?;
            braced(text)?;
            writeln!(text, " {count}")
        }
        Value::Number(number) => {
            text.write_str(name)?;
            braced(text)?;
            writeln!(text, " {number}")
        }
    }
}

/// A label's value as both formats quote it. Other control characters are left as they are: the formats allow them.
struct Escaped<'v>(&'v str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '\\' => f.write_str("\\\\")?,
                '"' => f.write_str("\\\"")?,
                '\n' => f.write_str("\\n")?,
                char => f.write_char(char)?,
            }
        }
        Ok(())
    }
}
