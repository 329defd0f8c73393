//! What the battery says: budget in, report out.

use crate::check::{IterationFault, Meeting, Violation};
use crate::fault::Lives;
use std::fmt;
use std::time::Duration;

/// The classes of faults the battery hunts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Class {
    /// A write disappears while the map grows or shrinks.
    LostUpdate,
    /// A read returns what was removed or replaced before it began.
    StaleRead,
    /// An entry is freed while someone still reads it.
    EarlyFree,
    /// A place that was left and taken again is mistaken for the same.
    Aba,
    /// A value is dropped or handed out twice, or never.
    DoubleDrop,
    /// A read mixes two values, or one key's value with another key.
    TornValue,
    /// An iteration misses a key that stayed, or meets it twice.
    MissedIteration,
    /// A version or tag comes round to an old value unnoticed.
    TagWrapAround,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::LostUpdate,
        Self::StaleRead,
        Self::EarlyFree,
        Self::Aba,
        Self::DoubleDrop,
        Self::TornValue,
        Self::MissedIteration,
        Self::TagWrapAround,
    ];
}

/// How much the battery may spend, and on what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Everything random follows from it.
    pub seed: u64,
    /// Time for each class. A round under way is finished, and each class has one round at least.
    pub per_class: Duration,
    /// The most threads; each round takes from 2 to this many.
    pub threads: usize,
    /// The classes.
    pub classes: Vec<Class>,
    /// How often an iteration must meet a stable key.
    pub meeting: Meeting,
    /// Whether threads stall for up to 200 ms now and then.
    pub stalls: bool,
    /// Stop at the first finding of all, rather than of each class.
    pub stop_early: bool,
}

impl Budget {
    /// A second or two in all: for tests on every commit.
    #[must_use]
    pub fn quick(seed: u64) -> Self {
        Self {
            seed,
            per_class: Duration::from_millis(150),
            threads: 6,
            classes: Class::ALL.to_vec(),
            meeting: Meeting::ExactlyOnce,
            stalls: false,
            stop_early: false,
        }
    }

    /// Ten seconds a class, up to 8 threads, with stalls: for a nightly run.
    #[must_use]
    pub fn deep(seed: u64) -> Self {
        Self { per_class: Duration::from_secs(10), threads: 8, stalls: true, ..Self::quick(seed) }
    }
}

/// What a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// A minimal history that no order explains.
    History(Box<Violation>),
    /// An iteration against the history around it.
    Iteration(IterationFault),
    /// An account that does not balance.
    Lives(Lives),
    /// A single result that was impossible, or a panic.
    Text(String),
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::History(violation) => write!(f, "{violation}"),
            Self::Iteration(fault) => write!(f, "{fault}"),
            Self::Lives(lives) => write!(f, "the account of lives does not balance: {lives:?}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// A fault that was found. Its class is the hunt that found it: one fault may show in several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The hunt.
    pub class: Class,
    /// Which engine saw it.
    pub engine: &'static str,
    /// The round's own seed.
    pub seed: u64,
    /// The threads of the round.
    pub threads: usize,
    /// What was seen.
    pub evidence: Evidence,
}

/// What one class came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClassReport {
    /// The class.
    pub class: Class,
    /// Rounds run.
    pub rounds: u64,
    /// Operations judged.
    pub operations: u64,
    /// Time taken.
    pub took: Duration,
}

/// What the battery came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The budget's seed: the same budget with it runs the same rounds again.
    pub seed: u64,
    /// Each class.
    pub classes: Vec<ClassReport>,
    /// What was found, at most one for each class.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing was found.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.findings.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "budget seed {}", self.seed)?;
        for ClassReport { class, rounds, operations, took } in &self.classes {
            let found = self.findings.iter().any(|finding| finding.class == *class);
            let verdict = if found { "FOUND" } else { "clean" };
            let (class, took) = (format!("{class:?}"), took.as_secs_f64());
            writeln!(
                f,
                "{class:<16} {verdict}  {operations:>10} operations in {rounds:>5} rounds, {took:.2} s"
            )?;
        }
        for Finding { class, engine, seed, threads, evidence } in &self.findings {
            writeln!(
                f,
                "\n{class:?}, found by {engine}, seed {seed:#x}, {threads} threads:\n{evidence}"
            )?;
        }
        Ok(())
    }
}
