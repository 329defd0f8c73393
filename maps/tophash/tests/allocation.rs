//! An allocator that refuses: reservations say so, a removal does without, and an insertion ends the program as `Box`
//! does.
//!
//! The allocator of this file fails the allocation of a thread that a test chooses, and no other.

use std::alloc::System;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use tophash::{AllocErrorKind, HashMap, HashSet, RandomState};
use tophash_verify::alloc::{Failing, disarm, fail_at};

#[global_allocator]
static ALLOCATOR: Failing<System> = Failing::new(System);

const KEYS: u64 = 3_000;

fn whole<V: Clone + PartialEq>(map: &HashMap<u64, V>, value: fn(u64) -> V) {
    assert_eq!((map.len(), map.iter().count()), (KEYS as usize, KEYS as usize));
    assert!((0..KEYS).all(|key| map.get(&key) == Some(value(key))));
    assert!((KEYS..2 * KEYS).all(|key| !map.contains_key(&key)));
}

/// Runs `call` with its first allocation refused, its second, and so on, further and further apart, until it needs no
/// more; about how many those were.
fn at_many_allocations<R>(mut call: impl FnMut() -> R, mut check: impl FnMut(R, bool)) -> u64 {
    let mut k = 1;
    loop {
        fail_at(k);
        let result = call();
        let refused = disarm();
        check(result, refused);
        if !refused {
            return k;
        }
        k += 1 + k / 16;
    }
}

#[test]
fn a_refused_reservation_leaves_the_map_as_it_was() {
    fn with<V: Clone + PartialEq>(value: fn(u64) -> V) {
        let map = std::cell::RefCell::new(
            (0..KEYS).map(|key| (key, value(key))).collect::<HashMap<u64, V>>(),
        );
        let allocations = at_many_allocations(
            || map.borrow_mut().try_reserve(100_000).map_err(|error| error.kind()),
            |result, refused| {
                assert_eq!(result, if refused { Err(AllocErrorKind::Refused) } else { Ok(()) });
                whole(&map.borrow(), value);
            },
        );
        assert!(allocations > 20, "{allocations} allocations for a hundred thousand entries");
        assert!(map.borrow().capacity() >= 100_000);
        let large = map.borrow().stats().bytes;
        let allocations = at_many_allocations(
            || map.borrow_mut().compact(),
            |(), refused| {
                whole(&map.borrow(), value);
                // It may shrink all the same, where the table that is filled does without growing.
                assert!(refused || map.borrow().stats().bytes < large / 4);
            },
        );
        assert!(allocations > 2);
    }
    with(|value| value);
    with(|value| value.to_string());
}

#[test]
fn a_map_that_cannot_be_made_is_an_error() {
    // The seed of the process's hashers is allocated by the first of them.
    let hasher = RandomState::default();
    let make = || HashMap::<u64, u64, _>::try_with_capacity_and_hasher(50_000, hasher.clone());
    let allocations = at_many_allocations(make, |made, refused| match made {
        Ok(map) => assert!(!refused && map.capacity() >= 50_000),
        Err(error) => {
            assert!(refused && error.kind() == AllocErrorKind::Refused);
            assert!(error.to_string().contains("refused"), "{error}");
        }
    });
    assert!(allocations > 20);
    let set: HashSet<String> = HashSet::new();
    fail_at(1);
    let refused = set.try_reserve(100).is_err();
    assert!(disarm() && refused);
    assert!(set.insert("x".to_owned()) && set.contains("x"));
}

