//! The checker against a plain Wing and Gong search, on histories made right and made wrong, and the promise of
//! minimal failing histories.

use super::{Meeting, each_key, iterations, linearizable, violations};
use crate::history::{History, Iteration, Op, Operation, Seen};
use crate::rng::Rng;
use std::collections::HashSet;

/// Wing and Gong: tries every order. `left` are the operations not yet placed.
fn wing_gong(
    value: Option<u64>,
    left: u32,
    all: &[Operation],
    dead: &mut HashSet<(Option<u64>, u32)>,
) -> bool {
    let open = |at: usize| left >> at & 1 == 1;
    if (0..all.len()).all(|at| !open(at) || all[at].seen == Seen::Unknown) {
        return true;
    }
    if !dead.insert((value, left)) {
        return false;
    }
    for at in (0..all.len()).filter(|at| open(*at)) {
        let first = !(0..all.len())
            .any(|other| other != at && open(other) && all[other].end < all[at].start);
        if !first {
            continue;
        }
        let rest = left & !(1 << at);
        let fits = match all[at].seen {
            Seen::Found(found) => found == value,
            Seen::Unknown => {
                if wing_gong(value, rest, all, dead) {
                    return true;
                }
                true
            }
        };
        if fits && wing_gong(all[at].op.after(value), rest, all, dead) {
            return true;
        }
    }
    false
}

fn searched(history: &History) -> bool {
    let mut keys: Vec<u64> = history.operations.iter().map(|operation| operation.key).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter().all(|key| {
        let all: Vec<Operation> =
            history.operations.iter().filter(|operation| operation.key == key).copied().collect();
        let left = u32::MAX >> (32 - all.len());
        wing_gong(history.initial.get(&key).copied(), left, &all, &mut HashSet::new())
    })
}

fn some_op(rng: &mut Rng, values: u64) -> Op {
    let value = rng.below(values);
    match rng.below(8) {
        0 | 1 => Op::Get,
        2 | 3 => Op::Insert(value),
        4 => Op::TryInsert(value),
        5 => Op::Remove,
        6 => Op::CompareExchange { expected: value, new: rng.below(values) },
        _ => Op::FetchAdd(1 + rng.below(2)),
    }
}

/// A history of truth: each operation takes effect at a moment within its time. Ties of time are common on purpose.
fn truthful(rng: &mut Rng, count: usize, keys: u64, span: u64, values: u64) -> History {
    let mut history = History::default();
    for key in 0..keys {
        if rng.once_in(2) {
            history.initial.insert(key, rng.below(values));
        }
    }
    let mut planned: Vec<(u64, Operation)> = (0..count)
        .map(|_| {
            let start = rng.below(span);
            let end = start + rng.below(span / 2 + 1);
            let moment = start + rng.below(end - start + 1);
            let op = some_op(rng, values);
            (
                moment,
                Operation { start, end, key: rng.below(keys), op, seen: Seen::Unknown, thread: 0 },
            )
        })
        .collect();
    planned.sort_by_key(|(moment, _)| *moment);
    let mut state = history.initial.clone();
    for (thread, (_, mut operation)) in planned.into_iter().enumerate() {
        let found = state.get(&operation.key).copied();
        match operation.op.after(found) {
            Some(value) => drop(state.insert(operation.key, value)),
            None => drop(state.remove(&operation.key)),
        }
        operation.seen = if rng.once_in(8) { Seen::Unknown } else { Seen::Found(found) };
        operation.thread = thread as u32;
        history.operations.push(operation);
    }
    history
}

/// Changes one or two results, so that the history is wrong more often than not.
fn spoilt(rng: &mut Rng, mut history: History, values: u64) -> History {
    for _ in 0..=rng.below(2) {
        let at = rng.below(history.operations.len() as u64) as usize;
        let found = (!rng.once_in(3)).then(|| rng.below(values));
        history.operations[at].seen = Seen::Found(found);
    }
    history
}

#[test]
fn the_walk_agrees_with_a_plain_search_on_right_and_wrong_histories() {
    let (mut right, mut wrong) = (0, 0);
    for seed in 0..9_000 {
        let mut rng = Rng::new(seed);
        let count = 2 + rng.below(9) as usize;
        let (keys, span, values) = (1 + rng.below(2), 3 + rng.below(40), 2 + rng.below(3));
        let truth = truthful(&mut rng, count, keys, span, values);
        assert!(linearizable(&truth).is_ok(), "seed {seed}: a true history was rejected\n{truth}");
        assert!(searched(&truth), "seed {seed}: the search itself is wrong");
        let history = spoilt(&mut rng, truth, values);
        let expected = searched(&history);
        assert_eq!(linearizable(&history).is_ok(), expected, "seed {seed}\n{history}");
        if expected {
            right += 1;
        } else {
            wrong += 1;
        }
    }
    assert!(
        right > 1_500 && wrong > 1_500,
        "{right} right and {wrong} wrong: both sides must be exercised"
    );
}

