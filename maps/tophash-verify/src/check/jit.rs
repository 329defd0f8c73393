//! Just-in-time linearization of the operations of one key.
//!
//! A **configuration** is a value the key may have now, and which of the open operations have taken effect already. The
//! history is walked in time. A call opens a slot. A return keeps the configurations in which that operation has taken
//! effect, after letting it take effect now, behind any other open operations that this needs; where none is left, the
//! history is not linearizable. An operation is open from its call to its return and no longer matters afterwards, so
//! the state is as small as what truly overlaps, however long one thread sleeps.
//!
//! Two things keep it near linear. Every operation says the value it found, so it fits configurations of that value
//! only. And an operation that found what it also left (a read, a refused exchange) takes effect the moment a
//! configuration fits: waiting could never help.

use super::open_set::{OpenSet, Wide};
use crate::history::{Op, Operation, Seen};
use std::collections::HashSet;

/// The return at which no explanation was left: the position of its operation in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) at: usize,
}

/// What a walk says besides yes and no.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Whether to note moments at which nothing was open and one value alone was possible.
    pub(super) want_cuts: bool,
    /// Those moments: the position of the next operation, and the value.
    pub(super) cuts: Vec<(usize, Option<u64>)>,
    /// The largest number of configurations.
    pub(super) widest: usize,
    /// Steps taken; the walk gives up where `fuel` is used up.
    pub(super) steps: u64,
    /// The most steps it may take.
    pub(super) fuel: u64,
}

impl Notes {
    pub(super) fn unlimited() -> Self {
        Self { fuel: u64::MAX, ..Self::default() }
    }
}

/// How a walk ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Walk {
    Linearizable,
    Fails(Failure),
    OutOfFuel,
}

/// Walks the operations of one key, which are in order of their start.
pub(super) fn walk(initial: Option<u64>, operations: &[Operation], notes: &mut Notes) -> Walk {
    match Walker::<u64>::new(initial, operations).run(notes) {
        Ok(walk) => walk,
        Err(TooWide) => {
            Walker::<Wide>::new(initial, operations).run(notes).unwrap_or(Walk::OutOfFuel)
        }
    }
}

/// More operations are open at once than a word has bits.
struct TooWide;

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Configuration<S> {
    value: Option<u64>,
    done: S,
}

#[derive(Clone, Copy)]
struct Open {
    slot: usize,
    at: usize,
    end: u64,
    op: Op,
    seen: Seen,
}

impl Open {
    /// Whether it leaves what it found, and says what that was.
    fn reads(&self, value: Option<u64>) -> bool {
        self.seen == Seen::Found(value) && self.op.after(value) == value
    }

    /// The value after it, if it can take effect on `value` and matters.
    fn apply(&self, value: Option<u64>) -> Option<Option<u64>> {
        match self.seen {
            Seen::Found(found) if found == value => Some(self.op.after(value)),
            Seen::Found(_) => None,
            Seen::Unknown => Some(self.op.after(value)).filter(|after| *after != value),
        }
    }
}

struct Walker<'a, S> {
    operations: &'a [Operation],
    configurations: Vec<Configuration<S>>,
    next: Vec<Configuration<S>>,
    open: Vec<Open>,
    free: Vec<usize>,
    slots: usize,
}

impl<'a, S: OpenSet + 'static> Walker<'a, S> {
    fn new(initial: Option<u64>, operations: &'a [Operation]) -> Self {
        Self {
            operations,
            configurations: vec![Configuration { value: initial, done: S::default() }],
            next: Vec::new(),
            open: Vec::new(),
            free: Vec::new(),
            slots: 0,
        }
    }

    fn run(mut self, notes: &mut Notes) -> Result<Walk, TooWide> {
        let narrow = std::any::TypeId::of::<S>() == std::any::TypeId::of::<u64>();
        if notes.want_cuts {
            notes.cuts.clear();
        }
        for (at, operation) in self.operations.iter().enumerate() {
            if let Some(end) = self.retire_before(operation.start, notes) {
                return Ok(end);
            }
            if notes.want_cuts && self.open.is_empty() && self.configurations.len() == 1 {
                notes.cuts.push((at, self.configurations[0].value));
            }
            let slot = self.free.pop().unwrap_or_else(|| {
                self.slots += 1;
                self.slots - 1
            });
            if narrow && slot >= 64 {
                return Err(TooWide);
            }
            let opened =
                Open { slot, at, end: operation.end, op: operation.op, seen: operation.seen };
            for configuration in &mut self.configurations {
                if opened.reads(configuration.value) {
                    configuration.done.add(slot);
                }
            }
            self.open.push(opened);
        }
        Ok(self.retire_before(u64::MAX, notes).unwrap_or(Walk::Linearizable))
    }

    /// Lets every open operation return that ended before `time`, in order of the returns.
    fn retire_before(&mut self, time: u64, notes: &mut Notes) -> Option<Walk> {
        loop {
            let mut first: Option<usize> = None;
            for (position, open) in self.open.iter().enumerate() {
                if open.end < time && first.is_none_or(|best| open.end < self.open[best].end) {
                    first = Some(position);
                }
            }
            let retired = self.open[first?];
            self.retire(retired, notes);
            if let Some(position) = first {
                self.open.swap_remove(position);
            }
            self.free.push(retired.slot);
            notes.widest = notes.widest.max(self.configurations.len());
            if notes.steps > notes.fuel {
                return Some(Walk::OutOfFuel);
            }
            if self.configurations.is_empty() {
                return Some(Walk::Fails(Failure { at: retired.at }));
            }
        }
    }

    fn retire(&mut self, retired: Open, notes: &mut Notes) {
        let mut next = std::mem::take(&mut self.next);
        next.clear();
        let mut explore: Vec<Configuration<S>> = Vec::new();
        for mut configuration in self.configurations.drain(..) {
            notes.steps += 1;
            if configuration.done.has(retired.slot) {
                configuration.done.remove(retired.slot);
                next.push(configuration);
            } else if self.open.len() == 1 {
                if let Some(value) = retired.apply(configuration.value) {
                    next.push(Configuration { value, done: configuration.done.clone() });
                }
                if retired.seen == Seen::Unknown {
                    next.push(configuration);
                }
            } else {
                if retired.seen == Seen::Unknown {
                    next.push(configuration.clone());
                }
                explore.push(configuration);
            }
        }
        if !explore.is_empty() {
            let mut met: HashSet<Configuration<S>> = explore.iter().cloned().collect();
            while let Some(configuration) = explore.pop() {
                if notes.steps > notes.fuel {
                    break;
                }
                for open in &self.open {
                    if configuration.done.has(open.slot) {
                        continue;
                    }
                    let Some(value) = open.apply(configuration.value) else { continue };
                    notes.steps += 1;
                    let mut then = Configuration { value, done: configuration.done.clone() };
                    then.done.add(open.slot);
                    for other in &self.open {
                        if other.reads(value) {
                            then.done.add(other.slot);
                        }
                    }
                    if then.done.has(retired.slot) {
                        then.done.remove(retired.slot);
                        next.push(then);
                    } else if met.insert(then.clone()) {
                        explore.push(then);
                    }
                }
            }
        }
        if next.len() > 1 {
            next.sort_unstable();
            next.dedup();
        }
        self.next = std::mem::replace(&mut self.configurations, next);
    }
}
