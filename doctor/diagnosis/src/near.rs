//! Goroutines near a map: who is in it, on one of its lines, in one of its functions, or waiting
//! for a lock that guards it.

use crate::context::Context;
use crate::place::Place;
use crate::stacks::{self, Stack};
use finding::{
    Access, GoroutineGroup, GoroutineRole, LockSet, MapId, Operation, Reason, ReasonKind, Site,
};
use go_crash::{Fault, FrameOwner};
use go_source::SourceAccess;
use std::sync::Arc;

/// A stack of the text, met with the accesses to one map.
#[derive(Clone, Debug)]
pub(crate) struct Near {
    pub(crate) role: GoroutineRole,
    pub(crate) frame: Site,
    /// The accesses it stands at.
    pub(crate) accesses: Vec<Access>,
    pub(crate) operation: Option<Operation>,
    pub(crate) lock: Option<Arc<str>>,
    pub(crate) count: u64,
    pub(crate) ids: Vec<u64>,
    pub(crate) state: Arc<str>,
    pub(crate) waits: Option<(u32, u32)>,
    pub(crate) created_by: Option<Site>,
}

/// Meets every stack of the text with the accesses to a map, the faulting goroutine first.
///
/// Time grows with the frames of the distinct stacks; each distinct frame is looked up once a text.
pub(crate) fn find(context: &Context<'_>, map: &MapId, fault: Option<&Fault>) -> Vec<Near> {
    let stacks = context.stacks.as_slice();
    let faulting = fault.and_then(|fault| fault.goroutine.as_deref());
    let mut found: Vec<Near> = Vec::new();
    for stack in stacks {
        let died = faulting
            .is_some_and(|goroutine| goroutine.id.is_some_and(|id| stack.ids.contains(&id)));
        if let Some(mut near) = meet(context, stack, map) {
            // A stack the faulting goroutine shares with others is told apart by its id.
            if died {
                let id = faulting.and_then(|goroutine| goroutine.id);
                let mut own = near.clone();
                own.role = GoroutineRole::Faulting;
                own.count = 1;
                own.ids = id.into_iter().collect();
                found.push(own);
                near.count = near.count.saturating_sub(1);
                near.ids.retain(|other| Some(*other) != id);
            }
            if near.count > 0 {
                found.push(near);
            }
        }
    }
    if let (Some(goroutine), Some(fault)) = (faulting, fault) {
        if !found.iter().any(|near| near.role == GoroutineRole::Faulting) {
            let frame = fault.user_frame.as_ref().map(stacks::site);
            found.extend(frame.map(|frame| Near {
                role: GoroutineRole::Faulting,
                frame,
                accesses: Vec::new(),
                operation: fault.operation,
                lock: None,
                count: 1,
                ids: goroutine.id.into_iter().collect(),
                state: Arc::clone(&goroutine.state),
                waits: goroutine.wait_minutes.map(|minutes| (minutes, minutes)),
                created_by: goroutine.creator.as_ref().map(|creator| stacks::site(&creator.frame)),
            }));
        }
        let parent = goroutine.creator.as_ref().and_then(|creator| creator.parent);
        if let Some(stack) =
            stacks.iter().find(|stack| parent.is_some_and(|parent| stack.ids.contains(&parent)))
        {
            let own = stack.frames.iter().find(|frame| frame.owner() != FrameOwner::Go);
            let known =
                found.iter().any(|near| parent.is_some_and(|parent| near.ids.contains(&parent)));
            if let (Some(own), false) = (own, known) {
                found.push(Near {
                    role: GoroutineRole::Creator,
                    frame: stacks::site(own),
                    accesses: Vec::new(),
                    operation: None,
                    lock: None,
                    count: 1,
                    ids: parent.into_iter().collect(),
                    state: Arc::clone(&stack.state),
                    waits: stack.waits,
                    created_by: stack.creator.map(|creator| stacks::site(&creator.frame)),
                });
            }
        }
    }
    found.sort_by(|a, b| a.role.cmp(&b.role).then(b.count.cmp(&a.count)));
    found
}

