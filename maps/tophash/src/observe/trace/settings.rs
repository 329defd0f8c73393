//! Where a trace goes, and how large it may become.

use super::error::TraceError;
use super::file::{Bounds, Part};
use super::format::Header;
use super::hash::Hashing;
use super::recorder::Recorder;
use crate::concurrent::Summary;
use crate::observe::registry::Registry;
use core::time::Duration;
use std::path::Path;
use std::time::SystemTime;

/// An operation trace that a map is going to record: see [`Builder::record`](crate::observe::Builder::record).
#[derive(Debug)]
pub struct Trace {
    part: Part,
    bounds: Bounds,
    plain: bool,
}

impl Trace {
    /// A trace in this file, which is there when the recording has ended. At most 64 MiB, of hashes under a seed that nobody is
    /// told.
    ///
    /// What is recorded meanwhile is in a file beside it, under its name with the process's number and `.part`, which is made now.
    ///
    /// # Errors
    /// If that file cannot be made.
    pub fn to_file(path: impl AsRef<Path>) -> Result<Self, TraceError> {
        Ok(Self::in_part(Part::create(path.as_ref())?))
    }

    pub(super) fn in_part(part: Part) -> Self {
        Self { part, bounds: Bounds { bytes: 64 << 20, time: None }, plain: false }
    }

    /// How large the file may be. The recording ends before an operation that would make it larger.
    #[must_use]
    pub fn most_bytes(mut self, bytes: u64) -> Self {
        self.bounds.bytes = bytes;
        self
    }

    /// How long is recorded, from the moment at which the map is built; without end if not set.
    #[must_use]
    pub fn stop_after(mut self, time: Duration) -> Self {
        self.bounds.time = Some(time);
        self
    }

    /// Hashes keys without a seed: the same key has the same hash in every trace, so that traces can be joined, and whoever knows
    /// a key can tell whether it is in one.
    #[must_use]
    pub fn plain_hashes(self) -> Self {
        Self { plain: true, ..self }
    }
}

/// What a recording begins with, beside its settings.
pub(in crate::observe) struct Begin<'b> {
    pub(in crate::observe) map: &'b str,
    pub(in crate::observe) summary: &'b Summary,
    /// Bytes of the types of key and value, and whether these own anything.
    pub(in crate::observe) types: [(usize, bool); 2],
    pub(in crate::observe) measured_values: bool,
    pub(in crate::observe) registry: Registry,
}

impl Trace {
    pub(in crate::observe) fn begin(self, begin: Begin<'_>) -> Recorder {
        let hashing = if self.plain { Hashing::Plain } else { Hashing::seeded() };
        let [key, value] = begin.types;
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let threads = std::thread::available_parallelism();
        let mut header = Header {
            map: begin.map.into(),
            plain_hashes: hashing.is_plain(),
            began: since.map_or(0, |since| u64::try_from(since.as_nanos()).unwrap_or(0)),
            parallelism: threads.map_or(0, |threads| threads.get() as u64),
            type_bytes: [key.0 as u64, value.0 as u64],
            owns: [key.1, value.1],
            measured_values: begin.measured_values,
            ..Header::default()
        };
        header.look(begin.summary);
        Recorder::start(self.part, self.bounds, &header, hashing, begin.registry)
    }
}
