//! Small types of one's own in the buckets themselves: prices of articles, changed by many threads.
//!
//! `cargo run -p tophash --example plain`

#![expect(clippy::print_stdout, reason = "an example shows what it found")]

use std::thread;
use tophash::{HashMap, Inline, Plain, PlainMap};

/// Which article, and in which size.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(C)]
struct Article {
    number: u32,
    size: u32,
}

/// In cents.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(transparent)]
struct Price(i64);

// SAFETY: two `u32` one after the other have no padding, and are nothing but their bits.
#[expect(unsafe_code, reason = "the promise that the map asks for")]
unsafe impl Plain for Article {}

// SAFETY: it is laid out as its one field is, which is an integer.
#[expect(unsafe_code, reason = "the promise that the map asks for")]
unsafe impl Plain for Price {}

fn main() {
    let prices: PlainMap<Article, Price> = HashMap::with_capacity_in(1_000, Inline);
    for number in 0..100 {
        for size in 36..46 {
            prices.insert(Article { number, size }, Price(1_000 + i64::from(size)));
        }
    }
    thread::scope(|scope| {
        for thread in 0..4 {
            let prices = &prices;
            scope.spawn(move || {
                for number in (thread..100).step_by(4) {
                    for size in 36..46 {
                        let article = Article { number, size };
                        prices.update(&article, |price| Price(price.0 - 100));
                    }
                }
            });
        }
    });
    let dearest = prices.iter().max_by_key(|entry| *entry.value()).unwrap();
    println!("{:?} costs {:?}", dearest.key(), dearest.value());
    // Nothing was boxed, so nothing waits to be freed.
    assert_eq!((prices.len(), prices.stats().retired), (1_000, 0));
    assert!(prices.iter().all(|entry| entry.0 == 900 + i64::from(entry.key().size)));
}
