//! What is asked of every kind of map that owns its entries: the battery that follows their lives, and panics of code of the
//! user's.

use crate::any::Any;
use crate::kinds::seeds;
use tophash::{ConcurrentMap, Lookup};
use tophash_verify::fault::countdown_panics;
use tophash_verify::{Key, Map, Value, battery_owned};

/// The whole battery on maps of keys and values that know whether they are alive.
pub(crate) fn passes_the_battery<M>(make: impl Fn() -> M + Sync)
where
    M: ConcurrentMap<Key = Key> + Lookup<Key, Value = Value> + Sync,
    Any<M>: Map<Key, Value>,
{
    for budget in seeds() {
        let report = battery_owned(|| Any::new(make()), &budget);
        assert!(report.passed(), "{report}");
    }
}

/// A panic at every call of `hash`, `eq` and `clone` leaves the map whole and leaks nothing.
pub(crate) fn stays_whole_in_panics<M>(make: impl Fn() -> M)
where
    M: ConcurrentMap<Key = Key> + Lookup<Key, Value = Value> + Sync,
    Any<M>: Map<Key, Value>,
{
    let report = countdown_panics(|| Any::new(make()), 400);
    assert!(report.faults.is_empty(), "{:#?}", report.faults);
    assert!(report.injected[..3].iter().all(|injected| *injected >= 8), "{report:?}");
    assert_eq!(report.leaks[..3], [0; 3], "only a panic in drop may leak: {report:?}");
}
