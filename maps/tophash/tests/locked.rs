//! `Locked` and `Sharded` against `std`'s map, call by call, and what each has of its own.
#![cfg(feature = "locked")]

use proptest::prelude::*;
use std::cell::Cell;
use std::collections::HashMap as Model;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;
use tophash::{Altered, ConcurrentMap, Locked, Operation, Sharded};

#[derive(Clone, Copy, Debug)]
enum Op {
    Insert(u16, u16),
    TryInsert(u16, u16),
    Remove(u16),
    RemoveIf(u16, u16),
    Update(u16, u16),
    GetOrInsert(u16, u16),
    Compute(u16, u16),
    Fill(u16),
    Retain(u16),
    Clear,
    Reserve(u16),
    Shrink,
    Shards(u16),
}

fn operations() -> impl Strategy<Value = Vec<Op>> {
    let (key, value) = (0..300u16, any::<u16>());
    let both = (key.clone(), value);
    let op = prop_oneof![
        8 => both.clone().prop_map(|(k, v)| Op::Insert(k, v)),
        2 => both.clone().prop_map(|(k, v)| Op::TryInsert(k, v)),
        4 => key.clone().prop_map(Op::Remove),
        2 => both.clone().prop_map(|(k, v)| Op::RemoveIf(k, v)),
        2 => both.clone().prop_map(|(k, v)| Op::Update(k, v)),
        2 => both.clone().prop_map(|(k, v)| Op::GetOrInsert(k, v)),
        3 => both.prop_map(|(k, v)| Op::Compute(k, v)),
        1 => key.clone().prop_map(Op::Fill),
        1 => value.prop_map(Op::Retain),
        1 => Just(Op::Clear),
        1 => key.prop_map(Op::Reserve),
        1 => Just(Op::Shrink),
        1 => (0..2_000u16).prop_map(Op::Shards),
    ];
    prop::collection::vec(op, 1..200)
}

/// One body over both maps: their methods are called alike.
macro_rules! follows_the_model {
    ($map:ty, $operations:expr, $reshard:expr) => {{
        let map = <$map>::default();
        let mut model = Model::<String, u16>::new();
        let k = |key: u16| key.to_string();
        for op in $operations {
            match *op {
                Op::Insert(key, value) => {
                    assert_eq!(map.insert(k(key), value), model.insert(k(key), value));
                }
                Op::TryInsert(key, value) => {
                    let absent = !model.contains_key(&k(key));
                    assert_eq!(map.try_insert(k(key), value), absent.then_some(()).ok_or(value));
                    model.entry(k(key)).or_insert(value);
                }
                Op::Remove(key) => {
                    assert_eq!(map.remove_entry(&*k(key)), model.remove_entry(&*k(key)));
                }
                Op::RemoveIf(key, most) => {
                    let wanted = |value: &u16| *value <= most;
                    let gone =
                        model.get(&k(key)).copied().filter(wanted).map(|value| (k(key), value));
                    assert_eq!(map.remove_if(&*k(key), wanted), gone);
                    gone.map(|(key, _)| model.remove(&key));
                }
                Op::Update(key, more) => {
                    let change = |value: &mut u16| {
                        *value = value.wrapping_add(more);
                        *value
                    };
                    assert_eq!(map.update(&*k(key), change), model.get_mut(&k(key)).map(change));
                }
                Op::GetOrInsert(key, value) => {
                    let there = *model.entry(k(key)).or_insert(value);
                    assert_eq!(map.get_or_insert(k(key), value), there);
                }
                Op::Compute(key, value) => {
                    let before = model.get(&k(key)).copied();
                    let (operation, altered) = match (value % 3, before) {
                        (0, Some(_)) => (Operation::Insert(value), Altered::Replaced),
                        (0, None) => (Operation::Insert(value), Altered::Inserted),
                        (1, Some(_)) => (Operation::Remove, Altered::Removed),
                        (1, None) => (Operation::Remove, Altered::Absent),
                        _ => (Operation::Abort(value), Altered::Aborted(value)),
                    };
                    match operation {
                        Operation::Insert(value) => drop(model.insert(k(key), value)),
                        Operation::Remove => drop(model.remove(&k(key))),
                        Operation::Abort(_) => {}
                    }
                    let decide = |there: Option<&u16>| {
                        assert_eq!(there.copied(), before);
                        operation
                    };
                    assert_eq!(map.compute(k(key), decide), altered);
                }
                Op::Fill(first) => {
                    let entries = (first..first + 100).map(|key| (k(key), key));
                    (&map).extend(entries.clone());
                    model.extend(entries);
                }
                Op::Retain(bits) => {
                    let keep = |_: &String, value: &mut u16| {
                        *value |= 1;
                        *value & bits & 6 != 0
                    };
                    map.retain(keep);
                    model.retain(keep);
                }
                Op::Clear => {
                    map.clear();
                    model.clear();
                }
                Op::Reserve(additional) => map.reserve(additional.into()),
                Op::Shrink => map.shrink_to_fit(),
                Op::Shards(shards) => $reshard(&map, shards.into()),
            }
            assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
            assert!(map.capacity() >= map.len());
        }
        for key in 0..400u16 {
            assert_eq!(map.get(&*k(key)), model.get(&k(key)).copied());
            assert_eq!(map.contains_key(&*k(key)), model.contains_key(&k(key)));
        }
        let mut met = Model::new();
        map.for_each(|key, value| assert_eq!(met.insert(key.clone(), *value), None));
        assert_eq!(met, model);
        assert_eq!(map.summary().entries, model.len());
        let debug: Model<String, u16> = serde_json::from_str(&format!("{map:?}")).unwrap();
        assert_eq!(debug, model);
        assert_eq!(map.clone().into_iter().collect::<Model<_, _>>(), model);
        assert_eq!(map.into_iter().collect::<Model<_, _>>(), model);
    }};
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if std::env::var_os("TOPHASH_DEEP").is_some() { 4_000 } else { 200 }))]

    #[test]
    fn locked_follows_the_model(operations in operations()) {
        follows_the_model!(Locked<String, u16>, &operations, |_: &Locked<_, _>, _: usize| ());
    }

    #[test]
    fn sharded_follows_the_model_whatever_its_shards(operations in operations()) {
        follows_the_model!(Sharded<String, u16>, &operations, Sharded::set_shards);
    }
}

