//! The explorer of states, held against a plain enumeration of schedules.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use go_lab::{Budget, Keys, LockKind, MapType, Operation, Program, enumerate, explore};
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

use Operation::{Assign, Clear, Clone, Delete, Iterate, Length, Lock, RLock, RUnlock, Read, Unlock};

/// Small enough that every schedule can be gone through.
fn small() -> Vec<(&'static str, Program)> {
    vec![
        ("reads", program(&[Assign(1, 10)], &[&[Read(1)], &[Read(1)]])),
        ("a read and a write", program(&[Assign(1, 10)], &[&[Read(1)], &[Assign(1, 20)]])),
        ("lengths", program(&[], &[&[Length, Length], &[Assign(1, 1)]])),
        ("an iteration", with_pointers(program(&[Assign(1, 10)], &[&[Iterate], &[Length]]))),
        ("deletions of nothing", program(&[Assign(1, 10)], &[&[Delete(2)], &[Delete(3)]])),
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
        ("unlocked twice", program(&[], &[&[Lock(0), Unlock(0), Unlock(0)], &[Lock(0), Unlock(0)]])),
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
        let plain = enumerate(&program, 50_000_000).unwrap();
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
