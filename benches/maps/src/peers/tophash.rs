//! Ours.

use crate::data::{Key, Questions, Value};
use crate::ground::{Ground, Hasher};
use crate::map::{MANY, Map, Session, Tally};
use crate::subject::{Class, Local, Subject};
use foldhash::fast::FixedState;
use std::hash::BuildHasher;
use std::rc::Rc;
use tophash::{HashMap, HashSet, Locked, RandomState, Sharded};

/// `HashMap`.
struct Tophash<K, V, S>(HashMap<K, V, S>);

/// `HashSet`.
struct TophashSet<K, S>(HashSet<K, S>);

/// The maps with the hasher of that ground.
pub(super) fn subjects<K: Key, V: Value>(
    ground: Ground,
    questions: &Rc<Questions<K, V>>,
) -> Vec<Box<dyn Subject>> {
    match ground.hasher {
        Hasher::Same => with::<K, V, FixedState>(ground, questions),
        Hasher::Own => with::<K, V, RandomState>(ground, questions),
    }
}

fn with<K: Key, V: Value, S: BuildHasher + Default + Send + Sync + 'static>(
    ground: Ground,
    questions: &Rc<Questions<K, V>>,
) -> Vec<Box<dyn Subject>> {
    use Class::{Kin, Ours};
    vec![
        Local::<K, V, Tophash<K, V, S>>::boxed("tophash HashMap", Ours, ground, questions),
        Local::<K, V, Locked<K, V, S>>::boxed("tophash Locked", Kin, ground, questions),
        Local::<K, V, Sharded<K, V, S>>::boxed("tophash Sharded", Kin, ground, questions),
    ]
}

/// The set.
pub(super) fn set<K: Key>(ground: Ground, questions: &Rc<Questions<K, ()>>) -> Box<dyn Subject> {
    type Set<K> = TophashSet<K, FixedState>;
    Local::<K, (), Set<K>>::boxed("tophash HashSet", Class::Ours, ground, questions)
}

impl<K: Key, V: Value, S: BuildHasher + Default + Sync> Map<K, V> for Tophash<K, V, S> {
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(HashMap::with_hasher(S::default()))
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        let mut tally = Tally::default();
        self.0.iter().for_each(|entry| tally.add(Some(entry.value().digest())));
        tally
    }
}

impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for &Tophash<K, V, S> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.get_with(key, Value::digest)
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        self.0.insert(key, value);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key).is_some()
    }

    #[inline]
    fn get_many(&mut self, keys: &[K; MANY]) -> Tally {
        let mut tally = Tally::default();
        self.0.get_many_with(keys, |_, value| tally.add(value.map(Value::digest)));
        tally
    }
}

impl<K: Key, S: BuildHasher + Default + Sync> Map<K, ()> for TophashSet<K, S> {
    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(HashSet::with_hasher(S::default()))
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        let mut tally = Tally::default();
        for _ in &self.0 {
            tally.add(Some(1));
        }
        tally
    }
}

impl<K: Key, S: BuildHasher> Session<K, ()> for &TophashSet<K, S> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.0.contains(key).then_some(1)
    }

    #[inline]
    fn insert(&mut self, key: K, (): ()) {
        self.0.insert(key);
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.remove(key)
    }
}

macro_rules! under_locks {
    ($map:ident) => {
        impl<K: Key, V: Value, S> Map<K, V> for $map<K, V, S>
        where
            S: BuildHasher + Default + Send + Sync,
        {
            type Session<'m>
                = &'m Self
            where
                Self: 'm;

            fn new() -> Self {
                Self::default()
            }

            fn session(&self) -> &Self {
                self
            }

            fn iterate(&self) -> Tally {
                let mut tally = Tally::default();
                self.for_each(|_, value| tally.add(Some(value.digest())));
                tally
            }
        }

        impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for &$map<K, V, S> {
            #[inline]
            fn get(&mut self, key: &K) -> Option<u64> {
                $map::get_with(self, key, Value::digest)
            }

            #[inline]
            fn insert(&mut self, key: K, value: V) {
                $map::insert(self, key, value);
            }

            #[inline]
            fn remove(&mut self, key: &K) -> bool {
                $map::remove(self, key).is_some()
            }
        }
    };
}

under_locks!(Locked);
under_locks!(Sharded);
