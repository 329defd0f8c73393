//! Progress on standard error: seen only on a terminal, and only once the work has taken a while.

use crate::output;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Progress appears only when the work has taken this long.
const PATIENCE: Duration = Duration::from_millis(500);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Bytes of a text.
    Bytes,
    /// Files of a tree.
    Files,
    /// Runs of a trace.
    Runs,
}

/// The progress of one piece of work; shared by the threads that do it.
#[derive(Debug)]
pub(crate) struct Progress {
    name: String,
    unit: Unit,
    length: Option<u64>,
    begun: Instant,
    seen: bool,
    done: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// Progress of work on `length` units, where that is known.
    pub(crate) fn new(name: impl Into<String>, unit: Unit, length: Option<u64>) -> Self {
        Self {
            name: name.into(),
            unit,
            length,
            begun: Instant::now(),
            seen: output::progress_is_seen(),
            done: AtomicU64::new(0),
            bar: OnceLock::new(),
        }
    }

    /// Counts `more` units as done.
    pub(crate) fn add(&self, more: u64) {
        if !self.seen {
            return;
        }
        let done = self.done.fetch_add(more, Ordering::Relaxed).saturating_add(more);
        if self.begun.elapsed() > PATIENCE {
            self.bar.get_or_init(|| self.draw()).set_position(done);
        }
    }

    /// Notes that `done` of `all` units are done.
    pub(crate) fn set(&self, done: u64, all: u64) {
        if self.seen && self.begun.elapsed() > PATIENCE {
            let bar = self.bar.get_or_init(|| self.draw());
            bar.set_length(all);
            bar.set_position(done);
        }
    }

    /// A bar where the length is known, a counter where it is not.
    fn draw(&self) -> ProgressBar {
        let (bar, template) = match (self.length, self.unit) {
            (Some(length), Unit::Bytes) => {
                (ProgressBar::new(length), "reading {msg} {wide_bar} {bytes}/{total_bytes} {eta}")
            }
            (None, Unit::Bytes) => {
                (ProgressBar::new_spinner(), "reading {msg} {bytes} {bytes_per_sec}")
            }
            (Some(length), Unit::Files) => {
                (ProgressBar::new(length), "reading {msg} {wide_bar} {human_pos}/{human_len} files")
            }
            (length, Unit::Runs) => (
                ProgressBar::new(length.unwrap_or(0)),
                "replaying {msg} {wide_bar} {human_pos}/{human_len} runs",
            ),
            (None, Unit::Files) => (ProgressBar::new_spinner(), "listing {msg} {human_pos} files"),
        };
        let style = ProgressStyle::with_template(template);
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
            .with_message(self.name.clone())
    }
}

/// The line goes when the work ends, however it ends.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PATIENCE, Progress, Unit};
    use std::time::{Duration, Instant};

    fn progress(seen: bool, age: Duration) -> Progress {
        let mut progress = Progress::new("it", Unit::Files, Some(9));
        progress.seen = seen;
        progress.begun = Instant::now().checked_sub(age).unwrap();
        progress
    }

    #[test]
    fn progress_appears_only_on_a_terminal_and_after_a_while() {
        for (seen, age) in [(true, Duration::ZERO), (false, PATIENCE * 2)] {
            let unseen = progress(seen, age);
            unseen.add(1);
            assert!(unseen.bar.get().is_none());
        }
        let old = progress(true, PATIENCE * 2);
        old.add(2);
        old.add(3);
        assert_eq!(old.bar.get().map(indicatif::ProgressBar::position), Some(5));
    }
}
