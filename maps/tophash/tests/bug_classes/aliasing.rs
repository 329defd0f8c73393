//! **Broken aliasing.** Two exclusive references to one value, or an exclusive one beside a shared one, come from
//! within a container whose signatures look right: the compiler then moves reads across writes.
//!
//! RUSTSEC-2026-0002. Miri checks the rules themselves; without it, these see two references to one place.

use crate::few;
use std::cell::Cell;
use std::collections::BTreeSet;
use tophash::HashMap;

#[test]
fn exclusive_references_to_all_values_are_alive_together() {
    fn with<V: From<u8> + PartialEq + std::fmt::Debug>(add: fn(&mut V)) {
        const KEYS: u8 = few(100, 16) as u8;
        let mut map: HashMap<u64, V> =
            (0..u64::from(KEYS)).map(|key| (key, V::from(key as u8))).collect();
        {
            let mut values: Vec<(u64, &mut V)> =
                map.iter_mut().map(|(key, value)| (*key, value)).collect();
            let places: BTreeSet<_> =
                values.iter().map(|(_, value)| std::ptr::from_ref::<V>(value).addr()).collect();
            assert_eq!(places.len(), KEYS.into(), "two references to one place");
            // From both ends, so that each is used after others were.
            for turn in 0..usize::from(KEYS) {
                let at = if turn % 2 == 0 { turn / 2 } else { values.len() - 1 - turn / 2 };
                add(values[at].1);
            }
            values.iter_mut().for_each(|(_, value)| add(value));
        }
        for key in 0..KEYS {
            let mut expected = V::from(key);
            add(&mut expected);
            add(&mut expected);
            assert_eq!(map.get_ref(&u64::from(key)).unwrap().value(), &expected);
            add(map.get_mut(&u64::from(key)).unwrap());
            add(&mut expected);
            assert_eq!(map.get_ref(&u64::from(key)).unwrap().value(), &expected);
        }
    }
    with::<u64>(|value| *value += 1);
    with::<u128>(|value| *value += 1);
    with::<Box<u8>>(|value| **value += 1);
}

#[test]
fn exclusive_references_as_values_are_lent_one_after_another() {
    let mut words = [1u64, 2, 3];
    let mut map: HashMap<u8, &mut u64> = (0u8..).zip(&mut words).collect();
    for (key, value) in &mut map {
        **value += u64::from(*key);
    }
    **map.get_mut(&0).unwrap() += 10;
    for (_, value) in map.drain() {
        *value *= 2;
    }
    drop(map);
    assert_eq!(words, [22, 6, 10]);
}

#[test]
fn what_is_read_stays_as_it_is_while_it_is_replaced() {
    // A `Cell` may change under a shared reference; it is still one value, and not a copy.
    let map: HashMap<u64, Cell<u64>> = HashMap::from([(1, Cell::new(1))]);
    let (first, second) = (map.get_ref(&1).unwrap(), map.get_ref(&1).unwrap());
    first.set(2);
    assert_eq!(second.get(), 2);
    map.insert(1, Cell::new(3));
    first.set(4);
    assert_eq!((second.get(), map.get_ref(&1).unwrap().get()), (4, 3));
    let text = HashMap::from([(1, String::from("one"))]);
    let held = text.get_ref(&1).unwrap();
    let borrowed: &str = held.as_str();
    text.insert(1, "uno".to_owned());
    text.clear();
    assert_eq!(borrowed, "one");
}
