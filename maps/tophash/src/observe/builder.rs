//! How a map is observed: what is sampled, what is shown, and what is an alarm.

use super::alarm::{Alarm, Event};
use super::clock::nanos;
use super::heat::HeatLevels;
use super::lanes::Lanes;
use super::notifier::Handler;
use super::observed::Observed;
use super::policy::Parts;
use super::registry::Registry;
use super::spans::{SpanMode, Spans};
use super::trace::{Begin, Trace};
use super::waits::Waits;
use super::watcher::{Keys, Show, Watcher};
use crate::concurrent::{ConcurrentMap, Mode, NeverWaits};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use core::time::Duration;

/// How a map is going to be observed: see [`Observed::builder`].
///
/// ```
/// use std::time::Duration;
/// use tophash::HashMap;
/// use tophash::observe::{Keys, Observed};
///
/// let sessions = Observed::builder("sessions")
///     .sample_every(1)
///     .show_keys(Keys::Whole)
///     .window(Duration::from_secs(10))
///     .build(HashMap::<u64, String>::new())?;
/// sessions.insert(7, "seven".into()).unwrap();
/// assert_eq!(sessions.hot_keys(1)[0].key, 7);
/// # Ok::<(), tophash::NeverWaits>(())
/// ```
#[must_use = "it makes no map before `build`"]
pub struct Builder<M: ConcurrentMap> {
    name: String,
    every: u32,
    hot_keys: usize,
    window: Duration,
    levels: HeatLevels,
    keys: Keys,
    show: Option<Show<M::Key>>,
    patience: [Option<Duration>; 2],
    hold_times: bool,
    handlers: Vec<Handler>,
    registry: Option<Registry>,
    spans: Option<(SpanMode, Arc<dyn Spans>)>,
    trace: Option<Trace>,
    measure: Option<fn(&M::Value) -> usize>,
    map: PhantomData<fn(M)>,
}

impl<M: ConcurrentMap> Builder<M> {
    pub(super) fn new(name: String) -> Self {
        Self {
            name,
            every: 1024,
            hot_keys: 512,
            window: Duration::from_secs(60),
            levels: HeatLevels::default(),
            keys: Keys::Hashed,
            show: None,
            patience: [None; 2],
            hold_times: false,
            handlers: Vec::new(),
            registry: None,
            spans: None,
            trace: None,
            measure: None,
            map: PhantomData,
        }
    }

    /// Times one operation in so many, and notes its key; 1,024 if not set. One means every operation, and zero none: operations
    /// are counted then, and nothing else is known of them. At most 2³⁰.
    pub fn sample_every(self, operations: u32) -> Self {
        Self { every: operations.min(1 << 30), ..self }
    }

    /// Looks for hot keys among so many that are held at a time; 512 if not set, and none if zero. The more there are, the smaller
    /// the errors: no estimate of `n` samples is wrong by more than `n / keys`. A window's keys take some 60 bytes each, and
    /// what they own.
    pub fn hot_keys(self, keys: usize) -> Self {
        Self { hot_keys: keys, ..self }
    }

    /// How long a window is, in which keys are hot; a minute if not set.
    pub fn window(self, length: Duration) -> Self {
        Self { window: length, ..self }
    }

    /// Where the levels of heat begin.
    pub fn heat_levels(self, levels: HeatLevels) -> Self {
        Self { levels, ..self }
    }

    /// How long a call may wait for a lock before there is an alarm; two seconds for reading and half a second for writing if not
    /// set. A map that never waits is refused by [`build`](Self::build) then.
    pub fn blocked_after(mut self, mode: Mode, patience: Duration) -> Self {
        self.patience[mode as usize] = Some(patience);
        self
    }

    /// Insists that the times are known for which locks are held. They are sampled anyway where there are locks, as operations are;
    /// this has [`build`](Self::build) refuse maps that have none.
    pub fn hold_times(self) -> Self {
        Self { hold_times: true, ..self }
    }

    /// Calls `handle` with every alarm of this map, on the registry's thread. It may take its time and may panic, and no
    /// operation of the map waits for it; but alarms that come while 256 wait for their handlers are dropped, and counted.
    pub fn on_alarm(mut self, handle: impl Fn(&Alarm) + Send + Sync + 'static) -> Self {
        self.handlers.push(Arc::new(move |event| {
            if let Event::Blocked(alarm) = event {
                handle(alarm);
            }
        }));
        self
    }

