//! ## What it does
//!
//! Finds misuse of `sync.Map`: a `Store` that depends on a `Load` of the same key before it; values that have a state of
//! their own (locks, channels) stored where a `Load` found none; a map that is copied or assigned; values of several
//! types in one map with assertions that are not checked; `Range` to look at all and `Clear` to begin anew.
//!
//! ## Why is this bad
//!
//! Each method is atomic by itself, two of them in a row are not. Two goroutines load the same count and both store it
//! plus one; two goroutines find no mutex for a key and each stores one, and holds the one that nobody else has. What is
//! stored between `Range` and `Clear` is cleared unseen. No race detector tells of it.
//!
//! ## Example
//!
//! ```go
//! var locks sync.Map // of *sync.Mutex, by account
//!
//! func lockOf(account string) *sync.Mutex {
//!     if mu, ok := locks.Load(account); ok {
//!         return mu.(*sync.Mutex)
//!     }
//!     mu := new(sync.Mutex)
//!     locks.Store(account, mu) // another goroutine may have stored one meanwhile
//!     return mu
//! }
//! ```
//!
//! ## Use instead
//!
//! ```go
//! var locks sync.Map // of *sync.Mutex, by account
//!
//! func lockOf(account string) *sync.Mutex {
//!     mu, _ := locks.LoadOrStore(account, new(sync.Mutex))
//!     return mu.(*sync.Mutex)
//! }
//! ```
//!
//! To change a value, repeat `Load` and `CompareAndSwap` until that says it swapped, or store a pointer to an atomic
//! counter. To take all there is, `Range` with `LoadAndDelete` of each key.
//!
//! ## References
//!
//! - Package sync, type Map, <https://pkg.go.dev/sync#Map>

use crate::words;
use finding::{DeclKind, Finding, Grade, LockSet, MapDecl, MapKind, Operation, Role};
use go_locks::phase;
use go_source::{Decision, Program, SourceAccess};
use std::collections::BTreeSet;

pub(crate) fn check(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    found: &mut Vec<Finding>,
) {
    if map.map_type.kind != MapKind::SyncMap {
        return;
    }
    found.extend(program.copied(&map.id).iter().filter_map(|copy| copied(map, copy)));
    for access in accesses {
        found.extend(match access.access.operation {
            Operation::Write => relies_on_load(program, map, accesses, access),
            Operation::Replace => assigned(program, map, accesses, access),
            Operation::Clear => cleared_after_range(program, map, accesses, access),
            _ => None,
        });
    }
    found.extend(mixed(map, accesses));
}

/// Begins a finding that has another side.
fn begin(map: &MapDecl, access: &SourceAccess, grade: Grade, message: String) -> Finding {
    words::begin("TH113", "sync-map-misuse", map, &access.access, grade, message)
}

/// Whether it is certain that nothing is held, by the function or its callers.
fn is_bare(program: &Program, access: &SourceAccess) -> bool {
    let none = matches!(&access.access.locks, LockSet::Held(held) if held.is_empty());
    none && access.inherited.is_empty()
        && access.calls.is_empty()
        && !words::leaves_lock_to_callers(program, &access.access.site)
}

/// Whether the map is one that several functions have at hand, rather than a function's own.
fn is_at_hand(map: &MapDecl) -> bool {
    matches!(map.decl, DeclKind::Field | DeclKind::PackageVar | DeclKind::Element)
}

/// A store that depends on a load of the same key.
fn relies_on_load(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    write: &SourceAccess,
) -> Option<Finding> {
    let decides = |decision: &&Decision| decision.missing || decision.derived;
    let decision = write.decisions.iter().rev().find(decides)?;
    let load = accesses.iter().find(|access| {
        access.function == write.function
            && access.placement.operation.start == decision.look
            && access.access.operation == Operation::Read
    })?;
    if !is_bare(program, write)
        || !is_bare(program, load)
        || write.access.before_sharing
        || phase::makes_by_name(&write.access.site)
    {
        return None;
    }
    let many = write.access.root.as_ref().is_some_and(|root| root.many);
    // A value that is computed again is as good as the first one, as a cache has it.
    let grade = match (decision.derived, write.stores_state) {
        (true, _) | (_, true) if is_at_hand(map) || many => Grade::Medium,
        _ => Grade::Low,
    };
    let message = match decision.derived {
        true => {
            format!("{} is stored to by what was loaded before, in two steps", words::called(map))
        }
        false => {
            format!("{} is stored to where a load found nothing, in two steps", words::called(map))
        }
    };
    let mut finding = begin(map, write, grade, message);
    finding.because.push(match decision.derived {
        true => "another goroutine may store in between, and what it stored is lost".to_owned(),
        false => "another goroutine may store in between, and each goes on with its own".to_owned(),
    });
    let label = "loaded here".to_owned();
    finding.related.push(words::access_at(&load.access, Role::OtherSide, label));
    finding.help = match decision.derived {
        true => "repeat Load and CompareAndSwap until it swaps".to_owned(),
        false => "use LoadOrStore, which does both at once".to_owned(),
    };
    Some(finding)
}

