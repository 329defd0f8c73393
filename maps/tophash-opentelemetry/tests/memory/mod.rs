//! An exporter that keeps what it was given last.

use crate::exposition::Samples;
use opentelemetry::KeyValue;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::{
    AggregatedMetrics, MetricData, ResourceMetrics, ScopeMetrics,
};
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One metric as it was exported.
#[derive(Clone, Debug, Default)]
pub(crate) struct Exported {
    pub(crate) is_counter: bool,
    pub(crate) unit: String,
    pub(crate) help: String,
    pub(crate) samples: Samples,
}

#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Mutex<BTreeMap<String, Exported>>>);

impl Memory {
    pub(crate) fn clear(&self) {
        self.0.lock().unwrap().clear();
    }

    pub(crate) fn take(&self) -> BTreeMap<String, Exported> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl PushMetricExporter for Memory {
    async fn export(&self, exported: &ResourceMetrics) -> OTelSdkResult {
        let mut kept = self.0.lock().unwrap();
        for metric in exported.scope_metrics().flat_map(ScopeMetrics::metrics) {
            let mut each = Exported {
                is_counter: false,
                unit: metric.unit().to_owned(),
                help: metric.description().to_owned(),
                samples: Samples::new(),
            };
            match metric.data() {
                AggregatedMetrics::F64(data) => each.keep(metric.name(), data, |value| value),
                AggregatedMetrics::U64(data) => {
                    each.keep(metric.name(), data, |value| value as f64);
                }
                AggregatedMetrics::I64(_) => panic!("no instrument is of this type"),
            }
            assert!(kept.insert(metric.name().to_owned(), each).is_none(), "told twice");
        }
        Ok(())
    }

    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _: Duration) -> OTelSdkResult {
        Ok(())
    }

    fn temporality(&self) -> Temporality {
        Temporality::Cumulative
    }
}

impl Exported {
    fn keep<T: Copy>(&mut self, name: &str, data: &MetricData<T>, number: fn(T) -> f64) {
        match data {
            MetricData::Gauge(gauge) => {
                for point in gauge.data_points() {
                    self.sample(name, point.attributes(), number(point.value()));
                }
            }
            MetricData::Sum(sum) => {
                self.is_counter = sum.is_monotonic();
                for point in sum.data_points() {
                    self.sample(name, point.attributes(), number(point.value()));
                }
            }
            _ => panic!("{name} is a histogram"),
        }
    }

    fn sample<'a>(
        &mut self,
        name: &str,
        attributes: impl Iterator<Item = &'a KeyValue>,
        value: f64,
    ) {
        let pair = |attribute: &KeyValue| {
            let (name, text) = (attribute.key.as_str().to_owned(), attribute.value.to_string());
            match text.parse::<f64>() {
                Ok(bound) if name == "le" => (name, format!("{bound:e}")),
                _ => (name, text),
            }
        };
        let mut labels: Vec<_> = attributes.map(pair).collect();
        labels.sort();
        let before = self.samples.insert((name.to_owned(), labels), value);
        assert_eq!(before, None, "{name} is told twice");
    }
}
