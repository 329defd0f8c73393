//! The graph of states, built depth first with steps that are taken back.

use crate::fault::Fault;
use crate::hash::{mix, scramble};
use crate::machine::{Machine, Undo};
use crate::memory::Missing;
use crate::verdict::{Judge, Verdict};
use rustc_hash::FxHashMap;

/// No step of that goroutine.
pub(super) const NONE: u32 = u32::MAX;
/// A step to a state that there was no room for.
pub(super) const BEYOND: u32 = u32::MAX - 1;

/// The states of a program.
pub(super) struct Graph {
    goroutines: usize,
    /// For each state and goroutine, the state after its step.
    edges: Vec<u32>,
    /// How it ends, where it does, as an index of `verdicts`.
    ends: Vec<u16>,
    verdicts: Vec<Verdict>,
    /// The states, each after those that follow it.
    order: Vec<u32>,
    is_whole: bool,
}

/// A state on the way to the one that is looked at.
struct Frame {
    state: u32,
    next: usize,
    undo: Option<Undo>,
}

/// Where states are kept while the graph grows.
struct Builder<'j> {
    graph: Graph,
    known: FxHashMap<u128, u32>,
    judge: &'j Judge,
    most: usize,
}

impl Graph {
    pub(super) fn new(mut machine: Machine<'_>, judge: &Judge, most: usize) -> Self {
        let graph = Self {
            goroutines: machine.goroutines(),
            edges: Vec::new(),
            ends: Vec::new(),
            verdicts: Vec::new(),
            order: Vec::new(),
            is_whole: true,
        };
        let mut builder = Builder { graph, known: FxHashMap::default(), judge, most: most.max(2) };
        builder.grow(&mut machine);
        builder.graph
    }

    pub(super) fn states(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn goroutines(&self) -> usize {
        self.goroutines
    }

    pub(super) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// The states, each after those that follow it.
    pub(super) fn order(&self) -> &[u32] {
        &self.order
    }

    /// The steps from a state: the goroutine, and the state after it or [`BEYOND`].
    pub(super) fn steps(&self, state: u32) -> impl Iterator<Item = (usize, u32)> + '_ {
        let start = at(state).saturating_mul(self.goroutines);
        let end = start.saturating_add(self.goroutines);
        let edges = self.edges.get(start..end).unwrap_or_default();
        edges.iter().copied().enumerate().filter(|(_, to)| *to != NONE)
    }

    /// How a state ends, as an index of [`Graph::verdicts`].
    pub(super) fn end(&self, state: u32) -> Option<usize> {
        let end = self.ends.get(at(state)).copied()?;
        (end != u16::MAX).then(|| usize::from(end))
    }

    pub(super) fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }
}

/// A state as an index.
pub(super) fn at(state: u32) -> usize {
    usize::try_from(state).unwrap_or(usize::MAX)
}

impl Builder<'_> {
    fn grow(&mut self, machine: &mut Machine<'_>) {
        let first = self.arrive(machine);
        if self.graph.end(first).is_some() {
            self.graph.order.push(first);
            return;
        }
        let mut stack = vec![Frame { state: first, next: 0, undo: None }];
        while let Some(frame) = stack.last_mut() {
            let goroutine = frame.next;
            frame.next = frame.next.saturating_add(1);
            let from = frame.state;
            if goroutine >= self.graph.goroutines {
                self.graph.order.push(from);
                if let Some(undo) = stack.pop().and_then(|frame| frame.undo) {
                    machine.take_back(undo);
                }
                continue;
            }
            if !machine.can_step(goroutine) {
                continue;
            }
            let (step, undo) = machine.step(goroutine);
            let to = if let Some(fault) = step.fault {
                let known = self.known.get(&end_identity(goroutine, fault)).copied();
                known.unwrap_or_else(|| {
                    let verdict = Verdict::of_fault(fault, goroutine);
                    let state = self.add(end_identity(goroutine, fault), Some(verdict));
                    self.graph.order.push(state);
                    state
                })
            } else if let Some(known) = self.known.get(&machine.identity()) {
                *known
            } else if self.graph.states() >= self.most {
                self.graph.is_whole = false;
                BEYOND
            } else {
                let state = self.arrive(machine);
                self.set_edge(from, goroutine, state);
                if self.graph.end(state).is_none() {
                    stack.push(Frame { state, next: 0, undo: Some(undo) });
                    continue;
                }
                self.graph.order.push(state);
                state
            };
            self.set_edge(from, goroutine, to);
            machine.take_back(undo);
        }
    }

    /// Keeps the state that the machine is in, judged where it is an end.
    fn arrive(&mut self, machine: &mut Machine<'_>) -> u32 {
        let identity = machine.identity();
        let verdict = if machine.all_done() {
            Some(self.judge.verdict(machine))
        } else if (0..machine.goroutines()).any(|goroutine| machine.can_step(goroutine)) {
            None
        } else {
            Some(Verdict::deadlock())
        };
        self.add(identity, verdict)
    }

    fn add(&mut self, identity: u128, verdict: Option<Verdict>) -> u32 {
        let state = u32::try_from(self.graph.states()).unwrap_or(BEYOND);
        self.known.insert(identity, state);
        let edges = self.graph.edges.len().saturating_add(self.graph.goroutines);
        self.graph.edges.resize(edges, NONE);
        let end = verdict.map_or(u16::MAX, |verdict| self.number(verdict));
        self.graph.ends.push(end);
        state
    }

    fn number(&mut self, verdict: Verdict) -> u16 {
        let known = self.graph.verdicts.iter().position(|known| *known == verdict);
        let place = known.unwrap_or_else(|| {
            self.graph.verdicts.push(verdict);
            self.graph.verdicts.len().saturating_sub(1)
        });
        u16::try_from(place).unwrap_or(u16::MAX)
    }

    fn set_edge(&mut self, from: u32, goroutine: usize, to: u32) {
        let place = at(from).saturating_mul(self.graph.goroutines).saturating_add(goroutine);
        if let Some(edge) = self.graph.edges.get_mut(place) {
            *edge = to;
        }
    }
}

/// A hash of how a run ended, for runs that end alike to be one.
fn end_identity(goroutine: usize, fault: Fault) -> u128 {
    let kind = match fault {
        Fault::Fatal(text) | Fault::Panic(text) => {
            text.bytes().fold(7, |hash, byte| scramble(hash ^ u64::from(byte)))
        }
        Fault::Missing(Missing::Nil) => 1,
        Fault::Missing(Missing::Beyond) => 2,
        Fault::Endless => 3,
    };
    mix(kind, u64::try_from(goroutine).unwrap_or(u64::MAX))
}
