//! Maps and sets of a user's own plain types: every method, in the buckets themselves.

#[path = "support/plain.rs"]
mod plain;

use plain::{Halves, Id};
use std::cell::Cell;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use tophash::{Compute, Entry, HashMap, Inline, Operation, Plain, PlainMap, PlainSet};

/// Entries of most maps here: fewer where an interpreter looks at each step.
const MANY: u16 = if cfg!(miri) { 200 } else { 1_000 };

#[test]
fn every_way_to_make_one() {
    let empty: PlainMap<Id, Halves> = PlainMap::default();
    assert!(empty.is_empty() && empty.capacity() == 0);
    let map = HashMap::new_in(Inline);
    assert!(map.insert(Id(1), 0.5f64).is_none());
    let map = HashMap::with_capacity_in(1_000, Inline);
    assert!(map.capacity() >= 1_000 && map.insert([1u8, 2, 3], 4u16).is_none());
    let hasher = BuildHasherDefault::<std::hash::DefaultHasher>::default();
    let map = HashMap::with_capacity_and_hasher_in(10, hasher, Inline);
    assert!(map.insert(Id(1), Id(2)).is_none());
    let tried = HashMap::<Id, Id, _, Inline>::try_with_capacity_and_hasher_in(
        usize::MAX,
        map.hasher().clone(),
        Inline,
    );
    assert!(tried.is_err());
    let set = tophash::HashSet::new_in(Inline);
    assert!(set.insert(Id(1)) && !set.insert(Id(1)));
    assert!(tophash::HashSet::with_capacity_in(10, Inline).insert(Id(1)));
}

/// A hasher that a `static` can have.
#[derive(Clone, Copy, Default)]
struct Fixed;

impl BuildHasher for Fixed {
    type Hasher = std::hash::DefaultHasher;
    fn build_hasher(&self) -> Self::Hasher {
        std::hash::DefaultHasher::new()
    }
}

#[test]
fn one_may_be_static() {
    static MAP: PlainMap<Id, Halves, Fixed> = HashMap::with_hasher_in(Fixed, Inline);
    static SET: PlainSet<Id, Fixed> = tophash::HashSet::with_hasher_in(Fixed, Inline);
    assert!(MAP.insert(Id(1), Halves { low: 1, high: 2 }).is_none());
    assert!(SET.insert(Id(1)));
    assert_eq!(MAP.get(&Id(1)), Some(Halves { low: 1, high: 2 }));
}

#[test]
fn values_of_every_size_keep_their_bits() {
    fn keep<V: Plain + PartialEq + std::fmt::Debug>(values: impl Iterator<Item = V>) {
        let values: Vec<V> = values.collect();
        let map: PlainMap<Id, V> =
            values.iter().enumerate().map(|(key, value)| (Id(key as u64), *value)).collect();
        for (key, value) in values.iter().enumerate() {
            assert_eq!(map.get(&Id(key as u64)), Some(*value));
        }
        assert_eq!((map.len(), map.stats().retired), (values.len(), 0));
    }
    keep(0..=u8::MAX);
    keep((0..=u16::MAX).step_by(if cfg!(miri) { 300 } else { 1 }));
    keep((0..MANY).map(|n| [n as u8, 255, (n >> 8) as u8]));
    keep((0..MANY).map(|n| [n, n ^ 0xffff, 0, 1]));
    keep((0..MANY).map(|n| f64::from(n) / 3.0));
    keep((0..u32::from(MANY)).map(|n| Halves { low: n, high: !n }));
    keep((0..u64::from(MANY)).map(|n| [n; 1]));
    let numbers: PlainMap<Id, f64> = [(Id(1), f64::NAN), (Id(2), -0.0)].into_iter().collect();
    assert_eq!(numbers.get(&Id(1)).map(f64::to_bits), Some(f64::NAN.to_bits()));
    assert_eq!(numbers.get(&Id(2)).map(f64::to_bits), Some((-0.0f64).to_bits()));
}