    /// Makes spans of operations, of slow ones or of all. Every operation is timed then, which costs two readings of the clock.
    ///
    /// The crates `tophash-tracing` and `tophash-opentelemetry` have [`Spans`] for the crates that they are named after.
    pub fn spans(self, mode: SpanMode, spans: impl Spans + 'static) -> Self {
        Self { spans: Some((mode, Arc::new(spans))), ..self }
    }

    /// Whose thread delivers the alarms and events of this map; [`Registry::global`]'s if not set. The map keeps the registry
    /// alive. Metrics are told by registries that the map is added to.
    pub fn alarms_to(self, registry: &Registry) -> Self {
        Self { registry: Some(registry.clone()), ..self }
    }

    /// Records every operation to a trace, from now until that is full, the map is dropped, or
    /// [`Observed::end_recording`] is called: see [`trace`](mod@super::trace).
    pub fn record(self, trace: Trace) -> Self {
        Self { trace: Some(trace), ..self }
    }

    /// How many bytes a value is to have in the trace; those of its type if not set, without what it owns. It is called by
    /// operations that are recorded and bring a value: by `alter` under the map's lock if it has one.
    pub fn value_bytes(self, measure: fn(&M::Value) -> usize) -> Self {
        Self { measure: Some(measure), ..self }
    }

    /// Observes the map.
    ///
    /// # Errors
    /// [`NeverWaits`], if an alarm or hold times were asked for and the map has no locks.
    pub fn build(self, map: M) -> Result<Observed<M>, NeverWaits> {
        let asked = self.hold_times || self.patience.iter().any(Option::is_some);
        let observed = self.observe(map);
        if asked && !observed.is_watched() { Err(NeverWaits) } else { Ok(observed) }
    }

    /// Observes the map, its locks too if it has any.
    pub(super) fn observe(self, map: M) -> Observed<M> {
        let name: Arc<str> = Arc::from(self.name);
        let registry = self.registry.unwrap_or_else(|| Registry::global().clone());
        let [read, write] = self.patience;
        let patience =
            [read.unwrap_or(Duration::from_secs(2)), write.unwrap_or(Duration::from_millis(500))];
        let handlers = self.handlers.into();
        let waits = Waits::new(Arc::clone(&name), patience, self.every, handlers, registry.clone());
        let waits = Arc::new(waits);
        let is_watched = map.watch(Arc::<Waits>::clone(&waits)).is_ok();
        let waits = is_watched.then_some(waits);
        let recorder = self.trace.map(|trace| {
            trace.begin(Begin {
                map: &name,
                summary: &map.summary(),
                types: [of_type::<M::Key>(), of_type::<M::Value>()],
                measured_values: self.measure.is_some(),
                registry: registry.clone(),
            })
        });
        let mut watcher = Watcher::new(name, self.every, registry, waits);
        if self.every > 0 && self.hot_keys > 0 {
            watcher.find_hot_keys(self.hot_keys, nanos(self.window), self.levels);
        }
        if let Some((mode, spans)) = self.spans {
            watcher.make_spans(mode, spans);
        }
        if let Some(show) = self.show {
            watcher.show_keys(self.keys, show);
        }
        if let Some(summary) = map.try_summary() {
            watcher.look(&summary);
        }
        let all_aside = watcher.makes_spans() || recorder.is_some();
        let lanes = if all_aside { Lanes::aside(self.every) } else { Lanes::new(self.every) };
        let measure = self.measure.unwrap_or(|_| size_of::<M::Value>());
        Observed::with(map, Parts { lanes, watcher, recorder, measure })
    }
}

/// Bytes of a type, and whether it owns anything.
fn of_type<T>() -> (usize, bool) {
    (size_of::<T>(), core::mem::needs_drop::<T>())
}

impl<M: ConcurrentMap> Builder<M>
where
    M::Key: fmt::Debug,
{
    /// How reports and dumps write hot keys; hashed if not set. [`Observed::hot_keys`] gives the keys themselves in any case.
    pub fn show_keys(self, keys: Keys) -> Self {
        Self { keys, show: Some(super::watcher::shown), ..self }
    }
}

impl<M: ConcurrentMap> fmt::Debug for Builder<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("name", &self.name).finish_non_exhaustive()
    }
}