#[test]
fn the_walk_agrees_with_a_plain_search_where_most_results_are_forgotten() {
    let (mut right, mut wrong) = (0, 0);
    for seed in 0..6_000 {
        let mut rng = Rng::new(seed ^ 0xF0_6077);
        let count = 6 + rng.below(7) as usize;
        let (span, values) = (3 + rng.below(40), 2 + rng.below(5));
        let mut history = truthful(&mut rng, count, 1, span, values);
        for operation in &mut history.operations {
            if !rng.once_in(3) {
                *operation = operation.forgotten();
            }
        }
        let history = spoilt(&mut rng, history, values);
        let expected = searched(&history);
        assert_eq!(linearizable(&history).is_ok(), expected, "seed {seed}\n{history}");
        if expected {
            right += 1;
        } else {
            wrong += 1;
        }
    }
    assert!(
        right > 800 && wrong > 800,
        "{right} right and {wrong} wrong: both sides must be exercised"
    );
}

#[test]
fn more_open_operations_than_a_word_has_bits_are_walked_all_the_same() {
    // 100 additions open at once, each having found another count, in an order unlike that of their calls.
    let operation = |at: u64| Operation {
        start: at,
        end: 1_000 + at,
        key: 3,
        op: Op::FetchAdd(1),
        seen: Seen::Found(Some(at * 37 % 100)),
        thread: at as u32,
    };
    let mut history = History {
        operations: (0..100).map(operation).collect(),
        initial: [(3, 0)].into(),
        ..History::default()
    };
    assert!(linearizable(&history).is_ok());
    history.operations[50].seen = history.operations[51].seen;
    // Two claim the same step, and one step is claimed by none.
    let mut failed = false;
    each_key(&history, |_, _, _, _| {
        failed = true;
        false
    });
    assert!(failed);
}

#[test]
fn a_thread_asleep_over_thousands_of_operations_is_no_matter() {
    let mut operations = vec![Operation {
        start: 0,
        end: 1_000_000,
        key: 1,
        op: Op::CompareExchange { expected: 4_000, new: 0 },
        seen: Seen::Found(Some(4_000)),
        thread: 0,
    }];
    for at in 1..10_000 {
        let found = if at <= 4_000 { at - 1 } else { at - 4_001 };
        let seen = Seen::Found(Some(found));
        operations.push(Operation {
            start: at * 10,
            end: at * 10 + 5,
            key: 1,
            op: Op::FetchAdd(1),
            seen,
            thread: 1,
        });
    }
    let mut history = History { operations, initial: [(1, 0)].into(), ..History::default() };
    assert!(linearizable(&history).is_ok());
    history.operations[0].end = 30_000;
    assert!(
        linearizable(&history).is_err(),
        "the exchange ended before the value it claims to have found"
    );
}

/// Forgets one operation of a history.
fn forgetting(history: &History, at: usize) -> History {
    let mut less = history.clone();
    less.operations[at] = less.operations[at].forgotten();
    less
}

#[test]
fn no_operation_of_a_violation_can_be_forgotten() {
    let mut seen = 0;
    for seed in 0..1_200 {
        let mut rng = Rng::new(seed ^ 0xABCD);
        let small = seed % 4 != 0;
        let count = if small { 4 + rng.below(8) } else { 100 + rng.below(900) } as usize;
        let span = if small { 30 } else { count as u64 * 4 };
        let mut truth = truthful(&mut rng, count, 1, span, 4);
        if !small {
            // Times of a few threads rather than half the history each.
            for operation in &mut truth.operations {
                let length = (operation.end - operation.start).min(12);
                operation.end = operation.start + length;
            }
        }
        let history = spoilt(&mut rng, truth, 4);
        for violation in violations(&history) {
            seen += 1;
            assert!(violation.is_minimal, "seed {seed}");
            assert!(
                linearizable(&violation.history).is_err(),
                "seed {seed}: it does not fail\n{violation}"
            );
            let few = violation.history.operations.len() <= 14;
            assert!(
                !few || !searched(&violation.history),
                "seed {seed}: the search explains it\n{violation}"
            );
            for at in 0..violation.history.operations.len() {
                if violation.history.operations[at].seen == Seen::Unknown {
                    continue;
                }
                let less = forgetting(&violation.history, at);
                assert!(
                    linearizable(&less).is_ok(),
                    "seed {seed}: operation {at} can go\n{violation}"
                );
                assert!(
                    !few || searched(&less),
                    "seed {seed}: the search needs operation {at} gone\n{violation}"
                );
            }
        }
    }
    assert!(seen > 400, "{seen} violations are too few to say much");
}

