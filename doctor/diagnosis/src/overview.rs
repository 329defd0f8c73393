//! A program without a crash: which maps can meet themselves, and where their locking is uneven.

use finding::{
    Access, DeclKind, LockMode, Locking, MapDecl, MapKind, Operation, Overview, OverviewRow,
};
use go_locks::{Analysis, Locks, SharedMap, Touch};
use go_source::Program;
use std::cmp::Reverse;
use std::collections::HashSet;
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
    let analysis = Analysis::of_no_map(program);
    let mut maps: Vec<OverviewRow> =
        decls.iter().filter_map(|decl| row(&analysis.locked(decl))).collect();
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
fn row(map: &SharedMap<'_>) -> Option<OverviewRow> {
    let decl = map.decl;
    if decl.map_type.kind == MapKind::SyncMap {
        return None;
    }
    let touches = map.touches.as_slice();
    let functions: HashSet<_> =
        touches.iter().map(|touch| &touch.source.access.site.function).collect();
    if matches!(decl.decl, DeclKind::Local | DeclKind::Parameter) && functions.len() < 2 {
        return None;
    }
    let changes = touches.iter().filter(|touch| touch.mutates()).count();
    if changes == 0 {
        return None;
    }
    let mut unlocked: Vec<Access> = touches
        .iter()
        .filter(|touch| is_unlocked(touch))
        .map(|touch| touch.source.access.clone())
        .collect();
    unlocked.sort_by_cached_key(|access| (access.root.is_none(), !access.operation.mutates()));
    let unknown = touches.iter().any(|touch| touch.locks == Locks::Unknown);
    let locking = match (&map.guard, unlocked.is_empty()) {
        (Some(_), false) => Locking::Mixed,
        (None, false) => Locking::None,
        (_, true) if unknown => Locking::Unknown,
        (_, true) => Locking::Locked,
    };
    Some(OverviewRow {
        declaration: decl.clone(),
        locking,
        accesses: count(touches.len()),
        changes: count(changes),
        under_lock: map.guard.as_ref().map_or(0, |guard| count(guard.under)),
        lock: map.guard.as_ref().map(|guard| Arc::clone(&guard.name)),
        unlocked,
        beside_others: touches.iter().any(|touch| touch.source.access.root.is_some()),
        vendored: is_vendored(&decl.site.file),
    })
}

/// True when most accesses hold the lock, so that one without it was probably forgotten.
fn stands_out(row: &OverviewRow) -> bool {
    row.under_lock.saturating_mul(2) >= row.accesses
}

/// True when an access is certain to hold no lock that would keep others out. A length taken without a lock cannot crash,
/// so it does not count.
fn is_unlocked(touch: &Touch<'_>) -> bool {
    let Locks::Known(held) = &touch.locks else { return false };
    if touch.mutates() {
        held.iter().all(|held| held.mode == LockMode::Read)
    } else {
        touch.source.access.operation != Operation::Length && held.is_empty()
    }
}

/// True for a file of a dependency that was copied into the tree.
fn is_vendored(file: &str) -> bool {
    file.split('/').any(|part| part == "vendor")
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
