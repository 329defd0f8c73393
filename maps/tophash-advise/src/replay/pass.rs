//! One run of a script against one map.

use super::script::{Action, Step};
use std::convert::Infallible;
use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use tophash::{ConcurrentMap, Lookup, Operation};

/// What stands for a value.
pub(super) trait Value: Clone + Send + Sync {
    /// One of this size.
    fn of(bytes: u32) -> Self;

    /// Reads some of it.
    fn touch(&self) -> u64;
}

impl Value for u64 {
    fn of(bytes: u32) -> Self {
        u64::from(bytes)
    }

    fn touch(&self) -> u64 {
        *self
    }
}

impl Value for Box<[u8]> {
    fn of(bytes: u32) -> Self {
        vec![7; bytes as usize].into_boxed_slice()
    }

    fn touch(&self) -> u64 {
        self.last().map_or(0, |byte| u64::from(*byte))
    }
}

/// How long the threads take, from the first that begins to the last that ends. The map is filled before.
pub(super) fn pass<M, K, V>(
    map: &M,
    keys: &[K],
    filled: (&[u32], u32),
    threads: &[Vec<Step>],
) -> Duration
where
    M: ConcurrentMap<Key = K> + Lookup<K, Value = V> + Sync,
    K: Clone + Sync,
    V: Value,
{
    let (filled, fill_bytes) = filled;
    for key in filled.iter().filter_map(|number| keys.get(*number as usize)) {
        // None of the maps here has a bound.
        let _ = map.insert_new(key.clone(), V::of(fill_bytes));
    }
    let barrier = Barrier::new(threads.len());
    let spans = std::thread::scope(|scope| {
        let spawned = threads.iter().map(|steps| {
            let barrier = &barrier;
            scope.spawn(move || {
                barrier.wait();
                let begun = Instant::now();
                steps.iter().for_each(|step| act(map, keys, *step));
                (begun, Instant::now())
            })
        });
        let spawned: Vec<_> = spawned.collect();
        spawned.into_iter().filter_map(|thread| thread.join().ok()).collect::<Vec<_>>()
    });
    let begun = spans.iter().map(|(begun, _)| *begun).min();
    let ended = spans.iter().map(|(_, ended)| *ended).max();
    begun.zip(ended).map_or(Duration::ZERO, |(begun, ended)| ended.saturating_duration_since(begun))
}

#[inline]
fn act<M, K, V>(map: &M, keys: &[K], step: Step)
where
    M: ConcurrentMap<Key = K> + Lookup<K, Value = V>,
    K: Clone,
    V: Value,
{
    match step.action {
        Action::Iterate => {
            let mut sum = 0_u64;
            map.for_each(|_, value| sum = sum.wrapping_add(value.touch()));
            black_box(sum);
            return;
        }
        Action::Clear => return map.clear(),
        _ => {}
    }
    let Some(key) = keys.get(step.key as usize) else { return };
    let value = || V::of(step.value_bytes);
    // What comes of an operation is of no interest here, and none of these maps is ever full.
    match step.action {
        Action::Get => drop(black_box(map.get_with(key, V::touch))),
        Action::Insert => drop(black_box(map.insert_with(key.clone(), value(), |_| ()).is_ok())),
        Action::InsertNew => drop(black_box(map.insert_new(key.clone(), value()).is_ok())),
        Action::Remove => drop(black_box(map.remove_with(key, V::touch))),
        Action::Update => {
            let insert = |_: Option<&V>| Operation::<V, Infallible>::Insert(value());
            black_box(map.alter(key.clone(), insert).is_ok());
        }
        Action::UpdateRemove => {
            let remove = |_: Option<&V>| Operation::<V, Infallible>::Remove;
            black_box(map.alter(key.clone(), remove).is_ok());
        }
        Action::UpdateNothing => {
            let abort = |old: Option<&V>| Operation::<V, u64>::Abort(old.map_or(0, V::touch));
            black_box(map.alter(key.clone(), abort).is_ok());
        }
        Action::Iterate | Action::Clear => {}
    }
}
