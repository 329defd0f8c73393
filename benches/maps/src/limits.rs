//! What the memory of the machine allows: entries of 16 bytes in an array, fetched at random.

use crate::data::Random;
use crate::ground::{Effort, Ground, Group};
use crate::slices;
use crate::subject::{Class, Sample, Subject};
use anyhow::Result;
use std::hint::black_box;

/// How the entries are fetched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fetch {
    /// The next index is known before, so that fetches overlap.
    Independent,
    /// The next index is in the entry.
    Chased,
}

struct Array {
    fetch: Fetch,
    entries: Vec<(u64, u64)>,
    order: Vec<u32>,
}

/// Both limits.
pub(crate) fn subjects(ground: Ground) -> Vec<Box<dyn Subject>> {
    [Fetch::Independent, Fetch::Chased]
        .map(|fetch| -> Box<dyn Subject> {
            let mut random = Random::new(16);
            let mut order: Vec<u32> = (0..ground.entries as u32).collect();
            // Sattolo's shuffle leaves one cycle through all entries.
            for last in (1..order.len()).rev() {
                order.swap(last, random.below(last as u64) as usize);
            }
            let entries = order.iter().map(|&next| (u64::from(next), 1)).collect();
            Box::new(Array { fetch, entries, order })
        })
        .into()
}

impl Array {
    fn step(&self, thread: usize, first: usize, count: usize) -> usize {
        let n = self.entries.len();
        let mut at = (first + thread * (n / 2)) % n;
        let mut sum = 0_u64;
        match self.fetch {
            Fetch::Independent => {
                let mut left = count;
                while left > 0 {
                    let length = left.min(n - at);
                    for &index in &self.order[at..at + length] {
                        sum = sum.wrapping_add(self.entries[index as usize].1);
                    }
                    at = (at + length) % n;
                    left -= length;
                }
            }
            Fetch::Chased => {
                for _ in 0..count {
                    at = self.entries[at].0 as usize;
                }
            }
        }
        black_box((sum, at));
        count
    }
}

impl Subject for Array {
    fn name(&self) -> &str {
        match self.fetch {
            Fetch::Independent => "independent loads of 16 B",
            Fetch::Chased => "pointer chase through 16 B",
        }
    }

    fn class(&self) -> Class {
        Class::Limit
    }

    fn turn(&mut self, group: Group, effort: &Effort) -> Result<Vec<Sample>> {
        if group != Group::Read {
            return Ok(Vec::new());
        }
        self.step(0, 0, self.entries.len());
        let columns = [("hit 1T", 1), ("hit 2T", 2), ("16 at once 1T", 1), ("16 at once 2T", 2)];
        let columns = if self.fetch == Fetch::Independent { &columns[..] } else { &columns[..2] };
        Ok(columns
            .iter()
            .map(|&(column, threads)| {
                let step = |thread, first, count| self.step(thread, first, count);
                let cost = slices::measure(threads, effort.millis, &step);
                Sample { sure: cost.sure, ..Sample::new(column, cost.nanos) }
            })
            .collect())
    }

    fn count(&mut self, _: &str, _: usize) {}

    fn contend(&mut self) {}

    fn footprint(&mut self, _: &[usize]) -> Vec<(usize, usize)> {
        Vec::new()
    }
}
