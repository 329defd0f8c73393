//! Keys with one writer each: every result is judged at once, without clocks and without a search.
//!
//! The owner of a key takes it through a fixed cycle: at step i it is absent where i is a multiple of 3, and otherwise
//! holds i, sealed. The owner announces a step before it (`begun`) and after it (`done`). Who reads `done` before and
//! `begun` after a look at the map knows exactly which states were possible. The announcements order nothing beyond
//! what the map promises anyway: that an operation is seen by whoever learnt that it has returned.

use crate::battery::Round;
use crate::chaos;
use crate::check::Meeting;
use crate::map::Map;
use crate::rng::Rng;
use crate::stress::{Gate, crew};
use crate::torn::{open, seal};
use std::sync::atomic::{
    AtomicU64,
    Ordering::{Acquire, Relaxed, Release},
};

/// How the keys are worked on.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) keys: u64,
    /// Maps grown from empty, one after another, by the same threads.
    pub(super) maps: u64,
    /// Cycles of growing, churning and shrinking on each map.
    pub(super) cycles: u64,
    /// Steps of each thread in one churn.
    pub(super) churn: u64,
    /// Look-ups of any key after each step.
    pub(super) looks: u64,
    /// One iteration in so many steps; 0 for none.
    pub(super) iterate: u64,
    /// Of every 4 keys so many stay once inserted; they are replaced but never removed.
    pub(super) stable: u64,
    /// Threads that only look.
    pub(super) lookers: usize,
}

struct Witness {
    begun: Vec<AtomicU64>,
    done: Vec<AtomicU64>,
    stable: u64,
}

fn state(key: u64, step: u64) -> Option<u64> {
    (step % 3 != 0).then(|| seal(key, step))
}

impl Witness {
    fn new(keys: u64, stable: u64) -> Self {
        let zeros = || (0..keys).map(|_| AtomicU64::new(0)).collect();
        Self { begun: zeros(), done: zeros(), stable }
    }

    /// Whether `found` was possible between the steps `from` and `to`.
    fn judge(key: u64, found: Option<u64>, from: u64, to: u64) -> Result<(), String> {
        let fits = match found {
            None => from.div_ceil(3) * 3 <= to,
            Some(word) => match open(key, word) {
                Some(step) => step % 3 != 0 && (from..=to).contains(&step),
                None => {
                    return Err(format!(
                        "key {key}: {word:#018x} is not a value of this key: torn, freed or mixed"
                    ));
                }
            },
        };
        if fits {
            return Ok(());
        }
        let found = found.and_then(|word| open(key, word));
        let what =
            found.map_or_else(|| "nothing".to_owned(), |step| format!("the value of step {step}"));
        Err(format!(
            "key {key}: found {what}, while only steps {from} to {to} were possible (absent at multiples of 3)"
        ))
    }

    fn look<M: Map>(&self, map: &M, key: u64) -> Result<(), String> {
        let from = self.done[key as usize].load(Acquire);
        let found = map.get(&key);
        let to = self.begun[key as usize].load(Acquire);
        if found.is_none() && from > 0 && self.stays(key) {
            return Err(format!(
                "key {key}: it is never removed, was there from step {from}, and was not found"
            ));
        }
        Self::judge(key, found, from, to)
    }

    /// The owner's next step.
    fn step<M: Map>(&self, map: &M, key: u64, stays: bool, way: u64) -> Result<(), String> {
        let at = self.done[key as usize].load(Relaxed);
        // A key that stays skips absence: 1, 2, 4, 5, 7, …
        let next = if stays && at % 3 == 2 { at + 2 } else { at + 1 };
        self.begun[key as usize].store(next, Release);
        let before = state(key, at);
        let found = match (before, state(key, next)) {
            (_, None) => map.remove(&key),
            (None, Some(new)) if way % 2 == 0 => match map.try_insert(key, new) {
                Ok(found) => found,
                Err(_) => map.insert(key, new),
            },
            (Some(old), Some(new)) if way % 3 == 0 => match map.compare_exchange(&key, &old, new) {
                Ok(found) => found,
                Err(_) => map.insert(key, new),
            },
            (Some(_), Some(new)) if way % 3 == 1 && next == at + 1 => {
                match map.fetch_add(&key, 1) {
                    Ok(found) => found,
                    Err(_) => map.insert(key, new),
                }
            }
            (_, Some(new)) => map.insert(key, new),
        };
        self.done[key as usize].store(next, Release);
        if found == before {
            return Ok(());
        }
        let say = |word: Option<u64>| match word {
            None => "nothing".to_owned(),
            Some(word) => open(key, word)
                .map_or_else(|| format!("{word:#018x}"), |step| format!("step {step}")),
        };
        Err(format!(
            "key {key}: its only writer left {} there and then found {}",
            say(before),
            say(found)
        ))
    }

