//! A cache whose values are made on demand, evicted while others read them, and never waited for.
//!
//! `cargo run -p tophash --example cache`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::thread;
use tophash::HashMap;

fn page(number: u64) -> String {
    format!("the contents of page {number}")
}

fn main() {
    let cache: HashMap<u64, String> = HashMap::with_capacity(64);
    thread::scope(|scope| {
        for thread in 0..4u64 {
            let cache = &cache;
            scope.spawn(move || {
                for step in 0..1_000u64 {
                    let number = (step * 7 + thread) % 50;
                    // The closure runs only if the page is absent, under no lock: it may even use the cache.
                    let text = cache.get_or_insert_with(number, || page(number));
                    if step % 10 == 0 {
                        // Taken out while `text` is still being read: the reference keeps it alive.
                        let _ = cache.remove(&number);
                    }
                    assert_eq!(*text, page(number));
                }
            });
        }
    });
    cache.retain(|number, _| number % 2 == 0);
    let stats = cache.stats();
    println!(
        "{} pages, {} retired, {} bytes of buckets",
        stats.entries, stats.retired, stats.bytes
    );
    assert!(cache.keys().all(|number| *number % 2 == 0));
}
