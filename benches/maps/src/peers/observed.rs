//! Ours, observed: what each setting costs beside the map itself. These are measured where they are read and changed, and leave
//! growth and memory to the map.

use crate::data::{Key, Questions, Value};
use crate::ground::{Ground, Hasher, Kind};
use crate::map::{Map, Session, Tally};
use crate::subject::{Class, Local, Subject};
use foldhash::fast::FixedState;
use std::any::Any;
use std::hash::BuildHasher;
use std::rc::Rc;
use tophash::HashMap;
use tophash::observe::{Counted, Ended, Observed, Off, Policy, Span, SpanMode, Spans};

/// The largest table that these take part in, where a look at a counter is not lost among cache misses.
const LARGEST: usize = 1 << 16;

/// An observed map, of which one operation in `EVERY` is sampled, and every one timed where spans are made of slow ones.
struct Watched<K: Key, V, S: BuildHasher, const EVERY: u32, const SPANS: bool = false>(
    Observed<HashMap<K, V, S>, Counted>,
);

/// Makes nothing of slow operations.
struct Nothing;

impl Spans for Nothing {
    fn end(&self, _: &Span<'_>, _: Ended, _: Option<Box<dyn Any>>) {}
}

/// A map that could be observed and is not.
struct Unwatched<K: Key, V, S: BuildHasher>(Observed<HashMap<K, V, S>, Off>);

/// The map with each setting.
pub(super) fn subjects(
    ground: Ground,
    questions: &Rc<Questions<u64, u64>>,
) -> Vec<Box<dyn Subject>> {
    type Sampled<const EVERY: u32> = Watched<u64, u64, FixedState, EVERY>;
    type Spanned = Watched<u64, u64, FixedState, 1024, true>;
    type Not = Unwatched<u64, u64, FixedState>;
    if ground.kind != Kind::U64U64 || ground.hasher != Hasher::Same || ground.entries > LARGEST {
        return Vec::new();
    }
    let class = Class::Apart;
    vec![
        Local::<_, _, Not>::boxed("tophash Observed, off", class, ground, questions),
        Local::<_, _, Sampled<0>>::boxed("tophash Observed, counted", class, ground, questions),
        Local::<_, _, Sampled<1024>>::boxed("tophash Observed", class, ground, questions),
        Local::<_, _, Spanned>::boxed("tophash Observed, slow spans", class, ground, questions),
        Local::<_, _, Sampled<1>>::boxed("tophash Observed, all sampled", class, ground, questions),
    ]
}

impl<K: Key, V: Value, S: BuildHasher + Default + Sync, const EVERY: u32, const SPANS: bool>
    Map<K, V> for Watched<K, V, S, EVERY, SPANS>
where
    Observed<HashMap<K, V, S>>: Sync,
{
    type Session<'m>
        = &'m Observed<HashMap<K, V, S>>
    where
        Self: 'm;

    fn new() -> Self {
        let mut builder = Observed::builder("bench").sample_every(EVERY);
        if SPANS {
            builder = builder.spans(SpanMode::default(), Nothing);
        }
        match builder.build(HashMap::with_hasher(S::default())) {
            Ok(map) => Self(map),
            Err(never) => unreachable!("{never}"),
        }
    }

    fn session(&self) -> Self::Session<'_> {
        &self.0
    }

    fn iterate(&self) -> Tally {
        walk(self.0.inner())
    }
}

impl<K: Key, V: Value, S: BuildHasher + Default + Sync> Map<K, V> for Unwatched<K, V, S>
where
    Observed<HashMap<K, V, S>, Off>: Sync,
{
    type Session<'m>
        = &'m Observed<HashMap<K, V, S>, Off>
    where
        Self: 'm;

    fn new() -> Self {
        Self(Observed::off(HashMap::with_hasher(S::default())))
    }

    fn session(&self) -> Self::Session<'_> {
        &self.0
    }

    fn iterate(&self) -> Tally {
        walk(self.0.inner())
    }
}

fn walk<K: Key, V: Value, S: BuildHasher>(map: &HashMap<K, V, S>) -> Tally {
    let mut tally = Tally::default();
    map.iter().for_each(|entry| tally.add(Some(entry.value().digest())));
    tally
}

impl<K: Key, V: Value, S: BuildHasher, P: Policy> Session<K, V> for &Observed<HashMap<K, V, S>, P> {
    // The settings are one type, whose three loops would share one copy; that of the map itself lies in its loop.
    #[inline(always)]
    fn get(&mut self, key: &K) -> Option<u64> {
        self.get_with(key, Value::digest)
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        // A map that grows is never full.
        let _ = self.insert_with(key, value, |_| ());
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        self.remove_with(key, |_| ()).is_some()
    }
}
