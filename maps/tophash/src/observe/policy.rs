//! Whether a map is observed at all: decided by type, so that what is off leaves nothing behind.

use super::lanes::Lanes;
use super::trace::Recorder;
use super::watcher::Watcher;
use crate::concurrent::{ConcurrentMap, Lookup};

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
pub struct Parts<K, V> {
    pub(super) lanes: Lanes,
    pub(super) watcher: Watcher<K>,
    pub(super) recorder: Option<Recorder>,
    /// How large a value is, in the eyes of the recorder.
    pub(super) measure: fn(&V) -> usize,
}

/// The parts of a map of this type.
pub(super) type PartsOf<M> =
    Parts<<M as ConcurrentMap>::Key, <M as Lookup<<M as ConcurrentMap>::Key>>::Value>;

pub(super) mod sealed {
    use super::{Counted, Off, Parts};

    /// What a policy decides; not for others to implement.
    pub trait Sealed {
        /// What there is beside the map.
        type Parts<K, V>;

        /// The parts, if there are any.
        fn parts<K, V>(parts: &Self::Parts<K, V>) -> Option<&Parts<K, V>>;
    }

    impl Sealed for Counted {
        type Parts<K, V> = Parts<K, V>;

        #[inline(always)]
        fn parts<K, V>(parts: &Parts<K, V>) -> Option<&Parts<K, V>> {
            Some(parts)
        }
    }

    impl Sealed for Off {
        type Parts<K, V> = ();

        #[inline(always)]
        fn parts<K, V>((): &()) -> Option<&Parts<K, V>> {
            None
        }
    }
}
