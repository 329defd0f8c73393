//! What loops over maps leave behind, and keys that do not work, by the places of the accesses.

use super::Unit;
use super::names::Names;
use crate::world::World;
use crate::{Effect, KeyFault, NewEntry};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The effects of each loop, in the order of the source.
pub(super) fn effects(
    world: &World,
    units: &[Unit],
    naming: &Names<'_>,
) -> FxHashMap<(Arc<str>, u32), Vec<Effect>> {
    let mut found: FxHashMap<(Arc<str>, u32), Vec<Effect>> = FxHashMap::default();
    for unit in units {
        for fact in &unit.facts.effects {
            let Some(file) = world.file(fact.file) else { continue };
            let function = fact.function.map(|at| unit.base.saturating_add(at));
            let effect = Effect {
                kind: fact.kind.clone(),
                site: naming.site(fact.file, fact.span.start, function),
                expression: naming.text(fact.file, fact.span).into(),
            };
            found.entry((Arc::clone(&file.path), fact.turn)).or_default().push(effect);
        }
    }
    found
}

/// The keys that do not work.
pub(super) fn key_faults(world: &World, units: &[Unit]) -> FxHashMap<(Arc<str>, u32), KeyFault> {
    let facts = units.iter().flat_map(|unit| &unit.facts.keys);
    let place = |fact: &crate::body::KeyFact| {
        Some(((Arc::clone(&world.file(fact.file)?.path), fact.at), fact.fault))
    };
    facts.filter_map(place).collect()
}

/// The entries that are put in.
pub(super) fn new_entries(world: &World, units: &[Unit]) -> FxHashMap<(Arc<str>, u32), NewEntry> {
    let facts = units.iter().flat_map(|unit| &unit.facts.new_entries);
    let place = |fact: &crate::body::NewEntryFact| {
        Some(((Arc::clone(&world.file(fact.file)?.path), fact.at), fact.entry))
    };
    facts.filter_map(place).collect()
}
