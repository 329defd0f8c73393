//! The time of single calls while a map grows: of the insertions, and of a reader beside them.
//!
//! Each call is timed by the wall clock, about 25 ns of which are the clock's own. Of an insertion slower than 20 µs
//! only the processor time counts, so that being put aside by the kernel is no stall of the map's, but page faults
//! and zeroing are. A reader's slow call counts in full (a lock that a writer holds is the map's doing), unless the
//! kernel took the processor from the reader itself.

use crate::clock;
use crate::data::{Key, Random, Value};
use crate::ground::Effort;
use crate::map::{Map, Session};
use crate::subject::Sample;
use std::hint::black_box;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Calls of one session here: a reader that is after latency does not hold a guard for long.
const SESSION: usize = 64;

/// What is looked at twice.
const SLOW: Duration = Duration::from_micros(20);

/// Keys that the reader asks for, in the map before it begins.
const HOT: u64 = 100_000;

pub(crate) fn measure<K: Key, V: Value, M: Map<K, V>>(effort: &Effort) -> Vec<Sample> {
    let mut samples = inserts::<K, V, M>(effort.latency as u64);
    if M::CONCURRENT {
        samples.extend(reads::<K, V, M>(effort.latency as u64));
    }
    samples
}

fn inserts<K: Key, V: Value, M: Map<K, V>>(entries: u64) -> Vec<Sample> {
    let map = M::new();
    let mut nanos = Vec::with_capacity(entries as usize);
    for first in (0..entries).step_by(SESSION) {
        let mut session = map.session();
        let keys: Vec<(K, V)> = (first..entries.min(first + SESSION as u64))
            .map(|number| (K::nth(number), V::make(number)))
            .collect();
        let mut cpu = clock::cpu();
        let mut quick = Duration::ZERO;
        let mut begin = Instant::now();
        for (key, value) in keys {
            session.insert(key, value);
            let end = Instant::now();
            let mut took = end - begin;
            begin = end;
            if took > SLOW {
                let now = clock::cpu();
                took = took.min(now.saturating_sub(cpu + quick));
                cpu = now;
                quick = Duration::ZERO;
                begin = Instant::now();
            } else {
                quick += took;
            }
            nanos.push(u32::try_from(took.as_nanos()).unwrap_or(u32::MAX));
        }
    }
    percentiles("insert", nanos)
}

fn reads<K: Key, V: Value, M: Map<K, V>>(entries: u64) -> Vec<Sample> {
    let map = M::new();
    crate::work::fill(&map, 0..HOT);
    let mut random = Random::new(HOT);
    let hot: Vec<K> = (0..1 << 17).map(|_| K::nth(random.below(HOT))).collect();
    let (barrier, done) = (Barrier::new(2), AtomicBool::new(false));
    let nanos = thread::scope(|scope| {
        scope.spawn(|| {
            barrier.wait();
            crate::work::fill(&map, HOT..HOT.max(entries));
            done.store(true, Ordering::Release);
        });
        barrier.wait();
        let mut nanos = Vec::with_capacity(1 << 24);
        let mut preemptions = clock::preemptions();
        for asking in hot.chunks(SESSION).cycle() {
            if done.load(Ordering::Acquire) {
                break;
            }
            let mut session = map.session();
            let mut begin = Instant::now();
            for key in asking {
                black_box(session.get(key));
                let end = Instant::now();
                let took = end - begin;
                begin = end;
                if took > SLOW {
                    let now = clock::preemptions();
                    let put_aside = now != preemptions;
                    preemptions = now;
                    begin = Instant::now();
                    if put_aside {
                        continue;
                    }
                }
                nanos.push(u32::try_from(took.as_nanos()).unwrap_or(u32::MAX));
            }
        }
        nanos
    });
    percentiles("read", nanos)
}

fn percentiles(what: &str, mut nanos: Vec<u32>) -> Vec<Sample> {
    nanos.sort_unstable();
    let at = |share: f64| {
        let place = (nanos.len() as f64 * share) as usize;
        nanos.get(place.min(nanos.len().saturating_sub(1))).copied().map_or(f64::NAN, f64::from)
    };
    [
        ("p50", 0.5),
        ("p90", 0.9),
        ("p99", 0.99),
        ("p99.9", 0.999),
        ("p99.99", 0.9999),
        ("longest", 1.0),
    ]
    .map(|(name, share)| Sample::new(format!("{what} {name}"), at(share)))
    .to_vec()
}
