//! Several calls that belong together.

use super::places::InUse;
use core::fmt;

/// A span of calls that belong together: see [`Checked::reading`](super::Checked::reading) and
/// [`Checked::writing`](super::Checked::writing). It ends when it is dropped.
///
/// It holds no lock, and makes nobody wait. The thread that drops it should be the one that began it, since that thread
/// alone uses the map meanwhile without a conflict; so it cannot be sent to another.
#[must_use = "the span ends when it is dropped"]
pub struct Span<'a> {
    _in_use: InUse<'a>,
    /// Keeps it in its thread.
    _thread: core::marker::PhantomData<*const ()>,
}

impl<'a> Span<'a> {
    pub(super) fn new(in_use: InUse<'a>) -> Self {
        Self { _in_use: in_use, _thread: core::marker::PhantomData }
    }
}

impl fmt::Debug for Span<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Span").finish_non_exhaustive()
    }
}
