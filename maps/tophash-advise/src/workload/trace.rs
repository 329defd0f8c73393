//! The facts of a trace.

use super::census::{Batches, Census};
use super::lives::{Life, Lives};
use super::windows::{AtOnce, Peak};
use super::{Evidence, Fact, Source, Unit, Workload, share};
use crate::reader::Trace;
use std::collections::{HashMap, HashSet};
use tophash::observe::trace::Record;
use tophash::observe::{Call, Outcome};

/// A trace tells how a map grows from this time on, in seconds; before, a map is being filled.
const LONG_ENOUGH_TO_GROW: f64 = 60.0;

/// What a map has to grow by in the second half of a trace, of its most entries, to be told from what comes and goes.
const GROWN: f64 = 0.05;

/// A trace tells of a second's writes from this time on, in seconds.
const LONG_ENOUGH_FOR_RATES: f64 = 0.01;

/// What is counted while a trace is walked.
struct Counts {
    gets: u64,
    hits: u64,
    writes: u64,
    new: u64,
    updates: u64,
    scans: u64,
    scanned: u64,
    clears: u64,
    put: u64,
    put_bytes: f64,
    key_bytes: f64,
    keys: HashMap<u64, u64>,
    threads: HashSet<u32>,
    peak: Peak,
    at_once: AtOnce,
    lives: Lives,
    census: Census,
    batches: Batches,
}

/// What a trace says of its map's use.
///
/// Linear in the operations; takes some 50 bytes for each key.
#[must_use]
pub fn from_trace(trace: &Trace) -> Workload {
    let first = trace.records.first().map_or(0, |record| record.at);
    let last = trace.records.last().map_or(0, |record| record.at);
    let end = trace.end.map_or(last, |end| end.at.max(last));
    let mut counts = Counts {
        gets: 0,
        hits: 0,
        writes: 0,
        new: 0,
        updates: 0,
        scans: 0,
        scanned: 0,
        clears: 0,
        put: 0,
        put_bytes: 0.0,
        key_bytes: 0.0,
        keys: HashMap::new(),
        threads: HashSet::new(),
        peak: Peak::default(),
        at_once: AtOnce::default(),
        lives: Lives::begin(trace.header.entries),
        census: Census::begin(trace.header.entries, last),
        batches: Batches::default(),
    };
    trace.records.iter().for_each(|record| counts.add(record));
    let seconds = last.saturating_sub(first) as f64 / 1e9;
    let evidence = Evidence {
        source: Source::Trace,
        operations: trace.records.len() as u64,
        seconds: Some(seconds),
        dropped: trace.dropped,
    };
    let mut workload = Workload {
        map: trace.header.map.clone(),
        kind: trace.header.kind.clone(),
        evidence,
        notes: notes(trace),
        ..Workload::default()
    };
    counts.tell(&mut workload, trace, seconds, end);
    workload
}

impl Counts {
    fn add(&mut self, record: &Record) {
        use Outcome::{Absent, Inserted, Miss, Removed};
        let Record { at, thread, call, outcome, key, .. } = *record;
        self.census.pass(at);
        self.threads.insert(thread);
        self.at_once.add(at, thread);
        if call.writes() {
            self.peak.add(at);
        }
        match call {
            Call::Iterate => {
                self.scans = self.scans.saturating_add(1);
                self.scanned = self.scanned.saturating_add(key);
                return;
            }
            Call::Clear => {
                self.clears = self.clears.saturating_add(1);
                self.lives.all_gone(at);
                self.census.none();
                self.batches.cleared(key);
                return;
            }
            _ => {}
        }
        let met = self.keys.entry(key).or_default();
        *met = met.saturating_add(1);
        self.key_bytes += record.key_bytes as f64;
        let count = |counter: &mut u64| *counter = counter.saturating_add(1);
        count(if call == Call::Get { &mut self.gets } else { &mut self.writes });
        match outcome {
            Inserted => {
                count(&mut self.new);
                self.lives.born(key, at);
                self.census.more();
            }
            Removed => {
                self.lives.gone(key, at);
                self.census.less();
                self.batches.removed(thread, at);
            }
            Outcome::Hit => {
                count(&mut self.hits);
                self.lives.met(key);
            }
            Miss | Absent | Outcome::Full => {}
            _ => self.lives.met(key),
        }
        if !matches!(outcome, Removed | Absent) {
            self.batches.interrupted(thread);
        }
        if call == Call::Update && outcome == Outcome::Replaced {
            count(&mut self.updates);
        }
        if tophash::observe::trace::brings_value(outcome) {
            count(&mut self.put);
            self.put_bytes += record.value_bytes as f64;
        }
    }

