//! What the map promises beside its results: closures, re-entrance, panics, drops, threads, and bad use.

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use tophash::{AllocErrorKind, Compute, Entry, HashMap, HashSet, Operation};

/// Counts how many of its kind are alive, under a number that a panicking `Drop` may be asked for.
struct Counted {
    number: u64,
    alive: Arc<AtomicUsize>,
    panics: bool,
}

impl Counted {
    fn new(number: u64, alive: &Arc<AtomicUsize>) -> Self {
        alive.fetch_add(1, Ordering::Relaxed);
        Self { number, alive: alive.clone(), panics: false }
    }
}

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self::new(self.number, &self.alive)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::Relaxed);
        assert!(!self.panics || std::thread::panicking(), "asked to panic in Drop");
    }
}

impl PartialEq for Counted {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}
impl Eq for Counted {}
impl Hash for Counted {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

#[derive(Default, Clone)]
struct Constant;
impl Hasher for Constant {
    fn finish(&self) -> u64 {
        7
    }
    fn write(&mut self, _: &[u8]) {}
}

#[test]
fn every_key_and_value_is_dropped_once() {
    let alive = Arc::new(AtomicUsize::new(0));
    let mut map = HashMap::new();
    for round in 0..3 {
        for number in 0..500 {
            let _ = map.insert(Counted::new(number, &alive), Counted::new(round, &alive));
        }
    }
    for number in 0..100 {
        assert!(map.remove(&Counted::new(number, &alive)).is_some());
        let key = Counted::new(number + 100, &alive);
        assert!(map.update(&key, |_| Counted::new(9, &alive)).is_some());
        assert!(map.try_insert(key, Counted::new(1, &alive)).is_err());
        let key = Counted::new(number + 200, &alive);
        let kept = map.get_or_insert(key, Counted::new(8, &alive));
        assert_eq!(kept.number, 2);
    }
    let copy = map.clone();
    map.shrink_to_fit();
    map.reserve(10_000);
    assert_eq!(
        alive.load(Ordering::Relaxed),
        2 * 2 * 400,
        "retired entries are freed by shrink_to_fit"
    );
    let mut drained = map.drain();
    assert!(drained.next().is_some());
    drop(drained);
    assert_eq!(alive.load(Ordering::Relaxed), 2 * 400);
    let mut owned = copy.into_iter();
    assert!(owned.next().is_some());
    drop(owned);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

#[test]
fn a_reference_outlives_its_entry_and_pins_it_alone() {
    let alive = Arc::new(AtomicUsize::new(0));
    let map = HashMap::new();
    map.insert(1u64, Counted::new(0, &alive));
    let first = map.get_ref(&1).unwrap();
    let mut most = 0;
    for number in 1..20_000 {
        let old = map.insert(1, Counted::new(number, &alive)).unwrap();
        assert_eq!(old.number, number - 1);
        most = most.max(alive.load(Ordering::Relaxed));
    }
    assert_eq!(first.number, 0);
    assert!(most < 2_000, "{most} values alive for one entry and one reference");
    assert_eq!(map.stats().retired + 1, alive.load(Ordering::Relaxed));
    let removed = map.remove(&1).unwrap();
    assert_eq!((removed.number, first.number, map.len()), (19_999, 0, 0));
    drop((removed, first));
    drop(map);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

#[test]
fn nothing_that_is_held_makes_a_call_wait() {
    let map: HashMap<String, u64> = (0..1_000).map(|key| (key.to_string(), key)).collect();
    let held: Vec<_> = map.iter().collect();
    let mut iterator = map.iter();
    let entry = map.entry("7".to_owned());
    iterator.next();
    for key in 0..1_000u64 {
        assert_eq!(map.insert(key.to_string(), key + 1).unwrap(), key);
        assert!(map.remove(&key.to_string()).is_some());
    }
    let Entry::Occupied(entry) = entry else { panic!("it was there") };
    assert!(entry.replace(3).is_err());
    assert_eq!(map.len(), 0);
    assert_eq!(held.iter().map(|entry| **entry).sum::<u64>(), 999 * 1_000 / 2);
    assert!(iterator.count() < 1_000);
}

#[test]
fn closures_may_use_the_map_they_are_called_by() {
    fn with<V: Clone + PartialEq + std::fmt::Debug>(value: fn(u64) -> V) {
        let map: HashMap<u64, V, BuildHasherDefault<Constant>> = HashMap::default();
        map.insert(1, value(1));
        // All keys share a bucket, so each of these changes what the outer call saw, but not its entry.
        let mut runs = 0;
        map.update(&1, |old| {
            runs += 1;
            assert_eq!(map.get(&1).as_ref(), Some(old));
            map.insert(100 + runs, value(0));
            map.remove(&(99 + runs));
            value(2)
        });
        assert_eq!((runs, map.get(&1)), (1, Some(value(2))));
        let mut runs = 0;
        let done = map.compute(2, |old| {
            runs += 1;
            assert!(old.is_none());
            map.insert(200 + runs, value(0));
            Operation::<_, ()>::Insert(value(3))
        });
        assert!(matches!(done, Compute::Inserted(new) if *new == value(3)));
        assert_eq!(runs, 1);
        let mut runs = 0;
        let old = map.remove_if(&2, |_, _| {
            runs += 1;
            map.insert(300 + runs, value(0));
            true
        });
        assert_eq!((runs, old.map(|old| old.cloned())), (1, Some(value(3))));
        // A key that the closure puts in itself is there first.
        let inner = map.get_or_insert_with(5, || {
            map.insert(5, value(6));
            value(7)
        });
        assert_eq!(*inner, value(6));
        map.retain(|key, _| {
            map.insert(key + 1_000, value(0));
            *key >= 1_000
        });
        assert!(map.keys().all(|key| *key >= 1_000));
    }
    with(|value| value);
    with(|value| value.to_string());
}

/// Without `std` this is noticed only by how often the closure runs.
#[cfg(feature = "std")]
#[test]
fn a_closure_that_changes_its_own_entry_is_told_so() {
    fn with<V: Clone + PartialEq + std::fmt::Debug>(value: fn(u64) -> V) {
        let map: HashMap<u64, V> = HashMap::new();
        map.insert(1, value(0));
        let next = Cell::new(1);
        let change = || {
            next.set(next.get() + 1);
            map.insert(1, value(next.get()));
        };
        let panics = |call: &mut dyn FnMut()| {
            let error = catch_unwind(AssertUnwindSafe(call)).unwrap_err();
            let message = error.downcast_ref::<&str>().unwrap();
            assert!(message.contains("changed the very entry"), "{message}");
        };
        panics(&mut || {
            map.update(&1, |_| {
                change();
                value(5)
            });
        });
        panics(&mut || {
            map.remove_if(&1, |_, _| {
                change();
                true
            });
        });
        panics(&mut || {
            map.compute(1, |_| {
                change();
                Operation::<V, ()>::Remove
            });
        });
        panics(&mut || {
            map.retain(|_, _| {
                change();
                false
            });
        });
        panics(&mut || {
            map.compute(2, |_| {
                map.insert(2, value(next.get()));
                Operation::<V, ()>::Insert(value(1))
            });
        });
        assert_eq!(map.get(&1), Some(value(next.get())));
        // The list of closures is empty again.
        assert!(map.update(&1, |_| value(50)).is_some());
        assert_eq!(map.len(), 2);
    }
    with(|value| value);
    with(|value| value.to_string());
}

/// A hasher and an equality that panic when a countdown ends.
#[derive(Clone)]
struct Fused(u64);

thread_local! {
    static FUSE: Cell<u64> = const { Cell::new(u64::MAX) };
}

fn burn() {
    FUSE.set(FUSE.get().wrapping_sub(1));
    assert!(FUSE.get() != 0, "the countdown has ended");
}

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

/// Hashes words, and burns.
#[derive(Default, Clone)]
struct Burning(u64);
impl Hasher for Burning {
    fn finish(&self) -> u64 {
        burn();
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3).rotate_left(5);
        }
    }
}

/// Runs some operations with the countdown at every value until it no longer ends them.
fn at_every_panic(mut prepare: impl FnMut() -> Box<dyn FnMut(bool)>) {
    for fuse in 1.. {
        let mut run = prepare();
        FUSE.set(fuse);
        let panicked = catch_unwind(AssertUnwindSafe(|| run(true))).is_err();
        FUSE.set(u64::MAX);
        run(false);
        if !panicked {
            return;
        }
    }
}

#[test]
fn a_panic_in_hash_or_eq_leaves_the_map_whole() {
    at_every_panic(|| {
        let mut map: HashMap<Fused, String> = HashMap::new();
        for key in 0..6 {
            map.insert(Fused(key), key.to_string());
        }
        Box::new(move |burning| {
            if burning {
                map.insert(Fused(7), "7".into());
                map.insert(Fused(1), "1".into());
                map.remove(&Fused(7));
                map.update(&Fused(2), |_| "2".into());
                map.reserve(100);
                map.shrink_to_fit();
                map.compact();
            } else {
                assert_eq!(map.iter().count(), map.len());
                assert!((0..6).all(|key| map.get(&Fused(key)) == Some(key.to_string())));
            }
        })
    });
    // Inline entries are hashed again when they are moved.
    at_every_panic(|| {
        let mut map: HashMap<u64, u64, BuildHasherDefault<Burning>> = HashMap::default();
        let mut done = 0;
        Box::new(move |burning| {
            if burning {
                while done < 60 {
                    map.insert(done, done);
                    done += 1;
                }
                map.shrink_to_fit();
                map.compact();
            } else {
                assert!((0..done).all(|key| map.get(&key) == Some(key)), "{done}");
                assert_eq!(map.iter().count(), map.len());
                assert!(map.len() as u64 - done <= 1);
            }
        })
    });
}

#[test]
fn a_panic_in_drop_or_clone_or_a_closure_leaves_the_map_whole() {
    struct Clones(u64);
    impl Clone for Clones {
        fn clone(&self) -> Self {
            assert!(self.0 != 3, "asked to panic in Clone");
            Self(self.0)
        }
    }
    let map: HashMap<u64, Clones> = (0..5).map(|key| (key, Clones(key))).collect();
    assert!(catch_unwind(AssertUnwindSafe(|| map.get(&3))).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| map.clone())).is_err());
    assert!(catch_unwind(AssertUnwindSafe(|| map.update(&2, |_| panic!("asked to")))).is_err());
    assert!(
        catch_unwind(AssertUnwindSafe(|| { map.get_or_insert_with(9, || panic!("asked to")).0 }))
            .is_err()
    );
    assert!(
        catch_unwind(AssertUnwindSafe(|| map.retain(|key, _| *key < 2 || panic!("asked to"))))
            .is_err()
    );
    assert_eq!(map.len(), 5);
    assert!(map.update(&2, |old| Clones(old.0)).is_some());

    let alive = Arc::new(AtomicUsize::new(0));
    for panicking in [0u64, 50, 199] {
        let map = HashMap::new();
        for number in 0..200 {
            let mut value = Counted::new(number, &alive);
            value.panics = number == panicking;
            map.insert(number, value);
        }
        assert!(catch_unwind(AssertUnwindSafe(|| drop(map))).is_err());
        assert_eq!(alive.load(Ordering::Relaxed), 0, "the others are dropped all the same");
    }
    // A replaced value whose drop panics does so in some later write; the map is whole and all are dropped.
    let map = HashMap::new();
    let mut panics = 0;
    for number in 0..2_000 {
        let mut value = Counted::new(number, &alive);
        value.panics = number == 5;
        panics += usize::from(catch_unwind(AssertUnwindSafe(|| map.insert(1u64, value))).is_err());
    }
    assert_eq!((panics, map.len(), map.get_ref(&1).unwrap().number), (1, 1, 1_999));
    drop(map);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

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
    // Of 32 bits some dozen say the bucket already, which leaves about two accidents.
    assert!(compared.get() <= 24, "{} comparisons in 100,000 misses", compared.get());
    compared.set(0);
    for key in 0..50_000 {
        assert!(map.contains_key(&Compared(key, compared.clone())));
    }
    assert!(compared.get() <= 50_024, "{} comparisons in 50,000 hits", compared.get());
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
fn counters_lose_no_step() {
    const THREADS: u64 = 4;
    const STEPS: u64 = 40_000;
    let counts: HashMap<u64, u64> = HashMap::new();
    let boxed: HashMap<String, u64> = HashMap::new();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (counts, boxed) = (&counts, &boxed);
            scope.spawn(move || {
                for step in 0..STEPS {
                    counts.fetch_add((step * 7 + thread) % 1_000, 1);
                    if step % 8 == 0 {
                        boxed.compute((step % 50).to_string(), |count| {
                            Operation::<_, ()>::Insert(count.copied().unwrap_or(0) + 1)
                        });
                    }
                    if step % 16 == 0 {
                        boxed.update("0", |count| count + 1);
                    }
                }
            });
        }
    });
    assert_eq!(counts.values().map(|count| *count).sum::<u64>(), THREADS * STEPS);
    let total = boxed.values().map(|count| *count).sum::<u64>();
    // The first updates may have found nothing.
    let least = THREADS * STEPS / 8;
    assert!((least..=least + THREADS * STEPS / 16).contains(&total), "{total}");
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
fn readers_see_whole_entries_while_boxes_come_and_go() {
    let map: HashMap<u64, [u64; 8]> = HashMap::new();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for thread in 0..2u64 {
            let (map, done) = (&map, &done);
            scope.spawn(move || {
                for step in 0..60_000 {
                    let key = (step * 13 + thread) % 64;
                    match step % 4 {
                        0 => drop(map.remove(&key)),
                        1 => drop(map.update(&key, |old| old.map(|word| word + 1))),
                        _ => drop(map.insert(key, [step; 8])),
                    }
                }
                done.store(true, Ordering::Relaxed);
            });
        }
        for _ in 0..2 {
            let (map, done) = (&map, &done);
            scope.spawn(move || {
                let mut held = Vec::new();
                while !done.load(Ordering::Relaxed) {
                    for key in 0..64 {
                        if let Some(entry) = map.get_ref(&key) {
                            assert!(entry.iter().all(|word| *word == entry[0]));
                            held.push(entry);
                        }
                    }
                    if held.len() > 200 {
                        for entry in held.drain(..) {
                            assert!(entry.iter().all(|word| *word == entry[0]));
                        }
                    }
                }
            });
        }
    });
}

