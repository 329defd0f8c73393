//! Where something is: a place in source text, and in a binary also the program counter.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

/// A place in a program.
///
/// `line` and `column` count from 1; 0 means that the reader does not know. Columns count bytes,
/// as Go's own tools do.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site {
    /// Path as the reader saw it: relative to the module for source, as printed for crash text.
    pub file: Arc<str>,
    /// Line, from 1; 0 when unknown.
    pub line: u32,
    /// Byte column, from 1; 0 when unknown.
    pub column: u32,
    /// The enclosing function by its runtime symbol, such as `orders/status.(*Cache).Put.func1`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub function: Option<Arc<str>>,
    /// Program counter, where the reader read a binary or a dump that prints it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pc: Option<u64>,
}

impl Site {
    /// A site known by file and line alone.
    pub fn line(file: impl Into<Arc<str>>, line: u32) -> Self {
        Self { file: file.into(), line, column: 0, function: None, pc: None }
    }
}

/// Prints `file:line:column`, leaving out what is unknown.
impl fmt::Display for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        Ok(())
    }
}
