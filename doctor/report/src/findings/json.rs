//! The findings as they are, under a schema version.

use finding::Findings;
use serde::Serialize;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    #[serde(flatten)]
    findings: &'a Findings,
}

/// Renders findings as one JSON object, indented, with a line break at its end. The fields are in `docs/json.md`.
///
/// # Errors
/// Serialisation of these types cannot fail in itself; whatever `serde_json` reports is returned.
pub fn findings_json(findings: &Findings) -> Result<String, serde_json::Error> {
    let document = Document { schema_version: crate::SCHEMA_VERSION, findings };
    let mut out = serde_json::to_string_pretty(&document)?;
    out.push('\n');
    Ok(out)
}
