//! From instances to declared maps, and what a person should know of each.

use finding::{Confidence, Exactness, Inside, InspectedMap, MapInstance, MapState};
use rustc_hash::FxHashMap;

/// Smaller maps have too few places for them to say anything.
const SMALL: u64 = 64;
/// A map that has grown by itself and lost nothing has fewer places than so many times its entries.
const ROOMY: u64 = 4;
/// Buckets or groups, in hundredths, that a look-up of a missing key looks at where hashes spread badly. It is less than two
/// in the mean in the fullest map of spread hashes.
const FAR: u64 = 400;
/// The share of entries before it grows that a map has left when it is about to: one in so many.
const NEARLY: u64 = 32;

/// Puts the instances of one declared map together: those of most bytes first, maps and instances alike.
#[must_use]
pub fn by_declaration(instances: Vec<MapInstance>) -> Vec<InspectedMap> {
    let mut places: FxHashMap<(String, String), usize> = FxHashMap::default();
    let mut maps: Vec<InspectedMap> = Vec::new();
    for instance in instances {
        let key = (instance.declared.clone(), instance.map_type.clone());
        let place = *places.entry(key).or_insert(maps.len());
        if place == maps.len() {
            maps.push(empty(&instance));
        }
        let Some(map) = maps.get_mut(place) else { continue };
        map.entries = map.entries.saturating_add(instance.entries);
        map.capacity = map.capacity.saturating_add(instance.capacity);
        map.bytes = map.bytes.saturating_add(instance.bytes).saturating_add(instance.indirect);
        map.exactness = map.exactness.max(instance.exactness);
        map.states.extend(states(&instance));
        map.instances.push(instance);
    }
    for map in &mut maps {
        map.states.sort_unstable();
        map.states.dedup();
        map.retained = retained(&map.instances);
        map.instances.sort_by_key(|instance| {
            (std::cmp::Reverse(instance.bytes.saturating_add(instance.indirect)), instance.address)
        });
    }
    maps.sort_by(|one, other| {
        other.bytes.cmp(&one.bytes).then_with(|| one.declared.cmp(&other.declared))
    });
    maps
}

fn empty(instance: &MapInstance) -> InspectedMap {
    InspectedMap {
        declared: instance.declared.clone(),
        map_type: instance.map_type.clone(),
        entries: 0,
        capacity: 0,
        bytes: 0,
        retained: 0,
        exactness: Exactness::Exact,
        states: Vec::new(),
        change: None,
        instances: Vec::new(),
    }
}

/// What the entries of all instances lead to, by those of which an estimate was made.
fn retained(instances: &[MapInstance]) -> u64 {
    let (mut bytes, mut of, mut all) = (0_u128, 0_u128, 0_u128);
    for instance in instances {
        let entries = u128::from(instance.entries);
        all = all.saturating_add(entries);
        if let Some(retained) = instance.retained {
            bytes = bytes.saturating_add(retained.bytes.into());
            of = of.saturating_add(entries);
        }
    }
    let scaled = bytes.saturating_mul(all).checked_div(of).unwrap_or_default();
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

/// What a person should know of one map.
fn states(map: &MapInstance) -> Vec<MapState> {
    let mut states = Vec::new();
    if map.by_shape.is_some_and(|shape| shape.confidence < Confidence::Certain) {
        states.push(MapState::Likely);
    }
    let part = |whole: u64, of: u64| whole.checked_div(of).unwrap_or_default();
    if map.writing {
        states.push(MapState::BeingWritten);
    }
    match map.inside {
        Inside::Classic { log2_buckets, overflow, growth, grows_beyond } => {
            let least = grows_beyond.saturating_sub(part(grows_beyond, NEARLY));
            // The growth of a small map is no news.
            if map.capacity >= SMALL && growth.is_some() {
                states.push(MapState::Growing);
            } else if map.capacity >= SMALL && map.entries >= least {
                states.push(MapState::AboutToGrow);
            }
            // Hashes that spread fill one bucket in eight beyond its places when the map is fullest.
            let buckets = 1_u64.checked_shl(log2_buckets.into()).unwrap_or(u64::MAX);
            if map.capacity >= SMALL && overflow > part(buckets, 2) {
                states.push(MapState::Clustered);
            }
        }
        Inside::Swiss { tables, full_tables, tombstones, .. } => {
            if map.capacity >= SMALL && full_tables > part(tables, 4) {
                states.push(MapState::AboutToGrow);
            }
            if map.capacity >= SMALL && tombstones >= part(map.capacity, 4) {
                states.push(MapState::Tombstones);
            }
            if map.probes.is_some_and(|probes| probes.mean_hundredths >= FAR) {
                states.push(MapState::Clustered);
            }
        }
        Inside::Split { .. } | Inside::Trie { .. } => {}
    }
    let keeps_room = !matches!(map.inside, Inside::Trie { .. });
    if keeps_room && map.capacity > SMALL && map.entries.saturating_mul(ROOMY) <= map.capacity {
        states.push(MapState::NeverShrinks);
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
            indirect: 0,
            retained: None,
            probes: None,
            writing: false,
            exactness: Exactness::Exact,
            inside,
            by_shape: None,
            detail: None,
        }
    }

    fn buckets(log2_buckets: u8, overflow: u64) -> Inside {
        let grows_beyond = if log2_buckets == 0 { 8 } else { (13 << log2_buckets) / 2 };
        Inside::Classic { log2_buckets, overflow, growth: None, grows_beyond }
    }

    #[test]
    fn a_map_is_about_to_grow_where_the_runtime_would_let_it() {
        // The growth of small maps is no news.
        assert_eq!(states(&map(8, 8, buckets(0, 0))), []);
        // 2^4 buckets grow when there are more than 104 entries.
        assert_eq!(states(&map(104, 128, buckets(4, 0))), [MapState::AboutToGrow]);
        assert_eq!(states(&map(100, 128, buckets(4, 0))), []);
    }

    #[test]
    fn a_map_that_was_emptied_keeps_its_room() {
        assert_eq!(states(&map(0, 4096, buckets(9, 0))), [MapState::NeverShrinks]);
        assert_eq!(states(&map(2000, 4096, buckets(9, 0))), []);
    }

    fn swiss(tables: u64, full_tables: u64, tombstones: u64) -> Inside {
        Inside::Swiss { tables, directory: tables, depth: 0, tombstones, full_tables }
    }

    #[test]
    fn one_full_table_of_many_is_no_news() {
        assert_eq!(states(&map(112, 128, swiss(1, 1, 0))), [MapState::AboutToGrow]);
        assert_eq!(states(&map(7_000, 8_192, swiss(8, 1, 0))), []);
        assert_eq!(states(&map(7_100, 8_192, swiss(8, 5, 0))), [MapState::AboutToGrow]);
    }

    #[test]
    fn removed_entries_that_keep_places_are_said() {
        assert_eq!(states(&map(600, 1_024, swiss(1, 0, 256))), [MapState::Tombstones]);
        assert_eq!(states(&map(600, 1_024, swiss(1, 0, 255))), []);
    }

    #[test]
    fn estimates_of_some_instances_stand_for_all() {
        let mut one = map(100, 128, buckets(4, 0));
        one.retained = Some(finding::Retained { bytes: 1_000, sampled: 16 });
        let maps = by_declaration(vec![one, map(300, 512, buckets(6, 0))]);
        assert_eq!(maps[0].retained, 4_000);
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
