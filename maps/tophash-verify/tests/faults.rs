//! Injected faults: panics counted down, bad hashers, drop accounting.

#[path = "maps/sharded.rs"]
mod sharded;

use sharded::Sharded;
use tophash_verify::fault::{Constant, Identity, Kit, Truncated, countdown_panics};
use tophash_verify::{Key, Map, Value};

#[test]
fn a_right_map_survives_a_panic_at_every_call() {
    let report = countdown_panics(Sharded::<Key, Value, Identity>::new, 400);
    assert!(report.faults.is_empty(), "{:#?}", report.faults);
    assert!(report.injected.iter().all(|injected| *injected >= 8), "{report:?}");
}

/// Takes the value out before it looks for the key again: a panic between loses the entry.
struct Fragile(Sharded<Key, Value, Identity>);

impl Map<Key, Value> for Fragile {
    fn get(&self, key: &Key) -> Option<Value> {
        self.0.get(key)
    }
    fn insert(&self, key: Key, value: Value) -> Option<Value> {
        let old = self.0.remove(&key);
        drop(old.clone());
        self.0.insert(key, value);
        old
    }
    fn remove(&self, key: &Key) -> Option<Value> {
        self.0.remove(key)
    }
}

#[test]
fn an_entry_lost_by_a_panic_is_seen() {
    let report = countdown_panics(|| Fragile(Sharded::new()), 400);
    assert!(!report.faults.is_empty());
}

#[test]
fn bad_hashers_are_survived() {
    fn fill<M: Map>(map: M) {
        for key in 0..300 {
            assert_eq!(map.insert(key, key + 1), None);
        }
        assert!((0..300).all(|key| map.get(&key) == Some(key + 1)));
    }
    fill(Sharded::<u64, u64, Constant>::new());
    fill(Sharded::<u64, u64, Truncated<2, 2>>::new());
    fill(Sharded::<u64, u64, Identity>::new());
}

#[test]
fn the_ledger_tells_a_leak_and_a_life_from_each_other() {
    let kit = Kit::leaked();
    let value = kit.value(4, 44);
    let copy = value.clone();
    assert_eq!((copy.word(4), copy.word(5)), (Some(44), None), "a value belongs to one key");
    drop(value);
    assert_eq!((kit.lives().born, kit.lives().alive), (2, 1));
    assert!(!kit.lives().is_balanced());
    drop(copy);
    assert!(kit.lives().is_balanced());
    kit.reset();
    assert_eq!(kit.lives().born, 0);
}

/// A double drop, made by the one means there is.
#[expect(unsafe_code, reason = "a double drop cannot be had in safe code")]
#[test]
fn the_ledger_tells_a_double_drop() {
    let kit = Kit::leaked();
    let mut twice = std::mem::ManuallyDrop::new(kit.value(1, 2));
    // SAFETY: a value owns no memory; its second drop reads and writes its own words only.
    unsafe {
        std::mem::ManuallyDrop::drop(&mut twice);
        assert_eq!(twice.word(1), None, "a dropped value is seen to be dead");
        std::mem::ManuallyDrop::drop(&mut twice);
    }
    let lives = kit.lives();
    assert_eq!((lives.alive, lives.double_drops, lives.corrupt), (0, 1, 1), "{lives:?}");
}
