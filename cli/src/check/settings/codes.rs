//! Codes as users give them: those of rules in any case, whole or their beginnings, and those of merged tools.

use crate::error::{Error, Result};
use go_lint::{RULES, foreign_code};

/// How to learn which there are.
pub(super) const HINT: &str = "tophash rule lists them";

/// A rule's code in capitals, or that of another tool; `None` where no rule's code begins so, and no tool's is written so.
pub(super) fn code(given: &str) -> Option<String> {
    let code = given.trim().to_uppercase();
    let known = RULES.iter().any(|rule| rule.code.starts_with(code.as_str()));
    if known && !code.is_empty() { Some(code) } else { foreign_code(given) }
}

/// What is said of a code that no rule has.
pub(super) fn unknown(given: &str) -> String {
    format!("no rule's code begins with '{}'", given.trim().to_uppercase())
}

/// The codes of the command line.
pub(super) fn all(given: &[String]) -> Result<Vec<String>> {
    let code = |given: &String| code(given).ok_or_else(|| Error::new(unknown(given)).hint(HINT));
    given.iter().map(code).collect()
}
