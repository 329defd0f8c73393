//! A walk over all entries: processor time for each.

use crate::clock;
use crate::map::Map;
use crate::slices;
use crate::subject::Sample;
use std::hint::black_box;

/// Walks of one turn.
const WALKS: usize = 3;

pub(crate) fn measure<K, V, M: Map<K, V>>(map: &M, entries: usize) -> Vec<Sample> {
    let mut wrong = 0;
    let mut nanos: Vec<f64> = (0..WALKS)
        .map(|_| {
            let begun = clock::cpu();
            let tally = black_box(map.iterate());
            let took = clock::cpu() - begun;
            wrong += tally.found.abs_diff(entries as u64);
            took.as_nanos() as f64 / entries as f64
        })
        .collect();
    let asked = (WALKS * entries) as u64;
    vec![Sample { asked, wrong, ..Sample::new("entry", slices::median(&mut nanos)) }]
}
