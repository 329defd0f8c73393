//! A map of [`Key`]s and [`Value`]s seen as a map of words, so that one battery serves both.

use crate::fault::{Key, Kit, Value};
use crate::map::{Map, Unsupported};
use crate::torn;

pub(super) struct Through<M> {
    pub(super) map: M,
    pub(super) kit: &'static Kit,
}

/// What a broken value reads as: no key's seal, so every engine takes offence.
fn word(key: u64, value: &Value) -> u64 {
    value.word(key).unwrap_or_else(|| !torn::seal(key, 0))
}

impl<M: Map<Key, Value>> Map for Through<M> {
    fn get(&self, key: &u64) -> Option<u64> {
        let mut seen = None;
        let wanted = self.kit.key(*key);
        if key % 2 == 0 {
            return self.map.get(&wanted).map(|value| word(*key, &value));
        }
        self.map.read(&wanted, &mut |value| {
            let first = word(*key, value);
            let second = word(*key, value);
            seen = Some(if first == second { first } else { !torn::seal(*key, 0) });
        });
        seen
    }
    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        self.map
            .insert(self.kit.key(key), self.kit.value(key, value))
            .map(|value| word(key, &value))
    }
    fn remove(&self, key: &u64) -> Option<u64> {
        self.map.remove(&self.kit.key(*key)).map(|value| word(*key, &value))
    }
    fn try_insert(&self, key: u64, value: u64) -> Result<Option<u64>, Unsupported> {
        let found = self.map.try_insert(self.kit.key(key), self.kit.value(key, value))?;
        Ok(found.map(|value| word(key, &value)))
    }
    fn compare_exchange(
        &self,
        key: &u64,
        expected: &u64,
        new: u64,
    ) -> Result<Option<u64>, Unsupported> {
        let (expected, new) = (self.kit.value(*key, *expected), self.kit.value(*key, new));
        let found = self.map.compare_exchange(&self.kit.key(*key), &expected, new)?;
        Ok(found.map(|value| word(*key, &value)))
    }
    fn fetch_add(&self, key: &u64, delta: u64) -> Result<Option<u64>, Unsupported> {
        Ok(self.map.fetch_add(&self.kit.key(*key), delta)?.map(|value| word(*key, &value)))
    }
    fn iterate(&self, meet: &mut dyn FnMut(&u64, &u64)) -> Result<(), Unsupported> {
        self.map.iterate(&mut |key, value| {
            let number = key.number().unwrap_or(u64::MAX);
            meet(&number, &word(number, value));
        })
    }
    fn clear(&self) -> Result<(), Unsupported> {
        self.map.clear()
    }
    fn len(&self) -> Result<usize, Unsupported> {
        self.map.len()
    }
    fn compact(&self) -> Result<(), Unsupported> {
        self.map.compact()
    }
}
