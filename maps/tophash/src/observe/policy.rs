//! Whether a map is observed at all: decided by type, so that what is off leaves nothing behind.

use super::lanes::Lanes;
use super::watcher::Watcher;

/// Whether an [`Observed`](super::Observed) map observes: [`Counted`], or [`Off`].
pub trait Policy: sealed::Sealed {}

/// Operations are counted, and some of them sampled. The default.
#[derive(Clone, Copy, Debug)]
pub enum Counted {}

/// Nothing is observed: the map is as large as the map within, and runs the same instructions.
#[derive(Clone, Copy, Debug)]
pub enum Off {}

impl Policy for Counted {}
impl Policy for Off {}

/// What an observed map has beside the map.
pub struct Parts<K> {
    pub(super) lanes: Lanes,
    pub(super) watcher: Watcher<K>,
}

pub(super) mod sealed {
    use super::{Counted, Off, Parts};

    /// What a policy decides; not for others to implement.
    pub trait Sealed {
        /// What there is beside the map.
        type Parts<K>;

        /// The parts, if there are any.
        fn parts<K>(parts: &Self::Parts<K>) -> Option<&Parts<K>>;
    }

    impl Sealed for Counted {
        type Parts<K> = Parts<K>;

        #[inline(always)]
        fn parts<K>(parts: &Parts<K>) -> Option<&Parts<K>> {
            Some(parts)
        }
    }

    impl Sealed for Off {
        type Parts<K> = ();

        #[inline(always)]
        fn parts<K>((): &()) -> Option<&Parts<K>> {
            None
        }
    }
}
