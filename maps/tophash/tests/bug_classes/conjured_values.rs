//! **Values out of nothing.** Memory that was only reserved, zeroed or left is taken for a value; or a type is taken
//! for what it is not: for one that may be all zeros, that has no padding, or that has a certain layout.
//!
//! RUSTSEC-2022-0021, RUSTSEC-2022-0020, RUSTSEC-2020-0052. Under Miri each of these would be an error even where the
//! result is right by chance. A key that marks a place as empty is the same bug in small, so all keys are tried.

use crate::few;
use std::fmt::Debug;
use std::hash::Hash;
use std::num::{NonZeroU8, NonZeroU64};
use tophash::HashMap;

/// Puts values through everything that copies, moves, frees or reserves.
fn come_back<K, V>(entries: &[(K, V)])
where
    K: Clone + Eq + Hash + Debug,
    V: Clone + PartialEq + Debug,
{
    let mut map: HashMap<K, V> = HashMap::with_capacity(few(300, 20) as usize);
    assert_eq!((map.iter().count(), map.iter_mut().count(), map.len()), (0, 0, 0));
    let whole = |map: &HashMap<K, V>| {
        assert_eq!(map.len(), entries.len());
        for (key, value) in entries {
            assert_eq!(map.get(key).as_ref(), Some(value), "{key:?}");
            assert_eq!(map.get_ref(key).unwrap().pair(), (key, value));
        }
        assert!(map.iter().all(|entry| entries.iter().any(|(k, v)| entry.pair() == (k, v))));
    };
    for (key, value) in entries {
        assert!(map.get(key).is_none());
        assert!(map.insert(key.clone(), value.clone()).is_none(), "{key:?} was there");
        assert_eq!(map.insert(key.clone(), value.clone()).unwrap().value(), value);
    }
    whole(&map);
    map.reserve(few(1_000, 30) as usize);
    whole(&map);
    map.shrink_to_fit();
    whole(&map);
    whole(&map.clone());
    let copy = map.clone();
    assert_eq!(map.drain().count(), entries.len());
    assert_eq!((map.iter().count(), map.iter_mut().count(), map.drain().count()), (0, 0, 0));
    assert_eq!(copy.into_iter().count(), entries.len());
}

#[test]
fn types_with_forbidden_bits_come_back_as_they_were() {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
    enum Direction {
        Up = 3,
        Down = 200,
    }
    fn one() -> u8 {
        1
    }
    come_back(&[(1u8, true), (2, false)]);
    come_back(&[(false, Direction::Down), (true, Direction::Up)]);
    come_back(&[('\u{10ffff}', '\0'), ('\0', 'a')]);
    come_back(&[(NonZeroU64::MIN, Some(NonZeroU8::MAX)), (NonZeroU64::MAX, None)]);
    come_back(&[(1u64, Some(Box::new(2u64))), (0, None)]);
    come_back(&[("", &b"x"[..]), ("a", b"")]);
    come_back(&[(Some(String::new()), vec![()]), (None, Vec::new())]);
    let map = HashMap::from([(0u32, one as fn() -> u8)]);
    assert_eq!(map.get(&0).unwrap()(), 1);
}

#[test]
fn types_with_padding_or_without_a_size_come_back_as_they_were() {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
    #[repr(C)]
    struct Padded(u8, u32, u8);
    come_back(&[(Padded(1, 2, 3), (4u8, 5u64)), (Padded(0, 0, 0), (0, 0))]);
    come_back(&[((1u8, 1u16), Padded(9, 9, 9))]);
    come_back(&[((), ())]);
    come_back(&[(1u64, ()), (0, ())]);
    come_back(&[((), 0u64)]);
    come_back(&[(0u128, i128::MIN), (u128::MAX, -1)]);
    come_back(&[([0u8; 3], [0u8; 0])]);
}

#[test]
fn no_integer_means_that_nothing_is_there() {
    macro_rules! all {
        ($($integer:ty)*) => {$({
            let some = [0, 1, 2, <$integer>::MAX, <$integer>::MAX - 1, <$integer>::MAX / 2];
            let mut keys: Vec<$integer> = some.into_iter().chain([<$integer>::MIN, !0, !1]).collect();
            keys.sort_unstable();
            keys.dedup();
            for value in some.into_iter().take(few(9, 1) as usize) {
                let entries: Vec<_> = keys.iter().map(|key| (*key, value)).collect();
                come_back(&entries);
            }
            let entries: Vec<_> = keys.iter().map(|key| (*key, ())).collect();
            come_back(&entries);
        })*};
    }
    all!(u8 i8 u16 i16 u32 i32 u64 i64 usize isize);
}
