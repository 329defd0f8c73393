//! **A panic in the user's code.** `Hash`, `Eq`, `Clone`, `Drop` or a closure unwinds through the map, and leaves an
//! entry that is there twice, half there or freed already.
//!
//! RUSTSEC-2026-0205, RUSTSEC-2026-0253, RUSTSEC-2019-0017. The countdown of `tests/verify.rs` panics at every single
//! call of a longer script; here are the operations which that script does not know.

use crate::counted::Counted;
use crate::few;
use std::cell::Cell;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tophash::HashMap;

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
                while done < few(60, 8) {
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
    const VALUES: u64 = few(200, 40);
    for panicking in [0u64, VALUES / 4, VALUES - 1] {
        let map = HashMap::new();
        for number in 0..VALUES {
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
    for number in 0..few(5_000, 400) {
        let mut value = Counted::new(number, &alive);
        value.panics = number == 5;
        panics += usize::from(catch_unwind(AssertUnwindSafe(|| map.insert(1u64, value))).is_err());
    }
    assert_eq!((panics, map.len(), map.get_ref(&1).unwrap().number), (1, 1, few(5_000, 400) - 1));
    drop(map);
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}
