//! What accesses cost that could cost less, by the places of the accesses.

use super::Unit;
use super::names::Names;
use crate::body::CostKind;
use crate::world::{FileId, World};
use crate::{Cost, Fill, Span, Spot, TextKey};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The costs of each access, in the order of the source.
pub(super) fn costs(
    world: &World,
    units: &[Unit],
    naming: &Names<'_>,
) -> FxHashMap<(Arc<str>, u32), Vec<Cost>> {
    let spot = |file: FileId, span: Span, said: bool| Spot {
        site: naming.site(file, span.start, naming.function_at(file, span.start)),
        expression: if said { naming.text(file, span).into() } else { Arc::from("") },
    };
    let mut found: FxHashMap<(Arc<str>, u32), Vec<Cost>> = FxHashMap::default();
    for fact in units.iter().flat_map(|unit| &unit.facts.costs) {
        let Some(file) = world.file(fact.file) else { continue };
        let cost = match &fact.kind {
            CostKind::Fill(fill) => Cost::Fill(Fill {
                made: spot(fact.file, fill.make, true),
                make: fill.make,
                filled: spot(fact.file, fill.filled, false),
                turns: fill.turns.clone(),
                entries: fill.entries,
                told_before: fill.told_before,
            }),
            CostKind::TextKey { converted, bytes, writes, looped, apart } => {
                Cost::TextKey(TextKey {
                    converted: spot(fact.file, *converted, true),
                    bytes: naming.text(fact.file, *bytes).into(),
                    writes: writes.clone(),
                    looped: *looped,
                    apart: *apart,
                })
            }
            CostKind::Copy(copied) => Cost::Copy(*copied),
            CostKind::Pointed { of, fields, bytes } => {
                let changed = units.iter().any(|unit| {
                    unit.facts.changed_types.contains(of)
                        || fields.iter().any(|field| unit.facts.changed_fields.contains(field))
                });
                if changed {
                    continue;
                }
                Cost::Pointed(*bytes)
            }
        };
        found.entry((Arc::clone(&file.path), fact.at)).or_default().push(cost);
    }
    found
}
