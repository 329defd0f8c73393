//! Maps that are taken out under a lock which is held until another one is in their place: what the function that takes one
//! does with it afterwards it does alone.

use super::Unit;
use crate::body::{Key, TakenOutFact};
use finding::LockMode;
use rustc_hash::{FxHashMap, FxHashSet};

/// Where a variable holds a map that nobody else finds.
#[derive(Clone, Copy, Debug)]
struct Alone {
    /// Where the map was.
    map: Key,
    /// From where on in the file, and up to where.
    after: u32,
    until: u32,
}

/// What is known of maps that were taken out.
#[derive(Debug, Default)]
pub(crate) struct TakenOut {
    by_variable: FxHashMap<Key, Vec<Alone>>,
}

impl TakenOut {
    /// Linear in the accesses.
    pub(super) fn new(units: &[Unit]) -> Self {
        let mut found = Self::default();
        for unit in units {
            for fact in &unit.facts.taken_out {
                if is_held_on(unit, fact) {
                    found.enter(unit, fact);
                }
            }
        }
        if !found.by_variable.is_empty() {
            units.iter().for_each(|unit| found.without_shared(unit));
        }
        found
    }

    fn enter(&mut self, unit: &Unit, fact: &TakenOutFact) {
        let back = unit.facts.put_back.iter().filter(|(variable, _)| *variable == fact.variable);
        let back = back.map(|(_, at)| *at).min();
        // A variable from outside of a loop may hold in the next turn what was put back in this one.
        if fact.declared || back.is_none() {
            let until = back.unwrap_or(u32::MAX);
            let alone = Alone { map: fact.map, after: fact.after, until };
            self.by_variable.entry(fact.variable).or_default().push(alone);
        }
    }

    /// A variable that several functions use, a goroutine's perhaps, is shared itself once one of them changes its map.
    fn without_shared(&mut self, unit: &Unit) {
        let mut users: FxHashMap<Key, (FxHashSet<Option<u32>>, bool)> = FxHashMap::default();
        for access in &unit.facts.accesses {
            let at = access.placement.operation.start;
            let places = self.by_variable.get(&access.named).into_iter().flatten();
            if places.into_iter().any(|alone| alone.after <= at) {
                let (functions, changed) = users.entry(access.named).or_default();
                functions.insert(access.function);
                *changed |= access.operation.mutates();
            }
        }
        let shared = |variable: &Key| {
            users.get(variable).is_some_and(|(functions, changed)| *changed && functions.len() > 1)
        };
        self.by_variable.retain(|variable, _| !shared(variable));
    }

    /// Whether what a variable holds at a place of its file was taken out of a map's place before.
    pub(super) fn covers(&self, variable: Key, map: Key, at: u32) -> bool {
        self.by_variable.get(&variable).is_some_and(|places| {
            places.iter().any(|alone| alone.map == map && (alone.after..alone.until).contains(&at))
        })
    }
}

/// Whether one lock is held, as it was taken once, where the map is taken and where another one is put there.
fn is_held_on(unit: &Unit, fact: &TakenOutFact) -> bool {
    let held = |expr| unit.states.get(&(fact.file, expr)).map(crate::locks::State::held);
    let (Some(first), Some(second)) = (held(fact.from), held(fact.by)) else { return false };
    let excludes = |held: &&crate::locks::Held| held.certain && held.mode == LockMode::Write;
    first.iter().filter(excludes).any(|one| {
        second
            .iter()
            .filter(excludes)
            .any(|other| (one.file, one.at) == (other.file, other.at) && one.path == other.path)
    })
}
