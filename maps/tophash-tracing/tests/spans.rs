//! Spans as subscribers see them: one that writes lines, and one that hands them to OpenTelemetry.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use opentelemetry::trace::{SpanKind, TracerProvider};
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tophash::HashMap;
use tophash::observe::{Observed, SpanMode};
use tophash_tracing::Tracing;
use tracing::subscriber::{NoSubscriber, with_default};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// What a subscriber writes that tells of spans when they close.
fn lines(run: impl FnOnce()) -> Vec<String> {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_span_events(FmtSpan::CLOSE)
        .with_ansi(false)
        .without_time()
        .with_writer(move || writer.clone())
        .finish();
    with_default(subscriber, run);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn a_canary_has_a_span_of_every_operation_in_which_its_closures_run() {
    let builder = Observed::builder("say \"hi\"\nagain").sample_every(1);
    let map = builder.spans(SpanMode::All, Tracing::new()).build(HashMap::new()).unwrap();
    let lines = lines(|| {
        let _request = tracing::info_span!("request").entered();
        map.insert("secret".to_owned(), 1u64).unwrap();
        map.get_with("secret", |_| tracing::info!("inside"));
        map.clear();
    });
    assert_eq!(lines.len(), 5, "{lines:#?}");
    for (line, parts) in lines.iter().zip([
        [
            "request:map.put{",
            "map.result=\"inserted\"",
            "map.key.length=6",
            "map.heat.level=\"cold\"",
        ],
        [
            "request:map.get{",
            "map.key.hash=",
            "map.caller=maps/tophash-tracing/tests/spans.rs:",
            ": inside",
        ],
        [
            "request:map.get{",
            "map.result=\"hit\"",
            "map.name=\"say \\\"hi\\\"\\nagain\"",
            "map.seconds=",
        ],
        ["request:map.clear{", "map.result=\"done\"", "otel.kind=\"internal\"", "close"],
        ["request: ", "close", "", ""],
    ]) {
        assert!(parts.iter().all(|part| line.contains(part)), "not {parts:?}: {line}");
    }
    assert!(lines.iter().all(|line| !line.contains("secret")), "{lines:#?}");
    assert!(!lines[3].contains("map.key"), "{lines:#?}");
}

#[test]
fn a_slow_operation_is_a_span_with_an_event_and_others_are_none() {
    let slow = SpanMode::Slow(Duration::from_millis(20));
    let builder = Observed::builder("slow").sample_every(0).spans(slow, Tracing::new());
    let map = builder.build(HashMap::<u64, u64>::new()).unwrap();
    let lines = lines(|| {
        map.insert(1, 1).unwrap();
        map.get_with(&1, |_| std::thread::sleep(Duration::from_millis(30)));
    });
    let told: Vec<_> = lines.iter().filter(|line| line.contains("map.get{")).collect();
    assert_eq!(told.len(), 2, "{lines:#?}");
    assert!(told[0].contains("WARN") && told[0].ends_with("slow operation on a map"), "{told:#?}");
    assert!(!told[0].contains("map.heat.level"), "{told:#?}");
    let seconds = told[1].split("map.seconds=").nth(1).and_then(|rest| rest.split('}').next());
    assert!(seconds.unwrap().parse::<f64>().unwrap() >= 0.03, "{told:#?}");
}

#[test]
fn nothing_is_told_where_nobody_listens_and_operations_are_counted() {
    let builder = Observed::builder("unheard").spans(SpanMode::All, Tracing::new());
    let map = builder.build(HashMap::<u64, u64>::new()).unwrap();
    with_default(NoSubscriber::default(), || map.insert(1, 1).unwrap());
    assert_eq!(map.get(&1), Some(1));
    assert!(map.stats().to_string().contains("insert inserted: 1"));
}

#[derive(Clone, Debug, Default)]
struct Memory(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Memory {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(batch);
        Ok(())
    }
}

#[test]
fn opentelemetry_is_reached_through_tracing() {
    let memory = Memory::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(memory.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("tophash"));
    let builder = Observed::builder("names").spans(SpanMode::All, Tracing::new());
    let map = builder.build(HashMap::<u64, u64>::new()).unwrap();
    with_default(tracing_subscriber::registry().with(layer), || {
        let _request = tracing::info_span!("request").entered();
        map.remove(&7);
    });
    let told = memory.0.lock().unwrap();
    let names: Vec<_> = told.iter().map(|span| (&*span.name, span.span_kind.clone())).collect();
    assert_eq!(names, [("map.remove", SpanKind::Internal), ("request", SpanKind::Internal)]);
    assert_eq!(told[0].parent_span_id, told[1].span_context.span_id());
    let text = |name: &str| {
        let found = told[0].attributes.iter().find(|attribute| attribute.key.as_str() == name);
        found.map(|attribute| attribute.value.to_string())
    };
    let key = (text("map.key.length"), text("map.heat.level"));
    assert_eq!(
        (text("map.result"), key),
        (Some("absent".into()), (Some("8".into()), Some("cold".into())))
    );
    assert_eq!(text("map.key.hash").unwrap().len(), 4);
}
