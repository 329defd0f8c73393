//! Findings of a check: [`findings_full`] for a person, [`findings_concise`] for `grep` and editors, [`findings_json`],
//! [`findings_sarif`], [`findings_github`] and [`findings_gitlab`] for programs.

mod concise;
mod full;
mod github;
mod gitlab;
mod json;
mod sarif;

pub use concise::findings_concise;
pub use full::findings_full;
pub use github::findings_github;
pub use gitlab::findings_gitlab;
pub use json::findings_json;
pub use sarif::{RuleInfo, Tool, findings_sarif};
