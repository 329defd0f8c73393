//! Our other kinds of map.

use crate::data::{Key, Questions, Value};
use crate::ground::Ground;
use crate::map::{Map, Session, Tally};
use crate::subject::{Class, Local, Subject};
use foldhash::fast::FixedState;
use std::rc::Rc;
use tophash::{
    BoxedFixedMap, ConcurrentMap, DoubleBuffered, Lookup, SkipMap, SnapshotMap, SyncMap,
};

/// The entries of the tables that `FixedMap` is in.
const SMALL: usize = 1 << 16;
const MILLION: usize = 1 << 20;

/// A map of so much room.
struct Fixed<const ENTRIES: usize>(BoxedFixedMap<u64, u64>);

/// Any of the others, through the trait that all have in common.
struct Any<M>(M);

pub(super) fn subjects(
    ground: Ground,
    questions: &Rc<Questions<u64, u64>>,
) -> Vec<Box<dyn Subject>> {
    type Of<M> = Local<u64, u64, Any<M>>;
    let class = Class::Apart;
    let mut subjects = vec![
        Of::<SyncMap<u64, u64, FixedState>>::boxed("tophash SyncMap", class, ground, questions),
        Of::<SnapshotMap<u64, u64, FixedState>>::boxed(
            "tophash SnapshotMap",
            class,
            ground,
            questions,
        ),
        Of::<DoubleBuffered<u64, u64, FixedState>>::boxed(
            "tophash DoubleBuffered",
            class,
            ground,
            questions,
        ),
        Of::<SkipMap<u64, u64>>::boxed("tophash SkipMap", class, ground, questions),
    ];
    // Where the number of entries is known; with room for a third more, as in tables that are three quarters full.
    let fixed = "tophash FixedMap";
    match ground.entries {
        SMALL => {
            type Fits = Fixed<{ SMALL + SMALL / 3 }>;
            subjects.push(Local::<u64, u64, Fits>::boxed(fixed, class, ground, questions));
        }
        MILLION => {
            type Fits = Fixed<{ MILLION + MILLION / 3 }>;
            subjects.push(Local::<u64, u64, Fits>::boxed(fixed, class, ground, questions));
        }
        _ => {}
    }
    subjects
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
        let put = self.0.insert_with(key, value, |_| ());
        debug_assert!(put.is_ok(), "none of them is of fixed room");
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.0.remove_with(key, |_| ()).is_some()
    }
}

impl<const ENTRIES: usize> Map<u64, u64> for Fixed<ENTRIES> {
    type Session<'m> = &'m Self;

    fn new() -> Self {
        Self(BoxedFixedMap::with_capacity(ENTRIES))
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

impl<const ENTRIES: usize> Session<u64, u64> for &Fixed<ENTRIES> {
    #[inline]
    fn get(&mut self, key: &u64) -> Option<u64> {
        self.0.get(key).map(|value| value.digest())
    }

    #[inline]
    fn insert(&mut self, key: u64, value: u64) {
        self.0.insert(key, value).expect("there is room for what is measured");
    }

    #[inline]
    fn remove(&mut self, key: &u64) -> bool {
        self.0.remove(key).is_some()
    }
}
