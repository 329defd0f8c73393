//! Persistent maps behind an `ArcSwap`, as one would write it by hand: what `SnapshotMap` is held against.

use crate::data::{Key, Questions, Value};
use crate::ground::Ground;
use crate::map::{Map, Session, Tally};
use crate::subject::{Class, Local, Subject};
use arc_swap::ArcSwap;
use foldhash::fast::FixedState;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

/// `imbl`'s map.
struct Imbl<K, V> {
    newest: ArcSwap<imbl::GenericHashMap<K, V, FixedState, imbl::shared_ptr::DefaultSharedPtr>>,
    writers: Mutex<()>,
}

/// `rpds`' map.
struct Rpds<K: Key, V: Value> {
    newest: ArcSwap<rpds::HashTrieMapSync<K, V, FixedState>>,
    writers: Mutex<()>,
}

pub(super) fn subjects(
    ground: Ground,
    questions: &Rc<Questions<u64, u64>>,
) -> Vec<Box<dyn Subject>> {
    let class = Class::Apart;
    vec![
        Local::<u64, u64, Imbl<u64, u64>>::boxed(
            "arc-swap + imbl, by hand",
            class,
            ground,
            questions,
        ),
        Local::<u64, u64, Rpds<u64, u64>>::boxed(
            "arc-swap + rpds, by hand",
            class,
            ground,
            questions,
        ),
    ]
}

macro_rules! implement {
    ($name:ident, $empty:expr, $insert:ident, $remove:ident) => {
        impl<K: Key, V: Value> Map<K, V> for $name<K, V> {
            type Session<'m>
                = &'m Self
            where
                Self: 'm;

            fn new() -> Self {
                Self { newest: ArcSwap::from_pointee($empty), writers: Mutex::new(()) }
            }

            fn session(&self) -> &Self {
                self
            }

            fn iterate(&self) -> Tally {
                let mut tally = Tally::default();
                self.newest.load().iter().for_each(|(_, value)| tally.add(Some(value.digest())));
                tally
            }
        }

        impl<K: Key, V: Value> Session<K, V> for &$name<K, V> {
            #[inline]
            fn get(&mut self, key: &K) -> Option<u64> {
                self.newest.load().get(key).map(Value::digest)
            }

            #[inline]
            fn insert(&mut self, key: K, value: V) {
                let _alone = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
                let next = self.newest.load().$insert(key, value);
                self.newest.store(Arc::new(next));
            }

            #[inline]
            fn remove(&mut self, key: &K) -> bool {
                let _alone = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
                let newest = self.newest.load();
                let was_there = newest.contains_key(key);
                let next = newest.$remove(key);
                self.newest.store(Arc::new(next));
                was_there
            }
        }
    };
}

implement!(Imbl, imbl::GenericHashMap::with_hasher(FixedState::default()), update, without);
implement!(
    Rpds,
    rpds::HashTrieMapSync::new_with_hasher_and_degree_and_ptr_kind(FixedState::default(), 32),
    insert,
    remove
);