/// A map that is copied: its lock is copied as it is, and the copy is another map.
fn copied(map: &MapDecl, copy: &SourceAccess) -> Option<Finding> {
    if copy.access.before_sharing || phase::makes_by_name(&copy.access.site) {
        return None;
    }
    let message = format!("{} is copied, which splits it in two", words::called(map));
    let mut finding = begin(map, copy, Grade::High, message);
    finding.because.push("a sync.Map must not be copied after its first use".to_owned());
    finding.help = "hand over a pointer to it".to_owned();
    Some(finding)
}

/// A map that is assigned as a whole, while other functions use it.
fn assigned(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    assignment: &SourceAccess,
) -> Option<Finding> {
    let used = accesses.iter().find(|access| {
        access.access.operation != Operation::Replace
            && access.access.site.function != assignment.access.site.function
    })?;
    if assignment.access.before_sharing
        || !is_at_hand(map)
        || !is_bare(program, assignment)
        || phase::makes_by_name(&assignment.access.site)
    {
        return None;
    }
    let message = format!("{} is assigned as a whole, which is not atomic", words::called(map));
    let mut finding = begin(map, assignment, Grade::Medium, message);
    finding
        .because
        .push("the assignment overwrites the map's own lock while others may hold it".to_owned());
    let label = format!("and {} here", words::passive(used.access.operation));
    finding.related.push(words::access_at(&used.access, Role::OtherSide, label));
    finding.help = "use Clear, or delete the keys that Range yields".to_owned();
    Some(finding)
}

/// `m.Range(collect)` and then `m.Clear()`.
fn cleared_after_range(
    program: &Program,
    map: &MapDecl,
    accesses: &[&SourceAccess],
    clear: &SourceAccess,
) -> Option<Finding> {
    let range = accesses.iter().find(|access| {
        access.access.operation == Operation::Iterate
            && access.function == clear.function
            && access.placement.block == clear.placement.block
            && access.placement.operation.end <= clear.placement.operation.start
    })?;
    if !is_bare(program, clear)
        || !is_bare(program, range)
        || clear.access.before_sharing
        || !is_at_hand(map)
    {
        return None;
    }
    let ends = ["close", "stop", "shutdown"]
        .iter()
        .any(|word| phase::short_function(&clear.access.site).to_lowercase().starts_with(word));
    let grade = if ends { Grade::Low } else { Grade::Medium };
    let message = format!("{} is cleared after Range, in two steps", words::called(map));
    let mut finding = begin(map, clear, grade, message);
    finding.because.push("what is stored between the two is cleared and never seen".to_owned());
    let label = "what Range saw here is taken for all there is".to_owned();
    finding.related.push(words::access_at(&range.access, Role::OtherSide, label));
    finding.help = "take each key by LoadAndDelete inside of Range".to_owned();
    Some(finding)
}

/// An assertion that is not checked, in a map that values of another type are stored in too.
fn mixed(map: &MapDecl, accesses: &[&SourceAccess]) -> Vec<Finding> {
    let stored = |access: &&&SourceAccess| access.access.operation == Operation::Write;
    let types: BTreeSet<&str> =
        accesses.iter().filter(stored).filter_map(|access| access.value_type.as_deref()).collect();
    let of_one_package = accesses
        .iter()
        .map(|access| access.access.site.file.rsplit_once('/').map_or("", |(folder, _)| folder))
        .collect::<BTreeSet<_>>()
        .len();
    // The same type has another name in another package.
    if types.len() < 2 || of_one_package != 1 || !is_at_hand(map) {
        return Vec::new();
    }
    let asserted = accesses.iter().filter(|access| access.access.operation != Operation::Write);
    let mut found = Vec::new();
    for load in asserted {
        let Some(ty) = load.value_type.as_deref().filter(|ty| types.contains(ty)) else { continue };
        let other = accesses
            .iter()
            .filter(stored)
            .find(|store| store.value_type.as_deref().is_some_and(|other| other != ty));
        let Some(store) = other else { continue };
        let other = store.value_type.as_deref().unwrap_or_default();
        let message = format!(
            "what {} holds is asserted to be {ty}, and {other} is stored in it too",
            words::called(map)
        );
        let mut finding = begin(map, load, Grade::Medium, message);
        finding
            .because
            .push("an assertion without a second result panics where it does not hold".to_owned());
        let label = format!("a value of {other} is stored here");
        finding.related.push(words::access_at(&store.access, Role::OtherSide, label));
        finding.help = "check the assertion, or keep a map for each type".to_owned();
        found.push(finding);
    }
    found
}
