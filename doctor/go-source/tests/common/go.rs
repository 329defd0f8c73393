//! Programs written inside tests.

use finding::{LockMode, LockSet};
use go_source::{LoadOptions, MemoryTree, Program, SourceAccess};

/// Loads files of module `example.com/t`.
pub(crate) fn load(files: &[(&str, &str)]) -> Program {
    let mut tree: MemoryTree = files.iter().copied().collect();
    tree.insert("go.mod", "module example.com/t\n\ngo 1.24\n");
    Program::load(&tree, &LoadOptions::default())
}

/// One access as a line of a table: line, operation, map, locks, and what all callers hold.
pub(crate) fn row(access: &SourceAccess) -> String {
    let locks = match &access.access.locks {
        LockSet::Unknown => "?".to_owned(),
        LockSet::Held(held) => {
            let word = |mode| if mode == LockMode::Write { "w" } else { "r" };
            held.iter()
                .map(|lock| format!("{}:{}", word(lock.mode), lock.path))
                .collect::<Vec<_>>()
                .join(",")
        }
    };
    let map = access.access.map.as_str().trim_start_matches("example.com/t.");
    format!("{} {} {map} [{locks}]", access.access.site.line, access.access.operation)
}
