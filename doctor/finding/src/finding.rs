//! A finding: what a rule claims about one map of a program, with its places and its grounds.

use crate::{Access, MapDecl, Merged, Site};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How well a finding is grounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// A habit of the program speaks for it, or a single sign.
    Low,
    /// Something of it is inferred: that two functions meet, or that two names are one object.
    Medium,
    /// It follows from the source.
    High,
}

impl Grade {
    /// The word used in reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// What a place of a finding is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Where the map is declared.
    Declaration,
    /// Another access that this one meets.
    OtherSide,
    /// An access that does it right: under the lock.
    Witness,
    /// Where a goroutine is started or a handler is registered.
    Start,
    /// Where a lock is taken or given back.
    Lock,
    /// Where the function is called that accesses the map.
    Call,
}

/// A further place of a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    /// What it is to the finding.
    pub role: Role,
    /// Where.
    pub site: Site,
    /// The expression there, to be underlined; empty where it is a statement.
    pub expression: Arc<str>,
    /// What is to be said about it, a fragment.
    pub label: String,
}

/// A rule's claim about one access to one map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// The rule's code: `TH101`.
    pub code: Arc<str>,
    /// The rule's name: `inconsistent-lock`.
    pub rule: Arc<str>,
    /// The map.
    pub map: MapDecl,
    /// The access that it is about.
    pub access: Access,
    /// What is wrong, one sentence without its full stop.
    pub message: String,
    /// How well it is grounded.
    pub grade: Grade,
    /// Why the grade is what it is, fragments.
    pub because: Vec<String>,
    /// The other places, the most telling first.
    pub related: Vec<Related>,
    /// What to do, one sentence.
    pub help: String,
}

impl Finding {
    /// What stays the same when lines move: rule, function and map.
    pub fn fingerprint(&self) -> String {
        let function = self.access.site.function.as_deref().unwrap_or_default();
        format!("{}:{function}:{}:{}", self.code, self.map.id, self.access.operation)
    }
}

impl Findings {
    /// Leaves out the findings below a grade, and counts them.
    pub fn withhold(&mut self, least: Grade) {
        self.withhold_below(|_| least);
    }

    /// Forgets what other tools report of findings that are left out.
    pub fn forget_merged(&mut self) {
        let findings = &self.findings;
        self.merged.retain(|merged| {
            findings.iter().any(|finding| {
                finding.code == merged.told_by
                    && finding.access.site == merged.told_at
                    && finding.map.id == merged.map
            })
        });
    }

    /// Leaves out the findings that are each below a grade of its own, and counts them.
    pub fn withhold_below(&mut self, least: impl Fn(&Finding) -> Grade) {
        let before = self.findings.len();
        self.findings.retain(|finding| finding.grade >= least(finding));
        let left = before.saturating_sub(self.findings.len());
        self.withheld = self.withheld.saturating_add(u64::try_from(left).unwrap_or(u64::MAX));
    }
}

/// What a check of a program found.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Findings {
    /// The findings, by file and place.
    pub findings: Vec<Finding>,
    /// Findings of a grade that was not asked for.
    pub withheld: u64,
    /// Findings that comments in the source suppress.
    pub suppressed: u64,
    /// Findings that a baseline knows.
    pub known: u64,
    /// Findings that the revision has too with which this one was compared.
    pub old: u64,
    /// Findings that settings leave out by their path.
    pub excluded: u64,
    /// Maps that were looked at.
    pub maps: u64,
    /// Accesses that were looked at.
    pub accesses: u64,
    /// What was left out or could not be read.
    pub notes: Vec<String>,
    /// What other tools report about maps, where their output was merged: of the findings above only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<Merged>,
}
