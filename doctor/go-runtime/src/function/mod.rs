//! The functions of Go's runtime and library that work on a map, and what each name tells.

mod parameter;
mod table;

pub use parameter::map_argument;

use finding::{KeyHint, Operation};
use table::TABLE;

/// Which Go 1.x releases hold an entry, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Versions {
    /// First minor release: 24 for Go 1.24.
    pub first: u8,
    /// Last minor release; `None` when the newest known release still holds it.
    pub last: Option<u8>,
}

impl Versions {
    /// True when Go 1.`minor` holds the entry.
    pub fn contains(self, minor: u8) -> bool {
        self.first <= minor && self.last.is_none_or(|last| minor <= last)
    }
}

/// What a function does for a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It performs this operation for its caller.
    Operation(Operation),
    /// It moves entries while the map grows or shrinks; the operation is its caller's.
    Growth,
    /// It works inside an operation that its caller names.
    Helper,
}

/// A function that works on a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapFunction {
    /// Its symbol, generic arguments as tracebacks print them: `maps.Clone[...]`.
    pub name: &'static str,
    /// What it does.
    pub role: Role,
    /// What its name says of the key type.
    pub key: Option<KeyHint>,
    /// True for the comma-ok form of a read, false for the plain one, `None` where the name does
    /// not tell. From Go 1.27 on the plain form calls the comma-ok form: the outer one counts.
    pub comma_ok: Option<bool>,
    /// True when it is a function of `sync.Map`, not of the built-in map.
    pub sync_map: bool,
    /// The releases that hold it.
    pub versions: Versions,
    /// Where it was read, relative to GOROOT/src; of several releases the newest one's file.
    pub file: &'static str,
    /// True when the recorded runs of the Go fixtures show it. Those are of Go 1.21 and newer: what
    /// is said of older releases is untested on real output.
    pub tested: bool,
}

impl MapFunction {
    /// The operation, when the function itself tells it.
    pub fn operation(&self) -> Option<Operation> {
        match self.role {
            Role::Operation(operation) => Some(operation),
            Role::Growth | Role::Helper => None,
        }
    }
}

/// The map function of this name, or `None` for any other function.
///
/// Constant time but for a search among the names of one package.
pub fn map_function(symbol: &str) -> Option<&'static MapFunction> {
    let maybe = symbol.starts_with("runtime.")
        || symbol.starts_with("internal/")
        || symbol.starts_with("reflect.")
        || symbol.starts_with("maps.")
        || symbol.starts_with("sync.(*Map)");
    if !maybe {
        return None;
    }
    TABLE.binary_search_by(|entry| entry.name.cmp(symbol)).ok().and_then(|at| TABLE.get(at))
}

/// Every map function known, sorted by name.
pub fn map_functions() -> &'static [MapFunction] {
    TABLE
}
