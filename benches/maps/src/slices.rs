//! Timing on a machine that others use: short slices, of which only undisturbed ones count.
//!
//! A slice takes about 300 µs. It is clean if the kernel did not take the processor from the thread meanwhile.
//! With several threads it is sure if also every other thread was inside clean slices of its own for at least
//! 80 % of it; otherwise what looks like a concurrent run would be one thread after another. With more threads than
//! processors there are no such slices, and the cost is processor time.

use crate::clock;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// What a slice aims at.
const SLICE: Duration = Duration::from_micros(300);

/// As few sure slices of a thread as make a median.
const ENOUGH: usize = 12;

/// The share of a slice for which the others must have run.
const OVERLAP: f64 = 0.8;

/// Nanoseconds of one operation of one thread; with perfect scaling the same for any number of threads.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cost {
    pub(crate) nanos: f64,
    /// Whether it rests on enough sure slices.
    pub(crate) sure: bool,
}

#[derive(Clone, Copy)]
struct Slice {
    begin: Instant,
    end: Instant,
    operations: usize,
}

impl Slice {
    fn nanos(&self) -> f64 {
        (self.end - self.begin).as_nanos() as f64 / self.operations as f64
    }
}

struct Track {
    clean: Vec<Slice>,
    cpu: Duration,
    operations: usize,
}

/// Runs `step(thread, first, operations)` on `threads` threads for about `millis` and says what one operation costs.
/// `step` continues at operation `first` and returns how many operations it did.
pub(crate) fn measure(
    threads: usize,
    millis: u64,
    step: &(impl Fn(usize, usize, usize) -> usize + Sync),
) -> Cost {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if threads > processors {
        return by_cpu(&record(threads, millis, step));
    }
    let mut attempts = 0;
    loop {
        attempts += 1;
        let tracks = record(threads, millis, step);
        let sure: Vec<Vec<f64>> = (0..threads).map(|thread| sure(&tracks, thread)).collect();
        if sure.iter().all(|slices| slices.len() >= ENOUGH) {
            return Cost { nanos: combined(sure), sure: true };
        }
        if attempts == 3 {
            // Nobody knows whether the others ran meanwhile; said so, and better than nothing.
            let clean: Vec<Vec<f64>> =
                tracks.iter().map(|t| t.clean.iter().map(Slice::nanos).collect()).collect();
            return if clean.iter().all(|slices| !slices.is_empty()) {
                Cost { nanos: combined(clean), sure: false }
            } else {
                Cost { sure: false, ..by_cpu(&tracks) }
            };
        }
    }
}

/// Processor time of all threads over their operations.
fn by_cpu(tracks: &[Track]) -> Cost {
    let cpu: Duration = tracks.iter().map(|track| track.cpu).sum();
    let operations: usize = tracks.iter().map(|track| track.operations).sum();
    Cost { nanos: cpu.as_nanos() as f64 / operations as f64, sure: true }
}

/// Threads over the sum of their throughputs.
fn combined(slices: Vec<Vec<f64>>) -> f64 {
    let threads = slices.len() as f64;
    threads / slices.into_iter().map(|mut slices| 1.0 / median(&mut slices)).sum::<f64>()
}

/// Costs of those slices of a thread during which all others ran.
fn sure(tracks: &[Track], thread: usize) -> Vec<f64> {
    let others: Vec<&Track> =
        tracks.iter().enumerate().filter(|(other, _)| *other != thread).map(|(_, t)| t).collect();
    let counts = |slice: &&Slice| {
        let length = (slice.end - slice.begin).as_secs_f64();
        others.iter().all(|other| covered(&other.clean, slice) >= OVERLAP * length)
    };
    tracks[thread].clean.iter().filter(counts).map(Slice::nanos).collect()
}

/// Seconds of `slice` that lie within `clean`, which is in order of time.
fn covered(clean: &[Slice], slice: &Slice) -> f64 {
    let first = clean.partition_point(|other| other.end <= slice.begin);
    clean[first..]
        .iter()
        .take_while(|other| other.begin < slice.end)
        .map(|other| (other.end.min(slice.end) - other.begin.max(slice.begin)).as_secs_f64())
        .sum()
}

fn record(
    threads: usize,
    millis: u64,
    step: &(impl Fn(usize, usize, usize) -> usize + Sync),
) -> Vec<Track> {
    let barrier = Barrier::new(threads);
    thread::scope(|scope| {
        let barrier = &barrier;
        let handles: Vec<_> = (0..threads)
            .map(|thread| scope.spawn(move || track(barrier, thread, millis, step)))
            .collect();
        let join = |handle: thread::ScopedJoinHandle<'_, Track>| {
            handle.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        handles.into_iter().map(join).collect()
    })
}

fn track(
    barrier: &Barrier,
    thread: usize,
    millis: u64,
    step: &impl Fn(usize, usize, usize) -> usize,
) -> Track {
    let mut track =
        Track { clean: Vec::with_capacity(1 << 10), cpu: Duration::ZERO, operations: 0 };
    barrier.wait();
    let (started, cpu) = (Instant::now(), clock::cpu());
    let mut first = 0;
    let mut aim = 256;
    loop {
        let preemptions = clock::preemptions();
        let begin = Instant::now();
        let operations = step(thread, first, aim);
        let end = Instant::now();
        let took = end - begin;
        // The first ones only find out how many operations fill a slice.
        if clock::preemptions() == preemptions && took > SLICE / 2 {
            track.clean.push(Slice { begin, end, operations });
        }
        first += operations;
        track.operations += operations;
        let ideal = aim as f64 * SLICE.as_secs_f64() / took.as_secs_f64().max(1e-9);
        aim = (ideal as usize).clamp(aim / 2, aim * 4).max(64);
        let elapsed = started.elapsed();
        let full = Duration::from_millis(millis);
        if elapsed > full && (track.clean.len() >= 2 * ENOUGH || elapsed > full * 4) {
            break;
        }
    }
    track.cpu = clock::cpu() - cpu;
    track
}

/// The middle of the samples; not a number where there is none.
pub(crate) fn median(samples: &mut [f64]) -> f64 {
    samples.sort_by(f64::total_cmp);
    match samples.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => samples[n / 2],
        n => f64::midpoint(samples[n / 2 - 1], samples[n / 2]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covered_counts_only_what_lies_within() {
        let zero = Instant::now();
        let at = |begin, end| Slice {
            begin: zero + Duration::from_secs(begin),
            end: zero + Duration::from_secs(end),
            operations: 1,
        };
        let clean = [at(0, 2), at(4, 6), at(7, 9)];
        assert_eq!(covered(&clean, &at(1, 8)), 4.0);
        assert_eq!(covered(&clean, &at(2, 4)), 0.0);
        assert_eq!(covered(&clean, &at(9, 10)), 0.0);
    }

    #[test]
    fn two_equal_threads_cost_what_one_does() {
        assert_eq!(combined(vec![vec![10.0], vec![10.0]]), 10.0);
        assert_eq!(combined(vec![vec![10.0, 30.0, 20.0]]), 20.0);
    }
}
