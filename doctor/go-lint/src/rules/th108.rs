//! ## What it does
//!
//! Finds changes of a map in a struct that was copied: a parameter that is passed by value, or a variable that was
//! assigned from another one.
//!
//! ## Why is this bad
//!
//! Copying a struct copies the reference to its map, not the map. Whoever has the original, a caller, a cache, an object
//! of an informer, sees the change, and where he reads it in another goroutine, the process dies.
//!
//! ## Example
//!
//! ```go
//! func withDefaults(opts Options) Options {
//!     opts.Labels["app"] = "orders" // changes the caller's map
//!     return opts
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! func withDefaults(opts Options) Options {
//!     opts.Labels = maps.Clone(opts.Labels)
//!     opts.Labels["app"] = "orders"
//!     return opts
//! }
//! ```
//!
//! ## References
//!
//! - Package maps, func Clone, <https://pkg.go.dev/maps#Clone>

use crate::words;
use finding::{Finding, Grade, LockSet, MapDecl, MapKind, Operation, Related, Role};
use go_source::{Program, SourceAccess};

pub(crate) fn check(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    found: &mut Vec<Finding>,
) {
    if map.map_type.kind != MapKind::Builtin {
        return;
    }
    let changes = |access: &&&SourceAccess| {
        matches!(access.access.operation, Operation::Write | Operation::Delete | Operation::Clear)
            && access.of_copy
            && !access.access.before_sharing
            && access.calls.is_empty()
    };
    // Whether the sharing is meant cannot be seen. Where a lock is held for the map somewhere, others have it too.
    let guarded = accesses.iter().any(|access| {
        let own = matches!(&access.access.locks, LockSet::Held(held) if !held.is_empty());
        own || !access.inherited.is_empty()
    });
    for change in accesses.iter().filter(changes) {
        let access = &change.access;
        if words::leaves_lock_to_callers(program, &access.site) {
            continue;
        }
        found.push(Finding {
            code: "TH108".into(),
            rule: "copied-struct-shares-map".into(),
            map: map.clone(),
            access: access.clone(),
            message: format!(
                "{} {} in a copy of its struct, which shares the map with the original",
                words::called(map),
                words::passive(access.operation)
            ),
            grade: if guarded { Grade::Medium } else { Grade::Low },
            because: vec![
                "the struct was copied, and its map not cloned, before the change".to_owned(),
            ],
            related: vec![Related {
                role: Role::Declaration,
                site: map.site.clone(),
                expression: words::name_of(map).into(),
                label: "the map is declared here".to_owned(),
            }],
            help: "clone the map before the change".to_owned(),
        });
    }
}
