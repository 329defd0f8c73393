//! The samples of one column of one map, and which of several is the best.

use crate::goals::Against;
use crate::ground::{Ground, Group};
use crate::slices::median;
use crate::subject::Class;
use serde::{Deserialize, Serialize};

/// The samples of one column of one map, one a round.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Series {
    pub(crate) ground: Ground,
    pub(crate) group: Group,
    pub(crate) column: String,
    pub(crate) map: String,
    pub(crate) class: Class,
    /// Of rounds that the machine left undisturbed.
    pub(crate) samples: Vec<f64>,
    /// Of the other rounds.
    pub(crate) disturbed: Vec<f64>,
    /// Look-ups whose answer is known beforehand, and how many of them were answered wrongly.
    pub(crate) asked: u64,
    pub(crate) wrong: u64,
}

impl Series {
    /// Whether they are samples of the same column of the same map.
    pub(crate) fn matches(&self, ground: Ground, group: Group, column: &str, map: &str) -> bool {
        (self.ground, self.group) == (ground, group) && self.column == column && self.map == map
    }

    /// Whether at least half of the rounds were undisturbed.
    pub(crate) fn sure(&self) -> bool {
        self.samples.len() >= self.disturbed.len()
    }

    /// The undisturbed samples, if those are enough; else all.
    fn values(&self) -> Vec<f64> {
        let rest = if self.sure() { &[][..] } else { &self.disturbed };
        [&self.samples, rest].concat()
    }

    pub(crate) fn median(&self) -> f64 {
        median(&mut self.values())
    }

    /// The least and the most.
    pub(crate) fn span(&self) -> (f64, f64) {
        let values = self.values();
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        (least, values.iter().copied().fold(0.0, f64::max))
    }

    /// The median with the span of the rounds.
    pub(crate) fn figure(&self) -> String {
        let (least, most) = self.span();
        if least < most {
            format!("{} ({}–{})", figure(self.median()), figure(least), figure(most))
        } else {
            figure(self.median())
        }
    }
}

/// The best series of a column.
pub(crate) fn best<'a>(
    series: &[&'a Series],
    column: &str,
    against: Against,
) -> Option<&'a Series> {
    let counts = |series: &&&Series| {
        let peer = series.class == Class::Peer;
        series.column == column
            && match against {
                Against::Peers => peer,
                Against::Unlocked => {
                    let locked = ["std ", "parking_lot "];
                    peer && !locked.iter().any(|lock| series.map.starts_with(lock))
                }
                Against::Named(names) => names.iter().any(|name| series.map.starts_with(name)),
                Against::Ourselves(_) | Against::Nobody => false,
            }
    };
    series.iter().filter(counts).copied().min_by(|a, b| order(a, b))
}

/// The better one first. A disturbed run may look too good: its threads may have run one after the other.
pub(crate) fn order(a: &Series, b: &Series) -> std::cmp::Ordering {
    (!a.sure()).cmp(&!b.sure()).then_with(|| a.median().total_cmp(&b.median()))
}

/// Three digits or so.
pub(crate) fn figure(value: f64) -> String {
    match value {
        v if v >= 100.0 => format!("{v:.0}"),
        v if v >= 3.0 => format!("{v:.1}"),
        v => format!("{v:.2}"),
    }
}
