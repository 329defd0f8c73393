//! The stress driver: threads with reproducible plans run against a map, and what they did comes back as a history.
//!
//! Which operation on which key comes when follows from the seed alone, thread by thread. The value that a
//! compare-exchange expects is the one its thread saw last for the key, so it depends on the run.

mod crew;
mod gate;

pub(crate) use crew::crew;
pub(crate) use gate::Gate;

use crate::chaos::{self, Delays};
use crate::history::{History, Lane, Op, Recorder};
use crate::map::Map;
use crate::rng::Rng;
use crate::torn::seal;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// How often each operation comes, as weights. What the map does not offer is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are the operations")]
pub struct Mix {
    pub get: u32,
    pub insert: u32,
    pub try_insert: u32,
    pub remove: u32,
    pub compare_exchange: u32,
    pub fetch_add: u32,
    /// Whole iterations, each as long as the map is large.
    pub iterate: u32,
}

impl Mix {
    /// Every operation.
    pub const ALL: Self = Self {
        get: 30,
        insert: 20,
        try_insert: 8,
        remove: 18,
        compare_exchange: 12,
        fetch_add: 12,
        iterate: 0,
    };
    /// The map grows.
    pub const GROW: Self = Self {
        get: 25,
        insert: 50,
        try_insert: 10,
        remove: 3,
        compare_exchange: 6,
        fetch_add: 6,
        iterate: 0,
    };
    /// The map shrinks.
    pub const SHRINK: Self = Self {
        get: 25,
        insert: 4,
        try_insert: 1,
        remove: 62,
        compare_exchange: 4,
        fetch_add: 4,
        iterate: 0,
    };
    /// Mostly reads.
    pub const READ: Self = Self {
        get: 90,
        insert: 4,
        try_insert: 1,
        remove: 3,
        compare_exchange: 1,
        fetch_add: 1,
        iterate: 0,
    };

    fn weights(self) -> [u32; 7] {
        let Self { get, insert, try_insert, remove, compare_exchange, fetch_add, iterate } = self;
        [get, insert, try_insert, remove, compare_exchange, fetch_add, iterate]
    }
}

/// A stretch of operations with one mix; phases follow each other and begin anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phase {
    /// The operations.
    pub mix: Mix,
    /// How many of them each thread does.
    pub length: u64,
}

/// A stress run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stress {
    /// Everything random follows from it.
    pub seed: u64,
    /// Threads that work.
    pub threads: usize,
    /// Threads that only take the processor from the others for moments.
    pub disturbers: usize,
    /// Keys are `0..keys`.
    pub keys: u64,
    /// The phases, repeated.
    pub phases: Vec<Phase>,
    /// Operations of each thread, at most.
    pub operations: u64,
    /// The longest time, if any.
    pub duration: Option<Duration>,
    /// What holds threads up between operations, and inside the map where it calls [`chaos::point`].
    pub delays: Delays,
    /// Few values that come again and again (`Some(n)`: n for each key), or a new one each time (`None`).
    pub values: Option<u64>,
}

impl Default for Stress {
    fn default() -> Self {
        Self {
            seed: 1,
            threads: 4,
            disturbers: 1,
            keys: 64,
            phases: vec![
                Phase { mix: Mix::GROW, length: 200 },
                Phase { mix: Mix::ALL, length: 200 },
                Phase { mix: Mix::SHRINK, length: 200 },
            ],
            operations: 2_000,
            duration: None,
            delays: Delays::LIGHT,
            values: None,
        }
    }
}

/// The sequence of one thread's operations.
struct Plan {
    rng: Rng,
    step: u64,
    thread: u64,
}

/// A step of a plan: an operation by its place among the weights, a key, a number for its operand.
type Step = (usize, u64, u64);

impl Plan {
    fn next(&mut self, stress: &Stress) -> Option<Step> {
        let round: u64 = stress.phases.iter().map(|phase| phase.length).sum();
        let mut at = self.step.checked_rem(round)?;
        let phase = stress.phases.iter().find(|phase| {
            let here = at < phase.length;
            at = at.saturating_sub(phase.length);
            here
        })?;
        let weights = phase.mix.weights();
        let mut choice = self.rng.below(weights.iter().map(|weight| u64::from(*weight)).sum());
        let mut kind = 0;
        while choice >= u64::from(weights[kind]) && kind < weights.len() - 1 {
            choice -= u64::from(weights[kind]);
            kind += 1;
        }
        let key = self.rng.below(stress.keys);
        let operand = match stress.values {
            Some(few) => self.rng.below(few),
            None => (self.thread << 36) | (self.step << 4),
        };
        self.step += 1;
        Some((kind, key, operand))
    }
}

impl Stress {
    /// Runs it on `map`, which must be empty or filled as the caller notes in [`History::initial`] afterwards.
    ///
    /// # Errors
    /// The text of a panic that came out of the map.
    pub fn run<M: Map + ?Sized>(&self, map: &M) -> Result<History, String> {
        let recorder = Recorder::new();
        let capacity = usize::try_from(self.operations.min(1 << 22)).unwrap_or(0);
        let lanes = crew(self.threads, self.disturbers, |thread, gate| {
            let mut lane = recorder.lane(thread as u32, capacity);
            let mut plan =
                Plan { rng: Rng::part(self.seed, thread as u64), step: 0, thread: thread as u64 };
            let _delays = chaos::enter(self.seed ^ (thread as u64) << 20, self.delays);
            if gate.wait().is_ok() {
                self.work(map, &mut lane, &mut plan);
            }
            lane
        })?;
        Ok(History::from_lanes(lanes))
    }

    fn work<M: Map + ?Sized>(&self, map: &M, lane: &mut Lane, plan: &mut Plan) {
        let begun = Instant::now();
        let mut last: HashMap<u64, u64> = HashMap::new();
        while plan.step < self.operations {
            if plan.step % 64 == 0
                && self.duration.is_some_and(|duration| begun.elapsed() > duration)
            {
                break;
            }
            let Some((kind, key, operand)) = plan.next(self) else { break };
            let value = seal(key, operand);
            let op = match kind {
                0 => Op::Get,
                1 => Op::Insert(value),
                2 => Op::TryInsert(value),
                3 => Op::Remove,
                4 => Op::CompareExchange {
                    expected: last.get(&key).copied().unwrap_or(value),
                    new: value,
                },
                5 => Op::FetchAdd(1),
                _ => {
                    let _ = lane.iterate(map);
                    continue;
                }
            };
            if let Ok(Some(found)) = lane.perform(map, key, op) {
                last.insert(key, op.after(Some(found)).unwrap_or(found));
            }
            chaos::point();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_says_the_whole_sequence() {
        let stress = Stress::default();
        let steps = |seed: u64| -> Vec<Step> {
            let mut plan = Plan { rng: Rng::part(seed, 2), step: 0, thread: 2 };
            (0..1_000).filter_map(|_| plan.next(&stress)).collect()
        };
        assert_eq!(steps(5), steps(5));
        assert_ne!(steps(5), steps(6));
        assert_eq!(steps(5).len(), 1_000);
        let grown = steps(5)[..200].iter().filter(|step| step.0 == 1).count();
        let shrunk = steps(5)[400..600].iter().filter(|step| step.0 == 3).count();
        assert!(
            grown > 70 && shrunk > 90,
            "{grown} inserts in growth, {shrunk} removals in shrinking"
        );
    }
}
