//! What is known of a workload: facts, each a number, from a trace or from what a map told of itself.

mod census;
mod dump;
mod fact;
mod lives;
mod text;
mod told;
mod trace;
mod windows;

pub use dump::{DumpError, DumpErrorKind, from_dump};
pub use fact::{Fact, Unit};
pub use text::from_text;
pub use trace::from_trace;

use serde::Serialize;
use std::collections::BTreeMap;

/// What is known of the use of one map.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Workload {
    /// The name that the map was given.
    pub map: String,
    /// The kind of map; empty if not known.
    pub kind: String,
    /// What it is known from.
    pub evidence: Evidence,
    /// What speaks against taking it at its word, sentences without a full stop.
    pub notes: Vec<String>,
    /// Room that the map should be made with; `None` if it did not grow, or that is not known.
    pub capacity_hint: Option<u64>,
    facts: BTreeMap<Fact, f64>,
    gaps: BTreeMap<Fact, Gap>,
}

/// What a workload is known from.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Evidence {
    /// Where it was read.
    pub source: Source,
    /// Operations that it is about.
    pub operations: u64,
    /// How long they took together, from the first to the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Operations that were recorded and are not there.
    pub dropped: u64,
}

/// Where a workload was read.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// An operation trace.
    #[default]
    Trace,
    /// A stats dump.
    Dump,
}

/// Why a fact is not known, and how it could be.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// Why, a fragment.
    pub why: String,
    /// What would tell, a fragment.
    pub how: String,
}

impl Workload {
    /// A fact, if it is known.
    #[must_use]
    pub fn fact(&self, fact: Fact) -> Option<f64> {
        self.facts.get(&fact).copied()
    }

    /// Why a fact is not known.
    #[must_use]
    pub fn gap(&self, fact: Fact) -> Option<&Gap> {
        self.gaps.get(&fact)
    }

    /// Takes a fact as known: for workloads that are known from elsewhere.
    pub fn know(&mut self, fact: Fact, value: f64) {
        // What is no number is not known.
        if value.is_finite() {
            self.facts.insert(fact, value);
        }
    }

    fn know_if(&mut self, fact: Fact, value: Option<f64>) {
        value.into_iter().for_each(|value| self.know(fact, value));
    }

    fn miss(&mut self, fact: Fact, why: impl Into<String>, how: impl Into<String>) {
        self.gaps.insert(fact, Gap { why: why.into(), how: how.into() });
    }
}

/// A share; nothing where there is nothing.
fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}