#[test]
fn shards_are_as_many_as_were_asked_for() {
    let by_processors = std::thread::available_parallelism().unwrap().get() * 64;
    assert_eq!(Sharded::<u64, u64>::new().shards(), by_processors.next_power_of_two());
    for (asked, had) in [(0, 1), (1, 1), (3, 4), (64, 64), (65, 128), (usize::MAX, 65_536)] {
        assert_eq!(Sharded::<u64, u64>::with_shards(asked).shards(), had);
    }
    let map: Sharded<u64, u64> = (0..10_000).map(|key| (key, key)).collect();
    for shards in [1, 65_536, 2, 512, 64, 1, 16] {
        map.set_shards(shards);
        let sizes = map.shard_sizes();
        assert_eq!((map.shards(), sizes.len(), sizes.iter().sum()), (shards, shards, 10_000));
        let mut counted = vec![0; shards];
        (0..10_000).for_each(|key| counted[map.shard_of(&key)] += 1);
        assert_eq!(counted, sizes, "each key is where its hash says");
        assert_eq!(map.summary().shards, sizes);
        assert!(map.summary().imbalance() < Some(if shards < 1_000 { 3.0 } else { 40.0 }));
        assert!((0..10_000).all(|key| map.get(&key) == Some(key)));
    }
    assert!(map.summary().moved >= Some(70_000));
}

#[test]
fn bad_hashers_are_spread_over_the_shards() {
    type Unmixed = tophash_verify::fault::Identity;
    let map = Sharded::<u64, u64, Unmixed>::with_shards_and_hasher(64, Unmixed::default());
    (&map).extend((0..6_400).map(|key| (key, key)));
    assert!(map.summary().imbalance() < Some(2.0), "{:?}", map.shard_sizes());
}

#[test]
fn growth_is_counted() {
    let (locked, sharded) = (Locked::new(), Sharded::with_shards(4));
    for key in 0..10_000u64 {
        locked.insert(key, key);
        sharded.insert(key, key);
    }
    let summary = locked.summary();
    // From nothing to 3, 7, 14, and so on by doubling: each growth moves what was there.
    let growths = summary.growths.unwrap();
    assert!((10..=13).contains(&growths), "{summary:?}");
    assert!((7_000..=15_000).contains(&summary.moved.unwrap()), "{summary:?}");
    assert!(summary.capacity.unwrap() >= 10_000 && summary.bytes.unwrap() >= 160_000);
    let summary = sharded.summary();
    assert!((4 * 8..=4 * 13).contains(&summary.growths.unwrap()), "{summary:?}");
    assert!(summary.capacity.unwrap() >= 10_000 && summary.bytes.unwrap() >= 160_000);
    let bytes = summary.bytes;
    sharded.retain(|key, _| *key < 100);
    sharded.shrink_to_fit();
    assert!(sharded.summary().bytes < bytes.map(|bytes| bytes / 20));
    locked.clear();
    assert_eq!(
        (locked.len(), locked.summary().bytes),
        (0, Some(locked.clone().summary().bytes.unwrap()))
    );
    locked.shrink_to_fit();
    assert_eq!((locked.capacity(), locked.summary().bytes), (0, Some(0)));
}

#[test]
fn they_are_written_and_read() {
    let locked: Locked<String, u64> = (0..100).map(|key| (key.to_string(), key)).collect();
    let text = serde_json::to_string(&locked).unwrap();
    let sharded: Sharded<String, u64> = serde_json::from_str(&text).unwrap();
    assert_eq!(sharded.len(), 100);
    let text = serde_json::to_string(&sharded).unwrap();
    let again: Locked<String, u64> = serde_json::from_str(&text).unwrap();
    assert!((0..100).all(|key| again.get(&*key.to_string()) == Some(key)));
    assert!(serde_json::from_str::<Locked<u64, u64>>("[1]").is_err());
    assert!(serde_json::from_str::<Sharded<u64, u64>>("[1]").is_err());
}

/// Does not compile if `$type` implements `$trait`: then two of the implementations would apply.
macro_rules! assert_not {
    ($($type:ty: $trait:path;)*) => {
        $({
            trait Ambiguous<A> {
                fn item() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            impl<T: ?Sized + $trait> Ambiguous<u8> for T {}
            <$type as Ambiguous<_>>::item();
        })*
    };
}

#[test]
fn what_may_be_sent_and_shared() {
    fn assert_all<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    fn assert_send<T: Send>() {}
    assert_all::<Locked<String, Vec<u64>>>();
    assert_all::<Sharded<String, Vec<u64>>>();
    assert_send::<Locked<u64, Cell<u64>>>();
    assert_send::<Sharded<u64, Cell<u64>>>();
    assert_not! {
        Locked<u64, Rc<u64>>: Send;
        Locked<u64, Cell<u64>>: Sync;
        Sharded<u64, Rc<u64>>: Send;
        Sharded<u64, Cell<u64>>: Sync;
        Sharded<Rc<u64>, u64>: Sync;
        Sharded<u64, u64, Cell<u64>>: Sync;
    }
}
