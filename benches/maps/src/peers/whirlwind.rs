//! whirlwind, whose calls are futures: each is polled where it stands until it is ready.

use crate::data::{Key, Value};
use crate::map::{Map, Session, Tally};
use std::hash::BuildHasher;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use whirlwind::ShardMap;

/// `ShardMap`. It has no iterator.
pub(crate) struct Whirlwind<K, V, S>(ShardMap<K, V, S>);

/// Waits without a runtime: nothing is woken, the future is asked again.
#[inline]
fn wait<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

impl<K: Key, V: Value, S> Map<K, V> for Whirlwind<K, V, S>
where
    S: BuildHasher + Default + Send + Sync,
{
    const ITERABLE: bool = false;

    type Session<'m>
        = &'m Self
    where
        Self: 'm;

    fn new() -> Self {
        Self(ShardMap::with_hasher(S::default()))
    }

    fn session(&self) -> &Self {
        self
    }

    fn iterate(&self) -> Tally {
        Tally::default()
    }
}

impl<K: Key, V: Value, S: BuildHasher> Session<K, V> for &Whirlwind<K, V, S> {
    #[inline]
    fn get(&mut self, key: &K) -> Option<u64> {
        wait(self.0.get(key)).map(|entry| entry.value().digest())
    }

    #[inline]
    fn insert(&mut self, key: K, value: V) {
        wait(self.0.insert(key, value));
    }

    #[inline]
    fn remove(&mut self, key: &K) -> bool {
        wait(self.0.remove(key)).is_some()
    }
}
