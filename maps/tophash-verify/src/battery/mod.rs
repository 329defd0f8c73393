//! The whole battery: every class of fault hunted with the engines and shapes that provoke it most.
//!
//! Three engines: [`witness`] (one writer a key, every result judged at once), [`tokens`] (shared keys, what goes in
//! comes out once) and the [stress driver](crate::stress) with the linearizability [check](mod@crate::check). Rounds are
//! short and many, over many small maps grown from empty: rare interleavings live at growth and in hot buckets.

mod report;
mod through;
mod tokens;
mod witness;

pub use report::{Budget, Class, ClassReport, Evidence, Finding, Report};

use crate::chaos::Delays;
use crate::check::{self, Meeting};
use crate::fault::{Key, Kit, Value, corrupt_looks};
use crate::map::Map;
use crate::rng::{Rng, mix};
use crate::stress::{Mix, Phase, Stress};
use std::time::Instant;
use through::Through;
use witness::Shape;

/// One round's circumstances.
pub(crate) struct Round {
    pub(crate) seed: u64,
    pub(crate) threads: usize,
    pub(crate) disturbers: usize,
    pub(crate) delays: Delays,
    pub(crate) meeting: Meeting,
}

type Outcome = (&'static str, Result<u64, Evidence>);

/// Runs the battery on maps of words that `make` makes. Values are sealed words ([`torn`](crate::torn)); `make` must
/// return an empty map each time, best one of the smallest capacity.
///
/// # Complexity
/// Time as the budget says. Memory for some hundred thousand operations.
pub fn battery<M: Map>(make: impl Fn() -> M + Sync, budget: &Budget) -> Report {
    hunt(budget, |class, round, at| one(&make, class, round, at))
}

/// Runs the battery on maps of [`Key`]s and [`Value`]s, which follow every life from its making to its drop and are
/// slow in `eq`, `hash` and `clone`: this is what shows early frees, double drops and leaks.
///
/// # Complexity
/// As [`battery()`].
pub fn battery_owned<M: Map<Key, Value>>(make: impl Fn() -> M + Sync, budget: &Budget) -> Report {
    let kit = Kit::leaked();
    hunt(budget, |class, round, at| {
        kit.reset();
        let broken = corrupt_looks();
        let (engine, result) = one(&|| Through { map: make(), kit }, class, round, at);
        let lives = kit.lives();
        let result = result.and_then(|operations| {
            if !lives.is_balanced() {
                Err(Evidence::Lives(lives))
            } else if corrupt_looks() != broken {
                Err(Evidence::Text("a key or a value was looked at that was not alive".to_owned()))
            } else {
                Ok(operations)
            }
        });
        (engine, result)
    })
}

fn hunt(budget: &Budget, mut one: impl FnMut(Class, &Round, u64) -> Outcome) -> Report {
    let mut report = Report { seed: budget.seed, ..Report::default() };
    for class in budget.classes.iter().copied() {
        let begun = Instant::now();
        let (mut rounds, mut operations) = (0, 0);
        loop {
            let seed = mix(mix(budget.seed ^ mix(class as u64 + 1)).wrapping_add(rounds));
            let mut rng = Rng::new(seed);
            let round = Round {
                seed,
                threads: 2 + rng.below(budget.threads.max(2) as u64 - 1) as usize,
                disturbers: rng.below(3) as usize,
                delays: match rng.below(4) {
                    0 => Delays::NONE,
                    1 if budget.stalls => Delays::HARSH,
                    1 => Delays { stall: 0, ..Delays::HARSH },
                    _ => Delays::LIGHT,
                },
                meeting: budget.meeting,
            };
            let (engine, result) = one(class, &round, rounds);
            rounds += 1;
            match result {
                Ok(more) => operations += more,
                Err(evidence) => {
                    report.findings.push(Finding {
                        class,
                        engine,
                        seed,
                        threads: round.threads,
                        evidence,
                    });
                    break;
                }
            }
            if begun.elapsed() >= budget.per_class {
                break;
            }
        }
        report.classes.push(ClassReport { class, rounds, operations, took: begun.elapsed() });
        if budget.stop_early && !report.passed() {
            break;
        }
    }
    report
}

/// Maps grown from nothing over and over.
const GROWTH: Shape =
    Shape { keys: 600, maps: 6, cycles: 1, churn: 50, looks: 1, iterate: 0, stable: 0, lookers: 0 };
/// A few keys, all in one or two buckets.
const HOT: Shape = Shape {
    keys: 6,
    maps: 2,
    cycles: 3,
    churn: 1_500,
    looks: 2,
    iterate: 0,
    stable: 0,
    lookers: 1,
};
/// Some stay, the rest comes and goes, and everybody iterates.
const ITERATED: Shape = Shape {
    keys: 400,
    maps: 3,
    cycles: 2,
    churn: 30,
    looks: 0,
    iterate: 12,
    stable: 2,
    lookers: 1,
};
/// One bucket, long, with as many readers as writers.
const HAMMERED: Shape = Shape {
    keys: 4,
    maps: 1,
    cycles: 2,
    churn: 20_000,
    looks: 1,
    iterate: 0,
    stable: 1,
    lookers: 2,
};

/// One round of a class: the `at`-th of the hunt decides which engine and which shape.
fn one<M: Map>(make: &(dyn Fn() -> M + Sync), class: Class, round: &Round, at: u64) -> Outcome {
    let text = |result: Result<u64, String>| result.map_err(Evidence::Text);
    let witnessed = |shape| ("witness", text(witness::run(make, shape, round)));
    let shuffled = |keys, steps| ("tokens", text(tokens::run(make, keys, steps, round)));
    let counted = |steps| ("counters", text(tokens::counters(make, steps, round)));
    let recorded = |keys, values, mix| ("history", record(make, keys, values, mix, round));
    let size = 1 + at / 4 % 4;
    match (class, at % 4) {
        (Class::LostUpdate, 0) => witnessed(Shape { keys: 300 * size * size, ..GROWTH }),
        (Class::LostUpdate, 1) => shuffled(200 * size, 2_000),
        (Class::LostUpdate, 2) => counted(1_000 * size),
        (Class::LostUpdate, _) => recorded(100 * size, None, Mix::ALL),
        (Class::StaleRead, 0 | 2) => witnessed(Shape { keys: 4 << size, ..HOT }),
        (Class::StaleRead, 1) => recorded(1 + size, None, Mix::ALL),
        (Class::StaleRead, _) => {
            witnessed(Shape { keys: 200 * size, looks: 3, lookers: 1, ..GROWTH })
        }
        (Class::EarlyFree, 0 | 2) => witnessed(Shape { keys: size, looks: 3, lookers: 1, ..HOT }),
        (Class::EarlyFree, 1) => shuffled(2 * size, 3_000),
        (Class::EarlyFree, _) => witnessed(Shape { iterate: 40, looks: 2, ..GROWTH }),
        (Class::Aba, 0 | 2) => recorded(size, Some(2), Mix::ALL),
        (Class::Aba, 1) => shuffled(size, 3_000),
        (Class::Aba, _) => witnessed(HOT),
        (Class::DoubleDrop, 0 | 2) => shuffled(1 + 3 * size, 3_000),
        (Class::DoubleDrop, 1) => shuffled(300 * size, 3_000),
        (Class::DoubleDrop, _) => witnessed(GROWTH),
        (Class::TornValue, 0 | 2) => witnessed(Shape { keys: size, looks: 4, lookers: 1, ..HOT }),
        (Class::TornValue, 1) => witnessed(Shape { keys: 16, ..HOT }),
        (Class::TornValue, _) => counted(1_500),
        (Class::MissedIteration, 3) => recorded(60 * size, None, Mix { iterate: 2, ..Mix::ALL }),
        (Class::MissedIteration, _) => witnessed(Shape { keys: 150 * size, ..ITERATED }),
        (Class::TagWrapAround, _) => witnessed(Shape { keys: 2 * size, ..HAMMERED }),
    }
}

/// A recorded run on one new map, checked key by key, and its iterations too.
fn record<M: Map>(
    make: &(dyn Fn() -> M + Sync),
    keys: u64,
    values: Option<u64>,
    mix: Mix,
    round: &Round,
) -> Result<u64, Evidence> {
    let map = make();
    let stress = Stress {
        seed: round.seed,
        threads: round.threads,
        disturbers: round.disturbers,
        keys,
        phases: vec![
            Phase { mix: Mix { iterate: mix.iterate, ..Mix::GROW }, length: keys.clamp(30, 400) },
            Phase { mix, length: 200 },
            Phase { mix: Mix { iterate: mix.iterate, ..Mix::SHRINK }, length: keys.clamp(30, 400) },
        ],
        operations: 1_500,
        duration: None,
        delays: round.delays,
        values,
    };
    let history = stress.run(&map).map_err(Evidence::Text)?;
    let checked = check::linearizable(&history).map_err(Evidence::History)?;
    check::iterations(&history, round.meeting).map_err(Evidence::Iteration)?;
    Ok(checked.operations as u64)
}
