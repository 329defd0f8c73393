//! **Capacity taken for length.** A check asks whether a place exists and not whether something is in it, so what was never
//! put in, or was taken out, is read.
//!
//! RUSTSEC-2025-0047. Beside it, the other way round: a length that someone else claims is trusted.

use tophash::{HashMap, HashSet};

/// Keys of which none is in the map are not found by any way of looking.
fn has_nothing<V: Clone>(map: &mut HashMap<u64, V>) {
    assert!((0..2_000).all(|key| map.get(&key).is_none() && !map.contains_key(&key)));
    assert!((0..2_000).all(|key| map.get_ref(&key).is_none() && map.get_mut(&key).is_none()));
    assert!(map.get_many([&0, &1, &1_999]).iter().all(Option::is_none));
    let keys: Vec<u64> = (0..100).collect();
    map.get_many_with(&keys, |_, found| assert!(found.is_none()));
    assert_eq!((map.len(), map.iter().count(), map.keys().count()), (0, 0, 0));
    assert_eq!((map.values().count(), map.iter_mut().count()), (0, 0));
    assert!((0..200).all(|key| map.remove(&key).is_none() && map.update(&key, V::clone).is_none()));
}

#[test]
fn room_is_not_entries() {
    fn with<V: Clone>(value: fn(u64) -> V) {
        let mut map: HashMap<u64, V> = HashMap::with_capacity(1_000);
        has_nothing(&mut map);
        let fill =
            |map: &HashMap<u64, V>| (0..500).for_each(|key| drop(map.insert(key, value(key))));
        fill(&map);
        (0..500).for_each(|key| assert!(map.remove(&key).is_some()));
        assert!(map.capacity() >= 1_000);
        has_nothing(&mut map);
        fill(&map);
        map.clear();
        has_nothing(&mut map);
        fill(&map);
        map.retain(|_, _| false);
        map.reserve(3_000);
        has_nothing(&mut map);
        fill(&map);
        drop(map.drain().take(3).collect::<Vec<_>>());
        has_nothing(&mut map);
        map.shrink_to_fit();
        has_nothing(&mut map);
    }
    with(|value| value);
    with(|value| value.to_string());
}

/// Says of itself what it likes.
struct Boasting(std::ops::Range<u64>, (usize, Option<usize>));

impl Iterator for Boasting {
    type Item = u64;
    fn next(&mut self) -> Option<u64> {
        self.0.next()
    }
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.1
    }
}

#[test]
fn what_an_iterator_says_of_its_length_is_not_trusted() {
    for hint in [(usize::MAX, None), (usize::MAX, Some(usize::MAX)), (0, Some(0)), (7, Some(3))] {
        let mut map: HashMap<u64, u64> = Boasting(0..100, hint).map(|key| (key, key)).collect();
        map.extend(Boasting(50..150, hint).map(|key| (key, key)));
        assert_eq!((map.len(), map.iter().count()), (150, 150));
        let set: HashSet<u64> = Boasting(0..100, hint).collect();
        assert_eq!(set.len(), 100);
    }
}
