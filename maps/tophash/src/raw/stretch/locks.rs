//! The buckets that a step over one home has locked.

use crate::raw::bucket::{Bucket, Locked, State};

/// The most buckets that a step locks.
const LOCKS: usize = 40;
/// Where among them the bucket is that the step empties.
pub(super) const HOME: usize = 0;

/// The buckets that a step has locked, each once.
pub(super) struct Locks<'t> {
    locked: [Option<Locked<'t>>; LOCKS],
    length: usize,
}

impl<'t> Locks<'t> {
    pub(super) fn new() -> Self {
        Self { locked: [const { None }; LOCKS], length: 0 }
    }

    /// The place of a bucket that was not among them; none if there are too many.
    pub(super) fn add(&mut self, locked: Locked<'t>) -> Option<usize> {
        let place = self.length;
        *self.locked.get_mut(place)? = Some(locked);
        self.length += 1;
        Some(place)
    }

    /// The place of a bucket, which is locked if it is not among them yet; none if there are too many.
    pub(super) fn place_of(&mut self, bucket: Bucket<'t>) -> Option<usize> {
        match self.find(bucket) {
            Some(place) => Some(place),
            None if self.length == LOCKS => None,
            None => self.add(bucket.lock()),
        }
    }

    /// The place of a bucket, which is locked if it is not among them yet; none if somebody else holds it, or there
    /// are too many.
    pub(super) fn place_if_free(&mut self, bucket: Bucket<'t>) -> Option<usize> {
        match self.find(bucket) {
            Some(place) => Some(place),
            None if self.length == LOCKS => None,
            None => bucket.try_lock().and_then(|locked| self.add(locked)),
        }
    }

    /// The place of a bucket that is among them.
    pub(super) fn find(&self, bucket: Bucket<'_>) -> Option<usize> {
        (0..self.length).find(|place| self.is_at(*place, bucket))
    }

    pub(super) fn is_at(&self, place: usize, bucket: Bucket<'_>) -> bool {
        let held = self.locked.get(place).and_then(Option::as_ref);
        held.is_some_and(|held| held.bucket() == bucket)
    }

    pub(super) fn at(&mut self, place: usize) -> Option<&mut Locked<'t>> {
        self.locked.get_mut(place)?.as_mut()
    }

    /// Changes the state of a bucket.
    pub(super) fn change(&mut self, place: usize, change: impl FnOnce(State) -> State) {
        if let Some(locked) = self.at(place) {
            locked.set_state(change(locked.state()));
        }
    }

    pub(super) fn settle(&mut self) {
        self.locked[..self.length].iter_mut().flatten().for_each(Locked::settle);
    }
}
