//! Waiting for a lock under somebody's eyes, and the panic of those who would wait for themselves.

use super::frames::Under;
use super::{Lock, Table};
use crate::concurrent::{Mode, Wait, Watch};
use core::cell::Cell;
use core::panic::Location;
use core::time::Duration;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// The shortest time between two reports of one wait.
const LEAST_PATIENCE: Duration = Duration::from_millis(1);

std::thread_local! {
    static TELLING: Cell<bool> = const { Cell::new(false) };
}

/// Calls the watch. A panic in it goes no further than here; and what it waits for itself is not told to it.
fn tell<R>(call: impl FnOnce() -> R) -> Option<R> {
    struct Told(bool);
    impl Drop for Told {
        fn drop(&mut self) {
            TELLING.set(self.0);
        }
    }
    let _told = Told(TELLING.replace(true));
    match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // Its drop is code of the user's too, and may panic again.
            core::mem::forget(payload);
            None
        }
    }
}

impl<T: Table> Lock<T> {
    /// Waits for the lock by turns of `attempt`, and tells `watch` after each that was in vain; also how long that took,
    /// if it was not to be had at once.
    pub(super) fn wait<G>(
        &self,
        at_once: Option<G>,
        watch: &dyn Watch,
        mode: Mode,
        site: &'static Location<'static>,
        mut attempt: impl FnMut(Duration) -> Option<G>,
    ) -> (G, Option<Duration>) {
        if let Some(guard) = at_once {
            return (guard, None);
        }
        let begun = Instant::now();
        let then = self.notes.all();
        let silent = TELLING.get();
        loop {
            let patience = if silent { None } else { tell(|| watch.patience(mode)) };
            let patience = patience.unwrap_or(Duration::MAX).max(LEAST_PATIENCE);
            if let Some(guard) = attempt(patience) {
                return (guard, Some(begun.elapsed()));
            }
            let wait = Wait::new(mode, site, begun.elapsed(), self.notes.holder(&then));
            tell(|| watch.waiting(&wait));
        }
    }
}

/// A lock that is held under the eyes of a watch, which wants to hear of its end.
#[derive(Clone, Copy)]
pub(super) struct Held<'a> {
    watch: &'a dyn Watch,
    mode: Mode,
    since: Instant,
}

impl<'a> Held<'a> {
    /// Tells of the wait there was, if any, and begins to time the holding where that is wanted.
    pub(super) fn begin(
        watch: &'a dyn Watch,
        mode: Mode,
        waited: Option<Duration>,
    ) -> Option<Self> {
        tell(|| {
            if let Some(waited) = waited {
                watch.waited(mode, waited);
            }
            watch.times()
        })
        .unwrap_or(false)
        .then(|| Self { watch, mode, since: Instant::now() })
    }

    /// Tells how long the lock was held.
    pub(super) fn end(self) {
        let held = self.since.elapsed();
        tell(|| self.watch.held(self.mode, held));
    }
}

/// The panic of a call that would wait for its own thread.
#[cold]
pub(crate) fn reenters(mode: Mode, site: &'static Location<'static>, under: Under) -> ! {
    let wants = match mode {
        Mode::Read => "read",
        Mode::Write => "change",
    };
    let does = match under.mode {
        Mode::Read => "reads",
        Mode::Write => "changes",
    };
    panic!(
        "the call at {site} wants to {wants} a map under whose lock its own thread is, since the call at {} still {does} \
         it: that would wait for itself for ever; do it when that call has returned, or take `HashMap`, whose closures \
         run under no lock",
        under.site
    )
}
