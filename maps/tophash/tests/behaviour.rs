//! What the map promises beside its results: what it costs, what threads see, and bad use.
//!
//! What a known class of bugs of other maps would break is in `bug_classes`.

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, Hash, Hasher};
use std::panic::catch_unwind;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use tophash::{AllocErrorKind, HashMap, HashSet, Operation};
use tophash_verify::fault::Constant;

/// A key that counts how often it is compared.
#[derive(Clone)]
struct Compared(u64, Rc<Cell<u64>>);
impl Hash for Compared {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}
impl PartialEq for Compared {
    fn eq(&self, other: &Self) -> bool {
        self.1.set(self.1.get() + 1);
        self.0 == other.0
    }
}
impl Eq for Compared {}

#[test]
fn a_miss_never_touches_a_boxed_entry() {
    let compared = Rc::new(Cell::new(0));
    let map = HashMap::new();
    for key in 0..50_000 {
        map.insert(Compared(key, compared.clone()), ());
    }
    compared.set(0);
    for key in 50_000..150_000 {
        assert!(!map.contains_key(&Compared(key, compared.clone())));
    }
    // The bits that fit leave about a dozen accidents, and each is compared twice: where it is met and once more, patiently.
    assert!(compared.get() <= 64, "{} comparisons in 100,000 misses", compared.get());
    compared.set(0);
    for key in 0..50_000 {
        assert!(map.contains_key(&Compared(key, compared.clone())));
    }
    assert!(compared.get() <= 50_064, "{} comparisons in 50,000 hits", compared.get());
}

#[test]
fn types_that_cannot_be_shared_are_used_by_one_thread() {
    let map: HashMap<Rc<str>, RefCell<Vec<u64>>> = HashMap::new();
    for number in 0..100 {
        let key = Rc::from((number % 10).to_string());
        map.get_or_insert_with(key, RefCell::default).borrow_mut().push(number);
    }
    assert_eq!(map.len(), 10);
    assert!(map.iter().all(|entry| entry.borrow().len() == 10));
}

#[test]
fn borrowed_keys_and_values() {
    let text = String::from("one two three two one two");
    let counts: HashMap<&str, u64> = HashMap::new();
    for word in text.split(' ') {
        counts.compute(word, |count| Operation::<_, ()>::Insert(count.copied().unwrap_or(0) + 1));
    }
    assert_eq!(
        (counts.get("one"), counts.get("two"), counts.get("four")),
        (Some(2), Some(3), None)
    );
    let mut values = [1u64, 2];
    let mut map: HashMap<u64, &mut u64> = HashMap::new();
    for (key, value) in (0u64..).zip(&mut values) {
        map.insert(key, value);
    }
    **map.get_mut(&1).unwrap() = 7;
    drop(map);
    assert_eq!(values, [1, 7]);
}

#[test]
fn sizes_and_alignments() {
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
    #[repr(align(256))]
    struct Aligned(u8);
    let map: HashMap<Aligned, Aligned> = (0..200).map(|n| (Aligned(n), Aligned(n))).collect();
    for entry in &map {
        assert_eq!(entry.key(), entry.value());
        assert_eq!(std::ptr::from_ref(entry.value()).addr() % 256, 0);
    }
    let nothing: HashMap<(), ()> = HashMap::new();
    for _ in 0..300 {
        nothing.insert((), ());
        assert_eq!((nothing.get(&()), nothing.len()), (Some(()), 1));
    }
    assert!(nothing.remove(&()).is_some() && nothing.remove(&()).is_none());
    let large: HashMap<u8, [u64; 512]> = (0..=255).map(|n| (n, [u64::from(n); 512])).collect();
    assert!((0..=255).all(|n| large.get_with(&n, |value| value[511]) == Some(u64::from(n))));
    let small: HashMap<u8, u8> = (0..=255).map(|n| (n, !n)).collect();
    assert!((0..=255).all(|n| small.get(&n) == Some(!n)));
    let signed: HashSet<i8> = (i8::MIN..=i8::MAX).collect();
    assert_eq!(signed.len(), 256);
}

