//! What the locks of a map tell whoever watches them: who waits, for how long, and for whom.

use alloc::string::String;
use core::fmt;
use core::panic::Location;
use core::time::Duration;

/// How a lock is taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// Together with other readers.
    Read,
    /// Alone.
    Write,
}

/// Who has a lock.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Holder {
    /// The name of the thread, if it has one.
    pub thread: Option<String>,
    /// Where it took the lock.
    pub site: &'static Location<'static>,
    /// How it took the lock.
    pub mode: Mode,
}

impl Holder {
    /// A holder.
    #[must_use]
    pub fn new(thread: Option<String>, site: &'static Location<'static>, mode: Mode) -> Self {
        Self { thread, site, mode }
    }
}

/// A wait that has lasted too long and goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Wait {
    /// What is waited for.
    pub mode: Mode,
    /// Where the waiting call is.
    pub site: &'static Location<'static>,
    /// How long it has lasted.
    pub waited: Duration,
    /// Who has the lock, as far as it was noted: one who has had it since the wait began, if there is such a one.
    pub holder: Option<Holder>,
}

impl Wait {
    /// A wait.
    #[must_use]
    pub fn new(
        mode: Mode,
        site: &'static Location<'static>,
        waited: Duration,
        holder: Option<Holder>,
    ) -> Self {
        Self { mode, site, waited, holder }
    }
}

/// Whoever watches the locks of a map: see [`ConcurrentMap::watch`](super::ConcurrentMap::watch).
///
/// It is called by the threads that take the locks, and should be quick. A panic in it goes no further, and the map stays
/// whole. It should not use the map: what it waits for there itself is told to nobody.
pub trait Watch: Send + Sync {
    /// How long a wait may last before [`waiting`](Self::waiting) is called, and after each such call again.
    fn patience(&self, mode: Mode) -> Duration;

    /// A wait has lasted too long and goes on. Called by the waiting thread.
    fn waiting(&self, wait: &Wait);

    /// A lock was had after a wait. Called for locks that were not free at once, under the lock: the map must not be used.
    fn waited(&self, mode: Mode, waited: Duration);

    /// Whether [`held`](Self::held) wants to hear of the lock that is about to be taken. Asked on every one, so it should
    /// cost next to nothing.
    fn times(&self) -> bool {
        false
    }

    /// A lock that was timed was given back.
    fn held(&self, mode: Mode, held: Duration) {
        let _ = (mode, held);
    }
}

/// The map has no lock to wait for, so that there is nothing to watch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NeverWaits;

impl fmt::Display for NeverWaits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no call of this map waits for a lock, so none can be watched")
    }
}

impl core::error::Error for NeverWaits {}
