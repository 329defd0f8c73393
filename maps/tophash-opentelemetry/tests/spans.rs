//! Spans as an SDK exports them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use opentelemetry::trace::{SpanKind, Status, TraceContextExt, Tracer, TracerProvider};
use opentelemetry::{Context, Value};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tophash::observe::{Observed, SpanMode};
use tophash::{HashMap, Locked};
use tophash_opentelemetry::OpenTelemetry;

#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Memory {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

impl Memory {
    fn take(&self) -> Vec<SpanData> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn tracer() -> (SdkTracer, Memory) {
    let memory = Memory::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(memory.clone()).build();
    (provider.tracer("tophash"), memory)
}

fn attribute(span: &SpanData, name: &str) -> Option<Value> {
    let found = span.attributes.iter().find(|attribute| attribute.key.as_str() == name);
    found.map(|attribute| attribute.value.clone())
}

#[test]
fn a_canary_has_a_span_of_every_operation_within_the_one_that_is_active() {
    let (tracer, memory) = tracer();
    let spans = OpenTelemetry::new(tracer.clone());
    let builder = Observed::builder("names").sample_every(1).spans(SpanMode::All, spans);
    let map = builder.build(HashMap::<String, u64>::new()).unwrap();
    tracer.in_span("request", |_| {
        map.insert("secret".into(), 1).unwrap();
        map.get_with("secret", |_| tracer.in_span("inside", |_| {}));
        map.remove("secret");
        map.for_each(|_, _| {});
    });
    let told = memory.take();
    let names: Vec<_> = told.iter().map(|span| &*span.name).collect();
    assert_eq!(names, ["map.put", "inside", "map.get", "map.remove", "map.iterate", "request"]);
    let request = told[5].span_context.span_id();
    for span in [&told[0], &told[2], &told[3], &told[4]] {
        assert_eq!((&span.span_kind, span.parent_span_id), (&SpanKind::Internal, request));
        assert_eq!(attribute(span, "map.name"), Some("names".into()));
        let file = attribute(span, "code.file.path").unwrap().to_string();
        assert!(file.ends_with("tests/spans.rs"), "{file}");
        assert!(attribute(span, "code.line.number").is_some());
        assert!(!format!("{span:?}").contains("secret"), "the key is told");
        assert!(span.start_time <= span.end_time);
    }
    assert_eq!(told[1].parent_span_id, told[2].span_context.span_id());
    let results: Vec<_> = told.iter().filter_map(|span| attribute(span, "map.result")).collect();
    assert_eq!(results, ["inserted", "hit", "removed", "done"].map(Value::from));
    let hash = attribute(&told[0], "map.key.hash").unwrap().to_string();
    assert!(hash.len() == 4 && u16::from_str_radix(&hash, 16).is_ok(), "{hash}");
    assert_eq!(attribute(&told[0], "map.key.length"), Some(Value::I64(6)));
    assert_eq!(attribute(&told[3], "map.heat.level"), Some("warm".into()));
    assert_eq!(attribute(&told[4], "map.key.hash"), None);
}

#[test]
fn a_slow_operation_has_the_times_at_which_it_ran() {
    let (tracer, memory) = tracer();
    let slow = SpanMode::Slow(Duration::from_millis(20));
    let builder = Observed::builder("slow").spans(slow, OpenTelemetry::new(tracer.clone()));
    let map = builder.build(Locked::<u64, u64>::new()).unwrap();
    map.insert(1, 1).unwrap();
    tracer.in_span("request", |_| {
        map.get(&1);
        map.get_with(&1, |_| std::thread::sleep(Duration::from_millis(40)));
    });
    let told = memory.take();
    let request = told.last().unwrap();
    let slow = &told[told.len() - 2];
    assert_eq!((&*slow.name, slow.parent_span_id), ("map.get", request.span_context.span_id()));
    let took = slow.end_time.duration_since(slow.start_time).unwrap();
    assert!(took >= Duration::from_millis(40), "{took:?}");
    assert_eq!(attribute(slow, "map.result"), Some("hit".into()));
    assert_eq!(attribute(slow, "map.heat.level"), Some("cold".into()));
}

#[test]
fn an_operation_that_panics_ends_its_span_as_an_error() {
    let (tracer, memory) = tracer();
    let builder = Observed::builder("panics").spans(SpanMode::All, OpenTelemetry::new(tracer));
    let map = builder.build(HashMap::<u64, u64>::new()).unwrap();
    map.insert(1, 1).unwrap();
    let panics = || map.get_with(&1, |_| panic!("in the closure of the caller's"));
    catch_unwind(AssertUnwindSafe(panics)).unwrap_err();
    assert!(!Context::current().has_active_span());
    let told = memory.take();
    assert_eq!((told.len(), &*told[1].name), (2, "map.get"));
    assert!(matches!(told[1].status, Status::Error { .. }), "{:?}", told[1].status);
    assert_eq!(attribute(&told[1], "map.result"), None);
}
