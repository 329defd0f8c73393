//! How events reach those who handle them: through a bounded queue, on one thread of the registry's own.
//!
//! Whoever raises an event puts it into the queue and goes on; if the queue is full the event is dropped, and counted. So no
//! handler, be it slow or broken, delays a map. The thread is started with the first event or dump, and ends with the registry.
//! A handler that panics is called again for the next event; its panics are counted.

use super::alarm::Event;
use super::dump::{Dumper, Reason};
use super::registry::{Inner, Registry};
use crate::sync::{AtomicU64, Ordering::Relaxed};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

/// Events that wait for their handlers at most.
const QUEUE: usize = 256;

/// How long the thread sleeps where no dump is due.
const LONG: Duration = Duration::from_secs(3600);

pub(super) type Handler = Arc<dyn Fn(&Event) + Send + Sync>;

/// The delivery of a registry's events.
#[derive(Default)]
pub(super) struct Notifier {
    queue: OnceLock<Option<SyncSender<Message>>>,
    handlers: Mutex<Vec<Handler>>,
    pub(super) dumper: Mutex<Option<Dumper>>,
    /// Handlers that panicked.
    pub(super) panicked: AtomicU64,
}

enum Message {
    Event(Event, Arc<[Handler]>),
    /// What is to be done at what time has changed.
    Settings,
}

impl Notifier {
    /// Adds a handler of all events.
    pub(super) fn handle(&self, handler: Handler) {
        self.handlers.lock().unwrap_or_else(PoisonError::into_inner).push(handler);
    }

    /// Whether anybody would hear of an event of no map's own handler.
    fn is_heard(&self) -> bool {
        !self.handlers.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }
}

impl Registry {
    /// Hands an event to the registry's handlers, and to `also`; says whether there was room for it. Waits for nobody.
    pub(super) fn raise(&self, event: Event, also: &Arc<[Handler]>) -> bool {
        let notifier = &self.inner().notifier;
        let for_dump = matches!(event, Event::Blocked(_)) && notifier.dumps_on_alarm();
        if also.is_empty() && !for_dump && !notifier.is_heard() {
            return true;
        }
        self.send(Message::Event(event, Arc::clone(also)))
    }

    /// Has the thread look at its settings.
    pub(super) fn wake(&self) {
        self.send(Message::Settings);
    }

    fn send(&self, message: Message) -> bool {
        let start = || {
            let (sender, receiver) = sync_channel(QUEUE);
            let registry = Arc::downgrade(self.inner());
            let thread = std::thread::Builder::new().name("tophash-observe".into());
            thread.spawn(move || deliver(&registry, &receiver)).ok().map(|_| sender)
        };
        let queue = self.inner().notifier.queue.get_or_init(start);
        queue.as_ref().is_some_and(|queue| queue.try_send(message).is_ok())
    }
}

impl Notifier {
    fn dumps_on_alarm(&self) -> bool {
        let dumper = self.dumper.lock().unwrap_or_else(PoisonError::into_inner);
        dumper.as_ref().is_some_and(Dumper::is_on_alarm)
    }
}

/// What the thread does until its registry is gone.
fn deliver(registry: &Weak<Inner>, queue: &Receiver<Message>) {
    let mut due = None;
    loop {
        let wait = due.map_or(LONG, |due: Instant| due.saturating_duration_since(Instant::now()));
        let message = queue.recv_timeout(wait);
        let Some(registry) = registry.upgrade().map(Registry::from_inner) else { return };
        match message {
            Ok(Message::Event(event, also)) => {
                registry.tell(&event, &also);
                if let Event::Blocked(alarm) = &event {
                    registry.dump_for(&Reason::Alarm(alarm));
                }
            }
            Ok(Message::Settings) => due = None,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let every = registry.dump_period();
        match (every, due) {
            (Some(every), None) => due = Instant::now().checked_add(every),
            (Some(every), Some(at)) if at <= Instant::now() => {
                registry.dump_for(&Reason::Period);
                due = Instant::now().checked_add(every);
            }
            (Some(_), Some(_)) => {}
            (None, _) => due = None,
        }
    }
}

impl Registry {
    /// Calls the handlers of an event, each whatever the others do.
    pub(super) fn tell(&self, event: &Event, also: &[Handler]) {
        let notifier = &self.inner().notifier;
        let handlers = notifier.handlers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for handler in handlers.iter().chain(also) {
            if catch_unwind(AssertUnwindSafe(|| handler(event))).is_err() {
                notifier.panicked.fetch_add(1, Relaxed);
            }
        }
    }
}
