//! Histories of the map, recorded while it grows from nothing, of which every operation must have an order that
//! explains it.
//!
//! Two million operations, and with `TOPHASH_DEEP=1` a hundred million, in pieces: each is recorded on a new map by 2
//! to 8 threads on 1 to 1,000,000 keys, and checked before the next, so that memory stays below a few hundred
//! megabytes.

mod support;

use std::hash::BuildHasher;
use std::io::Write;
use std::time::Instant;
use support::Under;
use tophash::{DefaultHasher, HashMap, Operation, RandomState};
use tophash_verify::chaos::{self, Delays};
use tophash_verify::check::{Meeting, iterations, linearizable};
use tophash_verify::history::History;
use tophash_verify::stress::{Mix, Phase, Stress};
use tophash_verify::{Map, Unsupported, mix};

const THREADS: std::ops::RangeInclusive<usize> = 2..=8;
const KEYS: [u64; 5] = [1, 30, 1_000, 30_000, 1_000_000];

/// Holds threads up in the middle of an operation: after it was called and before it can take effect.
#[derive(Default)]
struct Slow(RandomState);

impl BuildHasher for Slow {
    type Hasher = DefaultHasher;
    fn build_hasher(&self) -> DefaultHasher {
        chaos::point();
        self.0.build_hasher()
    }
}

/// Enough for operations to overlap, and few enough for a machine that is busy with other things.
const DELAYS: Delays = Delays { spin: 6, give_way: 150, sleep: 5_000, ..Delays::NONE };

/// A word that the map does not know for an integer, so that its entries are boxed.
#[derive(Clone)]
struct Word(u64);

struct Boxed(HashMap<u64, Word, Slow>);

impl Map for Boxed {
    fn get(&self, key: &u64) -> Option<u64> {
        self.0.get_with(key, |value| value.0)
    }
    fn insert(&self, key: u64, value: u64) -> Option<u64> {
        self.0.insert(key, Word(value)).map(|old| old.0)
    }
    fn remove(&self, key: &u64) -> Option<u64> {
        self.0.remove(key).map(|old| old.0)
    }
    fn try_insert(&self, key: u64, value: u64) -> Result<Option<u64>, Unsupported> {
        Ok(self.0.try_insert(key, Word(value)).err().map(|there| there.current.0))
    }
    fn compare_exchange(&self, key: &u64, old: &u64, new: u64) -> Result<Option<u64>, Unsupported> {
        let mut found = None;
        self.0.compute(*key, |value| {
            found = value.map(|value| value.0);
            chaos::point();
            match found {
                Some(value) if value == *old => Operation::Insert(Word(new)),
                _ => Operation::Abort(()),
            }
        });
        Ok(found)
    }
    fn fetch_add(&self, key: &u64, delta: u64) -> Result<Option<u64>, Unsupported> {
        let old = self.0.update(key, |value| Word(value.0.wrapping_add(delta)));
        Ok(old.map(|old| old.0))
    }
    fn iterate(&self, meet: &mut dyn FnMut(&u64, &u64)) -> Result<(), Unsupported> {
        self.0.iter().for_each(|entry| meet(entry.key(), &entry.value().0));
        Ok(())
    }
}

/// What the pieces came to.
#[derive(Default)]
struct Total {
    operations: usize,
    iterations: usize,
    pieces: usize,
    overlapping: usize,
    moved: u64,
}

/// How many operations began while another one on the same key was under way: without these, all orders are plain.
fn overlapping(history: &History) -> usize {
    let mut times: Vec<_> = history
        .operations
        .iter()
        .map(|operation| (operation.key, operation.start, operation.end))
        .collect();
    times.sort_unstable();
    let mut latest = (0, 0);
    let mut count = 0;
    for (key, start, end) in times {
        if latest.0 != key {
            latest = (key, end);
            continue;
        }
        count += usize::from(start < latest.1);
        latest.1 = latest.1.max(end);
    }
    count
}