/// Without source: the faulting goroutine, and every other that is inside some map operation.
pub(crate) fn without_source(stacks: &[Stack<'_>], fault: &Fault) -> Vec<Near> {
    let id = fault.goroutine.as_ref().and_then(|goroutine| goroutine.id);
    let mut found = Vec::new();
    for stack in stacks {
        let died = id.is_some_and(|id| stack.ids.contains(&id));
        let in_map = stacks::in_map_operation(stack.frames);
        let frame = match (&in_map, died) {
            (Some((_, frame)), _) => Some(*frame),
            (None, true) => stack.frames.iter().find(|frame| frame.owner() != FrameOwner::Go),
            (None, false) => None,
        };
        let Some(frame) = frame else { continue };
        found.push(Near {
            role: if died { GoroutineRole::Faulting } else { GoroutineRole::InMapOperation },
            frame: stacks::site(frame),
            accesses: Vec::new(),
            operation: in_map
                .and_then(|(function, _)| function.operation())
                .or(fault.operation.filter(|_| died)),
            lock: None,
            count: stack.count,
            ids: stack.ids.clone(),
            state: Arc::clone(&stack.state),
            waits: stack.waits,
            created_by: stack.creator.map(|creator| stacks::site(&creator.frame)),
        });
    }
    found.sort_by(|a, b| a.role.cmp(&b.role).then(b.count.cmp(&a.count)));
    found
}

/// What one stack has to do with a map.
fn meet(context: &Context<'_>, stack: &Stack<'_>, map: &MapId) -> Option<Near> {
    let make = |role, frame: Site, accesses: Vec<&SourceAccess>, operation, lock| Near {
        role,
        frame,
        accesses: accesses.into_iter().map(|access| access.access.clone()).collect(),
        operation,
        lock,
        count: stack.count,
        ids: stack.ids.clone(),
        state: Arc::clone(&stack.state),
        waits: stack.waits,
        created_by: stack.creator.map(|creator| stacks::site(&creator.frame)),
    };
    if let Some(frame) = stacks::waits_for_lock(stack.frames) {
        let site = stacks::site(frame);
        let place = context.place(&site);
        let guarded = lock_taken(&place, site.line).filter(|(_, maps)| maps.contains(map));
        if let Some((lock, _)) = guarded {
            return Some(make(GoroutineRole::WaitingForLock, site, Vec::new(), None, Some(lock)));
        }
    }
    let in_map = stacks::in_map_operation(stack.frames);
    let mut deeper = None;
    for (depth, frame) in
        stack.frames.iter().filter(|frame| frame.owner() != FrameOwner::Go).enumerate()
    {
        let site = stacks::site(frame);
        let place = context.place(&site);
        let on_line: Vec<_> =
            place.on_line.iter().copied().filter(|access| access.access.map == *map).collect();
        if let (0, Some((function, _)), false) = (depth, in_map, on_line.is_empty()) {
            let operation = function.operation();
            let fitting: Vec<_> = on_line
                .iter()
                .copied()
                .filter(|access| Some(access.access.operation) == operation)
                .collect();
            if !fitting.is_empty() {
                return Some(make(GoroutineRole::InMapOperation, site, fitting, operation, None));
            }
        }
        if !on_line.is_empty() && depth == 0 {
            let operation = on_line.first().map(|access| access.access.operation);
            return Some(make(GoroutineRole::OnAccess, site, on_line, operation, None));
        }
        let inside: Vec<_> =
            place.in_functions.iter().copied().filter(|access| access.access.map == *map).collect();
        if !inside.is_empty() && deeper.is_none() {
            deeper = Some(make(GoroutineRole::InFunction, site, inside, None, None));
        }
    }
    deeper
}

/// The lock that a line takes, by the accesses of the same function that hold it from there, and the
/// maps it guards in the whole program.
pub(crate) fn lock_taken(place: &Place<'_>, line: u32) -> Option<(Arc<str>, Vec<MapId>)> {
    let mut found: Option<(Arc<str>, Vec<MapId>)> = None;
    for access in &place.in_functions {
        let LockSet::Held(held) = &access.access.locks else { continue };
        for lock in held.iter().filter(|lock| lock.site.line == line) {
            let (_, maps) = found.get_or_insert_with(|| (Arc::clone(&lock.path), Vec::new()));
            if !maps.contains(&access.access.map) {
                maps.push(access.access.map.clone());
            }
        }
    }
    found
}

/// Where goroutines of the text stand, as evidence for the other side.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence {
    near: Vec<Near>,
}

