//! A soak: shared maps under more threads than processors for as long as asked, with threads stalled in the middle of
//! operations, and every answer judged.
//!
//! `cargo run --release -p tophash --example soak -- HOURS`; `ci/soak.sh` runs it with a small default.
//!
//! Each round of some seconds grows two new maps from nothing, one of inline entries and one of boxed ones. Every key
//! has one writer, who knows exactly what each of its operations must find. Everybody else knows that a value is its
//! key's ([`torn`]), that the versions of a key only rise, and that some keys are never taken out. Counters are added
//! to by all, and must come to the sum. Boxed values know whether they are alive. When nothing runs any more, all of
//! it is compared.
//!
//! A failure is a panic or a wrong answer. That none was seen in n operations does not mean that there are none: the
//! rate that would have shown at least one with a probability of 95 % is −ln 0.05 / n, or about 3 / n (the rule of
//! three). With failures it is the rate at which so few would be seen with a probability of 5 %, by the Poisson
//! distribution. The goal is that 99.999 % of the operations succeed. The exit code is 0 where nothing failed and the
//! bound is within the goal.
//!
//! With `planted` behind the hours the inline map loses one write, which the soak has to notice.

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};
use tophash::{DefaultHasher, HashMap, RandomState};
use tophash_verify::torn::{open, seal};
use tophash_verify::{Kit, Map, Rng, Unsupported, Value};

/// Keys of each map, beside the counters.
const KEYS: u64 = 40_000;
const COUNTERS: u64 = 4;
const ROUND: Duration = Duration::from_secs(5);
/// Threads of each processor: so many that some can always run while others stall.
const THREADS: usize = 4;
/// The share of operations that may fail.
const GOAL: f64 = 1e-5;
/// A soak in which nothing has moved for so long hangs.
const HANGS: Duration = Duration::from_secs(60);

/// What all threads together have seen.
#[derive(Default)]
struct Tally {
    operations: AtomicU64,
    stalls: AtomicU64,
    panics: AtomicU64,
    wrong: AtomicU64,
    over: AtomicBool,
}

static TALLY: Tally = Tally {
    operations: AtomicU64::new(0),
    stalls: AtomicU64::new(0),
    panics: AtomicU64::new(0),
    wrong: AtomicU64::new(0),
    over: AtomicBool::new(false),
};

impl Tally {
    fn wrong(&self, what: impl FnOnce() -> String) {
        // The first ones say what is wrong; the others how often.
        if self.wrong.fetch_add(1, Relaxed) < 10 {
            println!("WRONG: {}", what());
        }
    }
}

/// When this thread stalls next.
struct Stalls {
    rng: Rng,
    points: u64,
    next: Instant,
}

thread_local! {
    static STALLS: RefCell<Option<Stalls>> = const { RefCell::new(None) };
}

/// A place in the middle of an operation, where the thread stalls for 200 to 1,500 milliseconds now and then.
fn point() {
    let stall = STALLS.with_borrow_mut(|stalls| {
        let stalls = stalls.as_mut()?;
        stalls.points += 1;
        if stalls.points % 256 != 0 || Instant::now() < stalls.next {
            return None;
        }
        let length = Duration::from_millis(200 + stalls.rng.below(1_300));
        stalls.next =
            Instant::now() + length + Duration::from_millis(500 + stalls.rng.below(4_000));
        Some(length)
    });
    if let Some(length) = stall {
        TALLY.stalls.fetch_add(1, Relaxed);
        std::thread::sleep(length);
    }
}

/// Hashes as usual, and may stall: inside every operation, before it looks for its bucket.
#[derive(Default)]
struct Stalling(RandomState);

impl BuildHasher for Stalling {
    type Hasher = DefaultHasher;
    fn build_hasher(&self) -> DefaultHasher {
        point();
        self.0.build_hasher()
    }
}

struct Inline {
    map: HashMap<u64, u64, Stalling>,
    /// A key whose next insertion is lost on purpose.
    loses: AtomicU64,
}

