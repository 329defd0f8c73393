//! Histories that are hard to make minimal, built without threads: faulty maps run step by step in an order drawn from
//! a seed, while one thread sleeps in the middle of an operation that overlaps hundreds of the others'.

use super::minimal::{FUEL, shrink_within};
use super::{Violation, each_key, linearizable, violations};
use crate::history::{History, Op, Operation, Seen};
use crate::rng::Rng;
use crate::stress::Mix;
use crate::torn::seal;
use std::collections::HashMap;

/// Runs made. Of 20,000 none is given up either.
const SEEDS: u64 = 1_200;

/// The faults of `tests/maps/faulty.rs` that a history of single keys shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    DoubleReturn,
    LostAdd,
    WrongPrevious,
    ReusedSlot,
}

const FAULTS: [Fault; 4] =
    [Fault::DoubleReturn, Fault::LostAdd, Fault::WrongPrevious, Fault::ReusedSlot];

/// Entries behind a lock, as the faulty maps keep them; a call is one or two holdings of the lock.
#[derive(Default)]
struct Entries(Vec<(u64, u64)>);

impl Entries {
    fn find(&self, key: u64) -> Option<usize> {
        self.0.iter().position(|entry| entry.0 == key)
    }
    fn get(&self, key: u64) -> Option<u64> {
        self.find(key).map(|at| self.0[at].1)
    }
    /// Leaves `value` at the key.
    fn leave(&mut self, key: u64, value: Option<u64>) {
        match (self.find(key), value) {
            (Some(at), Some(value)) => self.0[at].1 = value,
            (Some(at), None) => drop(self.0.swap_remove(at)),
            (None, Some(value)) => self.0.push((key, value)),
            (None, None) => {}
        }
    }
}

/// A thread in the middle of an operation.
#[derive(Clone, Copy)]
struct Call {
    start: u64,
    key: u64,
    op: Op,
    steps: u32,
    found: Option<u64>,
    slot: Option<usize>,
}

impl Call {
    /// Does the next step on the map; whether there is none left but to return.
    fn step(&mut self, fault: Fault, is_faulty: bool, entries: &mut Entries) -> bool {
        let halves = is_faulty
            && matches!(
                (fault, self.op),
                (Fault::DoubleReturn, Op::Remove)
                    | (Fault::LostAdd, Op::FetchAdd(_))
                    | (Fault::WrongPrevious, Op::Insert(_))
                    | (Fault::ReusedSlot, Op::Get)
            );
        self.steps += 1;
        match (self.steps, halves) {
            (1, _) => {
                self.found = entries.get(self.key);
                self.slot = entries.find(self.key);
                if !halves {
                    entries.leave(self.key, self.op.after(self.found));
                }
            }
            (2, true) => match self.op {
                Op::Get => self.found = self.slot.and_then(|at| entries.0.get(at)).map(|at| at.1),
                Op::FetchAdd(_) if entries.find(self.key).is_none() || self.found.is_none() => {}
                _ => entries.leave(self.key, self.op.after(self.found)),
            },
            _ => return true,
        }
        false
    }
}

/// The run of a faulty map.
struct Run {
    fault: Fault,
    /// Threads beside the sleeper, which is thread 0.
    threads: usize,
    keys: u64,
    /// How many operations each thread does; the sleeper does one.
    length: usize,
    /// Once in how many steps any other thread is held up too.
    naps: u64,
    /// Only the sleeper meets the fault.
    once: bool,
}

impl Run {
    fn of_seed(seed: u64) -> (Self, Rng) {
        let mut rng = Rng::new(seed);
        let fault = FAULTS[(seed % 4) as usize];
        let keys = if fault == Fault::ReusedSlot { 2 + rng.below(2) } else { 1 + rng.below(3) };
        let threads = 4 + rng.below(3) as usize;
        let length = (20 + rng.below(180)) as usize;
        let naps = [0, 300, 60][rng.below(3) as usize];
        (Self { fault, threads, keys, length, naps, once: rng.once_in(2) }, rng)
    }

    fn some_op(mix: Mix, value: u64, expected: u64, rng: &mut Rng) -> Op {
        let Mix { get, insert, try_insert, remove, compare_exchange, fetch_add, .. } = mix;
        let weights = [get, insert, try_insert, remove, compare_exchange, fetch_add];
        let mut choice = rng.below(weights.iter().copied().map(u64::from).sum());
        let mut kind = 0;
        while choice >= u64::from(weights[kind]) {
            choice -= u64::from(weights[kind]);
            kind += 1;
        }
        match kind {
            0 => Op::Get,
            1 => Op::Insert(value),
            2 => Op::TryInsert(value),
            3 => Op::Remove,
            4 => Op::CompareExchange { expected, new: value },
            _ => Op::FetchAdd(1),
        }
    }