#[test]
fn keys_without_bits_are_one_key() {
    let map: PlainMap<(), Halves> = PlainMap::default();
    assert!(map.insert((), 1.into()).is_none());
    assert_eq!(map.insert((), 2.into()).map(|old| *old), Some(1.into()));
    assert_eq!((map.get(&()), map.len()), (Some(2.into()), 1));
    let set: PlainSet<()> = PlainSet::default();
    assert!(set.insert(()) && !set.insert(()) && set.remove(&()) && set.is_empty());
}

#[test]
fn operations_by_closure_and_by_entry() {
    let map: PlainMap<Id, f32> = PlainMap::default();
    assert_eq!(*map.get_or_insert(Id(1), 1.5), 1.5);
    assert_eq!(map.update(&Id(1), |value| value * 2.0).map(|old| *old), Some(1.5));
    let done = map.compute(Id(1), |value| match value {
        Some(value) => Operation::Insert(value + 1.0),
        None => Operation::Abort(()),
    });
    assert!(matches!(done, Compute::Updated { old, new } if (*old, *new) == (3.0, 4.0)));
    match map.entry(Id(1)) {
        Entry::Occupied(entry) => assert_eq!(entry.replace(5.0).map(|old| *old), Ok(4.0)),
        Entry::Vacant(_) => panic!("there is one"),
    }
    assert_eq!(*map.entry(Id(2)).or_default(), 0.0);
    assert!(map.try_insert(Id(2), 1.0).is_err_and(|there| *there.current == 0.0));
    assert!(map.remove_if(&Id(2), |_, value| *value > 0.0).is_none());
    assert_eq!(map.get_many([&Id(1), &Id(3)]), [Some(5.0), None]);
    assert_eq!(map.get_with(&Id(1), |value| value + 1.0), Some(6.0));
    let held = map.get_ref(&Id(1)).unwrap();
    assert_eq!(map.remove_entry(&Id(1)), Some((Id(1), 5.0)));
    assert_eq!(*held, 5.0, "it is a copy");
}

#[test]
fn arithmetic_is_for_integers_under_every_plain_key() {
    let map: PlainMap<Halves, u32> = PlainMap::default();
    let key = Halves { low: 1, high: 2 };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..MANY {
                    map.fetch_add(key, 1);
                }
            });
        }
    });
    let sum = 4 * u32::from(MANY);
    assert_eq!(map.compare_exchange(key, sum, 7), Ok(sum));
    assert_eq!((map.fetch_max(key, 9), map.fetch_sub(key, 1)), (Some(7), Some(9)));
    assert_eq!(map.get(&key), Some(8));
}

#[test]
fn who_has_the_map_to_himself_changes_values_in_their_place() {
    let mut map: PlainMap<Id, Halves> =
        (0..u64::from(MANY)).map(|key| (Id(key), key.into())).collect();
    map.get_mut(&Id(3)).unwrap().high = 9;
    for (key, value) in &mut map {
        value.low += key.0 as u32;
    }
    assert_eq!(map.get(&Id(3)), Some(Halves { low: 6, high: 9 }));
    map.reserve(10_000);
    map.shrink_to_fit();
    map.extend([(&Id(9_999), &Halves::from(5))]);
    assert!(map == map.clone() && format!("{map:?}").contains("Id(9999): Halves { low: 5"));
    let boxed: HashMap<Id, Halves> = map.iter().map(|entry| (*entry.key(), *entry)).collect();
    assert_eq!(boxed, map, "storages differ, and maps do not");
    assert_eq!(map, boxed);
    assert_eq!((map.drain().count(), map.len()), (usize::from(MANY) + 1, 0));
    let mut unit: PlainMap<Id, ()> = (0..10).map(|key| (Id(key), ())).collect();
    assert_eq!((unit.iter_mut().count(), unit.get_mut(&Id(3))), (10, Some(&mut ())));
}

#[test]
fn sets_of_plain_elements() {
    let set: PlainSet<Halves> = (0..u64::from(MANY)).map(Halves::from).collect();
    let other: tophash::HashSet<Halves> = (0..100u64).map(Halves::from).collect();
    assert!(other.is_subset(&set) && set.is_superset(&other) && set != other);
    set.retain(|element| element.low < 100);
    assert_eq!(set, other);
    assert_eq!(other, set);
    assert!(set.take(&Halves::from(7)).is_some_and(|element| element.low == 7));
    assert_eq!((set.stats().retired, set.into_iter().count()), (0, 99));
}