struct Boxed(HashMap<u64, Value, Stalling>, &'static Kit);

impl Map for Inline {
    fn get(&self, key: &u64) -> Option<u64> {
        self.map.get(key)
    }
    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        if self.loses.load(Relaxed) == key && self.loses.swap(u64::MAX, Relaxed) == key {
            return self.map.get(&key);
        }
        self.map.insert(key, value).map(|old| *old)
    }
    fn remove(&self, key: &u64) -> Option<u64> {
        self.map.remove(key).map(|old| *old)
    }
    fn fetch_add(&self, key: &u64, delta: u64) -> Result<Option<u64>, Unsupported> {
        Ok(self.map.update(key, |value| value + delta).map(|old| *old))
    }
    fn iterate(&self, meet: &mut dyn FnMut(&u64, &u64)) -> Result<(), Unsupported> {
        self.map.iter().for_each(|entry| meet(entry.key(), entry.value()));
        Ok(())
    }
    fn len(&self) -> Result<usize, Unsupported> {
        Ok(self.map.len())
    }
}

impl Boxed {
    /// The word of a value, looked at twice with a place to stall between; no word of the key's if it is not alive.
    fn word(key: u64, value: &Value) -> u64 {
        let first = value.word(key);
        point();
        if value.word(key) == first { first.unwrap_or(!seal(key, 0)) } else { !seal(key, 0) }
    }
}

impl Map for Boxed {
    fn get(&self, key: &u64) -> Option<u64> {
        self.0.get_ref(key).map(|held| Self::word(*key, &held))
    }
    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        self.0.insert(key, self.1.value(key, value)).map(|old| Self::word(key, &old))
    }
    fn remove(&self, key: &u64) -> Option<u64> {
        self.0.remove(key).map(|old| Self::word(*key, &old))
    }
    fn fetch_add(&self, key: &u64, delta: u64) -> Result<Option<u64>, Unsupported> {
        let more = |value: &Value| {
            point();
            value.plus(delta)
        };
        Ok(self.0.update(key, more).map(|old| Self::word(*key, &old)))
    }
    fn iterate(&self, meet: &mut dyn FnMut(&u64, &u64)) -> Result<(), Unsupported> {
        self.0.iter().for_each(|entry| meet(entry.key(), &Self::word(*entry.key(), &entry)));
        Ok(())
    }
    fn len(&self) -> Result<usize, Unsupported> {
        Ok(self.0.len())
    }
}

/// Keys that are never taken out once they are in.
fn stays(key: u64) -> bool {
    key % 4 == 0
}

/// One thread's knowledge of one map.
struct Worker {
    thread: u64,
    threads: u64,
    rng: Rng,
    /// What its own keys hold; these are every `threads`-th.
    own: Vec<Option<u64>>,
    /// The versions of its own keys.
    version: Vec<u64>,
    /// The highest version seen of every key.
    seen: Vec<u64>,
    /// What it has added to each counter.
    added: [u64; COUNTERS as usize],
}

impl Worker {
    fn new(thread: u64, threads: u64, seed: u64) -> Self {
        let own = (KEYS - thread).div_ceil(threads) as usize;
        Self {
            thread,
            threads,
            rng: Rng::part(seed, thread),
            own: vec![None; own],
            version: vec![0; own],
            seen: vec![0; KEYS as usize],
            added: [0; COUNTERS as usize],
        }
    }

    fn own_key(&mut self) -> (u64, usize) {
        let at = self.rng.below(self.own.len() as u64);
        (at * self.threads + self.thread, at as usize)
    }

    /// Compares what an operation on an own key found with what must be there.
    fn expect(&self, key: u64, at: usize, found: Option<u64>, what: &str) {
        if found != self.own[at] {
            TALLY.wrong(|| {
                format!("{what} of key {key} found {found:?}, where {:?} is", self.own[at])
            });
        }
    }

    /// Looks at a key of anybody's, or its own.
    fn look<M: Map>(&mut self, map: &M) {
        let key = self.rng.below(KEYS);
        let found = map.get(&key);
        let seen = &mut self.seen[key as usize];
        match found.map(|word| open(key, word)) {
            None if *seen > 0 && stays(key) => {
                TALLY.wrong(|| format!("key {key} stays, and is not there"));
            }
            None => {}
            Some(Some(version)) if version >= *seen => *seen = version,
            Some(version) => {
                TALLY.wrong(|| format!("key {key}: {version:?} after version {seen}"));
            }
        }
        if key % self.threads == self.thread {
            self.expect(key, (key / self.threads) as usize, found, "a look");
        }
    }

