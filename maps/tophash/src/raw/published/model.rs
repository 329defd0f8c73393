//! Readings and publishing under loom, which runs every schedule and every allowed memory order.
//!
//! What is published is a cell that loom watches, and what is handed back is written to: a reading that is not over, or
//! whose end is not ordered before, is reported whatever it reads.

#[cfg(not(feature = "std"))]
extern crate std;

use super::Published;
use alloc::boxed::Box;
use alloc::vec::Vec;
use loom::cell::UnsafeCell;
use loom::model::Builder;
use loom::sync::Arc;
use loom::thread;

/// A number that says when it is written to while somebody reads it.
struct Watched(UnsafeCell<u32>);

// SAFETY: loom watches the cell, and reports accesses that race.
unsafe impl Sync for Watched {}
// SAFETY: as above.
unsafe impl Send for Watched {}

impl Watched {
    fn new(number: u32) -> Self {
        Self(UnsafeCell::new(number))
    }

    fn read(&self) -> u32 {
        // SAFETY: loom reports a write that is not ordered before or after.
        self.0.with(|number| unsafe { *number })
    }
}

/// Writes to what was handed back, as a `Drop` might.
fn reuse(back: Vec<Box<Watched>>) {
    for watched in back {
        // SAFETY: loom reports any other access that is not ordered before this one.
        watched.0.with_mut(|number| unsafe { *number = 99 });
    }
}

fn explore(preemptions: Option<usize>, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = preemptions;
    builder.check(model);
}

#[test]
fn loom_nothing_is_handed_back_that_somebody_reads() {
    explore(None, || {
        let published = Arc::new(Published::new(Watched::new(0)));
        let reader = Arc::clone(&published);
        let reading = thread::spawn(move || {
            // As a thread that has a stripe to itself.
            let value = reader.read_as(Some(0)).read();
            assert!(value <= 2, "{value}");
        });
        reuse(published.publish(Watched::new(1)));
        reuse(published.publish(Watched::new(2)));
        reading.join().unwrap();
        reuse(published.tidy());
        assert_eq!((published.waiting(), published.read().read()), (0, 2));
    });
}

#[test]
fn loom_readings_that_follow_each_other_see_no_older_value_and_none_that_is_gone() {
    explore(Some(3), || {
        let published = Arc::new(Published::new(Watched::new(0)));
        let reader = Arc::clone(&published);
        let reading = thread::spawn(move || {
            let first = reader.read();
            let before = first.read();
            let second = reader.read_as(Some(0)).read();
            assert!(before <= second && second <= 2, "{before}, then {second}");
            assert_eq!(first.read(), before);
        });
        for next in 1..=2 {
            reuse(published.publish(Watched::new(next)));
            reuse(published.tidy());
        }
        reading.join().unwrap();
    });
}

#[test]
fn loom_two_who_publish_supersede_each_value_once() {
    explore(Some(3), || {
        let published = Arc::new(Published::new(Watched::new(0)));
        let other = Arc::clone(&published);
        let publishing = thread::spawn(move || reuse(other.publish(Watched::new(1))));
        reuse(published.publish(Watched::new(2)));
        publishing.join().unwrap();
        assert!([1, 2].contains(&published.read().read()));
        reuse(published.tidy());
        assert_eq!(published.waiting(), 0);
    });
}

/// What the models are worth: each broken line must be reported. By itself, since the lines are broken for all tests:
/// `RUSTFLAGS="--cfg loom --cfg tophash_mutants" cargo test --release -p tophash --lib -- --ignored loom_broken`
#[cfg(tophash_mutants)]
#[test]
#[ignore = "breaks the lines for all tests of the process"]
fn loom_broken_lines_are_reported() {
    use crate::raw::mutants::{ALL, activate};
    for name in ["reading-uncounted", "superseded-at-once", "one-turn-is-enough"] {
        activate(ALL.iter().position(|mutation| mutation.name == name));
        let model = loom_nothing_is_handed_back_that_somebody_reads;
        assert!(std::panic::catch_unwind(model).is_err(), "{name} was not reported");
    }
    activate(None);
}
