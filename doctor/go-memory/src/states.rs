//! From instances to declared maps, and what a person should know of each.
//!
//! When a map grows is from `src/runtime/map.go` of Go 1.23, `overLoadFactor` and `tooManyOverflowBuckets`, and from
//! `src/internal/runtime/maps/table.go` of Go 1.27, `growthLeft`.

use finding::{Exactness, Inside, InspectedMap, MapInstance, MapState};
use rustc_hash::FxHashMap;

/// Smaller maps have too few places for them to say anything.
const SMALL: u64 = 64;
/// A map that has grown by itself and lost nothing has fewer places than so many times its entries.
const ROOMY: u64 = 4;

/// Puts the instances of one declared map together: those of most bytes first, maps and instances alike.
#[must_use]
pub fn by_declaration(instances: Vec<MapInstance>) -> Vec<InspectedMap> {
    let mut places: FxHashMap<(String, String), usize> = FxHashMap::default();
    let mut maps: Vec<InspectedMap> = Vec::new();
    for instance in instances {
        let key = (instance.declared.clone(), instance.map_type.clone());
        let place = *places.entry(key).or_insert(maps.len());
        if place == maps.len() {
            maps.push(InspectedMap {
                declared: instance.declared.clone(),
                map_type: instance.map_type.clone(),
                entries: 0,
                capacity: 0,
                bytes: 0,
                exactness: Exactness::Exact,
                states: Vec::new(),
                instances: Vec::new(),
            });
        }
        let Some(map) = maps.get_mut(place) else { continue };
        map.entries = map.entries.saturating_add(instance.entries);
        map.capacity = map.capacity.saturating_add(instance.capacity);
        map.bytes = map.bytes.saturating_add(instance.bytes);
        map.exactness = map.exactness.max(instance.exactness);
        map.states.extend(states(&instance));
        map.instances.push(instance);
    }
    for map in &mut maps {
        map.states.sort_unstable();
        map.states.dedup();
        map.instances.sort_by_key(|instance| std::cmp::Reverse(instance.bytes));
    }
    maps.sort_by(|one, other| {
        other.bytes.cmp(&one.bytes).then_with(|| one.declared.cmp(&other.declared))
    });
    maps
}

/// What a person should know of one map.
fn states(map: &MapInstance) -> Vec<MapState> {
    let mut states = Vec::new();
    if map.writing {
        states.push(MapState::BeingWritten);
    }
    match map.inside {
        Inside::Classic { log2_buckets, overflow, growth } => {
            let buckets = 1_u64.checked_shl(log2_buckets.into()).unwrap_or(u64::MAX);
            // More than 6.5 entries a bucket in the mean, where there is more than one bucket.
            let most = buckets.saturating_mul(13).checked_div(2).unwrap_or_default().max(8);
            if growth.is_some() {
                states.push(MapState::Growing);
            } else if map.capacity > 0 && map.entries >= most {
                states.push(MapState::AboutToGrow);
            }
            // Hashes that spread fill one bucket in eight beyond its places when the map is fullest.
            if map.capacity >= SMALL && overflow > buckets.checked_div(2).unwrap_or_default() {
                states.push(MapState::Crowded);
            }
        }
        Inside::Swiss { tables: 0, .. } => {
            if map.capacity > 0 && map.entries == map.capacity {
                states.push(MapState::AboutToGrow);
            }
        }
        Inside::Swiss { full_tables, .. } if full_tables > 0 => states.push(MapState::AboutToGrow),
        Inside::Swiss { .. } | Inside::Split { .. } | Inside::Trie { .. } => {}
    }
    let keeps_room = !matches!(map.inside, Inside::Trie { .. });
    if keeps_room && map.capacity > SMALL && map.entries.saturating_mul(ROOMY) <= map.capacity {
        states.push(MapState::KeepsRoom);
    }
    states
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: u64, capacity: u64, inside: Inside) -> MapInstance {
        MapInstance {
            address: 1,
            path: "main.words".into(),
            declared: "main.words".into(),
            map_type: "map[string]int".into(),
            entries,
            capacity,
            bytes: capacity,
            writing: false,
            exactness: Exactness::Exact,
            inside,
            by_shape: None,
        }
    }

    fn buckets(log2_buckets: u8, overflow: u64) -> Inside {
        Inside::Classic { log2_buckets, overflow, growth: None }
    }

    #[test]
    fn a_map_is_about_to_grow_where_the_runtime_would_let_it() {
        // `make` and eight entries: one bucket. The ninth entry makes it grow.
        assert_eq!(states(&map(8, 8, buckets(0, 0))), [MapState::AboutToGrow]);
        assert_eq!(states(&map(7, 8, buckets(0, 0))), []);
        // 2^4 buckets grow when there are more than 104 entries.
        assert_eq!(states(&map(104, 128, buckets(4, 0))), [MapState::AboutToGrow]);
        assert_eq!(states(&map(103, 128, buckets(4, 0))), []);
    }

    #[test]
    fn a_map_that_was_emptied_keeps_its_room() {
        assert_eq!(states(&map(0, 4096, buckets(9, 0))), [MapState::KeepsRoom]);
        assert_eq!(states(&map(2000, 4096, buckets(9, 0))), []);
    }

    #[test]
    fn instances_of_one_declaration_are_one_map() {
        let mut other = map(1, 8, buckets(0, 0));
        other.declared = "main.other".into();
        let maps =
            by_declaration(vec![map(3, 8, buckets(0, 0)), other, map(100, 128, buckets(4, 0))]);
        let seen: Vec<_> = maps
            .iter()
            .map(|map| (map.declared.as_str(), map.entries, map.instances.len()))
            .collect();
        assert_eq!(seen, [("main.words", 103, 2), ("main.other", 1, 1)]);
        assert_eq!(maps[0].instances[0].entries, 100);
    }
}
