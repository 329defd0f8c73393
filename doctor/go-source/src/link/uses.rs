//! The places that name the maps and mutexes of fields and packages.

use super::Unit;
use super::names::Names;
use crate::Use;
use crate::body::{Key, LockFact};
use crate::world::World;
use finding::MapId;
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The places by the maps that they name, each once, by file and place.
pub(super) fn by_map(
    world: &World,
    units: &[Unit],
    ids: &FxHashMap<Key, MapId>,
) -> FxHashMap<MapId, Vec<Use>> {
    let mut found: FxHashMap<MapId, Vec<Use>> = FxHashMap::default();
    for (key, file, span) in units.iter().flat_map(|unit| &unit.facts.uses) {
        if let Some((id, file)) = ids.get(key).zip(world.file(*file)) {
            let place = Use { file: Arc::clone(&file.path), span: *span };
            found.entry(id.clone()).or_default().push(place);
        }
    }
    for list in found.values_mut() {
        list.sort_unstable();
        list.dedup();
    }
    found
}

/// The places that name mutexes which are locked somewhere, by their declarations.
pub(super) fn by_lock(
    world: &World,
    units: &[Unit],
    naming: &Names<'_>,
) -> FxHashMap<Arc<str>, Vec<Use>> {
    let mut mutexes: FxHashMap<Key, Arc<str>> = FxHashMap::default();
    if units.iter().all(|unit| unit.facts.uses.is_empty()) {
        return FxHashMap::default();
    }
    for fact in units.iter().flat_map(|unit| unit.facts.locks.values()) {
        let path = match fact {
            LockFact::Acquire { path, .. }
            | LockFact::Release { path, .. }
            | LockFact::Try { path, .. }
            | LockFact::Perhaps { path } => path,
            LockFact::Opaque => continue,
        };
        if let Some(def) = path.mutex {
            let key = Key { def, depth: 0 };
            mutexes.entry(key).or_insert_with(|| naming.id_of(def).into());
        }
    }
    let mut found: FxHashMap<Arc<str>, Vec<Use>> = FxHashMap::default();
    for (key, file, span) in units.iter().flat_map(|unit| &unit.facts.uses) {
        if let Some((name, file)) = mutexes.get(key).zip(world.file(*file)) {
            let place = Use { file: Arc::clone(&file.path), span: *span };
            found.entry(Arc::clone(name)).or_default().push(place);
        }
    }
    for list in found.values_mut() {
        list.sort_unstable();
        list.dedup();
    }
    found
}

/// The names in selectors of which it is not known what they select.
pub(super) fn unknown(world: &World, units: &[Unit]) -> Vec<Use> {
    let all = units.iter().flat_map(|unit| &unit.facts.unknown_selectors);
    let mut found: Vec<Use> = all
        .filter_map(|(file, span)| {
            Some(Use { file: Arc::clone(&world.file(*file)?.path), span: *span })
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
