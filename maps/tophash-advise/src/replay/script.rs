//! What each thread does when a trace is run: the operations of the trace, with keys by number.

use super::Entries;
use crate::reader::Trace;
use std::collections::HashMap;
use tophash::observe::trace::Record;
use tophash::observe::{Call, Outcome};

/// Bytes that the entries may take altogether; values are cut to what is left for each.
const MOST_BYTES: u64 = 512 << 20;

/// The largest value and the largest key.
const MOST_VALUE: u64 = 64 << 10;
const MOST_KEY: u64 = 4 << 10;

/// Entries that were there before and were never met, at most.
const MOST_UNMET: u64 = 4 << 20;

/// A trace, as it is run.
pub(super) struct Script {
    pub(super) entries: Entries,
    /// Of each key its size.
    pub(super) key_bytes: Vec<u32>,
    /// Keys that are there at the beginning: the first so many of those never met, and of those that are met these.
    pub(super) filled: Vec<u32>,
    pub(super) fill_bytes: u32,
    /// In the order of the trace.
    steps: Vec<Step>,
    threads: u32,
    pub(super) notes: Vec<String>,
}

/// One operation.
#[derive(Clone, Copy)]
pub(super) struct Step {
    thread: u32,
    pub(super) key: u32,
    pub(super) value_bytes: u32,
    pub(super) action: Action,
}

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Get,
    Insert,
    InsertNew,
    Remove,
    Update,
    UpdateRemove,
    UpdateNothing,
    Iterate,
    Clear,
}

impl Action {
    fn of(call: Call, outcome: Outcome) -> Option<Self> {
        Some(match (call, outcome) {
            (Call::Get, _) => Self::Get,
            (Call::Insert, Outcome::Present) => Self::InsertNew,
            (Call::Insert, _) => Self::Insert,
            (Call::Remove, _) => Self::Remove,
            (Call::Update, Outcome::Removed | Outcome::Absent) => Self::UpdateRemove,
            (Call::Update, Outcome::Unchanged) => Self::UpdateNothing,
            (Call::Update, _) => Self::Update,
            (Call::Iterate, _) => Self::Iterate,
            (Call::Clear, _) => Self::Clear,
            // A kind of operation that comes with a later version.
            _ => return None,
        })
    }
}

impl Script {
    pub(super) fn new(trace: &Trace, most_threads: usize) -> Self {
        let header = &trace.header;
        let is_word = |bytes: u64, owns: bool| bytes <= 8 && !owns;
        let [key_type, value_type] = header.type_bytes;
        let [key_owns, value_owns] = header.owns;
        let words = is_word(key_type, key_owns) && is_word(value_type, value_owns);
        let mut notes = Vec::new();
        let (workers, threads, all) = workers(&trace.records, most_threads);
        if threads < all {
            let all = crate::workload::Unit::Count.write(all as f64);
            notes.push(format!("{threads} threads stand for the {all} that were there at once"));
        }
        let mut script = Self {
            entries: if words { Entries::Words } else { Entries::Bytes },
            key_bytes: Vec::new(),
            filled: Vec::new(),
            fill_bytes: 8,
            steps: Vec::with_capacity(trace.records.len()),
            threads: u32::try_from(threads).unwrap_or(1),
            notes,
        };
        let mut numbers: HashMap<u64, u32> = HashMap::new();
        let (mut put, mut put_bytes, mut largest) = (0_u64, 0.0, 0);
        for record in &trace.records {
            let Some(action) = Action::of(record.call, record.outcome) else { continue };
            let key = if matches!(action, Action::Iterate | Action::Clear) {
                0
            } else {
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let number = *numbers.entry(record.key).or_insert(next);
                if number == next {
                    script.key_bytes.push(record.key_bytes.min(MOST_KEY) as u32);
                    if was_there(record.outcome) {
                        script.filled.push(number);
                    }
                }
                number
            };
            if tophash::observe::trace::brings_value(record.outcome) {
                put = put.saturating_add(1);
                put_bytes += record.value_bytes as f64;
                largest = largest.max(record.value_bytes);
            }
            let thread = workers.get(&record.thread).copied().unwrap_or(0);
            let value_bytes = record.value_bytes.min(MOST_VALUE) as u32;
            script.steps.push(Step { thread, key, value_bytes, action });
        }
        let unmet = header.entries.saturating_sub(script.filled.len() as u64);
        let kept = unmet.min(MOST_UNMET);
        if kept < unmet {
            script.notes.push(format!(
                "of {unmet} entries that nobody met {kept} are there when it is run"
            ));
        }
        let mean = if put > 0 { put_bytes / put as f64 } else { value_type as f64 };
        script.fill_bytes = mean.clamp(0.0, MOST_VALUE as f64) as u32;
        for _ in 0..kept {
            let number = u32::try_from(script.key_bytes.len()).unwrap_or(u32::MAX);
            script.key_bytes.push(8);
            script.filled.push(number);
        }
        script.cut_values(largest);
        script
    }