#[test]
fn colliding_keys_are_survived_and_told_of() {
    let map: HashMap<String, u64, BuildHasherDefault<Constant>> = HashMap::default();
    for key in 0..1_500u64 {
        assert!(map.insert(key.to_string(), key).is_none());
    }
    assert!(map.stats().overflowed > 0);
    assert!(map.stats().longest_probe > 1, "{:?}", map.stats());
    assert!((0..1_500u64).all(|key| map.get(&key.to_string()) == Some(key)));
    assert_eq!(map.iter().count(), 1_500);
    map.clear();
    assert_eq!((map.len(), map.iter().count()), (0, 0));
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
    let mut map: HashMap<Liar, String, BuildHasherDefault<Constant>> = HashMap::default();
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
fn entries_hold_no_lock() {
    let map: HashMap<String, u64> = HashMap::new();
    let Entry::Vacant(vacant) = map.entry("a".into()) else { panic!("nothing is there") };
    map.insert("a".into(), 1);
    let occupied = vacant.insert(2).unwrap_err();
    assert_eq!((*occupied.current, occupied.key.as_str(), occupied.value), (1, "a", 2));
    let Entry::Occupied(entry) = map.entry("a".into()) else { panic!("it was put in") };
    map.insert("a".into(), 3);
    assert_eq!(**entry.get(), 1);
    assert!(entry.remove().is_err());
    assert_eq!(*map.entry("a".into()).or_insert(9), 3);
    assert_eq!(*map.entry("b".into()).or_default(), 0);
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
