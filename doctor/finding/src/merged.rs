//! What other tools report about a map, beside what the rules find.

use crate::{MapId, Site};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The code of a finding that is a race which the race detector saw, and that no rule claims.
pub const RACE: &str = "race";

/// A report of another tool about a map, and the finding that tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Merged {
    /// The map.
    pub map: MapId,
    /// The tool: `race`, `vet`, `staticcheck`, or as a SARIF log calls it.
    pub tool: Arc<str>,
    /// The code that a finding of it has: `race`, `vet:copylocks`, `staticcheck:SA5000`.
    pub code: Arc<str>,
    /// Where, in the tree.
    pub site: Site,
    /// What the tool says.
    pub message: String,
    /// The file that says so, as it was named.
    pub report: Arc<str>,
    /// The line of that file, from 1.
    pub report_line: u64,
    /// How often it says so.
    pub times: u64,
    /// The code of the finding that tells it: of a rule, where that finds the same.
    pub told_by: Arc<str>,
    /// The place of that finding.
    pub told_at: Site,
}