#[test]
fn zero_sized_values_are_dropped_once() {
    static DROPS: AtomicUsize = AtomicUsize::new(0);
    #[derive(PartialEq, Eq, Hash)]
    struct Nothing;
    impl Drop for Nothing {
        fn drop(&mut self) {
            DROPS.fetch_add(1, Ordering::Relaxed);
        }
    }
    let map = HashMap::new();
    for _ in 0..100 {
        map.insert(Nothing, Nothing);
    }
    let held = map.get_ref(&Nothing).unwrap();
    map.remove(&Nothing);
    drop(held);
    let lookups = 2;
    drop(map);
    assert_eq!(DROPS.load(Ordering::Relaxed), 200 + lookups);
}

#[test]
fn capacities_nobody_has() {
    let overflow = catch_unwind(|| HashMap::<u64, u64>::with_capacity(usize::MAX)).unwrap_err();
    let message = overflow
        .downcast_ref::<&str>()
        .map(|message| (*message).to_owned())
        .or_else(|| overflow.downcast_ref::<String>().cloned());
    assert!(message.unwrap().contains("capacity overflow"));
    let map: HashMap<u64, u64> = [(1, 2)].into();
    assert_eq!(map.try_reserve(usize::MAX).unwrap_err().kind(), AllocErrorKind::CapacityOverflow);
    assert_eq!(map.try_reserve(1 << 44).unwrap_err().kind(), AllocErrorKind::Refused);
    assert_eq!(map.get(&1), Some(2));
    let set: HashSet<String> = HashSet::new();
    assert_eq!(set.try_reserve(1 << 44).unwrap_err().kind(), AllocErrorKind::Refused);
}

#[test]
fn an_empty_map_allocates_nothing_and_room_is_kept() {
    let map: HashMap<String, String> = HashMap::new();
    assert_eq!((map.stats().bytes, map.capacity(), map.get("")), (0, 0, None));
    for capacity in [1, 5, 7, 100, 449, 1_000, 50_000] {
        let map: HashMap<u64, u64> = HashMap::with_capacity(capacity);
        let before = map.stats();
        assert!(map.capacity() >= capacity, "{capacity}: {before:?}");
        (0..capacity as u64).for_each(|key| drop(map.insert(key, key)));
        let after = map.stats();
        assert_eq!(after.entries, capacity);
        assert!(after.bytes <= before.bytes * 2, "{capacity}: {before:?} {after:?}");
        assert!(after.load() > 0.0 && after.moved <= capacity as u64);
        assert!(after.mean_probe >= 1.0 && after.mean_probe < 4.0, "{capacity}: {after:?}");
        assert!((1..=32).contains(&after.longest_probe), "{capacity}: {after:?}");
    }
    let mut map: HashMap<u64, u64> = (0..100_000).map(|key| (key, key)).collect();
    map.retain(|key, _| *key < 10);
    map.compact();
    assert!(map.stats().bytes < 4_096 && map.len() == 10, "{:?}", map.stats());
}

#[test]
fn integers_are_changed_in_one_step() {
    let map: HashMap<u32, i16> = HashMap::new();
    assert_eq!((map.fetch_add(1, 5), map.fetch_add(1, -7), map.get(&1)), (None, Some(5), Some(-2)));
    assert_eq!((map.fetch_sub(2, 1), map.fetch_sub(2, 1), map.get(&2)), (None, Some(-1), Some(-2)));
    assert_eq!((map.fetch_max(1, 9), map.fetch_max(3, -9)), (Some(-2), None));
    assert_eq!(
        (map.fetch_min(1, 3), map.fetch_min(3, 4), map.get(&3)),
        (Some(9), Some(-9), Some(-9))
    );
    assert_eq!(
        (map.fetch_or(1, 4), map.fetch_and(1, 6), map.fetch_xor(1, 1)),
        (Some(3), Some(7), Some(6))
    );
    assert_eq!(map.compare_exchange(1, 7, 8), Ok(7));
    assert_eq!(
        (map.compare_exchange(1, 7, 8), map.compare_exchange(77, 1, 2)),
        (Err(Some(8)), Err(None))
    );
    map.insert(4, i16::MAX);
    map.fetch_add(4, 1);
    assert_eq!(map.get(&4), Some(i16::MIN));
}

