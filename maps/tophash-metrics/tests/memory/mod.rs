//! A recorder that keeps everything, and tells it as Prometheus' text would.

use crate::exposition::Samples;
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder,
    SharedString, Unit,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tophash_metrics::buckets;

#[derive(Default)]
pub(crate) struct Memory {
    told: Mutex<BTreeMap<Key, Arc<Cell>>>,
    described: Mutex<BTreeMap<String, Description>>,
}

/// Its type, unit and help.
pub(crate) type Description = (&'static str, Option<&'static str>, String);

/// One counter, gauge or histogram.
#[derive(Default)]
struct Cell(Mutex<State>);

#[derive(Default)]
struct State {
    value: f64,
    /// Values of a histogram, with how often each was recorded.
    values: Option<Vec<(f64, usize)>>,
}

impl Memory {
    fn cell(&self, key: &Key) -> Arc<Cell> {
        Arc::clone(self.told.lock().unwrap().entry(key.clone()).or_default())
    }

    fn describe(&self, kind: &'static str, name: KeyName, unit: Option<Unit>, help: SharedString) {
        let unit = unit.map(|unit| unit.as_str());
        let before = self
            .described
            .lock()
            .unwrap()
            .insert(name.as_str().to_owned(), (kind, unit, help.into_owned()));
        assert_eq!(before, None, "it is described twice");
    }

    pub(crate) fn described(&self) -> BTreeMap<String, Description> {
        self.described.lock().unwrap().clone()
    }

    pub(crate) fn samples(&self) -> Samples {
        let mut samples = Samples::new();
        for (key, cell) in &*self.told.lock().unwrap() {
            let state = cell.0.lock().unwrap();
            let mut labels: Vec<_> = key
                .labels()
                .map(|label| (label.key().to_owned(), label.value().to_owned()))
                .collect();
            labels.sort();
            let Some(values) = &state.values else {
                samples.insert((key.name().to_owned(), labels), state.value);
                continue;
            };
            let name = |end| format!("{}_{end}", key.name());
            for bound in buckets().into_iter().chain([f64::INFINITY]) {
                let mut labels = labels.clone();
                labels.push(("le".to_owned(), format!("{bound:e}")));
                labels.sort();
                let within = values.iter().filter(|(value, _)| *value <= bound);
                let count: usize = within.map(|(_, count)| count).sum();
                samples.insert((name("bucket"), labels), count as f64);
            }
            let count: usize = values.iter().map(|(_, count)| count).sum();
            let sum = values.iter().map(|(value, count)| value * *count as f64).sum();
            samples.insert((name("count"), labels.clone()), count as f64);
            samples.insert((name("sum"), labels), sum);
        }
        samples
    }
}

impl CounterFn for Cell {
    fn increment(&self, _: u64) {
        panic!("counters are told as they are");
    }

    fn absolute(&self, value: u64) {
        self.0.lock().unwrap().value = value as f64;
    }
}

impl GaugeFn for Cell {
    fn increment(&self, _: f64) {
        panic!("gauges are told as they are");
    }

    fn decrement(&self, _: f64) {
        panic!("gauges are told as they are");
    }

    fn set(&self, value: f64) {
        self.0.lock().unwrap().value = value;
    }
}

impl HistogramFn for Cell {
    fn record(&self, value: f64) {
        self.record_many(value, 1);
    }

    fn record_many(&self, value: f64, count: usize) {
        self.0.lock().unwrap().values.get_or_insert_default().push((value, count));
    }
}

impl Recorder for Memory {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, help: SharedString) {
        self.describe("counter", name, unit, help);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, help: SharedString) {
        self.describe("gauge", name, unit, help);
    }

    fn describe_histogram(&self, name: KeyName, unit: Option<Unit>, help: SharedString) {
        self.describe("histogram", name, unit, help);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.cell(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.cell(key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        let cell = self.cell(key);
        cell.0.lock().unwrap().values.get_or_insert_default();
        Histogram::from_arc(cell)
    }
}
