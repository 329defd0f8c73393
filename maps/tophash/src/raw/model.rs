//! The protocols of buckets and of insertion under loom, with pages of two buckets.
//!
//! Loom's atomics are many where a bucket has eighteen words, so each model is as short as its question, and the one
//! of a whole table is bounded to a few preemptions. Growth is not modelled: its schedules are too many.

#[cfg(not(feature = "std"))]
extern crate std;

use super::bucket::Bucket;
use super::layout::{Layout, Pair};
use super::page::Alone;
use super::table::{AtOnce, Candidate, Search, Step, Table};
use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

/// Runs a model under every schedule with at most so many preemptions.
fn explore(preemptions: Option<usize>, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = preemptions;
    builder.max_branches = 100_000;
    builder.check(model);
}

fn find(table: &Table, key: u64) -> Search<'_, u64> {
    table.find::<Pair, _>(hash(key), |candidate| {
        if candidate.words[0] == key { Step::Yes(candidate.words[1]) } else { Step::No }
    })
}

fn get(table: &Table, key: u64) -> Option<u64> {
    let probe = |candidate: &Candidate<'_>| {
        if candidate.words[0] == key { Step::Yes(candidate.words[1]) } else { Step::No }
    };
    match table.look_at_once::<Pair, _>(hash(key), probe) {
        AtOnce::Was(value) => Some(value),
        AtOnce::WasNot => None,
        AtOnce::No => table.look_near::<Pair, _>(hash(key), probe),
    }
}

/// All keys have tags of their own; the keys' upper halves say where they are at home.
fn hash(key: u64) -> u64 {
    (key & 0xffff_ffff_0000_0000) | (key & 0xff)
}

/// Puts an entry in, or replaces one; what it replaced.
fn insert(table: &Table, key: u64, value: u64) -> Option<u64> {
    loop {
        match find(table, key) {
            Search::Hit(spot, old) => {
                if table.replace::<Pair>(&spot, [key, value]).is_ok() {
                    return Some(old);
                }
            }
            Search::Miss(vacancy) => {
                let words = [key, value];
                if table
                    .insert::<Pair>(&vacancy, hash(key), &mut || words, &|slot| {
                        Some(hash(slot.words[0]))
                    })
                    .is_ok()
                {
                    return None;
                }
            }
        }
        thread::yield_now();
    }
}

fn remove(table: &Table, key: u64) -> Option<u64> {
    loop {
        match find(table, key) {
            Search::Miss(_) => return None,
            Search::Hit(spot, old) => {
                if table.remove::<Pair>(&spot).is_ok() {
                    return Some(old);
                }
            }
        }
        thread::yield_now();
    }
}

#[test]
fn loom_a_reader_of_a_bucket_sees_words_that_belong_together() {
    explore(None, || {
        let alone = Arc::new(Alone::empty());
        let bucket = alone.bucket::<Pair>();
        Pair::put(&mut bucket.lock(), 0, 7, [1, 1]);
        let writer = Arc::clone(&alone);
        let writing = thread::spawn(move || {
            Pair::overwrite(&mut writer.bucket::<Pair>().lock(), 0, [2, 2]);
        });
        let state = bucket.state();
        if !state.is_odd() {
            let words = Pair::words(bucket, 0);
            if bucket.unchanged(state) {
                assert_eq!(words[0], words[1], "torn");
            }
        }
        writing.join().unwrap();
        assert_eq!(Pair::words(bucket, 0), [2, 2]);
    });
}

#[test]
fn loom_of_two_writers_that_saw_the_same_state_one_wins() {
    explore(None, || {
        let alone = Arc::new(Alone::empty());
        let other = Arc::clone(&alone);
        let claim = |bucket: Bucket<'_>, value: u64| {
            let seen = bucket.state();
            let empty = Pair::empty(bucket).first();
            bucket
                .lock_from(seen)
                .map(|mut locked| Pair::put(&mut locked, empty, 7, [value, value]))
        };
        let first = thread::spawn(move || claim(other.bucket::<Pair>(), 1).is_some());
        let bucket = alone.bucket::<Pair>();
        let second = claim(bucket, 2).is_some();
        let first = first.join().unwrap();
        assert_eq!(Pair::occupied(bucket), usize::from(first) + usize::from(second));
        assert!(first || second);
    });
}

#[test]
fn loom_a_key_is_there_once_whoever_inserts_it() {
    explore(Some(2), || {
        let table = Arc::new(Table::new());
        insert(&table, 9, 9);
        let other = Arc::clone(&table);
        let first = thread::spawn(move || insert(&other, 1, 10));
        let second = insert(&table, 1, 20);
        let first = first.join().unwrap();
        match (first, second) {
            (None, Some(10)) => assert_eq!(get(&table, 1), Some(20)),
            (Some(20), None) => assert_eq!(get(&table, 1), Some(10)),
            both => panic!("{both:?}"),
        }
        assert!(remove(&table, 1).is_some());
        assert_eq!(get(&table, 1), None);
    });
}
