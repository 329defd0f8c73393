//! Durations that were counted in buckets, as values that somebody else can count.

use std::time::Duration;
use tophash::observe::Durations;

/// What a recorder has been told of a histogram.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    counts: Vec<u64>,
    total: Duration,
}

/// The durations of a bucket that are new: how many, and between what they lie.
struct New {
    count: u64,
    least: f64,
    /// `None` above the last bound.
    most: Option<f64>,
}

impl Seen {
    /// What has come to these durations: values that lie in the same buckets and have the same sum, each with how often it is to be
    /// recorded.
    pub(crate) fn new_ones(&mut self, now: &Durations) -> Vec<(f64, usize)> {
        let counts: Vec<u64> = now.buckets().map(|(_, count)| count).collect();
        let is_behind = counts.iter().zip(&self.counts).any(|(now, before)| now < before);
        if is_behind || now.total() < self.total {
            // The map is gone, and another one has its name.
            *self = Self::default();
        }
        let before = self.counts.iter().copied().chain(std::iter::repeat(0));
        let news = now.buckets().zip(before);
        let mut least = Duration::ZERO;
        let mut new = Vec::new();
        for ((bound, count), before) in news {
            let most = bound.map(|bound| bound.as_secs_f64());
            new.push(New { count: count.saturating_sub(before), least: least.as_secs_f64(), most });
            // Durations are whole nanoseconds.
            least = bound.unwrap_or_default().saturating_add(Duration::from_nanos(1));
        }
        new.retain(|new| new.count > 0);
        let sum = now.total().saturating_sub(self.total).as_secs_f64();
        (self.counts, self.total) = (counts, now.total());
        spread(&new, sum)
    }
}

/// A value for each bucket, all of them as far between its bounds as makes up the sum; what is above the last bound takes the
/// rest.
fn spread(new: &[New], sum: f64) -> Vec<(f64, usize)> {
    let add = |value: fn(&New) -> f64| -> f64 {
        new.iter().map(|new| value(new) * new.count as f64).sum()
    };
    let (least, most) = (add(|new| new.least), add(|new| new.most.unwrap_or(new.least)));
    let part = if most > least { ((sum - least) / (most - least)).clamp(0.0, 1.0) } else { 1.0 };
    let rest = (sum - most).max(0.0);
    let value = |new: &New| match new.most {
        Some(most) => (new.least + (most - new.least) * part).min(most),
        None => new.least + rest / new.count as f64,
    };
    let often = |count| usize::try_from(count).unwrap_or(usize::MAX);
    new.iter().map(|new| (value(new), often(new.count))).collect()
}
