//! The explorer of states, held against a plain enumeration of schedules.

use go_lab::{
    Budget, Keys, LockKind, MapType, Operation, Program, bundled, bundled_names, enumerate, explore,
};
use go_runtime::classic::Release;

/// A hash with these low bits and this upper byte.
fn hash(bucket: u64, top: u64) -> u64 {
    (top << 56) | bucket
}

fn program(before: &[Operation], goroutines: &[&[Operation]]) -> Program {
    Program {
        map: MapType::small(Release::Go1_23, 1, false),
        keys: Keys::given(vec![0, hash(0, 0x61), hash(1, 0x62), hash(2, 0x63), hash(3, 0x64)]),
        is_nil: false,
        hint: 0,
        seed: 0,
        start: 0,
        locks: vec![LockKind::Mutex, LockKind::RwMutex],
        before: before.to_vec(),
        goroutines: goroutines.iter().map(|operations| operations.to_vec()).collect(),
    }
}

fn with_pointers(program: Program) -> Program {
    Program { map: MapType::small(Release::Go1_23, 1, true), ..program }
}

use Operation::{
    Assign, Clear, Clone, Delete, Iterate, Length, Lock, RLock, RUnlock, Read, Unlock,
};

/// Small enough that every schedule can be gone through.
fn small() -> Vec<(&'static str, Program)> {
    vec![
        ("reads", program(&[Assign(1, 10)], &[&[Read(1)], &[Read(1)]])),
        ("a read and a write", program(&[Assign(1, 10)], &[&[Read(1)], &[Assign(1, 20)]])),
        ("lengths", program(&[], &[&[Length, Length], &[Assign(1, 1)]])),
        ("an iteration", with_pointers(program(&[Assign(1, 10)], &[&[Iterate], &[Length]]))),
        ("a deletion of nothing", program(&[Assign(1, 10)], &[&[Delete(2)], &[Length]])),
        (
            "under a mutex",
            program(
                &[Assign(1, 10)],
                &[&[Lock(0), Read(1), Unlock(0)], &[Lock(0), Delete(1), Unlock(0)]],
            ),
        ),
        (
            "under an RWMutex",
            program(
                &[Assign(1, 10)],
                &[&[RLock(1), Read(1), RUnlock(1)], &[Lock(1), Unlock(1)], &[RLock(1), RUnlock(1)]],
            ),
        ),
        (
            "unlocked twice",
            program(&[], &[&[Lock(0), Unlock(0), Unlock(0)], &[Lock(0), Unlock(0)]]),
        ),
        ("locks in both orders", program(&[], &[&[Lock(0), Lock(1)], &[Lock(1), Lock(0)]])),
        ("a clone", program(&[Assign(1, 10)], &[&[Clone], &[Length]])),
        ("a clear", with_pointers(program(&[Assign(1, 10)], &[&[Clear], &[Length]]))),
    ]
}

#[test]
fn states_and_schedules_come_to_the_same_verdicts_and_counts() {
    let (mut states, mut visited) = (0, 0);
    for (name, program) in small() {
        let explored = explore(&program, Budget::default()).unwrap();
        let plain = enumerate(&program, 3_000_000).unwrap();
        assert!(explored.is_whole && plain.is_whole, "{name}");
        assert_eq!(explored.tallies.len(), plain.tallies.len(), "{name}: {plain:?} {explored:?}");
        for tally in &plain.tallies {
            let same = explored.tallies.iter().find(|other| other.verdict == tally.verdict);
            let same = same.unwrap_or_else(|| panic!("{name}: {tally:?} is missing"));
            assert_eq!(same.interleavings, tally.interleavings, "{name}: {tally:?}");
            assert!((same.chance - tally.chance).abs() < 1e-9, "{name}: {tally:?} {same:?}");
        }
        eprintln!("{name}: {} {} {:?}", explored.states, plain.visited, explored.tallies);
        states += u64::try_from(explored.states).unwrap();
        visited += plain.visited;
    }
    assert!(visited >= states * 10, "{visited} {states}");
}

/// What a checkpoint forgets makes no difference: with all that was ever found kept, verdicts and counts are the same.
#[test]
fn nothing_that_matters_is_forgotten() {
    let (mut kept, mut forgotten) = (0, 0);
    for name in bundled_names().filter(|name| *name != "two-growths") {
        let program = bundled(name).unwrap().program;
        let whole = Budget { states: 2_000_000, keeps_all: true, ..Budget::default() };
        let (all, few) = (explore(&program, whole), explore(&program, Budget::default()));
        let (all, few) = (all.unwrap(), few.unwrap());
        if !all.is_whole {
            eprintln!("{name}: too many states with everything kept");
            continue;
        }
        assert_eq!(all.tallies.len(), few.tallies.len(), "{name}");
        for tally in &all.tallies {
            let same = few.tallies.iter().find(|other| other.verdict == tally.verdict).unwrap();
            let ratio = same.interleavings / tally.interleavings;
            assert!((ratio - 1.0).abs() < 1e-9, "{name}: {tally:?} {same:?}");
            assert!((same.chance / tally.chance - 1.0).abs() < 1e-9, "{name}: {tally:?} {same:?}");
        }
        kept += all.states;
        forgotten += few.states;
    }
    eprintln!("{kept} states with everything kept, {forgotten} without");
    assert!(forgotten < kept);
}
