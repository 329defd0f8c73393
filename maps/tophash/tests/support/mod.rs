//! `tophash::HashMap` as the verifier wants maps: every operation says the value that was there before.

use std::hash::{BuildHasher, Hash};
use tophash::{HashMap, Operation, RandomState};
use tophash_verify::{Key, Map, Unsupported, Value};

/// A map under test, inline for words and boxed for the verifier's keys and values.
pub(crate) struct Under<K, V, S = RandomState>(pub(crate) HashMap<K, V, S>);

impl<K, V, S: Default> Under<K, V, S> {
    /// An empty map, which grows from its first entry.
    pub(crate) fn new() -> Self {
        Self(HashMap::with_hasher(S::default()))
    }
}

impl<S: BuildHasher + Sync> Map for Under<u64, u64, S> {
    fn get(&self, key: &u64) -> Option<u64> {
        self.0.get(key)
    }
    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        self.0.insert(key, value).map(|old| *old)
    }
    fn remove(&self, key: &u64) -> Option<u64> {
        self.0.remove(key).map(|old| *old)
    }
    fn try_insert(&self, key: u64, value: u64) -> Result<Option<u64>, Unsupported> {
        Ok(self.0.try_insert(key, value).err().map(|there| *there.current))
    }
    fn compare_exchange(&self, key: &u64, old: &u64, new: u64) -> Result<Option<u64>, Unsupported> {
        Ok(match self.0.compare_exchange(*key, *old, new) {
            Ok(old) => Some(old),
            Err(found) => found,
        })
    }
    fn fetch_add(&self, key: &u64, delta: u64) -> Result<Option<u64>, Unsupported> {
        Ok(add(&self.0, key, |value| value.wrapping_add(delta)))
    }
    fn iterate(&self, meet: &mut dyn FnMut(&u64, &u64)) -> Result<(), Unsupported> {
        self.0.iter().for_each(|entry| meet(entry.key(), entry.value()));
        Ok(())
    }
    fn clear(&self) -> Result<(), Unsupported> {
        self.0.clear();
        Ok(())
    }
    fn len(&self) -> Result<usize, Unsupported> {
        Ok(self.0.len())
    }
    fn compact(&self) -> Result<(), Unsupported> {
        self.0.shrink_to_fit();
        Ok(())
    }
}

impl<S: BuildHasher + Sync> Map<Key, Value> for Under<Key, Value, S> {
    fn get(&self, key: &Key) -> Option<Value> {
        self.0.get(key)
    }
    fn insert(&self, key: Key, value: Value) -> Option<Value> {
        self.0.insert(key, value).map(|old| old.cloned())
    }
    fn remove(&self, key: &Key) -> Option<Value> {
        self.0.remove(key).map(|old| old.cloned())
    }
    fn try_insert(&self, key: Key, value: Value) -> Result<Option<Value>, Unsupported> {
        Ok(self.0.try_insert(key, value).err().map(|there| there.current.cloned()))
    }
    fn compare_exchange(
        &self,
        key: &Key,
        expected: &Value,
        new: Value,
    ) -> Result<Option<Value>, Unsupported> {
        let mut found = None;
        self.0.compute(key.clone(), |entry| {
            found = entry.cloned();
            match &found {
                Some(value) if value == expected => Operation::Insert(new.clone()),
                _ => Operation::<Value, ()>::Abort(()),
            }
        });
        Ok(found)
    }
    fn fetch_add(&self, key: &Key, delta: u64) -> Result<Option<Value>, Unsupported> {
        Ok(add(&self.0, key, |value| value.plus(delta)))
    }
    fn read(&self, key: &Key, see: &mut dyn FnMut(&Value)) -> bool {
        self.0.get_ref(key).map(|entry| see(&entry)).is_some()
    }
    fn iterate(&self, meet: &mut dyn FnMut(&Key, &Value)) -> Result<(), Unsupported> {
        self.0.iter().for_each(|entry| meet(entry.key(), entry.value()));
        Ok(())
    }
    fn clear(&self) -> Result<(), Unsupported> {
        self.0.clear();
        Ok(())
    }
    fn len(&self) -> Result<usize, Unsupported> {
        Ok(self.0.len())
    }
    fn compact(&self) -> Result<(), Unsupported> {
        self.0.shrink_to_fit();
        Ok(())
    }
}

/// Changes a value where there is one, and says which it was.
fn add<K: Hash + Eq + Clone, V: Clone, S: BuildHasher>(
    map: &HashMap<K, V, S>,
    key: &K,
    more: impl Fn(&V) -> V,
) -> Option<V> {
    map.update(key, more).map(|old| old.cloned())
}
