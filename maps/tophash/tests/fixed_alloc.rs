//! Not one allocation after `FixedMap` or `BoxedFixedMap` is made: the allocator of this file refuses the first one that a call
//! would make, which ends the process.

use std::alloc::System;
use tophash::{BoxedFixedMap, ConcurrentMap, FixedMap, Full};
use tophash_verify::alloc::{Failing, disarm, fail_at};

#[global_allocator]
static ALLOCATOR: Failing<System> = Failing::new(System);

static STATIC: FixedMap<u64, u64, 4> = FixedMap::new();

/// Every operation, from the first entry to the last and back.
fn everything<M: ConcurrentMap<Key = u64, Value = u64>>(map: &M, capacity: u64) {
    fail_at(1);
    let mut sum = 0;
    for key in 0..capacity {
        assert!(map.insert_with(key, key, |old| old.is_none()).is_ok());
        assert!(map.insert_with(key, 2 * key, |old| old.is_some()).is_ok());
        sum += map.get_with(&key, |value| *value).unwrap_or(0);
    }
    let refused = map.insert_new(capacity, 0) == Err(Full);
    let altered =
        map.alter(3, |old| tophash::Operation::<u64, ()>::Insert(old.map_or(0, |old| old + 1)));
    map.for_each(|_, value| sum += value);
    let removed = (0..capacity / 2).filter(|key| map.remove_with(key, |_| ()).is_some()).count();
    map.clear();
    let (length, summary) = (map.len(), map.summary());
    assert!(!disarm(), "something was allocated");
    assert!(refused && altered.is_ok() && removed as u64 == capacity / 2);
    assert_eq!((sum, length, summary.entries), (2 * capacity * (capacity - 1) + 1, 0, 0));
}

#[test]
fn nothing_is_allocated_after_construction() {
    everything(&STATIC, 256);
    everything(&BoxedFixedMap::with_capacity(10_000), 10_048);
}

/// The allocator does count: a map that grows is noticed.
#[test]
fn what_does_allocate_is_noticed() {
    let map = tophash::HashMap::<u64, u64>::new();
    map.insert(1, 1);
    fail_at(1);
    let refused = map.try_reserve(100_000).is_err();
    assert!(disarm() && refused);
}
