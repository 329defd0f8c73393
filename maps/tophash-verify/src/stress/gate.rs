//! A barrier that lets all threads go at the same moment, and that a panicking thread opens for good.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

pub(crate) struct Gate {
    threads: usize,
    waiting: AtomicUsize,
    round: AtomicUsize,
    broken: AtomicBool,
}

/// Another thread has panicked; there is nothing left to wait for.
pub(crate) struct Broken;

impl Gate {
    pub(crate) fn new(threads: usize) -> Self {
        Self {
            threads,
            waiting: AtomicUsize::new(0),
            round: AtomicUsize::new(0),
            broken: AtomicBool::new(false),
        }
    }

    /// Waits for all threads. Spins at first, for a thread that sleeps comes too late to meet the others.
    pub(crate) fn wait(&self) -> Result<(), Broken> {
        let round = self.round.load(SeqCst);
        if self.waiting.fetch_add(1, SeqCst) + 1 == self.threads {
            self.waiting.store(0, SeqCst);
            self.round.fetch_add(1, SeqCst);
        }
        let mut spins = 0_u32;
        while self.round.load(SeqCst) == round {
            if self.broken.load(SeqCst) {
                return Err(Broken);
            }
            spins += 1;
            if spins < 64 { std::hint::spin_loop() } else { std::thread::yield_now() }
        }
        Ok(())
    }

    pub(crate) fn break_open(&self) {
        self.broken.store(true, SeqCst);
    }
}
