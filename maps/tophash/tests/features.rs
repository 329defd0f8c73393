//! The features `serde` and `rayon`.
#![cfg(all(feature = "serde", feature = "rayon"))]

use rayon::iter::{IntoParallelIterator, ParallelExtend, ParallelIterator};
use tophash::{HashMap, HashSet, PlainMap, PlainSet};

#[test]
fn maps_and_sets_are_written_and_read() {
    let map: HashMap<String, u64> = (0..100).map(|key| (key.to_string(), key)).collect();
    let text = serde_json::to_string(&map).unwrap();
    assert_eq!(serde_json::from_str::<HashMap<String, u64>>(&text).unwrap(), map);
    let set: HashSet<u64> = (0..100).collect();
    let text = serde_json::to_string(&set).unwrap();
    assert_eq!(serde_json::from_str::<HashSet<u64>>(&text).unwrap(), set);
    let error = serde_json::from_str::<HashMap<u64, u64>>("[1]").unwrap_err();
    assert!(error.to_string().contains("expected a map"), "{error}");
    assert!(serde_json::from_str::<HashSet<u64>>("{}").is_err());
    let twice: HashMap<String, u64> = serde_json::from_str(r#"{"a": 1, "a": 2}"#).unwrap();
    assert_eq!(twice.get("a"), Some(2));
}

#[test]
fn maps_and_sets_of_plain_entries_have_the_features_too() {
    let map: PlainMap<[u8; 2], f64> = [([1, 2], 0.5)].into_iter().collect();
    assert!(serde_json::to_string(&map).is_err(), "JSON has no such keys");
    let set: PlainSet<[u8; 2]> = (0..100).map(|element| [element, 1]).collect();
    let text = serde_json::to_string(&set).unwrap();
    assert_eq!(serde_json::from_str::<PlainSet<[u8; 2]>>(&text).unwrap(), set);
    let map: PlainMap<u64, f64> = serde_json::from_str(r#"{"7": 0.5}"#).unwrap();
    assert_eq!(serde_json::to_string(&map).unwrap(), r#"{"7":0.5}"#);

    let mut map: PlainMap<[u16; 4], f32> =
        (0..10_000u16).into_par_iter().map(|key| ([key; 4], f32::from(key))).collect();
    map.par_extend((5_000..20_000u16).into_par_iter().map(|key| ([key; 4], f32::from(key))));
    assert!((&map).into_par_iter().all(|entry| f32::from(entry.key()[3]) == *entry));
    assert_eq!(map.into_par_iter().count(), 20_000);
    let mut set: PlainSet<[u8; 2]> = (0..100u8).into_par_iter().map(|key| [key, 2]).collect();
    set.par_extend((50..150u8).into_par_iter().map(|key| [key, 2]));
    assert_eq!(((&set).into_par_iter().count(), set.into_par_iter().count()), (150, 150));
}

#[test]
fn parallel_iterators_fill_and_walk() {
    let mut map: HashMap<u64, String> =
        (0..10_000u64).into_par_iter().map(|key| (key, key.to_string())).collect();
    map.par_extend((5_000..20_000u64).into_par_iter().map(|key| (key, key.to_string())));
    assert_eq!(map.len(), 20_000);
    let sum: u64 = (&map).into_par_iter().map(|entry| entry.key() + entry.len() as u64).sum();
    let expected: u64 = (0..20_000u64).map(|key| key + key.to_string().len() as u64).sum();
    assert_eq!(sum, expected);
    assert!(map.into_par_iter().all(|(key, text)| key.to_string() == text));
    let mut set: HashSet<u64> = (0..1_000u64).into_par_iter().collect();
    set.par_extend(500..1_500u64);
    assert_eq!((&set).into_par_iter().map(|element| *element).sum::<u64>(), 1_499 * 1_500 / 2);
    assert_eq!(set.into_par_iter().count(), 1_500);
}