#[cfg(feature = "locked")]
#[test]
fn a_refused_reservation_leaves_maps_under_locks_as_they_were() {
    use tophash::{Locked, Sharded};
    let locked: Locked<u64, u64> = (0..KEYS).map(|key| (key, key)).collect();
    let sharded: Sharded<u64, u64> = (0..KEYS).map(|key| (key, key)).collect();
    let expected = |refused| if refused { Err(AllocErrorKind::Refused) } else { Ok(()) };
    let whole = |get: &dyn Fn(u64) -> Option<u64>, len: usize| {
        assert!(len == KEYS as usize && (0..KEYS).all(|key| get(key) == Some(key)));
    };
    let locked_wants = at_many_allocations(
        || locked.try_reserve(100_000).map_err(|error| error.kind()),
        |result, refused| {
            assert_eq!(result, expected(refused));
            whole(&|key| locked.get(&key), locked.len());
        },
    );
    let sharded_wants = at_many_allocations(
        || sharded.try_reserve(100_000).map_err(|error| error.kind()),
        |result, refused| {
            assert_eq!(result, expected(refused));
            whole(&|key| sharded.get(&key), sharded.len());
        },
    );
    assert!((locked_wants, sharded_wants) >= (2, 2), "{locked_wants}, {sharded_wants}");
    assert!(locked.capacity() >= 100_000 && sharded.capacity() >= 100_000);
    let overflow = AllocErrorKind::CapacityOverflow;
    assert_eq!(locked.try_reserve(usize::MAX).unwrap_err().kind(), overflow);
    assert_eq!(sharded.try_reserve(usize::MAX).unwrap_err().kind(), overflow);
}

/// Counts how many of its kind are alive.
struct Alive<'a>(&'a AtomicUsize);

impl<'a> Alive<'a> {
    fn new(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Alive<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn removing_does_without_memory_once_the_map_has_its_lists() {
    let mut refusals = 0;
    for k in 1..=4 {
        for hold in [false, true] {
            let count = AtomicUsize::new(0);
            let map = HashMap::new();
            (0..=40u64).for_each(|key| drop(map.insert(key, Alive::new(&count))));
            // The first removal makes the lists of what waits to be freed.
            map.remove(&40);
            // More at once than a list has room for.
            let mut kept = Vec::with_capacity(40);
            for key in 0..40 {
                let held = hold.then(|| map.get_ref(&key).unwrap());
                fail_at(k);
                let removed = map.remove(&key);
                refusals += u64::from(disarm());
                assert!(removed.is_some() && map.get_ref(&key).is_none());
                kept.extend(held);
                assert!(kept.iter().all(|held| held.0.load(Ordering::Relaxed) >= kept.len()));
            }
            assert!(map.is_empty());
            let leaked = map.stats().leaked;
            drop(kept);
            drop(map);
            assert_eq!(count.load(Ordering::Relaxed), leaked, "freed, or said to be leaked");
        }
    }
    assert!(refusals > 0, "no removal wanted memory");
}

/// Where the child finds which allocation fails.
const WHICH: &str = "TOPHASH_FAILING_ALLOCATION";

/// Not a test of its own: what the other one runs in children.
#[test]
#[ignore = "run by the other tests"]
fn child() {
    let Ok(which) = std::env::var(WHICH) else { return };
    let (inline, boxed) = (HashMap::<u64, u64>::new(), HashMap::<u64, String>::new());
    fail_at(which.parse().unwrap());
    for key in 0..KEYS {
        inline.insert(key, key);
        boxed.insert(key, key.to_string());
        boxed.insert(key / 2, (key / 2).to_string());
    }
    disarm();
    whole(&inline, |value| value);
    whole(&boxed, |value| value.to_string());
}

#[cfg(unix)]
#[test]
#[cfg_attr(miri, ignore = "starts processes")]
fn an_insertion_that_is_refused_ends_the_program_as_box_does() {
    use std::os::unix::process::ExitStatusExt;
    const ABORTED: i32 = 6;
    let (mut ended, mut survived) = (0, 0);
    for which in (1..40).chain((40..9_000).step_by(499)).chain([1_000_000]) {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--ignored", "--nocapture"])
            .env(WHICH, which.to_string())
            .env("RUST_BACKTRACE", "0")
            .output()
            .unwrap();
        let says = String::from_utf8_lossy(&child.stderr);
        if child.status.success() {
            survived += 1;
        } else {
            // Not a crash of another kind, and not a panic of the child's own checks.
            assert_eq!(child.status.signal(), Some(ABORTED), "allocation {which}: {says}");
            assert!(says.contains("memory allocation of"), "allocation {which}: {says}");
            ended += 1;
        }
    }
    assert!(ended > 0 && survived > 0, "{ended} ended, {survived} survived");
}
