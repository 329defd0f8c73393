//! Renders a diagnosis, one file a format.
//!
//! - [`full()`]: for a person at a terminal, source snippets included;
//! - [`concise()`]: one line a place, `file:line:column: role: text`, for `grep` and editors;
//! - [`json()`]: for programs, with a schema version;
//! - [`markdown()`]: for the ticket of an incident;
//! - [`patch()`]: the emergency measure alone, for `git apply`.
//!
//! The maps of a program without a crash have the first four too: [`overview_full`], [`overview_concise`],
//! [`overview_json`], [`overview_markdown`].
//!
//! The maps in the memory of a program have [`inspection_full`], [`inspected_map_full`], [`inspection_json`] and [`picture_svg`].
//!
//! What a check found has ten: [`findings_full`], [`findings_concise`], [`findings_json`], [`findings_sarif`],
//! [`findings_github`], [`findings_gitlab`], [`findings_junit`], [`findings_checkstyle`], [`findings_vet`],
//! [`findings_vet_json`]; [`finding_full`] renders one.
//!
//! *Design constraints.* Findings and cases in, text out: no reader is known here, and nothing is
//! read. Source text for snippets comes through [`SourceText`]. Text that came from outside is
//! stripped of control characters before it reaches a terminal, and nothing in it can make a
//! renderer panic.

mod concise;
mod findings;
mod full;
mod goroutines;
mod inspection;
mod json;
mod markdown;
mod overview;
mod patch;
mod snippet;
mod source;
mod style;
mod table;
mod text;
mod words;

pub use concise::concise;
pub use findings::{
    RuleInfo, Tool, finding_full, findings_checkstyle, findings_concise, findings_full,
    findings_github, findings_gitlab, findings_json, findings_junit, findings_sarif, findings_vet,
    findings_vet_json,
};
pub use full::{FullOptions, full};
pub use goroutines::{goroutine_full, goroutine_json, goroutines_full, goroutines_json};
pub use inspection::{
    InspectionOptions, inspected_map_full, inspection_full, inspection_json, picture_svg,
};
pub use json::{SCHEMA_VERSION, json};
pub use markdown::markdown;
pub use overview::{
    OverviewOptions, overview_concise, overview_full, overview_json, overview_markdown,
};
pub use patch::patch;
pub use source::{NoSource, SourceText};
pub use style::Styles;