#[test]
fn a_value_is_made_once_for_each_call_and_kept_once_for_each_key() {
    let map: HashMap<u64, Arc<u64>> = HashMap::new();
    let made = AtomicUsize::new(0);
    let barrier = Barrier::new(4);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (map, made, barrier) = (&map, &made, &barrier);
            scope.spawn(move || {
                for key in 0..500 {
                    barrier.wait();
                    let mut runs = 0;
                    let mine = map.get_or_insert_with(key, || {
                        runs += 1;
                        made.fetch_add(1, Ordering::Relaxed);
                        Arc::new(thread)
                    });
                    assert!(runs <= 1);
                    barrier.wait();
                    assert!(Arc::ptr_eq(&mine, &map.get(&key).unwrap()));
                }
            });
        }
    });
    assert_eq!(map.len(), 500);
    assert!((500..=2_000).contains(&made.load(Ordering::Relaxed)));
    assert!(map.iter().all(|entry| Arc::strong_count(&entry) == 1));
}

#[test]
fn stable_keys_are_met_exactly_once_while_the_map_grows() {
    fn with<V: Send + Sync>(value: fn(u64) -> V) {
        const STABLE: u64 = 2_000;
        let map: HashMap<u64, V> = (0..STABLE).map(|key| (key, value(key))).collect();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for thread in 1..=2 {
                let (map, done) = (&map, &done);
                scope.spawn(move || {
                    for key in 0..60_000 {
                        map.insert(thread * 1_000_000 + key, value(key));
                        if key % 3 == 0 {
                            map.remove(&(thread * 1_000_000 + key / 2));
                        }
                    }
                    done.store(true, Ordering::Relaxed);
                });
            }
            while !done.load(Ordering::Relaxed) {
                let mut met = vec![0u8; STABLE as usize];
                for key in map.keys() {
                    if *key < STABLE {
                        met[*key as usize] += 1;
                    }
                }
                assert!(met.iter().all(|times| *times == 1));
            }
        });
        assert!(map.stats().splits > 0 && map.stats().most_moved <= 448, "{:?}", map.stats());
    }
    with(|value| value);
    with(|value| [value; 4]);
}

#[test]
fn keys_that_lie_break_nothing_else() {
    struct Liar(u64);
    impl Hash for Liar {
        fn hash<H: Hasher>(&self, state: &mut H) {
            self.0.hash(state);
        }
    }
    impl PartialEq for Liar {
        fn eq(&self, _: &Self) -> bool {
            false
        }
    }
    impl Eq for Liar {}
    let mut map: HashMap<Liar, String, Constant> = HashMap::default();
    for key in 0..300 {
        assert!(map.insert(Liar(key % 3), key.to_string()).is_none());
    }
    assert!(map.remove(&Liar(0)).is_none());
    assert_eq!((map.len(), map.iter().count()), (300, 300));
    map.compact();
    map.clear();
    assert_eq!(map.into_iter().count(), 300, "what cannot be found cannot be removed");
}

#[test]
fn hashers_and_formatting() {
    let map = HashMap::with_capacity_and_hasher(10, std::hash::RandomState::new());
    map.insert(1u64, 'a');
    assert_eq!(format!("{map:?} {:?}", map.get_ref(&1)), "{1: 'a'} Some(Ref(1, 'a'))");
    let other: HashMap<u64, char> = [(1, 'a')].into();
    assert_eq!(map, other);
    let hasher = tophash::RandomState::default();
    assert_eq!(hasher.hash_one("a"), hasher.clone().hash_one("a"));
    assert_ne!(
        tophash::RandomState::default().hash_one("a"),
        tophash::RandomState::default().hash_one("a"),
        "every map has a seed of its own"
    );
    let set: HashSet<&str> = ["a"].into();
    assert_eq!(format!("{set:?}"), "{\"a\"}");
    assert_eq!(set.take("a").as_deref(), Some(&"a"));
}
