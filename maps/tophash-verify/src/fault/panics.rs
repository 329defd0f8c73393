//! Countdown panics: every call of user code inside the map panics once, and each time the map must stay whole.

use super::kit::{Injected, Kit, Site};
use super::life::{Key, Value};
use crate::map::Map;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What countdown panics found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PanicReport {
    /// Panics that were raised inside the map, by site, in the order of [`Site::ALL`].
    pub injected: [u64; 5],
    /// Lives that a panic left without a drop. A leak is not unsound; a panic in `drop` itself often brings one.
    pub leaks: [u64; 5],
    /// What was wrong: a key lost or changed by a panic elsewhere, a double drop, a dead value seen.
    pub faults: Vec<String>,
}

const KEYS: u64 = 40;

/// The script: each step is one call, so that a panic is blamed on one key.
fn script() -> Vec<(u64, u8)> {
    let inserts = (0..KEYS).map(|key| (key, 0));
    let mixed = (0..KEYS).map(|key| (key * 7 % KEYS, 1 + (key % 5) as u8));
    inserts.chain(mixed).collect()
}

/// For each site and each k, runs a script of calls on a new map with the k-th call at that site panicking, and checks
/// the map after it. One thread; every call of the script is reached. `k` ends where no panic comes any more, or at
/// `limit`.
///
/// # Complexity
/// O(c²) calls on the map, for `c` calls of user code that the script makes.
pub fn countdown_panics<M: Map<Key, Value>>(make: impl Fn() -> M, limit: u64) -> PanicReport {
    let kit = Kit::leaked();
    let mut report = PanicReport::default();
    for (at, site) in Site::ALL.into_iter().enumerate() {
        for k in 1..=limit {
            kit.reset();
            let (raised, fault) = run(&make, kit, site, k);
            let lives = kit.lives();
            report.injected[at] += u64::from(raised);
            report.leaks[at] += lives.alive;
            let fault = fault
                .or_else(|| (lives.double_drops + lives.corrupt > 0).then(|| format!("{lives:?}")));
            if let Some(fault) = fault {
                report.faults.push(format!("{site:?} panicked at call {k}: {fault}"));
            }
            if !raised {
                break;
            }
        }
    }
    report
}

/// One run; whether the panic came, and what was wrong.
fn run<M: Map<Key, Value>>(
    make: &impl Fn() -> M,
    kit: &'static Kit,
    site: Site,
    k: u64,
) -> (bool, Option<String>) {
    let map = make();
    let mut model: BTreeMap<u64, u64> = BTreeMap::new();
    let mut raised = false;
    let mut fault = None;
    kit.arm(site, k);
    for (step, (key, call)) in script().into_iter().enumerate() {
        let word = step as u64;
        let before = model.get(&key).copied();
        let outcome = catch_unwind(AssertUnwindSafe(|| match call {
            0..=2 => drop(map.insert(kit.key(key), kit.value(key, word))),
            3 => drop(map.remove(&kit.key(key))),
            4 => {
                map.read(&kit.key(key), &mut |_| kit.hit(Site::Closure));
            }
            _ => {
                let _ = map.iterate(&mut |_, _| kit.hit(Site::Closure));
            }
        }));
        let after = match call {
            0..=2 => Some(word),
            3 => None,
            _ => before,
        };
        let mut possible = vec![after];
        if let Err(payload) = outcome {
            if payload.downcast_ref::<Injected>().is_none() {
                fault = Some(format!("call {step} on key {key} panicked by itself"));
                break;
            }
            raised = true;
            kit.disarm();
            possible.push(before);
            let now = map.get(&kit.key(key)).and_then(|value| value.word(key));
            if !possible.contains(&now) {
                fault = Some(format!("key {key} was {before:?}, should be {after:?}, is {now:?}"));
                break;
            }
            possible = vec![now];
        }
        match possible[0] {
            Some(word) => drop(model.insert(key, word)),
            None => drop(model.remove(&key)),
        }
    }
    let before_end = kit.disarm();
    for key in 0..KEYS {
        let now = map.get(&kit.key(key)).and_then(|value| value.word(key));
        if fault.is_none() && now != model.get(&key).copied() {
            fault = Some(format!("key {key} should be {:?}, is {now:?}", model.get(&key)));
        }
    }
    let inserted = map.insert(kit.key(KEYS), kit.value(KEYS, 1)).is_none()
        && map.remove(&kit.key(KEYS)).and_then(|value| value.word(KEYS)) == Some(1);
    if fault.is_none() && !inserted {
        fault = Some("the map takes no new key any more".to_owned());
    }
    // The map's own end runs drops too; the countdown goes on there if the script did not use it up.
    if before_end && site == Site::Drop {
        kit.arm(Site::Drop, 1);
    }
    let dropped = catch_unwind(AssertUnwindSafe(|| drop(map)));
    kit.disarm();
    if dropped.is_err() && site != Site::Drop && fault.is_none() {
        fault = Some("dropping the map panicked by itself".to_owned());
    }
    (raised, fault)
}
