//! What the battery is worth: every faulty map is caught, seed after seed, and right maps pass.

#[path = "maps/faulty.rs"]
mod faulty;
#[path = "maps/sharded.rs"]
mod sharded;

use faulty::{Fault, Faulty, TwoWords};
use sharded::Sharded;
use std::cell::UnsafeCell;
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tophash_verify::check::linearizable;
use tophash_verify::history::Seen;
use tophash_verify::stress::Stress;
use tophash_verify::{Budget, Class, Key, Map, Report, Value, battery, battery_owned};

const SEEDS: u64 = 20;

fn budget(seed: u64) -> Budget {
    Budget { per_class: Duration::from_millis(40), stop_early: true, ..Budget::quick(seed) }
}

fn caught(name: &str, hunt: impl Fn(&Budget) -> Report) {
    let missed = |seed: &u64| {
        let budget = budget(*seed);
        // On a busy machine a thread may get nothing of so short a time: then once more, with longer.
        let longer = Budget { per_class: budget.per_class * 25, ..budget.clone() };
        hunt(&budget).passed() && hunt(&longer).passed()
    };
    let missed: Vec<u64> = (0..SEEDS).filter(missed).collect();
    assert!(missed.is_empty(), "{name} was missed with seeds {missed:?}");
}

fn hunted(fault: Fault) {
    caught(&format!("{fault:?}"), |budget| battery(|| Faulty::new(fault), budget));
}

#[test]
fn a_write_lost_in_growth_is_caught() {
    hunted(Fault::LostInGrowth);
}

#[test]
fn a_stale_cache_is_caught() {
    hunted(Fault::StaleCache);
}

#[test]
fn a_value_returned_twice_is_caught() {
    hunted(Fault::DoubleReturn);
}

#[test]
fn a_wrong_previous_value_is_caught() {
    hunted(Fault::WrongPrevious);
}

#[test]
fn a_lost_addition_is_caught() {
    hunted(Fault::LostAdd);
}

#[test]
fn a_missed_iteration_is_caught() {
    hunted(Fault::MissedIteration);
}

#[test]
fn a_reused_slot_is_caught() {
    hunted(Fault::ReusedSlot);
}

#[test]
fn a_torn_value_is_caught() {
    caught("a torn value", |budget| battery(TwoWords::torn, budget));
}

#[test]
fn a_version_that_comes_round_is_caught() {
    caught("a wrapping version", |budget| battery(TwoWords::wrapping, budget));
}

/// A value that whoever has its slot may drop in place, whether others look at it or not.
struct Slot(UnsafeCell<ManuallyDrop<Value>>);

#[expect(unsafe_code, reason = "an early drop cannot be had in safe code")]
// SAFETY: a drop of a `Value` writes its atomic seal alone, and a slot is never written otherwise after its making.
unsafe impl Sync for Slot {}

/// Drops what is removed at once, while readers are still in the middle of it.
struct EarlyFree(Mutex<HashMap<u64, Arc<Slot>>>);

impl EarlyFree {
    fn locked(&self) -> std::sync::MutexGuard<'_, HashMap<u64, Arc<Slot>>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    #[expect(unsafe_code, reason = "an early drop cannot be had in safe code")]
    fn free(slot: Option<Arc<Slot>>) -> Option<Value> {
        let slot = slot?;
        // SAFETY: see `Slot`; each slot comes out of the map once, so this is its only drop.
        unsafe {
            let value = Value::clone(&*slot.0.get());
            ManuallyDrop::drop(&mut *slot.0.get());
            Some(value)
        }
    }
}

impl Drop for EarlyFree {
    fn drop(&mut self) {
        let slots: Vec<_> = self.locked().drain().collect();
        slots.into_iter().for_each(|(_, slot)| drop(Self::free(Some(slot))));
    }
}

impl Map<Key, Value> for EarlyFree {
    #[expect(unsafe_code, reason = "an early drop cannot be had in safe code")]
    fn get(&self, key: &Key) -> Option<Value> {
        let slot = self.locked().get(&key.number()?).cloned()?;
        // SAFETY: see `Slot`.
        Some(unsafe { Value::clone(&*slot.0.get()) })
    }
    fn insert(&self, key: Key, value: Value) -> Option<Value> {
        let slot = Arc::new(Slot(UnsafeCell::new(ManuallyDrop::new(value))));
        let old = self.locked().insert(key.number()?, slot);
        Self::free(old)
    }
    fn remove(&self, key: &Key) -> Option<Value> {
        let old = self.locked().remove(&key.number()?);
        Self::free(old)
    }
}

#[test]
fn an_early_free_is_caught() {
    caught("an early free", |budget| battery_owned(|| EarlyFree(Mutex::default()), budget));
}

/// Keeps each removed value and drops none of them.
struct Leaking(Sharded<Key, Value>);

impl Map<Key, Value> for Leaking {
    fn get(&self, key: &Key) -> Option<Value> {
        self.0.get(key)
    }
    fn insert(&self, key: Key, value: Value) -> Option<Value> {
        self.0.insert(key, value)
    }
    fn remove(&self, key: &Key) -> Option<Value> {
        let value = self.0.remove(key)?;
        std::mem::forget(value.clone());
        Some(value)
    }
}

#[test]
fn a_leak_is_caught() {
    let budget = Budget { classes: vec![Class::DoubleDrop], ..budget(3) };
    let report = battery_owned(|| Leaking(Sharded::new()), &budget);
    assert!(report.to_string().contains("does not balance"), "{report}");
}

#[test]
fn a_right_map_passes() {
    for seed in 0..2 {
        let budget = Budget { stop_early: false, ..budget(seed) };
        let words = battery(Sharded::<u64, u64>::new, &budget);
        assert!(words.passed(), "{words}");
        assert_eq!(words.classes.len(), Class::ALL.len());
        assert!(words.classes.iter().all(|class| class.operations > 0));
        let owned = battery_owned(Sharded::<Key, Value>::new, &budget);
        assert!(owned.passed(), "{owned}");
        let versioned = battery(TwoWords::right, &budget);
        assert!(versioned.passed(), "{versioned}");
    }
}

#[test]
fn a_violation_of_a_real_run_is_small_and_nothing_of_it_can_be_forgotten() {
    let (mut violations, mut small) = (0, 0);
    for (seed, fault) in
        [Fault::LostAdd, Fault::DoubleReturn, Fault::WrongPrevious, Fault::ReusedSlot]
            .iter()
            .enumerate()
    {
        let stress = Stress {
            seed: seed as u64,
            threads: 6,
            keys: 3,
            operations: 4_000,
            ..Stress::default()
        };
        let history = stress.run(&Faulty::new(*fault)).unwrap();
        let Err(violation) = linearizable(&history) else { continue };
        violations += 1;
        // Where a thread sleeps over many removals, each of them may be needed to say what it cannot have seen.
        small += usize::from(violation.held().count() <= 20);
        assert!(violation.is_minimal, "{fault:?}: given up\n{violation}");
        assert!(linearizable(&violation.history).is_err(), "{fault:?}\n{violation}");
        for at in 0..violation.history.operations.len() {
            let mut less = violation.history.clone();
            if less.operations[at].seen != Seen::Unknown {
                less.operations[at] = less.operations[at].forgotten();
                assert!(
                    linearizable(&less).is_ok(),
                    "{fault:?}: operation {at} can go\n{violation}"
                );
            }
        }
        println!("{fault:?}\n{violation}");
    }
    assert!(violations >= 3 && small >= 2, "{violations}, of these small {small}");
}
