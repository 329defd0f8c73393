//! Codes of rules as users give them: in any case, whole or their beginnings.

use crate::error::{Error, Result};
use go_lint::RULES;

/// How to learn which there are.
pub(super) const HINT: &str = "tophash rule lists them";

/// A code in capitals; `None` where no rule's code begins so.
pub(super) fn code(given: &str) -> Option<String> {
    let code = given.trim().to_uppercase();
    let known = RULES.iter().any(|rule| rule.code.starts_with(code.as_str()));
    (known && !code.is_empty()).then_some(code)
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
