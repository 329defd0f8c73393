//! The JSON format: the diagnosis as it is, under a schema version.
//!
//! ```json
//! {
//!   "schema_version": 1,
//!   "cases": [ { "subject": …, "verdict": …, "fault": …, "other_sides": …, "steps": … } ],
//!   "notes": [ { "kind": "single_goroutine", "text": …, "how": … } ],
//!   "statistics": { "goroutines": 1204, "lock_waits": … }
//! }
//! ```
//!
//! Names are those of the fields in the `finding` crate, enumerations are in `snake_case`. A field
//! that is absent was not known. Adding fields does not change the version; removing or changing
//! the meaning of one does. Programs must ignore fields they do not know.

use finding::Diagnosis;
use serde::Serialize;

/// Version of the schema that [`json`] writes.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    #[serde(flatten)]
    diagnosis: &'a Diagnosis,
}

/// Renders a diagnosis as one JSON object, indented, with a line break at its end.
///
/// # Errors
/// Serialisation of these types cannot fail in itself; whatever `serde_json` reports is returned.
pub fn json(diagnosis: &Diagnosis) -> Result<String, serde_json::Error> {
    let mut out =
        serde_json::to_string_pretty(&Document { schema_version: SCHEMA_VERSION, diagnosis })?;
    out.push('\n');
    Ok(out)
}
