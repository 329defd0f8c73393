//! Which rules run, and which grades are told.

use crate::{EscapeReport, rule};
use finding::Grade;
use std::sync::Arc;

/// What a check looks for.
#[derive(Clone, Debug)]
pub struct Options {
    /// Codes or their beginnings (`TH1`); where it is empty, all rules but those of memory and speed.
    pub select: Vec<String>,
    /// Codes or their beginnings that are left out.
    pub ignore: Vec<String>,
    /// The least grade that is told.
    pub least: Grade,
    /// What the compiler says of where values live, for the rules of memory.
    pub escapes: Option<Arc<EscapeReport>>,
}

/// Names of tools that stand for all that they report.
const TOOLS: [&str; 4] = ["golangci", "race", "staticcheck", "vet"];

/// The code of what another tool reports, as findings have it: `race`, `vet:copylocks`, `staticcheck:SA5000`; also a tool's
/// name alone, which stands for all its codes. `None` for what is no such code.
pub fn foreign_code(given: &str) -> Option<String> {
    let given = given.trim();
    let (tool, check) = given.split_once(':').unwrap_or((given, ""));
    let tool = tool.to_lowercase();
    if given.contains(':') {
        (!tool.is_empty() && !check.is_empty()).then(|| format!("{tool}:{check}"))
    } else {
        TOOLS.contains(&tool.as_str()).then_some(tool)
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { select: Vec::new(), ignore: Vec::new(), least: Grade::Medium, escapes: None }
    }
}

impl Options {
    /// Whether a rule runs.
    pub fn selects(&self, code: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|prefix| code.starts_with(prefix.as_str()));
        let selected = match self.select.is_empty() {
            true => !rule::is_advice(code),
            false => named(&self.select),
        };
        selected && !named(&self.ignore)
    }
}