#[test]
fn elements_of_two_words_stay_in_one_piece() {
    let set: PlainSet<[u64; 2]> = PlainSet::default();
    let most = u64::from(MANY);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                for n in 0..most {
                    set.insert([n, !n]);
                    if n % 3 == 0 {
                        set.remove(&[n / 2, !(n / 2)]);
                    }
                    assert!(set.get(&[n, !n]).is_none_or(|element| element[1] == !element[0]));
                }
            });
        }
        scope.spawn(|| (0..10).for_each(|_| assert!(set.iter().all(|e| e[1] == !e[0]))));
    });
    let map: PlainMap<[u8; 9], ()> =
        (0..=255u8).map(|n| ([n, 1, 2, 3, 4, 5, 6, 7, !n], ())).collect();
    assert!((0..=255u8).all(|n| map.contains_key(&[n, 1, 2, 3, 4, 5, 6, 7, !n])));
    assert!(!map.contains_key(&[0, 1, 2, 3, 4, 5, 6, 7, 8]));
    let mut map = map.clone();
    map.shrink_to_fit();
    assert!(map.iter_mut().all(|(key, ())| key[8] == !key[0] && key[7] == 7));
    assert!(map.into_iter().all(|(key, ())| key[8] == !key[0]));
}

thread_local! {
    /// Calls of `Hash` and `Eq` until one of them panics.
    static FUSE: Cell<u32> = const { Cell::new(u32::MAX) };
}

fn burn() {
    let left = FUSE.get();
    FUSE.set(left.wrapping_sub(1));
    if left == 0 {
        // A panic without its message.
        resume_unwind(Box::new(()));
    }
}

/// A key whose `Hash` and `Eq` panic when they are told to.
#[derive(Clone, Copy, Debug)]
#[repr(transparent)]
struct Fused(u64);

// SAFETY: it is laid out as its one field is, which is an integer.
#[expect(unsafe_code, reason = "what a user writes for a type of his own")]
unsafe impl Plain for Fused {}

impl Hash for Fused {
    fn hash<H: Hasher>(&self, state: &mut H) {
        burn();
        self.0.hash(state);
    }
}

impl PartialEq for Fused {
    fn eq(&self, other: &Self) -> bool {
        burn();
        self.0 == other.0
    }
}

impl Eq for Fused {}

#[test]
fn a_panic_at_every_call_of_a_plain_keys_code_leaves_the_map_whole() {
    let keys = if cfg!(miri) { 40 } else { 200 };
    for fuse in (0..).step_by(if cfg!(miri) { 5 } else { 1 }) {
        let map: PlainMap<Fused, u64, Fixed> = PlainMap::default();
        let mut done = 0;
        FUSE.set(fuse);
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            for key in 0..keys {
                let _ = map.insert(Fused(key), key);
                done = key + 1;
                if key % 3 == 0 {
                    let _ = map.update(&Fused(key), |value| *value);
                    assert_eq!(map.get(&Fused(key)), Some(key));
                }
            }
        }));
        FUSE.set(u32::MAX);
        for key in 0..done {
            assert_eq!(map.get(&Fused(key)), Some(key), "fuse {fuse}");
        }
        // The insertion that was interrupted has happened or not.
        assert!(map.len() as u64 == done || map.len() as u64 == done + 1, "fuse {fuse}");
        let mut met: Vec<u64> = map.iter().map(|entry| entry.key().0).collect();
        met.sort_unstable();
        assert!(met.into_iter().eq(0..map.len() as u64), "fuse {fuse}");
        let _ = map.insert(Fused(1_000), 1);
        assert_eq!(map.remove(&Fused(1_000)).map(|old| *old), Some(1));
        if outcome.is_ok() {
            assert!(fuse >= 2 * keys as u32, "{fuse} calls are too few to mean much");
            break;
        }
    }
}
