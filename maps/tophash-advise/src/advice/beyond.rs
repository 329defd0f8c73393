//! Whether a map could leave the machine, and how.

use super::measured;
use crate::rules::{CLUSTER, Condition, SPLIT};
use crate::workload::{Fact, Workload};
use serde::Serialize;

/// Whether the map could leave the machine.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Beyond {
    /// What one would do where one machine is not enough.
    pub verdict: Leave,
    /// In a sentence, without a full stop.
    pub meaning: String,
    /// What is asked of a map that a cluster of servers is to hold, and what a cluster does not bear.
    pub conditions: Vec<Asked>,
}

/// What one would do where one machine is not enough.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Leave {
    /// Redis or Valkey Cluster would hold it.
    Cluster,
    /// A near cache before a server, or the map split over several programs.
    NearCacheOrSplit,
    /// It belongs on one machine.
    Stay,
    /// It cannot be told.
    Unknown,
}

/// A condition for the map to leave the machine.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Asked {
    /// The fact that it is about.
    pub fact: Fact,
    /// What is asked, as people read it.
    pub limit: String,
    /// What it is, as people read it.
    pub measured: String,
    /// Whether what is asked holds; left out if not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holds: Option<bool>,
}

pub(super) fn beyond(workload: &Workload) -> Beyond {
    let asked = |condition: &Condition| Asked {
        fact: condition.fact,
        limit: condition.text(),
        measured: measured(workload, condition.fact),
        holds: condition.holds(workload),
    };
    let mut conditions: Vec<Asked> = CLUSTER.iter().map(asked).collect();
    // A cluster is asked not to have to bear what it does not bear.
    for (condition, _) in &SPLIT {
        if conditions.iter().all(|asked| asked.fact != condition.fact) {
            let limit = if condition.limit == 0.0 {
                "none".to_owned()
            } else {
                condition.text().replace('>', "≤")
            };
            let holds = condition.holds(workload).map(|holds| !holds);
            conditions.push(Asked { limit, holds, ..asked(condition) });
        }
    }
    let unbearable = SPLIT.iter().filter(|(bad, _)| bad.holds(workload) == Some(true));
    let unbearable: Vec<&str> = unbearable.map(|(_, name)| *name).collect();
    let failed = conditions.iter().filter(|asked| asked.holds == Some(false));
    let failed: Vec<&str> = failed.map(|asked| asked.fact.label()).collect();
    let missing = conditions.iter().filter(|asked| asked.holds.is_none());
    let missing: Vec<&str> = missing.map(|asked| asked.fact.label()).collect();
    let (verdict, meaning) = if !unbearable.is_empty() {
        let what = unbearable.join(", ");
        let meaning = format!(
            "a cluster does not bear {what}: where one machine is not enough, put a near cache before it or split the map"
        );
        (Leave::NearCacheOrSplit, meaning)
    } else if !failed.is_empty() {
        let meaning =
            format!("keep it on one machine: {} would not do on a cluster", failed.join(", "));
        (Leave::Stay, meaning)
    } else if !missing.is_empty() {
        let meaning = format!(
            "nothing speaks against Redis or Valkey Cluster so far; not known: {}",
            missing.join(", ")
        );
        (Leave::Unknown, meaning)
    } else {
        let meaning =
            "where one machine is not enough, Redis or Valkey Cluster holds it".to_owned();
        (Leave::Cluster, meaning)
    };
    Beyond { verdict, meaning, conditions }
}
