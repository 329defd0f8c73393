//! Every operation is counted by what it was and what came of it, and the map does what the map within does.

use std::sync::Arc;
use tophash::observe::{Call, Observed, Off, Outcome};
use tophash::{Altered, ConcurrentMap, HashMap, Lookup, Operation};

#[test]
fn every_operation_is_counted_by_what_came_of_it() {
    let map = Observed::new("names", HashMap::<String, u64>::new());
    assert_eq!(map.insert("one".into(), 1), Ok(None));
    assert_eq!(map.insert("one".into(), 10), Ok(Some(1)));
    assert_eq!(map.insert_new("one".into(), 11), Ok(false));
    assert_eq!(map.insert_new("two".into(), 2), Ok(true));
    assert_eq!((map.get("one"), map.get("none")), (Some(10), None));
    assert!(map.contains_key("two"));
    let double =
        |old: Option<&u64>| old.map_or(Operation::Abort(()), |old| Operation::Insert(old * 2));
    assert_eq!(map.alter("two".into(), double), Ok(Altered::Replaced));
    assert_eq!(map.alter("none".into(), double), Ok(Altered::Aborted(())));
    assert_eq!((map.remove("one"), map.remove("one")), (Some(10), None));
    map.for_each(|key, value| assert_eq!((key.as_str(), *value), ("two", 4)));
    map.clear();

    let report = map.stats();
    let told = |call, outcome| report.count(call, outcome);
    assert_eq!((told(Call::Get, Outcome::Hit), told(Call::Get, Outcome::Miss)), (2, 1));
    assert_eq!(
        (told(Call::Insert, Outcome::Inserted), told(Call::Insert, Outcome::Replaced)),
        (2, 1)
    );
    assert_eq!(told(Call::Insert, Outcome::Present), 1);
    assert_eq!(
        (told(Call::Update, Outcome::Replaced), told(Call::Update, Outcome::Unchanged)),
        (1, 1)
    );
    assert_eq!((told(Call::Remove, Outcome::Removed), told(Call::Remove, Outcome::Absent)), (1, 1));
    assert_eq!((told(Call::Iterate, Outcome::Done), told(Call::Clear, Outcome::Done)), (1, 1));
    assert_eq!(report.hit_ratio(), Some(2.0 / 3.0));
    assert_eq!(report.summary.as_ref().map(|summary| summary.entries), Some(0));
    assert!(report.last_write.is_some(), "{report}");
}

#[test]
fn counts_are_exact_however_many_threads_there_are() {
    let map = Observed::new("shared", HashMap::<u64, u64>::new());
    std::thread::scope(|scope| {
        for thread in 0..100 {
            let map = &map;
            scope.spawn(move || {
                for key in 0..1_000 {
                    map.insert(thread * 1_000 + key, key).unwrap();
                    map.get(&(thread * 1_000 + key));
                    map.get(&u64::MAX);
                }
            });
        }
    });
    let report = map.stats();
    assert_eq!(report.count(Call::Get, Outcome::Hit), 100_000);
    assert_eq!(report.count(Call::Get, Outcome::Miss), 100_000);
    assert_eq!(report.count(Call::Insert, Outcome::Inserted), 100_000);
    let timed: u64 = report.timings.iter().map(|timing| timing.durations.count()).sum();
    // Gaps between samples are between one and 2,047, and each thread's last gap may be cut off.
    assert!(timed > 100_000 * 3 / 2_048 && timed < 1_000, "{timed} operations were timed");
}

#[test]
fn what_is_off_is_the_map_itself() {
    type Map = HashMap<u64, u64>;
    assert_eq!(size_of::<Observed<Map, Off>>(), size_of::<Map>());
    let map = Observed::off(Map::new());
    assert_eq!((map.insert(1, 2), map.get(&1)), (Ok(None), Some(2)));
    assert_eq!(map.inner().len(), 1);
}

#[test]
fn an_observed_map_is_one_of_the_maps() {
    fn fill<M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64>>(map: &M) {
        ConcurrentMap::insert(map, 1, 10).unwrap();
        assert_eq!(Lookup::get(map, &1), Some(10));
    }
    let map = Arc::new(Observed::new("generic", HashMap::new()));
    fill(&*map);
    assert_eq!(map.stats().calls(Call::Get), 1);
}
