//! The facts that rules are about, and how people read them.

use serde::Serialize;

/// A number that says something of a workload.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fact {
    /// Look-ups, of the operations on one key.
    ReadShare,
    /// All others of them: insertions, removals, updates.
    WriteShare,
    /// Those that found no key and put one in.
    NewKeyShare,
    /// Updates: the new value is made of the old one.
    UpdateShare,
    /// Look-ups that found a value, of all look-ups.
    HitShare,
    /// Operations a second, in the mean.
    OperationsPerSecond,
    /// Writes in the second that had most of them.
    PeakWritesPerSecond,
    /// How long a key is in the map, in the mean.
    MeanLife,
    /// The most keys that one thread removed one after the other, or at once.
    LargestDeleteBatch,
    /// Operations on the key that was met most often, of those on one key.
    TopKeyShare,
    /// Those on the ten such keys.
    TopTenShare,
    /// Keys that were met.
    Keys,
    /// The most entries that were in the map.
    PeakEntries,
    /// Bytes of a value that was brought, in the mean.
    ValueBytes,
    /// Bytes of the most entries, keys and values alone.
    PeakBytes,
    /// By how much of its most entries the map grows in an hour, by the second half of the trace; zero if it shrinks.
    GrowthPerHour,
    /// How often it grew.
    Growths,
    /// Threads that used the map.
    Threads,
    /// Threads that used it within the same ten microseconds, in the mean of operations.
    ThreadsAtOnce,
    /// Calls that waited for a lock, of all operations.
    LockWaitShare,
    /// Walks over all entries.
    Scans,
    /// Entries that walks met, of all that operations met.
    ScannedShare,
    /// How often all entries were taken out at once.
    Clears,
}

/// What a number counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Unit {
    /// A share of a whole.
    Share,
    /// A number of things.
    Count,
    /// So many a second.
    PerSecond,
    /// Seconds.
    Seconds,
    /// Bytes.
    Bytes,
    /// A mean of a number of things.
    Mean,
}

impl Fact {
    /// What it counts.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::ReadShare
            | Self::WriteShare
            | Self::NewKeyShare
            | Self::UpdateShare
            | Self::HitShare
            | Self::TopKeyShare
            | Self::TopTenShare
            | Self::LockWaitShare
            | Self::GrowthPerHour
            | Self::ScannedShare => Unit::Share,
            Self::OperationsPerSecond | Self::PeakWritesPerSecond => Unit::PerSecond,
            Self::MeanLife => Unit::Seconds,
            Self::ValueBytes | Self::PeakBytes => Unit::Bytes,
            Self::ThreadsAtOnce => Unit::Mean,
            Self::LargestDeleteBatch
            | Self::Keys
            | Self::PeakEntries
            | Self::Growths
            | Self::Threads
            | Self::Scans
            | Self::Clears => Unit::Count,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::ReadShare => "look-ups",
            Self::WriteShare => "writes",
            Self::NewKeyShare => "new keys",
            Self::UpdateShare => "updates of values",
            Self::HitShare => "hits of look-ups",
            Self::OperationsPerSecond => "operations",
            Self::PeakWritesPerSecond => "write peak",
            Self::MeanLife => "life of a key",
            Self::LargestDeleteBatch => "largest delete batch",
            Self::TopKeyShare => "hottest key",
            Self::TopTenShare => "ten hottest keys",
            Self::Keys => "keys met",
            Self::PeakEntries => "most entries",
            Self::ValueBytes => "bytes of a value",
            Self::PeakBytes => "bytes of entries",
            Self::GrowthPerHour => "growth in an hour",
            Self::Growths => "times it grew",
            Self::Threads => "threads",
            Self::ThreadsAtOnce => "threads at once",
            Self::LockWaitShare => "waits for a lock",
            Self::Scans => "full scans",
            Self::ScannedShare => "work of full scans",
            Self::Clears => "clears",
        }
    }
}

impl Unit {
    /// A number of it as people read it.
    #[must_use]
    pub fn write(self, value: f64) -> String {
        match self {
            Self::Share if value > 0.0 && value < 0.001 => "under 0.1 %".to_owned(),
            Self::Share => format!("{:.1} %", value * 100.0),
            Self::Count => grouped(value),
            Self::PerSecond => format!("{}/s", grouped(value)),
            Self::Seconds => duration(value),
            Self::Bytes => bytes(value),
            Self::Mean => format!("{value:.1}"),
        }
    }
}

/// A number with its thousands apart.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (left, digit) in (0..digits.len()).rev().zip(digits.chars()) {
        text.push(digit);
        if left > 0 && left % 3 == 0 {
            text.push(',');
        }
    }
    text
}

fn duration(seconds: f64) -> String {
    let (value, unit) = match seconds {
        _ if seconds < 0.001 => (seconds * 1e6, "µs"),
        _ if seconds < 1.0 => (seconds * 1e3, "ms"),
        _ if seconds < 120.0 => (seconds, "s"),
        _ if seconds < 7200.0 => (seconds / 60.0, "min"),
        _ if seconds < 172_800.0 => (seconds / 3600.0, "h"),
        _ => (seconds / 86_400.0, "days"),
    };
    format!("{} {unit}", short(value))
}

fn bytes(value: f64) -> String {
    let (value, unit) = match value {
        _ if value < 1024.0 => return format!("{} B", short(value)),
        _ if value < 1048576.0 => (value / 1024.0, "KiB"),
        _ if value < 1073741824.0 => (value / 1048576.0, "MiB"),
        _ => (value / 1073741824.0, "GiB"),
    };
    format!("{} {unit}", short(value))
}

/// At most one place after the point, and none that is zero.
fn short(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        let text = |unit: Unit, value| unit.write(value);
        assert_eq!(text(Unit::Share, 0.925), "92.5 %");
        assert_eq!(
            (text(Unit::Share, 0.0), text(Unit::Share, 1e-5)),
            ("0.0 %".into(), "under 0.1 %".into())
        );
        assert_eq!(
            (text(Unit::Count, 7.0), text(Unit::Count, 1234567.0)),
            ("7".into(), "1,234,567".into())
        );
        assert_eq!(
            (text(Unit::Seconds, 0.0125), text(Unit::Seconds, 7200.0)),
            ("12.5 ms".into(), "2 h".into())
        );
        assert_eq!(
            (text(Unit::Bytes, 12.0), text(Unit::Bytes, 1.5e6)),
            ("12 B".into(), "1.4 MiB".into())
        );
        assert_eq!(text(Unit::PerSecond, 2000.0), "2,000/s");
    }
}
