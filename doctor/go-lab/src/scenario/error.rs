//! Why a scenario was refused, and on which line.

use std::fmt;

/// A kind of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScenarioErrorKind {
    /// It is no TOML, or a key or value is not of the format.
    Format,
    /// An operation that the lab does not know.
    UnknownOperation,
    /// A key or mutex that is not declared.
    Undeclared,
    /// Mutexes are used in a way that contradicts itself, or waits for itself for ever.
    Locks,
    /// More than the lab takes.
    TooMuch,
}

/// Why a scenario was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    kind: ScenarioErrorKind,
    line: usize,
    what: String,
    hint: Option<String>,
}

impl ScenarioError {
    pub(super) fn new(kind: ScenarioErrorKind, line: usize, what: impl Into<String>) -> Self {
        Self { kind, line, what: what.into(), hint: None }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What kind of refusal it is.
    pub fn kind(&self) -> ScenarioErrorKind {
        self.kind
    }

    /// The line, counted from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// What can be done about it.
    pub fn way_out(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}

impl fmt::Display for ScenarioError {
    /// The message without the line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for ScenarioError {}
