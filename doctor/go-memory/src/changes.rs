//! How maps changed between several looks.

use finding::{Change, InspectedMap, MapState};
use rustc_hash::FxHashMap;

/// So many looks, one after the other, tell growth from chance.
const LEAST: usize = 3;

/// Compares the last of several looks with those before it, which were over so many milliseconds. What grew at each of
/// three looks or more is said to leak.
pub fn compare(earlier: &[Vec<InspectedMap>], last: &mut [InspectedMap], milliseconds: u64) {
    let key = |map: &InspectedMap| (map.declared.clone(), map.map_type.clone());
    let looks: Vec<FxHashMap<_, _>> = earlier
        .iter()
        .map(|look| look.iter().map(|map| (key(map), (map.entries, map.bytes))).collect())
        .collect();
    for map in last {
        let key = key(map);
        // A map that was not there had no entries.
        let before = looks.iter().map(|look| look.get(&key).copied().unwrap_or_default());
        let (entries, bytes) = before.chain([(map.entries, map.bytes)]).unzip();
        let change = Change { milliseconds, entries, bytes };
        if change.entries.len() >= LEAST && change.is_steady_growth() {
            map.states.push(MapState::Leaking);
            map.states.sort_unstable();
        }
        map.change = Some(change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use finding::Exactness;

    fn look(entries: &[(&str, u64)]) -> Vec<InspectedMap> {
        let map = |(name, entries): &(&str, u64)| InspectedMap {
            declared: (*name).into(),
            map_type: "map[int]int".into(),
            entries: *entries,
            capacity: *entries,
            bytes: *entries,
            retained: 0,
            exactness: Exactness::Exact,
            states: Vec::new(),
            change: None,
            instances: Vec::new(),
        };
        entries.iter().map(map).collect()
    }

    #[test]
    fn what_grows_at_each_look_leaks() {
        let earlier = [look(&[("leak", 10), ("busy", 10)]), look(&[("leak", 20), ("busy", 25)])];
        let mut last = look(&[("leak", 30), ("busy", 20), ("new", 5)]);
        compare(&earlier, &mut last, 2_000);
        assert_eq!(last[0].states, [MapState::Leaking]);
        assert_eq!(last[0].change.as_ref().map(Change::grown_a_second), Some(10));
        assert_eq!(last[1].states, []);
        assert_eq!(last[1].change.as_ref().map(Change::grown), Some(10));
        assert_eq!(last[2].change.as_ref().unwrap().entries, [0, 0, 5]);
    }

    #[test]
    fn two_looks_do_not_tell_a_leak() {
        let mut last = look(&[("leak", 30)]);
        compare(&[look(&[("leak", 10)])], &mut last, 1_000);
        assert_eq!(last[0].states, []);
    }
}
