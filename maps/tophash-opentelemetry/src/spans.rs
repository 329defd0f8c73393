//! Operations as spans, with their own times.

use opentelemetry::trace::{SpanBuilder, SpanKind, Status, TraceContextExt, Tracer};
use opentelemetry::{Context, ContextGuard, KeyValue, StringValue};
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;
use tophash::observe::{Ended, Span, Spans};

/// Makes a span of each operation that it is told of, by a tracer: for [`Builder::spans`](tophash::observe::Builder::spans).
pub struct OpenTelemetry<T> {
    tracer: T,
}

impl<T> OpenTelemetry<T>
where
    T: Tracer + Send + Sync + 'static,
    T::Span: Send + Sync + 'static,
{
    /// By this tracer.
    pub fn new(tracer: T) -> Self {
        Self { tracer }
    }
}

impl<T> Spans for OpenTelemetry<T>
where
    T: Tracer + Send + Sync + 'static,
    T::Span: Send + Sync + 'static,
{
    fn begin(&self, span: &Span<'_>) -> Option<Box<dyn Any>> {
        let context = Context::current_with_span(builder(span).start(&self.tracer));
        let guard = context.clone().attach();
        Some(Box::new(Begun { context, is_ended: false, _guard: guard }))
    }

    fn end(&self, span: &Span<'_>, ended: Ended, begun: Option<Box<dyn Any>>) {
        let result = KeyValue::new("map.result", ended.outcome.label());
        match begun.and_then(|begun| begun.downcast::<Begun>().ok()) {
            Some(mut begun) => {
                begun.context.span().set_attribute(result);
                begun.is_ended = true;
            }
            None => {
                let now = SystemTime::now();
                let began = now.checked_sub(ended.took).unwrap_or(now);
                let mut builder = builder(span).with_start_time(began);
                builder.attributes.get_or_insert_default().push(result);
                let mut span = builder.start(&self.tracer);
                opentelemetry::trace::Span::end_with_timestamp(&mut span, now);
            }
        }
    }
}

impl<T> fmt::Debug for OpenTelemetry<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenTelemetry").finish_non_exhaustive()
    }
}

/// A span that is active until this is dropped.
struct Begun {
    context: Context,
    is_ended: bool,
    _guard: ContextGuard,
}

impl Drop for Begun {
    fn drop(&mut self) {
        if !self.is_ended {
            self.context.span().set_status(Status::error("the operation panicked"));
        }
        self.context.span().end();
    }
}

fn builder(span: &Span<'_>) -> SpanBuilder {
    let mut attributes = vec![
        KeyValue::new("map.name", StringValue::from(Arc::<str>::from(span.map))),
        KeyValue::new("code.file.path", span.site.file()),
        KeyValue::new("code.line.number", i64::from(span.site.line())),
    ];
    if let Some(key) = span.key {
        let length = i64::try_from(key.length).unwrap_or(i64::MAX);
        attributes.push(KeyValue::new("map.key.hash", format!("{:04x}", key.hash)));
        attributes.push(KeyValue::new("map.key.length", length));
        if let Some(heat) = key.heat {
            attributes.push(KeyValue::new("map.heat.level", heat.label()));
        }
    }
    SpanBuilder::from_name(span.name()).with_kind(SpanKind::Internal).with_attributes(attributes)
}
