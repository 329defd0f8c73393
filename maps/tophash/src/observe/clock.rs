//! Time: everything is kept on the monotonic clock, and turned into a date when somebody asks, so that a step of the
//! wall clock moves no duration, window or order of events.

use core::time::Duration;
use std::sync::OnceLock;
use std::time::{Instant, SystemTime};

/// Nanoseconds of the monotonic clock since the process first asked; never zero.
pub(super) fn now() -> u64 {
    static FIRST: OnceLock<Instant> = OnceLock::new();
    let elapsed = FIRST.get_or_init(Instant::now).elapsed();
    nanos(elapsed).saturating_add(1)
}

/// A duration in nanoseconds; the longest ones are 584 years.
pub(super) fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The date of a moment of the monotonic clock, by the wall clock of now.
pub(super) fn date(moment: u64) -> SystemTime {
    let ago = Duration::from_nanos(now().saturating_sub(moment));
    let today = SystemTime::now();
    today.checked_sub(ago).unwrap_or(today)
}

/// A date as metrics and dumps write it.
pub(super) fn seconds_since_1970(date: SystemTime) -> f64 {
    match date.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => since.as_secs_f64(),
        Err(before) => -before.duration().as_secs_f64(),
    }
}