impl Total {
    /// Records and checks one piece; `moved` tells how many entries the map's growth has moved.
    fn piece<M: Map>(&mut self, map: &M, stress: &Stress, moved: impl Fn(&M) -> u64) {
        let replay = |fault: &dyn std::fmt::Display| -> ! { panic!("{fault}\nin {stress:?}") };
        let history = stress.run(map).unwrap_or_else(|text| replay(&text));
        match linearizable(&history) {
            Err(violation) => replay(&violation),
            Ok(checked) => self.operations += checked.operations,
        }
        if let Err(fault) = iterations(&history, Meeting::ExactlyOnce) {
            replay(&fault);
        }
        self.iterations += history.iterations.len();
        self.overlapping += overlapping(&history);
        self.pieces += 1;
        self.moved += moved(map);
    }
}

/// The `number`-th piece: few keys are worked on in short phases, and with many the map grows for a third of the time.
fn stress(number: u64, threads: usize, keys: u64, operations: u64) -> Stress {
    let each = operations / threads as u64 + 1;
    let length = keys.clamp(30, each / 3);
    // Two values that come again and again, or each value once.
    let values = (number % 3 == 1).then_some(2);
    // An iteration is as long as the map is large, so there is one for some thousand operations; and none where values come
    // again, for each time that the map held one would have to be looked at for each iteration.
    let iterated = keys <= 1_000 && values.is_none();
    let iterate = |mix: Mix| Mix {
        get: mix.get * 30,
        insert: mix.insert * 30,
        try_insert: mix.try_insert * 30,
        remove: mix.remove * 30,
        compare_exchange: mix.compare_exchange * 30,
        fetch_add: mix.fetch_add * 30,
        iterate: u32::from(iterated),
    };
    Stress {
        seed: mix(number),
        threads,
        disturbers: number as usize % 3,
        keys,
        phases: vec![
            Phase { mix: iterate(Mix::GROW), length },
            Phase { mix: iterate(Mix::ALL), length: length / 2 + 1 },
            Phase { mix: iterate(Mix::SHRINK), length },
        ],
        operations: each,
        duration: None,
        delays: if number % 4 == 0 { Delays::NONE } else { DELAYS },
        values,
    }
}

#[test]
fn every_operation_of_millions_can_be_explained() {
    let deep = std::env::var_os("TOPHASH_DEEP").is_some();
    let (wanted, piece) = if deep { (100_000_000, 100_000) } else { (2_000_000, 30_000) };
    let begun = Instant::now();
    let mut number = 0;
    let mut total = Total::default();
    while total.operations < wanted {
        for (keys, threads) in KEYS.into_iter().flat_map(|keys| THREADS.map(move |t| (keys, t))) {
            number += 1;
            let stress = stress(number, threads, keys, piece);
            total.piece(&Under::<u64, u64, Slow>::new(), &stress, |map| map.0.stats().moved);
            total.piece(&Boxed(HashMap::default()), &stress, |map| map.0.stats().moved);
        }
        if deep {
            let seconds = begun.elapsed().as_secs();
            let _ = writeln!(std::io::stdout(), "{} operations, {seconds} s", total.operations);
        }
    }
    let Total { operations, iterations, pieces, overlapping, moved } = total;
    assert!(moved > wanted as u64 / 100, "the maps hardly grew: {moved} entries moved");
    assert!(iterations > 100, "{iterations} iterations");
    assert!(overlapping > wanted / 1_000, "hardly anything overlapped: {overlapping} operations");
    // Past the test's own capture: what was checked is worth a line of every run.
    let mut out = std::io::stdout();
    let _ = writeln!(
        out,
        "histories: {operations} operations and {iterations} iterations explained in {pieces} pieces; {overlapping} \
         operations began while another one on their key was under way; growth moved {moved} entries; {:.1} s",
        begun.elapsed().as_secs_f64()
    );
}
