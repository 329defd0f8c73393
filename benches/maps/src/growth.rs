//! Insertion from empty: processor time of all threads for each entry.
//!
//! Processor time leaves out what a thread waits for a lock, so that maps with one lock look better here on two
//! threads than they are.

use crate::clock;
use crate::data::{Key, Value};
use crate::ground::Effort;
use crate::map::Map;
use crate::subject::Sample;
use crate::work;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

pub(crate) fn measure<K: Key, V: Value, M: Map<K, V>>(effort: &Effort) -> Vec<Sample> {
    let threads: &[u64] = if M::CONCURRENT { &[1, 2] } else { &[1] };
    threads
        .iter()
        .map(|&threads| {
            let map = M::new();
            let each = effort.growth as u64 / threads;
            let barrier = Barrier::new(threads as usize);
            let cpu: Duration = thread::scope(|scope| {
                let (map, barrier) = (&map, &barrier);
                let handles: Vec<_> = (0..threads)
                    .map(|thread| {
                        scope.spawn(move || {
                            barrier.wait();
                            let begun = clock::cpu();
                            work::fill(map, thread * each..(thread + 1) * each);
                            clock::cpu() - begun
                        })
                    })
                    .collect();
                handles.into_iter().filter_map(|handle| handle.join().ok()).sum()
            });
            let nanos = cpu.as_nanos() as f64 / (each * threads) as f64;
            Sample::new(format!("insert {threads}T"), nanos)
        })
        .collect()
}
