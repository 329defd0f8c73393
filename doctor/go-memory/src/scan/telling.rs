//! What is said of the maps that were found: what leads to them, and how sure it is.

use super::choice::Choice;
use super::search::Scan;
use super::{Met, owners};
use crate::memory::Memory;
use crate::walk::{Found, FoundMap, Root};
use finding::{ByShape, Confidence, Exactness, TypeBy};
use rustc_hash::FxHashMap;

impl<M: Memory + ?Sized> Scan<'_, M> {
    /// Reaches maps from maps, and says what is known of each.
    pub(super) fn finish(mut self) -> Found {
        let met = std::mem::take(&mut self.met);
        let owners =
            owners::find(self.memory, self.scope.module, met.iter().map(|met| met.address));
        let unknown = self.scope.runtime.unknown_map();
        let roots: Vec<Root> = met
            .iter()
            .filter_map(|met| {
                Some(Root {
                    address: met.address,
                    type_id: met.choice.types.first().copied().or(unknown)?,
                    path: path_of(met.address),
                    declared: match owners.get(&met.address) {
                        Some(at) => format!("@{at:#x}"),
                        None => UNATTRIBUTED.to_owned(),
                    },
                    is_known: met.choice.by == TypeBy::Allocator,
                })
            })
            .collect();
        let Found { mut maps, gaps } = self.reader.find_from(self.memory, self.budget, &roots);
        self.gaps.extend(gaps);
        maps.retain(|found| !self.scope.known.contains(&found.map.address));
        let by_address: FxHashMap<u64, &Met> = met.iter().map(|met| (met.address, met)).collect();
        for found in &mut maps {
            // What other maps lead to is called by the path to it.
            if let Some(met) = by_address.get(&found.map.address)
                && found.map.path == path_of(met.address)
            {
                self.tell(found, met, owners.get(&met.address).copied());
            }
        }
        Found { maps, gaps: self.gaps }
    }

    /// Adds what is known of a map by its shape.
    fn tell(&self, found: &mut FoundMap, met: &Met, variable: Option<u64>) {
        let Met { evidence, choice, .. } = met;
        let is_sure = choice.by == TypeBy::Allocator || evidence.in_tables && evidence.agrees;
        if !evidence.agrees || choice.types.is_empty() {
            found.map.exactness = Exactness::About;
        }
        found.map.map_type = self.type_name(choice);
        found.map.by_shape = Some(ByShape {
            confidence: if is_sure { Confidence::Certain } else { Confidence::Likely },
            variable,
            type_by: choice.by,
        });
    }

    /// The types that a map may have, in a few words.
    fn type_name(&self, choice: &Choice) -> String {
        let name = |id: &_| self.reader.program.types.get(*id).map_or("?", |map| map.name);
        match choice.types.as_slice() {
            [] => "?".to_owned(),
            [only] => name(only).to_owned(),
            [one, other] => format!("{} or {}", name(one), name(other)),
            [one, others @ ..] => format!("{} or {} others", name(one), others.len()),
        }
    }
}

/// What maps are called together that no variable holds.
const UNATTRIBUTED: &str = "unattributed";

/// What a map is called to which nothing with a name leads.
fn path_of(address: u64) -> String {
    format!("map {address:#x}")
}
