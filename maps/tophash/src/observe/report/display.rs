//! A report for people.

use super::{Report, Timing};
use crate::observe::waits::{MODES, mode_label};
use core::fmt;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.map)?;
        match &self.summary {
            Some(summary) => {
                write!(f, " {} of {} entries", summary.kind, summary.entries)?;
                if let Some(bytes) = summary.bytes {
                    write!(f, ", {bytes} bytes")?;
                }
            }
            None => f.write_str(" locked, so its size is not known")?,
        }
        for each in self.operations.iter().filter(|each| each.count > 0) {
            write!(f, "\n  {} {}: {}", each.call.label(), each.outcome.label(), each.count)?;
        }
        for Timing { call, durations } in &self.timings {
            if let Some(mean) = durations.mean() {
                let sampled = durations.count();
                write!(f, "\n  {} took {mean:?} in the mean of {sampled} sampled", call.label())?;
            }
        }
        if let Some(locks) = &self.locks {
            for (mode, (waits, _, alarms)) in MODES.map(|mode| (mode_label(mode), locks.of(mode))) {
                let (count, total) = (waits.count(), waits.total());
                write!(f, "\n  {mode} locks: {count} waits of {total:?} in all, {alarms} alarms")?;
            }
            if locks.blocked > 0 {
                write!(f, "\n  blocked now: {}", locks.blocked)?;
            }
        }
        for (rank, hot) in (1..).zip(&self.hot_keys) {
            let (percent, heat) = (hot.share * 100.0, hot.heat.label());
            let (samples, error) = (hot.samples, hot.error);
            write!(f, "\n  hot key {rank}: {} ({heat}), {percent:.1} % of samples", hot.key)?;
            write!(f, ": {} to {samples} of {}", samples - error, self.samples)?;
        }
        Ok(())
    }
}
