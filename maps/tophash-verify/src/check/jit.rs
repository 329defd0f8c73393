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
//!
//! An operation whose result is unknown fits anything, and need never take effect. Two more things keep these from
//! multiplying the configurations. A value that [nobody needs](super::needed) any more is written by none of them, and
//! all such values count as one. And of two configurations alike in value and in what has a result, one is enough if
//! it has used up no unknown operation that the other has not.

use super::needed::Needed;
use super::open_set::{OpenSet, Wide};
use crate::history::{Op, Operation, Seen};
use std::collections::VecDeque;
use std::collections::hash_map::{Entry, HashMap};

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

/// What the key holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Holds {
    This(Option<u64>),
    /// Some value that nobody needs any more.
    Needless,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Configuration<S> {
    holds: Holds,
    /// The open operations with a result that have taken effect.
    done: S,
    /// The open operations without one that have.
    spent: S,
}

impl<S: OpenSet> Configuration<S> {
    /// Whether every way on from `other` is a way on from this too.
    fn covers(&self, other: &Self) -> bool {
        self.done == other.done
            && (self.holds == other.holds || other.holds == Holds::Needless)
            && self.spent.is_within(&other.spent)
    }
}

/// For each value and each set of operations with results, the smallest sets of others met with them.
struct Met<S>(HashMap<(Holds, S), (S, Vec<S>)>);

impl<S: OpenSet> Met<S> {
    /// Notes the configuration; whether nothing met before covers it. Adds to `steps` what was looked at.
    fn insert(&mut self, one: &Configuration<S>, steps: &mut u64) -> bool {
        match self.0.entry((one.holds, one.done.clone())) {
            Entry::Vacant(vacant) => {
                vacant.insert((one.spent.clone(), Vec::new()));
            }
            Entry::Occupied(mut occupied) => {
                let (first, others) = occupied.get_mut();
                *steps += others.len() as u64 / 8;
                if first.is_within(&one.spent) || others.iter().any(|it| it.is_within(&one.spent)) {
                    return false;
                }
                others.push(one.spent.clone());
            }
        }
        true
    }
}

/// Orders the configurations and leaves out those that others cover. Adds to `steps` what was looked at.
fn prune<S: OpenSet>(all: &mut Vec<Configuration<S>>, steps: &mut u64) {
    if all.len() < 2 {
        return;
    }
    // A set within another comes before it, so nothing is covered by what comes later.
    all.sort_unstable_by(|a, b| (&a.done, a.holds, &a.spent).cmp(&(&b.done, b.holds, &b.spent)));
    let mut kept = 0;
    for at in 0..all.len() {
        let one = &all[at];
        let covered = all[..kept]
            .iter()
            .rev()
            .take_while(|other| other.done == one.done)
            .take_while(|other| other.holds == one.holds || one.holds == Holds::Needless)
            .inspect(|_| *steps += 1)
            .any(|other| other.covers(one));
        if !covered {
            all.swap(kept, at);
            kept += 1;
        }
    }
    all.truncate(kept);
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
    /// Whether it leaves what it found, and found this.
    fn reads(&self, holds: Holds) -> bool {
        matches!(holds, Holds::This(value)
            if self.seen == Seen::Found(value) && self.op.after(value) == value)
    }
}

struct Walker<'a, S> {
    operations: &'a [Operation],
    needed: Option<Needed>,
    configurations: Vec<Configuration<S>>,
    next: Vec<Configuration<S>>,
    open: Vec<Open>,
    free: Vec<usize>,
    slots: usize,
}

