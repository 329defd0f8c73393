//! Any map of the crate as the verifier wants maps, through the traits that all of them have in common.

use tophash::{ConcurrentMap, Lookup, Operation};
use tophash_verify::{Map, Unsupported, Value};

/// A map under test, whichever it is.
pub(crate) struct Any<M> {
    pub(crate) map: M,
    /// What disturbs the map in the middle of everything, as the verifier's `compact`: gives memory back, or moves all
    /// entries.
    pub(crate) compact: Option<fn(&M)>,
}

impl<M> Any<M> {
    /// A map that nothing disturbs.
    pub(crate) fn new(map: M) -> Self {
        Self { map, compact: None }
    }
}

/// What the verifier can add to.
pub(crate) trait Number: Clone + PartialEq {
    /// This and `delta`, wrapping.
    fn plus(&self, delta: u64) -> Self;
}

impl Number for u64 {
    fn plus(&self, delta: u64) -> u64 {
        self.wrapping_add(delta)
    }
}

impl Number for Value {
    fn plus(&self, delta: u64) -> Value {
        self.plus(delta)
    }
}

/// What a map of fixed room that is too small for the verifier ends the test with.
const ROOM: &str = "the map is full; make it with more room for the verifier";

impl<M: ConcurrentMap + Sync> Any<M>
where
    M::Value: Clone,
{
    /// Makes of the value there is what `change` wants, or leaves it; returns the value there was.
    fn alter(
        &self,
        key: M::Key,
        change: impl Fn(Option<&M::Value>) -> Option<M::Value>,
    ) -> Option<M::Value> {
        let mut found = None;
        let decide = |old: Option<&M::Value>| {
            found = old.cloned();
            change(old).map_or(Operation::Abort(()), Operation::Insert)
        };
        self.map.alter(key, decide).expect(ROOM);
        found
    }
}

impl<K, V, M> Map<K, V> for Any<M>
where
    K: Clone,
    V: Number,
    M: ConcurrentMap<Key = K> + Lookup<K, Value = V> + Sync,
{
    fn get(&self, key: &K) -> Option<V> {
        self.map.get(key)
    }
    fn insert(&self, key: K, value: V) -> Option<V> {
        ConcurrentMap::insert(&self.map, key, value).expect(ROOM)
    }
    fn remove(&self, key: &K) -> Option<V> {
        Lookup::remove(&self.map, key)
    }
    fn try_insert(&self, key: K, value: V) -> Result<Option<V>, Unsupported> {
        Ok(self.alter(key, |old| old.is_none().then(|| value.clone())))
    }
    fn compare_exchange(&self, key: &K, expected: &V, new: V) -> Result<Option<V>, Unsupported> {
        Ok(self.alter(key.clone(), |old| (old == Some(expected)).then(|| new.clone())))
    }
    fn fetch_add(&self, key: &K, delta: u64) -> Result<Option<V>, Unsupported> {
        Ok(self.alter(key.clone(), |old| old.map(|old| old.plus(delta))))
    }
    fn read(&self, key: &K, see: &mut dyn FnMut(&V)) -> bool {
        self.map.get_with(key, see).is_some()
    }
    fn iterate(&self, meet: &mut dyn FnMut(&K, &V)) -> Result<(), Unsupported> {
        self.map.for_each(meet);
        Ok(())
    }
    fn clear(&self) -> Result<(), Unsupported> {
        self.map.clear();
        Ok(())
    }
    fn len(&self) -> Result<usize, Unsupported> {
        Ok(self.map.len())
    }
    fn compact(&self) -> Result<(), Unsupported> {
        self.compact.map(|compact| compact(&self.map)).ok_or(Unsupported)
    }
}
