//! Where what a variable holds goes: sorted, written, hashed, returned.
//!
//! One walk over a declaration notes for each name what is done with it. A variable that is assigned from another is
//! followed a few steps.

use crate::hir::ExprId;
use crate::turn::Sink;
use crate::world::FuncRef;
use rustc_hash::{FxHashMap, FxHashSet};

/// Uses that are followed for one name, at most: what has more of them is left alone.
const MAX_EVENTS: u32 = 2048;
/// Assignments from variable to variable, at most.
const MAX_STEPS: u32 = 4;

/// What is done with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event<'w> {
    Sorted,
    Sunk(Sink),
    /// Another holds it from here on, or its elements one after the other, up to an offset.
    Alias {
        to: &'w str,
        until: u32,
        element: bool,
    },
}

impl Event<'_> {
    /// What is left of it where it happens to one element alone.
    pub(super) fn of_element(self) -> Option<Self> {
        match self {
            Self::Sunk(sink) => sink.takes_elements().then_some(self),
            Self::Alias { to, until, .. } => Some(Self::Alias { to, until, element: true }),
            Self::Sorted => None,
        }
    }
}

/// What is done with each name of a declaration.
#[derive(Debug, Default)]
pub(in super::super) struct Uses<'w> {
    pub(super) events: FxHashMap<&'w str, Vec<(u32, Event<'w>)>>,
    /// What variables are declared with.
    pub(super) inits: FxHashMap<&'w str, ExprId>,
    /// Variables that the declaration declares, parameters aside.
    pub(super) declared: FxHashSet<&'w str>,
    /// Named results.
    pub(super) results: FxHashSet<&'w str>,
    /// Branches for debugging.
    pub(super) debugs: Vec<crate::Span>,
    /// What is asked for its length.
    pub(super) measured: FxHashSet<&'w str>,
    /// The declared functions that calls call.
    pub(super) called: FxHashMap<ExprId, FuncRef>,
}

/// Where something goes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    pub(super) sorted: bool,
    pub(super) sink: Sink,
    events: u32,
}

impl<'w> Uses<'w> {
    /// Sorts what was noted, once all of it is.
    pub(super) fn settle(&mut self) {
        self.debugs.sort_unstable_by_key(|branch| (branch.start, std::cmp::Reverse(branch.end)));
        let mut end = 0;
        // Branches lie inside of each other, or apart.
        self.debugs.retain(|branch| {
            let outermost = branch.start >= end;
            end = end.max(branch.end);
            outermost
        });
    }

    /// Whether a place lies in a branch for debugging.
    pub(super) fn debugs(&self, at: u32) -> bool {
        let after = self.debugs.partition_point(|branch| branch.start <= at);
        let before = after.checked_sub(1).and_then(|before| self.debugs.get(before));
        before.is_some_and(|branch| at < branch.end)
    }

    /// Where what a variable or field holds goes from an offset on.
    pub(super) fn fate(&self, path: &'w str, from: u32) -> Fate {
        let mut fate = Fate { sorted: false, sink: Sink::Nowhere, events: 0 };
        self.follow(path, (from, u32::MAX), false, 0, &mut fate);
        let root = path.split('.').next().unwrap_or(path);
        if root != path || !self.declared.contains(root) {
            fate.sink = fate.sink.max(Sink::Stored);
            if root != path {
                self.follow(root, (from, u32::MAX), false, MAX_STEPS, &mut fate);
            }
        }
        if self.results.contains(root) {
            fate.sink = fate.sink.max(Sink::Caller);
        }
        fate
    }

    fn follow(
        &self,
        path: &'w str,
        (from, until): (u32, u32),
        element: bool,
        steps: u32,
        fate: &mut Fate,
    ) {
        let Some(events) = self.events.get(path) else { return };
        for (at, event) in events {
            fate.events = fate.events.saturating_add(1);
            if fate.events > MAX_EVENTS {
                fate.sorted = true;
                return;
            }
            match event {
                // Whoever sorts it anywhere keeps it sorted.
                Event::Sorted if !element => fate.sorted = true,
                _ if *at < from || *at >= until => {}
                Event::Sunk(sink) => {
                    let telling = !element || sink.takes_elements();
                    if telling {
                        fate.sink = fate.sink.max(*sink);
                    }
                }
                Event::Alias { to, until, element: each } if steps < MAX_STEPS && *to != path => {
                    self.follow(to, (*at, *until), element || *each, steps.saturating_add(1), fate);
                }
                Event::Sorted | Event::Alias { .. } => {}
            }
        }
    }
}
