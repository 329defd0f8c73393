//! Delays at chosen points: spins, yields, sleeps and long stalls, drawn from a seed, per thread.
//!
//! The stress engines call [`point`] between operations, and [`Key`](crate::Key) and [`Value`](crate::Value) call it
//! inside `hash`, `eq` and `clone`, that is in the middle of the map's own work. A map may hand [`point`] to hooks of
//! its own. On a thread that no engine has entered a point costs one thread-local read.

use crate::rng::Rng;
use std::cell::Cell;
use std::time::Duration;

/// How often and how long threads are held up. All rates are "once in so many points"; 0 means never.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delays {
    /// Busy waiting of up to some hundred nanoseconds.
    pub spin: u32,
    /// Giving up the processor.
    pub give_way: u32,
    /// Sleeping for 1 to 60 microseconds.
    pub sleep: u32,
    /// Stalling for long, as a descheduled thread would.
    pub stall: u32,
    /// The shortest and the longest stall, in milliseconds.
    pub stall_ms: (u32, u32),
}

impl Delays {
    /// None at all.
    pub const NONE: Self = Self { spin: 0, give_way: 0, sleep: 0, stall: 0, stall_ms: (0, 0) };
    /// Many small ones.
    pub const LIGHT: Self =
        Self { spin: 16, give_way: 24, sleep: 2_000, stall: 0, stall_ms: (0, 0) };
    /// Many small ones, and now and then a stall of 1 to 200 milliseconds.
    pub const HARSH: Self =
        Self { spin: 16, give_way: 10, sleep: 500, stall: 200_000, stall_ms: (1, 200) };
}

#[derive(Clone, Copy)]
struct State {
    rng: Rng,
    delays: Delays,
}

thread_local! {
    static STATE: Cell<Option<State>> = const { Cell::new(None) };
}

/// Points of this thread delay as long as this lives; the former state comes back after it.
#[derive(Debug)]
pub struct Entered {
    former: Option<(Rng, Delays)>,
}

/// Makes [`point`] delay on this thread.
#[must_use = "points delay only while the returned value lives"]
pub fn enter(seed: u64, delays: Delays) -> Entered {
    let former = STATE.replace(Some(State { rng: Rng::new(seed), delays }));
    Entered { former: former.map(|state| (state.rng, state.delays)) }
}

impl Drop for Entered {
    fn drop(&mut self) {
        STATE.set(self.former.map(|(rng, delays)| State { rng, delays }));
    }
}

/// A place where this thread may be held up.
pub fn point() {
    let Some(mut state) = STATE.get() else { return };
    let delays = state.delays;
    let spin = if state.rng.once_in(delays.spin.into()) { state.rng.below(400) } else { 0 };
    let give_way = state.rng.once_in(delays.give_way.into());
    let sleep = if state.rng.once_in(delays.sleep.into()) { 1 + state.rng.below(60) } else { 0 };
    let (short, long) = delays.stall_ms;
    let stall = if state.rng.once_in(delays.stall.into()) {
        u64::from(short) + state.rng.below(u64::from(long.saturating_sub(short)) + 1)
    } else {
        0
    };
    STATE.set(Some(state));
    for _ in 0..spin {
        std::hint::spin_loop();
    }
    if give_way {
        std::thread::yield_now();
    }
    if sleep > 0 {
        std::thread::sleep(Duration::from_micros(sleep));
    }
    if stall > 0 {
        std::thread::sleep(Duration::from_millis(stall));
    }
}
