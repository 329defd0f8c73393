//! leapfrog: integers alone, two values reserved, and readers that nothing protects from a table being freed.

use crate::data::Value;
use crate::map::{Map, Session, Tally};
use leapfrog::LeapMap;
use std::hash::BuildHasher;

/// `LeapMap`.
pub(crate) struct Leapfrog<S>(LeapMap<u64, u64, S>);

impl<S: BuildHasher + Default + Sync + 'static> Map<u64, u64> for Leapfrog<S> {
    type Session<'m> = &'m Self;

    fn new() -> Self {
        Self(LeapMap::with_capacity_and_hasher(8, S::default()))
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        let mut tally = Tally::default();
        for mut entry in self.0.iter() {
            tally.add(entry.value().as_ref().map(Value::digest));
        }
        tally
    }
}

impl<S: BuildHasher + Default> Session<u64, u64> for &Leapfrog<S> {
    #[inline]
    fn get(&mut self, key: &u64) -> Option<u64> {
        self.0.get(key)?.value()
    }

    #[inline]
    fn insert(&mut self, key: u64, value: u64) {
        self.0.insert(key, value);
    }

    #[inline]
    fn remove(&mut self, key: &u64) -> bool {
        self.0.remove(key).is_some()
    }
}
