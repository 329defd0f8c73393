//! Counts words by many threads: inline counters by number, and a boxed map for the words themselves.
//!
//! `cargo run -p tophash --example counter`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::thread;
use tophash::{HashMap, Operation};

const TEXT: &str = "a map is a map is a map and a set is a map of nothing";

fn main() {
    let lengths: HashMap<usize, u64> = HashMap::new();
    let words: HashMap<&str, u64> = HashMap::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for word in TEXT.split(' ') {
                    // One atomic step in the bucket itself: nothing is allocated, nothing runs twice.
                    lengths.fetch_add(word.len(), 1);
                    // Words are boxed, so a closure says what becomes of the old count.
                    words.compute(word, |count| {
                        Operation::<u64, ()>::Insert(count.copied().unwrap_or(0) + 1)
                    });
                }
            });
        }
    });
    assert_eq!(words.get("map"), Some(4 * 4));
    assert_eq!(lengths.values().map(|count| *count).sum::<u64>(), 4 * 16);
    let mut counts: Vec<_> = words.iter().map(|entry| (*entry, *entry.key())).collect();
    counts.sort_unstable_by(|a, b| b.cmp(a));
    for (count, word) in counts {
        println!("{count:4} {word}");
    }
}
