//! Findings of a check: [`findings_full`] for a person, [`findings_concise`] for `grep` and editors, [`findings_json`],
//! [`findings_sarif`], [`findings_github`], [`findings_gitlab`], [`findings_junit`] and [`findings_checkstyle`] for
//! programs, [`findings_vet`] and [`findings_vet_json`] for the go command.

mod checkstyle;
mod concise;
mod full;
mod github;
mod gitlab;
mod json;
mod junit;
mod sarif;
mod vet;
mod xml;

pub use checkstyle::findings_checkstyle;
pub use concise::findings_concise;
pub use full::{finding_full, findings_full};
pub use github::findings_github;
pub use gitlab::findings_gitlab;
pub use json::findings_json;
pub use junit::findings_junit;
pub use sarif::{RuleInfo, Tool, findings_sarif};
pub use vet::{findings_vet, findings_vet_json};
