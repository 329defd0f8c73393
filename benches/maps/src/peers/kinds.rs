//! Our other kinds of map.

use crate::data::{Key, Questions, Value};
use crate::ground::Ground;
use crate::map::{Map, Session, Tally};
use crate::subject::{Class, Local, Subject};
use foldhash::fast::FixedState;
use std::rc::Rc;
use tophash::{ConcurrentMap, Lookup, SnapshotMap, SyncMap};

/// Any of them, through the trait that all have in common.
struct Any<M>(M);

pub(super) fn subjects(ground: Ground, questions: &Rc<Questions<u64, u64>>) -> Vec<Box<dyn Subject>> {
    type Of<M> = Local<u64, u64, Any<M>>;
    let class = Class::Apart;
    vec![
        Of::<SyncMap<u64, u64, FixedState>>::boxed("tophash SyncMap", class, ground, questions),
        Of::<SnapshotMap<u64, u64, FixedState>>::boxed("tophash SnapshotMap", class, ground, questions),
    ]
}

impl<K: Key, V: Value, M> Map<K, V> for Any<M>
where
    M: ConcurrentMap<Key = K> + Lookup<K, Value = V> + Default + Sync,
{
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(M::default())
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        let mut tally = Tally::default();
        self.0.for_each(|_, value| tally.add(Some(value.digest())));
        tally
    }
}

impl<K: Key, V: Value, M> Session<K, V> for &Any<M>
where
    M: ConcurrentMap<Key = K> + Lookup<K, Value = V>,
{
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.get_with(key, Value::digest)
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        // None of them is of fixed room.
        drop(self.0.insert_with(key, value, |_| ()));
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.remove_with(key, |_| ()).is_some()
    }
}
