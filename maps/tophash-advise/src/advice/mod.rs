//! What follows for a workload from the rules.

mod beyond;

pub use beyond::{Asked, Beyond, Leave};

use crate::family::Kind;
use crate::replay::Replay;
use crate::rules::{CLUSTER, DIMENSIONS, Dimension, RULES, Rule, UNFIT};
use crate::workload::{Evidence, Fact, Gap, Workload};
use serde::Serialize;

/// What is advised for the use of one map.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Advice {
    /// The name that the map was given.
    pub map: String,
    /// The kind of map that was used; empty if not known.
    pub kind: String,
    /// What this is known from.
    pub evidence: Evidence,
    /// The map to take.
    pub take: Kind,
    /// Each dimension of the workload.
    pub dimensions: Vec<Row>,
    /// The maps, the fittest first.
    pub maps: Vec<Fit>,
    /// Whether the map could leave the machine.
    pub beyond: Beyond,
    /// The capacity to make the map with; `None` if it did not grow, or that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity_hint: Option<u64>,
    /// What happened when the trace was run against the maps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<Replay>,
    /// What cannot be told.
    pub unknown: Vec<Unknown>,
    /// What speaks against taking this at its word.
    pub notes: Vec<String>,
}

/// A dimension of a workload.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Row {
    /// What it is called.
    pub name: &'static str,
    /// The fact that is measured.
    pub fact: Fact,
    /// What it is, in the fact's unit; left out if not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What it is, as people read it.
    pub measured: String,
    /// From where on it is a risk.
    pub threshold: String,
    /// Whether it is.
    pub signal: Signal,
    /// What that means.
    pub meaning: String,
}

/// Whether a dimension is a risk.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Signal {
    /// It is.
    Risk,
    /// It is not.
    Calm,
    /// It cannot be told.
    Unknown,
}

/// How a map fits.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Fit {
    /// The map.
    pub map: Kind,
    /// How well it does.
    pub verdict: Verdict,
    /// What speaks for it and against it, the weightiest first.
    pub because: Vec<&'static str>,
    #[serde(skip)]
    weight: i32,
}

/// How well a map fits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// It is the one to take.
    Take,
    /// It would do.
    Possible,
    /// Something speaks against it.
    Poor,
    /// It does not fit.
    Unfit,
}

/// Something that cannot be told.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Unknown {
    /// The fact that is not known.
    pub fact: Fact,
    /// What it is called.
    pub name: &'static str,
    /// Why it is not known.
    pub why: String,
    /// What would tell.
    pub how: String,
}

/// What is written where a fact is not known.
const NOT_KNOWN: &str = "not known";

/// What follows for a workload; `None` if there was no operation.
#[must_use]
pub fn advise(workload: &Workload) -> Option<Advice> {
    if workload.evidence.operations == 0 {
        return None;
    }
    let maps = fits(workload);
    let take = maps.first().map_or(Kind::HashMap, |fit| fit.map);
    Some(Advice {
        map: workload.map.clone(),
        kind: workload.kind.clone(),
        evidence: workload.evidence.clone(),
        take,
        dimensions: dimensions(workload),
        maps,
        beyond: beyond::beyond(workload),
        capacity_hint: workload.capacity_hint,
        replay: None,
        unknown: unknown(workload),
        notes: workload.notes.clone(),
    })
}

fn measured(workload: &Workload, fact: Fact) -> String {
    let value = workload.fact(fact);
    value.map_or_else(|| NOT_KNOWN.to_owned(), |value| fact.unit().write(value))
}

fn dimensions(workload: &Workload) -> Vec<Row> {
    let row = |dimension: &Dimension| {
        let fact = dimension.risk.fact;
        let (signal, meaning) = match dimension.risk.holds(workload) {
            Some(true) => (Signal::Risk, dimension.signal.to_owned()),
            Some(false) => (Signal::Calm, dimension.calm.to_owned()),
            None => {
                let why = workload.gap(fact).map_or("", |gap| &gap.why);
                (Signal::Unknown, why.to_owned())
            }
        };
        Row {
            name: dimension.name,
            fact,
            value: workload.fact(fact),
            measured: format!("{} {}", fact.label(), measured(workload, fact)),
            threshold: dimension.risk.text(),
            signal,
            meaning,
        }
    };
    let is_shown = |dimension: &&Dimension| !is_replaced(workload, dimension.risk.fact);
    DIMENSIONS.iter().filter(is_shown).map(row).collect()
}

/// Whether a fact is not known, and another one says the same.
fn is_replaced(workload: &Workload, fact: Fact) -> bool {
    let mut instead = DIMENSIONS.iter().filter(|dimension| dimension.risk.fact == fact);
    let instead = instead.find_map(|dimension| dimension.instead);
    workload.fact(fact).is_none() && instead.is_some_and(|fact| workload.fact(fact).is_some())
}

fn fits(workload: &Workload) -> Vec<Fit> {
    let fit = |kind: Kind| {
        let holds = |rule: &&Rule| {
            rule.kind == kind && rule.all.iter().all(|all| all.holds(workload) == Some(true))
        };
        let mut rules: Vec<_> = RULES.iter().filter(holds).collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.weight.abs()));
        let weight = rules.iter().fold(0, |sum: i32, rule| sum.saturating_add(rule.weight));
        let verdict = match weight {
            _ if weight <= UNFIT / 2 => Verdict::Unfit,
            _ if weight < 0 => Verdict::Poor,
            _ => Verdict::Possible,
        };
        let because = rules.iter().map(|rule| rule.because).collect();
        Fit { map: kind, verdict, because, weight }
    };
    let mut fits: Vec<Fit> = Kind::ALL.into_iter().map(fit).collect();
    // Stable: of two that fit alike the one that comes first in the family does.
    fits.sort_by_key(|fit| std::cmp::Reverse(fit.weight));
    if let Some(first) = fits.first_mut() {
        first.verdict = Verdict::Take;
    }
    fits
}

/// What the rules ask for and the evidence does not tell.
fn unknown(workload: &Workload) -> Vec<Unknown> {
    let facts = DIMENSIONS.iter().map(|dimension| dimension.risk.fact);
    let facts = facts.chain(RULES.iter().flat_map(|rule| rule.all).map(|all| all.fact));
    let facts = facts.chain(CLUSTER.iter().map(|all| all.fact));
    let mut unknown: Vec<Unknown> = Vec::new();
    for fact in facts {
        let is_told = unknown.iter().any(|unknown| unknown.fact == fact);
        if workload.fact(fact).is_some() || is_told || is_replaced(workload, fact) {
            continue;
        }
        let none = || Gap {
            why: "nothing was recorded of it".to_owned(),
            how: "record a trace: Builder::record".to_owned(),
        };
        let Gap { why, how } = workload.gap(fact).cloned().unwrap_or_else(none);
        unknown.push(Unknown { fact, name: fact.label(), why, how });
    }
    unknown
}
