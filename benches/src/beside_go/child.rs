//! One of our maps in a process of its own: what the program in Go does with one of Go's.

use super::trace::{Act, Trace};
use anyhow::{Context, Result, bail};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::{black_box, spin_loop};
use std::sync::Barrier;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tophash::{ConcurrentMap, HashMap, Lookup, Sharded, SyncMap};

/// Between two paced operations.
const PACE: Duration = Duration::from_micros(100);

/// The allocator of the system, and how often it was asked.
pub struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

// SAFETY: every call goes to the system's allocator with the arguments it came with.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Relaxed);
        // SAFETY: as the caller promises of this call.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises of this call.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Does with a map what the words say, and prints what it took: the name of the map, the file of the trace, `unpaced` or `paced`, the
/// operations of each thread, and the threads.
pub fn run(words: &[String]) -> Result<()> {
    let [map, trace, how, operations, threads] = words else {
        bail!("a child takes five words");
    };
    let trace = Trace::of_bytes(&std::fs::read(trace)?)?;
    let (operations, threads) = (operations.parse()?, threads.parse()?);
    let paced = match how.as_str() {
        "paced" => true,
        "unpaced" => false,
        other => bail!("no way to run: {other}"),
    };
    match map.as_str() {
        "HashMap" => go(&HashMap::new(), &trace, paced, operations, threads),
        "SyncMap" => go(&SyncMap::new(), &trace, paced, operations, threads),
        "Sharded" => go(&Sharded::new(), &trace, paced, operations, threads),
        other => bail!("no map {other}"),
    }
}

fn go<M>(map: &M, trace: &Trace, paced: bool, operations: usize, threads: usize) -> Result<()>
where
    M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64> + Sync,
{
    for key in &trace.keys {
        map.insert(*key, *key).ok().context("the map is full")?;
    }
    let [first, second, found] = if paced {
        let mut nanos = Vec::with_capacity(operations);
        let found = self::paced(map, trace, operations, &mut nanos);
        nanos.sort_unstable();
        let at = |share: f64| nanos.get((nanos.len() as f64 * share) as usize).copied();
        [at(0.99).unwrap_or(0) as f64, at(0.999).unwrap_or(0) as f64, found as f64]
    } else {
        // Once around, so that everything is where it will be.
        let warm = (trace.acts.len() / 4).min(operations);
        act(map, trace, 0, warm);
        ALLOCATIONS.store(0, Relaxed);
        let (took, found) = unpaced(map, trace, operations, threads);
        let nanos = took.as_nanos() as f64 / operations as f64;
        [nanos, nanos, found as f64]
    };
    let allocations = ALLOCATIONS.load(Relaxed) as f64 / (operations * threads) as f64;
    println!("{first} {second} {allocations} 0 0 0 {found}");
    Ok(())
}

/// Does so many operations from a place of the trace on; says how many look-ups found something.
fn act<M>(map: &M, trace: &Trace, from: usize, operations: usize) -> u64
where
    M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64>,
{
    let (before, after) = trace.acts.split_at(from % trace.acts.len());
    let mut found = 0;
    for act in after.iter().chain(before).cycle().take(operations) {
        found += u64::from(once(map, Act::of(*act)));
    }
    found
}

/// Does an operation; says whether it was a look-up that found something.
#[inline]
fn once<M>(map: &M, act: Act) -> bool
where
    M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64>,
{
    match act {
        Act::Get(key) => black_box(map.get(&key)).is_some(),
        Act::Put(key) => {
            let _ = black_box(map.insert(key, key));
            false
        }
        Act::Remove(key) => {
            black_box(map.remove(&key));
            false
        }
    }
}

fn unpaced<M>(map: &M, trace: &Trace, operations: usize, threads: usize) -> (Duration, u64)
where
    M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64> + Sync,
{
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let barrier = &barrier;
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    barrier.wait();
                    let begun = Instant::now();
                    let from = trace.acts.len() / threads * thread;
                    let found = act(map, trace, from, operations);
                    (begun.elapsed(), found)
                })
            })
            .collect();
        let all = workers.into_iter().filter_map(|worker| worker.join().ok());
        all.fold((Duration::ZERO, 0), |(longest, sum), (took, found)| {
            (longest.max(took), sum + found)
        })
    })
}

fn paced<M>(map: &M, trace: &Trace, operations: usize, nanos: &mut Vec<u64>) -> u64
where
    M: ConcurrentMap<Key = u64> + Lookup<u64, Value = u64>,
{
    ALLOCATIONS.store(0, Relaxed);
    let (mut found, mut due) = (0, Instant::now() + PACE);
    for act in trace.acts.iter().cycle().take(operations) {
        while Instant::now() < due {
            spin_loop();
        }
        found += u64::from(once(map, Act::of(*act)));
        nanos.push(due.elapsed().as_nanos() as u64);
        due += PACE;
    }
    found
}