    /// Values are cut so that all keys could be in the map.
    fn cut_values(&mut self, largest: u64) {
        let keys = self.key_bytes.len().max(1) as u64;
        let most = MOST_BYTES.checked_div(keys).unwrap_or(0).clamp(16, MOST_VALUE);
        if self.entries == Entries::Bytes && largest > most {
            let most_text = crate::workload::Unit::Bytes.write(most as f64);
            self.notes.push(format!("values are cut to {most_text}"));
        }
        let most = most as u32;
        self.fill_bytes = self.fill_bytes.min(most);
        self.steps.iter_mut().for_each(|step| step.value_bytes = step.value_bytes.min(most));
    }

    pub(super) fn operations(&self) -> usize {
        self.steps.len()
    }

    pub(super) fn threads(&self) -> u64 {
        u64::from(self.threads)
    }

    /// The first so many operations, by thread.
    pub(super) fn by_thread(&self, operations: usize) -> Vec<Vec<Step>> {
        let mut threads: Vec<Vec<Step>> = (0..self.threads).map(|_| Vec::new()).collect();
        for step in self.steps.iter().take(operations) {
            if let Some(thread) = threads.get_mut(step.thread as usize) {
                thread.push(*step);
            }
        }
        threads
    }
}

/// Whether the key had a value before an operation that came out so.
fn was_there(outcome: Outcome) -> bool {
    use Outcome::{Hit, Present, Removed, Replaced};
    matches!(outcome, Hit | Replaced | Present | Removed)
}

/// Which thread of the run does what a thread of the trace did; how many there are, and how many were there at once. One that
/// begins after another has ended takes its place.
fn workers(records: &[Record], most: usize) -> (HashMap<u32, u32>, usize, usize) {
    let mut spans: HashMap<u32, (u64, u64)> = HashMap::new();
    for record in records {
        let span = spans.entry(record.thread).or_insert((record.at, record.at));
        span.1 = record.at;
    }
    let mut spans: Vec<(u64, u64, u32)> =
        spans.into_iter().map(|(thread, (first, last))| (first, last, thread)).collect();
    spans.sort_unstable();
    // When the last thread of each place has ended.
    let mut free = std::collections::BinaryHeap::new();
    let mut places = 0_u32;
    let mut workers = HashMap::new();
    for (first, last, thread) in spans {
        let ended = free.peek().is_some_and(|std::cmp::Reverse((ended, _))| *ended < first);
        let taken = if ended { free.pop() } else { None };
        let place = taken.map_or(places, |std::cmp::Reverse((_, place))| place);
        if place == places {
            places = places.saturating_add(1);
        }
        workers.insert(thread, place);
        free.push(std::cmp::Reverse((last, place)));
    }
    let all = (places as usize).max(1);
    let threads = all.min(most);
    let few = u32::try_from(threads).unwrap_or(1).max(1);
    workers.values_mut().for_each(|place| *place = place.checked_rem(few).unwrap_or(0));
    (workers, threads, all)
}