    fn iterate<M: Map>(&self, map: &M, meeting: Meeting) -> Result<(), String> {
        let keys = self.done.len();
        let from: Vec<u64> = self.done.iter().map(|done| done.load(Acquire)).collect();
        let mut met: Vec<Vec<u64>> = vec![Vec::new(); keys];
        let mut stranger = None;
        let offered = map.iterate(&mut |key, value| {
            match met.get_mut(*key as usize) {
                Some(met) => met.push(*value),
                None => stranger = Some(*key),
            }
            chaos::point();
        });
        if offered.is_err() {
            return Ok(());
        }
        if let Some(key) = stranger {
            return Err(format!("an iteration met the key {key}, which was never inserted"));
        }
        for (key, met) in met.iter().enumerate() {
            let (from, to) = (from[key], self.begun[key].load(Acquire));
            let key = key as u64;
            // A stable key's steps skip the multiples of 3, though a range of them may span one.
            let may_be_absent = from % 3 == 0 || from.div_ceil(3) * 3 <= to && !self.stays(key);
            if met.is_empty() && !may_be_absent {
                return Err(format!(
                    "an iteration missed key {key}, there from step {from} to {to}"
                ));
            }
            if met.len() > 1 && meeting == Meeting::ExactlyOnce && !may_be_absent {
                return Err(format!(
                    "an iteration met key {key} {} times, there from step {from} to {to}",
                    met.len()
                ));
            }
            for word in met {
                Self::judge(key, Some(*word), from, to)
                    .map_err(|wrong| format!("an iteration: {wrong}"))?;
            }
        }
        Ok(())
    }

    fn stays(&self, key: u64) -> bool {
        key % 4 < self.stable
    }
}

/// Runs the shape; the operations done, or what was wrong.
pub(super) fn run<M: Map>(
    make: &(dyn Fn() -> M + Sync),
    shape: Shape,
    round: &Round,
) -> Result<u64, String> {
    let maps: Vec<(M, Witness)> =
        (0..shape.maps).map(|_| (make(), Witness::new(shape.keys, shape.stable))).collect();
    let threads = round.threads.max(shape.lookers + 1);
    let results = crew(threads, round.disturbers, |thread, gate| {
        let _delays = chaos::enter(round.seed ^ (thread as u64) << 17, round.delays);
        let mut worker = Worker {
            rng: Rng::part(round.seed, thread as u64),
            thread: thread as u64,
            writers: (threads - shape.lookers) as u64,
            shape,
            meeting: round.meeting,
            operations: 0,
        };
        for (map, witness) in &maps {
            if gate.wait().is_err() {
                break;
            }
            if let Err(wrong) = worker.work(map, witness, gate) {
                gate.break_open();
                return Err(wrong);
            }
        }
        Ok(worker.operations)
    })?;
    results.into_iter().sum()
}

struct Worker {
    rng: Rng,
    thread: u64,
    writers: u64,
    shape: Shape,
    meeting: Meeting,
    operations: u64,
}

impl Worker {
    fn work<M: Map>(&mut self, map: &M, witness: &Witness, gate: &Gate) -> Result<(), String> {
        if self.thread < self.writers {
            for _ in 0..self.shape.cycles {
                self.sweep(map, witness, true)?;
                for _ in 0..self.shape.churn {
                    let own = self.shape.keys.saturating_sub(self.thread).div_ceil(self.writers);
                    if own > 0 {
                        let key = self.thread + self.writers * self.rng.below(own);
                        self.step(map, witness, key)?;
                    }
                    self.looks(map, witness)?;
                }
                self.sweep(map, witness, false)?;
                if self.thread == 0 {
                    let _ = map.compact();
                }
            }
            self.sweep(map, witness, true)?;
        } else {
            let steps = self.shape.cycles * (self.shape.churn + self.shape.keys / self.writers);
            for _ in 0..steps {
                self.looks(map, witness)?;
            }
        }
        if gate.wait().is_err() {
            return Ok(());
        }
        // Nobody writes any more: everything must be exactly as its writer left it.
        for key in 0..self.shape.keys {
            witness.look(map, key)?;
        }
        if self.thread == 0 {
            witness.iterate(map, self.meeting)?;
            let there = (0..self.shape.keys)
                .filter(|key| witness.done[*key as usize].load(Relaxed) % 3 != 0)
                .count();
            if let Some(len) = map.len().ok().filter(|len| *len != there) {
                return Err(format!("len says {len} of {there} keys while nothing runs"));
            }
        }
        Ok(())
    }

    /// Brings each own key in, or out.
    fn sweep<M: Map>(&mut self, map: &M, witness: &Witness, bring_in: bool) -> Result<(), String> {
        let mut key = self.thread;
        while key < self.shape.keys {
            while (witness.done[key as usize].load(Relaxed) % 3 != 0) != bring_in {
                if !bring_in && witness.stays(key) {
                    break;
                }
                self.step(map, witness, key)?;
            }
            // Read one's own writes at once, where growth may just have lost them.
            witness.look(map, key)?;
            self.looks(map, witness)?;
            key += self.writers;
        }
        Ok(())
    }

    fn step<M: Map>(&mut self, map: &M, witness: &Witness, key: u64) -> Result<(), String> {
        self.operations += 1;
        witness.step(map, key, witness.stays(key), self.rng.below(6))?;
        chaos::point();
        Ok(())
    }

    fn looks<M: Map>(&mut self, map: &M, witness: &Witness) -> Result<(), String> {
        for _ in 0..self.shape.looks {
            self.operations += 1;
            witness.look(map, self.rng.below(self.shape.keys))?;
        }
        if self.rng.once_in(self.shape.iterate) {
            self.operations += 1;
            witness.iterate(map, self.meeting)?;
        }
        Ok(())
    }
}
