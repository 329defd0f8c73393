//! Findings of a check: [`findings_full`] for a person, [`findings_concise`] for `grep` and editors, [`findings_json`] and
//! [`findings_sarif`] for programs.

mod concise;
mod full;
mod json;
mod sarif;

pub use concise::findings_concise;
pub use full::findings_full;
pub use json::findings_json;
pub use sarif::{RuleInfo, Tool, findings_sarif};