    /// One operation, judged.
    fn step<M: Map>(&mut self, map: &M) {
        match self.rng.below(16) {
            0..7 => self.look(map),
            7..10 => {
                let (key, at) = self.own_key();
                self.version[at] += 1;
                let new = seal(key, self.version[at]);
                self.expect(key, at, map.insert(key, new), "an insertion");
                self.own[at] = Some(new);
            }
            10..12 => {
                let (key, at) = self.own_key();
                if stays(key) {
                    return self.look(map);
                }
                self.expect(key, at, map.remove(&key), "a removal");
                self.own[at] = None;
            }
            12..14 => {
                let (key, at) = self.own_key();
                if let Ok(found) = map.fetch_add(&key, 1) {
                    self.expect(key, at, found, "an addition");
                    if let Some(word) = &mut self.own[at] {
                        *word += 1;
                        self.version[at] += 1;
                    }
                }
            }
            _ => {
                let counter = self.rng.below(COUNTERS);
                let key = KEYS + counter;
                match map.fetch_add(&key, 1).map(|found| found.map(|word| open(key, word))) {
                    Ok(Some(Some(_))) => self.added[counter as usize] += 1,
                    found => TALLY.wrong(|| format!("counter {counter}: {found:?}")),
                }
            }
        }
    }

    /// Everything that stays, and was there before, is met once, and everything that is met is whole.
    fn iterate<M: Map>(&mut self, map: &M) {
        let mut met = vec![0u8; KEYS as usize];
        let mut broken = None;
        let _ = map.iterate(&mut |key, word| match open(*key, *word) {
            Some(_) if *key < KEYS => met[*key as usize] = met[*key as usize].saturating_add(1),
            Some(_) if *key < KEYS + COUNTERS => {}
            _ => broken = Some((*key, *word)),
        });
        if let Some(broken) = broken {
            TALLY.wrong(|| format!("an iteration met {broken:x?}"));
        }
        // Own keys did not change meanwhile.
        for (at, held) in self.own.iter().enumerate() {
            let key = at as u64 * self.threads + self.thread;
            let times = met[key as usize];
            if times != u8::from(held.is_some()) {
                TALLY.wrong(|| format!("an iteration met key {key} {times} times: {held:?}"));
            }
        }
    }

    fn work<M: Map>(&mut self, map: &M, until: Instant) {
        for step in 1u64.. {
            self.step(map);
            if step % 1_024 == 0 {
                TALLY.operations.fetch_add(1_024, Relaxed);
                if Instant::now() >= until {
                    return;
                }
            }
            if step % 100_000 == 0 {
                self.iterate(map);
            }
        }
    }
}

/// One round on one map that is new: works, then compares everything.
fn round<M: Map>(map: &M, seed: u64, threads: u64, length: Duration) {
    for counter in KEYS..KEYS + COUNTERS {
        map.insert(counter, seal(counter, 0));
    }
    let until = Instant::now() + length;
    let workers: Vec<Option<Worker>> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let mut rng = Rng::part(!seed, thread);
                    let next = Instant::now() + Duration::from_millis(rng.below(3_000));
                    STALLS.set(Some(Stalls { rng, points: 0, next }));
                    let mut worker = Worker::new(thread, threads, seed);
                    let ended = catch_unwind(AssertUnwindSafe(|| worker.work(map, until)));
                    STALLS.set(None);
                    // What the operation that panicked did is not known, so the rest of this thread's round is not judged.
                    ended.map_err(|_| TALLY.panics.fetch_add(1, Relaxed)).ok().map(|()| worker)
                })
            })
            .collect();
        running.into_iter().map(|thread| thread.join().ok().flatten()).collect()
    });
    let mut entries = COUNTERS as usize;
    for worker in workers.iter().flatten() {
        for at in 0..worker.own.len() {
            let key = at as u64 * worker.threads + worker.thread;
            worker.expect(key, at, map.get(&key), "the last look");
            entries += usize::from(worker.own[at].is_some());
        }
    }
    if workers.iter().all(Option::is_some) {
        for counter in 0..COUNTERS {
            let sum = workers.iter().flatten().map(|worker| worker.added[counter as usize]).sum();
            let (key, found) = (KEYS + counter, map.get(&(KEYS + counter)));
            if found != Some(seal(key, sum)) {
                let found = found.and_then(|word| open(key, word));
                TALLY.wrong(|| format!("counter {counter}: {found:?} after {sum} additions"));
            }
        }
        if map.len() != Ok(entries) {
            TALLY.wrong(|| format!("a length of {:?} with {entries} entries", map.len()));
        }
    }
}

