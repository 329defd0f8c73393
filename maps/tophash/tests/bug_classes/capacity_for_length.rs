//! **Capacity taken for length.** A check asks whether a place exists and not whether something is in it, so what was
//! never put in, or was taken out, is read.
//!
//! RUSTSEC-2025-0047. Beside it, the other way round: a length that someone else claims is trusted.

use crate::few;
use tophash::{HashMap, HashSet};

/// Keys of which none is in the map are not found by any way of looking.
fn has_nothing<V: Clone>(map: &mut HashMap<u64, V>) {
    assert!((0..few(2_000, 30)).all(|key| map.get(&key).is_none() && !map.contains_key(&key)));
    assert!(
        (0..few(2_000, 30)).all(|key| map.get_ref(&key).is_none() && map.get_mut(&key).is_none())
    );
    assert!(map.get_many([&0, &1, &29]).iter().all(Option::is_none));
    let keys: Vec<u64> = (0..few(100, 20)).collect();
    map.get_many_with(&keys, |_, found| assert!(found.is_none()));
    assert_eq!((map.len(), map.iter().count(), map.keys().count()), (0, 0, 0));
    assert_eq!((map.values().count(), map.iter_mut().count()), (0, 0));
    assert!(
        (0..few(200, 20))
            .all(|key| map.remove(&key).is_none() && map.update(&key, V::clone).is_none())
    );
}

#[test]
fn room_is_not_entries() {
    fn with<V: Clone>(value: fn(u64) -> V) {
        let mut map: HashMap<u64, V> = HashMap::with_capacity(few(1_000, 40) as usize);
        has_nothing(&mut map);
        let fill = |map: &HashMap<u64, V>| {
            (0..few(500, 20)).for_each(|key| drop(map.insert(key, value(key))));
        };
        fill(&map);
        (0..few(500, 20)).for_each(|key| assert!(map.remove(&key).is_some()));
        assert!(map.capacity() >= few(1_000, 40) as usize);
        has_nothing(&mut map);
        fill(&map);
        map.clear();
        has_nothing(&mut map);
        fill(&map);
        map.retain(|_, _| false);
        map.reserve(few(3_000, 60) as usize);
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
    let hints = [(0, Some(0)), (7, Some(7)), (usize::MAX, None), (usize::MAX, Some(usize::MAX))];
    // A great length is believed as far as some thousand entries, which is much for an interpreter.
    for hint in hints.into_iter().take(few(4, 2) as usize) {
        let mut map: HashMap<u64, u64> =
            Boasting(0..few(100, 20), hint).map(|key| (key, key)).collect();
        map.extend(Boasting(10..few(150, 30), hint).map(|key| (key, key)));
        assert_eq!((map.len(), map.iter().count()), (few(150, 30) as usize, few(150, 30) as usize));
        let set: HashSet<u64> = Boasting(0..few(100, 20), hint).collect();
        assert_eq!(set.len() as u64, few(100, 20));
    }
}
