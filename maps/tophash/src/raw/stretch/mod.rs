//! Growth: a short page is doubled, a family stretches to twice its pages or shrinks to half, and a full one splits.
//!
//! Every step is bounded: a stretch moves the entries of eight homes at a time, the doubling of a short page moves
//! fewer than a page holds, a split moves nothing. Threads that insert into a growing family do a step each, unless
//! another thread is at it.
//!
//! [`policy`] says when growth begins and who does its steps, [`group`] and [`single`] are the two kinds of steps;
//! [`shrink`] says when a family goes back, and [`back`] is the step.

mod back;
mod double;
mod group;
mod locks;
mod policy;
mod reserve;
mod shrink;
mod single;
mod split;

pub(super) use policy::{Room, SIGNAL};

use super::bucket::Bucket;
use super::layout::{Layout, SlotWords};
use super::table::Candidate;

/// The position of the entry whose words were read from a slot; none if the slot has changed since.
#[inline(always)]
fn position_of<L: Layout>(
    bucket: Bucket<'_>,
    slot: usize,
    words: SlotWords,
    rehash: &(impl Fn(&Candidate<'_>) -> Option<u64> + ?Sized),
) -> Option<u64> {
    rehash(&Candidate::new::<L>(bucket, slot, words)).map(L::position)
}

impl Bucket<'_> {
    fn words_of<L: Layout>(self, slot: usize) -> (u64, SlotWords) {
        (L::tag_at(self, slot), L::words(self, slot))
    }
}