/// The rate of failures that is not exceeded with a probability of 95 %: the largest at which so few of the operations
/// fail with a probability of 5 % at least.
fn upper_bound(failures: u64, operations: u64) -> f64 {
    // The probability of at most `failures` where `mean` are expected.
    let at_most = |mean: f64| {
        let mut term = (-mean).exp();
        (1..=failures).fold(term, |sum, k| {
            term *= mean / k as f64;
            sum + term
        })
    };
    let (mut low, mut high) = (0.0, failures as f64 * 2.0 + 20.0);
    for _ in 0..100 {
        let mean = (low + high) / 2.0;
        if at_most(mean) > 0.05 { low = mean } else { high = mean }
    }
    high / operations.max(1) as f64
}

/// Time that the processors of the machine were busy, and all their time, since it was started.
fn processors() -> Option<(u64, u64)> {
    let text = std::fs::read_to_string("/proc/stat").ok()?;
    let times: Vec<u64> =
        text.lines().next()?.split_whitespace().skip(1).filter_map(|n| n.parse().ok()).collect();
    let (all, idle) = (times.iter().take(8).sum::<u64>(), times.get(3)? + times.get(4)?);
    Some((all - idle, all))
}

/// Ends the process if nothing moves any more: a soak that hangs has failed.
fn watch() {
    let (mut last, mut since) = (0, Instant::now());
    while !TALLY.over.load(Relaxed) {
        std::thread::sleep(Duration::from_millis(500));
        let now = TALLY.operations.load(Relaxed);
        if now != last {
            (last, since) = (now, Instant::now());
        } else if since.elapsed() > HANGS {
            println!("HANGS: no operation has ended for {HANGS:?}, after {now}");
            std::process::exit(1);
        }
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let hours = arguments.first().map_or(Ok(0.02), |hours| hours.parse::<f64>());
    let planted = arguments.get(1).is_some_and(|word| word == "planted");
    let Some(hours) = hours.ok().filter(|hours| (0.0..100_000.0).contains(hours)) else {
        println!("usage: soak [HOURS [planted]], such as 0.5");
        return ExitCode::from(2);
    };
    let length = Duration::from_secs_f64(hours * 3_600.0);
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let threads = (cores * THREADS) as u64;
    let (begun, before) = (Instant::now(), processors());
    let watcher = std::thread::spawn(watch);
    let kit = Kit::leaked();
    let (mut rounds, mut told) = (0, begun);
    while rounds == 0 || begun.elapsed() < length {
        let seed = 1_000_003 * rounds + 17;
        let each = ROUND.min(length / 2);
        let loses = AtomicU64::new(if planted { 1 } else { u64::MAX });
        round(&Inline { map: HashMap::default(), loses }, seed, threads, each);
        kit.reset();
        let boxed = Boxed(HashMap::default(), kit);
        round(&boxed, seed, threads, each);
        drop(boxed);
        if !kit.lives().is_balanced() {
            TALLY.wrong(|| format!("lives do not balance: {:?}", kit.lives()));
        }
        rounds += 1;
        if told.elapsed() > Duration::from_secs(600) {
            told = Instant::now();
            let (operations, wrong) = (TALLY.operations.load(Relaxed), TALLY.wrong.load(Relaxed));
            println!("after {:?}: {operations} operations, {wrong} wrong", begun.elapsed());
        }
    }
    TALLY.over.store(true, Relaxed);
    let _ = watcher.join();

    let Tally { operations, stalls, panics, wrong, .. } = &TALLY;
    let [operations, stalls, panics, wrong] =
        [operations, stalls, panics, wrong].map(|count| count.load(Relaxed));
    let bound = upper_bound(panics + wrong, operations);
    println!(
        "soak of {:.0} s, {rounds} rounds on two maps, seeds 17 and on",
        begun.elapsed().as_secs_f64()
    );
    println!("threads                {threads} on {cores} processors");
    match before.zip(processors()).map(|(from, to)| (to.0 - from.0, to.1 - from.1)) {
        Some((busy, all)) if all > 0 => {
            println!("processors busy        {:.1} %", 100.0 * busy as f64 / all as f64);
        }
        _ => println!("processors busy        not known on this system"),
    }
    println!("operations             {operations}");
    println!("stalls of 200 ms up    {stalls}, in the middle of operations");
    println!("panics                 {panics}");
    println!("wrong answers          {wrong}");
    let how = if panics + wrong == 0 { "rule of three: -ln 0.05 / operations" } else { "Poisson" };
    println!("failure rate           at most {bound:.2e} with 95 % confidence ({how})");
    let within = bound <= GOAL;
    let verdict = if within { "met" } else { "NOT met" };
    println!("goal 99.999 %          at most {GOAL:.0e} may fail: {verdict}");
    if panics + wrong == 0 && within { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