/// How much it says that a goroutine is inside the map operation of an access, on its line, in its function.
pub(crate) const IN_MAP: u32 = 100;
pub(crate) const ON_LINE: u32 = 60;
pub(crate) const IN_FUNCTION: u32 = 20;

/// Who stands at one access.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    pub(crate) role: Option<GoroutineRole>,
    pub(crate) ids: Vec<u64>,
    pub(crate) count: u64,
}

impl Seen {
    /// The evidence it makes: its weight and the reason.
    pub(crate) fn reason(&self) -> Option<(u32, Reason)> {
        let who = match self.ids.as_slice() {
            [id] if self.count == 1 => format!("goroutine {id} is"),
            _ => format!("{} goroutines are", self.count),
        };
        match self.role? {
            GoroutineRole::InMapOperation => Some((
                IN_MAP,
                Reason::new(
                    ReasonKind::InMapOperation,
                    format!("{who} inside the map operation there"),
                ),
            )),
            GoroutineRole::OnAccess => {
                Some((ON_LINE, Reason::new(ReasonKind::OnLine, format!("{who} on that line"))))
            }
            GoroutineRole::InFunction | GoroutineRole::WaitingForLock => Some((
                IN_FUNCTION,
                Reason::new(ReasonKind::InFunction, format!("{who} inside that function")),
            )),
            GoroutineRole::Faulting | GoroutineRole::Creator => None,
        }
    }
}

impl Presence {
    /// The goroutines of a text that are near, but for the faulting one.
    pub(crate) fn new(near: &[Near]) -> Self {
        let others =
            |near: &&Near| !matches!(near.role, GoroutineRole::Faulting | GoroutineRole::Creator);
        Self { near: near.iter().filter(others).cloned().collect() }
    }

    /// Who stands at an access, by the strongest evidence.
    pub(crate) fn at(&self, access: &Access) -> Seen {
        let mut seen = Seen::default();
        for near in &self.near {
            let here = near
                .accesses
                .iter()
                .any(|other| other.site == access.site && other.operation == access.operation);
            let waits_here = near.role == GoroutineRole::WaitingForLock
                && near.frame.function == access.site.function;
            if !here && !waits_here {
                continue;
            }
            if seen.role.is_none_or(|role| near.role < role) {
                seen = Seen { role: Some(near.role), ids: Vec::new(), count: 0 };
            }
            if seen.role == Some(near.role) {
                seen.ids.extend(&near.ids);
                seen.count = seen.count.saturating_add(near.count);
            }
        }
        seen
    }

    /// True when goroutines other than the faulting one are in the function of an access.
    pub(crate) fn several_in(&self, access: &Access) -> bool {
        self.near.iter().any(|near| {
            near.accesses.iter().any(|other| other.site.function == access.site.function)
        })
    }
}

/// The goroutines as a case shows them.
pub(crate) fn groups(near: Vec<Near>) -> Vec<GoroutineGroup> {
    near.into_iter()
        .map(|near| GoroutineGroup {
            role: near.role,
            count: near.count,
            ids: near.ids,
            state: near.state,
            wait_minutes: near.waits,
            frame: near.frame,
            operation: near.operation,
            lock: near.lock,
            created_by: near.created_by,
        })
        .collect()
}
