//! One function to be edited: its text and tree, the accesses in it to be locked, and the calls
//! that lock them.

use crate::quiet::{self, Quiet};
use go_source::SourceAccess;
use go_syntax::{File, Node};

/// An access to be locked, with the lock as it is written there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target<'p> {
    pub(crate) source: &'p SourceAccess,
    pub(crate) lock: &'p str,
    /// True when the lock is an RWMutex.
    pub(crate) rw: bool,
    /// The map's type as written, where it can be written in this file.
    pub(crate) map_type: Option<&'p str>,
}

impl Target<'_> {
    pub(crate) fn mutates(&self) -> bool {
        self.source.access.operation.mutates()
    }
}

/// What is needed to edit one function.
pub(crate) struct Function<'f, 'q> {
    pub(crate) path: &'f str,
    pub(crate) text: &'f str,
    pub(crate) file: &'f File,
    pub(crate) body: Node<'f>,
    pub(crate) quiet: &'f Quiet<'q>,
    /// True where only edits are wanted that read as if written by hand.
    pub(crate) sparing: bool,
    /// True where a map can be copied by `maps.Clone`.
    pub(crate) has_maps: bool,
}

/// The calls that take and release the lock for these accesses.
pub(crate) fn calls(targets: &[Target<'_>]) -> (String, String) {
    let lock = targets.first().map_or("", |target| target.lock);
    let writes = targets.iter().any(Target::mutates);
    let (take, free) = if targets.iter().all(|target| target.rw) && !writes {
        ("RLock", "RUnlock")
    } else {
        ("Lock", "Unlock")
    };
    (format!("{lock}.{take}()"), format!("{lock}.{free}()"))
}

/// True when a node may run under the lock.
pub(crate) fn is_quiet(function: &Function<'_, '_>, node: Node<'_>) -> bool {
    function.quiet.node(function.path, node) && !quiet::leaves(node)
}