#[test]
fn a_stale_read_is_drawn_with_the_two_operations_that_matter() {
    let operation = |thread, start, end, op, found| Operation {
        start,
        end,
        key: 7,
        op,
        seen: Seen::Found(found),
        thread,
    };
    let history = History {
        operations: vec![
            operation(0, 1_000, 1_100, Op::Insert(1), None),
            operation(1, 1_150, 1_180, Op::Get, Some(1)),
            operation(0, 1_200, 1_300, Op::Insert(2), Some(1)),
            operation(1, 1_400, 1_500, Op::Get, Some(1)),
            operation(0, 1_600, 1_700, Op::Get, Some(2)),
        ],
        ..History::default()
    };
    let violation = linearizable(&history).unwrap_err();
    assert_eq!(violation.held().count(), 2);
    let drawn = violation.to_string();
    assert_eq!(
        drawn,
        "key 7: 2 of 5 operations cannot be explained together\n\
         at first the key is absent\n          \
         µs  thread 0                thread 1\n       \
         0.000  ┌ insert 1 (forgotten)\n       \
         0.100  └ found ?\n       \
         0.200  ┌ insert 2\n       \
         0.300  └ found 1\n       \
         0.400                          ┌ get\n       \
         0.500                          └ found 1\n"
    );
}

#[test]
fn iterations_are_judged_by_what_is_certain() {
    let at = |start, end, op, found| Operation {
        start,
        end,
        key: 5,
        op,
        seen: Seen::Found(found),
        thread: 0,
    };
    let history = |operations: &[Operation], met: &[u64]| History {
        operations: operations.to_vec(),
        iterations: vec![Iteration {
            start: 100,
            end: 200,
            thread: 1,
            met: met.iter().map(|v| (5, *v)).collect(),
        }],
        initial: [(9, 90)].into(),
    };
    let check = |operations: &[Operation], met: &[u64]| {
        let mut history = history(operations, met);
        history.iterations[0].met.push((9, 90));
        iterations(&history, Meeting::ExactlyOnce)
    };
    let inserted = at(10, 20, Op::Insert(1), None);
    assert!(check(&[inserted], &[1]).is_ok());
    assert!(check(&[inserted], &[]).is_err(), "missed");
    assert!(check(&[inserted], &[1, 1]).is_err(), "met twice");
    assert!(check(&[inserted], &[2]).is_err(), "a value it never held");
    assert!(check(&[], &[1]).is_err(), "a key that never was");
    assert!(
        iterations(&history(&[inserted], &[1]), Meeting::ExactlyOnce).is_err(),
        "the first key 9 is missed"
    );

    let replaced_before = at(30, 40, Op::Insert(2), Some(1));
    assert!(check(&[inserted, replaced_before], &[1]).is_err(), "a value gone before");
    assert!(check(&[inserted, replaced_before], &[2]).is_ok());
    let replaced_meanwhile = at(90, 120, Op::Insert(2), Some(1));
    assert!(check(&[inserted, replaced_meanwhile], &[1]).is_ok());
    assert!(check(&[inserted, replaced_meanwhile], &[2]).is_ok());
    assert!(check(&[inserted, replaced_meanwhile], &[]).is_err(), "replaced, but never gone");

    let removed_meanwhile = at(150, 160, Op::Remove, Some(1));
    assert!(check(&[inserted, removed_meanwhile], &[]).is_ok());
    assert!(check(&[inserted, removed_meanwhile], &[1]).is_ok());
    let removed_before = at(30, 40, Op::Remove, Some(1));
    assert!(check(&[inserted, removed_before], &[1]).is_err(), "gone before");
    assert!(check(&[inserted, removed_before], &[]).is_ok());
    let back = at(150, 160, Op::Insert(1), None);
    assert!(check(&[inserted, removed_before, back], &[1]).is_ok());

    let twice = history(&[inserted], &[1, 1]);
    let mut twice = twice;
    twice.iterations[0].met.push((9, 90));
    assert!(iterations(&twice, Meeting::AtLeastOnce).is_ok());
}
