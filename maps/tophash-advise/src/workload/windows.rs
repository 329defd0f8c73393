//! What happens within the same stretch of time: writes of a second, threads of ten microseconds.

use std::collections::VecDeque;

const SECOND: u64 = 1_000_000_000;
const MOMENT: u64 = 10_000;

/// The most events of any second, wherever that begins. Times come in order.
#[derive(Default)]
pub(super) struct Peak {
    second: VecDeque<u64>,
    most: usize,
}

impl Peak {
    pub(super) fn add(&mut self, at: u64) {
        self.second.push_back(at);
        while self.second.front().is_some_and(|first| at.saturating_sub(*first) >= SECOND) {
            self.second.pop_front();
        }
        self.most = self.most.max(self.second.len());
    }

    pub(super) fn most(&self) -> u64 {
        self.most as u64
    }
}

/// Threads of each ten microseconds that have any, in the mean of operations. Times come in order.
#[derive(Default)]
pub(super) struct AtOnce {
    window: u64,
    threads: Vec<u32>,
    operations: u64,
    /// Of the windows before: operations, and each time those of its threads.
    all: u64,
    weighted: f64,
}

impl AtOnce {
    pub(super) fn add(&mut self, at: u64, thread: u32) {
        let window = at / MOMENT;
        if window != self.window {
            self.close();
            self.window = window;
        }
        self.operations = self.operations.saturating_add(1);
        if let Err(place) = self.threads.binary_search(&thread) {
            self.threads.insert(place, thread);
        }
    }

    fn close(&mut self) {
        self.all = self.all.saturating_add(self.operations);
        self.weighted += self.operations as f64 * self.threads.len() as f64;
        self.operations = 0;
        self.threads.clear();
    }

    pub(super) fn mean(mut self) -> Option<f64> {
        self.close();
        (self.all > 0).then(|| self.weighted / self.all as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_begins_anywhere() {
        let mut peak = Peak::default();
        let times = [0, SECOND * 9 / 10, SECOND, SECOND * 18 / 10, SECOND * 19 / 10, SECOND * 9];
        times.into_iter().for_each(|at| peak.add(at));
        // From 0.9 s on, 1.9 s is no longer within.
        assert_eq!(peak.most(), 3);
    }

    #[test]
    fn threads_of_a_moment_are_counted_once_and_weighed_by_operations() {
        let mut at_once = AtOnce::default();
        for (at, thread) in [(0, 1), (1, 2), (2, 1), (MOMENT * 5, 3)] {
            at_once.add(at, thread);
        }
        assert_eq!(at_once.mean(), Some(7.0 / 4.0));
    }
}
