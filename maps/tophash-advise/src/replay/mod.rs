//! Runs a trace against the maps of the family, on this machine, and says how long each took against `HashMap`.
//!
//! Every thread of the trace does what it did, in its order, as fast as the map lets it; what happened in between is left out, and
//! so is how threads took turns. Threads that were never there at the same time share one. Maps are filled with what was in the
//! map before the trace. Rounds go through all maps one after the other, each time from another one on, so that what
//! disturbs the machine disturbs all of them; a ratio is of one round, and told as the median with the least and the greatest.

mod pass;
mod run;
mod script;
mod std_map;

use crate::family::Kind;
use crate::reader::Trace;
use run::Runner;
use script::Script;
use serde::Serialize;
use std::time::{Duration, Instant};

/// A trace of fewer operations is not run: threads would hardly have begun.
const FEWEST: usize = 1_000;

/// Rounds, at least and at most.
const ROUNDS: (usize, usize) = (3, 9);

/// A map that takes so many times as long is left out of the rounds.
const TOO_SLOW: f64 = 25.0;

/// How a trace is run.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Options {
    /// How long it may take, about.
    pub time: Duration,
    /// Threads at most.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { time: Duration::from_secs(6), threads: 64 }
    }
}

/// What came of running a trace against the maps.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Replay {
    /// Threads that it was run by.
    pub threads: u64,
    /// Operations of a run.
    pub operations: u64,
    /// How often each map was measured.
    pub rounds: u64,
    /// What stood for keys and values.
    pub entries: Entries,
    /// The maps, in the order of the family.
    pub maps: Vec<Ratio>,
    /// What is not as it was in the trace.
    pub notes: Vec<String>,
}

/// What stands for keys and values, of which a trace has sizes alone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Entries {
    /// Integers of 64 bits for both, which lie in the buckets of `HashMap`.
    Words,
    /// Bytes of the sizes that were recorded, which are boxed.
    Bytes,
}

/// How long a map took, against `HashMap`.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Ratio {
    /// The map.
    pub map: Kind,
    /// In the median of the rounds.
    pub median: f64,
    /// In the round in which it was the least.
    pub least: f64,
    /// In the round in which it was the greatest.
    pub greatest: f64,
    /// Nanoseconds an operation, in the median: the time of all threads, by the operations of all.
    pub nanoseconds: f64,
}

impl Replay {
    /// The map that was faster than this one in all rounds, whatever disturbed them; the fastest, if several were.
    #[must_use]
    pub fn faster_than(&self, kind: Kind) -> Option<&Ratio> {
        let bar = self.maps.iter().find(|ratio| ratio.map == kind)?.least;
        let faster = self.maps.iter().filter(|ratio| ratio.greatest < bar);
        faster.min_by(|one, other| one.median.total_cmp(&other.median))
    }
}

/// Runs a trace against the maps. `progress` is told of how many pieces of work how many are done.
///
/// # Errors
/// Why it was not run, a fragment.
pub fn replay(
    trace: &Trace,
    options: Options,
    progress: impl Fn(u64, u64),
) -> Result<Replay, String> {
    if trace.records.len() < FEWEST {
        let least = crate::workload::Unit::Count.write(FEWEST as f64);
        return Err(format!("fewer than {least} operations tell nothing of time"));
    }
    let begun = Instant::now();
    let mut script = Script::new(trace, options.threads.max(1));
    let mut notes = std::mem::take(&mut script.notes);
    // A look at each map, by a beginning that is short enough.
    let trial = Runner::new(&script, 20_000);
    let speeds: Vec<(Kind, f64)> =
        Kind::ALL.into_iter().map(|kind| (kind, trial.nanoseconds(kind))).collect();
    let bar = speeds.iter().find(|(kind, _)| *kind == Kind::HashMap).map_or(1.0, |(_, time)| *time);
    let (kept, slow): (Vec<_>, Vec<_>) =
        speeds.into_iter().partition(|(_, time)| *time <= bar * TOO_SLOW);
    for (kind, time) in slow {
        let times = format!("{:.0}", time / bar);
        notes.push(format!(
            "{} took {times} times as long at first, and was left out",
            kind.label()
        ));
    }
    let (least, most) = ROUNDS;
    // As many operations as all maps do in a round, of which there are to be as many as there is time for.
    let round = options.time.saturating_sub(begun.elapsed()).as_secs_f64() * 0.8 / most as f64;
    let each: f64 = kept.iter().map(|(_, time)| time / 1e9).sum();
    let room = (round / each.max(1e-12)) as usize;
    let operations = room.clamp(FEWEST, script.operations());
    if operations < script.operations() {
        let share = operations as f64 / script.operations() as f64;
        let share = crate::workload::Unit::Share.write(share);
        notes.push(format!(
            "the first {share} of the operations were run, for which there was time"
        ));
    }
    let runner = Runner::new(&script, operations);
    // Short traces are run several times in a round.
    let slice = Duration::from_secs_f64(round / kept.len().max(1) as f64);
    let mut times: Vec<Vec<f64>> = kept.iter().map(|_| Vec::new()).collect();
    let mut rounds = 0_usize;
    let total = most.saturating_mul(kept.len()) as u64;
    let mut done = 0_u64;
    while rounds < most && (rounds < least || begun.elapsed() < options.time) {
        for turn in 0..kept.len() {
            let place = turn.saturating_add(rounds).checked_rem(kept.len()).unwrap_or(0);
            if let (Some((kind, _)), Some(times)) = (kept.get(place), times.get_mut(place)) {
                times.push(runner.mean(*kind, slice));
            }
            done = done.saturating_add(1);
            progress(done, total);
        }
        rounds = rounds.saturating_add(1);
    }
    let bar = kept.iter().position(|(kind, _)| *kind == Kind::HashMap);
    let bar = bar.and_then(|place| times.get(place)).cloned().unwrap_or_default();
    let maps = kept.iter().zip(&times).map(|((kind, _), times)| {
        let mut ratios: Vec<f64> = times.iter().zip(&bar).map(|(time, bar)| time / bar).collect();
        let mut times = times.clone();
        ratios.sort_unstable_by(f64::total_cmp);
        times.sort_unstable_by(f64::total_cmp);
        let middle = |sorted: &[f64]| sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN);
        Ratio {
            map: *kind,
            median: middle(&ratios),
            least: ratios.first().copied().unwrap_or(f64::NAN),
            greatest: ratios.last().copied().unwrap_or(f64::NAN),
            nanoseconds: middle(&times),
        }
    });
    let maps = maps.collect();
    let (threads, entries) = (script.threads(), script.entries);
    let (operations, rounds) = (runner.operations(), rounds as u64);
    Ok(Replay { threads, operations, rounds, entries, maps, notes })
}
