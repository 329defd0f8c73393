//! How a map has grown: the difference between what it said when somebody looked, and when somebody looked before.

use super::alarm::Growth;
use super::clock;
use crate::concurrent::Summary;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

/// Growths that are remembered.
const REMEMBERED: usize = 16;

/// The growths of a map.
#[derive(Default)]
pub(super) struct Growths {
    /// What the map said last of how often it grew, and when.
    last: Option<(u64, u64)>,
    recent: VecDeque<Seen>,
    /// The most entries that anybody saw.
    pub(super) most_entries: usize,
}

struct Seen {
    growth: Growth,
    moment: u64,
}

impl Growths {
    /// Takes in what the map says at this moment, and says whether it has grown since somebody looked before.
    pub(super) fn look(&mut self, summary: &Summary, now: u64) -> Option<Growth> {
        self.most_entries = self.most_entries.max(summary.entries);
        let growths = summary.growths?;
        let (before, then) = *self.last.get_or_insert((growths, now));
        if growths < before || now < then {
            // Somebody who looked later was here first.
            return None;
        }
        self.last = Some((growths, now));
        if growths == before {
            return None;
        }
        let growth = Growth {
            within: Duration::from_nanos(now - then),
            growths: growths - before,
            entries: summary.entries,
            capacity: summary.capacity,
            seen: clock::date(now),
        };
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back(Seen { growth: growth.clone(), moment: now });
        Some(growth)
    }

    /// Those that are remembered, the last one last, dated by the clock of now.
    pub(super) fn list(&self) -> Vec<Growth> {
        let dated = |seen: &Seen| Growth { seen: clock::date(seen.moment), ..seen.growth.clone() };
        self.recent.iter().map(dated).collect()
    }
}