    fn history(&self, rng: &mut Rng) -> History {
        let mut entries = Entries::default();
        let mut history = History::default();
        let mut calls: Vec<Option<Call>> = vec![None; self.threads + 1];
        let mut done = vec![0; self.threads + 1];
        let mut last: HashMap<(usize, u64), u64> = HashMap::new();
        let mut time = 0;
        let over = self.length * self.threads;
        // When the sleeper calls, after which of its steps it sleeps, and how long.
        let (wake, asleep_after) =
            (rng.below(over as u64 / 2) as usize, if self.once { 1 } else { rng.below(3) as u32 });
        let mut until = vec![0; self.threads + 1];
        loop {
            time += 1 + rng.below(40);
            let finished: usize = done[1..].iter().sum();
            let thread = rng.below(self.threads as u64 + 1) as usize;
            if finished == over && calls.iter().all(Option::is_none) && done[0] == 1 {
                return history;
            }
            let may_run = if thread == 0 {
                let asleep = calls[0].is_some_and(|call| call.steps >= asleep_after);
                finished >= wake && done[0] == 0 && (finished == over || !asleep)
            } else {
                until[thread] <= time && (done[thread] < self.length || calls[thread].is_some())
            };
            if !may_run {
                continue;
            }
            if thread > 0 && rng.once_in(self.naps) {
                until[thread] = time + rng.below(12_000);
            }
            let Some(call) = &mut calls[thread] else {
                let key = rng.below(self.keys);
                let mix = [Mix::GROW, Mix::ALL, Mix::SHRINK][done[thread] * 3 / self.length % 3];
                let value = seal(key, (thread as u64) << 36 | (done[thread] as u64) << 4);
                let expected = last.get(&(thread, key)).copied().unwrap_or(value);
                let op = match self.fault {
                    _ if thread > 0 || (!self.once && rng.once_in(2)) => {
                        Self::some_op(mix, value, expected, rng)
                    }
                    Fault::DoubleReturn => Op::Remove,
                    Fault::LostAdd => Op::FetchAdd(1),
                    Fault::WrongPrevious => Op::Insert(value),
                    Fault::ReusedSlot => Op::Get,
                };
                let call = Call { start: time, key, op, steps: 0, found: None, slot: None };
                calls[thread] = Some(call);
                continue;
            };
            if call.step(self.fault, thread == 0 || !self.once, &mut entries) {
                let Call { start, key, op, found, .. } = *call;
                if let Some(found) = found {
                    last.insert((thread, key), op.after(Some(found)).unwrap_or(found));
                }
                let (seen, thread_number) = (Seen::Found(found), thread as u32);
                let operation =
                    Operation { start, end: time, key, op, seen, thread: thread_number };
                history.operations.push(operation);
                calls[thread] = None;
                done[thread] += 1;
            }
        }
    }
}

/// What violations promise.
fn assert_minimal(violation: &Violation, of: &str) {
    assert!(violation.is_minimal, "{of}: given up\n{violation}");
    assert!(linearizable(&violation.history).is_err(), "{of}: it does not fail\n{violation}");
    for at in 0..violation.history.operations.len() {
        let mut less = violation.history.clone();
        if less.operations[at].seen != Seen::Unknown {
            less.operations[at] = less.operations[at].forgotten();
            assert!(linearizable(&less).is_ok(), "{of}: operation {at} can go\n{violation}");
        }
    }
}

#[test]
fn a_removal_that_sleeps_over_hundreds_of_operations_is_told_with_the_other_of_its_value() {
    // Five threads go round: each value is inserted, read, added to, and removed; some three operations overlap.
    let value = |round: u64| seal(7, round << 4);
    let mut operations: Vec<Operation> = (0..400)
        .map(|at| {
            let round = at / 4;
            let (op, found) = match at % 4 {
                0 => (Op::Insert(value(round)), None),
                1 => (Op::Get, Some(value(round))),
                2 => (Op::FetchAdd(1), Some(value(round))),
                _ => (Op::Remove, Some(value(round) + 1)),
            };
            let thread = 1 + at as u32 % 5;
            let seen = Seen::Found(found);
            Operation { start: 100 + at * 10, end: 135 + at * 10, key: 7, op, seen, thread }
        })
        .collect();
    let slept = |round: u64| {
        let seen = Seen::Found(Some(value(round) + 1));
        Operation { start: 50, end: 10_000, key: 7, op: Op::Remove, seen, thread: 0 }
    };
    for round in [0, 20, 50, 99] {
        operations.push(slept(round));
        let history = History { operations: operations.clone(), ..History::default() };
        operations.pop();
        let violation = linearizable(&history).unwrap_err();
        assert_minimal(&violation, &format!("round {round}"));
        assert_eq!(violation.of_operations, 401);
        let held: Vec<_> = violation.held().map(|one| (one.op, one.seen)).collect();
        assert_eq!(held, [(Op::Remove, slept(round).seen); 2], "round {round}\n{violation}");
    }
}

#[test]
fn what_sleepers_do_to_faulty_maps_is_made_minimal_with_fuel_to_spare() {
    let (mut wrong, mut small, mut long) = ([0; 4], 0, 0);
    for seed in 0..SEEDS {
        let (run, mut rng) = Run::of_seed(seed);
        let history = run.history(&mut rng);
        for violation in violations(&history) {
            wrong[(seed % 4) as usize] += 1;
            small += usize::from(violation.held().count() <= 20);
            long += usize::from(violation.of_operations >= 200);
            if seed % 8 < 4 {
                assert_minimal(&violation, &format!("seed {seed}, {:?}", run.fault));
            }
        }
        each_key(&history, |_, initial, operations, failed| {
            let minimal = shrink_within(FUEL / 4, initial, operations, failed);
            assert!(minimal.is_minimal, "seed {seed}, {:?}: given up", run.fault);
            true
        });
    }
    let all: usize = wrong.iter().sum();
    assert!(wrong.iter().all(|wrong| *wrong > 100), "{wrong:?}: every fault must be exercised");
    assert!(long > all / 3 && small > all * 9 / 10, "of {all}: {long} long, {small} small");
}
