//! A program without a crash: which maps can meet themselves, and where their locking is uneven.

use finding::{
    Access, DeclKind, LockMode, LockSet, Locking, MapDecl, MapKind, Operation, Overview,
    OverviewRow,
};
use go_source::{Program, SourceAccess};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// The maps that are changed after they are shared, the riskiest first.
///
/// A local variable or a parameter is shared when several functions, closures among them, touch it.
/// The order: what runs beside other code first; then mixed locking, none, unknown, locked; then maps
/// whose lock is held at most of their accesses, since there an access without it stands out; then
/// the number of accesses without it that run beside other code.
///
/// Time grows with the number of accesses.
pub fn overview(program: &Program) -> Overview {
    let decls = program.decls();
    let is_sync_map = |decl: &&MapDecl| decl.map_type.kind == MapKind::SyncMap;
    let mut maps: Vec<OverviewRow> =
        decls.iter().filter_map(|decl| row(decl, program.accesses(&decl.id))).collect();
    maps.sort_by_cached_key(|row| {
        (
            !row.beside_others,
            row.locking,
            !stands_out(row),
            Reverse(row.unlocked.iter().filter(|access| access.root.is_some()).count()),
            Reverse(row.unlocked.len()),
        )
    });
    Overview {
        declared: count(decls.len()),
        sync_maps: count(decls.iter().filter(is_sync_map).count()),
        maps,
    }
}

/// The row of a map, unless it cannot race: never changed once shared, or a `sync.Map`.
fn row(decl: &MapDecl, accesses: &[SourceAccess]) -> Option<OverviewRow> {
    if decl.map_type.kind == MapKind::SyncMap {
        return None;
    }
    let shared: Vec<&SourceAccess> =
        accesses.iter().filter(|found| !found.access.before_sharing).collect();
    let functions: HashSet<_> = shared.iter().map(|found| &found.access.site.function).collect();
    if matches!(decl.decl, DeclKind::Local | DeclKind::Parameter) && functions.len() < 2 {
        return None;
    }
    let changes = shared.iter().filter(|found| found.access.operation.mutates()).count();
    if changes == 0 {
        return None;
    }
    let lock = most_held(&shared);
    let mut unlocked: Vec<Access> = shared
        .iter()
        .filter(|found| is_unlocked(found))
        .map(|found| found.access.clone())
        .collect();
    unlocked.sort_by_cached_key(|access| (access.root.is_none(), !access.operation.mutates()));
    let unknown = shared.iter().any(|found| found.access.locks == LockSet::Unknown);
    let locking = match (&lock, unlocked.is_empty()) {
        (Some(_), false) => Locking::Mixed,
        (None, false) => Locking::None,
        (_, true) if unknown => Locking::Unknown,
        (_, true) => Locking::Locked,
    };
    Some(OverviewRow {
        declaration: decl.clone(),
        locking,
        accesses: count(shared.len()),
        changes: count(changes),
        under_lock: lock.as_ref().map_or(0, |(_, held)| *held),
        lock: lock.map(|(name, _)| name),
        unlocked,
        beside_others: shared.iter().any(|found| found.access.root.is_some()),
        vendored: is_vendored(&decl.site.file),
    })
}

/// True when most accesses hold the lock, so that one without it was probably forgotten.
fn stands_out(row: &OverviewRow) -> bool {
    row.under_lock.saturating_mul(2) >= row.accesses
}

/// The lock that the most accesses hold, with their number. Locks of the same declaration are one
/// here: an overview counts habits, it does not prove that two instances are the same.
fn most_held(shared: &[&SourceAccess]) -> Option<(Arc<str>, u64)> {
    let mut held: BTreeMap<Arc<str>, u64> = BTreeMap::new();
    for found in shared {
        let own = match &found.access.locks {
            LockSet::Held(locks) => locks.as_slice(),
            LockSet::Unknown => &[],
        };
        let guards = found.guards.iter().cloned().chain(std::iter::repeat(None));
        let names: HashSet<Arc<str>> = own
            .iter()
            .zip(guards)
            .map(|(lock, guard)| guard.unwrap_or_else(|| Arc::clone(&lock.path)))
            .chain(found.inherited.iter().map(|inherited| Arc::clone(&inherited.guard)))
            .collect();
        for name in names {
            let times = held.entry(name).or_default();
            *times = times.saturating_add(1);
        }
    }
    held.into_iter().rev().max_by_key(|(_, times)| *times)
}

/// True when an access is certain to hold no lock that would keep others out. A length taken
/// without a lock cannot crash, so it does not count.
fn is_unlocked(found: &SourceAccess) -> bool {
    let LockSet::Held(own) = &found.access.locks else { return false };
    let mut modes =
        own.iter().chain(found.inherited.iter().map(|held| &held.lock)).map(|lock| lock.mode);
    if found.access.operation.mutates() {
        modes.all(|mode| mode == LockMode::Read)
    } else {
        found.access.operation != Operation::Length && modes.next().is_none()
    }
}

/// True for a file of a dependency that was copied into the tree.
fn is_vendored(file: &str) -> bool {
    file.split('/').any(|part| part == "vendor")
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
