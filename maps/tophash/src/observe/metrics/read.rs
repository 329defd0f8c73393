//! Where the samples of metrics come from.

use super::{Sample, Value};
use crate::concurrent::Mode;
use crate::observe::calls::{COUNTED, Call};
use crate::observe::observed::RANKS;
use crate::observe::series::{Collected, Series};
use crate::observe::waits::{Locks, MODES, mode_label};
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

/// What is read of one map: the labels behind `map`, and the value.
pub(super) type Of = Vec<(Vec<&'static str>, Value)>;

/// One sample without further labels, or none.
pub(super) fn counts(count: Option<u64>) -> Of {
    count.map(|count| (Vec::new(), Value::Count(count))).into_iter().collect()
}

pub(super) fn numbers(number: Option<f64>) -> Of {
    number.map(|number| (Vec::new(), Value::Number(number))).into_iter().collect()
}

pub(super) fn operations(of: &Series) -> Of {
    let all = COUNTED.iter().zip(of.operations);
    all.map(|((call, outcome), count)| (vec![call.label(), outcome.label()], Value::Count(count)))
        .collect()
}

/// Histograms are long, so one of which nothing was sampled yet is left out.
pub(super) fn timings(of: &Series) -> Of {
    let all = Call::ALL.iter().zip(&of.timings).filter(|(_, durations)| durations.count() > 0);
    all.map(|(call, durations)| (vec![call.label()], Value::Durations(durations.clone()))).collect()
}

pub(super) fn hot_keys(of: &Series) -> Of {
    const RANK: [&str; RANKS] = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"];
    let ranked = RANK.into_iter().zip(of.hot);
    let told = ranked.filter_map(|(rank, share)| Some((vec![rank], Value::Number(share?))));
    told.collect()
}

pub(super) fn alarms(of: &Series) -> Of {
    by_mode(of, |locks, mode| Value::Count(locks.of(mode).2))
}

pub(super) fn waits(of: &Series) -> Of {
    by_mode(of, |locks, mode| Value::Durations(locks.of(mode).0.clone()))
}

pub(super) fn holds(of: &Series) -> Of {
    by_mode(of, |locks, mode| Value::Durations(locks.of(mode).1.clone()))
}

pub(super) fn by_mode(of: &Series, read: fn(&Locks, Mode) -> Value) -> Of {
    let Some(locks) = &of.locks else { return Vec::new() };
    MODES.map(|mode| (vec![mode_label(mode)], read(locks, mode))).into()
}

/// Operations that may change the map, or those that may not.
pub(super) fn called(of: &Series, writes: bool) -> u64 {
    let all = COUNTED.iter().zip(of.operations);
    all.filter(|((call, _), _)| call.writes() == writes).map(|(_, count)| count).sum()
}

pub(super) fn whole(value: Value) -> Vec<Sample> {
    vec![Sample { labels: Vec::new(), value }]
}

pub(super) fn panics(all: &Collected) -> Vec<Sample> {
    let sample = |(component, count): &(Arc<str>, u64)| Sample {
        labels: vec![Arc::clone(component)],
        value: Value::Count(*count),
    };
    all.panics.iter().map(sample).collect()
}
