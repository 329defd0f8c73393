//! What a map or its registry says by itself, without being asked: alarms and events.

use super::dump::DumpError;
use super::trace::TraceError;
use crate::concurrent::{Mode, Wait};
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::time::Duration;
use std::time::SystemTime;

/// A call has waited for the lock of a map for too long, and waits still when this is raised.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Alarm {
    /// The name of the map.
    pub map: Arc<str>,
    /// Who waits: the name of the thread, if it has one.
    pub thread: Option<String>,
    /// Where it waits, for how long so far, and for whom.
    pub wait: Wait,
    /// When this was raised.
    pub raised: SystemTime,
}

impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = |mode| if mode == Mode::Read { "read" } else { "write" };
        let Wait { mode, site, waited, holder } = &self.wait;
        write!(f, "map {:?}: a {} at {site}", self.map, word(*mode))?;
        write!(f, " in {} has waited for {waited:?}", Thread(self.thread.as_deref()))?;
        match holder {
            Some(holder) => {
                let (who, what) = (Thread(holder.thread.as_deref()), word(holder.mode));
                write!(f, "; {who} holds the lock since its {what} at {}", holder.site)
            }
            None => f.write_str("; who holds the lock is not known"),
        }
    }
}

struct Thread<'n>(Option<&'n str>);

impl fmt::Display for Thread<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(name) => write!(f, "thread {name:?}"),
            None => f.write_str("a thread without a name"),
        }
    }
}

/// A map has grown since somebody last looked.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Growth {
    /// How long before the look that saw it nobody had looked.
    pub within: Duration,
    /// How often the map, or a part of it, grew meanwhile.
    pub growths: u64,
    /// Entries after that.
    pub entries: usize,
    /// Entries that the map now holds before it grows.
    pub capacity: Option<usize>,
    /// When it was seen.
    pub seen: SystemTime,
}

/// What a registry tells its handlers: see [`Registry::on_event`](super::Registry::on_event).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A call waits too long.
    Blocked(Alarm),
    /// A map has grown.
    Grew {
        /// The name of the map.
        map: Arc<str>,
        /// By how much.
        growth: Growth,
    },
    /// A dump could not be written.
    DumpFailed(Arc<DumpError>),
    /// A trace could not be written, and its recording has ended.
    RecordingFailed(Arc<TraceError>),
}
