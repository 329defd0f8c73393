//! dashmap: the stable release and the candidate.

use crate::data::{Key, Value};
use crate::map::{Map, Session, Tally};
use std::hash::BuildHasher;

/// 6.2.
pub(crate) struct Six<K, V, S>(dashmap_6::DashMap<K, V, S>);

/// 7.0.0-rc2.
pub(crate) struct Seven<K, V, S>(dashmap_7::DashMap<K, V, S>);

macro_rules! implement {
    ($name:ident, $dashmap:ident) => {
        impl<K: Key, V: Value, S> Map<K, V> for $name<K, V, S>
        where
            S: BuildHasher + Default + Clone + Send + Sync,
        {
            type Session<'m>
                = &'m Self
            where
                Self: 'm;

            fn new() -> Self {
                Self($dashmap::DashMap::with_hasher(S::default()))
            }

            fn session(&self) -> &Self {
                self
            }

            fn iterate(&self) -> Tally {
                let mut tally = Tally::default();
                for entry in &self.0 {
                    tally.add(Some(entry.value().digest()));
                }
                tally
            }
        }

        impl<K: Key, V: Value, S: BuildHasher + Clone> Session<K, V> for &$name<K, V, S> {
            #[inline]
            fn get(&mut self, key: &K) -> Option<u64> {
                self.0.get(key).map(|entry| entry.value().digest())
            }

            #[inline]
            fn insert(&mut self, key: K, value: V) {
                self.0.insert(key, value);
            }

            #[inline]
            fn remove(&mut self, key: &K) -> bool {
                self.0.remove(key).is_some()
            }
        }
    };
}

implement!(Six, dashmap_6);
implement!(Seven, dashmap_7);