impl<'a, S: OpenSet + 'static> Walker<'a, S> {
    fn new(initial: Option<u64>, operations: &'a [Operation]) -> Self {
        let first =
            Configuration { holds: Holds::This(initial), done: S::default(), spent: S::default() };
        Self {
            operations,
            needed: Needed::of(operations),
            configurations: vec![first],
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
            if let (true, true, [Configuration { holds: Holds::This(value), .. }]) =
                (notes.want_cuts, self.open.is_empty(), self.configurations.as_slice())
            {
                notes.cuts.push((at, *value));
            }
            let unknown = operation.seen == Seen::Unknown;
            if unknown && self.needed.as_ref().is_some_and(|needed| !needed.uses(operation)) {
                continue;
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
                if opened.reads(configuration.holds) {
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
        let unknown = retired.seen == Seen::Unknown;
        let mut next = std::mem::take(&mut self.next);
        next.clear();
        let mut explore: VecDeque<Configuration<S>> = VecDeque::new();
        let mut configurations = std::mem::take(&mut self.configurations);
        for mut configuration in configurations.drain(..) {
            notes.steps += 1;
            let taken = if unknown { &mut configuration.spent } else { &mut configuration.done };
            if taken.has(retired.slot) {
                taken.remove(retired.slot);
                next.push(configuration);
                continue;
            }
            if unknown {
                next.push(configuration.clone());
            }
            if self.open.len() > 1 {
                explore.push_back(configuration);
            } else if let Some(mut then) = self.after(&retired, &configuration, retired.end) {
                then.done.remove(retired.slot);
                then.spent.remove(retired.slot);
                next.push(then);
            }
        }
        if !explore.is_empty() {
            self.explore(retired, explore, &mut next, notes);
        }
        if let Some(needed) = &mut self.needed {
            if unknown {
                needed.pass(retired.op);
            }
            for configuration in &mut next {
                if matches!(configuration.holds, Holds::This(value) if !needed.at(value, retired.end))
                {
                    configuration.holds = Holds::Needless;
                }
            }
        }
        prune(&mut next, &mut notes.steps);
        self.configurations = next;
        self.next = configurations;
    }

    /// Lets open operations take effect from each of `explore`, until the retired one has.
    fn explore(
        &self,
        retired: Open,
        mut explore: VecDeque<Configuration<S>>,
        next: &mut Vec<Configuration<S>>,
        notes: &mut Notes,
    ) {
        let mut met = Met(HashMap::new());
        explore.retain(|configuration| met.insert(configuration, &mut notes.steps));
        while let Some(configuration) = explore.pop_front() {
            if notes.steps > notes.fuel {
                break;
            }
            for open in &self.open {
                let Some(mut then) = self.after(open, &configuration, retired.end) else {
                    continue;
                };
                notes.steps += 1;
                for other in &self.open {
                    if other.reads(then.holds) {
                        then.done.add(other.slot);
                    }
                }
                if then.done.has(retired.slot) || then.spent.has(retired.slot) {
                    then.done.remove(retired.slot);
                    then.spent.remove(retired.slot);
                    next.push(then);
                } else if met.insert(&then, &mut notes.steps) {
                    explore.push_back(then);
                }
            }
        }
    }

    /// The configuration after `open` took effect on `before`, if it can and it is of use.
    fn after(&self, open: &Open, before: &Configuration<S>, time: u64) -> Option<Configuration<S>> {
        let is_needed =
            |value: Option<u64>| self.needed.as_ref().is_none_or(|needed| needed.at(value, time));
        let mut then;
        match open.seen {
            Seen::Found(found) => {
                if before.holds != Holds::This(found) || before.done.has(open.slot) {
                    return None;
                }
                then = before.clone();
                let after = open.op.after(found);
                then.holds = if is_needed(after) { Holds::This(after) } else { Holds::Needless };
                then.done.add(open.slot);
            }
            Seen::Unknown => {
                if before.spent.has(open.slot) {
                    return None;
                }
                let after = match (open.op, before.holds) {
                    (Op::Insert(value), _) => Some(value),
                    (Op::Remove, _) => None,
                    (op, Holds::This(value)) => op.after(value),
                    (_, Holds::Needless) => return None,
                };
                if before.holds == Holds::This(after) || !is_needed(after) {
                    return None;
                }
                then = before.clone();
                then.holds = Holds::This(after);
                then.spent.add(open.slot);
            }
        }
        Some(then)
    }
}