    fn tell(self, workload: &mut Workload, trace: &Trace, seconds: f64, end: u64) {
        let keyed = self.gets.saturating_add(self.writes);
        workload.know_if(Fact::ReadShare, share(self.gets, keyed));
        workload.know_if(Fact::WriteShare, share(self.writes, keyed));
        workload.know_if(Fact::NewKeyShare, share(self.new, keyed));
        workload.know_if(Fact::UpdateShare, share(self.updates, keyed));
        workload.know_if(Fact::HitShare, share(self.hits, self.gets));
        workload.know(Fact::Scans, self.scans as f64);
        workload
            .know_if(Fact::ScannedShare, share(self.scanned, self.scanned.saturating_add(keyed)));
        workload.know(Fact::Clears, self.clears as f64);
        workload.know(Fact::LargestDeleteBatch, self.batches.largest as f64);
        workload.know(Fact::Threads, self.threads.len() as f64);
        workload.know_if(Fact::ThreadsAtOnce, self.at_once.mean());
        skew(workload, &self.keys, keyed);

        let longer = "record for longer: Trace::stop_after says how long";
        if seconds >= LONG_ENOUGH_FOR_RATES {
            let operations = workload.evidence.operations as f64;
            workload.know(Fact::OperationsPerSecond, operations / seconds);
            let peak = self.peak.most() as f64;
            workload
                .know(Fact::PeakWritesPerSecond, if seconds < 1.0 { peak / seconds } else { peak });
        } else {
            let why = format!("the trace is of {}", Unit::Seconds.write(seconds));
            workload.miss(Fact::PeakWritesPerSecond, why, longer);
        }

        match self.lives.mean(end) {
            Life::Seconds(life) => workload.know(Fact::MeanLife, life),
            Life::TooFewLeft(0) => workload.miss(Fact::MeanLife, "no key was removed", longer),
            Life::TooFewLeft(few) => {
                let s = if few == 1 { " was" } else { "s were" };
                workload.miss(Fact::MeanLife, format!("only {few} key{s} removed"), longer);
            }
            Life::Filling => {
                let why = "more keys come than go, and lives may be longer than the trace";
                workload.miss(Fact::MeanLife, why, longer);
            }
        }

        let most = self.census.most;
        workload.know(Fact::PeakEntries, most as f64);
        let mean = |sum: f64, count: u64| if count > 0 { sum / count as f64 } else { 0.0 };
        let [key_type, value_type] = trace.header.type_bytes.map(|bytes| bytes as f64);
        let [key_owns, value_owns] = trace.header.owns;
        let key = key_type + if key_owns { mean(self.key_bytes, keyed) } else { 0.0 };
        let put = mean(self.put_bytes, self.put);
        if self.put > 0 {
            workload.know(Fact::ValueBytes, put);
        } else {
            let how = "record from when the map is filled";
            workload.miss(Fact::ValueBytes, "no value was brought", how);
        }
        let owned = if value_owns && trace.header.measured_values { put } else { 0.0 };
        workload.know(Fact::PeakBytes, most as f64 * (key + value_type + owned));

        let (hours, grown) = (seconds / 2.0 / 3600.0, self.census.grown());
        if seconds >= LONG_ENOUGH_TO_GROW && grown >= GROWN {
            workload.know(Fact::GrowthPerHour, grown / hours);
        } else if grown < GROWN && GROWN / hours <= crate::rules::STEADY_GROWTH {
            workload.know(Fact::GrowthPerHour, 0.0);
        } else {
            let why = format!("in {} slow growth does not show", Unit::Seconds.write(seconds));
            workload.miss(Fact::GrowthPerHour, why, longer);
        }
        let growths = trace.end.and_then(|end| end.growths);
        workload.know_if(Fact::Growths, growths.map(|growths| growths as f64));
        // What was there from the beginning says what had to be moved.
        let outgrew = trace.header.capacity.is_some_and(|capacity| most > capacity);
        if outgrew || growths.is_some_and(|growths| growths > 0) {
            workload.capacity_hint = Some(most.saturating_add(most / 8));
        }
        let how = "a stats dump tells it of maps with locks";
        workload.miss(Fact::LockWaitShare, "a trace has no waits", how);
    }
}

fn skew(workload: &mut Workload, keys: &HashMap<u64, u64>, keyed: u64) {
    let mut met: Vec<u64> = keys.values().copied().collect();
    met.sort_unstable_by(|one, other| other.cmp(one));
    workload.know(Fact::Keys, met.len() as f64);
    workload.know_if(Fact::TopKeyShare, met.first().and_then(|top| share(*top, keyed)));
    let ten = met.iter().take(10).sum();
    workload.know_if(Fact::TopTenShare, share(ten, keyed));
}

/// What speaks against taking a trace at its word.
fn notes(trace: &Trace) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(damage) = &trace.damage {
        let read = Unit::Count.write(trace.records.len() as f64);
        notes.push(format!(
            "{damage}; the {read} operations before are what this is about ({})",
            damage.hint()
        ));
    }
    let all = (trace.records.len() as u64).saturating_add(trace.dropped);
    if trace.dropped > 0 {
        let dropped = Unit::Count.write(trace.dropped as f64);
        let part = share(trace.dropped, all).map_or(String::new(), |part| Unit::Share.write(part));
        notes.push(format!(
            "{dropped} operations ({part}) were dropped while recording: sizes, lives and rates are too low"
        ));
    }
    if trace.end.is_some_and(|end| end.reason == 1) {
        let what =
            "the trace ended at its bound of size: its last moments lack what threads still held";
        notes.push(what.to_owned());
    }
    if (1..1000).contains(&trace.records.len()) {
        notes.push(format!(
            "{} operations are few: shares are rough",
            Unit::Count.write(trace.records.len() as f64)
        ));
    }
    if trace.header.owns.last().is_some_and(|owns| *owns) && !trace.header.measured_values {
        notes.push(
            "values own memory that was not measured: Builder::value_bytes has it recorded"
                .to_owned(),
        );
    }
    notes
}
